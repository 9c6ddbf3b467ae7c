"""How the tests make the tensors of one backend, read them back and run code on them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

Mode = Callable[..., list[Any]]


class AdapterName(StrEnum):
    """All that the tests run on; a run names at its end those on which it ran no test."""

    NUMPY = "numpy"
    NUMPY_READ_ONLY = "numpy read-only"
    TENSORFLOW = "tensorflow"
    TENSORFLOW_ON_A_DEVICE = "tensorflow on a device"
    JAX = "jax"
    JAX_ON_A_DEVICE = "jax on a device"
    TORCH = "torch"
    TORCH_ON_A_DEVICE = "torch on a device"
    KERAS = "keras"
    KERAS_ON_A_DEVICE = "keras on a device"
    DASK = "dask"
    ARRAY_API = "array_api"
    ZARR = "zarr"
    H5PY = "h5py"
    TENSORSTORE = "tensorstore"
    SCIPY = "scipy"
    XARRAY = "xarray"
    PANDAS = "pandas"
    POLARS = "polars"
    PYARROW = "pyarrow"
    ANNDATA = "anndata"


def set_item(x, key, value):
    x[key] = value
    return x


@dataclass(frozen=True)
class Adapter:
    """What a test needs to know of one backend."""

    make: Callable[[np.ndarray], Any]
    """A native tensor with the values and the dtype of an array."""
    read: Callable[[Any], np.ndarray]
    """The values of what reading or updating such a tensor gives; asserts its type."""
    modes: dict[str, Mode]
    """Ways to run code, by name."""
    unknown: frozenset[str] = field(default=frozenset())
    """The modes in which sizes are unknown."""
    compiled: frozenset[str] = field(default=frozenset())
    """The modes that read the code, and end at the first exception."""
    shared: frozenset[str] = field(default=frozenset())
    """Those of the compiled modes in which many cases may be one graph, as all sizes are known."""
    axes: dict[str, range] = field(default_factory=dict)
    """The numbers of axes that tensors have in a mode, where not all; more are refused."""
    write: Callable[[Any, Any, np.ndarray], Any] = set_item
    """The tensor after an assignment through the library's own subscripts."""
    has_values: bool = True
    """Whether what is read has values, and not a shape and a dtype alone."""


def split(found: list[Any]) -> tuple[list[Any], Callable[[list[Any]], list[Any]]]:
    """Separate tensors from exceptions, and return a function that puts results back in place."""
    places = [k for k, entry in enumerate(found) if not isinstance(entry, Exception)]

    def join(values):
        joined = list(found)
        for place, value in zip(places, values, strict=True):
            joined[place] = value
        return joined

    return [found[k] for k in places], join


class Traced:
    """A function that keeps its exceptions outside of the trace that it runs in."""

    def __init__(self, function, is_traced):
        self.function = function
        self.is_traced = is_traced

    def __call__(self, *tensors):
        assert all(map(self.is_traced, tensors)), tensors
        values, self.join = split(self.function(*tensors))
        return values
