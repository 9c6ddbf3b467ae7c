"""The set-up script prints one message about what is wrong and what to do, and stops.

Each test has its own checkout, and a PATH with only what the test puts there.
"""

import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from processes import ROOT

TOOLS = ["cat", "cp", "dirname", "find", "grep", "id", "mkdir", "mktemp", "rm", "sh", "sha256sum"]
TOOLS += ["cut", "env", "mv", "rmdir", "sleep", "sort", "tail", "tr"]
COPIED = ("tools/setup", "tools/needs.txt", "r/DESCRIPTION", "pyproject.toml")


def answer(text: str) -> str:
    """Return a script that prints an answer as the set-up's own probes do, among other text."""
    return f"echo 'WARNING: a notice'; echo '<pybridge>{text}</pybridge>'; echo bye"


GOOD_R = answer("4.5.0")
GOOD_PYTHON = answer("3.12 shared")
OLD_PYTHON = answer("3.9 old")
STATIC_PYTHON = answer("3.12 static")


class Checkout:
    """A folder with the set-up script, and a PATH of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a checkout"
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in COPIED:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        for name in TOOLS:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        self.put("R", "echo gcc")
        for name in ("gcc", "chromium", "pandoc"):
            self.put(name, "exit 0")
        self.put("python3", GOOD_PYTHON)

    def put(self, name: str, script: str) -> None:
        """Put a command on the PATH."""
        command = self.take(name)
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(command.stat().st_mode | stat.S_IXUSR)

    def take(self, name: str) -> Path:
        """Take a command from the PATH, and return where it was."""
        command = self.bin / name
        command.unlink(missing_ok=True)
        return command

    def set_up(self, *commands: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the set-up script."""
        kept = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
        return subprocess.run(
            [self.root / "tools/setup", *commands],
            env={**kept, "PATH": str(self.bin), **environment},
            capture_output=True,
            text=True,
            timeout=600,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """Return the only message of a run that stopped."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    (message,) = done.stderr.splitlines()
    return message


def test_no_r_and_no_apt_says_what_to_install(checkout):
    message = refusal(checkout.set_up())
    assert message.startswith("setup: not found: R 4.3 or newer with the packages reticulate")
    assert message.endswith("""Rscript -e 'install.packages(c("reticulate", "rlang"))'""")


def test_a_command_may_need_more_of_r(checkout):
    """The tests need what DESCRIPTION suggests and what the list names, each of it once."""
    message = refusal(checkout.set_up("tests"))
    assert (
        "with the packages reticulate rlang Matrix bit64 jsonlite knitr purrr rmarkdown testthat "
        "waldo withr lintr R6 roxygen2 tibble." in message
    )
    assert message.endswith('"lintr", "R6", "roxygen2", "tibble"))\'')


def test_each_command_has_its_own_lines_in_the_list(checkout):
    (checkout.root / "tools/needs.txt").write_text(
        "# here package comment\n\nR package methods utils\nhere package one\n"
        "there package two one three\nhere package  Four\nhere program p\nthere program q\n"
    )
    (checkout.root / "r/DESCRIPTION").write_text(
        "Package: pybridge\nImports: utils, a (>= 1.0),\n\tb ( >= 2 ), c\nSuggests:\n    d\n"
    )
    message = checkout.set_up("here", "there").stderr
    assert "with the packages a b c one Four two three. Install" in message
    assert message.splitlines()[1:] == [f"setup: not found: {x}. Install it." for x in "pq"]
    assert "with the packages a b c. Install" in refusal(checkout.set_up())
    checkout.put("Rscript", answer("4.5.0"))
    assert refusal(checkout.set_up("there")).startswith("setup: not found: q. Install it")
    assert refusal(checkout.set_up("nowhere")) == "setup: tools/needs.txt has nothing for nowhere."


def test_a_package_of_the_system_has_a_name_in_lower_case(checkout):
    checkout.put("Rscript", answer("4.5.0 Matrix"))
    checkout.put("apt-get", "echo must not run; exit 3")
    checkout.put("id", "echo 1000")
    assert "missing: r-cran-matrix. Type:" in refusal(checkout.set_up("tests"))


def test_no_r_without_rights_gives_the_command_to_type(checkout):
    checkout.put("apt-get", "echo must not run; exit 3")
    checkout.put("id", "echo 1000")
    assert refusal(checkout.set_up()) == (
        "setup: missing: r-base-core r-cran-reticulate r-cran-rlang. Type: sudo sh -c 'apt-get "
        "update && apt-get install -y --no-install-recommends r-base-core r-cran-reticulate "
        "r-cran-rlang'   and run this again."
    )


def test_a_missing_r_package_is_the_only_thing_asked_for(checkout):
    checkout.put("Rscript", answer("4.5.0 rlang"))
    checkout.put("apt-get", "echo must not run; exit 3")
    checkout.put("id", "echo 1000")
    assert "missing: r-cran-rlang. Type:" in refusal(checkout.set_up())


def test_all_that_is_missing_is_asked_for_at_once(checkout):
    for name in ("R", "gcc", "python3", "chromium", "pandoc"):
        checkout.take(name)
    checkout.put("apt-get", "echo must not run; exit 3")
    checkout.put("id", "echo 1000")
    (checkout.root / "r/DESCRIPTION").write_text("Imports: utils\nSuggests: Matrix\n")
    assert "missing: r-base-core r-cran-matrix r-cran-testthat r-cran-jsonlite r-cran-lintr " in (
        refusal(checkout.set_up("tests"))
    )
    message = refusal(checkout.set_up())
    assert message.startswith(
        "setup: missing: r-base-core gcc libc6-dev python3-venv libpython3-dev. Type: sudo sh -c "
    )


def test_python_is_installed_as_r_is(checkout):
    checkout.put("Rscript", GOOD_R)
    checkout.put("python3", STATIC_PYTHON)
    checkout.put("id", "echo 0")
    checkout.put(
        "apt-get",
        f"""
        echo "$@" >>"{checkout.root}/apt"
        case $* in update) ;; *) cp "{checkout.bin}/shared" "{checkout.bin}/python3" ;; esac""",
    )
    checkout.put("shared", GOOD_PYTHON)
    done = checkout.set_up()
    assert (checkout.root / "apt").read_text().splitlines() == [
        "update",
        "install -y --no-install-recommends python3-venv libpython3-dev",
    ]
    assert "setup: making .venv with python3" in done.stderr.splitlines()


def test_a_system_whose_python_stays_unusable(checkout):
    checkout.put("Rscript", GOOD_R)
    checkout.put("python3", OLD_PYTHON)
    checkout.put("id", "echo 0")
    checkout.put("apt-get", "exit 0")
    message = checkout.set_up().stderr.splitlines()[-1]
    assert message.startswith("setup: no usable Python (python3 is Python 3.9, older than 3.11).")


def test_sudo_without_a_password_installs(checkout):
    checkout.put("id", "echo 1000")
    checkout.put("sudo", f'shift; echo "$@" >>"{checkout.root}/sudo"; [ "$1" = true ] || "$@"')
    # The R that appears is too old, which ends the run where this test wants it.
    checkout.put(
        "apt-get",
        f'echo "$@" >>"{checkout.root}/apt"\n'
        f"printf '#!/bin/sh\\necho \"<pybridge>4.2.2</pybridge>\"\\n' >'{checkout.bin}/Rscript'\n"
        f"'{shutil.which('chmod')}' +x '{checkout.bin}/Rscript'",
    )
    done = checkout.set_up()
    assert (checkout.root / "apt").read_text().splitlines() == [
        "update",
        "install -y --no-install-recommends r-base-core r-cran-reticulate r-cran-rlang",
    ]
    assert (checkout.root / "sudo").read_text().startswith("true\nenv DEBIAN_FRONTEND=")
    assert done.returncode == 1
    assert "setup: R 4.2.2 is too old" in done.stderr


def test_no_network_for_r(checkout):
    checkout.put("id", "echo 0")
    checkout.put("apt-get", "echo 'E: Could not resolve the mirror'; exit 100")
    done = checkout.set_up()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "setup: could not install r-base-core r-cran-reticulate r-cran-rlang. Is there a network? "
        "When there is, type: sudo sh -c 'apt-get update && "
    )


@pytest.mark.parametrize("version", ["4.2.3", "3.6.3"])
def test_an_old_r(checkout, version):
    checkout.put("Rscript", answer(version))
    assert refusal(checkout.set_up()) == (
        f"setup: R {version} is too old: pybridge needs R 4.3 or newer. Install a newer R, put its "
        "Rscript first on PATH, and run this again."
    )


@pytest.mark.parametrize("script", ["exit 1", "echo WARNING: 4.5.0 reticulate", "echo 4.5.0"])
def test_r_that_does_not_start(checkout, script):
    checkout.put("Rscript", script)
    assert "does not start: repair R." in refusal(checkout.set_up())


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (OLD_PYTHON, "python3 is Python 3.9, older than 3.11"),
        (STATIC_PYTHON, "python3 (3.12) has no shared libpython, which R needs"),
        (
            'case $2 in *ensurepip*) exit 1 ;; *) echo "<pybridge>3.11 shared</pybridge>" ;; esac',
            "python3 lacks the module venv",
        ),
    ],
)
def test_a_python_that_cannot_be_used(checkout, script, fault):
    checkout.put("Rscript", GOOD_R)
    checkout.put("python3", script)
    message = refusal(checkout.set_up())
    assert message.startswith(f"setup: no usable Python ({fault}). pybridge needs Python 3.11")
    assert message.endswith("or name one: make setup PYTHON=/path/to/python3")
    assert not (checkout.root / ".venv").exists()


def test_no_python(checkout):
    checkout.put("Rscript", GOOD_R)
    checkout.take("python3")
    assert "no usable Python (none is on PATH)" in refusal(checkout.set_up())


def test_the_python_that_was_asked_for_is_the_only_one_considered(checkout):
    checkout.put("Rscript", GOOD_R)
    checkout.put("python3", "echo must not run; exit 3")
    checkout.put("my python", OLD_PYTHON)
    asked = str(checkout.bin / "my python")
    message = refusal(checkout.set_up(PYTHON=asked))
    assert f"({asked} is Python 3.9, older than 3.11)" in message


def test_the_python_facts_of_this_python(checkout):
    """The probe itself, on a real interpreter: this one hosts R in the other tests."""
    text = (ROOT / "tools/setup").read_text()
    probe = text.split("python_facts='\n")[1].split("\n'\n")[0]
    printed = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True).stdout
    assert printed == "<pybridge>{}.{} shared</pybridge>\n".format(*sys.version_info[:2])


# ---- The environment, and files that the set-up did not make ------------------------------------


def test_words_that_are_no_answer_are_not_installed_as_root(checkout):
    notice = "WARNING: ignoring environment value of R_HOME"
    checkout.put("Rscript", f"echo '{notice}'; {answer('4.5.0 rlang rm-all')}; echo reticulate")
    checkout.put("id", "echo 0")
    checkout.put("apt-get", f'echo "$@" >>"{checkout.root}/apt"; exit 100')
    assert checkout.set_up().returncode == 1
    assert (checkout.root / "apt").read_text() == "update\n"
    checkout.put("apt-get", f'echo "$@" >>"{checkout.root}/apt"')
    assert "does not see: rlang. Install" in checkout.set_up().stderr
    assert (checkout.root / "apt").read_text().splitlines()[-1] == (
        "install -y --no-install-recommends r-cran-rlang"
    )


def test_what_names_another_r_or_python_is_left_out(checkout):
    names = ["R_HOME", "PYTHONHOME", "CDPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER"]
    names += ["R_LIBS", "PYTHONPATH", "PYTHONUSERBASE"]
    unset = " && ".join(f'[ -z "${{{name}+set}}" ]' for name in names)
    checkout.put("Rscript", f"{unset} || exit 1; {GOOD_R}")
    checkout.put("python3", f"{unset} || exit 1; {OLD_PYTHON}")
    done = checkout.set_up(**dict.fromkeys(names, "/nowhere"))
    assert "python3 is Python 3.9, older than 3.11" in refusal(done)


def test_the_folder_is_the_checkout_whatever_cdpath_says(checkout, tmp_path):
    (tmp_path / "elsewhere/tools").mkdir(parents=True)
    checkout.put("Rscript", GOOD_R)
    checkout.put("python3", STATIC_PYTHON)
    done = subprocess.run(
        ["tools/setup"],  # a relative path is what CDPATH applies to
        cwd=checkout.root,
        env={"PATH": str(checkout.bin), "CDPATH": str(tmp_path / "elsewhere")},
        capture_output=True,
        text=True,
    )
    assert "no usable Python" in refusal(done)
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["tools"]


def test_a_profile_that_stops_does_not_stop_r(tmp_path):
    """The variables that the script sets, on a real R, whose INSTALL takes no such option."""
    (tmp_path / ".Rprofile").write_text("stop('not today')\n")
    lines = (ROOT / "tools/setup").read_text().splitlines()
    (exports,) = (line for line in lines if line.startswith("export R_PROFILE_USER"))
    (tmp_path / "little").mkdir()
    (tmp_path / "little/DESCRIPTION").write_text("Package: little\nVersion: 1.0\n")
    (tmp_path / "little/NAMESPACE").write_text("")
    (tmp_path / "library").mkdir()
    command = "R CMD INSTALL --no-docs --no-test-load --library=library little"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("R_")}
    codes = [
        subprocess.run(
            ["sh", "-c", script], cwd=tmp_path, env=plain, capture_output=True
        ).returncode
        for script in (command, f"{exports}\n{command}")
    ]
    assert codes == [1, 0]


def test_a_colon_in_the_path_is_refused(tmp_path):
    checkout = Checkout(tmp_path)
    moved = tmp_path / "at 12:30"
    checkout.root = checkout.root.rename(moved)
    message = refusal(checkout.set_up())
    assert message.startswith(f"setup: the path of this checkout, {checkout.root}, has a ':'")
    assert message.endswith("move the checkout, and run this again.")


def a_symbolic_link(venv: Path, other: Path) -> None:
    venv.symlink_to(other)


def a_link_to_nothing(venv: Path, other: Path) -> None:
    venv.symlink_to(other / "gone")


def a_copy(venv: Path, other: Path) -> None:
    shutil.copytree(other, venv)


def a_file(venv: Path, other: Path) -> None:
    shutil.copy(other / "pyvenv.cfg", venv)


@pytest.mark.parametrize("put", [a_symbolic_link, a_link_to_nothing, a_copy, a_file])
def test_a_foreign_venv_is_left_alone(checkout, tmp_path, put):
    other = tmp_path / "other"
    (other / "mine").mkdir(parents=True)
    (other / "mine/thesis").write_text("years")
    (other / "pyvenv.cfg").write_text("home = /usr/bin\n")
    put(checkout.root / ".venv", other)
    checkout.put("Rscript", GOOD_R)
    checkout.take("python3").symlink_to(sys.executable)
    message = refusal(checkout.set_up())
    assert message.startswith("setup: .venv ")
    assert message.endswith("and run this again.")
    assert (other / "mine/thesis").read_text() == "years"
    if put is a_copy:
        assert (checkout.root / ".venv/mine/thesis").read_text() == "years"


@pytest.mark.parametrize("mark", ["made-by-tools-setup", "stamp-python", "setup.log", None])
def test_a_venv_of_an_earlier_set_up_is_made_anew(checkout, mark):
    """One without a mark is from an earlier version; an empty folder is as good as none."""
    venv = checkout.root / ".venv"
    venv.mkdir()
    if mark:
        (venv / mark).write_text("")
        (venv / "half").mkdir()
        (venv / "half/a file").write_text("cut short")
    checkout.put("Rscript", GOOD_R)
    # The venv that this Python would make: killed before it begins.
    checkout.put("python3", f'case $* in *venv?.venv) exit 9 ;; esac; exec "{sys.executable}" "$@"')
    done = checkout.set_up()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "setup: python3 could not make .venv (see above)."
    assert [path.name for path in venv.iterdir()] == ["made-by-tools-setup"]


# A Python whose .venv has a pip that notes what it is asked for.
NOTING_PIP = r"""
case "$*" in
    *"-m venv"*)
        mkdir -p .venv/bin; cp "$0" .venv/bin/python
        echo "command = $(pwd -P)/.venv" >.venv/pyvenv.cfg
        echo "include-system-site-packages = false" >>.venv/pyvenv.cfg ;;
    *pip\ install*) echo "$*" >>asked; echo "Downloading a.whl (1200.0 MB)" ;;
    *ensurepip* | *--version* | *" -c  "*) exit 0 ;;
    *"GB downloaded"*) exec real-python "$@" ;;
    *torch*) echo torch==2.14.0+cpu ;;
    *) echo "<pybridge>3.11 shared</pybridge>" ;;
esac
"""


def test_each_command_installs_what_it_needs_and_says_its_size(checkout):
    checkout.put("Rscript", GOOD_R)
    checkout.put("python3", NOTING_PIP)
    (checkout.bin / "real-python").symlink_to(sys.executable)
    checkout.put("R", '[ "$1" = CMD ] && [ "$2" = config ] && echo gcc')  # and INSTALL fails
    asked = checkout.root / "asked"
    end = "--group examples -c .venv/constraints"
    for commands, extras, constraints in (
        ([], "keras", ""),
        ([], None, ""),
        (["examples"], "keras,jax,torch,dask,zarr", "torch==2.14.0+cpu\n"),
        ([], None, "torch==2.14.0+cpu\n"),
    ):
        asked.write_text("")
        done = checkout.set_up(*commands)
        said = [line for line in done.stderr.splitlines() if "the Python packages:" in line]
        if extras is None:
            assert (asked.read_text(), said) == ("", [])
        else:
            assert asked.read_text().splitlines()[-1].endswith(f"-e .[{extras}] {end}")
            assert said == ["setup: the Python packages: 2.4 GB downloaded, .venv takes 0.0 GB"]
        assert (checkout.root / ".venv/constraints").read_text() == constraints


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (["2.15.0", "2.13.0+cpu"], "torch==2.13.0+cpu\n"),
        (["2.15.0+cpu", "2.15.0", "2.13.0+cpu"], "torch==2.15.0+cpu\n"),
        (["2.15.0", "2.12.0+cpu"], "\n"),
        (["2.15.0"], "\n"),
    ],
)
def test_a_pytorch_without_cuda_is_preferred(tmp_path, offered, taken):
    """Wheels in a folder are as good as an index."""
    for version in offered:
        name = f"torch-{version}"
        with zipfile.ZipFile(tmp_path / f"{name}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(
                f"{name}.dist-info/METADATA",
                f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n",
            )
    text = (ROOT / "tools/setup").read_text()
    probe = text.split("torch_without_cuda='\n")[1].split("\n'\n")[0]
    only = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    printed = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=ROOT,
        env=os.environ | only,
        capture_output=True,
        text=True,
    ).stdout
    assert printed == taken


# A Python whose .venv has a pip that takes long, until a report was printed, and then fails.
SLOW_PIP = r"""
case "$*" in
    *"-m venv"*)
        mkdir -p .venv/bin; cp "$0" .venv/bin/python
        printf '#!/bin/sh\n' >.venv/bin/activate ;;
    *--version*) exit 0 ;;
    *pip\ install*)
        echo "Collecting a-large-library"; : >collecting
        tries=0
        while [ "$tries" -lt 600 ] && ! [ -e reported ]; do
            tries=$((tries + 1)); real-sleep 0.1
        done
        echo "ERROR: enough"; exit 1 ;;
    *ensurepip*) exit 0 ;;
    *) echo "<pybridge>3.11 shared</pybridge>" ;;
esac
"""


def test_what_takes_long_says_how_far_it_is(checkout):
    checkout.put("Rscript", GOOD_R)
    checkout.put("python3", SLOW_PIP)
    (checkout.bin / "real-sleep").symlink_to(shutil.which("sleep"))
    # The reports come every 20 seconds: here as soon as there is something to report, and once.
    checkout.put(
        "sleep",
        "[ ! -e asked ] || { : >reported; exec real-sleep 60; }\n"
        ": >asked\n"
        "while [ ! -e collecting ]; do real-sleep 0.1; done",
    )
    done = checkout.set_up()
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert "setup:   20 s: Collecting a-large-library" in lines
    assert lines[-1].startswith("setup: pip could not install the Python packages: enough")


def test_no_network_for_the_python_packages(checkout):
    checkout.put("Rscript", GOOD_R)
    checkout.take("python3").symlink_to(sys.executable)
    # Port 9 of this machine answers nothing: a network that refuses every connection.
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_CONFIG_FILE": os.devnull}
    done = checkout.set_up(**nowhere, PIP_RETRIES="0")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "setup: no network: pip could not reach its package index, or found nothing there, so the "
        "Python packages are not installed. Connect, or set PIP_INDEX_URL to an index you can "
        "reach, and run this again."
    )
    assert not (checkout.root / ".venv/stamp-python").exists()
    assert (checkout.root / ".venv/made-by-tools-setup").exists()
