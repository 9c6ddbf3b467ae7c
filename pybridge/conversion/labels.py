"""Names and dimnames of R, and labels of tensors, converted to each other."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from pybridge.conversion.numpy_to_r import NamedAxes
from pybridge.conversion.rvalues import Texts, Vector
from pybridge.errors import ArgumentError, ConversionError
from pybridge.holders import find_holder


def labels_of(x: Any) -> NamedAxes | None:
    """Return the name and the labels of each axis, or None for a tensor without any."""
    holder = find_holder(x)
    names = None if holder is None else holder.axis_names(x)
    if holder is None or names is None:
        return None
    labels = holder.labels(x)
    pairs = [(name, labels(axis) if labels else None) for axis, name in enumerate(names)]
    return pairs if any(name or texts is not None for name, texts in pairs) else None


def refuse_na_label(texts: Texts | None, axis: int) -> None:
    """Raise `ConversionError` for `NA` among the labels of an axis, counted from one."""
    if texts is not None and None in texts:
        raise ConversionError(
            f"label {texts.index(None) + 1} of axis {axis} is NA, and a label is text"
        )


def labelled_from(vector: Vector, values: Any) -> Any:
    """Return a DataArray with the values and the dimnames of an R vector or array."""
    try:
        xarray: Any = import_module("xarray")
    except ImportError:
        raise ArgumentError(
            "names and dimnames are kept by the package xarray, which is not installed: "
            'pip install "pybridge-r[xarray]"'
        ) from None
    labels, names = vector.dimnames or ([None] * values.ndim, [None] * values.ndim)
    if values.ndim == 0:
        labels, names = [], []  # one number has no axis to name
    dims = [name or f"dim_{axis}" for axis, name in enumerate(names)]
    if len(set(dims)) < len(dims):
        raise ConversionError(
            f"the axes are named {', '.join(map(repr, dims))}, and a DataArray needs different "
            "names: names(dimnames(x)) <- NULL drops them"
        )
    coords = {}
    for axis, (dim, texts) in enumerate(zip(dims, labels, strict=True), start=1):
        if texts is None:
            continue
        refuse_na_label(texts, axis)
        coords[dim] = (dim, np.array(texts, dtype=None if texts else "U1"))
    return xarray.DataArray(values, dims=dims, coords=coords)
