"""Convert sparse matrices of R's package Matrix to SciPy's, of the same layout.

A matrix of R by column is a `csc_matrix`, by row a `csr_matrix`, as triplets a `coo_matrix`, a
diagonal one a `dia_matrix`. They are SciPy's matrices and not its newer sparse arrays: reticulate
makes those too, every version of AnnData takes them, and a single row of one is a dense vector, as
in R.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from pybridge.conversion.policies import FromR
from pybridge.conversion.r_to_numpy import array_from
from pybridge.conversion.rvalues import MATRIX_SLOTS, OtherObject, Vector
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]

_CLASS = re.compile(r"(?P<kind>[dln])((?P<structure>[gst])(?P<layout>[CRT])|di)Matrix")
_TYPES = {"d": "double", "l": "logical"}
_FORMATS = {"C": "csc", "R": "csr", "T": "coo"}
_ADVICE = (
    (r"(ind|p)Matrix", 'as(x, "CsparseMatrix") is a matrix of its ones'),
    (r".*sparseVector", 'as(x, "sparseMatrix") is a matrix of one column'),
    (r"([dln](ge|sy|tr|sp|tp|po|pp)|cor|cop)Matrix", "as.matrix(x) is an array of R"),
)


def is_sparse_class(described: OtherObject) -> bool:
    """Return whether an R object is a sparse matrix of the package Matrix."""
    return described.r_type == "S4" and _CLASS.fullmatch(described.classes[0]) is not None


def advice_for(described: OtherObject) -> str | None:
    """Return what makes another object of the package Matrix convertible."""
    name = described.classes[0] if described.r_type == "S4" else ""
    return next((text for pattern, text in _ADVICE if re.fullmatch(pattern, name)), None)


def matrix_from(described: OtherObject, look: Callable[[Any], Any], policies: FromR) -> Any:
    """Convert a sparse matrix of the package Matrix, without a dense copy."""
    if policies.frames == "dict" or policies.dimnames != "drop" or policies.like is not None:
        raise ConversionError(
            "a sparse matrix becomes one of SciPy and nothing else: as.matrix(x) is a dense array, "
            "with its dimnames"
        )
    try:
        sparse: Any = import_module("scipy.sparse")
    except ImportError:
        raise ConversionError(
            'a sparse matrix needs SciPy, which is not installed: pip install "pybridge-r[sparse]"'
        ) from None
    slots = {name: look(slot) for name, slot in described.slots.items() if name in MATRIX_SLOTS}
    return _Matrix(described.classes[0], slots, policies).in_scipy(sparse)


class _Matrix:
    """The slots of a sparse matrix of R, none of which is trusted: a wrong index would make SciPy
    read or write beyond its memory.
    """

    def __init__(self, name: str, slots: dict[str, Any], policies: FromR) -> None:
        self._name = name
        self._slots = slots
        self._policies = policies
        parts: Any = _CLASS.fullmatch(name)
        self._kind, self._structure = parts["kind"], parts["structure"]
        self._layout: str | None = parts["layout"]
        rows, columns = self._numbers("Dim", 2).tolist()
        if rows < 0 or columns < 0:
            raise self._broken(f"its sizes are {rows} and {columns}")
        self._shape = (rows, columns)

    def in_scipy(self, sparse: Any) -> Any:
        """Return the matrix in SciPy's format of the same layout."""
        if self._layout is None:
            return self._diagonal(sparse)
        if self._layout == "T":
            rows, columns = self._integers("i"), self._integers("j")
            if rows.size != columns.size:
                raise self._broken(f"slots i and j have {rows.size} and {columns.size} entries")
            data = self._data(rows.size)
            if self._structure == "g":
                try:
                    return sparse.coo_matrix((data, (rows, columns)), shape=self._shape)
                except ValueError as error:  # of triplets SciPy checks the indices itself
                    self._check_indices("i", rows, 0)
                    self._check_indices("j", columns, 1)
                    raise self._broken(str(error)) from None
            self._check_indices("i", rows, 0)
            self._check_indices("j", columns, 1)
        else:
            axis = 0 if self._layout == "C" else 1
            indices = self._integers("ij"[axis])
            self._check_indices("ij"[axis], indices, axis)
            pointers = self._pointers(self._shape[1 - axis], indices.size)
            data = self._data(indices.size)
            if self._structure == "g":
                matrix = getattr(sparse, _FORMATS[self._layout] + "_matrix")
                return matrix((data, indices, pointers), shape=self._shape)
            others = np.repeat(np.arange(self._shape[1 - axis], dtype="i4"), np.diff(pointers))
            rows, columns = (indices, others) if axis == 0 else (others, indices)
        return self._both_triangles(sparse, data, rows, columns)

    def _both_triangles(self, sparse: Any, data: Array, rows: Array, columns: Array) -> Any:
        """Return a symmetric matrix with both triangles, a triangular one with its diagonal."""
        is_upper = self._text("uplo", "U", "L") == "U"
        is_unit = self._structure == "t" and self._text("diag", "N", "U") == "U"
        if self._shape[0] != self._shape[1]:
            raise self._broken(f"it has {self._shape[0]} rows and {self._shape[1]} columns")
        outside = rows > columns if is_upper else rows < columns
        if is_unit:
            outside |= rows == columns
        if outside.any():
            where = int(outside.argmax())
            raise self._broken(
                f"entry [{rows[where] + 1}, {columns[where] + 1}] is outside its triangle"
            )
        if self._structure == "s":
            off = rows != columns
            more_rows, more_columns, more = columns[off], rows[off], data[off]
        else:
            more_rows = np.arange(self._shape[0] if is_unit else 0, dtype="i4")
            more_columns, more = more_rows, np.ones(more_rows.size, data.dtype)
        position = (np.concatenate([rows, more_rows]), np.concatenate([columns, more_columns]))
        triplets = sparse.coo_matrix((np.concatenate([data, more]), position), shape=self._shape)
        return triplets.asformat(_FORMATS[str(self._layout)])

    def _diagonal(self, sparse: Any) -> Any:
        size = self._shape[0]
        if size != self._shape[1]:
            raise self._broken(f"it has {size} rows and {self._shape[1]} columns")
        if self._text("diag", "N", "U") == "U":
            data = self._own(np.ones(size, "f8" if self._kind == "d" else bool), None)
        else:
            data = self._values("double" if self._kind == "d" else "logical", size)
        return sparse.dia_matrix((data[np.newaxis], [0]), shape=self._shape)

    # Slots

    def _broken(self, reason: str) -> ConversionError:
        return ConversionError(f"the {self._name} is broken: {reason}")

    def _vector(self, slot: str, r_type: str) -> Vector:
        vector = self._slots.get(slot)
        if not isinstance(vector, Vector) or vector.r_type != r_type or vector.values.ndim != 1:
            raise self._broken(f"its slot {slot} is not a vector of type {r_type}")
        return vector

    def _numbers(self, slot: str, count: int) -> Array:
        numbers = self._vector(slot, "integer").values
        if numbers.size != count:
            raise self._broken(f"its slot {slot} has {numbers.size} entries instead of {count}")
        return numbers

    def _text(self, slot: str, *choices: str) -> str:
        vector = self._vector(slot, "character")
        text = vector.texts[int(vector.values[0])] if vector.values.size == 1 else None
        if text not in choices:
            raise self._broken(f"its slot {slot} is neither {choices[0]!r} nor {choices[1]!r}")
        return text

    def _integers(self, slot: str) -> Array:
        return _owned(self._vector(slot, "integer").values)

    def _check_indices(self, slot: str, indices: Array, axis: int) -> None:
        size = self._shape[axis]
        # Unsigned, a negative index is beyond all others.
        if indices.size and int(indices.view("u4").max()) >= size:
            raise self._broken(f"its slot {slot} has an index outside 0 to {size - 1}")

    def _pointers(self, size: int, count: int) -> Array:
        pointers = _owned(self._numbers("p", size + 1))
        if pointers[0] != 0 or pointers[-1] != count or bool((np.diff(pointers) < 0).any()):
            raise self._broken(f"its slot p does not rise from 0 to {count}")
        return pointers

    def _data(self, count: int) -> Array:
        if self._kind == "n":  # a pattern, of which every entry is TRUE
            return self._own(np.ones(count, bool), None)
        return self._values(_TYPES[self._kind], count)

    def _values(self, r_type: str, count: int) -> Array:
        vector = self._vector("x", r_type)
        if vector.values.size != count:
            raise self._broken(f"its slot x has {vector.values.size} entries instead of {count}")
        values, refuse = array_from(vector, self._policies)
        if isinstance(values, np.ma.MaskedArray):
            if values.mask.any():
                raise ConversionError(
                    f"entry {int(values.mask.argmax()) + 1} of slot x is NA, and SciPy's sparse "
                    'matrices have no mask: na = "float" makes it NaN'
                )
            values = np.asarray(values)
        return self._own(values, refuse)

    def _own(self, values: Array, refuse: Any) -> Array:
        """Return values in memory of their own, of the dtype that is asked for."""
        if self._policies.frames == "arrays" and self._policies.own is not None:
            own: Array = self._policies.own(values, refuse=refuse)
            return own
        if refuse is not None:
            refuse(values)
        return _owned(values)


def _owned(values: Array) -> Array:
    """Return values as an array that may be written to: a view of R's memory may not."""
    return values if values.flags.writeable else values.copy()
