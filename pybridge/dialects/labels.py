"""Names as subscripts: replace labels by their positions, before either dialect.

Sources: R Language Definition, 3.4.1, and R itself, which the tests run.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from pybridge import subscripts as sub
from pybridge.axis import Axis, has_other_labels, has_other_name
from pybridge.errors import SubscriptLabelError, SubscriptMissingError, SubscriptTypeError
from pybridge.subscripts import name_text, short_text

Names: TypeAlias = tuple[str | None, ...]
AxisLabels: TypeAlias = Callable[[int], Sequence[str | None] | None]
"""A function that returns the labels of an axis, one text for each position, or None."""


class UniqueLabels(Sequence[str | None]):
    """Labels of an axis, all different, whose library finds them faster than a search."""

    @abstractmethod
    def positions_of(self, names: Sequence[str]) -> Sequence[int]:
        """Return the position of each name, counted from one; 0 if it is not a label."""


_MOST_COMPARED: Final = 10_000
"""With more labels than this, skip the search for suggestions."""


def positions_from_names(
    item: sub.Characters, labels: AxisLabels, axis: int, ndim: int, *, is_alone: bool
) -> sub.Scalar | sub.Vector:
    """Return the positions of names, by the rules of the tensor dialect.

    Each name must be the label of exactly one position. A single name drops its axis, as a position
    does. A matrix of names with one column for each axis, alone, becomes one of positions.

    >>> species = lambda axis: ["setosa", "versicolor", "virginica"]
    >>> names = sub.Characters(("versicolor", "setosa"))
    >>> print(positions_from_names(names, species, 0, 2, is_alone=False))
    c(2, 1)
    """
    shape = item.shape or ()
    if len(shape) < 2:
        positions = _only_positions(item, item.values, labels, axis, ndim)
        is_one = item.shape is None and len(positions) == 1
        return sub.Scalar(positions[0]) if is_one else _vector(np.array(positions, np.int64))
    if is_alone and len(shape) == 2 and shape[1] == ndim:
        columns = [_only_positions(item, item.values[k::ndim], labels, k, k) for k in range(ndim)]
        return _vector(np.array(columns, np.int64).T)
    raise SubscriptTypeError(
        f"`{short_text(item)}` has shape {shape}; a vector of names is needed here, or a matrix "
        "of names with one column for each axis as the only subscript",
        subscript=short_text(item),
    )


def names_as_r_reads(
    subscripts: sub.Subscripts, labels: AxisLabels, ndim: int, *, is_write: bool = False
) -> sub.Subscripts:
    """Replace names by positions, by the rules of R's own `[`.

    Of equal labels the first is used. An unknown name is `NA` on a plain vector and out of bounds
    on an array. A single subscript refers to names of the elements, which an array does not have,
    unless it is a matrix with one column for each axis. Names are left in place if the axis has no
    labels, and if R's `[<-` would add an element of that name: the dialect raises for them.
    """
    items = list(subscripts.items)
    is_alone = len(items) == 1
    for axis, item in enumerate(items):
        if not isinstance(item, sub.Characters):
            continue
        shape = item.shape or ()
        if is_alone and ndim > 1 and len(shape) == 2 and shape[1] == ndim:
            columns = [_first_positions(item.values[k::ndim], labels(k), k) for k in range(ndim)]
            if None not in columns:
                items[axis] = _vector(np.array(columns, np.int64).T)
        elif is_alone:
            texts = labels(0) if ndim == 1 else []
            if texts is not None:
                places = _places(texts, item.values)
                positions = np.array([places.get(name, [0])[0] for name in item.values], np.int64)
                if not is_write or positions.all():
                    items[axis] = _vector(positions)
        elif axis < ndim:
            matched = _first_positions(item.values, labels(axis), axis)
            if matched is not None and 0 in matched:
                raise SubscriptMissingError(
                    f"subscript out of bounds: `{short_text(item)}` on axis {axis + 1} holds NA",
                    subscript=short_text(item),
                )
            if matched is not None:
                items[axis] = _vector(np.array(matched, np.int64))
    return sub.Subscripts(tuple(items))


def _vector(positions: Any) -> sub.Vector:
    """Make a vector of positions; 0 becomes `NA`."""
    holes = positions == 0
    missing = sub.read_only(holes) if holes.any() else None
    return sub.Vector(sub.read_only(np.ascontiguousarray(positions)), missing)


def _only_positions(
    item: sub.Characters, names: Names, axis_labels: AxisLabels, axis: int, ndim: int
) -> list[int]:
    """Return the position of each name; raise if it is unknown or ambiguous.

    Where it is a label of a later axis of `ndim`, the error says so.
    """
    text = short_text(item)
    labels = axis_labels(axis)
    if labels is None:
        _refuse_label_of_later_axis(names[0], axis_labels, axis, ndim)
        raise SubscriptTypeError(
            f"`{text}` names a position, and axis {axis + 1} has no labels that text can "
            "name; use its number",
            subscript=text,
        )
    places = _places(labels, names)
    all_positions = []
    for name in names:
        if name is None:
            raise SubscriptMissingError(
                f"`{text}` on axis {axis + 1} holds NA, which is not a label",
                subscript=text,
            )
        positions = places.get(name, [])
        if not positions:
            _refuse_label_of_later_axis(name, axis_labels, axis, ndim)
            raise _unknown(name, labels, axis)
        if len(positions) > 1:
            first = ", ".join(map(str, positions[:5])) + (", ..." if len(positions) > 5 else "")
            raise SubscriptLabelError(
                f"{name_text(name)} is the label of {len(positions)} positions of axis {axis + 1}, "
                f"{first}; use the numbers of those that you want",
                subscript=name_text(name),
                label=name,
                axis=axis + 1,
                nearest=(),
                positions=tuple(positions[:5]),
            )
        all_positions += positions
    return all_positions


def _refuse_label_of_later_axis(name: str | None, labels: AxisLabels, axis: int, ndim: int) -> None:
    """Raise for the name of a column where a row is expected, and say where it goes."""
    for other in range(axis + 1, ndim):
        if name is not None and name in (labels(other) or ()):
            text, before = name_text(name), other - axis
            raise SubscriptLabelError(
                f"{text} is not a label of axis {axis + 1} but of axis {other + 1}: write "
                f"`[{', ' * before}{text}]`, or in Python `[{':, ' * before}{text}]`",
                subscript=text,
                label=name,
                axis=axis + 1,
                nearest=(),
                positions=(),
            )


def _first_positions(
    names: Names, labels: Sequence[str | None] | None, axis: int
) -> list[int] | None:
    """Return the first position of each name, 0 for `NA`; None if the axis has no labels."""
    if labels is None:
        return None
    places = _places(labels, names)
    for name in names:
        if name is not None and name not in places:
            raise _unknown(name, labels, axis, "subscript out of bounds: ")
    return [0 if name is None else places[name][0] for name in names]


def _places(labels: Sequence[str | None], names: Names) -> dict[str | None, list[int]]:
    """Return the positions of each name that is a label; in R neither "" nor `NA` is one."""
    wanted = {name for name in names if name}
    places: dict[str | None, list[int]] = {}
    if isinstance(labels, UniqueLabels):
        texts = list(wanted)
        pairs = zip(texts, labels.positions_of(texts), strict=True)
        return {name: [int(position)] for name, position in pairs if position}
    for position, label in enumerate(labels, start=1):
        if label in wanted:
            places.setdefault(label, []).append(position)
    return places


def _unknown(
    name: str, labels: Sequence[str | None], axis: int, prefix: str = ""
) -> SubscriptLabelError:
    nearest = nearest_labels(name, labels)
    advice = f"the nearest are {', '.join(map(name_text, nearest))}"
    if not nearest:
        first_labels = ", ".join([name_text(label) for label in labels[:5] if label])
        advice = f"the labels are {first_labels}{', ...' if len(labels) > 5 else ''}"
    return SubscriptLabelError(
        f"{prefix}{name_text(name)} is not a label of axis {axis + 1}; {advice}",
        subscript=name_text(name),
        label=name,
        axis=axis + 1,
        nearest=nearest,
        positions=(),
    )


def refuse_other_axes(
    axes: tuple[Axis, ...], items: Sequence[Any], *, is_base: bool, single: int
) -> None:
    """Raise `SubscriptLabelError` for a labelled subscript that contradicts its axis.

    The logicals of a subscript must lie along the axis that they select on, and have its labels.
    The labels of positions are their own; only a name that is that of another axis contradicts.
    `items` has no stored subscripts any more. In R's own dialect a single one stands along the axis
    `single`: the columns of a table, or the first, down which it recycles.
    """
    if len(items) == 1 and isinstance(items[0], sub.Mask) and len(items[0].axes) > 1:
        for axis, (mine, its) in enumerate(zip(axes, items[0].axes, strict=False)):
            _refuse_other_axis(items[0], its, mine, axis, axes)
        return
    if is_base and len(items) == 1:
        items = [sub.MISSING] * single + [items[0]]
    named = sum(not _is_no_axis(item, is_base) for item in items)
    axis = 0
    for item in items:
        if item is ... or isinstance(item, sub.Rest):
            axis += max(len(axes) - named, 0)
        elif not _is_no_axis(item, is_base):
            has_axis = isinstance(item, sub.Mask | sub.Vector) and len(item.axes) == 1
            if has_axis and axis < len(axes):
                _refuse_other_axis(item, item.axes[0], axes[axis], axis, axes)
            axis += 1


def _is_no_axis(item: Any, is_base: bool) -> bool:
    is_new = item is None or isinstance(item, sub.NewAxis)
    return item is ... or isinstance(item, sub.Rest) or (is_new and not is_base)


def _refuse_other_axis(
    item: sub.Mask | sub.Vector, its: Axis, mine: Axis, axis: int, axes: tuple[Axis, ...]
) -> None:
    is_mask = isinstance(item, sub.Mask)
    if has_other_name(mine, its) and (is_mask or its.name in [other.name for other in axes]):
        raise SubscriptLabelError(
            f"a subscript along {its.name!r} does not fit axis {axis + 1}, {mine.name!r}; "
            "transpose or rename it, or write its bare values",
            subscript=short_text(item),
        )
    if is_mask and has_other_labels(mine, its):
        raise SubscriptLabelError(
            f"a subscript has other labels than axis {axis + 1}; bring them into that order, or "
            "write its bare values",
            subscript=short_text(item),
        )


def nearest_labels(name: str, labels: Sequence[str | None]) -> tuple[str, ...]:
    """Return up to three labels similar to a name, the closest first.

    >>> nearest_labels("Setosa", ["setosa", "versicolor", "virginica"])
    ('setosa',)
    """
    from difflib import get_close_matches  # imported for an error only

    folded: dict[str, str] = {}
    for label in labels[:_MOST_COMPARED]:
        if label:
            folded.setdefault(label.casefold(), label)
    return tuple([folded[near] for near in get_close_matches(name.casefold(), folded)])
