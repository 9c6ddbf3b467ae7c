"""Shapes: `array_reshape`, recycling by R's rule, broadcasting by NumPy's, and `explain_shapes`."""

from pybridge.shapes.common_shapes import (
    NON_CONFORMABLE,
    UNEVEN,
    Align,
    Recycling,
    broadcast_shapes,
    elements_text,
    known_count,
    leading_fit,
    listed,
    pad_shape,
    recycle_shapes,
    shape_text,
)

__all__ = [
    "NON_CONFORMABLE",
    "UNEVEN",
    "Align",
    "Recycling",
    "broadcast_shapes",
    "elements_text",
    "known_count",
    "leading_fit",
    "listed",
    "pad_shape",
    "recycle_shapes",
    "shape_text",
]
