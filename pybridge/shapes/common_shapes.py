"""Pure shape arithmetic: the common shapes of two rules.

No tensor is touched here. A size is None where traced code does not know it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

from pybridge.errors import BroadcastError, RecyclingError, TracingError
from pybridge.shape import Shape, Size, fits_shape
from pybridge.subscripts.frozen import Frozen

Align: TypeAlias = Literal["trailing", "leading"]

UNEVEN: Final = "longer object length is not a multiple of shorter object length"
NON_CONFORMABLE: Final = "non-conformable arrays"


def shape_text(shape: Iterable[int | None]) -> str:
    """Return the text of a shape for a message, the same in both languages.

    >>> shape_text((60000, 784)), shape_text((None, 28)), shape_text(())
    ('(60000, 784)', '(NA, 28)', '()')
    """
    return f"({', '.join('NA' if size is None else str(size) for size in shape)})"


def known_count(shape: Shape) -> int | None:
    """Return the number of elements of a shape, or None if a size is unknown.

    An axis of size 0 makes the shape empty for any other sizes.

    >>> known_count((2, 3, 5)), known_count((None, 3)), known_count((None, 0))
    (30, None, 0)
    """
    try:
        return math.prod(shape)  # type: ignore[arg-type]
    except TypeError:  # faster for small calls than a check first
        return 0 if 0 in shape else None


def elements_text(count: int) -> str:
    """Return the text of a number of elements."""
    return "1 element" if count == 1 else f"{count} elements"


def listed(entries: Sequence[object]) -> str:
    """Join two or more entries as a list in a sentence.

    >>> listed([1, 2, 3])
    '1, 2 and 3'
    """
    return f"{', '.join(map(str, entries[:-1]))} and {entries[-1]}"


# broadcasting


def broadcast_shapes(shapes: Sequence[Shape], align: Align = "trailing") -> Shape:
    """Return the common shape by NumPy's rule: axes of size 1 and missing axes are repeated.

    Shapes with fewer axes get axes of size 1 on the left; `align="leading"` adds them on the right.
    An unknown size is assumed to fit. Raises `BroadcastError`, which names the axis, one-based.

    >>> broadcast_shapes([(2, 3, 5), (3, 1)]), broadcast_shapes([(2, 3, 5), (2,)], "leading")
    ((2, 3, 5), (2, 3, 5))
    """
    ndim = max([len(shape) for shape in shapes], default=0)
    padded = [pad_shape(shape, ndim, align) for shape in shapes]
    common: list[Size] = []
    for axis, sizes in enumerate(zip(*padded, strict=True), 1):
        known = dict.fromkeys(size for size in sizes if size is not None and size != 1)
        if len(known) > 1:
            texts = list(map(shape_text, shapes))
            raise BroadcastError(
                f"shapes {listed(texts)} do not broadcast: axis {axis} has the sizes "
                f"{listed(list(known))}",
                shapes=tuple(shapes),
                axis=axis,
                align=align,
            )
        common.append(next(iter(known), None if None in sizes else 1))
    return tuple(common)


def pad_shape(shape: Shape, ndim: int, align: Align) -> Shape:
    """Return `shape` with axes of size 1 added on the side that `align` leaves free."""
    ones = (1,) * (ndim - len(shape))
    return ones + shape if align == "trailing" else shape + ones


# recycling


class Recycling(Frozen):
    """The result of R's arithmetic for some shapes, combined from the left as in `x + y + z`.

    `shape` is the shape of the result, None after an error. `paths` holds, for each operand, the
    shapes to which it is recycled one after the other. There are none if the operand is not
    recycled, and several if an uneven fit was recycled again. `warnings` and `error` are in R's
    words; R warns before it fails.

    >>> recycle_shapes([(2, 3), (2,)])
    Recycling(shape=(2, 3), paths=((), ((2, 3),)), warnings=(), error=None)
    """

    shape: Shape | None
    paths: tuple[tuple[Shape, ...], ...]
    warnings: tuple[str, ...] = ()
    error: RecyclingError | TracingError | None = None


class _Pair(Frozen):
    """R's answer on two shapes, and which of the two it recycles."""

    shape: Shape | None
    is_left_recycled: bool = False
    is_right_recycled: bool = False
    warning: str | None = None
    error: RecyclingError | TracingError | None = None


def recycle_shapes(shapes: Sequence[Shape], *, is_arithmetic: bool = True) -> Recycling:
    """Return what R makes of `shapes`: one axis is a plain vector, none a vector of length 1.

    R's comparisons and its `&` and `|` (`is_arithmetic=False`) differ from its arithmetic in one
    case, an array of one element with a longer vector. For them it is an error. Arithmetic warns
    and returns a vector. Source of the rule: R Language Definition, 3.3.1, and R 4.5 itself.
    """
    paths: list[tuple[Shape, ...]] = [() for _ in shapes]
    warnings: list[str] = []
    common: Shape = shapes[0]
    for k, shape in enumerate(shapes[1:], 1):
        pair = _recycle_pair(common, shape, is_arithmetic)
        if pair.warning is not None:
            warnings.append(pair.warning)
        if pair.shape is None:
            return Recycling(None, tuple(paths), tuple(warnings), pair.error)
        if pair.is_left_recycled:
            paths[:k] = [
                _lengthened(start, path, pair.shape)
                for start, path in zip(shapes[:k], paths[:k], strict=True)
            ]
        if pair.is_right_recycled:
            paths[k] = (pair.shape,)
        common = pair.shape
    return Recycling(common, tuple(paths), tuple(warnings))


def _lengthened(start: Shape, path: tuple[Shape, ...], shape: Shape) -> tuple[Shape, ...]:
    """Return `path` with `shape` added, without a stage that only repeats `start` evenly."""
    if path:
        first, last = known_count(path[-2] if len(path) > 1 else start), known_count(path[-1])
        if last == 0 or (first and last is not None and last % first == 0):
            path = path[:-1]
    return (*path, shape)


def _recycle_pair(left: Shape, right: Shape, is_arithmetic: bool) -> _Pair:
    if len(left) <= 1 and len(right) <= 1:
        return _recycle_vectors(left, right)
    if len(left) <= 1 or len(right) <= 1:
        return _recycle_into_array(left, right, is_arithmetic)
    if not fits_shape(left, right):
        return _Pair(None, error=RecyclingError(NON_CONFORMABLE, shapes=(left, right)))
    return _Pair(tuple([b if a is None else a for a, b in zip(left, right, strict=True)]))


def _recycle_vectors(left: Shape, right: Shape) -> _Pair:
    a, b = (left or (1,))[0], (right or (1,))[0]
    if a is None or b is None:
        if a == 1 or b == 1:
            return _Pair(right if a == 1 else left, a == 1, b == 1)
        # the lengths must prove equal when the code runs, which the operation itself checks
        return _Pair((b if a is None else a,))
    if a == b:
        return _Pair(left or right, not left and bool(right), not right and bool(left))
    if a == 0 or b == 0:
        return _Pair((0,), a != 0, b != 0)
    uneven = UNEVEN if max(a, b) % min(a, b) else None
    return _Pair((max(a, b),), a < b, b < a, uneven)


def _recycle_into_array(left: Shape, right: Shape, is_arithmetic: bool) -> _Pair:
    is_vector_left = len(left) <= 1
    vector, array = (left, right) if is_vector_left else (right, left)
    length = vector[0] if vector else 1
    count = known_count(array)

    def pair(shape: Shape, *, is_vector_recycled: bool, warning: str | None = None) -> _Pair:
        is_left = is_vector_recycled == is_vector_left
        return _Pair(shape, is_left, not is_left, warning)

    if length == 1 or count == 0:
        return pair(array, is_vector_recycled=True)
    if length is None or count is None:
        if length and leading_fit(length, array):
            return pair(array, is_vector_recycled=True)
        error = TracingError(
            f"whether a vector of shape {shape_text(vector)} can be recycled along an array of "
            f"shape {shape_text(array)} depends on a size that is known only when the code runs; "
            "give the vector as many axes as the array has, with size 1 where it repeats",
            shapes=(vector, array),
        )
        return _Pair(None, error=error)
    if length == 0:
        return pair((0,), is_vector_recycled=False)
    if count == 1 and is_arithmetic:
        operands = "vector-array" if is_vector_left else "array-vector"
        deprecated = (
            f"Recycling array of length 1 in {operands} arithmetic is deprecated.\n"
            "  Use c() or as.vector() instead."
        )
        return pair((length,), is_vector_recycled=False, warning=deprecated)
    uneven = UNEVEN if max(length, count) % min(length, count) else None
    if length > count:
        words = f"dims [product {count}] do not match the length of object [{length}]"
        return _Pair(None, warning=uneven, error=RecyclingError(words, shapes=(vector, array)))
    return pair(array, is_vector_recycled=True, warning=uneven)


def leading_fit(length: int, shape: Shape) -> tuple[int, int] | None:
    """Return the fewest leading axes whose sizes multiply to a multiple of `length`.

    Along them, column-major, a vector of that length starts anew with each step of the next axis:
    it fits evenly. Gives the number of axes and their product, or None where nothing known fits.

    >>> leading_fit(6, (2, 3, 5)), leading_fit(2, (4, 3)), leading_fit(7, (2, 3, 5))
    ((2, 6), (1, 4), None)
    """
    product = 1
    for ndim, size in enumerate(shape, 1):
        if size is None:
            return None
        product *= size
        if product % length == 0:
            return ndim, product
    return None
