"""Tables that cross between Python and R under rpy2: `python benchmarks/tables.py`.

Beside `to_r` and `from_r` are rpy2's own pandas2ri, the package rpy2-arrow, and ryp, which brings
an R of its own and so runs in another process. The last two need R's package arrow: where
something is not installed, the table says so.

`python benchmarks/tables.py memory SOURCE WAY` prints the most memory that one way takes, as a
multiple of the size of its result: the process has no other use. `ryp SOURCE` is the process that
converts by ryp, whenever it reads a line.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import timeit
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ.setdefault("RPY2_CFFI_MODE", "ABI")

import columns
import polars as pl
import pyarrow as pa
from timing import Note, Row, compare_slow, main, time_text

FEW = 10_000
MOST = 5.0
"""Who would take more seconds for all rows gets few of them."""
ALL = columns.ALL
HERE = Path(__file__).resolve()
ALONE = "What nobody else does in time takes"
Way = Callable[[], Any]


class Others:
    """What is installed beside rpy2, and the R that it starts."""

    def __init__(self) -> None:
        import rpy2.rinterface_lib.callbacks as callbacks
        import rpy2.robjects as ro
        from rpy2.robjects import pandas2ri

        # R's warnings, of what is no part of the table
        callbacks.consolewrite_warnerror = lambda text: None
        self.r = ro.r
        self.pandas2ri = ro.default_converter + pandas2ri.converter
        self.r["source"](str(HERE.parent / "results.R"))
        self.has_arrow = self.r('(requireNamespace("arrow", quietly = TRUE))')[0]
        self.missing = [
            module
            for module in ("rpy2_arrow", "ryp")
            if not self.has_arrow or find_spec(module) is None
        ]
        if "rpy2_arrow" not in self.missing:
            # else R's vectors are made when they are looked at
            self.r("options(arrow.use_altrep = FALSE)")

    def by_pandas2ri(self, x: Any) -> Any:
        """Convert a table by rpy2's own rules, which are for pandas."""
        with self.pandas2ri.context() as context, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return context.py2rpy(columns.in_pandas(x))

    def from_pandas2ri(self, frame: Any) -> Any:
        """Convert a data frame back."""
        with self.pandas2ri.context() as context:
            return context.rpy2py(frame)

    def by_rpy2_arrow(self, x: Any) -> Any:
        """Convert a table by R's arrow. It has no views of text, which polars gives if it may."""
        from rpy2_arrow.arrow import pyarrow_table_to_r_table

        is_polars = isinstance(x, pl.DataFrame)
        oldest = pl.CompatLevel.oldest()
        table = x.to_arrow(compat_level=oldest) if is_polars else pa.table(x)
        return self.r["as.data.frame"](pyarrow_table_to_r_table(table))

    def from_rpy2_arrow(self, frame: Any) -> pa.Table:
        """Convert a data frame to a table of PyArrow."""
        from rpy2_arrow.arrow import rarrow_to_py_table

        return rarrow_to_py_table(self.r("arrow::arrow_table")(frame))


class Ryp:
    """A process that converts by ryp, in an R of its own."""

    def __init__(self, source: str) -> None:
        command = [sys.executable, str(HERE), "ryp", source]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, line: str) -> str:
        """Have it do what a line says, and return its answer."""
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        """Let it end."""
        self.process.communicate()


def serve_ryp(source: str) -> None:
    """Answer lines: a kind is the next table, an empty line converts it."""
    import ryp

    answers, sys.stdout = sys.stdout, sys.stderr
    ryp.r("options(arrow.use_altrep = FALSE)")
    tables, x = columns.tables(), None
    for line in sys.stdin:
        text = ""
        if kind := line.strip():
            x = columns.in_library(tables[kind], source)
        try:
            ryp.to_r(x, "x")
        except TypeError as error:
            text = " ".join(str(error).split())
        print(text, file=answers, flush=True)


def ways_to_r(others: Others, x: Any) -> dict[str, Way]:
    """Return the ways of a table to R within this process, the first of them ours."""
    from pybridge import to_r

    is_pandas = not isinstance(x, pl.DataFrame | pa.Table)
    name = "pandas2ri" if is_pandas else "pandas2ri of x.to_pandas()"
    ways = {"to_r": lambda: to_r(x), name: lambda: others.by_pandas2ri(x)}
    if "rpy2_arrow" not in others.missing:
        ways["rpy2-arrow"] = lambda: others.by_rpy2_arrow(x)
    return ways


def to_r_from(source: str) -> Iterator[Row | Note]:
    """Time the tables of a library on their way to R."""
    others = Others()
    ryp = None if "ryp" in others.missing else Ryp(source)
    few = columns.tables(FEW)
    differing: dict[str, list[str]] = {}
    alone: list[str] = []
    for way in ways_to_r(others, columns.in_library(columns.tables(10)[ALL], source)).values():
        way()  # what starts once
    for kind, table in columns.tables().items():
        small = ways_to_r(others, columns.in_library(few[kind], source))
        ways = ways_to_r(others, columns.in_library(table, source))
        ours, small_ours = ways.pop("to_r"), small.pop("to_r")
        named: dict[str, Way] = {}
        slow: dict[str, Way] = {}
        for name, way in small.items():
            start = time.perf_counter()
            result = way()
            is_slow = (time.perf_counter() - start) * columns.ROWS / FEW > MOST
            found = others.r["differences"](result, small_ours())
            if kind != ALL:
                for text in found:
                    differing.setdefault(f"{name} makes {text} of", []).append(kind)
            shown = f"{name}, which differs" if len(found) else name
            (slow if is_slow else named)[shown] = way if is_slow else ways[name]
        if ryp is not None:
            if refusal := ryp.ask(kind):
                differing.setdefault(f"ryp makes nothing ({refusal}) of", []).append(kind)
            else:
                named["ryp"] = lambda: ryp.ask("")
        if named:
            yield from compare_slow(kind, ours, named)
        else:
            alone.append(f"{kind} {time_text(seconds_of(ours))}")
        yield from compare_slow(f"{kind}, {FEW:,} rows", small_ours, slow)
    if ryp is not None:
        ryp.close()
    words = [f"{begin} {' and of '.join(each)}" for begin, each in differing.items()]
    if words:
        yield Note(f"What differs: {'; '.join(words)}.")
    if alone:
        yield Note(f"{ALONE} to_r, for a million rows: {'; '.join(alone)}.")
    yield from what_is_missing(others)
    in_time = [name for name in small if name in named or f"{name}, which differs" in named]
    yield memory_note(source, ["to_r", *in_time])


def seconds_of(way: Way) -> float:
    """Return the median time of a way, after a turn that is not counted."""
    times = [timeit.timeit(way, number=1) for _ in range(4)]
    return statistics.median(times[1:])


def back() -> Iterator[Row | Note]:
    """Time nine columns on their way from R to each library."""
    from pybridge import from_r, to_r

    others = Others()
    frames = {
        rows: to_r(columns.in_library(columns.tables(rows, ALL)[ALL], "pandas"))
        for rows in (FEW, columns.ROWS)
    }

    def by_rpy2(rows: int) -> dict[str, dict[str, Way]]:
        frame = frames[rows]
        return {
            "pandas": {"pandas2ri": lambda: others.from_pandas2ri(frame)},
            "polars": {
                "polars.from_pandas() of pandas2ri's": lambda: pl.from_pandas(
                    others.from_pandas2ri(frame)
                ),
                "rpy2-arrow": lambda: pl.from_arrow(others.from_rpy2_arrow(frame)),
            },
            "pyarrow": {
                "pyarrow.Table.from_pandas() of pandas2ri's": lambda: pa.Table.from_pandas(
                    others.from_pandas2ri(frame)
                ),
                "rpy2-arrow": lambda: others.from_rpy2_arrow(frame),
            },
        }

    few, many = by_rpy2(FEW), by_rpy2(columns.ROWS)
    others.from_pandas2ri(frames[FEW])  # what starts once
    alone = []
    for like, ways in few.items():
        in_time: dict[str, Way] = {}
        slow: dict[str, Way] = {}
        for name, way in ways.items():
            if name == "rpy2-arrow" and "rpy2_arrow" in others.missing:
                continue
            start = time.perf_counter()
            way()
            is_slow = (time.perf_counter() - start) * columns.ROWS / FEW > MOST
            (slow if is_slow else in_time)[name] = way if is_slow else many[like][name]
        ours, small = (
            lambda frame=frames[rows], like=like: from_r(frame, like=like)
            for rows in (columns.ROWS, FEW)
        )
        if in_time:
            yield from compare_slow(f"{like}, nine columns", ours, in_time)
        else:
            alone.append(f"{like} {time_text(seconds_of(ours))}")
        yield from compare_slow(f"{like}, nine columns, {FEW:,} rows", small, slow)
    if alone:
        yield Note(f"{ALONE} from_r, for a million rows: {'; '.join(alone)}.")
    yield from what_is_missing(others)


def what_is_missing(others: Others) -> Iterator[Note]:
    """Say which of the others are not there."""
    names = " and ".join(name.replace("_", "-") for name in others.missing)
    if not others.has_arrow:
        yield Note(f"Not compared: {names}, because R's package arrow is not installed.")
    elif names:
        yield Note(f"Not compared: {names}, because pip has not installed it.")


def memory_of(source: str, name: str) -> float:
    """Return the most memory that a way takes, as a multiple of the size of its result."""
    others = Others()
    x = columns.in_library(columns.tables(kind=ALL)[ALL], source)
    way = ways_to_r(others, x)[name]
    others.r["gc"]()
    columns.forget_peak()
    before = columns.peak()
    result = way()
    return (columns.peak() - before) / others.r["object.size"](result)[0]


def memory_note(source: str, names: list[str]) -> Note:
    """Have processes of their own measure the memory of each way."""
    if not columns.can_forget_peak():
        return Note("The memory at the peak is measured under Linux alone.")
    found = []
    for name in names:
        command = [sys.executable, str(HERE), "memory", source, name]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found.append(f"{name} {float(text):.2g}")
    return Note(
        "The most memory that the nine columns take on the way, as a multiple of the size of the "
        f"result: {', '.join(found)}."
    )


def title_of(source: str) -> str:
    """Return the title of a table."""
    return f"Tables to R under rpy2 from {source}, a million rows"


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        print(memory_of(*sys.argv[2:]))
    elif sys.argv[1:2] == ["ryp"]:
        serve_ryp(sys.argv[2])
    else:
        sources = {
            title_of(source): lambda source=source: to_r_from(source) for source in columns.SOURCES
        }
        main({**sources, "Tables from R under rpy2, a million rows": back})
