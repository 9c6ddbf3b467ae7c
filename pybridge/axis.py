"""Axis: the name and the labels of one axis, of what holds elements, of a subscript or of a value.

Labels must agree: where two axes are combined, they are compared here, and nowhere
else.
"""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

TextsOf: TypeAlias = Callable[[int], Sequence[str | None] | None]
"""A function that returns the labels of an axis, one text for each position, or None."""


class UniqueLabels(Sequence[str | None]):
    """Labels of an axis, all different, whose library finds them faster than a search."""

    @abstractmethod
    def positions_of(self, names: Sequence[str]) -> Sequence[int]:
        """Return the position of each name, counted from one; 0 if it is not a label."""


class Axis:
    """The name of an axis and its labels, each None if missing, and its place in a tensor.

    `labels` has one entry for each position; any class that has `equals` is asked by it first.
    `number` counts from zero, and is None for R's plain vector, which may grow beyond its end;
    `size` is None where it is unknown. `siblings` are all the axes of the tensor.
    """

    __slots__ = ("_texts_of", "labels", "name", "number", "siblings", "size")

    def __init__(
        self,
        name: Any = None,
        labels: Sequence[Any] | None = None,
        *,
        number: int | None = 0,
        size: int | None = None,
        texts_of: TextsOf | None = None,
    ) -> None:
        """Store all; `texts_of` gives the labels of an axis as texts, once they are asked for."""
        self.name = name
        self.labels = labels
        self.number = number
        self.size = size
        self.siblings: Sequence[Axis] = ()
        self._texts_of = texts_of

    @property
    def place(self) -> int:
        """The number of the axis as messages count it, from one."""
        return (self.number or 0) + 1

    @property
    def texts(self) -> Sequence[str | None] | None:
        """One text for each position, by which a name finds it; None if the axis has none."""
        return None if self._texts_of is None else self._texts_of(self.number or 0)

    @property
    def has_texts(self) -> bool:
        """Whether the tensor has labels at all."""
        return self._texts_of is not None

    def selected(self, part: Any) -> Axis:
        """Return the axis of what a slice or a vector of indices selects here."""
        return Axis(self.name, None if self.labels is None else self.labels[part])

    def as_vector(self, size: int, *, has_names: bool) -> Axis:
        """Return R's plain vector of `size` elements along this axis, the first of a tensor."""
        texts_of = self._texts_of if has_names or self._texts_of is None else _no_texts
        return Axis(self.name, self.labels, number=None, size=size, texts_of=texts_of)


def _no_texts(axis: int) -> Sequence[str | None]:
    return ()


def axes_of_shape(
    shape: tuple[int | None, ...], labelled: Sequence[Axis] = (), texts_of: TextsOf | None = None
) -> tuple[Axis, ...]:
    """Return the axes of a tensor; `labelled` has their names and labels, if there are any."""
    axes = []
    for number, size in enumerate(shape):
        known = labelled[number] if labelled else _PLAIN
        axis = Axis(known.name, known.labels, number=number, size=size, texts_of=texts_of)
        axes.append(axis)
    for axis in axes:
        axis.siblings = axes
    return tuple(axes)


_PLAIN: Final = Axis()


@functools.lru_cache(256)
def plain_axes(shape: tuple[int | None, ...]) -> tuple[Axis, ...]:
    """Return the axes of a tensor without labels, kept because few shapes are in use."""
    return axes_of_shape(shape)


def has_other_labels(one: Axis, other: Axis) -> bool:
    """Return whether two axes both have labels that differ; the dtype of an index does not matter.

    >>> has_other_labels(Axis("a", ["x", "y"]), Axis("b", ("x", "y")))
    False
    >>> has_other_labels(Axis(None, ["x", "y"]), Axis(None, ["y", "x"]))
    True
    >>> has_other_labels(Axis(), Axis(None, ["y", "x"]))
    False
    """
    mine, its = one.labels, other.labels
    if mine is None or its is None or mine is its:
        return False
    if len(mine) != len(its):
        return True
    equals = getattr(mine, "equals", None)
    if equals is not None and equals(its):
        return False
    return list(mine) != list(its)


def has_other_name(one: Axis, other: Axis) -> bool:
    """Return whether two axes both have names that differ."""
    return one.name is not None and other.name is not None and one.name != other.name
