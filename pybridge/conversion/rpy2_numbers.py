"""Vectors of numbers by rpy2: views of R's memory, and new vectors."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from pybridge.conversion.r_memory import RMemory
from pybridge.conversion.rpy2_memory import Allowance
from pybridge.conversion.rpy2_session import Session
from pybridge.conversion.rvalues import DTYPES, LARGEST_AXIS, NewNumbers

Array = np.ndarray[Any, Any]

TYPES = {10: "logical", 13: "integer", 14: "double", 15: "complex", 24: "raw"}
"""R's types of numbers by their codes ("R Internals", 1.1)."""

_SMALL = 2**20
"""Up to this many bytes, a copy by rpy2 is faster than filling a vector that R allocates."""

_SMALL_COMPLEX = 2**8
"""The same for complex numbers, which rpy2 makes one by one."""

_MOST_AXES = 32
"""The type of an array of NumPy 1."""


class Numbers:
    """Reads and makes vectors of numbers."""

    def __init__(self, session: Session) -> None:
        """Take R, and find out whether rpy2 shows complex numbers."""
        self.session = session
        self.allowance = Allowance(lambda: session.call("free_memory")[0])
        r = self._r = session.rinterface
        self._classes = {
            "logical": r.BoolSexpVector,
            "integer": r.IntSexpVector,
            "double": r.FloatSexpVector,
            "complex": r.ComplexSexpVector,
            "raw": r.ByteSexpVector,
        }
        self._dim = lru_cache(maxsize=256)(r.IntSexpVector)
        self._names = {name: session.inside(r.StrSexpVector, [name]) for name in DTYPES}
        self._shows_complex = session.inside(self._has_view_of_complex)

    def _has_view_of_complex(self) -> bool:
        vector = self._classes["complex"]([0j])
        try:
            self._r.vector_memoryview(vector, "Rcomplex", "D")
        except ValueError:  # some builds of rpy2 have none
            return False
        return True

    # From R

    def bare(self, sexp: Any, r_type: str) -> Array | None:
        """Return a view of a vector that has nothing but elements, labels and sizes; else None."""
        sexp = self._classes[r_type](sexp)  # objects of rpy2.robjects use active converters
        attributes = {*sexp.list_attrs()} - {"names", "dimnames"}
        if not attributes and len(sexp) <= LARGEST_AXIS:
            return self.flat_view(sexp, r_type)
        if attributes == {"dim"}:
            dim = self.session.track(sexp.do_slot("dim"))
            if isinstance(dim, self._r.IntSexpVector) and len(dim) <= _MOST_AXES:
                shape = tuple(map(int, dim))
                if math.prod(shape) == len(sexp):
                    return self._view(sexp, r_type, shape)
        return None

    def flat_view(self, sexp: Any, r_type: str) -> Array:
        """Return a view of a vector without its sizes; one number has no axis."""
        length = len(sexp)
        return self._view(sexp, r_type, () if length == 1 else (length,))

    def _view(self, sexp: Any, r_type: str, shape: tuple[int, ...]) -> Array:
        """Return a read-only view of R's memory, which keeps the R object alive."""
        if 0 in shape:
            return np.frombuffer(b"", DTYPES[r_type]).reshape(shape)
        if r_type == "complex":
            if not self._shows_complex:
                raw = self.flat_view(self.session.call("bytes_of_complex", sexp), "raw")
                return np.frombuffer(raw.tobytes(), "c16").reshape(shape, order="F")
            view = np.asarray(self._r.vector_memoryview(sexp, "Rcomplex", "D"))
        else:
            # rpy2 gives the address; NumPy would see only the first element.
            view = np.frombuffer(sexp.__array_interface__["data"], "u1")
        return np.asarray(self.session.track(sexp, RMemory(sexp, view, r_type, shape)))

    # To R

    def make(self, new: NewNumbers, _place: str = "") -> Any:
        """Return a new vector; the elements are copied without the lock."""
        is_complex = new.r_type == "complex"
        is_small = new.size <= (_SMALL_COMPLEX if is_complex else _SMALL)
        if is_small and self.allowance.has_room(new.size):
            return self.session.inside(self._copied, new, new.filled())
        if is_complex and not self._shows_complex:
            doubles = new.filled().reshape(-1, order="F").view("f8")
            vector = self.make(NewNumbers("double", "f8", doubles))
            vector = self.session.call("complex_from_doubles", vector)
            return self.session.inside(self._with_dim, vector, new)
        vector, memory = self.session.inside(self._allocated, new)
        new.fill(memory)
        is_long_vector = not new.has_dim and memory.size > LARGEST_AXIS
        return self.session.call("drop_dim", vector) if is_long_vector else vector

    def _copied(self, new: NewNumbers, memory: Array) -> Any:
        flat: Any = memory.reshape(-1, order="F")
        self.allowance.spend(flat.nbytes)
        vector_class = self._classes[new.r_type]
        if new.r_type == "complex":  # rpy2 cannot make them from memory
            vector = vector_class(flat.tolist())
        else:  # an integer64 keeps its bits
            vector = vector_class.from_memoryview(memoryview(flat.view(DTYPES[new.r_type])))
        return self._with_dim(self.session.track(vector), new)

    def _allocated(self, new: NewNumbers) -> tuple[Any, Array]:
        """Return a vector that R allocates, and its memory."""
        self.allowance.note(new.size)
        sizes = [*map(float, new.shape or (1,))]
        self.allowance.spend(8 * len(sizes))
        reals = self.session.track(self._r.FloatSexpVector(sizes))
        vector = self.session.call("new_vector", self._names[new.r_type], reals)
        view = self._view(vector, new.r_type, new.shape)
        memory = RMemory(view, view, new.r_type, new.shape, writable=True)
        return self._with_dim(vector, new), np.asarray(memory).view(new.dtype)

    def _with_dim(self, vector: Any, new: NewNumbers) -> Any:
        if new.has_dim:
            vector.do_slot_assign("dim", self._dim(new.shape))
        return vector
