"""Convert sparse matrices of R's package Matrix to SciPy's, of the same layout.

An R matrix by column is a `csc_matrix`, by row a `csr_matrix`, as triplets a `coo_matrix`, a
diagonal one a `dia_matrix`. They are SciPy's matrices and not its newer sparse arrays: reticulate
makes those too, every version of AnnData takes them, and a single row of one is a dense vector, as
in R. R has checked the slots, and made a general matrix of a symmetric or a triangular one.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import numpy as np

from pybridge.conversion.policies import FromR
from pybridge.conversion.r_to_numpy import array_from
from pybridge.conversion.rvalues import MatrixOfR, OtherObject, Vector
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]

_ADVICE = (
    (r"(ind|p)Matrix", 'as(x, "CsparseMatrix") is a matrix of its ones'),
    (r".*sparseVector", 'as(x, "sparseMatrix") is a matrix of one column'),
    (r"([dln](ge|sy|tr|sp|tp|po|pp)|cor|cop)Matrix", "as.matrix(x) is an R array"),
)


def advice_for(x: OtherObject) -> str | None:
    """Return what makes another object of the package Matrix convertible."""
    name = x.classes[0] if x.r_type == "S4" and x.classes else ""
    return next((text for pattern, text in _ADVICE if re.fullmatch(pattern, name)), None)


def matrix_from(x: MatrixOfR, policies: FromR) -> Any:
    """Convert a sparse matrix of the package Matrix, without a dense copy."""
    if policies.frames == "dict" or policies.dimnames != "drop" or policies.like is not None:
        raise ConversionError(
            "a sparse matrix becomes a SciPy matrix and nothing else: as.matrix(x) is a dense "
            "array, with its dimnames"
        )
    try:
        sparse: Any = import_module("scipy.sparse")
    except ImportError:
        raise ConversionError(
            'a sparse matrix needs SciPy, which is not installed: pip install "pybridge-r[sparse]"'
        ) from None
    i, j, p = (x.indices.get(slot) for slot in "ijp")
    if x.entries is not None:
        data = _entries(x.entries, policies)
    else:
        data = _own(np.ones((j if i is None else i).size, bool), None, policies)  # type: ignore[union-attr]
    if p is None and i is None:
        return sparse.dia_matrix((data[np.newaxis], [0]), shape=x.shape)
    if p is None:
        return sparse.coo_matrix((data, (i, j)), shape=x.shape)
    if j is None:
        return sparse.csc_matrix((data, i, p), shape=x.shape)
    return sparse.csr_matrix((data, j, p), shape=x.shape)


def _entries(vector: Vector, policies: FromR) -> Array:
    values, refuse = array_from(vector, policies)
    if isinstance(values, np.ma.MaskedArray):
        if values.mask.any():
            raise ConversionError(
                f"entry {int(values.mask.argmax()) + 1} of slot x is NA, and SciPy's sparse "
                'matrices have no mask: na = "float" makes it NaN'
            )
        values = np.asarray(values)
    return _own(values, refuse, policies)


def _own(values: Array, refuse: Any, policies: FromR) -> Array:
    """Return values in memory of their own, of the dtype that is asked for."""
    if policies.frames == "arrays" and policies.own is not None:
        own: Array = policies.own(values, refuse=refuse)
        return own
    if refuse is not None:
        refuse(values)
    return values
