"""The memory of PyTorch tensors: overlaps, devices, and dtypes that vectors can set."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch._subclasses.functional_tensor import FunctionalTensor

from pybridge.backends.numpy import MAX_WORK
from pybridge.backends.protocol import Indices
from pybridge.subscripts.selections import Key

WITHOUT_VALUES = (FakeTensor, FunctionalTensor)
"""Types of placeholders in a graph."""

AS_PLAIN = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}
AS_PLAIN |= {
    dtype: torch.uint8 for name, dtype in vars(torch).items() if name.startswith("float8_")
}
"""Dtypes that PyTorch cannot set by vectors, and one of the same width that it can."""


def as_plain(x: Any, value: Any) -> tuple[Any, Any]:
    """Return the same memory in a dtype of the same width that PyTorch can set by vectors."""
    plain = AS_PLAIN.get(x.dtype)
    if plain is None or x.requires_grad or getattr(value, "requires_grad", False):
        return x, value
    return x.view(plain), value.view(plain) if isinstance(value, torch.Tensor) else value


def apart(value: Any, x: Any, key: Key = ()) -> Any:
    """Return a value for `x[key]`, copied if it overlaps the memory written to.

    PyTorch raises for such a write.
    """
    if isinstance(x, WITHOUT_VALUES) or isinstance(value, WITHOUT_VALUES):
        return value
    try:
        mine, other = x.untyped_storage(), value.untyped_storage()
        start, begin = mine.data_ptr(), other.data_ptr()
    except NotImplementedError:  # under torch.func a tensor has no storage
        return value.clone()
    if start == 0 or begin == 0:  # no memory: empty, or on the meta device
        return value
    if begin >= start + mine.nbytes() or start >= begin + other.nbytes():
        return value
    if not any(isinstance(part, torch.Tensor) for part in key):
        x = x[key]
    return (
        value.clone()
        if np.may_share_memory(_places(x), _places(value), max_work=MAX_WORK)
        else value
    )


def _places(x: Any) -> npt.NDArray[Any]:
    """Return an array at the memory of `x`; its elements are never dereferenced."""
    size = x.element_size()
    memory = SimpleNamespace()
    memory.__array_interface__ = {
        "version": 3,
        "data": (x.data_ptr(), False),
        "typestr": f"|V{size}",
        "shape": tuple(x.shape),
        "strides": tuple([step * size for step in x.stride()]),
    }
    return np.asarray(memory)


def on_device(indices: Indices, x: Any) -> Any:
    """Return indices or logicals on the device of `x`; PyTorch accepts no read-only memory."""
    if type(indices) is not np.ndarray:
        return indices if indices.device == x.device else indices.to(x.device)
    # an axis of one element may have a negative stride and still be contiguous
    is_plain = (indices.ndim == 1 and len(indices) > 1) or min(indices.strides, default=0) >= 0
    tensor = torch.from_numpy(indices if is_plain and indices.flags.carray else np.array(indices))
    return tensor if x.is_cpu else tensor.to(x.device)
