"""Columns that hold objects, and tables: lists, data frames and their row names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pybridge.conversion import arrow_arrays as arrow
from pybridge.conversion.arrow_arrays import Maker
from pybridge.conversion.columns import (
    Factor,
    InPython,
    InR,
    Numbers,
    Sequences,
    Texts,
    Times,
    part_of,
    text_index,
)
from pybridge.conversion.frames import (
    automatic_row_names,
    column_places,
    data_frame,
    each,
    element_places,
)
from pybridge.conversion.policies import FromR, ToR
from pybridge.conversion.rvalues import New, NewList, RowNames, integers
from pybridge.conversion.strings import vector_of_texts
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]


@dataclass(slots=True)
class Lists(InR):
    """Lists of an Arrow column: parts of one column after the other."""

    name = "lists"

    child: InR
    starts: Array
    stops: Array
    missing: Array | None

    def __len__(self) -> int:
        return len(self.starts)

    def part(self, start: int, stop: int) -> Lists:
        missing = part_of(self.missing, start, stop)
        return Lists(self.child, self.starts[start:stop], self.stops[start:stop], missing)

    def in_r(self, policies: ToR) -> New:
        elements = [
            self.child.part(start, stop).in_r(policies)
            for start, stop in zip(self.starts.tolist(), self.stops.tolist(), strict=True)
        ]
        if self.missing is not None:
            for place in np.flatnonzero(self.missing):
                elements[place] = None
        return NewList(elements, places=element_places(len(elements)))


@dataclass(slots=True)
class Bytes(Sequences):
    """Strings of bytes; None is missing."""

    name = "bytes"

    def in_r(self, policies: ToR) -> New:
        return NewList(
            [
                None if one is None else Numbers(np.frombuffer(one, "S1")).in_r(policies)
                for one in self.elements
            ]
        )


@dataclass(slots=True)
class Objects(Sequences):
    """Elements that are vectors, lists or tables themselves, already converted to R."""

    name = "lists"

    def in_r(self, policies: ToR) -> New:
        return NewList(self.elements)


@dataclass(slots=True)
class Nulls(InR):
    """A column of which no element is known, not even by its kind: `NA` in R."""

    name = "nulls"

    count: int

    def __len__(self) -> int:
        return self.count

    def part(self, start: int, stop: int) -> Nulls:
        return Nulls(stop - start)

    def in_r(self, policies: ToR) -> New:
        return Numbers(np.zeros(self.count, bool), np.ones(self.count, bool)).in_r(policies)


@dataclass(slots=True)
class ListsOfR(InPython):
    """The elements of an R list; None is NULL."""

    name = "lists"

    elements: Sequence[Any]
    """Objects of the host."""
    convert: Callable[[Any], Any]
    """A function that converts an object to an array or a Python list."""
    column: Callable[[Any], InPython | None]
    """A function that reads an object as a column; None for NULL."""

    def __len__(self) -> int:
        return len(self.elements)

    def in_pandas(self, pandas: Any, policies: FromR) -> Any:
        elements = each(self.convert, self.elements, element_places(len(self)))
        if all(element is None for element in elements):
            raise ConversionError(
                "no element of a column of lists has a value, so that it would come back as text: "
                "x$name <- NULL removes the column"
            )
        objects = np.empty(len(elements), dtype=object)
        for place, element in enumerate(elements):  # at once NumPy would look into them
            objects[place] = element
        return objects

    def c_array(self) -> Any:
        columns = each(self.column, self.elements, element_places(len(self)))
        missing = np.array([column is None for column in columns], bool)
        known = [column for column in columns if column is not None]
        kinds = {_kind_of(column): column for column in known}
        if len(kinds) > 1:
            one, other = [*kinds.values()][:2]
            raise ConversionError(
                f"its elements are {_described(one)} and {_described(other)}, and those of a "
                'Arrow column are of one kind: like = "pandas" keeps each as it is'
            )
        if _is_raw(known):
            return arrow.bytes_arrays(
                [None if one is None else one.values.tobytes() for one in columns]
            )
        child = _joined(known).c_array() if known else arrow.nulls(0)
        return arrow.lists(child, [0 if one is None else len(one) for one in columns], missing)


@dataclass(slots=True)
class Frame(InR, InPython):
    """Columns with names, all of one length."""

    name = "a table"

    names: Sequence[str]
    columns: Sequence[Any]
    """All `InR`, or all `InPython`."""
    rows: int
    row_names: RowNames | None = None
    """None, or the number of rows, where they are 1, 2, 3..."""

    def __len__(self) -> int:
        return self.rows

    @property
    def has_row_names(self) -> bool:
        """Return whether the rows have names of their own."""
        return not (self.row_names is None or isinstance(self.row_names, int))

    def part(self, start: int, stop: int) -> Frame:
        parts = [column.part(start, stop) for column in self.columns]
        return Frame(self.names, parts, stop - start)

    def places(self) -> list[str]:
        """Return what an error message calls each column."""
        return column_places(self.names)

    def in_r(self, policies: ToR) -> New:
        columns = each(lambda column: column.in_r(policies), self.columns, self.places())
        return data_frame(self.names, columns, self._names_in_r())

    def _names_in_r(self) -> New:
        if self.row_names is None or isinstance(self.row_names, int):
            return automatic_row_names(self.rows)
        if isinstance(self.row_names, np.ndarray):
            return integers(self.row_names.tolist())
        return vector_of_texts(self.row_names)

    def in_pandas(self, pandas: Any, policies: FromR) -> Any:
        columns = each(
            lambda column: column.in_pandas(pandas, policies), self.columns, self.places()
        )
        table = pandas.DataFrame(dict(enumerate(columns)), index=self._index(pandas), copy=True)
        table.columns = text_index(pandas, self.names)
        return table

    def _index(self, pandas: Any) -> Any:
        names = self.row_names
        if names is None or isinstance(names, int):
            return pandas.RangeIndex(self.rows)
        if isinstance(names, np.ndarray):
            return pandas.Index(names.astype("int64"))
        if None in names:
            raise ConversionError(
                f"row name {names.index(None) + 1} is NA: row.names(x) <- NULL drops them"
            )
        return text_index(pandas, names)

    def c_array(self) -> Any:
        children = each(lambda column: column.c_array(), self.columns, self.places())
        return arrow.structs(self.names, children, self.rows)

    def in_arrow(self, make: Maker) -> Any:
        """Return a struct as a column."""
        return make.array(self.c_array())

    def table_of(self, make: Maker) -> Any:
        """Return a table of a library that speaks Arrow's protocol."""
        if not self.columns and self.rows:
            raise ConversionError(
                f"the data frame has {self.rows} rows and no column, which no Arrow table has"
            )
        columns = each(lambda column: column.in_arrow(make), self.columns, self.places())
        return make.table(self.names, columns)


def _is_raw(columns: Sequence[InPython]) -> bool:
    # of R's vectors only raw ones are bytes
    return bool(columns) and isinstance(columns[0], Numbers) and columns[0].values.dtype == "u1"


def _kind_of(column: InPython) -> tuple[Any, ...]:
    """Return what is equal for columns whose elements are in one Arrow array."""
    values = getattr(column, "values", None)
    dtype = None if values is None or isinstance(column, Times) else values.dtype.str
    own = [getattr(column, name, None) for name in ("zone", "is_ordered")]
    inside: tuple[Any, ...] = ()
    if isinstance(column, Frame):
        inside = (*column.names, *map(_kind_of, column.columns))
    return (type(column), dtype, *own, *inside)


def _described(column: InPython) -> str:
    values = getattr(column, "values", None)
    return column.name if values is None else f"{column.name} of dtype {values.dtype}"


def _joined(columns: Sequence[Any]) -> InPython:
    """Return columns of one kind, one after the other."""
    first = columns[0]
    match first:
        case Numbers():
            parts = [column.values for column in columns]
            missing = [
                np.zeros(len(column), bool) if column.missing is None else column.missing
                for column in columns
            ]
            return Numbers(np.concatenate(parts), np.concatenate(missing))
        case Texts():
            return Texts([text for column in columns for text in column.texts])
        case ListsOfR():
            return replace(first, elements=[one for column in columns for one in column.elements])
        case Frame():
            together = zip(*[column.columns for column in columns], strict=True)
            return Frame(first.names, [*map(_joined, together)], sum(map(len, columns)))
        case Factor():
            return first  # it is refused by itself
    joined: Array = np.concatenate([one.values for one in columns])  # times in the finest unit
    unit = np.datetime_data(joined.dtype)[0]
    if any(one.in_unit(unit).values.dtype != joined.dtype for one in columns):
        raise ConversionError(
            f"its elements are {first.name} of which {unit} in 64 bits cannot count all: "
            'like = "pandas" keeps each in its own unit'
        )
    column: InPython = replace(first, values=joined)
    return column
