"""`explain`: what subscripts select, as Python would write it, and where R and Python differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pybridge import subscripts as sub
from pybridge.axis import Axis
from pybridge.errors import ArgumentError, SubscriptError, collected_warnings, value_text
from pybridge.explaining.contrasts import (
    Indices,
    Pair,
    are_same,
    indices_of,
    positions_text,
    python_contrasts,
    r_contrasts,
)
from pybridge.explaining.python_text import Known, known_selection, python_expression
from pybridge.holders import find_holder, open_tensor
from pybridge.shape import Shape, known_shape
from pybridge.shapes import elements_text
from pybridge.subscripts import Subscripts, short_text
from pybridge.subscripts import selections as to
from pybridge.subscripts.spelling import written_in_brackets
from pybridge.subsetting.lowering import (
    Dialect,
    checked_shape,
    lower,
    read_subscripts,
)
from pybridge.subsetting.request import request_for

Items: TypeAlias = tuple[Any, ...]
Axes: TypeAlias = tuple[Axis, ...] | None

_IN_ORDER: Final = {"C": "row by row", "F": "column by column"}
_SAME: Final = "R's own [ and Python's [ would do the same"
_WIDTH: Final = 200
"""The number of characters of Python text in print; the field `python` has all of it."""


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """The result of `explain`: prints as text or HTML, and has its parts as fields."""

    subscripts: Subscripts
    """The subscripts as they were read."""
    shape: tuple[int, ...]
    """The shape of the tensor."""
    dialect: Dialect
    """The dialect of the explanation."""
    selected: tuple[str, ...]
    """For each axis, the selected one-based positions."""
    python: str
    """Python code for the same selection on a NumPy array."""
    result_shape: Shape
    """The shape of the result."""
    in_r: tuple[str, ...]
    """How R's own `[` differs; for the base dialect, its warnings."""
    in_python: tuple[str, ...]
    """How Python's `[` differs."""
    in_tensor_dialect: tuple[str, ...] = ()
    """For the base dialect, how the tensor dialect differs."""
    name: str = "x"
    """The name of the tensor in the text."""

    def _rows(self) -> list[tuple[str, str]]:
        """Return a title, or "", and a text for each line below the first."""
        python = self.python
        if len(python) > _WIDTH:
            python = f"{python[: _WIDTH - 40]} ... {python[-30:]}"
        rows = [("in Python", python), ("shape", f"{self.shape} -> {self.result_shape}")]
        for title, texts in (
            ("R's own [", self.in_r),
            ("Python's [", self.in_python),
            ("tensor dialect", self.in_tensor_dialect),
        ):
            rows += [(title if k == 0 else "", text) for k, text in enumerate(texts)]
        return rows

    def _head(self) -> tuple[str, str]:
        return f"{self.name}[{short_text(self.subscripts)}]", f"in the {self.dialect} dialect"

    def _is_same_everywhere(self) -> bool:
        return not (self.in_r or self.in_python or self.in_tensor_dialect)

    def __str__(self) -> str:
        lines = ["  ".join(self._head())]
        lines += [f"  {text}" for text in self.selected]
        lines += [f"{title:<15}{text}" for title, text in self._rows()]
        return "\n".join([*lines, *([_SAME] if self._is_same_everywhere() else [])])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        written, dialect = self._head()
        head = f"<p><code>{escape(written)}</code> {dialect}</p>"
        selected = "".join(f"<li>{escape(text)}</li>" for text in self.selected)
        rows = "".join(
            f"<tr><th>{escape(title)}</th><td>{escape(text)}</td></tr>"
            for title, text in self._rows()
        )
        same = f"<p>{escape(_SAME)}</p>" if self._is_same_everywhere() else ""
        return f"{head}<ul>{selected}</ul><table>{rows}</table>{same}"


def explain(
    shape: Any, *subscripts: Any, drop: bool = True, dialect: Dialect = "tensor"
) -> Explanation:
    """Explain what subscripts select from a tensor of `shape`, without reading an element.

    `shape` is a tuple of sizes. It may also be a tensor or a table; then subscripts may be its
    labels.

    `subscripts` are as in `result_shape` and `r_slice`: values, or R text with or without
    brackets, such as `"x[NA:5, , 8:-8]"` or `"NA:5, , 8:-8"`. The explanation has the
    selected positions of each axis, Python code for the same selection with NumPy, the shape of the
    result, and how R's own `[` and Python's `[` differ. Raises the errors of `r_slice`, and
    `ArgumentError` for an invalid shape.

    >>> explain((60000, 28, 28), "x[NA:5, , -1]")
    x[NA:5, , -1]  in the tensor dialect
      axis 1 of size 60000: `NA:5` is positions 1 to 5
      axis 2 of size 28: everything
      axis 3 of size 28: `-1` is position 28, and the axis is dropped
    in Python      x[0:5, :, 27]
    shape          (60000, 28, 28) -> (5, 28)
    R's own [      on axis 1 `NA:5` is an error, because `:` needs two numbers; there it is `1:5`
                   on axis 3 `-1` drops position 1 instead of taking the last
    """
    text = subscripts[0] if len(subscripts) == 1 else None
    name = (written_in_brackets(text)[0] if isinstance(text, str) else "") or "x"
    return explain_named(name, shape, subscripts, dialect=dialect, drop=drop)


def explain_named(
    name: str, shape: Any, subscripts: tuple[Any, ...], *, dialect: Dialect, drop: bool
) -> Explanation:
    """Explain subscripts of a tensor with a name, as `explain` does."""
    sizes, subscripts, axes = _opened(shape, subscripts)
    holder = find_holder(shape)
    has_fixed_axes = holder is not None and holder.has_fixed_axes
    drop = drop and not has_fixed_axes
    written = read_subscripts(subscripts)
    items = written.items
    with collected_warnings() as collected:
        selection = _lowered(sizes, items, axes, drop=drop, dialect=dialect)
    warned = [f"warns: {warning}" for warning in collected]
    pairs = _pairs(written, selection)
    alone = written.items[0] if len(written) == 1 else to.WHOLE
    is_matrix = isinstance(alone, sub.Vector) and alone.values.ndim == 2
    is_whole = sub.is_whole_axis(alone) or is_matrix
    is_linear = dialect == "base" and len(sizes) > 1 and not is_whole
    return Explanation(
        subscripts=written,
        shape=sizes,
        dialect=dialect,
        selected=tuple(_selected(selection, pairs, is_linear)),
        python=python_expression(selection, sizes, name, is_linear=is_linear),
        result_shape=selection.result_shape,
        in_r=tuple(_in_r(written, selection, pairs, drop) if dialect == "tensor" else warned),
        in_python=tuple(_in_python(written, selection, pairs, drop or has_fixed_axes, is_linear)),
        in_tensor_dialect=tuple(
            _in_tensor_dialect(items, axes, selection, drop) if dialect == "base" else ()
        ),
        name=name,
    )


def _opened(x: Any, written: Items) -> tuple[tuple[int, ...], Items, Axes]:
    """Return the sizes of a shape or a tensor, the subscripts, and its axes if it has labels."""
    if find_holder(x) is None:
        return _checked_shape(x), written, None
    is_text = len(written) == 1 and isinstance(written[0], str)
    request = request_for(x, open_tensor(x), written, is_text=is_text)
    return _checked_shape(request.shape), request.written, request.axes


def _lowered(shape: Shape, items: Items, axes: Axes, *, drop: bool, dialect: Dialect) -> Known:
    return known_selection(lower(None, shape, items, drop=drop, dialect=dialect, axes=axes))


def _checked_shape(shape: Shape) -> tuple[int, ...]:
    sizes = checked_shape(shape)
    if None in sizes:
        raise ArgumentError(
            f"`shape` is a tuple of sizes, all of them known, not {value_text(shape)}"
        )
    return known_shape(sizes)


def _pairs(written: Subscripts, selection: Known) -> list[Pair]:
    """Pair each subscript with its selection; `..` and missing trailing axes are whole."""
    if not isinstance(selection, to.Orthogonal):
        return []
    items: list[sub.Subscript] = []
    for item in written.items:
        unnamed = len(selection.axes) - len(written.items) + 1
        items += [to.WHOLE] * unnamed if item is ... else [item]
    items += [to.WHOLE] * (len(selection.axes) - len(items))
    pairs: list[Pair] = []
    axis = 0
    for item, chosen in zip(items, selection.axes, strict=False):
        if chosen is None:
            pairs.append(Pair(item, chosen, None, 1))
        else:
            pairs.append(Pair(item, chosen, axis, selection.shape[axis] or 0))
            axis += 1
    return pairs


def _gone(selection: to.Orthogonal) -> list[bool]:
    """Return for each axis selection whether its axis is dropped."""
    gone = []
    place = 0
    for chosen in selection.axes:
        if isinstance(chosen, int):
            gone.append(True)
        else:
            gone.append(place in selection.squeezed)
            place += 1
    return gone


def _selected(selection: Known, pairs: list[Pair], is_linear: bool) -> list[str]:
    match selection:
        case to.Orthogonal():
            return [_axis_words(p, g) for p, g in zip(pairs, _gone(selection), strict=True)]
        case to.Masked(order=order):
            count = int(selection.result_shape[0] or 0)
            return [f"{elements_text(count)} where the logical is TRUE, {_IN_ORDER[order]}"]
        case to.Points(count=count, missing=missing):
            how = (
                "counted column by column through the whole tensor"
                if is_linear
                else "one for each row of the matrix"
            )
            holes = 0 if missing is None else int(missing.sum())
            return [f"{elements_text(count)}, {how}" + (f", {holes} of them NA" if holes else "")]


def _axis_words(pair: Pair, is_gone: bool) -> str:
    if pair.axis is None:
        return f"`{short_text(pair.item)}`: a new axis of size 1"
    words = "everything"
    if not sub.is_whole_axis(pair.item):
        missing = pair.chosen.missing if isinstance(pair.chosen, to.Gather) else None
        positions = positions_text(indices_of(pair.chosen, pair.size), missing)
        words = f"`{short_text(pair.item)}` is {positions}"
    ending = ", and the axis is dropped" if is_gone else ""
    return f"axis {pair.axis + 1} of size {pair.size}: {words}{ending}"


def _in_r(written: Subscripts, selection: Known, pairs: Sequence[Pair], drop: bool) -> list[str]:
    if isinstance(selection, to.Masked):
        return [f"it takes the elements {_IN_ORDER['F']}"] if _order_matters(selection) else []
    if isinstance(selection, to.Points):
        has_negative = any(bool((item.values < 0).any()) for item in _vectors(written))
        return ["it takes no negative positions in a matrix"] if has_negative else []
    return r_contrasts(written, pairs, len(selection.shape), drop=drop)


def _order_matters(selection: to.Masked) -> bool:
    other = to.Masked(selection.shape, selection.mask, "F" if selection.order == "C" else "C")
    return not _are_same(selection, other)


def _vectors(written: Subscripts) -> list[sub.Vector]:
    return [item for item in written.items if isinstance(item, sub.Vector)]


def _in_python(
    written: Subscripts, selection: Known, pairs: Sequence[Pair], drop: bool, is_linear: bool
) -> list[str]:
    match selection:
        case to.Masked(order=order):
            is_other = order == "F" and _order_matters(selection)
            return [f"it takes the elements {_IN_ORDER['C']}"] if is_other else []
        case to.Points() if is_linear:
            return ["it takes a single subscript as the first axis, and counts from 0"]
        case to.Points(shape=shape):
            matrix_shape = _vectors(written)[0].values.shape
            return [
                f"it takes the matrix as indices of the first axis, which gives shape "
                f"{matrix_shape + shape[1:]}"
            ]
        case to.Orthogonal(shape=shape):
            gone = _gone(selection)
            unforced = [
                pair.axis
                for pair, is_gone in zip(pairs, gone, strict=True)
                if is_gone and pair.axis is not None and not sub.is_scalar(pair.item)
            ]
            return python_contrasts(pairs, drop=drop, squeezed=unforced)


def _in_tensor_dialect(items: Items, axes: Axes, selection: Known, drop: bool) -> list[str]:
    """Return sentences on how the tensor dialect reads subscripts of R's own dialect."""
    try:
        other = _lowered(selection.shape, items, axes, drop=drop, dialect="tensor")
    except SubscriptError as error:
        return [f"raises an error: {error}"]
    if other.result_shape != selection.result_shape:
        return [f"gives shape {other.result_shape}"]
    if not _are_same(other, selection):
        return [f"gives the same shape, {other.result_shape}, but other elements"]
    return []


def _are_same(one: Known, other: Known) -> bool:
    """Return whether two selections of one shape name the same elements in the same order."""
    if isinstance(one, to.Orthogonal) and isinstance(other, to.Orthogonal):
        return all(map(are_same, _indices_by_axis(one), _indices_by_axis(other)))
    return np.array_equal(_places(one), _places(other))


def _indices_by_axis(selection: to.Orthogonal) -> list[Indices]:
    old = [axis for axis in selection.axes if axis is not None]
    sizes = (size or 0 for size in selection.shape)
    return [indices_of(axis, size) for axis, size in zip(old, sizes, strict=True)]


def _places(selection: Known) -> npt.NDArray[np.int64]:
    """Return the row-major indices of the selected elements, in the order of the result."""
    if isinstance(selection, to.Orthogonal):
        coordinates = np.ix_(
            *[np.asarray(indices, np.int64) for indices in _indices_by_axis(selection)]
        )
    else:
        coordinates = selection.coordinates
    shape = tuple(size or 0 for size in selection.shape)
    return np.ravel_multi_index(coordinates, shape).ravel()
