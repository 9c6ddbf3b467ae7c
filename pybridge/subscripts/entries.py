"""Entries as subscripts: vectors of positions, logicals, and matrices of either.

Each has its own memory, knows what its positions or logicals select on an axis, and, alone, what a
matrix of them selects of a whole tensor.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pybridge.axis import Axis, has_other_labels, has_other_name
from pybridge.errors import (
    SubscriptCountError,
    SubscriptError,
    SubscriptLabelError,
    SubscriptMaskError,
    SubscriptMissingError,
    SubscriptTypeError,
)
from pybridge.shape import Order, Shape, Size, fits_shape
from pybridge.subscripts.kinds import Axes, Kind
from pybridge.subscripts.notation import (
    number_text,
    short_text,
    shown,
    shown_places,
    vector_source,
)
from pybridge.subscripts.resolve import (
    Policies,
    beyond_array,
    not_a_position,
    repeated,
    resolve,
    whole_as_r_reads,
)
from pybridge.subscripts.selections import AxisSelection, Gather, Masked, Points

if TYPE_CHECKING:
    import numpy.typing as npt


class Entries(Kind):
    """Base class of subscripts with arrays: their own memory, and equality by value.

    `missing` is a mask of the entries that are `NA`; their values are arbitrary. `axes` are the
    names and labels that the entries came with.
    """

    values: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_] | None = None
    axes: Axes = ()

    empty: ClassVar[str]

    def __init__(
        self,
        values: npt.NDArray[Any],
        missing: npt.NDArray[np.bool_] | None = None,
        axes: Axes = (),
    ) -> None:
        if missing is not None:
            missing = _owned(missing) if missing.any() else None
        object.__setattr__(self, "values", _owned(values))
        object.__setattr__(self, "missing", missing)
        object.__setattr__(self, "axes", axes)

    @classmethod
    def borrowed(cls, values: npt.NDArray[Any]) -> Any:
        """Return entries on the memory of the caller, for immediate use; nothing is copied."""
        entries = object.__new__(cls)
        set_field = object.__setattr__
        set_field(entries, "values", values)
        set_field(entries, "missing", None)
        set_field(entries, "axes", ())
        return entries

    def _content(self) -> tuple[Any, ...]:
        """Return the key for equality: 1 equals 1.0, and values under `NA` are ignored."""
        values = self.values
        is_na = None
        if self.missing is not None:
            values = np.where(self.missing, np.zeros((), values.dtype), values)
            is_na = self.missing.tobytes()
        if values.dtype.kind == "f":
            whole = np.where(np.abs(values) < 2.0**63, values, 0.0).astype(np.int64)
            values = whole if bool((whole == values).all()) else values + 0.0  # no -0.0
        return (type(self), values.dtype.str, values.shape, values.tobytes(), is_na)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entries) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def in_columns(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
        """Return the entries column by column, and a mask of `NA`."""
        missing = self.missing
        if self.values.ndim == 1:
            return self.values, missing
        return self.values.ravel(order="F"), None if missing is None else missing.ravel(order="F")

    def r_source(self, most: int) -> str:
        """Return R source; R's single `NA` is a logical, and a single logical needs no `c()`."""
        flat, is_na = self.in_columns()
        is_logical = self.values.dtype.kind == "b"
        na_text = "NA" if is_na is None or is_logical or not is_na.all() else "NA_integer_"
        texts = [
            na_text if is_na is not None and is_na[k] else number_text(flat[k].item())
            for k in shown_places(flat.size, most)
        ]
        if is_logical and self.values.shape == (1,):
            return texts[0]
        return vector_source(shown(texts, flat.size, most), self.values.shape, self.empty)

    @property
    def python(self) -> str:
        """Python source: nested lists, or an empty array."""
        values, is_logical = self.values, self.values.dtype.kind == "b"
        if not values.size and (is_logical or values.shape != (0,)):
            return f"numpy.zeros({values.shape}, {values.dtype.name!r})"
        if self.missing is not None:
            values = np.where(self.missing, np.array(None, "O"), values)
        na_text = "NA" if is_logical else 'float("nan")'
        return str(values.tolist()).replace("None", na_text).replace("inf", 'float("inf")')

    def check_axis(self, axis: Axis, its: Axis) -> None:
        """Raise `SubscriptLabelError` if the entries, along `its`, contradict the axis.

        The logicals must be along the axis that they select on, and have its labels. The labels of
        positions are their own; only a name that is that of another axis contradicts.
        """
        is_mask = isinstance(self, Mask)
        if has_other_name(axis, its) and (
            is_mask or its.name in [other.name for other in axis.siblings]
        ):
            raise SubscriptLabelError(
                f"a subscript along {its.name!r} does not fit axis {axis.place}, {axis.name!r}; "
                "transpose or rename it, or write its values without labels",
                subscript=short_text(self),
            )
        if is_mask and has_other_labels(axis, its):
            raise SubscriptLabelError(
                f"a subscript has other labels than axis {axis.place}; bring them into that "
                "order, or write its values without labels",
                subscript=short_text(self),
            )


class Vector(Entries):
    """Several numbers, or a matrix of them; `values` is a read-only int64 or float64 array.

    >>> from pybridge import NA
    >>> from pybridge.subscripts.python_values import vector
    >>> str(vector([1, NA, 3])), vector([2, 1]) == vector([2, 1]), vector([2, 1]) == vector([1, 2])
    ('c(1, NA, 3)', True, False)
    """

    empty = "integer(0)"

    def on(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return the indices of the positions."""
        if len(self.axes) == 1:
            self.check_axis(axis, self.axes[0])
        if self.values.ndim == 1:
            return resolve(self.values, self.missing, axis, policies, self)
        if not policies.is_loose:
            text = short_text(self)
            raise SubscriptTypeError(
                f"`{text}` has {self.values.ndim} axes; on axis {axis.place} a vector is needed. A "
                "matrix of positions with one column for each axis must be the only subscript",
                subscript=text,
            )
        return resolve(*self.in_columns(), axis, policies, self)

    def alone(self, axes: Axes, policies: Policies, order: Order) -> Points | None:
        """Return one element for each row of a matrix of positions."""
        if self.values.ndim != 2:
            return None
        rows, columns = self.values.shape
        shape = tuple([axis.size for axis in axes])
        if policies.is_loose:
            return self._points_as_r_reads(axes, shape) if columns == len(axes) else None
        if columns != len(axes):
            raise wrong_columns(self, f"{columns} columns", columns, len(axes))
        missing: Any = [None] * columns if self.missing is None else self.missing.T
        missing = [column if column is not None and column.any() else None for column in missing]
        columns_of_indices = [
            resolve(self.values[:, k], missing[k], axis, policies, self)
            for k, axis in enumerate(axes)
        ]
        coordinates = [each.indices for each in columns_of_indices if isinstance(each, Gather)]
        return Points(shape, tuple(coordinates), rows)

    def _points_as_r_reads(self, axes: Axes, shape: Shape) -> Points:
        """Read a row from the left up to an `NA`, which selects `NA`, or a zero, which drops it.

        Entries to the right of it are ignored.
        """
        matrix = self.values
        flat, is_na = whole_as_r_reads(*self.in_columns(), Axis(size=0))
        positions = flat.reshape(matrix.shape, order="F")
        is_na = np.zeros(len(flat), bool) if is_na is None else is_na
        is_na = is_na.reshape(matrix.shape, order="F")
        is_last = positions == 0  # NA or zero: both are 0 here
        is_read = np.ones(matrix.shape, bool)
        is_read[:, 1:] = ~np.logical_or.accumulate(is_last, axis=1)[:, :-1]
        bad = is_read & ((positions < 0) | (positions > np.array(shape, np.int64)))
        if bad.any():
            row = int(np.flatnonzero(bad.any(axis=1))[0])
            column = int(np.flatnonzero(bad[row])[0])
            raise self._bad_coordinate(int(positions[row, column]), row, axes[column])
        ends = is_read & is_last
        is_missing = (ends & is_na).any(axis=1)
        is_used = is_missing | ~ends.any(axis=1)
        is_missing = is_missing[is_used]
        indices = np.where(is_missing[:, None], 0, positions[is_used] - 1)
        return Points(
            shape, tuple(indices.T), len(indices), is_missing if is_missing.any() else None
        )

    def _bad_coordinate(self, position: int, row: int, axis: Axis) -> SubscriptError:
        text = short_text(self)
        if position > 0:
            return beyond_array(position, axis, text, f" in row {row + 1}")
        return SubscriptError(
            f"negative values are not allowed in a matrix subscript: {position} in row {row + 1}, "
            f"column {axis.place} of `{text}`; name the position itself",
            subscript=text,
        )

    @property
    def least_size(self) -> Size:
        """The largest position; None if a negative one counts from the end."""
        if self.values.ndim > 1 or (self.values < 0).any():
            return None
        return int(self.values.max(initial=0))


class Negated(Vector):
    """A vector behind a minus in R text: R excludes, and the tensor dialect wants other words.

    >>> print(Negated(np.array([-2, -4])))
    -c(2, 4)
    """

    def r_source(self, most: int) -> str:
        """Return R source with the minus before the vector."""
        written = Vector(-self.values, self.missing).r_source(most)
        return f"-{written.replace('array', 'c') if self.values.shape == (1,) else written}"

    def on(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return the indices as R reads them."""
        if not policies.is_loose:
            raise self.refusal()
        return super().on(axis, policies)

    def alone(self, axes: Axes, policies: Policies, order: Order) -> Points | None:
        """Return the points as R reads them."""
        if not policies.is_loose:
            raise self.refusal()
        return super().alone(axes, policies, order)

    def refusal(self) -> SubscriptTypeError:
        """Return the error of the tensor dialect."""
        text = short_text(self)
        return SubscriptTypeError(
            f"`{text}` counts these positions from the end; to leave them out write "
            f"`all_but({text[1:]})`, and to count from the end give each its minus, as in "
            "`c(-1, -2)`",
            subscript=text,
        )


class Mask(Entries):
    """Logicals for one axis, or for the whole tensor. R's single `NA` is one.

    >>> str(Mask(np.array([True, False])))
    'c(TRUE, FALSE)'
    """

    empty = "logical(0)"

    def on(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return the indices where it is TRUE; R recycles it, and `NA` selects `NA`."""
        if len(self.axes) == 1:
            self.check_axis(axis, self.axes[0])
        if policies.is_loose:
            return self._recycled_on(axis, policies)
        if self.missing is not None:
            raise not_a_position(axis) if self.values.shape == (1,) else self._holds_na()
        if self.values.ndim != 1:
            text = short_text(self)
            raise SubscriptMaskError(
                f"`{text}` has {self.values.ndim} axes; on axis {axis.place} a logical vector is "
                "needed",
                subscript=text,
            )
        if axis.size is not None and len(self.values) != axis.size:
            text = short_text(self)
            raise SubscriptMaskError(
                f"`{text}` has length {len(self.values)} and axis {axis.place} has size "
                f"{axis.size}; a logical subscript has one entry for each position, nothing is "
                "recycled",
                subscript=text,
            )
        return Gather(np.flatnonzero(self.values))

    def _recycled_on(self, axis: Axis, policies: Policies) -> AxisSelection:
        flags, missing = self.in_columns()
        count, size = flags.size, axis.size or 0
        if count > size and policies.beyond == "error":
            text = short_text(self)
            raise SubscriptMaskError(
                f"(subscript) logical subscript too long: {count} entries of `{text}` on axis "
                f"{axis.place} of size {size}; R recycles a shorter one",
                subscript=text,
            )
        if count == 0:
            return Gather(np.empty(0, np.int64))
        flags = repeated(flags, max(count, size))
        if missing is None:
            chosen = np.flatnonzero(flags)
            if count <= size:
                return Gather(chosen)
        else:
            missing = repeated(missing, max(count, size))
            chosen = np.flatnonzero(flags | missing)
            missing = missing[chosen] if missing[chosen].any() else None
        return resolve(chosen + 1, missing, axis, policies, self)

    def alone(self, axes: Axes, policies: Policies, order: Order) -> Masked | None:
        """Return the elements where a logical of the whole shape is TRUE."""
        shape = tuple([axis.size for axis in axes])
        flags = self.values
        if policies.is_loose:
            count = math.prod([size or 0 for size in shape])
            if len(axes) < 2 or self.missing is not None or flags.size != count:
                return None
            order = "F"
            if flags.shape != shape:
                flags = self.in_columns()[0].reshape([size or 0 for size in shape], order="F")
        elif flags.ndim < 2:
            return None
        elif self.missing is not None:
            raise self._holds_na()
        for axis, its in zip(axes, self.axes, strict=False):
            self.check_axis(axis, its)
        if not fits_shape(flags.shape, shape):
            raise wrong_mask_shape(short_text(self), "array", flags.shape, shape)
        return Masked(shape, flags, order)

    def _holds_na(self) -> SubscriptMissingError:
        text = short_text(self)
        return SubscriptMissingError(
            f"`{text}` holds NA; a logical subscript must be TRUE or FALSE everywhere",
            subscript=text,
        )


def wrong_columns(item: Kind, has: str, columns: int, ndim: int) -> SubscriptCountError:
    """Return the error for a matrix of positions without one column for each axis."""
    text = short_text(item)
    return SubscriptCountError(
        f"`{text}` has {has} and the tensor {ndim} axes; a matrix of positions has one column for "
        "each axis",
        subscript=text,
        count=columns,
        ndim=ndim,
    )


def wrong_mask_shape(text: str, what: str, own: Shape, shape: Shape) -> SubscriptMaskError:
    """Return the error for a logical that has not the shape of the tensor."""
    return SubscriptMaskError(
        f"a logical {what} of shape {own} does not fit a tensor of shape {shape}; alone it must "
        "have the tensor's own shape",
        subscript=text,
    )


def read_only(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Make an array read-only and return it, so that a subscript need not copy it."""
    values.flags.writeable = False
    return values


def _owned(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return read_only(values.copy()) if values.flags.writeable else values
