"""Make the tables that tables.R and tables.py send between R and Python.

They have nine columns, one of each kind, with the same values in every library: pandas has them
with its own dtypes, and with those of Arrow.
"""

from __future__ import annotations

import ctypes
import gc
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

ROWS = 1_000_000
SOURCES = ("polars", "PyArrow", "pandas", "pandas with Arrow's dtypes")
ALL = "nine columns"
ZONE = "Europe/Berlin"


def columns(rows: int) -> dict[str, pa.Array]:
    """Return the nine columns, each under the name of its kind."""
    rng = np.random.default_rng(1)
    words = np.array([f"word {k} of ten thousand" for k in range(10_000)])
    letters = [chr(ord("a") + k) for k in range(26)]
    codes = pa.array(rng.integers(0, 26, rows), pa.int8())
    seconds = 1_700_000_000 + rng.integers(0, 10**8, rows)
    return {
        "int32": pa.array(rng.integers(-(10**9), 10**9, rows).astype("i4")),
        "float64": pa.array(rng.normal(size=rows)),
        "bool": pa.array(rng.random(rows) < 0.5),
        "Int64, 10 % NA": pa.array(rng.integers(0, 10**9, rows), mask=rng.random(rows) < 0.1),
        "text, 10,000 distinct": pa.array(words[rng.integers(0, 10_000, rows)].tolist()),
        "text, all distinct": pa.array([f"row {k}" for k in rng.permutation(rows)]),
        "category": pa.DictionaryArray.from_arrays(codes, letters),
        "time with zone": pa.array(seconds * 10**6).cast(pa.timestamp("us", ZONE)),
        "date": pa.array((seconds // 86400).astype("i4")).cast(pa.date32()),
    }


def tables(rows: int = ROWS, kind: str | None = None) -> dict[str, pa.Table]:
    """Return a table of one column for each kind, and one of all nine; or one of these alone."""
    made = columns(rows)
    found = {kind: pa.table({"x": column}) for kind, column in made.items()}
    found[ALL] = pa.table({f"x{k}": column for k, column in enumerate(made.values(), 1)})
    return found if kind is None else {kind: found[kind]}


def in_library(table: pa.Table, source: str) -> Any:
    """Return a table as one of a library, with the dtypes that its users have."""
    match source:
        case "polars":
            return pl.from_arrow(table)
        case "PyArrow":
            return table
        case "pandas":
            return _with_own_dtypes(table)
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def _with_own_dtypes(table: pa.Table) -> pd.DataFrame:
    """Return a table of pandas with the dtypes of NumPy, and a nullable one for Int64.

    A day is an object of `datetime.date`, as in what PyArrow's `to_pandas()` makes.
    """
    nullable = {pa.int64(): pd.Int64Dtype()}
    found = table.to_pandas(types_mapper=nullable.get)
    times = found.select_dtypes("datetimetz").columns
    return found.astype(dict.fromkeys(times, f"datetime64[ns, {ZONE}]"))


def in_pandas(x: Any) -> pd.DataFrame:
    """Return a table as one of pandas, for what takes no other."""
    return x if isinstance(x, pd.DataFrame) else x.to_pandas()


def forget_peak() -> None:
    """Let the peak of the memory of this process be what it uses now, which Linux can."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    ctypes.CDLL(None).malloc_trim(0)  # else what is free already would not count
    Path("/proc/self/clear_refs").write_text("5")


def can_forget_peak() -> bool:
    """Return whether this is Linux."""
    return Path("/proc/self/clear_refs").exists()


def peak() -> int:
    """Return the most memory that this process had since then, in bytes.

    The system's `ru_maxrss` is not that: a process inherits it from the one that started it.
    """
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])
