"""Parts of a view of an AnnData: what is written to one is written for its owner.

Such a part has a class of anndata's own, derived from that of NumPy, SciPy or pandas. anndata makes
the view an AnnData of its own at the first write, and replaces the part. So a part is read as what
it is derived from, what comes out is a copy, and a write goes to the new part.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from anndata._core import views

from pybridge.axis import Axis, TextsOf
from pybridge.errors import ImmutableTensorError, PybridgeError
from pybridge.holders.protocol import Holder, HolderOf, Value
from pybridge.holders.wrappers import Wrapper
from pybridge.subscripts.selections import Selection

if TYPE_CHECKING:
    from pybridge.dialects.base_assignment import Growth

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


class PartsOfViews(Wrapper):
    """Arrays, matrices and tables of a view; the library that they are derived from serves them."""

    __slots__ = ()

    name = "anndata_parts"

    def serves(self, x: object) -> bool:
        return isinstance(x, _PARTS)

    def value_of(self, x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return x.view(np.ndarray)
        kinds: Any = type(x).__mro__
        return next(kind for kind in kinds if not kind.__module__.startswith("anndata."))(x)

    def labels(self, x: Any) -> TextsOf | None:
        holder, value = self.inner(x)
        return holder.labels(value)

    def axes(self, x: Any) -> tuple[Axis, ...]:
        holder, value = self.inner(x)
        return holder.axes(value)

    def read(self, x: Any, selection: Selection) -> Any:
        holder, value = self.inner(x)
        values = holder.read(value, selection)
        # in memory of its own: the owner must not see what is written to it
        return values if isinstance(values, np.generic) else values.copy()

    def write(self, x: Any, selection: Selection, value: Value) -> Any:
        place = x._view_args  # anndata has no public way from a part to its owner
        if place is None:
            holder, values = self.inner(x)
            return holder.write(values, selection, value)
        owner, attribute, keys = place
        try:
            with views.view_update(owner, attribute, keys) as part:
                self._holder_of(part).write(part, selection, value)
        except PybridgeError:
            raise
        except Exception as error:  # anndata's, for a file that it cannot copy
            raise ImmutableTensorError(
                f"this part of a view of an AnnData cannot be written in place: {error}; "
                "`r_assign(x, ..., value=...)` returns an updated one"
            ) from error
        return functools.reduce(lambda parts, key: parts[key], keys, getattr(owner, attribute))

    def updated(
        self, x: Any, selection: Selection | None, value: Value, growth: Growth | None = None
    ) -> Any:
        holder, values = self.inner(x)
        return holder.updated(values, selection, value, growth)


@functools.cache
def holder(holder_of: HolderOf) -> Holder:
    """Return the one holder, which asks `holder_of` for those of other libraries."""
    return PartsOfViews(holder_of)
