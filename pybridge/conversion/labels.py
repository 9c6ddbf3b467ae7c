"""Names and dimnames of R, and the labels of a tensor that has some: what both sides can hold."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from pybridge.backends import find_backend
from pybridge.conversion.numpy_to_r import Labels
from pybridge.conversion.rlibrary import CHARACTER, LIST, RLibrary, address_of
from pybridge.conversion.strings import texts_of
from pybridge.errors import ArgumentError, ConversionError


def labels_of(x: Any) -> Labels | None:
    """Return the name and the labels of each axis, or None for a tensor without any."""
    backend = find_backend(x)
    names = None if backend is None else backend.axis_names(x)
    if backend is None or names is None:
        return None
    labels = backend.labels(x)
    pairs = [(name, labels(axis) if labels else None) for axis, name in enumerate(names)]
    return pairs if any(name or texts is not None for name, texts in pairs) else None


def labelled_from(r: RLibrary, sexp: Any, values: Any) -> Any:
    """Return a DataArray with the values of an R vector or array, and with its dimnames."""
    try:
        xarray: Any = import_module("xarray")
    except ImportError:
        raise ArgumentError(
            "names and dimnames are kept by the package xarray, which is not installed: "
            'pip install "pybridge-r[xarray]"'
        ) from None
    labels, names = r.inside(_read_dimnames, r, sexp, values.ndim)
    dims = [name or f"dim_{axis}" for axis, name in enumerate(names)]
    if len(set(dims)) < len(dims):
        raise ConversionError(
            f"the axes are named {', '.join(map(repr, dims))}, and a DataArray has no two of one "
            "name: names(dimnames(x)) <- NULL drops them"
        )
    coords = {}
    for axis, (dim, texts) in enumerate(zip(dims, labels, strict=True), start=1):
        if texts is None:
            continue
        if None in texts:
            raise ConversionError(
                f"label {texts.index(None) + 1} of axis {axis} is NA, and a label is text"
            )
        coords[dim] = (dim, np.array(texts, dtype=None if texts else "U1"))
    return xarray.DataArray(values, dims=dims, coords=coords)


def _read_dimnames(
    r: RLibrary, sexp: Any, ndim: int
) -> tuple[list[list[str | None] | None], list[str | None]]:
    """Return the labels of each axis, and its name."""
    address = address_of(sexp)
    dimnames = r.attribute(address, "dimnames")
    if dimnames == r.null or r.c.TYPEOF(dimnames) != LIST:
        own = _texts(r, r.attribute(address, "names")) if ndim == 1 else None
        return [own] * ndim, [None] * ndim
    labels = [_texts(r, element) for element in r.elements(dimnames)]
    names = _texts(r, r.attribute(dimnames, "names"))
    return labels, names or [None] * ndim


def _texts(r: RLibrary, address: Any) -> list[str | None] | None:
    return None if r.c.TYPEOF(address) != CHARACTER else texts_of(r, r.sexp(address))
