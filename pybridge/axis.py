"""Axis: the name and the labels of one axis, of what holds elements, of a subscript or of a value.

Labels are law: where an axis of one meets an axis of the other, they are compared here, and nowhere
else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Axis:
    """The name of an axis and its labels, each None for none.

    `labels` has one entry for each position; any class that has `equals` is asked by it first.
    """

    __slots__ = ("labels", "name")

    def __init__(self, name: Any = None, labels: Sequence[Any] | None = None) -> None:
        """Store both."""
        self.name = name
        self.labels = labels

    def selected(self, part: Any) -> Axis:
        """Return the axis of what a slice or a vector of indices selects here."""
        return Axis(self.name, None if self.labels is None else self.labels[part])


def has_other_labels(one: Axis, other: Axis) -> bool:
    """Return whether two axes have labels, and other ones; the dtype of an index makes no matter.

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
    """Return whether two axes have names, and other ones."""
    return one.name is not None and other.name is not None and one.name != other.name
