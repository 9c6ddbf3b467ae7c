"""R's recycling and NumPy's broadcasting as functions: `recycle`, `broadcast`, `recycled`.

Both rules work for every tensor. Each has its own function, because two shapes may fit by both
rules, but the rules may use different elements. `explain_shapes` shows when. r/R/recycle.R has the
same rules for R's own arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

import numpy as np

from pybridge.annotations import Detachable, HasShape, ScalarT, TensorT, Variable
from pybridge.backends.protocol import Backend, Tensor, static_shape
from pybridge.compiling import in_graph
from pybridge.errors import ArgumentError, RecyclingWarning, TracingError, value_text, warn
from pybridge.holders import holder_of, open_array
from pybridge.shape import Shape, fits_shape, known_shape, reversed_axes
from pybridge.shapes import (
    Align,
    broadcast_shapes,
    known_count,
    leading_fit,
    recycle_shapes,
    shape_text,
)

if TYPE_CHECKING:
    import numpy.typing as npt

COMPARISONS: Final = frozenset(
    {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"}
    | {"lt", "le", "gt", "ge", "eq", "ne", "and_", "or_", "xor"}
    | {"logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor"}
)
"""Names of the operations that follow R's comparisons and logic where its arithmetic differs."""

ALL: Final = slice(None)
NUMBERS: Final = (int, float, complex)
"""Python's own numbers, which every operation takes as they are."""


Result = TypeVar("Result")


@overload
def recycle(*tensors: Variable) -> tuple[Any, ...]: ...
@overload
def recycle(*tensors: np.ndarray[Any, np.dtype[ScalarT]]) -> tuple[npt.NDArray[ScalarT], ...]: ...
@overload
def recycle(*tensors: np.ndarray[Any, Any] | complex) -> tuple[npt.NDArray[Any], ...]: ...
@overload
def recycle(*tensors: Detachable[TensorT]) -> tuple[TensorT, ...]: ...
@overload
def recycle(*tensors: TensorT) -> tuple[TensorT, ...]: ...
@overload
def recycle(*tensors: HasShape | complex) -> tuple[Any, ...]: ...
def recycle(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Return the tensors with the common shape of R's arithmetic, as `x + y + ...` recycles them.

    A tensor with one axis is a plain vector, a tensor without axes a vector of length 1, and any
    other tensor an array.

    - Two vectors: the shorter vector is repeated. If the lengths do not fit, R's warning is given.
    - A vector and an array: the vector is repeated down the columns.
    - Two arrays must have equal shapes.
    - Length 0 makes the result empty.
    - More than two operands are combined from the left.

    The results are views if possible (read-only in NumPy): a vector whose length is
    the product of leading axes is not copied. Python numbers become NumPy arrays.

    Warns with `RecyclingWarning` and raises `RecyclingError`, both in R's words. Raises
    `TracingError` if the answer depends on a size that is unknown in traced code. Source of the
    rule: R Language Definition, 3.3.1.

    >>> x = np.arange(1, 31).reshape(2, 3, 5)
    >>> recycle(x, np.array([10, 20]))[1][:, :2, 0]
    array([[10, 10],
           [20, 20]])
    >>> recycle(np.arange(6), np.array([1, 2, 3]))[1]
    array([1, 2, 3, 1, 2, 3])
    """
    if not tensors:
        return ()
    if _is_compiling(tensors):
        return _recycle_in_graph(*tensors)
    return _recycle(*tensors)


def _is_compiling(operands: Sequence[Any]) -> bool:
    holders = [holder_of(x) for x in operands if not isinstance(x, NUMBERS)]
    return True in [holder.is_compiling() for holder in holders]


def _recycle(*tensors: Tensor) -> tuple[Tensor, ...]:
    arrays = [open_array(_as_tensor(x), "recycle")[1] for x in tensors]
    shape, forms = recycle_forms(arrays, is_arithmetic=True)
    if len(shape) == 1 and len(forms) > 1:
        shapes = [_shape_of(form) for form in forms]
        if (None,) in shapes:  # and no operation follows that would compare the lengths
            texts = ", ".join(map(shape_text, shapes))
            raise TracingError(
                f"vectors of shapes {texts} have a length that is known only when the code runs, "
                "so none can be repeated to the length of another; `recycled(op)` leaves the check "
                "to `op`"
            )
    return tuple([_spread(*open_array(form, "recycle"), shape) for form in forms])


_recycle_in_graph = in_graph(_recycle)


@overload
def broadcast(*tensors: Variable, align: Align = ...) -> tuple[Any, ...]: ...
@overload
def broadcast(
    *tensors: np.ndarray[Any, np.dtype[ScalarT]], align: Align = ...
) -> tuple[npt.NDArray[ScalarT], ...]: ...
@overload
def broadcast(
    *tensors: np.ndarray[Any, Any] | complex, align: Align = ...
) -> tuple[npt.NDArray[Any], ...]: ...
@overload
def broadcast(*tensors: Detachable[TensorT], align: Align = ...) -> tuple[TensorT, ...]: ...
@overload
def broadcast(*tensors: TensorT, align: Align = ...) -> tuple[TensorT, ...]: ...
@overload
def broadcast(*tensors: HasShape | complex, align: Align = ...) -> tuple[Any, ...]: ...
def broadcast(*tensors: Tensor, align: Align = "trailing") -> tuple[Tensor, ...]:
    """Return the tensors with the common shape by NumPy's rule, as views (read-only in NumPy).

    Axes are matched from the last axis. A missing axis, or an axis of size 1, is repeated.
    `align="leading"` matches from the first axis, so that a vector runs along the first axis.
    Python numbers become NumPy arrays. Raises `BroadcastError`, which names the axis. Raises
    `TracingError` if a tensor must be repeated to a size that is unknown in traced code. Source of
    the rule: NumPy's manual, "Broadcasting".

    >>> x = np.arange(1, 31).reshape(2, 3, 5)
    >>> broadcast(x, np.array([10, 20]), align="leading")[1][:, :2, 0]
    array([[10, 10],
           [20, 20]])
    """
    if align not in ("trailing", "leading"):
        raise ArgumentError(f'`align` is "trailing" or "leading", not {value_text(align)}')
    if _is_compiling(tensors):
        return _broadcast_in_graph(align, *tensors)
    return _broadcast(align, *tensors)


def _broadcast(align: Align, *tensors: Tensor) -> tuple[Tensor, ...]:
    arrays = [open_array(_as_tensor(x), "recycle") for x in tensors]
    shapes = [static_shape(backend, x) for backend, x in arrays]
    common = broadcast_shapes(shapes, align)
    results = []
    for (backend, x), shape in zip(arrays, shapes, strict=True):
        missing = len(common) - len(shape)
        if missing and align == "leading":
            x = backend.basic(x, (ALL,) * len(shape) + (None,) * missing)
        results.append(_spread(backend, x, common))
    return tuple(results)


_broadcast_in_graph = in_graph(_broadcast)


def recycled(op: Callable[..., Result], *, fold: bool = True) -> Callable[..., Result]:
    """Return any elementwise operation `op` with R's rule instead of NumPy's.

    `recycled(np.add)(x, y)` is R's `x + y`. An operand that must be repeated is passed to `op` in
    a shape that `op` itself broadcasts, without a copy. Python numbers are passed unchanged. More
    than two operands are combined from the left, `op(op(x, y), z)`. With `fold=False` all operands
    are passed to `op` at once, as to `np.where`. Keyword arguments are passed to `op`.

    Warns and raises as `recycle` does, before `op` is called. Comparisons and logical operations,
    recognized by their name, follow R's `<` and `&`. They differ from arithmetic in one case: an
    array of one element with a longer vector is an error.

    >>> x = np.arange(1, 7).reshape(2, 3)
    >>> recycled(np.add)(x, np.array([10, 20]))
    array([[11, 12, 13],
           [24, 25, 26]])
    >>> recycled(np.where, fold=False)(x > 3, x, np.array([-1, -2]))
    array([[-1, -1, -1],
           [ 4,  5,  6]])
    """
    if not callable(op):
        raise ArgumentError(f"`op` is a function such as numpy.add, not {value_text(op)}")
    if not isinstance(fold, bool):
        raise ArgumentError(f"`fold` is True or False, not {value_text(fold)}")
    is_arithmetic = not is_comparison(op)

    def recycled_op(*operands: Any, **options: Any) -> Any:
        if not operands:
            raise ArgumentError(f"{value_text(op)} under R's rule needs at least one operand")
        if not fold or len(operands) < 3:
            rows = None if options else _rows_of_vectors(op, operands)
            if rows is not None:
                by_rows: Any = op(*rows)
                return by_rows.reshape(-1)
            return op(*_forms(operands, is_arithmetic), **options)
        result = operands[0]
        for operand in operands[1:]:
            result = op(*_forms((result, operand), is_arithmetic), **options)
        return result

    update_wrapper(recycled_op, op, assigned=("__name__", "__qualname__", "__doc__"), updated=())
    return recycled_op


def is_comparison(op: Any) -> bool:
    """Return whether an operation follows R's comparisons where its arithmetic differs."""
    return getattr(op, "__name__", "") in COMPARISONS


def _forms(operands: Sequence[Any], is_arithmetic: bool) -> Sequence[Any]:
    if not _is_compiling(operands):
        return recycle_forms(operands, is_arithmetic=is_arithmetic)[1]
    tensors = iter(_forms_in_graph(is_arithmetic, *operands))
    return [x if isinstance(x, NUMBERS) else next(tensors) for x in operands]


@in_graph
def _forms_in_graph(is_arithmetic: bool, *operands: Any) -> tuple[Tensor, ...]:
    forms = recycle_forms(operands, is_arithmetic=is_arithmetic)[1]
    return tuple([form for form in forms if not isinstance(form, NUMBERS)])


def _rows_of_vectors(op: Any, operands: Sequence[Any]) -> list[Any] | None:
    """Return two vectors as rows of the shorter one's length, where that spares its copy.

    A ufunc cannot distinguish a vector from its rows; other functions could, so they get none.
    """
    if not isinstance(op, np.ufunc) or op.nout != 1 or len(operands) != 2:
        return None
    if any(type(x) is not np.ndarray or x.ndim != 1 for x in operands):
        return None
    shorter, longer = sorted(map(len, operands))
    if shorter in (0, 1, longer) or longer % shorter:
        return None
    return [x if len(x) == shorter else x.reshape(-1, shorter) for x in operands]


def _as_tensor(x: Any) -> Any:
    """Return one of Python's own numbers as an array, any other operand as it is."""
    return np.asarray(x) if isinstance(x, NUMBERS) else x


def _shape_of(x: Any) -> Shape:
    """Return the sizes of an operand; an open one of a compiler becomes a constant."""
    if isinstance(x, NUMBERS):
        return ()
    holder = holder_of(x)
    shape = holder.shape(x)
    return shape if None not in shape else static_shape(holder.as_array(x)[0], x)


def recycle_forms(operands: Sequence[Any], *, is_arithmetic: bool) -> tuple[Shape, list[Any]]:
    """Return the common shape, and operands that NumPy's rule broadcasts to it as R recycles."""
    for x in operands:
        if not isinstance(x, NUMBERS):
            holder_of(x).operand(x)  # refuses what an operation would read whole
    shapes = [_shape_of(x) for x in operands]
    if all(shape == shapes[0] for shape in shapes):
        return shapes[0], list(operands)
    opened = [None if isinstance(x, NUMBERS) else open_array(x, "recycle") for x in operands]
    plan = recycle_shapes(shapes, is_arithmetic=is_arithmetic)
    for words in plan.warnings:
        warn(words, RecyclingWarning)
    if plan.error is not None:
        plan.error.add_note(f"explain_shapes({', '.join(map(str, shapes))}) shows both rules")
        raise plan.error
    assert plan.shape is not None
    forms = []
    for number, pair, path in zip(operands, opened, plan.paths, strict=True):
        if pair is None:
            forms.append(number)
            continue
        backend, x = pair
        for shape in path:
            x = _form_for(backend, x, shape)
        forms.append(x)
    return plan.shape, forms


def _form_for(backend: Backend, x: Tensor, shape: Shape) -> Tensor:
    """Return `x` in a form that broadcasts to `shape` as R recycles it; a view if any."""
    old = static_shape(backend, x)
    if known_count(old) == 1:
        return x if len(old) <= 1 else backend.reshape(x, (1,))
    if known_count(shape) == 0:
        empty = backend.basic(x, (slice(0, 0),) * len(old))
        return backend.reshape(empty, tuple([1 if size is None else size for size in shape]))
    length = old[0]
    assert length is not None
    ndim, count = leading_fit(length, shape) or (len(shape), known_count(shape))
    assert count is not None
    if count != length:
        repeats = -(-count // length)
        x = backend.reshape(backend.broadcast_to(x, (repeats, length)), (repeats * length,))
        if repeats * length != count:
            x = backend.basic(x, (slice(0, count),))
    if ndim > 1:
        sizes = [size for size in shape[:ndim] if size is not None]
        x = backend.transpose(backend.reshape(x, tuple(sizes[::-1])), reversed_axes(ndim))
    if ndim < len(shape):
        x = backend.basic(x, (ALL,) * ndim + (None,) * (len(shape) - ndim))
    return x


def _spread(backend: Backend, x: Tensor, shape: Shape) -> Tensor:
    """Return `x` broadcast to `shape`, or `x` itself where it has that shape already."""
    old = static_shape(backend, x)
    if old == shape:
        return x
    if None not in shape:
        return x if fits_shape(old, shape) else backend.broadcast_to(x, known_shape(shape))
    if len(old) < len(shape) or any(a == 1 and b != 1 for a, b in zip(old, shape, strict=True)):
        raise TracingError(
            f"a tensor of shape {shape_text(old)} cannot stretch to {shape_text(shape)} while a "
            "size is known only when the code runs; the operation itself stretches it, so use "
            "`recycled(op)` or `op`"
        )
    return x
