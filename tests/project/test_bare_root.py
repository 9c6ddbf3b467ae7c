"""The bare machine of .ci/run is made, or words say why not; .ci/run itself shows that it works."""

import os
import shutil
import subprocess

import pytest
from processes import ROOT

TOOLS = ("dirname", "grep", "mkdir", "rm", "sed", "sh", "tail")


@pytest.fixture
def bare_root(tmp_path):
    """Run the script with a PATH that has a few tools, and commands that do what a test says."""
    script = tmp_path / "tools/bare_root"
    script.parent.mkdir()
    shutil.copy(ROOT / "tools/bare_root", script)
    path = tmp_path / "bin"
    path.mkdir()
    for name in TOOLS:
        (path / name).symlink_to(shutil.which(name))

    def run(*arguments, **commands):
        for name, does in {"id": "echo 0", "unshare": "exit 0", **commands}.items():
            (path / name).write_text(f"#!/bin/sh\n{does}\n")
            (path / name).chmod(0o755)
        return subprocess.run(
            [script, *arguments],
            env={"PATH": str(path), "HOME": os.devnull},
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        ({"id": "echo 1000"}, "it needs root's rights: sudo make test-bare."),
        ({}, "debootstrap is not found: install it."),
        (
            {"apt-get": "exit 1"},
            "debootstrap could not be installed: apt-get install debootstrap.",
        ),
        (
            {"debootstrap": "exit 0", "unshare": "exit 1"},
            "this machine lets even root mount nothing "
            "(unshare --mount --pid --fork --kill-child failed).",
        ),
        ({"debootstrap": "echo no such mirror; exit 1"}, "debootstrap failed (see above)."),
    ],
)
def test_words_say_why_there_is_no_bare_machine(bare_root, commands, words):
    done = bare_root("make test", **commands)
    assert done.returncode == 77
    assert f"bare: no bare machine: {words}" in done.stderr


def test_help_says_how_to_call_it(bare_root):
    done = bare_root("--help")
    assert "tools/bare_root 'make mnist' 'make test'" in done.stdout
