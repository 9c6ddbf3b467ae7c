"""Read and make R objects in a Python process by rpy2's public API.

Nothing here calls R's C library. R's memory is accessed by rpy2's array interface and views, rpy2
makes small vectors, and R functions do the rest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from pybridge.conversion.frames import each
from pybridge.conversion.rpy2_session import Rpy2Session
from pybridge.conversion.rvalues import (
    DTYPES,
    MATRIX_SLOTS,
    TEXTS_OF,
    TYPE_NAMES,
    ListOfR,
    New,
    NewMatrix,
    NewNumbers,
    NewText,
    OtherObject,
    RowNames,
    Texts,
    Vector,
    check_shape,
)
from pybridge.conversion.strings import (
    BYTES_REFUSAL,
    all_texts,
    places_of,
    texts_from,
    vector_of_texts,
)
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]

_SMALL = 2**20
"""Up to this many bytes, a copy by rpy2 is faster than filling a vector that R allocates."""

_FEW = 16
"""Up to this many strings or complex numbers, rpy2 makes them one by one."""

_LONGEST_DIM = 2**31 - 1

_ITEMS = {name: (np.dtype(name).str, np.dtype(name).itemsize) for name in DTYPES.values()}


class RMemory:
    """The memory of an R vector, in NumPy's array protocol; it keeps the R object alive."""

    __slots__ = ("__array_interface__", "__weakref__", "sexp")

    sexp: Any
    """The rpy2 object that owns the memory."""

    def __init__(
        self, sexp: Any, view: Array, dtype: str, shape: tuple[int, ...], *, writable: bool
    ) -> None:
        """Describe the memory that begins where that of `view` does, as a column-major array."""
        self.sexp = sexp
        code, stride = _ITEMS[dtype]
        strides = []
        for size in shape:
            strides.append(stride)
            stride *= size
        self.__array_interface__ = {
            "version": 3,
            "data": (view.__array_interface__["data"][0], not writable),
            "typestr": code,
            "shape": shape,
            "strides": tuple(strides),
        }


class Rpy2Host(Rpy2Session):
    """R under rpy2's lock, with rpy2's objects."""

    def __init__(self, openrlib: Any) -> None:
        """Start R if it is not running; `openrlib` is rpy2's module."""
        super().__init__(openrlib)
        r = self._rinterface
        self._classes = {
            "logical": r.BoolSexpVector,
            "integer": r.IntSexpVector,
            "double": r.FloatSexpVector,
            "complex": r.ComplexSexpVector,
            "raw": r.ByteSexpVector,
            "character": r.StrSexpVector,
            "list": r.ListSexpVector,
        }
        self._dim_of = lru_cache(maxsize=256)(r.IntSexpVector)
        self._type_names = {name: self.inside(r.StrSexpVector, [name]) for name in DTYPES}
        self._shown = frozenset(filter(self._is_shown, DTYPES))

    def _is_shown(self, r_type: str) -> bool:
        """Return whether rpy2's views share R's memory, so that R sees what is written there."""
        return self.inside(self._sees_a_change, r_type)

    def _sees_a_change(self, r_type: str) -> bool:
        vector = self.call("new_vector", self._type_names[r_type], self._reals(1))
        try:
            self._memory(vector, r_type, (1,), writable=True)[0] = 1
        except ValueError:  # some builds of rpy2 have no view of complex numbers
            return False
        return bool(vector[0] == 1)

    # From R

    def look(self, sexp: Any, with_labels: bool = False) -> Any:
        """Return the description of an R object."""
        return self.inside(self._look, sexp, with_labels)

    def _look(self, sexp: Any, with_labels: bool) -> Any:
        code = sexp.typeof
        if code == 0:
            return None
        r_type = TYPE_NAMES.get(code, "object")
        # Objects of rpy2.robjects use the active converters.
        sexp = self._classes.get(r_type, self._rinterface.Sexp)(sexp)
        attributes = self._attributes(sexp)
        if "class" in attributes:
            classes = tuple(map(str, self._texts(self._slot(sexp, "class"))))
        else:
            # Some objects, such as references, have no readable class.
            classes = ("?",) if r_type == "S4" else ()
        if r_type == "list":
            if "dim" in attributes:
                raise ConversionError("a list with a dim has no counterpart: c(x) drops the dim")
            names = self._texts(self._slot(sexp, "names")) if "names" in attributes else None
            rows = self._row_names(sexp, attributes) if "data.frame" in classes else None
            return ListOfR([*map(self._tracked, sexp)], names, classes, rows)
        if r_type in self._classes:
            return self._vector(sexp, r_type, attributes, classes, with_labels)
        slots = {
            name: self._slot(sexp, name)
            for name in attributes
            if r_type == "S4" and name in MATRIX_SLOTS
        }
        return OtherObject(r_type, classes, slots)

    def _attributes(self, sexp: Any) -> tuple[str, ...]:
        names = sexp.list_attrs()
        return tuple(names) if len(names) else ()

    def _slot(self, sexp: Any, name: str) -> Any:
        return self._tracked(sexp.do_slot(name))

    def _vector(
        self,
        sexp: Any,
        r_type: str,
        attributes: tuple[str, ...],
        classes: tuple[str, ...],
        with_labels: bool,
    ) -> Vector:
        shape = self._shape(sexp, r_type, "dim" in attributes)
        texts: Texts = []
        if r_type == "character":
            texts, values = places_of(*self._strings(sexp), shape)
        else:
            values = self._view(sexp, r_type, shape)
            own = next((TEXTS_OF[name] for name in classes if name in TEXTS_OF), None)
            if own in attributes:
                texts = self._texts(self._slot(sexp, own))
        dimnames = self._dimnames(sexp, attributes, len(shape)) if with_labels else None
        return Vector(r_type, values, "dim" in attributes, classes, texts, dimnames)

    def _row_names(self, sexp: Any, attributes: tuple[str, ...]) -> RowNames | None:
        if "row.names" not in attributes:
            return None
        # R expands its short form.
        names = self._slot(sexp, "row.names")
        if not isinstance(names, self._classes["integer"]):
            return self._texts(names)
        numbers = self._view(names, "integer", (len(names),))
        is_automatic = np.array_equal(numbers, np.arange(1, len(numbers) + 1))
        return len(numbers) if is_automatic else numbers

    def _shape(self, sexp: Any, r_type: str, has_dim: bool) -> tuple[int, ...]:
        length = len(sexp)
        if not has_dim:
            return (length,)
        dim = self._slot(sexp, "dim")
        name = TYPE_NAMES.get(dim.typeof, "object")
        if name != "integer":
            raise ConversionError(f"the dim of an R array is of type {name}: it is broken")
        check_shape(r_type, length, tuple(dim))
        return tuple(map(int, dim))

    def _view(self, sexp: Any, r_type: str, shape: tuple[int, ...]) -> Array:
        """Return a read-only view of R's memory, which keeps the R object alive."""
        if 0 in shape:
            empty = np.empty(shape, DTYPES[r_type], order="F")
            empty.flags.writeable = False
            return empty
        if len(shape) == 1 and shape[0] > _LONGEST_DIM:
            # rpy2 reads the length of a vector without a dim as an int.
            sexp = self.call("set_dim", sexp, self._reals(*_as_matrix(*shape)))
        if r_type == "complex" and r_type not in self._shown:
            real, imaginary = self.call("parts", sexp)
            parts = [self._memory(part, "double", shape) for part in (real, imaginary)]
            return np.asarray(parts[0] + 1j * parts[1])
        return self._memory(sexp, r_type, shape)

    def _memory(
        self, sexp: Any, r_type: str, shape: tuple[int, ...], *, writable: bool = False
    ) -> Array:
        if r_type == "complex":
            view = np.asarray(self._rinterface.vector_memoryview(sexp, "Rcomplex", "D"))
        else:
            # rpy2 gives the address; NumPy would see only the first element.
            view = np.frombuffer(sexp.__array_interface__["data"], "u1")
        memory = RMemory(sexp, view, DTYPES[r_type], shape, writable=writable)
        return np.asarray(self._tracked(sexp, memory))

    def _strings(self, sexp: Any) -> tuple[list[str], Array | None]:
        memory, codes = self.call("apart", sexp), None
        if memory.typeof == 0:
            raise ConversionError(BYTES_REFUSAL)
        if isinstance(memory, self._classes["list"]):
            memory, codes = map(self._tracked, memory)
            codes = self._memory(codes, "integer", (len(codes),)) if len(codes) else np.empty(0)
        count = len(memory)
        return texts_from(self._memory(memory, "raw", (count,)).tobytes() if count else b""), codes

    def _texts(self, sexp: Any) -> Texts:
        if not isinstance(sexp, self._rinterface.StrSexpVector):
            name = TYPE_NAMES.get(sexp.typeof, "object")
            raise ConversionError(
                f"an R object of type {name} is where R stores text: the object that it belongs "
                "to is broken"
            )
        return all_texts(*self._strings(sexp))

    def _dimnames(
        self, sexp: Any, attributes: tuple[str, ...], ndim: int
    ) -> tuple[list[Texts | None], Texts] | None:
        texts = self._rinterface.StrSexpVector
        if "dimnames" not in attributes:
            own = self._slot(sexp, "names") if "names" in attributes and ndim == 1 else None
            return ([self._texts(own)], [None]) if isinstance(own, texts) else None
        dimnames = self._slot(sexp, "dimnames")
        names: Texts = [None] * ndim
        labels = [self._texts(one) if isinstance(one, texts) else None for one in dimnames]
        if "names" in self._attributes(dimnames):
            names = self._texts(self._slot(dimnames, "names"))
        return labels, names

    # To R

    def make(self, new: New) -> Any:
        """Return an R object."""
        if isinstance(new, NewNumbers):
            vector = self._make_numbers(new)
        elif isinstance(new, NewText):
            vector = self.inside(self._make_text, new)
        elif new is None:
            return self._rinterface.NULL
        elif hasattr(new, "__sexp__"):
            return new
        elif isinstance(new, NewMatrix):
            return self.call(
                "new_matrix", self.make(vector_of_texts([new.name])), self.make(new.slots)
            )
        else:
            elements = each(self.make, new.elements, new.places or [""] * len(new.elements))
            vector = self.inside(self._make_list, elements)
        if not new.attributes:
            return vector
        attributes = {name: self.make(value) for name, value in new.attributes.items()}
        return self.inside(self._finished, vector, attributes)

    def _finished(self, vector: Any, attributes: dict[str, Any]) -> Any:
        for name, value in attributes.items():
            self._spend(0)
            if name == "class":
                vector.rclass = value
            else:
                vector.do_slot_assign(name, value)
        return vector

    def _make_numbers(self, new: NewNumbers) -> Any:
        is_small = new.size <= (_SMALL if new.r_type != "complex" else 16 * _FEW)
        if new.r_type not in self._shown or (is_small and self._has_room(new.size)):
            # The copy needs no lock: nothing else refers to the new memory.
            return self.inside(self._copied, new, new.filled())
        vector, memory = self.inside(self._empty, new)
        new.fill(memory)
        is_long_vector = not new.has_dim and memory.size > _LONGEST_DIM
        return self.call("drop_dim", vector) if is_long_vector else vector

    def _copied(self, new: NewNumbers, memory: Array) -> Any:
        flat: Any = memory.reshape(-1, order="F")
        self._spend(flat.nbytes)
        if new.r_type == "complex" and flat.size <= _FEW:
            vector = self._classes["complex"](flat.tolist())
        elif new.r_type == "complex":  # rpy2 cannot make them from memory
            parts = self._classes["double"].from_memoryview(memoryview(flat.view("f8")))
            vector = self.call("complex", self._tracked(parts))
        else:
            flat = flat.view(DTYPES[new.r_type])  # an integer64 keeps its bits
            vector = self._classes[new.r_type].from_memoryview(memoryview(flat))
        if new.has_dim:
            vector.do_slot_assign("dim", self._dim_of(new.shape))
        return self._tracked(vector)

    def _empty(self, new: NewNumbers) -> tuple[Any, Array]:
        is_long_vector = len(new.shape) == 1 and new.source.size > _LONGEST_DIM
        sizes = _as_matrix(new.source.size) if is_long_vector else new.shape
        vector = self.call("new_vector", self._type_names[new.r_type], self._reals(*sizes))
        self._left -= new.size
        if new.has_dim and len(sizes) == 1:
            vector.do_slot_assign("dim", self._dim_of(new.shape))
        memory = self._memory(vector, new.r_type, new.shape, writable=True)
        return vector, memory.view(new.dtype)

    def _make_text(self, new: NewText) -> Any:
        vector = self._make_few_texts(new) if new.count <= _FEW else self._make_texts(new)
        if new.has_dim:
            vector.do_slot_assign("dim", self._dim_of(new.shape))
        return vector

    def _make_few_texts(self, new: NewText) -> Any:
        self._spend(4 * len(new.memory) + 100 * new.count)
        return self._tracked(self._classes["character"](new.texts()))

    def _make_texts(self, new: NewText) -> Any:
        places = new.places_of_na
        if places is not None:
            r_type = "integer" if places.dtype == "i4" else "double"
            places = self._make_numbers(NewNumbers(r_type, DTYPES[r_type], places))
        arguments = [
            self._make_numbers(NewNumbers("raw", "u1", np.frombuffer(new.memory, "u1"))),
            self._reals(new.count),
            self._reals(float(new.is_ascii)),
            self._rinterface.NULL if places is None else places,
        ]
        self._left -= 100 * new.count
        return self.call("strings", *arguments)

    def _make_list(self, elements: Sequence[Any]) -> Any:
        self._spend(8 * len(elements))
        vector = self._rinterface.ListSexpVector(elements)
        return self._tracked(vector)


def _as_matrix(size: int) -> tuple[int, int]:
    """Return the sizes of a matrix with that many elements."""
    rows = next(rows for rows in range(2**16, 0, -1) if size % rows == 0)
    return rows, size // rows


_hosts: list[Rpy2Host] = []


def r_host() -> Rpy2Host:
    """Return R, started at the first call.

    A process has one R and one host; rpy2's lock protects them.
    """
    if not _hosts:
        try:
            openrlib: Any = import_module("rpy2.rinterface_lib.openrlib")
        except ImportError as error:
            raise ImportError(
                "conversion needs rpy2 and R: install the extra `rpy2` of this package"
            ) from error
        except OSError as error:  # the system finds no R library there
            raise ImportError(
                f"conversion needs R, which is not at R_HOME, {os.environ.get('R_HOME')!r}: "
                f"unset it, or set it to what `R RHOME` prints ({error})"
            ) from error
        with openrlib.rlock:
            if not _hosts:
                _hosts.append(Rpy2Host(openrlib))
    return _hosts[0]
