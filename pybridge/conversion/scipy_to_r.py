"""Convert SciPy sparse matrices and arrays to matrices of R's package Matrix."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np

from pybridge.conversion.numpy_to_r import (
    Dimnames,
    NamedAxes,
    checked_labels,
    dimnames_list,
    vector_from,
)
from pybridge.conversion.policies import ToR
from pybridge.conversion.rvalues import (
    LARGEST_AXIS,
    NA_INTEGER,
    New,
    NewMatrix,
    NewNumbers,
    integers,
)
from pybridge.conversion.strings import vector_of_texts
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]

_NEAREST = {"bsr": "csr", "lil": "csr", "dok": "coo", "dia": "csc"}
"""The format that a matrix has in R, where R has not its own."""

_LAYOUTS = {"csc": "C", "csr": "R", "coo": "T"}


def is_sparse(x: Any) -> bool:
    """Return whether `x` is a SciPy sparse matrix or array."""
    sparse: Any = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(x))


def in_memory(x: Any) -> Any:
    """Return a sparse matrix that anndata holds in a file as one of SciPy, and else `x`."""
    backed: Any = sys.modules.get("anndata.abc")
    if backed is not None and isinstance(x, backed.CSRDataset | backed.CSCDataset):
        return x.to_memory()
    return x


def matrix_to_r(x: Any, policies: ToR, dimnames: Dimnames | None = None) -> NewMatrix:
    """Return the matrix to make of `x`, of two axes and not changed; nothing is made dense."""
    for axis, size in enumerate(x.shape, start=1):
        if size > LARGEST_AXIS:
            raise ConversionError(
                f"axis {axis} has {size} positions; an axis of an R matrix holds {LARGEST_AXIS}"
            )
    labels = None if dimnames is None else checked_labels(dimnames, tuple(x.shape))
    sparse: Any = sys.modules["scipy.sparse"]
    if x.format == "dia" and x.shape[0] == x.shape[1] and x.offsets.tolist() == [0]:
        data = _values(x.diagonal(), policies)
        slots: dict[str, New] = {"diag": vector_of_texts(["N"])}
        return _matrix("di", x.shape, labels, data, slots)
    if x.format in _NEAREST:
        x = x.asformat(_NEAREST[x.format])
    x = _triplets(sparse, x) if x.format == "coo" else _compressed(sparse, x)
    if x.nnz > LARGEST_AXIS:
        raise ConversionError(
            f"the matrix has {x.nnz} entries, and a sparse R matrix holds {LARGEST_AXIS}"
        )
    if x.format == "coo":
        slots = {"i": _integers(x.row), "j": _integers(x.col)}
    else:
        slots = {"i" if x.format == "csc" else "j": _integers(x.indices), "p": _integers(x.indptr)}
    return _matrix(f"g{_LAYOUTS[x.format]}", x.shape, labels, _values(x.data, policies), slots)


def _matrix(
    structure: str,
    shape: tuple[int, ...],
    labels: NamedAxes | None,
    data: NewNumbers,
    slots: dict[str, New],
) -> NewMatrix:
    names = dimnames_list(shape, labels or [("", None), ("", None)])
    kind = "l" if data.r_type == "logical" else "d"
    slots = {**slots, "x": data, "Dim": integers([*map(int, shape)]), "Dimnames": names}
    return NewMatrix(f"{kind}{structure}Matrix", slots)


def _integers(values: Array) -> NewNumbers:
    return NewNumbers("integer", "i4", values)


def _compressed(sparse: Any, x: Any) -> Any:
    """Return a matrix with checked, sorted and distinct indices, which may share memory with `x`.

    SciPy remembers in `x` what it once knew of the indices, and users change them.
    """
    new = getattr(sparse, f"{x.format}_matrix")
    try:
        fresh = new((x.data, x.indices, x.indptr), shape=x.shape)
        fresh.check_format(full_check=True)
    except (ValueError, TypeError) as error:
        raise _broken(x, error) from None
    if not fresh.has_canonical_format:
        fresh = fresh.copy()
        fresh.sum_duplicates()
    return fresh


def _triplets(sparse: Any, x: Any) -> Any:
    """Return a matrix with checked indices, each position once if R would sum otherwise."""
    try:
        fresh = sparse.coo_matrix((x.data, (x.row, x.col)), shape=x.shape)
        for indices, size in zip((fresh.row, fresh.col), x.shape, strict=True):
            # Unsigned, a negative index is beyond all others.
            unsigned = indices.view(f"u{indices.itemsize}")
            if unsigned.size and int(unsigned.max()) >= size:
                raise ValueError(f"an index is not among 0 to {size - 1}")
    except (ValueError, TypeError) as error:
        raise _broken(x, error) from None
    if fresh.dtype not in ("float64", "bool"):  # R sums in doubles, SciPy in the dtype
        fresh = fresh.copy()
        fresh.sum_duplicates()
    return fresh


def _broken(x: Any, error: Exception) -> ConversionError:
    return ConversionError(f"the {type(x).__name__} is broken: {error}")


def _values(data: Array, policies: ToR) -> NewNumbers:
    """Return the entries as logicals or doubles, by the rules of an array of their dtype."""
    if data.dtype == "int32":  # among doubles -2147483648 is a number
        missing = data == NA_INTEGER if policies.na == "integer" else False
        wide = np.ma.MaskedArray(data.astype("i8"), mask=missing)
        return _values(wide, replace(policies, int64="double"))
    is_wide = data.dtype.kind in "iu" and data.itemsize >= 4
    if is_wide and policies.int64 in ("character", "integer64"):
        raise ConversionError(
            f"sparse R matrices hold doubles and logicals, so int64={policies.int64!r} has no "
            'meaning for them: int64="double" holds integers up to 2^53'
        )
    new = vector_from(data, policies)
    if not isinstance(new, NewNumbers) or new.r_type not in ("logical", "integer", "double"):
        raise ConversionError(
            f"sparse R matrices hold doubles and logicals, and dtype {data.dtype} is neither: "
            'x.real, x.imag or x.astype("float64") can be converted'
        )
    if new.r_type == "integer":
        return NewNumbers("double", "f8", new.source, new.mask, new.finish)
    return new
