"""Find the backend of a tensor without importing any library.

A tensor cannot exist unless its library is imported, so a look at `sys.modules` is enough. A new
backend is its file, one loader and its row in `LIBRARIES`, one extra in pyproject.toml and one row
in the adapters of the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from pybridge.backends.numpy import NumpyBackend
from pybridge.backends.protocol import Backend, Tensor
from pybridge.backends.traits import Verb, admit
from pybridge.errors import UnsupportedTensorError

NUMPY = NumpyBackend()


def _torch() -> Backend:
    from pybridge.backends.torch import BACKEND

    return BACKEND


def _tensorflow() -> Backend:
    from pybridge.backends.tensorflow import BACKEND

    return BACKEND


def _jax() -> Backend:
    from pybridge.backends.jax import BACKEND

    return BACKEND


def _keras() -> Backend:
    from pybridge.backends.keras import BACKEND

    return BACKEND


def _dask() -> Backend:
    from pybridge.backends.dask import BACKEND

    return BACKEND


def _zarr() -> Backend:
    from pybridge.backends.zarr import BACKEND

    return BACKEND


def _h5py() -> Backend:
    from pybridge.backends.h5py import BACKEND

    return BACKEND


def _xarray() -> Backend:
    from pybridge.backends.xarray import BACKEND

    return BACKEND


def _pandas() -> Backend:
    from pybridge.backends.pandas import BACKEND

    return BACKEND


def _anndata() -> Backend:
    from pybridge.backends.anndata import BACKEND

    return BACKEND


def _anndata_parts() -> Backend:
    from pybridge.backends.anndata_parts import backend

    return backend(backend_of)


def _scipy() -> Backend:
    from pybridge.backends.scipy import BACKEND

    return BACKEND


def _array_api() -> Backend:
    from pybridge.backends.array_api import BACKEND

    return BACKEND


LIBRARIES: dict[str, Callable[[], Backend]] = {
    "torch": _torch,
    "tensorflow": _tensorflow,
    "jax": _jax,
    "keras": _keras,
    "dask.array": _dask,
    "zarr": _zarr,
    "h5py": _h5py,
    "xarray": _xarray,
    "anndata._core.views": _anndata_parts,  # before the libraries whose classes they derive from
    "pandas": _pandas,
    "anndata": _anndata,
    "scipy.sparse": _scipy,
    "numpy": _array_api,  # any other library; NumPy is always imported
}
"""The module of each library, and the loader of its backend.

Each loader uses an import statement, because torch.compile cannot trace importlib; PyTorch comes
first for the same reason.
"""

_BACKEND_BY_TYPE: dict[type, Backend] = {np.ndarray: NUMPY}

_NO_TENSORS = frozenset({bool, int, float, complex, str, bytes, list, tuple, range, slice})
"""Common types of values and subscripts that do not belong to any library."""


def find_backend(x: Any) -> Backend | None:
    """Return the backend that serves `x` or its base class, or None."""
    kind = type(x)
    backend = _BACKEND_BY_TYPE.get(kind)
    if backend is not None:
        return backend
    if kind in _NO_TENSORS:
        return None
    for module, load in LIBRARIES.items():
        if module not in sys.modules:
            continue
        backend = load()
        if backend.serves(x):
            _BACKEND_BY_TYPE[kind] = backend
            return backend
    if isinstance(x, (np.ndarray, np.generic)):
        _BACKEND_BY_TYPE[kind] = NUMPY
        return NUMPY
    return None


def backend_of(x: Any) -> Backend:
    """Return the backend that serves `x`.

    >>> backend_of(np.arange(3)).name
    'numpy'

    Raises `UnsupportedTensorError` for anything that is not a tensor of a known library.
    """
    backend = find_backend(x)
    if backend is None:
        from pybridge.backends.foreign import advice_for  # imported for an error only

        raise UnsupportedTensorError(
            f"an object of type `{type(x).__name__}` is not a tensor that pybridge serves; "
            f"{advice_for(x)}"
        )
    return backend


def open_tensor(x: Any, verb: Verb = "read") -> tuple[Backend, Tensor]:
    """Return the backend and the tensor of `x`, which may be a variable.

    Raises `UnsupportedTensorError` if the tensor has a trait that `verb` does not serve.
    """
    backend = _BACKEND_BY_TYPE.get(type(x)) or backend_of(x)
    while (value := backend.value_of(x)) is not x:
        x, backend = value, backend_of(value)
    if backend is not NUMPY:
        admit(backend.traits(x), verb)
    return backend, x
