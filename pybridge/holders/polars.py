"""polars: tables whose columns have names and dtypes of their own, and single columns."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import numpy as np
import polars as pl

from pybridge.backends.protocol import Indices
from pybridge.backends.traits import Trait
from pybridge.errors import UnsupportedTensorError
from pybridge.holders.arrow_tables import ArrowTables, Kind, as_it_is, whole_number

_ADVICE: Final = "compute with polars' own methods, or with what x.to_numpy() makes"
_OF_TABLE: Final = ("read", "write", "assign", "value")
_NUMBERS: Final = (
    *("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"),
    *("Float16", "Float32", "Float64"),
)


class PolarsTables(ArrowTables):
    """Rows, columns and elements of a `DataFrame`, and elements of a `Series`."""

    __slots__ = ()

    name = "polars"
    adding = 'x.with_columns(polars.Series("new", values)) returns a table with one more column'
    _failures = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
    _traits_of = (
        Trait("a polars table", f"take a column; {_ADVICE}", _OF_TABLE),
        Trait("a polars Series", _ADVICE, (*_OF_TABLE, "subscript", "search")),
        Trait("a nested polars Series", "unnest it, or take one of its elements", _OF_TABLE),
    )

    def serves(self, x: object) -> bool:
        return isinstance(x, pl.DataFrame | pl.Series)

    def _names(self, x: Any) -> list[str] | None:
        return x.columns if isinstance(x, pl.DataFrame) else None

    def _kind(self, dtype: Any) -> Kind:
        name = str(dtype.base_type())
        if name in _NUMBERS:
            return Kind(np.dtype(name.lower()))
        match name:
            case "Boolean":
                return Kind(np.dtype(bool))
            case "Date":
                return Kind(np.dtype("M8[D]"))
            case "Datetime":
                return Kind(np.dtype(f"M8[{dtype.time_unit}]"), dtype.time_zone is not None)
            case "Duration":
                return Kind(np.dtype(f"m8[{dtype.time_unit}]"))
            case "Decimal":
                return Kind(number=Decimal)
            case "Int128" | "UInt128":
                return Kind(number=whole_number)
            case "Object":
                return Kind(number=as_it_is)
        return Kind(is_nested=dtype.is_nested())

    def _dtype_of(self, column: Any) -> Any:
        return column.dtype

    def _column(self, x: Any, place: int) -> Any:
        return x.to_series(place) if isinstance(x, pl.DataFrame) else x

    def _element(self, column: Any, index: int) -> Any:
        return column[index]

    def _columns(self, x: Any, places: list[int]) -> Any:
        own = x.columns
        names = [own[place] for place in places]
        if len({*names}) < len(names):
            raise UnsupportedTensorError(
                "a polars table has no two columns of one name; name each column once"
            )
        return x.select(names) if names else _without_columns(len(x))

    def _taken(self, x: Any, indices: Indices) -> Any:
        if isinstance(x, pl.Series):
            return x.gather(indices)
        return x[indices] if x.width else _without_columns(len(indices))

    def _joined(self, x: Any, parts: list[Any], order: Indices) -> Any:
        return super()._joined(x, parts, order).alias("")

    def _appended(self, column: Any, more: Any) -> Any:
        return pl.concat([column, more])

    def _listed(self, column: Any) -> list[Any]:
        kind = str(column.dtype)
        if "'ns'" in kind or "Time" in kind:  # finer than Python's objects
            is_rounded = column.dtype.is_nested() or (column.to_physical() % 1000 != 0).any()
            if is_rounded:
                raise UnsupportedTensorError(
                    f"elements of dtype {kind} have nanoseconds, which Python's times have not; "
                    "cast the column first"
                )
        entries: list[Any] = column.to_list()
        return entries

    def _counts(self, column: Any, kind: Kind) -> tuple[Any, Any]:
        counts = column.to_physical()
        nulls = column.is_null().to_numpy()
        if nulls.any():
            counts = counts.fill_null(value=False if counts.dtype == pl.Boolean else 0)
        return counts.to_numpy(), nulls

    def _of_counts(self, like: Any, counts: Any, nulls: Any) -> Any:
        column = pl.Series(values=counts, nan_to_null=False).cast(like.dtype)
        if not nulls.any():
            return column
        missing = pl.repeat(None, len(column), dtype=like.dtype, eager=True)
        return column.zip_with(pl.Series(values=~nulls), missing)

    def _of_objects(self, like: Any, entries: list[Any]) -> Any:
        return pl.Series(values=entries, dtype=like.dtype, strict=True)

    def _with_columns(self, x: Any, columns: Mapping[int, Any]) -> Any:
        if isinstance(x, pl.Series):
            return columns[0] if columns else x.clone()
        return x.with_columns([*columns.values()])


HOLDER = PolarsTables()


def _without_columns(count: int) -> Any:
    """Return a table of rows alone; older releases have none and raise an error."""
    try:
        return pl.DataFrame(height=count)
    except TypeError:
        if count == 0:
            return pl.DataFrame()
    raise UnsupportedTensorError(
        "a table without columns has no rows in this polars release; keep a column"
    )
