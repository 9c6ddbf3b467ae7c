"""Real R, hosted by rpy2: an oracle independent of the rest of pybridge.

`run_r` evaluates R source and returns the value as NumPy arrays, lists and dicts, by a reader that
shares no code with `pybridge.conversion`. One call should evaluate many cases, because a call
takes far longer than the evaluation.
"""

from __future__ import annotations

import functools
import json
import os
from typing import Any

import numpy as np

from pybridge.errors import ArgumentError

Array = np.ndarray[Any, Any]


class RError(RuntimeError):
    """R stopped with an error; the message is R's."""


@functools.cache
def _interface() -> Any:
    os.environ.setdefault("RPY2_CFFI_MODE", "ABI")
    from rpy2 import rinterface

    rinterface.initr()
    return rinterface


def run_r(source: str, **variables: Any) -> Any:
    """Evaluate R source in a new environment, with `variables` as R arrays, and read the value.

    Arrays come back in NumPy's shape with every element at its position, a vector of R with one
    axis, lists as lists or dicts, NULL as None. A missing value comes back as NaN in numbers
    (logicals and integers that hold one become real), and as None in character vectors. An error
    of R is raised as `RError`.

    >>> run_r("x[2, ]", x=np.array([[1, 2], [3, 4]]))
    array([3, 4])
    """
    ri = _interface()
    from rpy2.rinterface_lib.embedded import RRuntimeError

    env = ri.baseenv["new.env"](parent=ri.globalenv)
    for name, value in variables.items():
        env[name] = _to_r(np.asarray(value))
    try:
        expressions = ri.baseenv["parse"](text=ri.StrSexpVector([source]))
        return read(ri.baseenv["eval"](expressions, env))
    except RRuntimeError as error:
        raise RError(str(error).strip()) from error


def _to_r(value: Array) -> Any:
    ri = _interface()
    kinds = {"b": ri.BoolSexpVector, "f": ri.FloatSexpVector}
    kinds |= {"c": ri.ComplexSexpVector, "U": ri.StrSexpVector}
    if value.dtype.kind in "iu":
        vector = (ri.IntSexpVector if _is_r_integer(value) else ri.FloatSexpVector)(_flat(value))
    elif value.dtype.kind in kinds:
        vector = kinds[value.dtype.kind](_flat(value))
    else:
        raise ArgumentError(f"the oracle takes no array of dtype {value.dtype}")
    if value.ndim > 1:
        vector = ri.baseenv["array"](vector, dim=ri.IntSexpVector(list(value.shape)))
    return vector


def _flat(value: Array) -> list[Any]:
    flat: list[Any] = value.ravel(order="F").tolist()
    return flat


def _is_r_integer(value: Array) -> bool:
    """Return whether R's integers hold every entry; otherwise reals are used, as by R's parser."""
    return not value.size or bool(int(value.min()) > -(2**31) and int(value.max()) < 2**31)


def read(value: Any) -> Any:
    """Read a value of R; see `run_r`."""
    ri = _interface()
    kind = value.typeof
    if kind == ri.RTYPES.NILSXP:
        return None
    if kind == ri.RTYPES.VECSXP:
        names = value.names
        entries = [read(entry) for entry in value]
        if names.typeof == ri.RTYPES.NILSXP:
            return entries
        return dict(zip(list(names), entries, strict=True))
    flat: Array
    if kind == ri.RTYPES.STRSXP:
        flat = np.array([None if entry is ri.NA_Character else str(entry) for entry in value], "O")
    elif kind == ri.RTYPES.REALSXP:
        flat = np.array(value.memoryview(), float)
    elif kind == ri.RTYPES.CPLXSXP:
        flat = np.array(list(value), complex)
    elif kind in (ri.RTYPES.INTSXP, ri.RTYPES.LGLSXP):
        flat = _with_holes(np.array(value.memoryview(), np.int64), kind == ri.RTYPES.LGLSXP)
    else:
        raise TypeError(f"the oracle does not read R's type {kind}")
    dim = value.do_slot("dim") if "dim" in value.list_attrs() else None
    return flat if dim is None else flat.reshape(tuple(dim), order="F")


def _with_holes(raw: Array, is_logical: bool) -> Array:
    holes = raw == -(2**31)
    if holes.any():
        return np.where(holes, np.nan, raw.astype(float))
    return raw.astype(bool) if is_logical else raw


def r_text(value: Any) -> str:
    """Return an array as R source, to paste into R.

    >>> r_text(np.array([[1.0, 2.0], [np.nan, 4.0]]))
    'array(c(1.0, NaN, 2.0, 4.0), dim = c(2, 2))'
    >>> r_text(np.array([3, 1])), r_text([True]), r_text("it")
    ('c(3L, 1L)', 'TRUE', '"it"')
    """
    array = np.asarray(value)
    entries = [_entry_text(entry) for entry in _flat(array)]
    empty = {"b": "logical(0)", "i": "integer(0)", "u": "integer(0)", "c": "complex(0)"}
    empty |= {"U": "character(0)"}
    if not entries:
        text = empty.get(array.dtype.kind, "numeric(0)")
    else:
        text = entries[0] if len(entries) == 1 else f"c({', '.join(entries)})"
    if array.ndim < 2:
        return text
    return f"array({text}, dim = c({', '.join(map(str, array.shape))}))"


def _entry_text(entry: Any) -> str:
    match entry:
        case None:
            return "NA"
        case bool():
            return "TRUE" if entry else "FALSE"
        case str():
            return json.dumps(entry, ensure_ascii=False)
        case int():
            return f"{entry}L" if abs(entry) < 2**31 else f"{entry}"
        case complex():
            real, imaginary = _entry_text(entry.real), _entry_text(entry.imag)
            return f"complex(real = {real}, imaginary = {imaginary})"
    if entry != entry:
        return "NaN"
    if entry in (float("inf"), float("-inf")):
        return "Inf" if entry > 0 else "-Inf"
    return repr(entry)
