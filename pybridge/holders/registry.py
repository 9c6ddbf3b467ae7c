"""Find what holds elements without importing any library.

A tensor cannot exist unless its library is imported, so a look at `sys.modules` is enough. A new
library is its file, one loader and its row in `LIBRARIES`, one extra in pyproject.toml and one row
in the adapters of the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Backend, Tensor
from pybridge.backends.traits import Verb, admit
from pybridge.errors import UnsupportedTensorError
from pybridge.holders.arrays import Arrays
from pybridge.holders.protocol import Holder

_ARRAYS: dict[str, Arrays] = {}


def _arrays(backend: Backend) -> Holder:
    """Return the one holder of the arrays of a backend."""
    if backend.name not in _ARRAYS:
        _ARRAYS[backend.name] = Arrays(backend, lambda x: holder_of(x))
    return _ARRAYS[backend.name]


def _torch() -> Holder:
    from pybridge.backends.torch import BACKEND

    return _arrays(BACKEND)


def _tensorflow() -> Holder:
    from pybridge.backends.tensorflow import BACKEND

    return _arrays(BACKEND)


def _jax() -> Holder:
    from pybridge.backends.jax import BACKEND

    return _arrays(BACKEND)


def _keras() -> Holder:
    from pybridge.backends.keras import BACKEND

    return _arrays(BACKEND)


def _dask() -> Holder:
    from pybridge.backends.dask import BACKEND

    return _arrays(BACKEND)


def _scipy() -> Holder:
    from pybridge.backends.scipy import BACKEND

    return _arrays(BACKEND)


def _array_api() -> Holder:
    from pybridge.backends.array_api import BACKEND

    return _arrays(BACKEND)


def _zarr() -> Holder:
    from pybridge.holders.zarr import HOLDER

    return HOLDER


def _h5py() -> Holder:
    from pybridge.holders.h5py import HOLDER

    return HOLDER


def _tensorstore() -> Holder:
    from pybridge.holders.tensorstore import HOLDER

    return HOLDER


def _pandas() -> Holder:
    from pybridge.holders.pandas import HOLDER

    return HOLDER


def _polars() -> Holder:
    from pybridge.holders.polars import HOLDER

    return HOLDER


def _pyarrow() -> Holder:
    from pybridge.holders.pyarrow import HOLDER

    return HOLDER


def _anndata() -> Holder:
    from pybridge.holders.anndata import HOLDER

    return HOLDER


def _anndata_backed() -> Holder:
    from pybridge.holders.anndata_backed import HOLDER

    return HOLDER


def _xarray() -> Holder:
    from pybridge.holders.xarray import holder

    return holder(holder_of)


def _anndata_parts() -> Holder:
    from pybridge.holders.anndata_parts import holder

    return holder(holder_of)


LIBRARIES: dict[str, Callable[[], Holder]] = {
    "torch": _torch,
    "tensorflow": _tensorflow,
    "jax": _jax,
    "keras": _keras,
    "dask.array": _dask,
    "zarr": _zarr,
    "h5py": _h5py,
    "tensorstore": _tensorstore,
    "xarray": _xarray,
    "anndata._core.views": _anndata_parts,  # before the libraries whose classes they derive from
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
    "anndata": _anndata,
    "anndata.abc": _anndata_backed,
    "scipy.sparse": _scipy,
    "numpy": _array_api,  # any other library; NumPy is always imported
}
"""The module of each library, and the loader of its backend.

Each loader uses an import statement, because torch.compile cannot trace importlib; PyTorch comes
first for the same reason.
"""

ARRAYS_OF_NUMPY = _arrays(NUMPY)

_HOLDER_BY_TYPE: dict[type, Holder] = {np.ndarray: ARRAYS_OF_NUMPY}

_NO_TENSORS = frozenset({bool, int, float, complex, str, bytes, list, tuple, range, slice})
"""Common types of values and subscripts that do not belong to any library."""


def find_holder(x: Any) -> Holder | None:
    """Return the holder that serves `x` or its base class, or None."""
    kind = type(x)
    holder = _HOLDER_BY_TYPE.get(kind)
    if holder is not None:
        return holder
    if kind in _NO_TENSORS:
        return None
    for module, load in LIBRARIES.items():
        if module not in sys.modules:
            continue
        holder = load()
        if holder.serves(x):
            _HOLDER_BY_TYPE[kind] = holder
            return holder
    if isinstance(x, (np.ndarray, np.generic)):
        _HOLDER_BY_TYPE[kind] = ARRAYS_OF_NUMPY
        return ARRAYS_OF_NUMPY
    return None


def holder_of(x: Any) -> Holder:
    """Return the holder that serves `x`.

    >>> holder_of(np.arange(3)).name
    'numpy'

    Raises `UnsupportedTensorError` for anything that is not a tensor of a known library.
    """
    holder = find_holder(x)
    if holder is None:
        from pybridge.holders.foreign import advice_for  # imported for an error only

        raise UnsupportedTensorError(
            f"an object of type `{type(x).__name__}` is not a tensor that pybridge supports; "
            f"{advice_for(x)}"
        )
    return holder


def open_tensor(x: Any, verb: Verb = "read") -> tuple[Holder, Tensor]:
    """Return what has the elements of `x`, which may be a variable, with its holder.

    Raises `UnsupportedTensorError` if it has a trait that `verb` does not serve.
    """
    holder = _HOLDER_BY_TYPE.get(type(x)) or holder_of(x)
    while (value := holder.value_of(x)) is not x:
        x, holder = value, holder_of(value)
    if holder is not ARRAYS_OF_NUMPY:
        admit(holder.traits(x), verb)
    return holder, x


def open_array(x: Any, verb: Verb) -> tuple[Backend, Tensor]:
    """Return the elements of `x` as an array of a library, with its backend, as `open_tensor`."""
    holder, x = open_tensor(x, verb)
    return holder.as_array(x)
