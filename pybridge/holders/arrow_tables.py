"""Tables in Arrow's memory: columns that never change, and in which any element may be null.

A write makes new columns. A value becomes a column of the same dtype by the rule of every
assignment: a number by way of NumPy, a time by its count of units, anything else by the library,
which rounds and cuts without an error, so the result is compared with the value.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

import numpy as np

from pybridge.axis import Axis, TextsOf
from pybridge.backends.protocol import Indices, Tensor
from pybridge.backends.traits import Trait
from pybridge.errors import (
    AssignmentError,
    ImmutableTensorError,
    LossyValueError,
    PybridgeError,
    UnsupportedTensorError,
)
from pybridge.holders.array_likes import numpy_time
from pybridge.holders.fitting import lossless_cast, masked_cast, need_utf8
from pybridge.holders.protocol import not_served
from pybridge.holders.tables import (
    Table,
    first_changed,
    objects_of,
    one_for_each,
    plain_entries,
)
from pybridge.lossless import is_safe_cast
from pybridge.subscripts import is_missing

Array = np.ndarray[Any, Any]


class Kind(NamedTuple):
    """How a column of a dtype meets NumPy and Python's objects."""

    numpy: np.dtype[Any] | None = None
    """The dtype in NumPy of a number, a logical or a time; None for any other."""
    has_zone: bool = False
    """Whether a moment has a zone, which NumPy's have not."""
    number: Callable[[Any], Any] | None = None
    """What makes an object of the column of a Python number, NaN too; None: NaN is missing."""
    is_nested: bool = False
    """Whether the elements have elements."""


class ArrowTables(Table):
    """Tables and columns of a library that keeps them in Arrow's memory."""

    __slots__ = ()

    _failures: ClassVar[tuple[type[BaseException], ...]]
    """What the library raises."""
    _traits_of: ClassVar[tuple[Trait, Trait, Trait]]
    """The traits of a table, of a column, and of a column whose elements have elements."""

    write = not_served(
        "a table or column in Arrow's memory cannot be written in place; "
        "`r_assign(x, ..., value=...)` returns an updated one",
        ImmutableTensorError,
    )

    @abstractmethod
    def _names(self, x: Tensor) -> list[str] | None:
        """Return the names of the columns of a table, or None for one column."""

    @abstractmethod
    def _kind(self, dtype: Any) -> Kind:
        """Return how a dtype meets NumPy."""

    @abstractmethod
    def _element(self, column: Any, index: int) -> Any:
        """Return one element as the library's own brackets give it."""

    @abstractmethod
    def _columns(self, x: Tensor, places: list[int]) -> Tensor:
        """Return a table of some of the columns."""

    @abstractmethod
    def _taken(self, x: Tensor, indices: Indices) -> Tensor:
        """Return the rows of a table, or the elements of a column, at indices."""

    @abstractmethod
    def _appended(self, column: Any, more: Any) -> Any:
        """Return a column with another one of its dtype after it."""

    @abstractmethod
    def _listed(self, column: Any) -> list[Any]:
        """Return the elements as Python's objects, None for a null; raise where one is rounded."""

    @abstractmethod
    def _counts(self, column: Any, kind: Kind) -> tuple[Array, Array]:
        """Return numbers, or the counts of times, with any number for a null, and the nulls."""

    @abstractmethod
    def _of_counts(self, like: Any, counts: Array, nulls: Array) -> Any:
        """Return a column of the dtype of another one from numbers, or from counts of times."""

    @abstractmethod
    def _of_objects(self, like: Any, entries: list[Any]) -> Any:
        """Return a column of the dtype of another one from objects, None for a null."""

    @abstractmethod
    def _dtype_of(self, column: Any) -> Any:
        """Return the dtype of a column by itself."""

    def traits(self, x: Tensor) -> tuple[Trait, ...]:
        table, column, nested = self._traits_of
        if self._names(x) is not None:
            return (table,)
        return (nested if self._kind(self._dtype_of(x)).is_nested else column,)

    def shape(self, x: Tensor) -> tuple[int, ...]:
        names = self._names(x)
        return (len(x),) if names is None else (len(x), len(names))

    def labels(self, x: Tensor) -> TextsOf | None:
        names = self._names(x)
        return None if names is None else lambda axis: names if axis == 1 else None

    def axes(self, x: Tensor) -> tuple[Axis, ...]:
        names = self._names(x)
        labels: Any = np.array(names, object)
        return () if names is None else (Axis(), Axis(None, labels))

    def dtype_name(self, x: Tensor) -> str:
        dtypes = self._dtypes(x)
        if any(dtype != dtypes[0] for dtype in dtypes) or not dtypes:
            raise UnsupportedTensorError("each column of a table has its own dtype: see x.schema")
        known = self._kind(dtypes[0])
        return str(dtypes[0] if known.numpy is None or known.has_zone else known.numpy)

    def _dtypes(self, x: Tensor) -> list[Any]:
        if self._names(x) is None:
            return [self._dtype_of(x)]
        return [self._dtype(x, place) for place in range(self.shape(x)[1])]

    def _dtype(self, x: Tensor, place: int) -> Any:
        return self._dtype_of(self._column(x, place))

    def _column_name(self, x: Tensor, place: int) -> Any:
        names = self._names(x)
        return None if names is None else names[place]

    def transpose(self, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        if axes == tuple(range(len(axes))):
            return x
        raise UnsupportedTensorError("the rows of a table have no dtype, and are not columns")

    def to_numpy(self, x: Tensor) -> Array:
        if self._names(x) is None:
            return self._values(x)
        columns = [self._values(self._column(x, place)) for place in range(self.shape(x)[1])]
        dtypes = {column.dtype for column in columns}
        common = dtypes.pop() if len(dtypes) == 1 else _common(dtypes)
        if not columns or common is None or common.kind == "O":
            block = self._block(x)
            missing = np.array([*map(is_missing, block.ravel())], bool).reshape(block.shape)
            return np.ma.MaskedArray(block, missing) if missing.any() else block
        whole = np.ma.stack if any(map(np.ma.isMaskedArray, columns)) else np.stack
        stacked: Array = whole([column.astype(common) for column in columns], axis=1)
        return stacked

    def _values(self, column: Any) -> Array:
        """Return the elements of a column, masked where one is null; a null time is NaT."""
        kind = self._kind(self._dtype_of(column))
        if kind.numpy is not None and not kind.has_zone:
            counts, nulls = self._counts(column, kind)
            if kind.numpy.kind in "mM":
                times = counts.astype(np.int64).view(kind.numpy)
                times[nulls] = np.array("NaT", kind.numpy)
                return times
            return np.ma.MaskedArray(counts, nulls) if nulls.any() else counts
        entries = self._listed(column)
        missing = np.fromiter((entry is None for entry in entries), bool, len(entries))
        objects = objects_of(entries)
        if not missing.any():
            return objects
        objects[missing] = ""  # for NumPy, which compares what is hidden too
        return np.ma.MaskedArray(objects, missing)

    def _entries(self, x: Tensor, place: int) -> Array:
        return self._values(self._column(x, place))

    def _part(self, x: Tensor, rows: Any, columns: Any) -> Tensor:
        with self._in_our_words():
            if self._names(x) is not None:
                if isinstance(columns, int):
                    return self._part(self._column(x, columns), rows, slice(None))
                if isinstance(columns, slice):
                    columns = np.arange(*columns.indices(self.shape(x)[1]))
                x = self._columns(x, columns.tolist())
                rows = slice(rows, rows + 1) if isinstance(rows, int) else rows
            elif isinstance(rows, int):
                return self._element(x, rows)
            if isinstance(rows, slice):
                run = range(*rows.indices(self.shape(x)[0]))
                if run.step == 1:
                    return x.slice(run.start, len(run))
                rows = np.arange(run.start, run.stop, run.step)
            return self._taken(x, rows)

    def _joined(self, x: Tensor, parts: list[Any], order: Indices) -> Tensor:
        with self._in_our_words():
            column = parts[0] if parts else self._of_nothing(x)
            for part in parts[1:]:
                column = self._appended(column, part)
            return self._taken(column, order)

    def _of_nothing(self, x: Tensor) -> Any:
        """Return a column without elements, of the dtype of the first column."""
        if not self.shape(x)[1]:
            raise UnsupportedTensorError("a table without columns has no elements to select")
        return self._column(x, 0).slice(0, 0)

    def _written(self, column: Any, rows: Indices, part: Array) -> Any:
        kind = self._kind(self._dtype_of(column))
        with self._in_our_words(AssignmentError):
            if kind.numpy is None:
                new = self._exact(column, _objects(part, kind))
            else:
                cast = _cast(part, kind, kind.numpy)
                nulls = np.isnat(cast) if cast.dtype.kind in "mM" else np.ma.getmaskarray(cast)
                counts = np.ma.getdata(cast)
                counts = counts.view(np.int64) if cast.dtype.kind in "mM" else counts
                new = self._of_counts(column, np.where(nulls, counts.dtype.type(0), counts), nulls)
            indices = np.arange(len(column))
            indices[rows] = np.arange(len(column), len(column) + len(rows))
            return self._taken(self._appended(column, new), indices)

    def _exact(self, column: Any, entries: list[Any]) -> Any:
        """Return entries as a column of the dtype of `column`, none of them changed."""
        dtype = self._dtype_of(column)
        try:
            new = self._of_objects(column, entries)
            is_other = self._dtype_of(new) != dtype
            changed = entries[:1] if is_other else _changed_ones(entries, self._listed(new))
        except PybridgeError:
            raise
        except Exception as error:  # of the library, or of an entry
            text = str(error).partition("\n")[0]
            raise AssignmentError(
                f"a column of dtype {dtype} does not take the value: {text}"
            ) from error
        for entry in changed:
            raise LossyValueError(
                f"{entry!r} would lose information in a column of dtype {dtype}; convert the value "
                "or the column first",
                dtype=str(dtype),
            )
        return new

    @contextmanager
    def _in_our_words(self, refusal: type[PybridgeError] = UnsupportedTensorError) -> Iterator[Any]:
        """Raise what the library raises as an error of ours."""
        try:
            yield
        except self._failures as error:
            text = str(error).partition("\n")[0]
            raise refusal(f"{self.name} does not do this: {text}") from error


def _changed_ones(wanted: list[Any], arrived: list[Any]) -> list[Any]:
    """Return the first entry that a column does not give back, in a list."""
    changed = first_changed(wanted, arrived)
    return [] if changed is None else [changed]


def _common(dtypes: set[np.dtype[Any]]) -> np.dtype[Any] | None:
    """Return the dtype of NumPy that has the numbers of all, or None."""
    if not dtypes or any(dtype.kind not in "iuf" for dtype in dtypes):
        return None
    common = np.result_type(*dtypes)
    return common if all(is_safe_cast(dtype.name, common.name) for dtype in dtypes) else None


def _objects(part: Array, kind: Kind) -> list[Any]:
    """Return entries as Python's objects, None for a missing one."""
    entries = plain_entries(part)
    if not isinstance(entries, list):
        entries = entries.tolist()
    return [_object(entry, kind) for entry in entries]


def _object(entry: Any, kind: Kind) -> Any:
    if _is_absent(entry) and not (isinstance(entry, float) and kind.number is not None):
        return None
    if isinstance(entry, np.generic):
        if entry.dtype.kind in "mM":
            raise AssignmentError(f"the time {entry} does not fit a column of another kind")
        entry = entry.item()
    if kind.number is not None and isinstance(entry, int | float):
        entry = kind.number(entry)
    if isinstance(entry, Decimal) and not entry.is_finite():
        raise AssignmentError(f"{entry} does not fit a column of another kind than reals")
    need_utf8(entry, AssignmentError)
    return entry


def whole_number(number: float) -> float:
    """Return a whole number as an integer of any size, any other number as it is."""
    return int(number) if number % 1 == 0 else number


def as_it_is(number: float) -> float:
    """Return a number, for a column of objects."""
    return number


def _is_absent(entry: Any) -> bool:
    if entry is None or is_missing(entry):
        return True
    is_one = isinstance(entry, float | np.generic) or type(entry).__name__ == "NaTType"
    return is_one and bool(entry != entry)


def _cast(part: Array, kind: Kind, dtype: np.dtype[Any]) -> Array:
    """Return entries as numbers, masked where missing, or as times, NaT where missing."""
    if dtype.kind in "mM":
        return _times(part, kind, dtype)
    return one_for_each(masked_cast(plain_entries(part), dtype, "column"))


def _times(part: Array, kind: Kind, dtype: np.dtype[Any]) -> Array:
    """Return times in a unit of NumPy, those with a zone in UTC; NaT for a missing one."""
    if part.dtype.kind in "mM" and not kind.has_zone and not isinstance(part, np.ma.MaskedArray):
        return lossless_cast(part, dtype, "column")
    entries = plain_entries(part)
    times = [
        None if _is_absent(entry) else _time(entry, kind)
        for entry in (entries if isinstance(entries, list) else entries.tolist())
    ]
    found = np.full(len(times), "NaT", dtype)
    for unit in {time.dtype for time in times if time is not None}:
        places = [k for k, time in enumerate(times) if time is not None and time.dtype == unit]
        found[places] = lossless_cast(np.array([times[k] for k in places], unit), dtype, "column")
    return found


def _time(entry: Any, kind: Kind) -> Any:
    """Return one time as NumPy's, in UTC if it has a zone; or raise."""
    is_moment = kind.numpy is not None and kind.numpy.kind == "M"
    if not isinstance(entry, (date, np.datetime64) if is_moment else (timedelta, np.timedelta64)):
        wanted = "moments" if is_moment else "differences of time"
        raise AssignmentError(
            f"a value of type {type(entry).__name__} does not fit a column of {wanted}"
        )
    if is_moment and (getattr(entry, "tzinfo", None) is not None) != kind.has_zone:
        owner = "column" if kind.has_zone else "value"
        raise AssignmentError(
            f"the {owner} has a zone of time and the {'value' if kind.has_zone else 'column'} has "
            "none; give both one, or none"
        )
    return numpy_time(entry)
