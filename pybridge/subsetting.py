"""Reading and writing by R's subscripts: `R(x)[...]`, `r_slice` and `r_assign`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from pybridge import execution, values
from pybridge.arguments import (
    has_traced,
    refuse_foreign,
    refuse_uncompilable,
    without_tensors,
)
from pybridge.backends import NUMPY, backend_of, open_tensor
from pybridge.backends.protocol import Backend, Tensor
from pybridge.compiling import gives_constants, runs_as_python
from pybridge.dialects import tensor
from pybridge.dialects.tensor import (
    index_from_position,
    indices_from_first_to_last,
    slice_from_range,
)
from pybridge.errors import (
    ArgumentError,
    AssignmentError,
    ImmutableTensorError,
    SubscriptError,
    SubscriptTypeError,
)
from pybridge.python_values import as_subscripts, lent
from pybridge.selections import Order, Selection, Shape
from pybridge.subscripts import NA, Subscripts

if TYPE_CHECKING:
    from pybridge.dialects import base_assignment

Dialect: TypeAlias = Literal["tensor", "base"]

_PLAIN: Final = frozenset({int, type(NA), type(None)})
"""What the bounds of a range may be on the short path."""


class R:
    """R's subscripts on a tensor: `R(x)[1:3, NA:5, ..., -1]`, read and assigned.

    Positions start at 1, ranges include both ends, `NA` or nothing is an open end, `-1` is the last
    position, `...` is all the axes not named. Scalars drop their axis; ranges, vectors and masks
    never do; several vectors select orthogonally and axes never move. For `drop=False` or text see
    `r_slice`. `R(x, dialect="base")` follows R's own `[` and `[<-` instead, its traps included.

    On NumPy scalars, ranges and new axes give a view, all else new memory. Raises a
    `SubscriptError` for a subscript that does not fit. Source of the rules: the contract of this
    project; ranges as in R Language Definition, 3.3.1 and 3.4.1.

    >>> import numpy as np
    >>> x = np.arange(1, 31).reshape(2, 3, 5)
    >>> R(x)[2, 3, NA:2]
    array([26, 27])
    >>> R(x)[..., -1].shape, R(x)[1, 3:1].shape, R(x)[:, None].shape
    ((2, 3), (3, 5), (2, 1, 3, 5))
    >>> R(x)[1, 1, 5:4] = [0, -1]
    >>> R(x)[1, 1]
    array([ 1,  2,  3, -1,  0])
    >>> R(x, dialect="base")[-1, 1:2, 3]
    array([18, 23])
    """

    __slots__ = ("_tensor",)

    def __init__(self, x: Tensor, *, dialect: Dialect = "tensor") -> None:
        """Hold `x`; nothing is copied and nothing is checked yet."""
        self._tensor = x
        if dialect != "tensor":
            if dialect != "base":
                raise ArgumentError(f'`dialect` is "tensor" or "base", not {dialect!r}')
            self.__class__ = _BaseR  # so that the tensor dialect pays for no choice later

    def __repr__(self) -> str:
        return f"R({self._tensor!r})"

    def __getitem__(self, written: Any) -> Tensor:
        """Return the elements that the subscripts name."""
        x = self._tensor
        if type(x) is np.ndarray:
            key = short_key(written, x.shape)
            if key is not None:
                return x[key]
            found = _short_gather(x, written if type(written) is tuple else (written,))
            if found is not None:
                return found
        else:
            backend, x = open_tensor(x)
            key = short_key(written, backend.shape(x))
            if key is not None:
                return backend.basic(x, key if type(key) is tuple else (key,))
        return r_slice(x, *(written if type(written) is tuple else (written,)))

    def __setitem__(self, written: Any, value: Any) -> None:
        """Write `value`, broadcast by NumPy's rule, into the elements that the subscripts name."""
        x = self._tensor
        if type(x) is np.ndarray and x.flags.writeable and _fits_as_it_is(value, x.dtype):
            key = short_key(written, x.shape)
            if key is not None:
                x[key] = value
                return
        written = written if type(written) is tuple else (written,)
        subscripts = _for_one_use(tuple(map(without_tensors, written)))
        assign_in_place(x, subscripts, value)


class _BaseR(R):
    """What `R(x, dialect="base")` makes: R's own `[` and `[<-` on a tensor."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f'R({self._tensor!r}, dialect="base")'

    def __getitem__(self, written: Any) -> Tensor:
        """Return what R's `[` gives, every axis of extent 1 dropped."""
        written = written if type(written) is tuple else (written,)
        return r_slice(self._tensor, *written, dialect="base")

    def __setitem__(self, written: Any, value: Any) -> None:
        """Write `value`, recycled by R's rule; raise where R would make a longer vector."""
        written = written if type(written) is tuple else (written,)
        subscripts = _for_one_use(tuple(map(without_tensors, written)))
        assign_in_place(self._tensor, subscripts, value, dialect="base")


def _fits_as_it_is(value: Any, dtype: np.dtype[Any]) -> bool:
    """Tell numbers that plainly lose nothing in a dtype, so that NumPy can take them at once."""
    kind = type(value)
    if kind is int:
        return 0 <= value <= 127 and dtype.kind in "iufc"
    return kind is float and dtype.char in "dD"


def short_key(written: Any, shape: Shape) -> Any:
    """Return the NumPy key of common subscripts, or None where the general path must look.

    Common are integers, ranges of integers and open ends, and new axes: they need no objects in
    between. The general path gives the same key by the same two rules, and every error.
    """
    kind = type(written)
    try:
        if kind is slice and shape:
            start, stop, step = written.start, written.stop, written.step
            if (
                type(start) in _PLAIN
                and type(stop) in _PLAIN
                and type(step) in _PLAIN
                and step != 0
            ):
                return slice_from_range(start, stop, step, shape[0])
        elif kind is int and shape:
            return index_from_position(written, shape[0])
        elif kind is tuple:
            return _short_keys(written, shape)
    except SubscriptError:
        pass  # the general path says what is wrong, with the subscripts as they were written
    return None


def _short_keys(written: tuple[Any, ...], shape: Shape) -> tuple[Any, ...] | None:
    key: list[Any] = []
    sizes = iter(shape)
    for item in written:
        kind = type(item)
        if item is None:
            key.append(None)
            continue
        size = next(sizes, None)
        if size is None:
            return None
        if kind is slice:
            start, stop, step = item.start, item.stop, item.step
            if start is None and stop is None and step is None:
                key.append(item)
            elif (
                type(start) in _PLAIN
                and type(stop) in _PLAIN
                and type(step) in _PLAIN
                and step != 0
            ):
                key.append(slice_from_range(start, stop, step, size))
            else:
                return None
        elif kind is int:
            key.append(index_from_position(item, size))
        else:
            return None
    return tuple(key)


def _short_gather(x: np.ndarray[Any, Any], written: tuple[Any, ...]) -> Any:
    """Read by one vector of positions beside common subscripts, or return None.

    On large tensors the objects of the general path cost little beside the elements, but the code
    that makes them has left the processor's caches by then.
    """
    place = -1
    for k, item in enumerate(written):
        if type(item) is np.ndarray:
            if place >= 0 or item.dtype != np.int64 or item.ndim != 1 or not item.size:
                return None
            place = k
    if place < 0:
        return None
    before = written[:place]
    key = short_key((*before, slice(None), *written[place + 1 :]), x.shape)
    if key is None:
        return None
    size = x.shape[place - before.count(None)]
    indices = indices_from_first_to_last(written[place], size)
    if indices is None:
        return None
    kept = sum(type(part) is not int for part in key[:place])
    return NUMPY.take(x if len(key) == 1 else x[key], indices, kept)


@runs_as_python
def r_subscripts(*subscripts: Any) -> Subscripts:
    """Return subscripts as one value, to print, compare, keep and use on many tensors.

    They are values as in `R(x)[...]`, or one string of R text as between R's brackets; see
    `parse_subscripts` for its grammar. `result_shape` tells what shape they will give. Raises
    `SubscriptSyntaxError` for text outside the grammar, `SubscriptTypeError` for other values.

    >>> crop = r_subscripts("NA:2, .., -1")
    >>> crop == r_subscripts(slice(NA, 2), ..., -1), {crop: "crop"}[crop]
    (True, 'crop')
    >>> print(crop)
    NA:2, .., -1
    >>> result_shape((2, 3, 5), crop), R(np.zeros((4, 2, 3, 5)))[crop].shape
    ((2, 3), (2, 2, 3))
    """
    return _read(tuple(map(without_tensors, subscripts)))


def _read(subscripts: tuple[Any, ...]) -> Subscripts:
    """Read subscripts without tensors among them."""
    if len(subscripts) == 1 and isinstance(subscripts[0], str):
        from pybridge.text import parse_subscripts  # few programs write text: it waits till then

        return parse_subscripts(subscripts[0])
    for subscript in subscripts:
        if isinstance(subscript, str):
            raise SubscriptTypeError(
                f"the text {subscript!r} stands beside other subscripts; one text holds them all, "
                'as in "10:99, , NA:5"',
                subscript=subscript,
            )
    return as_subscripts(subscripts)


def _for_one_use(subscripts: tuple[Any, ...]) -> Subscripts:
    """Read subscripts that nobody keeps, without tensors among them: arrays lend their memory."""
    return _read(tuple(map(lent, subscripts)))


@runs_as_python
def r_slice(
    x: Tensor,
    *subscripts: Any,
    drop: bool = True,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Tensor:
    """Return the elements of `x` that the subscripts name, as a tensor of the same library.

    `subscripts` are values as in `R(x)[...]`, or one string of R text such as `"10:99, , NA:5"`.
    With `drop=False` scalars keep their axis at size 1. `dialect="base"` follows R's own `[`
    exactly, its traps included. `order` is the order in which a logical of the whole shape selects
    in the tensor dialect: "C" row-major, "F" column-major as R does.

    >>> import numpy as np
    >>> x = np.arange(1, 31).reshape(2, 3, 5)
    >>> r_slice(x, 2, [3, 1], slice(NA, 2))
    array([[26, 27],
           [16, 17]])
    >>> r_slice(x, "2, c(3, 1), NA:2")
    array([[26, 27],
           [16, 17]])

    Raises a `SubscriptError` for subscripts that do not fit, `MissingValueError` where R would give
    NA and the dtype has none, `UnsupportedTensorError` where `x` is no tensor.
    """
    backend, x = open_tensor(x)
    written = tuple(map(without_tensors, subscripts))
    if has_traced(written):
        read = _for_one_use(written)
        refuse_foreign(backend, read)
        selection = resolve(backend.shape(x), read, drop=drop, dialect=dialect, order=order)
    else:
        if backend.is_compiling():
            refuse_uncompilable(written)
            steps = _constant_steps(backend.shape(x), written, drop, dialect, order)
            if steps is not None:
                return execution.read_by_steps(backend, x, steps)
        selection = _selected(backend.shape(x), written, drop, dialect, order)
    return execution.read(backend, x, selection)


@gives_constants
def _constant_steps(
    shape: Shape, written: tuple[Any, ...], drop: bool, dialect: Dialect, order: Order
) -> execution.Steps | None:
    return execution.read_steps(_selected(shape, written, drop, dialect, order))


@gives_constants
def _selected(
    shape: Shape, written: tuple[Any, ...], drop: bool, dialect: Dialect, order: Order
) -> Selection:
    return resolve(shape, _for_one_use(written), drop=drop, dialect=dialect, order=order)


def resolve(
    shape: Shape,
    subscripts: Subscripts,
    *,
    drop: bool = True,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Selection:
    """Return the selection that subscripts make of a shape, touching no data."""
    if not isinstance(drop, bool):
        raise ArgumentError(f"`drop` is True or False, not {drop!r}")
    if order not in ("C", "F"):
        raise ArgumentError(f'`order` is "C" or "F", not {order!r}')
    if dialect == "tensor":
        return tensor.resolve(subscripts, shape, drop=drop, order=order)
    if dialect == "base":
        from pybridge.dialects import base  # and few programs port R code line by line

        return base.resolve(subscripts, shape, drop=drop)
    raise ArgumentError(f'`dialect` is "tensor" or "base", not {dialect!r}')


@runs_as_python
def result_shape(
    shape: Shape, *subscripts: Any, drop: bool = True, dialect: Dialect = "tensor"
) -> Shape:
    """Return the shape that `r_slice` would give on a tensor of `shape`, touching no data.

    >>> result_shape((60000, 28, 28), slice(None), slice(8, -8), slice(8, -8))
    (60000, 14, 14)
    >>> result_shape((60000, 28, 28), ", 15:NA, 15:NA")
    (60000, 14, 14)
    """
    read = _for_one_use(tuple(map(without_tensors, subscripts)))
    return resolve(shape, read, drop=drop, dialect=dialect).result_shape


@runs_as_python
def r_assign(
    x: Tensor,
    *subscripts: Any,
    value: Any,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Tensor:
    """Return `x` with `value` at the elements that the subscripts name; `x` itself never changes.

    In the tensor dialect `value` broadcasts into the selection by NumPy's rule. In the base dialect
    it recycles by R's, and a plain vector grows where R's would. An element named more than once
    gets the last of its values. The dtype of `x` stays; a value that would lose information on the
    way in raises `LossyValueError`.

    >>> import numpy as np
    >>> x = np.zeros((2, 3), int)
    >>> r_assign(x, 2, [3, 1], value=[7, 8])
    array([[0, 0, 0],
           [8, 0, 7]])
    """
    backend, x = open_tensor(x)
    written = tuple(map(without_tensors, subscripts))
    if backend.is_compiling():
        refuse_uncompilable(written)
    if dialect == "base":
        return _assign_as_r_does(backend, x, _for_one_use(written), value)
    if has_traced(written):
        read = _for_one_use(written)
        refuse_foreign(backend, read)
        selection = resolve(backend.shape(x), read, dialect=dialect, order=order)
    else:
        selection = _selected(backend.shape(x), written, True, dialect, order)
    fitted = _broadcast_value(backend, x, selection, value)
    return execution.write(backend, backend.copy(x), selection, fitted)


def _assign_as_r_does(backend: Backend, x: Tensor, subscripts: Subscripts, value: Any) -> Tensor:
    plan, fitted = _plan_as_r_does(backend, x, subscripts, value)
    if plan.growth is None:
        updated = backend.copy(x)
    else:
        updated = execution.grow(backend, x, plan.growth.length, plan.growth.gap)
    if plan.selection is None:
        return updated
    return execution.write(backend, updated, plan.selection, fitted)


def _plan_as_r_does(
    backend: Backend, x: Tensor, subscripts: Subscripts, value: Any
) -> tuple[base_assignment.Assignment, Tensor]:
    """Return what R's `[<-` does, and the value as it repeats.

    Only NumPy's values are repeated as they are; of another library's it is their places that
    repeat, and then the elements are taken by place.
    """
    from pybridge.dialects import base, base_assignment

    fitted = values.fit_value(backend, x, value)
    shape = backend.shape(x)
    if backend is NUMPY:
        plan = base_assignment.plan_assignment(subscripts, shape, fitted)
        return plan, plan.value
    sizes = base.known_sizes(backend.shape(fitted))
    places = np.arange(math.prod(sizes)).reshape(sizes)
    plan = base_assignment.plan_assignment(subscripts, shape, places)
    if plan.value.ndim == 0:
        return plan, backend.reshape(fitted, ())
    if plan.selection is None or np.array_equal(plan.value, places):
        return plan, fitted
    taken = backend.take(backend.reshape(fitted, (-1,)), plan.value.ravel(), 0)
    return plan, backend.reshape(taken, plan.value.shape)


def assign_in_place(
    x: Tensor,
    subscripts: Subscripts,
    value: Any,
    *,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> None:
    """Write `value` into `x` itself, or raise and leave `x` as it was."""
    holder = backend_of(x)
    backend, held = open_tensor(x)
    refuse_foreign(backend, subscripts)
    if dialect == "base":
        plan, fitted = _plan_as_r_does(backend, held, subscripts, value)
        selection = plan.selection
        _refuse_immutable(holder, x)
        if plan.growth is not None:
            raise AssignmentError(
                f"R would make a new vector of length {plan.growth.length} of this tensor of shape "
                f"{backend.shape(held)}, which cannot grow in place; "
                '`r_assign(x, ..., value=..., dialect="base")` returns it'
            )
    else:
        selection = resolve(backend.shape(held), subscripts, order=order)
        _refuse_immutable(holder, x)
        fitted = _broadcast_value(backend, held, selection, value)
    if selection is None:
        return
    if backend is holder:
        execution.write(backend, x, selection, fitted)
    else:  # a variable that holds a tensor of another library
        holder.store(x, execution.write(backend, backend.copy(held), selection, fitted))


def _refuse_immutable(backend: Backend, x: Tensor) -> None:
    if not backend.is_writable(x):
        raise ImmutableTensorError(
            f"this {type(x).__name__} cannot be written in place; "
            "`r_assign(x, ..., value=...)` returns an updated one"
        )


def _broadcast_value(backend: Backend, x: Tensor, selection: Selection, value: Any) -> Tensor:
    """Return `value` in the dtype of `x`, checked to broadcast into the selection."""
    fitted = values.fit_value(backend, x, value)
    found, shape = backend.shape(fitted), selection.result_shape
    lacking = len(found) - len(shape)
    if lacking > 0 and found[:lacking] == (1,) * lacking:  # as NumPy's assignment does
        fitted = backend.basic(fitted, (0,) * lacking + (slice(None),) * len(shape))
        found = found[lacking:]
    tail = shape[len(shape) - len(found) :] if len(found) <= len(shape) else ()
    if len(found) > len(shape) or any(
        mine not in (1, None, size) and size is not None
        for mine, size in zip(found, tail, strict=True)
    ):
        raise AssignmentError(
            f"a value of shape {found} does not broadcast into a selection of shape {shape}"
        )
    return fitted
