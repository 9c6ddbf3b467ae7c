"""PyTorch: tensors with and without gradients, eager or inside `torch.compile`.

PyTorch slices have no negative steps, so a descending range flips, which copies. A traced position
beyond its axis raises when the code runs. Sparse and nested tensors raise.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch._C._autograd import CreationMeta, _get_creation_meta
from torch._C._dynamo import eval_frame
from torch._guards import active_fake_mode
from torch._subclasses.fake_tensor import FakeTensor
from torch.compiler import is_compiling

from pybridge.backends.keys import assignment_key, axis_indices, upward_key
from pybridge.backends.protocol import Backend, Indices, without_values
from pybridge.backends.torch_memory import AS_PLAIN, WITHOUT_VALUES, apart, as_plain, on_device
from pybridge.backends.traits import Trait
from pybridge.compiling import IN_GRAPH, PUBLIC, when_imported
from pybridge.errors import TracingError, UnsupportedTensorError
from pybridge.shape import Shape
from pybridge.subscripts.selections import Key

_STRIDED = torch.strided

_INTEGERS = (torch.int64, torch.int32, torch.bool, torch.uint8)
"""Dtypes without gradients, conjugates and quantization."""

_VECTORS = frozenset({np.ndarray, torch.Tensor})

_UNKNOWN = frozenset({*AS_PLAIN, torch.complex32})
"""Dtypes that `flip` and `index_select` do not support, but brackets do."""

_NAMES = {
    dtype: str(dtype).removeprefix("torch.")
    for dtype in vars(torch).values()
    if isinstance(dtype, torch.dtype)
}

_SORTED_REALS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)

_FLOATS_OF_NUMPY = (torch.float16, torch.float32, torch.float64)


_UNSTRIDED = {
    layout: Trait(f"a tensor of layout {layout}", "x.to_dense() makes a dense one")
    for layout in vars(torch).values()
    if isinstance(layout, torch.layout) and layout is not _STRIDED
}
_NESTED = Trait(
    "a nested tensor", "x.to_padded_tensor(...) makes a dense one, x.unbind() its parts"
)
_QUANTIZED = Trait(
    "a quantized tensor", "x.dequantize() makes a tensor of reals", ("read", "assign", "write")
)
_FAKE = Trait(
    "a FakeTensor outside its mode",
    "it has sizes and no elements; use it under its FakeTensorMode",
)
_BARELY_COMPUTED = {
    dtype: Trait(
        f"a tensor of {str(dtype).removeprefix('torch.')}",
        f"PyTorch hardly computes in it; cast it first, x.to(torch.{wider})",
        ("read", "write", "assign", "value", "subscript", "reshape", "recycle", "search"),
    )
    for dtype, wider in ((torch.uint64, "int64"), (torch.complex32, "complex64"))
}


class TorchBackend(Backend):
    """The primitives of `pybridge.backends.protocol.Backend` on `torch.Tensor`."""

    __slots__ = ()

    name = "torch"
    sums_unsigned = False
    takes_numbers = True
    writes_in_place = True
    _library: ClassVar[Any] = torch
    _functions: ClassVar[dict[str, Any]] = {
        "equal": torch.eq,
        "cummax": lambda x, axis: torch.cummax(x, axis).values,
        "cummin": lambda x, axis: torch.cummin(x, axis).values,
    }

    def serves(self, x: object) -> bool:
        return isinstance(x, torch.Tensor)

    def shape(self, x: Any) -> Shape:
        # `torch.compile` leaves a size open that changed between calls
        sizes = tuple(x.shape)
        for size in sizes:
            if type(size) is not int:
                return tuple([n if type(n) is int else _known_size(n) for n in sizes])
        return sizes

    def traits(self, x: Any) -> tuple[Trait, ...]:
        if x.layout is not _STRIDED:
            return (_UNSTRIDED[x.layout],)
        if x.is_nested or x.is_quantized:
            return (_NESTED if x.is_nested else _QUANTIZED,)
        if isinstance(x, FakeTensor) and not is_compiling() and not active_fake_mode():
            return (_FAKE,)
        barely = _BARELY_COMPUTED.get(x.dtype)
        return () if barely is None else (barely,)

    def dtype_name(self, x: Any) -> str:
        return _NAMES[x.dtype]

    def is_writable(self, x: Any) -> bool:
        # autograd forbids writing into a leaf that wants gradients, and into a view of one; nor can
        # a tensor be written that shows one element many times
        wants_gradients = x.requires_grad and torch.is_grad_enabled()
        if is_compiling():
            return not (wants_gradients and x.is_leaf)
        if wants_gradients and (x.is_leaf or (x._is_view() and _is_view_for_good(x))):
            return False
        if (
            0 in x.stride()
            and x.numel()
            and any(step == 0 and size > 1 for step, size in zip(x.stride(), x.shape, strict=True))
        ):
            return False
        return not x.is_inference() or torch.is_inference_mode_enabled()

    def is_traced(self, x: Any) -> bool:
        return isinstance(x, WITHOUT_VALUES) or _is_wrapped(x)

    def is_compiling(self) -> bool:
        return is_compiling()

    def is_open(self, number: Any) -> bool:
        # what changed from one call to the next
        return isinstance(number, torch.SymInt | torch.SymFloat)

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        _need_values(x)
        if isinstance(x, FakeTensor) or _is_wrapped(x):
            raise without_values(x)
        if x.dtype in _INTEGERS and x.device.type == "cpu":
            return np.asarray(x.numpy())
        if x.is_quantized:
            raise UnsupportedTensorError(
                f"{_QUANTIZED.what} has no plain elements; {_QUANTIZED.advice}"
            )
        x = x.detach().cpu().resolve_conj().resolve_neg()
        if x.dtype is torch.complex32:
            x = x.to(torch.complex64)
        elif x.is_floating_point() and x.dtype not in _FLOATS_OF_NUMPY:
            x = x.to(torch.float32)
        return np.asarray(x.numpy())

    def convert(self, value: Any, like: Any) -> Any:
        if isinstance(value, torch.Tensor):
            if value.dtype is like.dtype and value.device == like.device:
                return value
            if value.is_complex() and not like.is_complex():
                value = value.real  # PyTorch warns about it, even if the imaginary part is zero
            if not like.is_meta:
                _need_values(value)
            return value.to(device=like.device, dtype=like.dtype)
        if self.is_open(value):
            return torch.full((), value, dtype=like.dtype, device=like.device)
        return torch.from_numpy(np.array(value)).to(device=like.device, dtype=like.dtype)

    def basic(self, x: Any, key: Key) -> Any:
        # a negative step slices upward and then flips
        if not _runs_down(key):
            return x[key]
        before, upward, after = upward_key(key, self.shape(x))
        part = (_flip(x, before) if before else x)[upward]
        return _flip(part, after) if after else part

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        if x.dtype in _UNKNOWN:
            return x[(slice(None),) * axis + (on_device(indices, x),)]
        return torch.index_select(x, axis, on_device(indices, x))

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        return x[tuple(on_device(axis, x) for axis in coordinates)]

    def take_mask(self, x: Any, mask: npt.NDArray[np.bool_]) -> Any:
        if x.is_meta or isinstance(x, FakeTensor):  # a mask there has no values
            return self.take_points(x, np.nonzero(mask))
        return x[on_device(mask, x)]

    def copy(self, x: Any) -> Any:
        return x.clone()

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        return x.permute(axes)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        if not isinstance(condition, torch.Tensor):
            condition = on_device(condition, x if isinstance(x, torch.Tensor) else y)
        return torch.where(condition, x, y)

    def _comparable(self, x: Any) -> Any:
        if x.dtype is torch.bool:
            return x.to(torch.uint8)
        if x.dtype in (torch.uint16, torch.uint32):
            return x.to(torch.int64)
        if x.is_floating_point() and x.dtype not in _SORTED_REALS:
            return x.to(torch.float32)
        if x.dtype is torch.uint64:  # the same bits, their sign reversed, are in the same order
            return x.view(torch.int64) ^ torch.iinfo(torch.int64).min
        return x

    def argsort(self, x: Any) -> Any:
        return torch.argsort(self._comparable(x), stable=True)

    def as_indices(self, x: Any) -> Any:
        # `torch.compile` hides the elements of an array
        if isinstance(x, np.ndarray):
            x = torch.from_numpy(x)
            if x.is_floating_point() or x.dtype is torch.bool:
                raise TracingError(
                    "a NumPy array is not a subscript inside torch.compile, which hides its "
                    "values, unless it holds integers; write a list, or make it a torch tensor"
                )
        indices = x.long()
        if x.dtype is torch.uint64:  # unsigned numbers must not become negative
            indices = torch.where(indices < 0, torch.iinfo(torch.int64).max, indices)
        return indices

    def cast(self, x: Any, name: str) -> Any:
        return x.to(getattr(torch, name))

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        parts = (start, stop, step)
        if any(map(_is_wrapped, parts)):
            raise TracingError(
                "a range with a bound under torch.func has no size that all of the batch share; "
                "give the bounds as numbers"
            )
        return torch.arange(*map(int, parts))

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        if _is_wrapped(mask):
            raise TracingError(
                "how many elements a mask selects under torch.func is unknown, and may differ in "
                "the batch; use torch.where(mask, x, other)"
            )
        _need_values(mask)
        if isinstance(mask, FakeTensor) and not is_compiling():
            raise without_values(mask)
        return tuple(torch.nonzero(mask, as_tuple=True))

    def assign_axes(self, x: Any, axes: tuple[Any, ...], value: Any) -> Any:
        is_batched = False
        for k, axis in enumerate(axes):
            if type(axis) is slice or type(axis) is np.ndarray:
                continue
            is_batched = is_batched or _is_wrapped(axis)
            if isinstance(value, torch.Tensor) and value.shape[k] != 1:
                value = value.index_select(k, _last_of_equals(axis, x.shape[k]))
        if is_batched:
            # under vmap index_put takes no slice next to a batched index
            axes = tuple(
                on_device(axis_indices(axis, size), x)
                for axis, size in zip(axes, x.shape, strict=True)
            )
        return self._set(x, assignment_key(axes, x.shape), value)

    def set_key(self, x: Any, key: Key, value: Any) -> Any:
        if _runs_down(key):
            return None
        if isinstance(value, np.ndarray):
            value = self.convert(value, x)
        return self._set(x, key, value)

    def _set(self, x: Any, key: Key, value: Any) -> Any:
        key = tuple([on_device(part, x) if type(part) in _VECTORS else part for part in key])
        if isinstance(value, torch.Tensor):
            value = apart(value, x, key)
        target, value = as_plain(x, value)
        target[key] = value
        return x

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        points = tuple(on_device(axis, x) for axis in coordinates)
        if any(isinstance(axis, torch.Tensor) for axis in coordinates) and value.shape[0] != 1:
            flat = 0
            for axis, size in zip(points, x.shape, strict=True):
                flat = flat * size + axis
            value = value[_last_of_equals(flat, x.numel())]
        target, value = as_plain(x, apart(value, x))
        target[points] = value if points else value.reshape(())
        return x

    def assign_mask(self, x: Any, mask: npt.NDArray[np.bool_], value: Any) -> Any:
        if x.is_meta:  # a mask there has no values, which PyTorch needs under vmap
            return self.assign_points(x, np.nonzero(mask), value)
        if value.shape[0] == 1:
            value = value.reshape(())
        target, value = as_plain(x, apart(value, x))
        target[on_device(mask, x)] = value
        return x

    def store(self, x: Any, value: Any) -> None:
        x[...] = value


BACKEND = TorchBackend()


def _runs_down(key: Key) -> bool:
    """Return whether a key has a slice of a negative step, which PyTorch lacks."""
    for part in key:  # noqa: SIM110  a generator would be slower than the rest of a read
        if type(part) is slice and part.step is not None and part.step < 0:
            return True
    return False


def _known_size(size: Any) -> int | None:
    """Return a size, or None if the compiler left it open."""
    known: int | None = size.node.maybe_as_int()
    return known


def _flip(x: Any, axes: tuple[int, ...]) -> Any:
    if x.dtype not in _UNKNOWN:
        return torch.flip(x, axes)
    for axis in axes:
        x = BACKEND.take(x, np.arange(x.shape[axis])[::-1], axis)
    return x


def _is_wrapped(x: Any) -> bool:
    """Return whether `x` is wrapped by `torch.func` (vmap, grad)."""
    if not isinstance(x, torch.Tensor):
        return False
    return torch._C._functorch.is_functorch_wrapped_tensor(x)


def _need_values(x: Any) -> None:
    if x.is_meta:
        raise TracingError("a tensor on the meta device has no elements")


def _is_view_for_good(x: Any) -> bool:
    """Return whether autograd forbids writing a view: of a leaf, or one of several views."""
    return x._base.is_leaf or _get_creation_meta(x) == CreationMeta.MULTI_OUTPUT_NODE


def _last_of_equals(indices: Any, size: int) -> Any:
    """Return for each index the place of its last duplicate: index_put has no order."""
    places = torch.arange(len(indices), device=indices.device)
    last = torch.zeros(size, dtype=places.dtype, device=indices.device)
    return last.scatter_reduce(0, indices, places, "amax")[indices]


def _run_whole(function: FunctionType) -> None:
    """Keep `torch.compile` from compiling a function, or its callees, outside of its caller."""
    leave = eval_frame._FrameAction.SKIP
    strategy = eval_frame._FrameExecStrategy(leave, leave)
    eval_frame.set_code_exec_strategy(function.__code__, strategy)


if hasattr(eval_frame, "set_code_exec_strategy"):  # older releases lack this option
    PUBLIC.watch(_run_whole)
when_imported("torch._dynamo", lambda dynamo: IN_GRAPH.watch(dynamo.allow_in_graph))
