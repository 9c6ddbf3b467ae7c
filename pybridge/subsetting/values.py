"""Open the value of an assignment once, for any kind of value."""

from __future__ import annotations

from typing import Any

from pybridge.holders import find_holder, open_tensor
from pybridge.holders.protocol import Value


def read_value(value: Any) -> Value:
    """Return a value with what holds its elements, and with its names and labels.

    A tensor stays in its library, on its device and in its graph, until the target casts it.
    """
    holder = find_holder(value)
    if holder is None:
        return Value(value)
    axes = holder.axes(value)
    holder, elements = open_tensor(value, "value")
    return Value(elements, holder, axes)
