"""Real R, hosted by rpy2: the oracle that no code of pybridge takes part in.

`run_r` evaluates R source and brings the value back as NumPy arrays, lists and dicts, by a reader
of its own that shares nothing with `pybridge.conversion`. One call should carry many cases, since
each crossing costs far more than R's own work.
"""

import functools
import os
import re
from typing import Any

import numpy as np


@functools.cache
def _interface():
    os.environ.setdefault("RPY2_CFFI_MODE", "ABI")
    from rpy2 import rinterface

    rinterface.initr()
    return rinterface


def run_r(source: str, **variables: np.ndarray) -> Any:
    """Evaluate R source in a new environment, with `variables` as R arrays, and read the value."""
    ri = _interface()
    env = ri.baseenv["new.env"](parent=ri.globalenv)
    for name, value in variables.items():
        env[name] = _to_r(np.asarray(value))
    expressions = ri.baseenv["parse"](text=ri.StrSexpVector([source]))
    return read(ri.baseenv["eval"](expressions, env))


def _to_r(value: np.ndarray):
    ri = _interface()
    flat = value.ravel(order="F").tolist()
    kinds = {"b": ri.BoolSexpVector, "i": ri.IntSexpVector, "u": ri.IntSexpVector}
    kinds |= {"f": ri.FloatSexpVector, "c": ri.ComplexSexpVector, "U": ri.StrSexpVector}
    made = kinds[value.dtype.kind](flat)
    if value.ndim > 1:
        made = ri.baseenv["array"](made, dim=ri.IntSexpVector(list(value.shape)))
    return made


def read(value: Any) -> Any:
    """Read an R value: arrays in NumPy's shape, lists as lists or dicts, NULL as None.

    Missing values come back as NaN in numbers (logicals and integers that hold one become real)
    and as None in character vectors.
    """
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


def _with_holes(raw: np.ndarray, is_logical: bool) -> np.ndarray:
    holes = raw == -(2**31)
    if holes.any():
        return np.where(holes, np.nan, raw.astype(float))
    return raw.astype(bool) if is_logical else raw


def r_text(value: np.ndarray) -> str:
    """Write an array as R source that a person can paste."""
    flat = ", ".join(map(str, np.asarray(value).ravel(order="F").tolist()))
    if not flat:
        flat = "numeric(0)"
    text = re.sub(r"\bnan\b", "NaN", f"c({flat})").replace("True", "TRUE").replace("False", "FALSE")
    return text if np.ndim(value) < 2 else f"array({text}, dim = c{tuple(np.shape(value))})"
