"""A program of Python in a process of its own, because it changes or ends what R is there."""

import textwrap

from processes import python


def run(code: str) -> str:
    """Run a program in a process of its own and return what it prints."""
    done = python("-X", "faulthandler", "-c", textwrap.dedent(code))
    assert done.returncode == 0, done.stderr
    return done.stdout
