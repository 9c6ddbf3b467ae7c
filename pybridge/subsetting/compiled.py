"""Reading and writing inside `torch.compile`, by one call in its graph.

The compiler does not trace into functions marked `in_graph`. It puts a call of them into its graph
and runs it on tensors without values. A size that changes between calls is *open*: a symbol, and
each comparison with it becomes a guard. Where a rule needs the size itself, `int` makes it a
constant, and the compiler recompiles when it changes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from pybridge import subscripts as sub
from pybridge.backends.protocol import Backend, Tensor, static_shape
from pybridge.compiling import gives_constants, in_graph
from pybridge.dialects.axes import opened
from pybridge.dialects.tensor import least_sizes
from pybridge.errors import SubscriptError, TracingError
from pybridge.holders import fitting, holder_of, reading, writing
from pybridge.holders.protocol import Holder
from pybridge.lossless import EXACT_IN_FLOAT32, EXACT_IN_FLOAT64, FLOAT32_MAX
from pybridge.shape import Order, Shape
from pybridge.subscripts.selections import Orthogonal, Selection
from pybridge.subsetting.lowering import Dialect, lower, subscript_reader
from pybridge.subsetting.planning import growth_in_place, plan_as_r_does
from pybridge.subsetting.values import read_value

_LARGEST: Final[dict[type, dict[str, float]]] = {
    int: {"float32": EXACT_IN_FLOAT32, "float64": EXACT_IN_FLOAT64},
    float: {"float32": FLOAT32_MAX, "float64": math.inf},
}
"""The largest Python number that each real dtype holds without loss."""


def arguments_of(backend: Backend, written: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return subscripts in a form that a compiler can pass to a call in its graph.

    Stored subscripts are expanded. The compiler hides the elements of NumPy arrays, so these become
    tensors.
    """
    arguments: list[Any] = []
    for item in written:
        items = item.items if type(item) is sub.Subscripts else (item,)
        arguments.extend([_written_out(backend, each) for each in items])
    return tuple(arguments)


def value_of(value: Any) -> Any:
    """Return a value in a form that a compiler can pass to a call in its graph."""
    if isinstance(value, np.ndarray):
        raise TracingError(
            "a NumPy array cannot be a value inside torch.compile, which hides its elements; "
            "make it a torch tensor"
        )
    return value


def _written_out(backend: Backend, item: Any) -> Any:
    """Return a subscript in numbers, lists and tensors; a call is a tuple of its name and parts."""
    if isinstance(item, np.ndarray):
        return backend.as_indices(item)
    if type(item) is sub.Traced:
        return item.tensor
    if type(item) is sub.TracedRange:
        item = item.written
    if type(item) is slice:
        return slice(*[_written_out(backend, end) for end in (item.start, item.stop, item.step)])
    if isinstance(item, sub.Call):
        return (type(item).name, *[_written_out(backend, part) for part in item.parts])
    return _as_python(item) if isinstance(item, sub.Kind) else item


@gives_constants
def _as_python(item: Any) -> Any:
    if isinstance(item, sub.Scalar):
        return math.nan if item.value is sub.NA else item.value
    missing = getattr(item, "missing", None)
    if missing is None:
        return np.asarray(item.values).tolist()
    return np.where(missing, np.array(sub.NA, "O"), item.values).tolist()


def _read_again(item: Any) -> Any:
    """Return a call for its name and parts, and any other subscript as it is."""
    if type(item) is tuple and item and item[0] in sub.CALLS:
        return sub.CALLS[item[0]](tuple(map(_read_again, item[1:])))
    return item


@in_graph
def read(x: Tensor, drop: bool, dialect: Dialect, order: Order, *written: Any) -> Tensor:
    """Return the elements of `x` that the subscripts name."""
    holder = holder_of(x)
    backend, _ = holder.as_array(x)
    options: dict[str, Any] = {"drop": drop, "dialect": dialect, "order": order}
    selection = _lowered(holder, x, None, written, options)
    return reading.read(backend, x, selection)


def _lowered(
    holder: Holder,
    x: Tensor,
    value: Shape | None,
    written: tuple[Any, ...],
    options: dict[str, Any],
) -> Selection:
    """Return the selection that subscripts make on `x`, with open sizes where possible.

    `value` is the shape of the value to write; None when reading.
    """
    backend, _ = holder.as_array(x)
    written = tuple(map(_read_again, written))
    tensors = [part for item in written for part in _parts(item) if backend.serves(part)]
    if tensors:
        sizes = static_shape(backend, x)
        for item in tensors:
            if backend.dtype_name(item) == "bool":
                static_shape(backend, item)
        return lower(holder, sizes, written, **options)
    shape = backend.shape(x)
    written = tuple([_changed(backend, item, _known_real) for item in written])
    if None in shape or any(map(backend.is_open, itertools.chain(*map(_parts, written)))):
        if options.get("dialect") != "base":
            selection = _lowered_open(holder, x, value, written, options)
            if selection is not None:
                return selection
        shape = static_shape(backend, x)
        written = tuple([_changed(backend, item, _as_constants) for item in written])
    return lower(holder, shape, written, **options)


def _lowered_open(
    holder: Holder,
    x: Tensor,
    value: Shape | None,
    written: tuple[Any, ...],
    options: dict[str, Any],
) -> Selection | None:
    """Return a selection in which sizes and numbers stay open, or None if they cannot.

    They can if the subscripts only need each size to be large enough, which a comparison turns into
    a guard. Otherwise they become constants, for the usual rules and errors.
    """
    backend, _ = holder.as_array(x)
    shape = backend.shape(x)
    try:
        items = opened(
            tuple([_changed(backend, item, _open_number) for item in written]),
            subscript_reader(holder.name),
        )
        selection = lower(holder, shape, items, **options)
        least = least_sizes(items, len(shape))
    except SubscriptError:
        return None
    if value is not None and not _is_plainly_set(shape, selection, value):
        return None
    for axis, size in enumerate(least):
        if shape[axis] is None and (size is None or bool(x.shape[axis] < size)):
            return None
    return selection


def _is_plainly_set(shape: Shape, selection: Selection, value: Shape) -> bool:
    """Return whether open sizes can stay open: upward slices, and the value broadcasts there."""
    if not isinstance(selection, Orthogonal) or len(value) > len(selection.kept_shape):
        return False
    axes = selection.axes
    aligned = writing.aligned_sizes(axes, value)
    return len(selection.takes) < 2 and not any(
        size is None and (value_size != 1 or (isinstance(axis, slice) and (axis.step or 1) < 0))
        for axis, size, value_size in zip(
            [axis for axis in axes if axis is not None], shape, aligned, strict=True
        )
    )


def _parts(item: Any) -> tuple[Any, ...]:
    """Return the numbers and tensors inside a subscript, or a subscript alone."""
    if isinstance(item, sub.Call):
        return tuple(itertools.chain(*map(_parts, item.parts)))
    return (item.start, item.stop, item.step) if type(item) is slice else (item,)


def _changed(backend: Backend, item: Any, change: Callable[[Backend, Any], Any]) -> Any:
    """Return a subscript whose numbers are changed, also those inside it."""
    if isinstance(item, slice | sub.Call):
        return sub.mapped(item, lambda part: _changed(backend, part, change))
    return change(backend, item)


def _known_real(backend: Backend, number: Any) -> Any:
    """Return a constant for an open real, because slices do not take one.

    Whether a real is whole, and so a position, depends on its value.
    """
    return float(number) if backend.is_open(number) and _kind(number) is float else number


def _open_number(backend: Backend, number: Any) -> Any:
    """Return an open number as a subscript in which it stays open."""
    return sub.Scalar(number) if backend.is_open(number) else number


@in_graph
def assign(
    x: Tensor, value: Any, dialect: Dialect, order: Order, is_in_place: bool, *written: Any
) -> Tensor:
    """Return `x` with a value at the elements that the subscripts name.

    If it is written in place, that is `x` itself.
    """
    holder = holder_of(x)
    backend, _ = holder.as_array(x)
    fitted = _fitted(backend, x, value)
    if dialect == "base":
        shape = static_shape(backend, x)
        if backend.serves(fitted):
            static_shape(backend, fitted)
        constants = tuple([_changed(backend, _read_again(item), _as_constants) for item in written])
        read = subscript_reader(backend.name)
        plan, recycled = plan_as_r_does(holder, x, shape, constants, read_value(fitted), read)
        if not is_in_place:
            return holder.updated(x, plan.selection, recycled, plan.growth)
        if plan.growth is not None:
            raise growth_in_place(plan.growth.length, shape)
        if plan.selection is None:
            return x
        return writing.write(backend, x, plan.selection, recycled.elements)
    sizes: Shape = ()
    if not fitting.is_number(fitted):
        sizes = static_shape(fitting.backend_of_value(backend, fitted), fitted)
    selection = _lowered(holder, x, sizes, written, {"order": order})
    fitting.refuse_unbroadcast(sizes, selection.result_shape)
    return writing.write(backend, x if is_in_place else backend.copy(x), selection, fitted)


def _fitted(backend: Backend, x: Tensor, value: Any) -> Tensor:
    """Return a value in the dtype of `x`; a guard keeps open numbers lossless."""
    if backend.is_open(value):
        limit = _LARGEST[_kind(value)].get(backend.dtype_name(x))
        if limit is not None and -limit <= value <= limit:
            return backend.convert(value, x)
    return fitting.fit_value(backend, x, read_value(_as_constants(backend, value)))


def _kind(number: Any) -> type[int | float]:
    """Return the Python type of a compiler's symbolic number."""
    return int if hasattr(number, "__index__") else float


def _as_constants(backend: Backend, value: Any) -> Any:
    """Replace open numbers by constants, also in lists."""
    if isinstance(value, list | tuple):
        return [_as_constants(backend, entry) for entry in value]
    return _kind(value)(value) if backend.is_open(value) else value
