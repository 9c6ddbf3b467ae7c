"""The doctor: what it finds, and its exit status."""

import shutil
import subprocess
import sys

import pytest
from processes import ROOT

from pybridge.explaining import doctor
from pybridge.explaining.doctor import Check, Report


def test_a_healthy_python_passes():
    report = doctor.examine({})
    names = [check.name for check in report.checks]
    assert {"Python", "libpython", "pybridge", "NumPy", "Keras", "rpy2", "process"} <= set(names)
    assert report.exit_status == 0, str(report)


def test_the_command_prints_the_report_and_its_status():
    pytest.importorskip("keras", reason="needs keras, which is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "pybridge", "doctor"],
        capture_output=True,
        text=True,
        env={"KERAS_BACKEND": "no_such_library"},
    )
    assert done.returncode == 1
    assert "fail  Keras" in done.stdout
    assert "which is not installed" in done.stdout


def test_a_missing_package_is_installed_by_what_made_the_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "/env/python")
    assert doctor.check_numpy(None).advice == "pip install numpy"
    settings = tmp_path / "pyvenv.cfg"
    settings.write_text("home = /usr/bin\nversion = 3.12\n")
    assert doctor.check_numpy(None).advice == "pip install numpy"
    settings.write_text("home = /usr/bin\nuv = 0.9.2\n")
    assert doctor.check_numpy(None).advice == "uv pip install --python /env/python numpy"
    monkeypatch.setitem(sys.modules, "rpytools", None)
    advice = doctor.check_numpy(None).advice
    assert advice == 'reticulate::py_require("numpy"), in a new R session'


def _ends(*arguments):
    """Run this Python without its packages, and return how that ended."""
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )


def test_without_numpy_the_doctor_says_what_to_write():
    done = _ends("-m", "pybridge", "doctor")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "fail  pybridge needs NumPy, which is not installed",
        f"      {sys.executable} -m pip install numpy",
    ]
    done = _ends("-c", "import pybridge")
    assert done.stderr.splitlines()[-1] == (
        "ImportError: pybridge needs NumPy, which is not installed: "
        f"{sys.executable} -m pip install numpy"
    )


def test_an_old_python_is_named_before_anything_that_it_cannot_read():
    done = _ends("-c", "import sys; sys.version_info = (3, 9, 2); import pybridge")
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: this Python, {sys.executable}, is too old: "
        "pybridge needs Python 3.11 or newer"
    )


@pytest.mark.parametrize(
    ("environment", "name", "status"),
    [
        ({"PYTHONHOME": "/elsewhere"}, "PYTHONHOME", "fail"),
        ({"RETICULATE_PYTHON": "/elsewhere/bin/python"}, "RETICULATE_PYTHON", "note"),
        ({"RETICULATE_PYTHON": "managed"}, "RETICULATE_PYTHON", "note"),
        ({"VIRTUAL_ENV": "/elsewhere"}, "VIRTUAL_ENV", "note"),
        ({"R_HOME": "/no/such/folder"}, "R_HOME", "fail"),
        ({"TF_USE_LEGACY_KERAS": "1"}, "TF_USE_LEGACY_KERAS", "note"),
    ],
)
def test_a_variable_that_leads_elsewhere_is_named(environment, name, status):
    (check,) = doctor.check_environment(environment)
    assert (check.name, check.status) == (name, status)
    assert check.advice


def test_variables_that_lead_here_are_in_order():
    here = {"RETICULATE_PYTHON": sys.executable, "VIRTUAL_ENV": sys.prefix}
    assert list(doctor.check_environment(here)) == []


@pytest.mark.parametrize(
    ("modules", "status", "host"),
    [
        ((), "ok", "Python"),
        (("rpytools",), "ok", "R, through reticulate"),
        (("rpy2.robjects",), "ok", "with R through rpy2"),
        (("rpytools", "rpy2.robjects"), "fail", "in one process"),
    ],
)
def test_rpy2_and_reticulate_do_not_share_a_process(modules, status, host):
    check = doctor.check_process(dict.fromkeys(modules))
    assert check.status == status
    assert host in check.found


def test_an_old_python_and_an_old_numpy_fail():
    assert doctor.check_python((3, 10)).status == "fail"
    assert doctor.check_numpy("1.25.2").status == "fail"
    assert doctor.check_numpy("1.26.0").status == "ok"
    assert doctor.check_numpy("2.0.0rc1").status == "ok"


def test_another_copy_on_the_path_is_named(tmp_path, monkeypatch):
    (tmp_path / "pybridge").mkdir()
    (tmp_path / "pybridge" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    found = [check for check in doctor.check_pybridge() if check.status == "note"]
    assert any(str(tmp_path.resolve()) in check.found for check in found)


def _doctor_in(folder):
    """Run the doctor of the copy of the package in a folder, and return its lines."""
    done = subprocess.run(
        [sys.executable, "-m", "pybridge", "doctor"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
    )
    assert done.returncode == 1, done.stderr
    return done.stdout.splitlines()


def test_the_other_project_of_this_name_is_recognized(tmp_path):
    """PyPI has another `pybridge`, of one file `pybridge/__init__.py`."""
    shutil.copytree(ROOT / "pybridge", tmp_path / "pybridge")
    metadata = tmp_path / "pybridge-1.0.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: pybridge\nVersion: 1.0.1\n")
    named = "fail  pybridge     the distribution `pybridge` 1.0.1 is another project"
    lines = _doctor_in(tmp_path)
    place = lines.index(named)
    assert "pip uninstall pybridge, then pip install --force-reinstall" in lines[place + 1]
    assert any(line.startswith("ok    pybridge") for line in lines)

    # installed later, it replaces the file that both have
    (tmp_path / "pybridge/__init__.py").write_text("import re\n")
    lines = _doctor_in(tmp_path)
    replaced = f"another project has replaced {tmp_path.resolve() / 'pybridge/__init__.py'}"
    place = lines.index(f"fail  pybridge     {replaced}")
    assert "pip uninstall pybridge, then pip install --force-reinstall" in lines[place + 1]
    assert named in lines


def test_a_report_reads_line_by_line():
    report = Report((Check("R", "ok", "4.5.0"), Check("NumPy", "fail", "none", "install it")))
    assert str(report) == (
        "ok    R            4.5.0\nfail  NumPy        none\n                   install it"
    )
    assert report.exit_status == 1
    assert Report((Check("R", "note", "none"),)).exit_status == 0
