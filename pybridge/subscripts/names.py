"""Names as subscripts: labels of an axis, which become positions there.

Sources: R Language Definition, 3.4.1, and R itself, which the tests run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from pybridge.axis import Axis, UniqueLabels
from pybridge.errors import SubscriptLabelError, SubscriptMissingError, SubscriptTypeError
from pybridge.shape import Order
from pybridge.subscripts.entries import Vector, read_only
from pybridge.subscripts.kinds import Axes, Kind
from pybridge.subscripts.notation import (
    NA,
    name_text,
    python_source,
    short_text,
    shown,
    shown_places,
    vector_source,
)
from pybridge.subscripts.resolve import Policies
from pybridge.subscripts.selections import AxisSelection, Points

Names: TypeAlias = tuple[str | None, ...]

_MOST_COMPARED: Final = 10_000
"""With more labels than this, skip the search for suggestions."""


class Characters(Kind):
    """Names, labels of an axis; None is `NA`. An axis without labels raises.

    `shape` is None for a single name and for a plain vector of several. A vector of one name has
    the shape (1,), a matrix of names its own shape with row-major values.

    >>> print(Characters(("a",)), Characters(("a", None)), Characters(("a",), (1,)))
    "a" c("a", NA) array("a")
    """

    values: Names
    shape: tuple[int, ...] | None = None

    def r_source(self, most: int) -> str:
        """Return R source."""
        values, shape = self.values, self.shape
        if shape is not None and len(shape) == 2:  # R is column-major
            values = tuple([name for k in range(shape[1]) for name in values[k :: shape[1]]])
        count = len(values)
        texts = shown([name_text(values[k]) for k in shown_places(count, most)], count, most)
        if shape is None and count == 1:
            return texts[0]
        return vector_source(texts, shape or (count,), "character(0)")

    @property
    def python(self) -> str:
        """Python source."""
        names = [NA if name is None else name for name in self.values]
        if self.shape is None and len(names) == 1:
            return python_source(names[0])
        if not names:
            return 'numpy.array([], "U1")'
        return str(np.array(names, "O").reshape(self.shape or (-1,)).tolist())

    @property
    def is_scalar(self) -> bool:
        """Whether it is one name."""
        return self.shape is None and len(self.values) == 1

    def on(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return the indices of the names.

        In the tensor dialect each must be the label of exactly one position, and a single name
        drops its axis, as a position does. In R's own, the first of equal labels is used, and an
        unknown name is `NA` on a plain vector and out of bounds on an array.

        >>> from pybridge.subscripts.resolve import TENSOR
        >>> species = Axis(size=3, texts_of=lambda axis: ["setosa", "versicolor", "virginica"])
        >>> Characters(("versicolor", "setosa")).on(species, TENSOR).indices
        array([1, 0])
        """
        if policies.is_loose:
            return self._found_as_r_does(axis, policies).on(axis, policies)
        if len(self.shape or ()) > 1 and axis.has_texts:
            raise SubscriptTypeError(
                f"`{short_text(self)}` has shape {self.shape}; a vector of names is needed here, "
                "or a matrix of names with one column for each axis as the only subscript",
                subscript=short_text(self),
            )
        positions = self._only_positions(self.values, axis)
        if self.is_scalar:
            return positions[0] - 1
        return Vector(np.array(positions, np.int64)).on(axis, policies)

    def alone(self, axes: Axes, policies: Policies, order: Order) -> Points | None:
        """Return the points of a matrix of names with one column for each axis."""
        shape, ndim = self.shape or (), len(axes)
        if len(shape) != 2 or shape[1] != ndim or (policies.is_loose and ndim < 2):
            return None
        if not axes[0].has_texts:
            return None
        find = self._first_positions if policies.is_loose else self._only_positions
        columns = [find(self.values[k::ndim], axis) for k, axis in enumerate(axes)]
        return _vector(np.array(columns, np.int64).T).alone(axes, policies, order)

    def _found_as_r_does(self, axis: Axis, policies: Policies) -> Vector:
        texts = axis.texts
        if axis.number is None and texts is not None:
            places = _places(texts, self.values)
            positions = np.array([places.get(name, [0])[0] for name in self.values], np.int64)
            if policies.beyond == "grow" and not positions.all():
                raise self._no_labels()  # R's `[<-` would add an element of that name
            return _vector(positions)
        positions = np.array(self._first_positions(self.values, axis), np.int64)
        if not positions.all():
            raise SubscriptMissingError(
                f"subscript out of bounds: `{short_text(self)}` on axis {axis.place} holds NA",
                subscript=short_text(self),
            )
        return _vector(positions)

    def _first_positions(self, names: Names, axis: Axis) -> list[int]:
        """Return the first position of each name, 0 for `NA`."""
        texts = axis.texts
        if texts is None:
            raise self._no_labels()
        places = _places(texts, names)
        for name in names:
            if name is not None and name not in places:
                raise _unknown(name, texts, axis, "subscript out of bounds: ")
        return [0 if name is None else places[name][0] for name in names]

    def _only_positions(self, names: Names, axis: Axis) -> list[int]:
        """Return the position of each name; raise if it is unknown or ambiguous.

        Where it is a label of a later axis, the error says so.
        """
        text, texts = short_text(self), axis.texts
        if texts is None:
            if not axis.has_texts:
                raise self._no_labels()
            _refuse_label_of_later_axis(names[0], axis)
            raise SubscriptTypeError(
                f"`{text}` names a position, and axis {axis.place} has no labels that text can "
                "name; use its number",
                subscript=text,
            )
        places = _places(texts, names)
        all_positions = []
        for name in names:
            if name is None:
                raise SubscriptMissingError(
                    f"`{text}` on axis {axis.place} holds NA, which is not a label",
                    subscript=text,
                )
            positions = places.get(name, [])
            if not positions:
                _refuse_label_of_later_axis(name, axis)
                raise _unknown(name, texts, axis)
            if len(positions) > 1:
                raise _ambiguous(name, positions, axis)
            all_positions += positions
        return all_positions

    def _no_labels(self) -> SubscriptTypeError:
        return SubscriptTypeError(
            f"`{self}` names a position; tensors carry no dimnames, so use its number",
            subscript=str(self),
        )


def _vector(positions: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Vector:
    """Make a vector of positions; 0 becomes `NA`."""
    return Vector(read_only(np.ascontiguousarray(positions)), positions == 0)


def _refuse_label_of_later_axis(name: str | None, axis: Axis) -> None:
    """Raise for the name of a column where a row is expected, and say on which axis it belongs."""
    for other in axis.siblings[axis.place :]:
        if name is not None and name in (other.texts or ()):
            text, before = name_text(name), other.place - axis.place
            raise SubscriptLabelError(
                f"{text} is not a label of axis {axis.place} but of axis {other.place}: write "
                f"`[{', ' * before}{text}]`, or in Python `[{':, ' * before}{text}]`",
                subscript=text,
                label=name,
                axis=axis.place,
                nearest=(),
                positions=(),
            )


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


def _ambiguous(name: str, positions: list[int], axis: Axis) -> SubscriptLabelError:
    first = ", ".join(map(str, positions[:5])) + (", ..." if len(positions) > 5 else "")
    return SubscriptLabelError(
        f"{name_text(name)} is the label of {len(positions)} positions of axis {axis.place}, "
        f"{first}; use the numbers of those that you want",
        subscript=name_text(name),
        label=name,
        axis=axis.place,
        nearest=(),
        positions=tuple(positions[:5]),
    )


def _unknown(
    name: str, labels: Sequence[str | None], axis: Axis, prefix: str = ""
) -> SubscriptLabelError:
    nearest = nearest_labels(name, labels)
    advice = f"the nearest are {', '.join(map(name_text, nearest))}"
    if not nearest:
        first_labels = ", ".join([name_text(label) for label in labels[:5] if label])
        advice = f"the labels are {first_labels}{', ...' if len(labels) > 5 else ''}"
    return SubscriptLabelError(
        f"{prefix}{name_text(name)} is not a label of axis {axis.place}; {advice}",
        subscript=name_text(name),
        label=name,
        axis=axis.place,
        nearest=nearest,
        positions=(),
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
