"""The set-up script says in one message what is wrong and what to do, and stops.

Each test gives it a checkout of its own and a PATH with nothing on it but what the test puts there.
"""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from processes import ROOT

TOOLS = ["cat", "cp", "dirname", "find", "grep", "id", "mkdir", "mktemp", "rm", "sh", "sha256sum"]
TOOLS += ["env", "sort", "tail"]
GOOD_R = "echo 4.5.0"
OLD_PYTHON = "echo 3.9 old"
STATIC_PYTHON = "echo 3.12 static"


class Checkout:
    """A folder with the set-up script, and a PATH of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a checkout"
        self.bin = folder / "bin"
        (self.root / "tools").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(ROOT / "tools/setup", self.root / "tools/setup")
        shutil.copy(ROOT / "pyproject.toml", self.root)
        for name in TOOLS:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)

    def put(self, name: str, script: str) -> None:
        """Put a command on the PATH."""
        command = self.bin / name
        command.unlink(missing_ok=True)
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(command.stat().st_mode | stat.S_IXUSR)

    def set_up(self, *packages: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the set-up script."""
        kept = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
        return subprocess.run(
            [self.root / "tools/setup", *packages],
            env={**kept, "PATH": str(self.bin), **environment},
            capture_output=True,
            text=True,
            timeout=120,
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
    assert message.endswith(
        """Rscript -e 'install.packages(c("reticulate", "testthat", "jsonlite"))'"""
    )


def test_a_command_may_need_more_of_r(checkout):
    message = refusal(checkout.set_up("lintr", "knitr"))
    assert "with the packages reticulate testthat jsonlite lintr knitr." in message
    assert message.endswith('"jsonlite", "lintr", "knitr"))\'')


def test_no_r_without_rights_gives_the_command_to_type(checkout):
    checkout.put("apt-get", "echo must not run; exit 3")
    checkout.put("id", "echo 1000")
    assert refusal(checkout.set_up()) == (
        "setup: missing: r-base-core r-cran-reticulate r-cran-testthat r-cran-jsonlite. Type: sudo "
        "sh -c 'apt-get update && apt-get install -y --no-install-recommends r-base-core "
        "r-cran-reticulate r-cran-testthat r-cran-jsonlite'   and run this again."
    )


def test_a_missing_r_package_is_the_only_thing_asked_for(checkout):
    checkout.put("Rscript", 'echo "4.5.0 jsonlite"')
    checkout.put("apt-get", "echo must not run; exit 3")
    checkout.put("id", "echo 1000")
    assert "missing: r-cran-jsonlite. Type:" in refusal(checkout.set_up())


def test_sudo_without_a_password_installs(checkout):
    checkout.put("id", "echo 1000")
    checkout.put("sudo", f'shift; echo "$@" >>"{checkout.root}/sudo"; [ "$1" = true ] || "$@"')
    # The R that appears is too old, which ends the run where this test wants it.
    checkout.put(
        "apt-get",
        f'echo "$@" >>"{checkout.root}/apt"\n'
        f"printf '#!/bin/sh\\necho 4.2.2\\n' >'{checkout.bin}/Rscript'\n"
        f"'{shutil.which('chmod')}' +x '{checkout.bin}/Rscript'",
    )
    done = checkout.set_up()
    assert (checkout.root / "apt").read_text().splitlines() == [
        "update",
        "install -y --no-install-recommends r-base-core r-cran-reticulate r-cran-testthat "
        "r-cran-jsonlite",
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
        "setup: could not install r-base-core r-cran-reticulate r-cran-testthat r-cran-jsonlite. "
        "Is there a network? When there is, type: sudo sh -c 'apt-get update && "
    )


@pytest.mark.parametrize("version", ["4.2.3", "3.6.3"])
def test_an_old_r(checkout, version):
    checkout.put("Rscript", f"echo {version}")
    assert refusal(checkout.set_up()) == (
        f"setup: R {version} is too old: pybridge needs R 4.3 or newer. Install a newer R, put its "
        "Rscript first on PATH, and run this again."
    )


def test_r_that_does_not_start(checkout):
    checkout.put("Rscript", "exit 1")
    assert "does not start: repair R." in refusal(checkout.set_up())


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (OLD_PYTHON, "python3 is Python 3.9, older than 3.11"),
        (STATIC_PYTHON, "python3 (3.12) has no shared libpython, which R needs"),
        (
            'case $2 in *ensurepip*) exit 1 ;; *) echo "3.11 shared" ;; esac',
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
    assert printed == "{}.{} shared\n".format(*sys.version_info[:2])


def test_no_network_for_the_python_packages(checkout):
    checkout.put("Rscript", GOOD_R)
    (checkout.bin / "python3").symlink_to(sys.executable)
    # Port 9 of this machine answers nothing: a network that refuses every connection.
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_CONFIG_FILE": os.devnull}
    done = checkout.set_up(**nowhere, PIP_RETRIES="0")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "setup: no network: pip could not reach its package index, so the Python packages are not "
        "installed. Connect, or set PIP_INDEX_URL to an index you can reach, and run this again."
    )
    assert not (checkout.root / ".venv/stamp-python").exists()
