"""Compare tables that cross between Python and R with the elements of both sides, at random.

    python tests/support/fuzz_tables.py --cases 20000 --seconds 1500 --seed 1

Tables, batches, columns and arrays of PyArrow, polars and pandas, of every type of Arrow, with
nulls, chunks, offsets and dictionaries. `to_r(x, int64=...)` makes an R object, whose elements are
read by rpy2 alone; they are those of `x.to_pylist()`. `from_r(frame, like=...)` brings it to each
library, with the same elements. A case may also be refused, by an error of pybridge; the last lines
say how often for each type. A case is drawn again by its own seed, which is printed. The exit
status is 1 if any differs, and if a type is never converted.
"""

import collections
import datetime
import decimal
import math
import os
import random
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

os.environ.setdefault("RPY2_CFFI_MODE", "ABI")

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from rpy2 import rinterface

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from searching import search  # noqa: E402

from pybridge import errors, from_r, to_r  # noqa: E402

rinterface.initr()
BASE = rinterface.baseenv
POLICIES = ("double", "double", "integer", "character", "integer64")
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
SECONDS = {"secs": 1, "mins": 60, "hours": 3600, "days": 86400, "weeks": 604800}
DAY = 86400
TEXTS = ("", "a", "b", "NA", "é", "日本", "𝄞 clef", "more than twelve bytes", " ", "line\nline")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")

# ---- Arrays of Arrow -----------------------------------------------------------------------------

Draw = Callable[[random.Random], Any]


def whole(bits: int, *, signed: bool = True) -> Draw:
    """Return what draws integers of a width: small ones, and those at the ends."""
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    ends = [least, least + 1, most, most - 1, 2**31 - 1, -(2**31) + 1, 2**31]
    ends += [2**53 - 1, 2**53, 2**53 + 1, -(2**53), -(2**53) - 1]
    within = [end for end in ends if least <= end <= most]

    def draw(rng: random.Random) -> int:
        if rng.random() < 0.1:
            return rng.choice(within)
        return max(least, rng.randint(-9, 99))

    return draw


def real(rng: random.Random) -> float:
    """Draw a real that a float16 holds as well."""
    return rng.choice((0.0, -0.0, 0.5, -1.25, 3.0, math.nan, math.inf, -math.inf, 1024.0))


def counts(per_day: int) -> Draw:
    """Return what draws moments as counts, most of them from 1900 to 2100."""

    def draw(rng: random.Random) -> int:
        count = rng.randint(-25000, 45000) * per_day
        share = rng.choice((1, 1, per_day, min(per_day, DAY), min(per_day, DAY * 1000)))
        count += rng.randrange(share) * (per_day // share)
        return rng.choice((0, -1, 1, count, count, count, count))

    return draw


def number(scale: int) -> Draw:
    """Return what draws decimals."""
    return lambda rng: decimal.Decimal(rng.choice((0, 1, -5, 250, 10**9, 12345))).scaleb(-scale)


def text(rng: random.Random) -> str:
    """Draw text; R's has no character of code 0."""
    return "a\0b" if rng.random() < 0.002 else rng.choice(TEXTS)


SIMPLE: dict[str, tuple[pa.DataType, Draw]] = {
    "null": (pa.null(), lambda rng: None),
    "bool": (pa.bool_(), lambda rng: rng.random() < 0.5),
    **{f"int{bits}": (getattr(pa, f"int{bits}")(), whole(bits)) for bits in (8, 16, 32, 64)},
    **{
        f"uint{bits}": (getattr(pa, f"uint{bits}")(), whole(bits, signed=False))
        for bits in (8, 16, 32, 64)
    },
    "float16": (pa.float16(), lambda rng: np.float16(real(rng))),
    "float32": (pa.float32(), real),
    "float64": (pa.float64(), lambda rng: rng.choice((real(rng), rng.gauss(0, 1e9)))),
    "string": (pa.string(), text),
    "large_string": (pa.large_string(), text),
    "string_view": (pa.string_view(), text),
    "binary": (pa.binary(), lambda rng: rng.choice((b"a", b"b", b"\xff"))),
    "date32": (pa.date32(), lambda rng: rng.randint(-25000, 45000)),
    "date64": (pa.date64(), lambda rng: rng.randint(-25000, 45000) * DAY * 1000),
    **{f"timestamp {u}": (pa.timestamp(u), counts(DAY * per)) for u, per in PER_SECOND.items()},
    **{
        f"timestamp {u} {zone}": (pa.timestamp(u, zone), counts(DAY * per))
        for (u, per), zone in zip(PER_SECOND.items(), ZONES, strict=True)
    },
    **{f"duration {u}": (pa.duration(u), counts(DAY * per)) for u, per in PER_SECOND.items()},
    "time32 s": (pa.time32("s"), lambda rng: rng.randrange(DAY)),
    "time32 ms": (pa.time32("ms"), lambda rng: rng.randrange(DAY * 10**3)),
    "time64 us": (pa.time64("us"), lambda rng: rng.randrange(DAY * 10**6)),
    "time64 ns": (pa.time64("ns"), lambda rng: rng.randrange(DAY * 10**9)),
    "decimal128": (pa.decimal128(20, 0), number(0)),
    "decimal128, 2 places": (pa.decimal128(20, 2), number(2)),
}
NESTED = ("list", "large_list", "fixed_size_list", "struct", "list of lists", "list of structs")
DICTIONARIES = ("dictionary", "ordered dictionary")
ODD = ("map", "run_end_encoded", "fixed_size_binary", "month_day_nano", "list_view")
KINDS = (*SIMPLE, *NESTED, *NESTED, *DICTIONARIES, *DICTIONARIES, *DICTIONARIES, *ODD)

MAY_BE_REFUSED = {"binary", *ODD, *(kind for kind in SIMPLE if kind.startswith("time6"))}
MAY_BE_REFUSED |= {kind for kind in SIMPLE if kind.startswith("time32")}
"""Types that R has no counterpart of, or one that is up to the conversion."""


def as_bare(kind: pa.DataType) -> pa.DataType:
    """Return the type of integers that has the bits of dates, moments and durations."""
    if not pa.types.is_temporal(kind) or pa.types.is_interval(kind):
        return kind
    return pa.int32() if kind.bit_width == 32 else pa.int64()


class Case:
    """One random case, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.rows = self.rng.choice((0, 1, 2, 3, 5, 5, 8, 8))
        self.int64 = self.rng.choice(POLICIES)
        self.share_of_nulls = self.rng.choice((0.0, 0.0, 0.3, 0.3, 1.0))

    def array(self, kind: str, rows: int) -> pa.Array:
        """Return an array of a kind; some are slices of a longer one."""
        before, behind = (self.rng.choice((0, 0, 1, 3, 9)) for _ in range(2))
        return self.whole_array(kind, before + rows + behind).slice(before, rows)

    def whole_array(self, kind: str, rows: int) -> pa.Array:
        rng = self.rng
        missing = np.array([rng.random() < self.share_of_nulls for _ in range(rows)], bool)
        if kind in SIMPLE:
            dtype, draw = SIMPLE[kind]
            values = [None if na else draw(rng) for na in missing]
            bare = pa.array(values, as_bare(dtype))
            return bare if bare.type == dtype else bare.view(dtype)
        if kind in DICTIONARIES:
            return self.dictionary(missing, ordered=kind.startswith("ordered"))
        if kind in ("list", "large_list", "list of lists", "list of structs", "list_view", "map"):
            return self.lists(kind, missing)
        inner = rng.choice(("int32", "int64", "float64", "string", "bool", "date32"))
        if kind == "fixed_size_list":
            size = rng.choice((1, 2, 3))
            values = self.array(inner, size * rows)
            return pa.FixedSizeListArray.from_arrays(values, size, mask=pa.array(missing))
        if kind == "struct":
            names = rng.sample(("x", "y", "z"), rng.randint(1, 3))
            kinds = [rng.choice((*SIMPLE, "dictionary", "list")) for _ in names]
            fields = [self.array(each, rows) for each in kinds]
            return pa.StructArray.from_arrays(fields, names, mask=pa.array(missing))
        if kind == "run_end_encoded":
            return (
                pa.RunEndEncodedArray.from_arrays([rows], self.array(inner, 1))
                if rows
                else (pa.array([], pa.run_end_encoded(pa.int32(), pa.int64())))
            )
        if kind == "fixed_size_binary":
            return pa.array([None if na else b"ab" for na in missing], pa.binary(2))
        assert kind == "month_day_nano", kind
        values = [None if na else pa.MonthDayNano([1, 2, 3]) for na in missing]
        return pa.array(values, pa.month_day_nano_interval())

    def lists(self, kind: str, missing: np.ndarray) -> pa.Array:
        """Return lists; some that are missing have elements beneath them."""
        rng = self.rng
        inner = {"list of lists": "list", "list of structs": "struct"}.get(kind) or rng.choice(
            ("int8", "int32", "int64", "float32", "string", "bool", "date32", "timestamp s UTC")
        )
        sizes = [rng.choice((0, 1, 2, 3)) for _ in missing]
        ends = np.cumsum([0, *sizes])
        values = self.array(inner, int(ends[-1]))
        mask = pa.array(missing)
        if kind == "large_list":
            return pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), values, mask=mask)
        if kind == "list_view":
            starts, lengths = pa.array(ends[:-1], pa.int32()), pa.array(sizes, pa.int32())
            return pa.ListViewArray.from_arrays(starts, lengths, values, mask=mask)
        if kind == "map":
            keys = pa.array([f"k{k}" for k in range(len(values))])
            return pa.MapArray.from_arrays(pa.array(ends, pa.int32()), keys, values)
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values, mask=mask)

    def dictionary(
        self, missing: np.ndarray, *, ordered: bool, types: tuple[pa.DataType, ...] = ()
    ) -> pa.Array:
        """Return texts by codes; some dictionaries have a null, or levels that nobody uses."""
        rng = self.rng
        texts: list[str | None] = rng.sample(TEXTS, rng.randint(1, 5))
        if rng.random() < 0.1:
            texts[rng.randrange(len(texts))] = None
        if rng.random() < 0.05:
            texts = texts + texts[:1]
        codes_type, texts_type = types or self.dictionary_types()
        codes = [None if na else rng.randrange(len(texts)) for na in missing]
        return pa.DictionaryArray.from_arrays(
            pa.array(codes, codes_type), pa.array(texts, texts_type), ordered=ordered
        )

    def dictionary_types(self) -> tuple[pa.DataType, pa.DataType]:
        """Return the types of the codes and of the texts."""
        codes = (pa.int8(), pa.uint8(), pa.int32(), pa.int64(), pa.uint32())
        texts = (pa.string(), pa.string(), pa.large_string(), pa.string_view())
        return self.rng.choice(codes), self.rng.choice(texts)

    def column(self, kind: str) -> pa.ChunkedArray:
        """Return a column of some chunks; each may have a dictionary of its own."""
        ends = sorted(self.rng.randint(0, self.rows) for _ in range(self.rng.choice((0, 0, 1, 3))))
        sizes = np.diff([0, *ends, self.rows]).tolist()
        if kind not in DICTIONARIES or self.rng.random() < 0.3:
            array = self.array(kind, self.rows)
            starts = np.cumsum([0, *sizes[:-1]]).tolist()
            chunks = [array.slice(start, size) for start, size in zip(starts, sizes, strict=True)]
            return pa.chunked_array(chunks)
        types, ordered = self.dictionary_types(), kind.startswith("ordered")
        chunks = []
        for size in sizes:
            before = self.rng.choice((0, 0, 2))
            missing = [self.rng.random() < self.share_of_nulls for _ in range(before + size)]
            chunk = self.dictionary(np.array(missing, bool), ordered=ordered, types=types)
            chunks.append(chunk.slice(before))
        return pa.chunked_array(chunks)


# ---- What the elements are -----------------------------------------------------------------------


class Days(collections.namedtuple("Days", "count")):
    """A day, by the days since 1970."""


class Moment(collections.namedtuple("Moment", "seconds step")):
    """A moment, by the seconds since 1970, and the step of its clock; 0 is a double of R."""


class Span(collections.namedtuple("Span", "seconds step")):
    """A duration, or a time of the day, in seconds."""


class Row(collections.namedtuple("Row", "values")):
    """An element of a struct."""


def ticks(kind: Any, values: list[int | None], unit: str) -> list[Any]:
    """Return moments or durations, of their counts."""
    step = Fraction(1, PER_SECOND[unit])
    return [None if value is None else kind(value * step, step) for value in values]


def of_arrow(array: pa.Array | pa.ChunkedArray) -> list[Any]:
    """Return the elements of an array as `to_pylist()` does, but moments by their counts."""
    if isinstance(array, pa.ChunkedArray):
        return [element for chunk in array.chunks for element in of_arrow(chunk)]
    kind = array.type
    if pa.types.is_dictionary(kind):
        values = of_arrow(array.dictionary)
        return [None if code is None else values[code] for code in array.indices.to_pylist()]
    if pa.types.is_date(kind):
        per_day = 1 if kind == pa.date32() else DAY * 1000
        found = array.view(as_bare(kind)).to_pylist()
        return [None if count is None else Days(Fraction(count, per_day)) for count in found]
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind) or pa.types.is_time(kind):
        is_moment = pa.types.is_timestamp(kind)
        found = array.view(as_bare(kind)).to_pylist()
        return ticks(Moment if is_moment else Span, found, kind.unit)
    if pa.types.is_struct(kind):
        fields = [of_arrow(field) for field in array.flatten()]
        return [Row(tuple(field[k] for field in fields)) for k in range(len(array))]
    is_list = pa.types.is_map(kind) or hasattr(kind, "value_type")
    if is_list and not pa.types.is_run_end_encoded(kind):
        return [of_arrow(each.values) if each.is_valid else None for each in array]
    if pa.types.is_float16(kind):
        return [None if value is None else float(value) for value in array.to_pylist()]
    return array.to_pylist()


def of_pandas(series: pd.Series) -> list[Any]:
    """Return the elements of a column of pandas."""
    dtype = series.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return of_arrow(series.array.__arrow_array__())
    if isinstance(dtype, pd.CategoricalDtype):
        values = of_pandas(pd.Series(dtype.categories))
        return [None if code < 0 else values[code] for code in series.cat.codes]
    if isinstance(dtype, pd.PeriodDtype):
        return [None if pd.isna(each) else Days(each.ordinal) for each in series]
    if dtype.kind in "mM":
        found = [
            None if each == np.iinfo("i8").min else each for each in series.array.asi8.tolist()
        ]
        return ticks(Moment if dtype.kind == "M" else Span, found, series.array.unit)
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return series.tolist()
    if isinstance(dtype, pd.Float32Dtype | pd.Float64Dtype):  # NaN is not missing there
        return [None if each is pd.NA else float(each) for each in series]
    return [of_object(each) for each in series]


def of_object(value: Any) -> Any:
    """Return what an object of Python in a column of pandas is."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype == "M8[D]":
        return [None if each is None else of_object(each) for each in value.tolist()]
    if isinstance(value, np.ndarray):
        is_plain = value.dtype.kind in "biuf"
        return value.tolist() if is_plain else of_pandas(pd.Series(value))
    if isinstance(value, list):
        return [of_object(each) for each in value]
    if isinstance(value, pd.DataFrame):
        columns = [of_pandas(value.iloc[:, k]) for k in range(value.shape[1])]
        return [Row(tuple(column[k] for column in columns)) for k in range(len(value))]
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return Days((value - datetime.date(1970, 1, 1)).days)
    return None if value is None or value is pd.NA or value is pd.NaT or value != value else value


def of_r(sexp: Any) -> list[Any]:
    """Return the elements of an R vector, list or data frame, read by rpy2 and by R."""
    classes = [*BASE["class"](sexp)]
    r_type = BASE["typeof"](sexp)[0]
    if "data.frame" in classes:
        columns = [of_r(column) for column in rinterface.ListSexpVector(sexp)]
        count = BASE["dim.data.frame"](sexp)[0]
        return [Row(tuple(column[k] for column in columns)) for k in range(count)]
    if r_type == "list":
        return [None if each.typeof == 0 else of_r(each) for each in sexp]
    if r_type == "NULL":
        return []
    if r_type == "raw":
        return [*map(int, sexp)]
    values = [*sexp]
    if "integer64" in classes:
        bits = np.frombuffer(np.array(values, "f8").tobytes(), "i8").tolist()
        return [None if value == np.iinfo("i8").min else value for value in bits]
    is_na = [bool(one) for one in BASE["is.na"](BASE["unclass"](sexp))]
    if r_type == "double":
        is_nan = [bool(one) for one in BASE["is.nan"](BASE["unclass"](sexp))]
        is_na = [one and not nan for one, nan in zip(is_na, is_nan, strict=True)]
    plain = {"logical": bool, "integer": int, "double": float, "character": str}[r_type]
    found: list[Any] = [None if na else plain(x) for na, x in zip(is_na, values, strict=True)]
    if "factor" in classes:
        levels = of_r(BASE["levels"](sexp))
        return [None if code is None else levels[code - 1] for code in found]
    known = [None if x is None else Fraction(x) for x in found] if classes[0] in CLOCKS else []
    if "Date" in classes:
        return [None if x is None else Days(x) for x in known]
    if "POSIXct" in classes:
        return [None if x is None else Moment(x, 0) for x in known]
    if "difftime" in classes:
        unit = SECONDS[BASE["attr"](sexp, "units")[0]]
        return [None if x is None else Span(x * unit, 0) for x in known]
    return found


CLOCKS = ("Date", "POSIXct", "difftime", "hms")


def differs(expected: Any, found: Any) -> bool:
    """Return whether an element of Python and one of R are not the same."""
    if expected is None or found is None:
        return expected is not found
    if isinstance(found, bytes):
        return expected not in (found, [*found])
    if isinstance(expected, Days):
        return expected != found
    if isinstance(expected, Moment | Span):
        # A double of R must be nearer to this count than to its neighbours.
        step = max(expected.step, getattr(found, "step", 0))
        return type(expected) is not type(found) or not (
            abs(expected.seconds - found.seconds) * 2 < step or expected.seconds == found.seconds
        )
    if isinstance(expected, Row):
        return not isinstance(found, Row) or any_differs(expected.values, found.values)
    if isinstance(expected, list):
        return not isinstance(found, list) or any_differs(expected, found)
    if isinstance(expected, bytes):
        return expected not in (found, bytes(found if isinstance(found, list) else [found]))
    if isinstance(found, str) and not isinstance(expected, str):
        return isinstance(expected, bool | float) or decimal.Decimal(found) != expected
    if isinstance(expected, decimal.Decimal) and isinstance(found, float):
        return decimal.Decimal(found) != expected and decimal.Decimal(repr(found)) != expected
    if isinstance(expected, float) and math.isnan(expected):
        return not (isinstance(found, float) and math.isnan(found))
    if isinstance(expected, bool) is not isinstance(found, bool):
        return True
    if isinstance(expected, float) and math.copysign(1, expected) != math.copysign(1, found):
        return True
    return isinstance(expected, str) is not isinstance(found, str) or expected != found


def any_differs(expected: Any, found: Any) -> bool:
    """Return whether any element differs, or their number."""
    return len(expected) != len(found) or any(map(differs, expected, found))


# ---- R's types -----------------------------------------------------------------------------------


def type_fault(kind: str, sexp: Any, int64: str, *, is_ordered_kept: bool) -> str:
    """Return what is wrong with the type of R's vector for a type of Arrow, or an empty text."""
    classes = [*BASE["class"](sexp)]
    r_type = BASE["typeof"](sexp)[0]
    wide = {"double": "numeric", "integer": "integer", "character": "character"}
    wanted: list[str] | None = None
    if kind in ("bool", "string", "large_string", "string_view"):
        wanted = ["logical" if kind == "bool" else "character"]
    elif kind in ("uint32", "int64", "uint64"):
        wanted = [wide.get(int64, int64)]
    elif "int" in kind:
        wanted = ["integer"]
    elif kind.startswith("float"):
        wanted = ["numeric"]
    elif kind.startswith("timestamp"):
        wanted = ["POSIXct", "POSIXt"]
        zone = BASE["attr"](sexp, "tzone")
        found = zone[0] if zone.typeof else ""
        zones = (kind.split(" ")[2],) if kind.count(" ") == 2 else ("", "UTC")
        if found not in zones:
            return f"its zone is {found!r}"
    elif kind.startswith("duration"):
        wanted = ["difftime"]
    elif kind.startswith("date"):
        wanted = ["Date"]
    elif kind in DICTIONARIES and not (is_ordered_kept and kind.startswith("ordered")):
        wanted = ["factor"]
    elif kind in DICTIONARIES:
        wanted = ["ordered", "factor"]
    elif kind == "struct":
        wanted = ["data.frame"]
    elif "list" in kind and kind != "list_view" and r_type != "list":
        return f"it is of type {r_type}"
    if (
        wanted is not None
        and classes != wanted
        and not (kind in DICTIONARIES and not is_ordered_kept)
    ):
        return f"it is of class {classes}"
    return ""


# ---- The libraries -------------------------------------------------------------------------------

NULLABLE = {
    **{getattr(pa, f"int{bits}")(): getattr(pd, f"Int{bits}Dtype")() for bits in (8, 16, 32, 64)},
    **{getattr(pa, f"uint{bits}")(): getattr(pd, f"UInt{bits}Dtype")() for bits in (8, 16, 32, 64)},
    pa.float32(): pd.Float32Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype(),
}
HOLDERS = ("pyarrow", "pyarrow", "polars", "pandas", "pandas nullable", "pandas Arrow")
NOT_IN = {
    # objects that no R value has a name for
    "pandas": ("struct", "list of structs", *ODD),
    "pandas nullable": ("struct", "list of structs", *ODD),
    "pandas Arrow": ("map",),  # PyArrow ends the process
    "polars": ("month_day_nano", "date64"),  # it panics, or makes times of days
}


class Unmade(Exception):
    """The library itself has no such column."""


def in_library(columns: dict[str, pa.ChunkedArray], holder: str, rng: random.Random) -> Any:
    """Return columns as a table of a library; or, of one column, as a column or an array."""
    is_one = len(columns) == 1 and rng.random() < 0.3
    first = next(iter(columns.values()), None)
    try:
        if holder == "pyarrow" and is_one:
            return first.combine_chunks() if rng.random() < 0.5 else first
        if holder == "pyarrow":
            table = pa.table(columns)
            batches = table.combine_chunks().to_batches() if rng.random() < 0.4 else []
            return batches[0] if batches else table
        if holder == "polars":
            return pl.from_arrow(first) if is_one else pl.from_arrow(pa.table(columns))
        if holder == "pandas":
            table = pa.table(columns).to_pandas()
        elif holder == "pandas nullable":
            table = pa.table(columns).to_pandas(types_mapper=NULLABLE.get)
        else:
            table = pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)
        for column in (*columns.values(), *arrow_columns_of(table)):
            column.validate(full=True)
    except BaseException as error:  # polars panics
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise Unmade from error
    return table.iloc[:, 0] if is_one else table


def arrow_columns_of(table: pd.DataFrame) -> Iterator[pa.ChunkedArray]:
    """Yield the columns of pandas that are Arrow's: pandas may have made broken ones."""
    for k, dtype in enumerate(table.dtypes):
        if isinstance(dtype, pd.ArrowDtype):
            yield table.iloc[:, k].array.__arrow_array__()


def elements_of(x: Any, columns: dict[str, pa.ChunkedArray]) -> list[list[Any]]:
    """Return the elements of each column of what a library made."""
    if isinstance(x, pd.DataFrame):
        return [of_pandas(x.iloc[:, k]) for k in range(x.shape[1])]
    if isinstance(x, pd.Series):
        return [of_pandas(x)]
    if isinstance(x, pl.Series):
        return [of_arrow(x.to_arrow())]
    if isinstance(x, pl.DataFrame):  # whose types are not always those that it was made from
        return [*map(of_arrow, x.to_arrow().columns)]
    return [*map(of_arrow, columns.values())]


def is_table(x: Any) -> bool:
    """Return whether it has columns."""
    return isinstance(x, pa.Table | pa.RecordBatch | pl.DataFrame | pd.DataFrame)


# ---- The law -------------------------------------------------------------------------------------

converted: collections.Counter[str] = collections.Counter()
refused: collections.Counter[str] = collections.Counter()
unmade: collections.Counter[str] = collections.Counter()
example: dict[str, str] = {}


def disagreement(seed: int) -> str:
    """Return how one case differs, or an empty text."""
    case = Case(seed)
    kinds = [case.rng.choice(KINDS) for _ in range(case.rng.choice((0, 1, 1, 1, 2, 3)))]
    holder = case.rng.choice(HOLDERS)
    kinds = [kind for kind in kinds if kind not in NOT_IN.get(holder, ())]
    last = "" if case.rng.random() < 0.02 else "x1"
    names = case.rng.sample(("a", "b", "é x", "row.names", last), len(kinds))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        columns = dict(zip(names, map(case.column, kinds), strict=True))
        try:
            x = in_library(columns, holder, case.rng)
        except Unmade:
            unmade[holder] += 1
            return ""
        where = f"seed {seed}: {type(x).__module__.split('.')[0]} {type(x).__name__} ({holder}) "
        where += f"of {', '.join(kinds) or 'no columns'}, int64={case.int64!r}: "
        shown = "; ".join(
            f"{column.type} {column.to_pylist()!r:.200}" for column in columns.values()
        )
        try:
            text = to_r_differs(case, x, kinds, columns, holder)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
    return f"{where}{text} [{shown}]" if text else ""


def to_r_differs(case: Case, x: Any, kinds: list[str], columns: Any, holder: str) -> str:
    """Return how the R object, and what comes back of it, differs."""
    try:
        found = to_r(x, int64=case.int64)
    except errors.PybridgeError as error:
        return of_refusal(case, x, kinds, columns, holder, error)
    expected = elements_of(x, columns)
    if is_table(x):
        parts = [*rinterface.ListSexpVector(found)]
        names = x.column_names if isinstance(x, pa.Table) else [*getattr(x, "columns", columns)]
        if isinstance(x, pa.RecordBatch):
            names = x.schema.names
        if columns and [*BASE["names"](found)] != names:
            return f"its names are {[*BASE['names'](found)]}"
        shape = [*BASE["dim.data.frame"](found)]
        rows = x.num_rows if isinstance(x, pa.Table | pa.RecordBatch) else len(x)
        if shape != [rows, len(kinds)]:
            return f"its dim is {shape}, not {[rows, len(kinds)]}"
    else:
        parts = [found]
    for kind, wanted, part in zip(kinds, expected, parts, strict=True):
        elements = of_r(part)
        if any_differs(wanted, elements):
            return f"{kind} is {elements!r:.300}, not {wanted!r:.300}"
        if not holder.startswith("pandas") or (holder == "pandas Arrow"):
            kept = holder != "polars"
            if fault := type_fault(kind, part, case.int64, is_ordered_kept=kept):
                return f"{kind}: {fault}"
        converted[f"{kind} ({holder})"] += 1
    return back_differs(case, found, kinds) if is_table(x) and columns else ""


def of_refusal(case: Case, x: Any, kinds: Any, columns: Any, holder: str, error: Any) -> str:
    """Count a refusal; what is refused together must be refused apart."""
    if len(kinds) < 2:
        key = f"{kinds[0] if kinds else 'no columns'} ({holder})"
        refused[key] += 1
        example.setdefault(f"{key}: {type(error).__name__}", str(error))
        return ""
    for name, kind in zip(columns, kinds, strict=True):
        try:
            to_r(in_library({name: columns[name]}, holder, random.Random(0)), int64=case.int64)
        except errors.PybridgeError:
            refused[f"{kind} ({holder})"] += 1
            return ""
    return f"refused, though no column is alone: {error}"


def without_na(elements: Any) -> Any:
    """Return elements with None in the place of NaN: columns of float64 have NaN for NA."""
    if isinstance(elements, Row):
        return Row(tuple(map(without_na, elements.values)))
    if isinstance(elements, list):
        return [*map(without_na, elements)]
    return None if isinstance(elements, float) and math.isnan(elements) else elements


def back_differs(case: Case, frame: Any, kinds: list[str]) -> str:
    """Return how a data frame of R differs from what `from_r` makes of it."""
    like = case.rng.choice(("polars", "pyarrow", "pandas"))
    parts = [*rinterface.ListSexpVector(frame)]
    key = f"back to {like}"
    try:
        table = from_r(frame, like=like)
    except errors.PybridgeError as error:
        refused[key] += 1
        example.setdefault(f"{key}: {', '.join(kinds)}: {type(error).__name__}", str(error))
        return ""
    library = type(table).__module__.split(".")[0]
    if library != like:
        return f"{key} is of {library}"
    if like == "pandas":
        found = [of_pandas(table.iloc[:, k]) for k in range(table.shape[1])]
    else:
        arrow = table.to_arrow() if like == "polars" else table
        found = [of_arrow(column) for column in arrow.columns]
    names = [*table.column_names] if like == "pyarrow" else [*table.columns]
    if names != [*BASE["names"](frame)]:
        return f"{key}: its names are {names}"
    for kind, part, elements in zip(kinds, parts, found, strict=True):
        wanted = of_r(part)
        if like == "pandas":
            wanted, elements = without_na(wanted), without_na(elements)
        if any_differs(wanted, elements):
            return f"{key}: {kind} is {elements!r:.300}, not {wanted!r:.300}"
        zone = BASE["attr"](part, "tzone")
        if like == "pyarrow" and "POSIXct" in [*BASE["class"](part)] and zone.typeof and zone[0]:
            column = table.column(parts.index(part))
            if column.type.tz != zone[0]:
                return f"{key}: the zone {zone[0]!r} is {column.type.tz!r}"
    converted[key] += 1
    return ""


def report(status: int) -> int:
    """Print what was converted and what was refused, and return the exit status."""
    for key in sorted({*converted, *refused}):
        print(f"{key}: {converted[key]} converted, {refused[key]} refused")
    for key, text in sorted(example.items()):
        print(f"  {key}: {text}")
    print("not made by the library itself:", dict(unmade))
    served = {kind for kind in KINDS if kind not in MAY_BE_REFUSED}
    known = {key.partition(" (")[0] for key in converted}
    tried = {key.partition(" (")[0] for key in refused}
    never = sorted((served & tried) - known)
    if never:
        print(f"never converted: {', '.join(never)}")
    return 1 if never else status


def search_apart() -> int:
    """Run the search in another process, and tell the case in which that crashed."""
    with tempfile.NamedTemporaryFile() as file:
        command = [sys.executable, "-X", "faulthandler", *sys.argv]
        status = subprocess.run(command, env={**os.environ, LAST_CASE: file.name}).returncode
        if status < 0:
            print(f"seed {file.read().decode()}: the process ended by signal {-status}")
    return 1 if status else 0


LAST_CASE = "PYBRIDGE_LAST_CASE"
"""The variable that names the file of the seed of the last case."""


def remembered(seed: int) -> str:
    """Return how one case differs, after writing its seed down."""
    Path(os.environ[LAST_CASE]).write_text(str(seed))
    return disagreement(seed)


if __name__ == "__main__":
    if LAST_CASE not in os.environ:
        sys.exit(search_apart())
    sys.exit(report(search(__doc__, "their own elements", remembered, 20_000)))
