"""PyArrow: tables and batches of named columns, arrays and chunked arrays, and single elements."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from pybridge.backends.protocol import Indices
from pybridge.backends.traits import Trait
from pybridge.errors import AssignmentError, LossyValueError, UnsupportedTensorError
from pybridge.holders.arrow_tables import ArrowTables, Kind
from pybridge.lossless import INT32_MAX

_ADVICE: Final = "compute with the functions of `pyarrow.compute`"
_OF_TABLE: Final = ("read", "write", "assign", "value")
_SCALAR: Final = Trait("a PyArrow Scalar", "it is one element, x.as_py()", ("value", "subscript"))
_DAY: Final = 86_400_000
"""The milliseconds of a day, in which a date64 counts."""


class PyarrowTables(ArrowTables):
    """Rows, columns and elements of tables and batches, and elements of arrays."""

    __slots__ = ()

    name = "pyarrow"
    adding = 'x.append_column("new", [values]) returns a table with one more column'
    _failures = (pa.ArrowException,)
    _traits_of = (
        Trait("a PyArrow table", f"take a column; {_ADVICE}", _OF_TABLE),
        Trait("a PyArrow array", _ADVICE, (*_OF_TABLE, "subscript", "search")),
        Trait("a nested PyArrow array", "flatten it, or take one of its elements", _OF_TABLE),
    )

    def serves(self, x: object) -> bool:
        return isinstance(x, pa.Table | pa.RecordBatch | pa.Array | pa.ChunkedArray | pa.Scalar)

    def traits(self, x: Any) -> tuple[Trait, ...]:
        return (_SCALAR,) if isinstance(x, pa.Scalar) else super().traits(x)

    def shape(self, x: Any) -> tuple[int, ...]:
        return () if isinstance(x, pa.Scalar) else super().shape(x)

    def to_numpy(self, x: Any) -> np.ndarray[Any, Any]:
        if not isinstance(x, pa.Scalar):
            return super().to_numpy(x)
        return super().to_numpy(pa.array([x], x.type)).reshape(())

    def _names(self, x: Any) -> list[str] | None:
        return x.schema.names if isinstance(x, pa.Table | pa.RecordBatch) else None

    def _kind(self, dtype: Any) -> Kind:
        if pa.types.is_boolean(dtype) or pa.types.is_integer(dtype) or pa.types.is_floating(dtype):
            return Kind(np.dtype(dtype.to_pandas_dtype()))
        if pa.types.is_date(dtype):
            return Kind(np.dtype("M8[D]" if dtype == pa.date32() else "M8[ms]"))
        if pa.types.is_timestamp(dtype):
            return Kind(np.dtype(f"M8[{dtype.unit}]"), dtype.tz is not None)
        if pa.types.is_duration(dtype):
            return Kind(np.dtype(f"m8[{dtype.unit}]"))
        if pa.types.is_decimal(dtype):
            return Kind(number=Decimal)
        return Kind(is_nested=pa.types.is_nested(dtype))

    def _dtype_of(self, column: Any) -> Any:
        return column.type

    def _column(self, x: Any, place: int) -> Any:
        return x.column(place) if isinstance(x, pa.Table | pa.RecordBatch) else x

    def _element(self, column: Any, index: int) -> Any:
        return column[index]

    def _columns(self, x: Any, places: list[int]) -> Any:
        return x.select(places)

    def _taken(self, x: Any, indices: Indices) -> Any:
        names = self._names(x)
        if names is None:
            return _elements_at(x, indices)
        if not names:  # `take` gives no rows
            schema = pa.schema([("", pa.null())], x.schema.metadata)
            return type(x).from_arrays([pa.nulls(len(indices))], schema=schema).select([])
        columns = [_elements_at(x.column(place), indices) for place in range(len(names))]
        return type(x).from_arrays(columns, schema=x.schema)

    def _appended(self, column: Any, more: Any) -> Any:
        if isinstance(column, pa.Array):
            return pa.concat_arrays([column, more])
        return pa.chunked_array([*column.chunks, *_chunks(more)], column.type)

    def _listed(self, column: Any) -> list[Any]:
        text = str(column.type)
        is_fine = "time64[ns]" in text
        try:
            if is_fine and text != "time64[ns]":
                raise ValueError("nanoseconds in nested elements")
            if is_fine and any(n is not None and n % 1000 for n in _integers(column)):
                raise ValueError("Python's times have no nanoseconds")
            entries: list[Any] = column.to_pylist()
        except (ValueError, TypeError, *self._failures) as error:
            raise UnsupportedTensorError(
                f"elements of dtype {text} are no Python objects: {error}; cast them first"
            ) from error
        return entries

    def _counts(self, column: Any, kind: Kind) -> tuple[Any, Any]:
        nulls = _numpy(column.is_null())
        if kind.numpy is not None and kind.numpy.kind in "mM":
            column = column.cast(pa.int32() if column.type == pa.date32() else pa.int64())
        if nulls.any():
            column = column.fill_null(pa.scalar(False if column.type == pa.bool_() else 0))
        return _numpy(column), nulls

    def _of_counts(self, like: Any, counts: Any, nulls: Any) -> Any:
        dtype = like.type
        if dtype == pa.date64() and (counts % _DAY).any():
            raise LossyValueError(
                "a time of day would lose information in a column of dates", dtype=str(dtype)
            )
        if dtype == pa.date32():
            if counts.size and max(counts.max(), -counts.min()) > INT32_MAX:
                raise LossyValueError("a date is beyond what date32 holds", dtype=str(dtype))
            counts = counts.astype(np.int32)
        return pa.array(counts, mask=nulls, from_pandas=False).cast(dtype)

    def _of_objects(self, like: Any, entries: list[Any]) -> Any:
        dtype = like.type
        if pa.types.is_dictionary(dtype) and dtype.ordered:
            levels = {level for chunk in _chunks(like) for level in chunk.dictionary.to_pylist()}
            for entry in entries:
                if entry is not None and entry not in levels:
                    raise AssignmentError(
                        f"{entry!r} is not among the ordered values of the column's dictionary"
                    )
        return pa.array(entries, dtype)

    def _with_columns(self, x: Any, columns: Mapping[int, Any]) -> Any:
        if self._names(x) is None:
            return columns[0] if columns else x.slice(0)
        for place, column in columns.items():
            field = x.schema.field(place)
            if column.null_count and not field.nullable:
                raise AssignmentError(
                    f"column {field.name!r}: the value holds NA, and the schema has no null there"
                )
        if not columns:
            return x.slice(0)
        arrays = [columns.get(place, x.column(place)) for place in range(x.num_columns)]
        return type(x).from_arrays(arrays, schema=x.schema)


HOLDER = PyarrowTables()


def _chunks(column: Any) -> list[Any]:
    return [column] if isinstance(column, pa.Array) else column.chunks


def _elements_at(column: Any, indices: Indices) -> Any:
    """Return the elements at indices; some dtypes have no `take`, but slices."""
    try:
        return column.take(pa.array(indices))
    except pa.ArrowNotImplementedError:
        whole = pa.concat_arrays(_chunks(column) or [pa.array([], column.type)])
        parts = [whole.slice(index, 1) for index in indices.tolist()] or [whole.slice(0, 0)]
        taken = pa.concat_arrays(parts)
        return taken if isinstance(column, pa.Array) else pa.chunked_array([taken])


def _numpy(column: Any) -> np.ndarray[Any, Any]:
    """Return the elements of an array without nulls."""
    options = {"zero_copy_only": False} if isinstance(column, pa.Array) else {}
    values: np.ndarray[Any, Any] = column.to_numpy(**options)
    return values


def _integers(column: Any) -> list[Any]:
    integers: list[Any] = column.cast(pa.int64()).to_pylist()
    return integers
