"""Skip a test outside a checkout if what it needs is missing, and name what it needs.

The source distribution holds the tests but not all that they need: NumPy alone may be installed,
and `tools/` or `examples/` stay in the checkout. In the checkout nothing may be missing: there
`make test` names the libraries that it asks for, and counts every skipped test as a failure.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from processes import ROOT

# What the source distribution leaves out of the checkout.
LEFT_OUT = ("tools/", "examples/", "docs/", "benchmarks/", "r/", "Makefile")


def declared() -> set[str]:
    """Return the modules that pyproject.toml asks for."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [*settings["project"]["optional-dependencies"].values()]
    groups += settings["dependency-groups"].values()
    texts = [text for group in groups for text in group if isinstance(text, str)]
    return {re.match(r"[\w-]+", text)[0].replace("-", "_") for text in texts}


def is_asked_for(name: str) -> bool:
    """Return whether the tests must fail without a library."""
    asked = os.environ.get("PYBRIDGE_TEST_BACKENDS", "").split(",")
    return name in asked or "all" in asked


def need_of(fault: BaseException) -> str | None:
    """Return what a failed test lacked, as text, or None if it lacked nothing."""
    chain = list(chain_of(fault))
    text = "\n".join(map(str, chain))
    names = [one.name for one in chain if isinstance(one, ImportError) and one.name]
    # A backend whose library is missing stays half imported, and has the name of its library.
    absent = {part for name in names for part in (name.split(".")[0], name.split(".")[-1])}
    absent |= set(re.findall(r"No module named '?(\w+)", text))
    for name in sorted(absent & declared()):
        if find_spec(name) is None and not is_asked_for(name):
            return f"needs {name}, which is not installed"
    is_checkout = (ROOT / "tools/setup").exists()
    return None if is_checkout else need_of_checkout(chain, text, absent)


def need_of_checkout(chain: list[BaseException], text: str, absent: set[str]) -> str | None:
    """Return the part of the checkout, or of R, that a test outside a checkout lacked."""
    paths = [str(one.filename) for one in chain if isinstance(one, FileNotFoundError)]
    for name in LEFT_OUT:
        if any(f"{ROOT}/{name.rstrip('/')}" in place for place in [*paths, text]):
            return f"needs {name} of the checkout"
    for name in sorted(absent - {"pybridge"}):
        return f"needs the module {name} of the checkout"
    if "conversion needs rpy2 and R" in text:
        return "needs rpy2 and R"
    if (
        "Rscript" in paths
        or "R" in paths
        or "No such file or directory: 'R'" in text
        or (shutil.which("R") is None and "R_HOME" in text)
    ):
        return "needs R, which is not on PATH"
    if "there is no package called" in text:
        return "needs the R package pybridge"
    return None


def chain_of(fault: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that led to it."""
    one: BaseException | None = fault
    while one is not None:
        yield one
        for failure in getattr(one, "failures", [one]):  # of a doctest
            if isinstance(failure, doctest.UnexpectedException):
                yield from chain_of(failure.exc_info[1])
        one = one.__cause__ or one.__context__


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    fault = report.call.excinfo and report.call.excinfo.value
    need = need_of(fault) if isinstance(fault, Exception) else None
    if need is not None:
        report.outcome, report.longrepr = "skipped", (str(collector.path), None, f"Skipped: {need}")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    fault = call.excinfo and call.excinfo.value
    need = need_of(fault) if isinstance(fault, Exception | pytest.fail.Exception) else None
    if need is not None:
        skip = pytest.skip.Exception(need).with_traceback(fault.__traceback__)
        call.excinfo = pytest.ExceptionInfo.from_exception(skip)
    return (yield)
