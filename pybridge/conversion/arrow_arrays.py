"""Make arrays in Arrow's layout of memory, and tables of the libraries that take them.

The package nanoarrow makes the arrays, without a copy of libarrow; polars, PyArrow or a function of
the user takes them by Arrow's PyCapsule protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

import numpy as np

from pybridge.conversion.rvalues import NewText
from pybridge.errors import ArgumentError, ConversionError
from pybridge.holders import find_holder
from pybridge.lossless import INT32_MAX

Array = np.ndarray[Any, Any]

_FEWEST_OF_LARGE = INT32_MAX + 1
"""From this many bytes texts need offsets of 64 bits."""


def nanoarrow() -> Any:
    """Return the package nanoarrow, or raise with the call that installs it."""
    try:
        return import_module("nanoarrow")
    except ImportError:
        raise ArgumentError(
            "Arrow tables need the package nanoarrow, which is not installed: "
            'pip install "pybridge-r[arrow]", in R py_require("nanoarrow")'
        ) from None


def numbers(values: Array, missing: Array | None) -> Any:
    """Return an array of logicals, integers or reals."""
    if values.dtype.kind == "c":
        raise ConversionError(
            "Arrow has no complex numbers: Re(x) and Im(x) are two columns of reals"
        )
    na = nanoarrow()
    if values.dtype.kind == "b":
        return _array(na.bool_(), len(values), [_bits(values)], missing)
    # R may change its memory later
    values = np.array(values, values.dtype.newbyteorder("="), order="C")
    kind = {"f2": "float16", "f4": "float32", "f8": "float64"}.get(values.dtype.str[1:])
    return _array(getattr(na, kind or values.dtype.name)(), len(values), [values], missing)


def texts(new: NewText) -> Any:
    """Return an array of texts."""
    na = nanoarrow()
    memory = np.frombuffer(new.memory, "u1")
    is_end = memory == 0
    ends = np.flatnonzero(is_end)
    offsets = np.concatenate([[0], ends - np.arange(len(ends))])
    is_large = memory.size >= _FEWEST_OF_LARGE
    schema = na.large_string() if is_large else na.string()
    buffers = [offsets.astype("i8" if is_large else "i4"), memory[~is_end]]
    return _array(schema, new.count, buffers, new.is_na)


def days(values: Array) -> Any:
    """Return an array of dates."""
    missing = np.isnat(values)
    counts = np.where(missing, 0, values.view("i8"))
    beyond = np.abs(counts) > INT32_MAX
    if beyond.any():
        raise ConversionError(
            f"element [{int(beyond.argmax()) + 1}] is {counts[beyond][0]} days from 1970, beyond "
            "Arrow's date32: as.numeric(x) gives the number"
        )
    return _array(nanoarrow().date32(), len(values), [counts.astype("i4")], missing)


def moments(values: Array, zone: str) -> Any:
    """Return an array of times from 1970, shown in a time zone."""
    return _times(nanoarrow().timestamp(np.datetime_data(values.dtype)[0], timezone=zone), values)


def durations(values: Array) -> Any:
    """Return an array of durations."""
    return _times(nanoarrow().duration(np.datetime_data(values.dtype)[0]), values)


def _times(schema: Any, values: Array) -> Any:
    return _array(schema, len(values), [values.view("i8")], np.isnat(values))


def bytes_arrays(elements: Sequence[bytes | None]) -> Any:
    """Return an array of bytes."""
    missing = np.array([element is None for element in elements], bool)
    known = [element or b"" for element in elements]
    data = np.frombuffer(b"".join(known), "u1")
    schema = nanoarrow().large_binary()
    return _array(schema, len(known), [_offsets(list(map(len, known))), data], missing)


def lists(child: Any, lengths: Sequence[int], missing: Array) -> Any:
    """Return an array of lists, whose elements one after the other are `child`."""
    na = nanoarrow()
    schema = na.large_list(na.Schema(child.schema))
    return _array(schema, len(lengths), [_offsets(lengths)], missing, [child])


def nulls(count: int) -> Any:
    """Return an array of which every element is missing."""
    return nanoarrow().c_array_from_buffers(nanoarrow().null(), count, [])


def structs(names: Sequence[str], children: Sequence[Any], count: int) -> Any:
    """Return an array of structs."""
    na = nanoarrow()
    fields = [
        na.Schema(child.schema, name=name) for name, child in zip(names, children, strict=True)
    ]
    return _array(na.struct(fields), count, [], None, children)


def _array(
    schema: Any, count: int, buffers: list[Array], missing: Array | None, children: Any = ()
) -> Any:
    known = None if missing is None or not missing.any() else _bits(~missing)
    in_one_piece = map(np.ascontiguousarray, buffers)
    return nanoarrow().c_array_from_buffers(
        schema, count, [known, *in_one_piece], children=children
    )


def _bits(values: Array) -> Array:
    return np.packbits(values, bitorder="little")


def _offsets(lengths: Sequence[int]) -> Array:
    offsets = np.zeros(len(lengths) + 1, "i8")
    np.cumsum(np.asarray(lengths, "i8"), out=offsets[1:])
    return offsets


def is_zone(name: str) -> bool:
    """Return whether a time zone is known.

    >>> is_zone("Europe/Berlin"), is_zone("Europe/Atlantis")
    (True, False)
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


# Libraries

TableLibrary = Literal["polars", "pyarrow"]


class Maker(Protocol):
    """What makes columns and tables of a library from arrays of nanoarrow."""

    def array(self, array: Any) -> Any:
        """Return a column."""

    def dictionary(self, codes: Array, levels: list[str], is_ordered: bool) -> Any:
        """Return a column of categories; -1 is missing."""

    def table(self, names: Sequence[str], columns: Sequence[Any]) -> Any:
        """Return a table."""


class _Polars:
    def __init__(self, polars: Any) -> None:
        self._polars = polars

    def array(self, array: Any) -> Any:
        return self._polars.Series(values=array)

    def dictionary(self, codes: Array, levels: list[str], is_ordered: bool) -> Any:
        # A Categorical has the levels that occur, in order of appearance; an Enum has all.
        polars = self._polars
        indices = self.array(numbers(np.where(codes < 0, 0, codes).astype("u4"), codes < 0))
        if not levels:
            return polars.Series([None] * len(codes), dtype=polars.Enum([]))
        return polars.Series(levels, dtype=polars.Enum(levels)).gather(indices)

    def table(self, names: Sequence[str], columns: Sequence[Any]) -> Any:
        if len(set(names)) < len(names):
            raise ConversionError(
                "two columns have one name, and polars needs different names: "
                "names(x) <- make.unique(names(x)) makes them so"
            )
        return self._polars.DataFrame(dict(zip(names, columns, strict=True)))


class _PyArrow:
    def __init__(self, pyarrow: Any) -> None:
        self._pyarrow = pyarrow

    def array(self, array: Any) -> Any:
        return self._pyarrow.array(array)

    def dictionary(self, codes: Array, levels: list[str], is_ordered: bool) -> Any:
        pyarrow = self._pyarrow
        indices = pyarrow.array(np.asarray(codes, "i4"), mask=codes < 0)
        texts = pyarrow.array(levels, pyarrow.string())
        return pyarrow.DictionaryArray.from_arrays(indices, texts, ordered=is_ordered)

    def table(self, names: Sequence[str], columns: Sequence[Any]) -> Any:
        return self._pyarrow.Table.from_arrays([*columns], names=[*names])


def maker(library: TableLibrary) -> Maker:
    """Return what makes tables of a library, or raise if it is not installed."""
    nanoarrow()
    makers: dict[str, Callable[[Any], Maker]] = {"polars": _Polars, "pyarrow": _PyArrow}
    try:
        return makers[library](import_module(library))
    except ImportError:
        raise ArgumentError(
            f"there is no {library} here to make a table of: pip install {library}"
        ) from None


def table_library(like: Any) -> Any:
    """Return the library of tables that `like` names or belongs to, a `Consumer`, or None.

    >>> table_library("polars"), table_library(np.zeros(3)) is None
    ('polars', True)
    """
    if isinstance(like, str):
        if like not in _LIBRARIES:
            raise ArgumentError(
                f'`like` is a tensor, a table, a function, "xarray", "pandas", "polars" or '
                f'"pyarrow", not {like!r}'
            )
        return like
    cls = like if isinstance(like, type) else type(like)
    library = cls.__module__.partition(".")[0]
    if library in _LIBRARIES:
        return library
    is_function = callable(like) and find_holder(like) is None
    return Consumer(like) if is_function else None


_LIBRARIES = ("pandas", "polars", "pyarrow")


def units_of(like: Any) -> tuple[tuple[str | None, str], ...]:
    """Return the units of time of the columns of a table, each with its name, or of a column.

    >>> import pandas
    >>> units_of(pandas.DataFrame({"a": [1], "t": np.array([0], "M8[ms]")}))
    (('t', 'ms'),)
    """
    if isinstance(like, str | type):
        return ()
    if hasattr(like, "column_names"):
        types = zip(like.column_names, like.schema.types, strict=True)
    elif hasattr(like, "columns"):
        types = zip(like.columns, like.dtypes, strict=True)
    else:
        types = zip([None], [getattr(like, "dtype", getattr(like, "type", None))], strict=True)
    units = [(name, _unit_of(dtype)) for name, dtype in types]
    return tuple((name, unit) for name, unit in units if unit is not None)


def _unit_of(dtype: Any) -> str | None:
    dtype = getattr(dtype, "pyarrow_dtype", dtype)  # in a column of pandas
    if isinstance(dtype, np.dtype):
        return np.datetime_data(dtype)[0] if dtype.kind in "mM" else None
    return getattr(dtype, "unit", getattr(dtype, "time_unit", None))


@dataclass(frozen=True, slots=True)
class Consumer:
    """A function that takes an object with Arrow's protocol, such as `ibis.memtable`."""

    take: Callable[[Any], Any]

    def maker(self) -> Maker:
        """Return what makes the object that the function takes: PyArrow, or else polars."""
        try:
            return maker("pyarrow")
        except ArgumentError:
            return maker("polars")
