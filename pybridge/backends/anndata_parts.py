"""Parts of a view of an AnnData: what is written to one is written for its owner.

Such a part has a class of anndata's own, derived from that of NumPy, SciPy or pandas. anndata makes
the view an AnnData of its own at the first write, and replaces the part. So a part is read as what
it is derived from, what comes out is a copy, and a write goes to the new part.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from anndata._core import views

from pybridge.axis import Axis
from pybridge.backends.numpy import NumpyBackend
from pybridge.backends.protocol import Backend
from pybridge.dialects.labels import AxisLabels
from pybridge.dialects.selections import Key, Selection
from pybridge.errors import ImmutableTensorError, PybridgeError

_PARTS = tuple(
    [
        getattr(views, name)
        for name in (
            "ArrayView",
            "DataFrameView",
            "SparseCSRMatrixView",
            "SparseCSCMatrixView",
            "SparseCSRArrayView",
            "SparseCSCArrayView",
        )
    ]
)


class AnndataPartsBackend(NumpyBackend):
    """Arrays, matrices and tables of a view; the library that they are derived from serves them."""

    __slots__ = ("_backend_of",)

    def __init__(self, backend_of: Callable[[Any], Backend]) -> None:
        self._backend_of = backend_of  # the registry's, which imports this module

    name = "anndata_parts"
    names_another = True

    def serves(self, x: object) -> bool:
        return isinstance(x, _PARTS)

    def value_of(self, x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return x.view(np.ndarray)
        kinds: Any = type(x).__mro__
        return next(kind for kind in kinds if not kind.__module__.startswith("anndata."))(x)

    def basic(self, x: Any, key: Key) -> Any:
        inner = self.value_of(x)
        return _copied(self._backend_of(inner).basic(inner, key))

    def labels(self, x: Any) -> AxisLabels | None:
        inner = self.value_of(x)
        return self._backend_of(inner).labels(inner)

    def with_labels(self, x: Any, selection: Selection, values: Any) -> Any:
        return _copied(values)

    def axes(self, x: Any) -> tuple[Axis, ...]:
        inner = self.value_of(x)
        return self._backend_of(inner).axes(inner)

    def written_by_owner(self, x: Any, write: Callable[[Any], Any]) -> Any:
        place = x._view_args  # anndata has no public way from a part to its owner
        if place is None:
            return None
        owner, attribute, keys = place
        try:
            with views.view_update(owner, attribute, keys) as part:
                write(part)
        except PybridgeError:
            raise
        except Exception as error:  # anndata's, for a file that it cannot copy
            raise ImmutableTensorError(
                f"this part of a view of an AnnData cannot be written in place: {error}; "
                "`r_assign(x, ..., value=...)` returns an updated one"
            ) from error
        return functools.reduce(lambda parts, key: parts[key], keys, getattr(owner, attribute))


@functools.cache
def backend(backend_of: Callable[[Any], Backend]) -> Backend:
    """Return the one backend, which asks `backend_of` for those of other libraries."""
    return AnndataPartsBackend(backend_of)


def _copied(values: Any) -> Any:
    """Return what was read in memory of its own: the owner must not see what is written to it."""
    return values if isinstance(values, np.generic) else values.copy()
