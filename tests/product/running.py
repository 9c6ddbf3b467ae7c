"""Apply each verb to each kind of array: served, refused, wrong, or another library's error."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from backends.adapters import ALL, STORES
from product.expected import NEVER
from product.kind import Kind, objects
from product.kinds import LIBRARIES
from product.verbs import VERBS, Verb

from pybridge.errors import PybridgeError, SummaryWarning

_PLAIN_RESULTS = ("builtins", "scipy", "keras", "anndata")
"""Libraries of which a part may be an object of another one."""
SERVED, REFUSED, WRONG, FOREIGN = "served", "refused", "wrong", "foreign"


def elements_of(result: Any) -> np.ndarray:
    """Return the elements of a result of any library as Python's objects.

    NaN, a masked element and NaT are `None`. Nothing of pybridge is used.
    """
    module = type(result).__module__.partition(".")[0]
    if isinstance(result, int | float | bool | str | bytes):
        return objects(_plain(result))
    match module:
        case "torch":
            return elements_of(_of_torch(result))
        case "jax" | "jaxlib":
            if result.dtype.name.startswith("key<"):  # a shape and no elements
                return elements_of(np.broadcast_to(np.float64(np.nan), result.shape))
            values = np.asarray(result)
            return elements_of(values if values.dtype.kind != "V" else values.astype("f4"))
        case "tensorflow":
            values = result.numpy()
            is_text = result.dtype.name == "string"
            return elements_of(_decoded(values) if is_text else values)
        case "keras":
            return elements_of(np.asarray(result))
        case "dask":
            return elements_of(result.compute(scheduler="sync"))
        case "xarray":
            return elements_of(result.data)
        case "pandas":
            if not hasattr(result, "iloc"):  # a missing element
                return objects(None)
            values = result.to_numpy(object)
            return elements_of(np.where(result.isna(), None, values))
        case "polars":
            if not hasattr(result, "rows"):
                return objects(result.to_list())
            entries = [entry for row in result.rows() for entry in row]
            return objects_like(np.empty(result.shape), entries)
        case "pyarrow":
            return _of_pyarrow(result)
        case "sparse":
            return elements_of(
                np.asarray(result.todense()) if hasattr(result, "todense") else result
            )
        case "array_api_strict":
            return elements_of(np.asarray(result._array))
        case "rpy2":
            return _of_r(result)
        case name if name in STORES:
            return elements_of(np.asarray(result[...]))
        case name if name in ALL:  # a library that NumPy may not read
            return elements_of(ALL[name].read(result))
    return _of_numpy(result)


def _of_pyarrow(result: Any) -> np.ndarray:
    if hasattr(result, "as_py"):
        return objects(result.as_py())
    if not hasattr(result, "columns"):
        return objects(result.to_pylist())
    columns = [column.to_pylist() for column in result.columns]
    rows = range(result.num_rows)
    entries = [column[row] for row in rows for column in columns]
    return objects_like(np.empty((len(rows), len(columns))), entries)


def _of_torch(result: Any) -> np.ndarray:
    import torch
    from torch._subclasses.fake_tensor import FakeTensor

    if result.is_quantized:
        result = result.dequantize()
    if result.is_meta or isinstance(result, FakeTensor):  # a shape and no elements
        return np.broadcast_to(np.float64(np.nan), result.shape)
    result = result.detach().cpu().resolve_conj().resolve_neg()
    if result.dtype is torch.complex32:
        result = result.to(torch.complex64)
    if result.is_floating_point():
        result = result.to(torch.float64)
    return result.numpy()


def _of_r(result: Any) -> np.ndarray:
    """Return the elements of a vector or array of R, which R itself finds missing or not."""
    import rpy2.rinterface as ri

    if ri.baseenv["is.data.frame"](result)[0]:
        result = ri.baseenv["as.matrix"](result)
    vector = ri.baseenv["as.vector"](result)
    missing = list(ri.baseenv["is.na"](vector))
    entries = [None if m else _plain(entry) for m, entry in zip(missing, vector, strict=True)]
    sizes = ri.baseenv["dim"](result)
    shape = (len(entries),) if sizes is ri.NULL else tuple(sizes)
    return objects_like(np.empty(shape[::-1]), entries).T


def _decoded(values: Any) -> np.ndarray:
    values = np.asarray(values, object)
    return objects_like(values, [entry.decode() for entry in values.ravel()])


def objects_like(values: Any, entries: list[Any]) -> np.ndarray:
    found = np.empty(np.shape(values), object)
    for place, entry in zip(np.ndindex(*found.shape), entries, strict=True):
        found[place] = entry
    return found


def _of_numpy(result: Any) -> np.ndarray:
    mask = np.ma.getmaskarray(result) if isinstance(result, np.ma.MaskedArray) else None
    values = np.asarray(np.ma.getdata(result))
    if values.dtype.kind == "V" and values.dtype.names is None and "float" in values.dtype.name:
        values = values.astype("f4")
    if values.dtype.kind in "mM":
        entries = [None if np.isnat(entry) else int(entry.astype("i8")) for entry in values.ravel()]
    elif values.dtype.kind == "O":
        entries = [_plain(entry) for entry in values.ravel().tolist()]
    elif values.dtype.char == "g":
        entries = [_plain(float(entry)) for entry in values.ravel()]
    else:
        entries = [_plain(entry) for entry in values.ravel().tolist()]
    if mask is not None:
        if mask.dtype.names is not None:
            mask = np.array([all(row) for row in mask.ravel().tolist()]).reshape(mask.shape)
        entries = [None if m else entry for m, entry in zip(mask.ravel(), entries, strict=True)]
    return objects_like(values, entries)


def _plain(entry: Any) -> Any:
    if isinstance(entry, np.ndarray):
        return tuple(entry.tolist())
    if isinstance(entry, np.generic):
        entry = entry.item()
    try:
        return None if entry != entry else entry
    except TypeError:
        return entry


def same(found: np.ndarray, expected: np.ndarray, tolerance: float = 0.0) -> bool:
    """Return whether elements and shapes are the same; numbers as near as is asked."""
    if found.shape != expected.shape:
        return False
    pairs = zip(found.ravel().tolist(), expected.ravel().tolist(), strict=True)
    return all(_equal(one, other, tolerance) for one, other in pairs)


def _equal(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, np.generic):
        one = one.item()
    kinds = (bool, int, float, complex)
    if isinstance(one, kinds) and isinstance(other, kinds):
        return abs(complex(one) - complex(other)) <= tolerance * abs(complex(other)) + 1e-12
    return type(one) is type(other) and one == other


def outcome(kind: Kind, verb: Verb) -> tuple[str, str]:
    """Return the outcome of a verb on a kind of array, and a text with details."""
    expected = verb.expect(kind.reference, kind)
    x = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("ignore", SummaryWarning)
            x = kind.make()
            result = _result(kind, verb, x)
            found = elements_of(result)
    except PybridgeError as error:
        if verb.is_write and x is not None:
            return _unchanged(kind, x, error)
        return REFUSED, f"{type(error).__name__}: {error}"
    except Exception as error:
        text = (str(error).splitlines() or [""])[0]
        if type(error).__name__ in kind.late:
            return REFUSED, f"when the code runs: {text}"
        return FOREIGN, f"{type(error).__module__}.{type(error).__name__}: {text[:200]}"
    if kind.keeps_rows and found.shape == (1, *np.shape(expected)):
        found = found[0]
    if expected is NEVER:
        return WRONG, f"gave {found.tolist()}, which should be refused"
    if not isinstance(expected, np.ndarray):  # one element, which may be a vector
        expected = objects(list(expected) if found.ndim and expected else expected)
    if not same(found, expected, kind.tolerance):
        return WRONG, f"gave {found.tolist()}, not {expected.tolist()}"
    is_input = kind.is_traced and isinstance(x, np.ndarray)  # of a graph, whose tensors are others
    if verb.keeps_dtype and not is_input and (text := _changed_type(x, result)):
        return WRONG, text
    return SERVED, ""


def _changed_type(x: Any, result: Any) -> str:
    """Return how the library or the dtype of a result differs from that of the array, or "".

    Byte order is free, one element may be an object of Python or a scalar of NumPy; stores, and
    vectors of sparse matrices, give arrays of NumPy, variables of Keras tensors of its backend,
    parts of an AnnData what they are derived from.
    """
    if getattr(result, "ndim", 0) == 0:
        return ""
    dtypes = [getattr(each, "dtype", "") for each in (x, result)]
    names = [str(getattr(each, "name", each)) for each in dtypes]
    if "" not in names and names[0] not in ("object", names[1]):  # vectors of HDF5 are objects
        return f"gave the dtype {names[1]}, not {names[0]}"
    libraries = [type(each).__module__.partition(".")[0] for each in (x, result)]
    may_differ = libraries[0] in (*STORES, *_PLAIN_RESULTS)
    if libraries[0] != libraries[1] and not may_differ:
        return f"gave an object of {libraries[1]}, not of {libraries[0]}"
    return ""


def _result(kind: Kind, verb: Verb, x: Any) -> Any:
    """Return what a verb gives; a trace returns tensors alone, so that plain values go around."""
    plain: list[Any] = []

    def act(y: Any) -> Any:
        result = verb.act(y, kind)
        if verb.is_write:
            return y
        if not isinstance(result, int | float | np.ndarray | np.generic):
            return result
        plain.append(result)
        return y if kind.is_traced else result

    result = kind.run(act, x)
    return plain[0] if plain else result


def _unchanged(kind: Kind, x: Any, error: Exception) -> tuple[str, str]:
    """Return that a write was refused, if the array is as it was as far as anything can be read."""
    text = f"{type(error).__name__}: {error}"
    if kind.is_traced:
        return REFUSED, text
    try:
        now = elements_of(x)
    except Exception:  # there is nothing to be read, before as after
        return REFUSED, text
    if now.shape == kind.reference.shape and not same(now, kind.reference):
        return WRONG, f"was changed to {now.tolist()} by what was refused: {text}"
    return REFUSED, text


@dataclass(frozen=True)
class Found:
    """The outcome of one form of a verb on one kind of array."""

    kind: str
    group: str
    form: str
    outcome: str
    text: str
    has_answer: bool
    """Whether the elements have an answer, so that a refusal leaves something out."""


LARGE = ("jax", "standard", "tensorflow")
"""Libraries whose product of kinds and verbs takes long, since they compile."""
WHOLE_KINDS = ("int64", "float64", "bool")
SOME_VERBS = ("read", "write", "r_assign", "array_reshape", "which", "Summary", "Math", "to_r")
"""The groups of which every kind takes the first form, where three kinds take all verbs."""


def combinations(library: str, *, is_whole: bool = True) -> Iterator[Found]:
    """Yield the outcome of every combination of a library.

    Where not the whole product is asked for, some kinds take every verb, and all kinds some verbs.
    """
    for name, kind in LIBRARIES[library]():
        for group, forms in VERBS.items():
            if library == "others" and (group.startswith("as a ") or group == "to_r"):
                continue  # lists, columns and numbers are subscripts, values, and objects of R
            for form, verb in forms.items():
                is_some = group in SOME_VERBS and form == next(iter(forms))
                if is_whole or is_some or name in WHOLE_KINDS:
                    has_answer = verb.expect(kind.reference, kind) is not NEVER
                    yield Found(name, group, form, *outcome(kind, verb), has_answer)
