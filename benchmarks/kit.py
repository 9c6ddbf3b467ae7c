"""What one test costs that compares with R: R in the process, in one of its own, and replayed."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from timing import Row, compare, compare_slow, main

from pybridge.testing import OwnProcess, assert_same_as_r
from pybridge.testing.oracle import ask_r
from pybridge.testing.record_files import write_file
from pybridge.testing.records import Asker, Records

SOURCE = "x * 2 + 1"
IN_PROCESS = "R in the process"
PROJECT = Path(__file__).resolve().parent.parent / "examples/test_kit"


class Answers:
    """The answers of a mode, to a test that is begun anew with each question."""

    def __init__(self, mode, asker):
        self.records, self.asker = Records(mode, ask_r), asker

    def ask(self, source, inputs):
        """Return the answer to the first question of the test."""
        self.records.enter(self.asker)
        try:
            return self.records.ask(source, inputs)
        finally:
            self.records.leave()


def by_rpy2(x):
    """Compare as a test does that has rpy2 alone."""
    import rpy2.robjects as ro
    from rpy2.robjects import numpy2ri

    converter = ro.default_converter + numpy2ri.converter

    def test():
        with converter.context():
            ro.globalenv["x"] = x
            np.testing.assert_array_equal(x * 2 + 1, ro.r(SOURCE))

    return test


def one_question() -> Iterator[Row]:
    """Time one assertion, on a few numbers and on many."""
    with tempfile.TemporaryDirectory() as folder, OwnProcess() as own:
        for size in (10, 10_000):
            x = np.linspace(0, 1, size)
            asker = Asker.beside(Path(folder) / f"test_{size}.py", "test_it")
            recording = Answers("record", asker)
            assert_same_as_r(x * 2 + 1, SOURCE, x=x, run=recording)
            write_file(asker.file, {"test_it": recording.records.written[asker].to_json()})
            replayed = Answers("replay", asker)

            def asking(run, x=x):
                return lambda: assert_same_as_r(x * 2 + 1, SOURCE, x=x, run=run)

            here = asking(None)
            label = f"{size} reals"
            yield compare(f"{IN_PROCESS}, {label}", here, [by_rpy2(x)], alternative="rpy2 alone")
            row = f"R in a process of its own, {label}"
            yield compare(row, asking(own), [here], alternative=IN_PROCESS)
            yield compare(f"replayed, {label}", asking(replayed), [here], alternative=IN_PROCESS)


def a_suite() -> Iterator[Row]:
    """Time pytest on a suite of 16 tests, with its start and with R's."""

    def run(*options):
        quiet = ("-q", "-p", "no:cacheprovider", "-c", f"{PROJECT}/pytest.ini", *options)
        command = [sys.executable, "-m", "pytest", *quiet, f"{PROJECT}/tests/test_filters.py"]
        return lambda: subprocess.run(command, check=True, capture_output=True)

    in_process = ("-o", "r_own_process=false")
    rivals = {IN_PROCESS: run(*in_process), "R in a process of its own": run()}
    yield from compare_slow("pytest on 16 tests, replayed", run("--r-replay"), rivals, most=60)


if __name__ == "__main__":
    main({"Test kit: one question": one_question, "Test kit: a whole suite": a_suite})
