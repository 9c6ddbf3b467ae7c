"""A NumPy array from a tensor of any library, by that library's own means.

A tensor of a library cannot exist unless the library is loaded, so nothing is imported here.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from pybridge.errors import ConversionError, TracingError, UnsupportedTensorError

Array = np.ndarray[Any, Any]


def numpy_from(x: Any) -> Array:
    """Return `x` as a NumPy array, a view where its library offers one; masks are kept."""
    if isinstance(x, np.ndarray | np.generic | bool | int | float | complex | str):
        return np.asanyarray(x)
    if isinstance(x, list | tuple):
        return _from_scalars(x)
    for cls in type(x).__mro__:
        library = cls.__module__.partition(".")[0]
        if library in _READERS:
            return _READERS[library](x)
    if hasattr(x, "columns"):
        raise UnsupportedTensorError(
            f"{_name(x)} is a table, not a tensor: pass a dict of its columns, "
            "{name: table[name].to_numpy() for name in table}"
        )
    if hasattr(x, "__array__") or isinstance(x, memoryview):
        return np.asarray(x)
    raise _unsupported(x)


def _from_scalars(x: Any) -> Array:
    """Return scalars of one type as an array; integers never turn into floats on the way."""
    if type(x[0]) is not int:
        return np.asarray(x)
    try:
        return np.asarray(x, dtype="int64")
    except OverflowError:
        return np.asarray(x, dtype=object)


def _from_torch(x: Any) -> Array:
    torch = sys.modules["torch"]
    if not isinstance(x, torch.Tensor) or x.layout != torch.strided or x.is_quantized:
        raise _unsupported(x, "only dense tensors have an R equivalent: to_dense(), dequantize()")
    if x.device.type == "meta":
        raise TracingError("a tensor on the meta device has no elements to convert")
    x = x.detach().cpu().resolve_conj().resolve_neg()
    # NumPy lacks bfloat16, the 8-bit floats and half complex; the wider types hold them exactly.
    if x.dtype == torch.complex32:
        x = x.to(torch.complex64)
    elif x.is_floating_point() and x.dtype not in (torch.float16, torch.float32, torch.float64):
        x = x.to(torch.float32)
    return np.asarray(x.numpy())


def _from_tensorflow(x: Any) -> Array:
    if type(x).__name__ in ("RaggedTensor", "SparseTensor", "IndexedSlices"):
        raise _unsupported(x, "only dense tensors have an R equivalent: to_tensor() makes one")
    if not hasattr(x, "numpy"):
        raise _symbolic(x)
    try:
        found = np.asarray(x.numpy())
    except (AttributeError, NotImplementedError) as error:
        raise _symbolic(x) from error
    if found.dtype == object or found.dtype.kind == "S":
        return _decoded(found)
    return found


def _decoded(found: Array) -> Array:
    # A string tensor holds bytes; in text they are UTF-8.
    texts = np.empty(found.shape, object)
    try:
        texts.flat[:] = [element.decode("utf-8") for element in found.ravel().tolist()]
    except UnicodeDecodeError as error:
        raise ConversionError(
            f"a string tensor holds {error.object!r}, which is not text in UTF-8"
        ) from error
    return texts


def _from_jax(x: Any) -> Array:
    jax = sys.modules["jax"]
    if isinstance(x, jax.core.Tracer):
        raise _symbolic(x)
    try:
        return np.asarray(x)
    except TypeError as error:
        raise _unsupported(x, str(error)) from error


def _from_keras(x: Any) -> Array:
    if type(x).__name__ == "KerasTensor":
        raise _symbolic(x)
    if hasattr(x, "value") and hasattr(x, "assign"):
        return numpy_from(x.value)
    raise _unsupported(x)


def _from_dask(x: Any) -> Array:
    if not hasattr(x, "compute") or hasattr(x, "columns"):
        raise _unsupported(x)
    return np.asanyarray(x.compute())


_READERS = {
    "torch": _from_torch,
    "tensorflow": _from_tensorflow,
    "jax": _from_jax,
    "jaxlib": _from_jax,
    "keras": _from_keras,
    "dask": _from_dask,
}


def _name(x: Any) -> str:
    return f"{type(x).__module__}.{type(x).__qualname__}"


def _symbolic(x: Any) -> TracingError:
    return TracingError(
        f"{_name(x)} has no elements yet: it is a symbol in traced code, and R needs values. "
        "Convert after the traced function has returned"
    )


def _unsupported(x: Any, why: str = "") -> UnsupportedTensorError:
    return UnsupportedTensorError(f"{_name(x)} has no R equivalent" + (f": {why}" if why else ""))
