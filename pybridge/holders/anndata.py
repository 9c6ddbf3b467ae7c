"""AnnData: a matrix of observations by variables, with tables next to it; both axes always stay."""

from __future__ import annotations

from typing import Any

import anndata as ad
import numpy as np

from pybridge.axis import Axis, TextsOf
from pybridge.backends.traits import Trait
from pybridge.errors import MissingValueError, UnsupportedTensorError
from pybridge.holders.pandas import labels_of_table
from pybridge.holders.protocol import Holder, not_served
from pybridge.subscripts.selections import Gather, Orthogonal, Selection, slice_of_index

_ADVICE = "write to or compute with one of its parts: x.X, x.layers[...], x.obs, x.var"
_TRAIT = Trait("an AnnData", _ADVICE, ("read",))


class Anndata(Holder):
    """AnnData's own brackets, which select observations and variables of all its parts."""

    __slots__ = ()

    name = "anndata"
    has_fixed_axes = True

    def serves(self, x: object) -> bool:
        return isinstance(x, ad.AnnData)

    def shape(self, x: Any) -> tuple[int, ...]:
        return tuple(x.shape)

    def traits(self, x: Any) -> tuple[Trait, ...]:
        return (_TRAIT,)

    def labels(self, x: Any) -> TextsOf:
        return lambda axis: labels_of_table((x.obs_names, x.var_names)[axis])

    def axes(self, x: Any) -> tuple[Axis, ...]:
        return (Axis(None, x.obs_names), Axis(None, x.var_names))

    def read(self, x: Any, selection: Selection) -> Any:
        if not isinstance(selection, Orthogonal) or None in selection.key:
            raise UnsupportedTensorError(
                "an AnnData has observations and variables, and is selected by one subscript for "
                f"each, not by element and without a new axis; {_ADVICE}"
            )
        if selection.has_missing:
            raise MissingValueError(
                "the subscript selects NA, and an AnnData gets no rows of missing values; leave "
                "the NA out",
                dtype="",
            )
        if x.is_view and x.isbacked:
            raise UnsupportedTensorError(
                "anndata makes no view of a view of a file; select once from the whole, or take "
                "the view into memory, x.to_memory()"
            )
        rows, columns = map(_whole_numbers, selection.axes, selection.shape)
        return x[rows, columns]

    dtype_name = like = to_numpy = fit = write = updated = transpose = not_served(
        f"an AnnData is not one array; {_ADVICE}"
    )


HOLDER = Anndata()


def _whole_numbers(axis: Any, size: Any) -> Any:
    """Return what AnnData's brackets read: a slice of a positive step, or indices."""
    if isinstance(axis, Gather):
        return axis.indices
    part = axis if isinstance(axis, slice) else slice_of_index(axis)
    return part if part.step is None or part.step > 0 else np.arange(*part.indices(size))
