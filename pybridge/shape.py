"""Shapes: their types, and whether their sizes are known and fit.

A size is None where traced code does not know it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, cast

Size: TypeAlias = int | None
Shape: TypeAlias = tuple[Size, ...]
Order: TypeAlias = Literal["C", "F"]
"""Row-major or column-major."""


def fits_shape(shape: Shape, other: Shape) -> bool:
    """Return whether two shapes may be equal; an unknown size matches any.

    >>> fits_shape((2, 3), (None, 3)), fits_shape((2, 3), (None, 4)), fits_shape((2,), (2, 3))
    (True, False, False)
    """
    return len(shape) == len(other) and all(
        mine is None or size is None or mine == size
        for mine, size in zip(shape, other, strict=True)
    )


def known_shape(shape: Shape) -> tuple[int, ...]:
    """Return a shape whose sizes are all known.

    >>> known_shape((2, 3))
    (2, 3)
    """
    assert None not in shape, "a size is unknown here"
    return cast("tuple[int, ...]", shape)


def reversed_axes(ndim: int) -> tuple[int, ...]:
    """Return all axes in reverse order.

    >>> reversed_axes(3)
    (2, 1, 0)
    """
    return tuple(range(ndim))[::-1]


def sizes_for_r(shape: Shape) -> list[float]:
    """Return sizes for R: as reals, because its integers are short; -1 where one is unknown.

    >>> sizes_for_r((2, None))
    [2.0, -1.0]
    """
    return [-1.0 if size is None else float(size) for size in shape]
