"""The plugin for pytest: `pytest_plugins = ["pybridge.testing.plugin"]` in a `conftest.py`.

The fixture `r` evaluates R source with named arrays, `r("x[2, ]", x=x)`, as `run_r` does; see
`RecordedR`. `assert_same_as_r` asks the same R. The pytest options are:

- `--r-record` writes R's answers to records next to the tests, `__r__/NAME.json`;
- `--r-replay` answers from these records, without R. So does every run without R or rpy2;
- `--r-check` asks R, and fails if a record has another answer;
- `--r-own-process`, or the setting `r_own_process = true`, runs R in a separate process: a crash
  of R ends one test and not the run, and R is not in the process of the tests.

If neither R nor a record has an answer, the test fails. With the setting `r_required = false` it
is skipped instead, and pytest's last line counts such tests. Tests that use the fixture have
the marker `r`; `pytest -m "not r"` leaves them out.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pybridge.testing import asking
from pybridge.testing.oracle import ask_r, plain_answer
from pybridge.testing.own_process import OwnProcess
from pybridge.testing.python_values import as_r
from pybridge.testing.r_values import Answer, RValue
from pybridge.testing.record_files import write_file
from pybridge.testing.records import Asker, Mode, Records

OWN_PROCESS = "r_own_process"
REQUIRED = "r_required"
NOT_ASKED = "R was not asked"
REPLAYED = "answered by a record of R"
MODES: dict[Mode, str] = {
    "record": "write R's answers to __r__/NAME.json beside the tests",
    "replay": "answer from these records, and leave R alone",
    "check": "ask R, and fail where a record says something else",
}


class RecordedR:
    """The fixture `r`: R is asked, recorded or replayed, as pytest's options say."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def __call__(self, source: str, /, **variables: Any) -> Any:
        """Evaluate R source with named arrays, as `run_r` does: `r("x[2, ]", x=x)`."""
        __tracebackhide__ = True
        inputs = {name: as_r(value) for name, value in variables.items()}
        return plain_answer(self.ask(source, inputs))

    def ask(self, source: str, inputs: Mapping[str, RValue], /) -> Answer:
        """Return all that R answers to source with inputs by name."""
        __tracebackhide__ = True
        return self._records.ask(source, inputs)

    def requires(self, *packages: str) -> None:
        """Require R packages, `r.requires("MASS", "fixest>=0.12")`; R compares the versions.

        R is asked once in a run for each package. If a package is missing or too old, the test
        fails, or with `r_required = false` it is skipped and counted. No package is attached: write
        `fixest::feols()` or `library(fixest)` in the R code.
        """
        __tracebackhide__ = True
        for package in packages:
            self._records.require(package)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the settings."""
    group = parser.getgroup("pybridge", "R's answers, by pybridge.testing")
    for mode, words in MODES.items():
        group.addoption(f"--r-{mode}", action="store_true", default=False, help=words)
    about = "run R in a process of its own"
    group.addoption("--r-own-process", action="store_true", default=False, help=about)
    parser.addini(OWN_PROCESS, about, type="bool", default=False)
    about = "fail a test to which neither R nor a record has an answer; if false, skip and count it"
    parser.addini(REQUIRED, about, type="bool", default=True)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and choose who answers."""
    config.addinivalue_line("markers", 'r: asks R; -m "not r" leaves such tests out')
    chosen: list[Mode] = [mode for mode in MODES if config.getoption(f"--r-{mode}")]
    if len(chosen) > 1:
        raise pytest.UsageError(f"choose one of {', '.join(f'--r-{mode}' for mode in chosen)}")
    config.pluginmanager.register(_Run(config, chosen[0] if chosen else "ask"), "pybridge-r-run")


@pytest.fixture(scope="session")
def r(request: pytest.FixtureRequest) -> RecordedR:
    """Evaluate R source with named arrays: `r("x[2, ]", x=x)` is `run_r("x[2, ]", x=x)`."""
    run: _Run = request.config.pluginmanager.get_plugin("pybridge-r-run")  # type: ignore[assignment]
    return run.r


class _Run:
    """What one run of pytest asks, records and counts."""

    def __init__(self, config: pytest.Config, mode: Mode) -> None:
        self._config = config
        self._is_required = bool(config.getini(REQUIRED))
        self._own: OwnProcess | None = None
        if config.getoption("--r-own-process") or config.getini(OWN_PROCESS):
            self._own = OwnProcess()
        self._records = Records(
            mode, ask_r if self._own is None else self._own.ask, self._not_asked
        )
        self.r = RecordedR(self._records)
        self._collected: dict[str, set[str]] = {}
        """The tests of each file, and the fixtures that they use, whichever of them run."""
        self._counts = {NOT_ASKED: 0, REPLAYED: 0}
        asking.set_oracle(self.r)

    def _not_asked(self, why: str) -> NoReturn:
        __tracebackhide__ = True
        if self._is_required:
            pytest.fail(f"{why} (r_required = false in pytest's settings skips such a test)",
                        pytrace=False)  # fmt: skip
        pytest.skip(why)

    # ---- Who asks --------------------------------------------------------------------------------

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Remember which tests there are, and mark those that use the fixture."""
        fixtures = getattr(item, "fixturenames", ())
        if "r" in fixtures:
            item.add_marker("r")
        asker = _asker_of(item)
        names = {asker.name, *(f"fixture {name}" for name in fixtures)}
        self._collected.setdefault(str(asker.file), set()).update(names)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Have the questions of a test in its own record."""
        asker = _asker_of(item)
        self._records.enter(asker)
        try:
            return (yield)
        finally:
            self._records.leave()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Have the questions of a fixture that several tests share in a record of its own."""
        module = getattr(fixturedef.func, "__globals__", {}).get("__file__")
        if fixturedef.scope == "function" or module is None:
            return (yield)
        name = f"fixture {fixturedef.argname}"
        if hasattr(request, "param"):
            name += f"[{getattr(request, 'param_index', 0)}]"
        if fixturedef.scope != "session":
            name += f" of {request.node.nodeid}"
        self._records.enter(Asker.beside(Path(module), name))
        try:
            return (yield)
        finally:
            self._records.leave()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Mark the report of a test that a record has answered."""
        report = yield
        if call.when == "call" and _asker_of(item) in self._records.replayed:
            report.user_properties.append((REPLAYED, True))
        return report

    # ---- What is kept, and what is counted -------------------------------------------------------

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the tests that R did not answer; with pytest-xdist those of all workers."""
        if report.skipped and isinstance(report.longrepr, tuple):
            self._counts[NOT_ASKED] += report.longrepr[2].startswith(f"Skipped: {NOT_ASKED}")
        self._counts[REPLAYED] += (REPLAYED, True) in map(tuple, report.user_properties)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Write the records; a worker of pytest-xdist sends them to the process that started it."""
        answers: dict[str, dict[str, Any]] = {}
        for asker, asked in self._records.written.items():
            answers.setdefault(str(asker.file), {})[asker.name] = asked.to_json()
        # a module is not collected whole where tests are named, or only those that failed
        is_whole = not any("::" in argument for argument in self._config.args)
        is_whole = is_whole and not self._config.getoption("lf", False)
        collected = {
            file: sorted(self._collected[file]) if is_whole and file in self._collected else None
            for file in answers
        }
        output = getattr(self._config, "workeroutput", None)
        if output is None:
            self._write(answers, collected)
        else:
            output["pybridge_r"] = [answers, collected]
        if self._own is not None:
            self._own.close()
        result = yield
        self._say_last()
        return result

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Write what a worker of pytest-xdist has recorded."""
        self._write(*getattr(node, "workeroutput", {}).get("pybridge_r", [{}, {}]))

    def _write(self, answers: dict[str, Any], collected: dict[str, Any]) -> None:
        for file, records in answers.items():
            names = collected[file]
            try:
                write_file(Path(file), records, None if names is None else set(names))
            except OSError as error:
                raise pytest.UsageError(f"--r-record cannot write {file}: {error}") from None

    def _say_last(self) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or hasattr(self._config, "workeroutput"):
            return
        for words, count in (
            (REPLAYED, self._counts[REPLAYED]),
            (NOT_ASKED, self._counts[NOT_ASKED]),
        ):
            if count:
                reporter.write_line(
                    f"{words[0].upper()}{words[1:]}: {count} test{'s' * (count > 1)}"
                )

    def pytest_unconfigure(self) -> None:
        """Leave R to others."""
        asking.set_oracle(None)


def _asker_of(item: pytest.Item) -> Asker:
    """Return where the questions of a test are: next to its module, under its name."""
    return Asker.beside(item.path, item.nodeid.partition("::")[2] or item.name)
