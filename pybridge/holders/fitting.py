"""Cast the value of an assignment to the dtype of a tensor, without losing information.

r/R/array-value.R has the same rules for R's own arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Backend, Tensor
from pybridge.errors import (
    AssignmentError,
    LossyValueError,
    MissingValueError,
    PybridgeError,
    TracingError,
)
from pybridge.holders.array_likes import as_objects, has_wide_integers, readable
from pybridge.holders.protocol import Value
from pybridge.lossless import (
    LossyCast,
    cast,
    fits_unchecked,
    is_narrow,
    is_safe_cast,
    kind_of,
    lost_entries,
    lost_in_narrow,
)
from pybridge.shape import Shape
from pybridge.subscripts import is_missing, number_text
from pybridge.subscripts.notation import as_real

if TYPE_CHECKING:
    import numpy.typing as npt

Target: TypeAlias = Literal["tensor", "column"]
"""What a value is assigned into, in errors."""

_NUMPY_TYPES: Final = (np.ndarray, np.generic)


def is_number(value: Any) -> bool:
    """Return whether a value is one of Python's own numbers."""
    return type(value) is int or type(value) is float


def fit_value(backend: Backend, x: Tensor, value: Value) -> Tensor:
    """Return a value cast to the dtype of `x` without loss, or raise `LossyValueError`.

    A tensor of the same library stays on its device and in its graph, and gradients flow to it. Any
    other value becomes a NumPy array, which `backend.convert` takes to the library once it has its
    final shape, because small operations cost least in NumPy. The values of a traced tensor are
    unknown: a cast within one kind or to a wider kind (integers to reals) is left to the library,
    and any other raises.
    """
    elements, holder = value.elements, value.holder
    name = x.dtype.char if backend is NUMPY else backend.dtype_name(x)
    if fits_unchecked(elements, name):
        if backend.takes_numbers:
            return elements
        return np.array(elements, "float32" if name == "bfloat16" else name)
    source_backend = None
    if holder is not None:
        source_backend, elements = holder.as_array(elements)
    if source_backend is not backend or backend is NUMPY:
        elements = _in_numpy(backend.name, source_backend, elements)
        if backend is not NUMPY:
            return cast_for(name, elements)
        is_masked = isinstance(x, np.ma.MaskedArray)
        return masked_cast(elements, x.dtype) if is_masked else lossless_cast(elements, x.dtype)
    source, target = backend.dtype_name(elements), name
    if source != target and not is_safe_cast(source, target):
        if not backend.is_traced(elements):
            cast_for(target, backend.stored_values(elements))
        elif not is_safe_cast(source, target, "same_kind"):
            raise LossyValueError(
                f"a traced value of dtype {source} may lose information in a tensor of dtype "
                f"{target}; convert the value first",
                dtype=target,
            )
    return backend.convert(elements, x)


def fit_in_numpy(name: str, dtype: str, value: Value) -> npt.NDArray[Any]:
    """Return a value as an array for a dtype of the library `name`, cast without loss."""
    elements, source_backend = value.elements, None
    if value.holder is not None:
        source_backend, elements = value.holder.as_array(elements)
    return cast_for(dtype, _in_numpy(name, source_backend, elements))


def _in_numpy(name: str, source_backend: Backend | None, elements: Any) -> Any:
    """Return elements of another library than `name` in NumPy, or as NumPy reads them."""
    if source_backend is None or source_backend is NUMPY:
        return elements
    if source_backend.is_traced(elements):
        raise TracingError(
            f"a traced {source_backend.name} value cannot go into a {name} tensor; convert the "
            "tensor first"
        )
    return source_backend.to_numpy(elements)


def refuse_unbroadcast(sizes: Shape, shape: Shape) -> None:
    """Raise `AssignmentError` where a value of `sizes` does not broadcast into a selection.

    As in NumPy's assignment, surplus leading axes must have size 1.
    """
    if sizes == shape:
        return
    extra = max(len(sizes) - len(shape), 0)
    tail = shape[len(shape) - len(sizes) :] if not extra else shape
    if sizes[:extra] != (1,) * extra or any(
        mine != size and mine != 1 and mine is not None and size is not None
        for mine, size in zip(sizes[extra:], tail, strict=True)
    ):
        raise AssignmentError(
            f"a value of shape {sizes} does not broadcast into a selection of shape {shape}"
        )


def backend_of_value(backend: Backend, value: Tensor) -> Backend:
    """Return the backend of a value that `fit_value` returned for a tensor of `backend`."""
    return NUMPY if isinstance(value, _NUMPY_TYPES) else backend


def cast_for(name: str, value: Any) -> npt.NDArray[Any]:
    """Return `value` cast without loss for a tensor of a dtype; reals that NumPy lacks as float32.

    >>> cast_for("bfloat16", [1.0, 256])
    array([  1., 256.], dtype=float32)
    """
    if name == "string":
        return _texts(value)
    if is_narrow(name):
        return _narrow(name, value)
    if name == "complex32":
        return _narrow_complex(value)
    try:
        dtype = np.dtype(name)
    except TypeError:
        raise AssignmentError(
            f"values cannot be assigned into a tensor of dtype {name}; convert it first"
        ) from None
    return lossless_cast(value, dtype)


def _narrow(name: str, value: Any) -> npt.NDArray[Any]:
    """Return a value as float32, checked for a narrower dtype that NumPy lacks."""
    cast = lossless_cast(value, np.dtype(np.float32))
    array = _as_array(value)
    lost = lost_in_narrow(array if array.dtype.kind in "biu" else cast, name)
    if lost.any():
        raise _lossy(array[lost].flat[0], name)
    return cast


def _narrow_complex(value: Any) -> npt.NDArray[Any]:
    array = _as_array(value)
    cast = lossless_cast(value, np.dtype(np.complex64))
    for part in (array,) if array.dtype.kind in "iu" else (cast.real, cast.imag):
        lossless_cast(part, np.dtype(np.float16))
    return cast


def _texts(value: Any) -> npt.NDArray[Any]:
    array = _as_array(value)
    flat = array.ravel().tolist()
    if array.dtype.kind not in "SU" and not all(isinstance(one, str | bytes) for one in flat):
        raise AssignmentError(
            f"a value of type {_type_text(array, value)} does not fit a tensor of strings"
        )
    for text in flat:
        need_utf8(text, AssignmentError)
    return array.astype(object)


def need_utf8(text: Any, refusal: type[PybridgeError]) -> None:
    """Raise for text that UTF-8 cannot encode; values that are not text are ignored."""
    try:
        if isinstance(text, str):
            text.encode()
    except UnicodeEncodeError as error:
        raise refusal(
            f"{text!r} holds half of a surrogate pair, which UTF-8 cannot write"
        ) from error


def lossless_cast(value: Any, dtype: np.dtype[Any], target: Target = "tensor") -> npt.NDArray[Any]:
    """Return `value` as an array of `dtype`, or raise `LossyValueError`; errors name `target`.

    The rule is that of `pybridge.lossless`. Logicals are 0 and 1, as in R. `NA`, and a masked
    element, become NaN, or raise `MissingValueError` where `dtype` has no missing value.

    >>> from pybridge import NA
    >>> lossless_cast([1.0, 2.0], np.dtype("uint8")), lossless_cast([NA, 2], np.dtype("float64"))
    (array([1, 2], dtype=uint8), array([nan,  2.]))
    """
    array = _as_array(value)
    if array.dtype.kind in "fc" and has_wide_integers(value):  # NumPy has rounded them
        array = _with_wide_integers(value, dtype, target)
    missing = _missing_entries(value, array)
    if missing is not None and not (
        # R's NA is a NaN already, which R recognizes by its bits.
        array.dtype.kind == "f" and dtype.kind in "fc" and np.isnan(array[missing]).all()
    ):
        return _cast_around(missing, array, dtype, target)
    if array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    source = array.dtype
    if dtype.kind == "T" or source.kind == "T":  # NumPy's own strings of any length
        return _strings(array, value, dtype, target)
    if source == dtype and source.char != dtype.char:  # another C type, such as long long
        return array.view(dtype)
    if dtype.kind == "O" and source.kind in "mM":
        return as_objects(array)
    if dtype.kind in "mM" and source.kind in ("iu" if dtype.kind == "m" else "") + dtype.kind:
        return _times(array, dtype, target)
    is_rounded = source.kind in "iu" and dtype.kind in "fc"  # NumPy calls int64 to float64 safe
    if source == dtype or (np.can_cast(source, dtype, "safe") and not is_rounded):
        return array.astype(dtype, copy=False)
    if (source.kind in "OSUmMV") != (dtype.kind in "OSUmMV") or source.kind not in "biufc":
        if dtype.kind == "O" or (source.kind == dtype.kind and dtype.kind in "SU"):
            return _exact(array, dtype, target)
        raise AssignmentError(
            f"a value of type {_type_text(array, value)} does not fit a {target} of dtype {dtype}"
        )
    return _exact(array, dtype, target)


def _as_array(value: Any) -> npt.NDArray[Any]:
    try:
        return np.asarray(value if isinstance(value, np.ma.MaskedArray) else readable(value))
    except AssignmentError:
        raise
    except Exception as error:  # uneven rows, a list inside itself, whatever an object raises
        raise AssignmentError(
            f"a value of type {type(value).__name__} is not an array of even rows; {error}"
        ) from error


def _with_wide_integers(value: Any, dtype: np.dtype[Any], target: Target) -> npt.NDArray[Any]:
    """Return a list of integers and reals, some beyond 2**53, as integers; or raise for a loss."""
    objects = np.array(value, object)
    if dtype.kind == "O":
        return objects
    entries = objects.ravel().tolist()
    is_whole = dtype.kind in "biu"
    for entry in entries:
        if isinstance(entry, int):
            is_lost = not is_whole and as_real(entry) != entry
        else:
            is_lost = dtype.kind != "c" and complex(entry).imag != 0
            is_lost = is_lost or (is_whole and complex(entry).real % 1 != 0)
        if is_lost:
            raise _lossy(entry, dtype, target)
    if dtype.kind == "c":
        return np.array([complex(entry) for entry in entries]).reshape(objects.shape)
    reals = [entry.real for entry in entries]
    known = [int(real) for real in reals] if is_whole else [float(real) for real in reals]
    return np.array(known).reshape(objects.shape)


def _strings(
    array: npt.NDArray[Any], value: Any, dtype: np.dtype[Any], target: Target
) -> npt.NDArray[Any]:
    """Return texts in a dtype of texts, none truncated."""
    texts = array.astype(object)
    na_object = getattr(dtype, "na_object", "")
    flat = texts.ravel().tolist()
    if dtype.kind not in "OTU" or not all(isinstance(one, str) or one is na_object for one in flat):
        raise AssignmentError(
            f"a value of type {_type_text(array, value)} does not fit a {target} of dtype {dtype}"
        )
    if dtype.kind == "T":
        for text in flat:
            need_utf8(text, AssignmentError)
    cast = texts.astype(dtype)
    for one, arrived in zip(flat, cast.ravel().tolist(), strict=True):
        if one != arrived and one is not arrived:
            raise _lossy(one, dtype, target)
    return cast


def _times(array: npt.NDArray[Any], dtype: np.dtype[Any], target: Target) -> npt.NDArray[Any]:
    """Return times, or numbers of a unit, in another unit; none is rounded or wraps around."""
    try:
        cast = array.astype(dtype)
        lost = lost_entries(array, cast)
    except OverflowError as error:  # some releases of NumPy check
        raise LossyValueError(
            f"a time of dtype {array.dtype} is beyond what a {target} of dtype {dtype} can hold; "
            f"convert the {target} first",
            dtype=str(dtype),
        ) from error
    except TypeError as error:
        raise AssignmentError(
            f"a value of type {array.dtype} does not fit a {target} of dtype {dtype}: {error}"
        ) from error
    if lost.any():
        raise _lossy(array[lost].flat[0], dtype, target)
    return cast


def _missing_entries(value: Any, array: npt.NDArray[Any]) -> npt.NDArray[np.bool_] | None:
    """Return where a value is `NA`, or None where it never is."""
    if isinstance(value, np.ma.MaskedArray):
        missing = np.ma.getmaskarray(value)
        if missing.dtype.names is not None:
            raise AssignmentError(
                "a masked array of records cannot be a value; fill its holes first"
            )
    elif array.dtype.kind == "O":
        flat = [is_missing(entry) for entry in array.ravel().tolist()]
        missing = np.array(flat, bool).reshape(array.shape)
    else:
        return None
    return missing if missing.any() else None


def masked_cast(value: Any, dtype: np.dtype[Any], target: Target = "tensor") -> npt.NDArray[Any]:
    """Return `value` cast without loss for a masked array of `dtype`; `NA` becomes masked.

    >>> from pybridge import NA
    >>> masked_cast([NA, 2], np.dtype("int8")).tolist()
    [None, 2]
    """
    if isinstance(value, np.ma.MaskedArray) and value.dtype == dtype:
        return value
    array = _as_array(value)
    missing = _missing_entries(value, array)
    if missing is None:
        return lossless_cast(value, dtype, target)
    return np.ma.MaskedArray(_cast_known(missing, array, dtype, target), missing)


def _cast_around(
    missing: npt.NDArray[np.bool_], array: npt.NDArray[Any], dtype: np.dtype[Any], target: Target
) -> npt.NDArray[Any]:
    """Cast the known entries, and set the missing ones to NaN."""
    if kind_of(dtype.name) not in ("f", "c"):
        raise MissingValueError(
            f"the value holds NA, and a {target} of dtype {dtype} has no missing value; convert "
            f"the {target} to a real dtype first",
            dtype=str(dtype),
        )
    cast = _cast_known(missing, array, dtype, target)
    cast[missing] = complex(np.nan, np.nan) if dtype.kind == "c" else np.nan
    return cast


def _cast_known(
    missing: npt.NDArray[np.bool_], array: npt.NDArray[Any], dtype: np.dtype[Any], target: Target
) -> npt.NDArray[Any]:
    """Cast the known entries into new memory; the others are arbitrary."""
    if missing.all():
        return np.zeros(array.shape, dtype)
    filled = array.copy()
    filled[missing] = array[~missing][0]
    if array.dtype.kind == "O" and dtype.kind != "O":
        filled = _as_array(filled.tolist())
        if filled.shape != array.shape:
            raise AssignmentError(
                f"a value whose entries are lists does not fit a {target} of dtype {dtype}"
            )
    return lossless_cast(filled, dtype, target).copy()


def _exact(array: npt.NDArray[Any], dtype: np.dtype[Any], target: Target) -> npt.NDArray[Any]:
    try:
        return cast(array, dtype)
    except LossyCast as error:
        raise _lossy(error.values[error.is_lost].flat[0], dtype, target) from None


def _lossy(entry: Any, dtype: np.dtype[Any] | str, target: Target = "tensor") -> LossyValueError:
    return LossyValueError(
        f"{_number_text(entry)} would lose information in a {target} of dtype {dtype}; convert the "
        f"value or the {target} first",
        dtype=str(dtype),
    )


def _number_text(entry: Any) -> str:
    """Return the text of a number, real or complex, as R writes it; of a time as NumPy does."""
    if isinstance(entry, np.datetime64 | np.timedelta64):
        return str(entry)
    number = entry.item() if isinstance(entry, np.generic) else entry
    if not isinstance(number, complex):
        return number_text(number)
    sign = "+" if not np.signbit(number.imag) else "-"
    return f"{number_text(number.real)}{sign}{number_text(abs(number.imag))}i"


def _type_text(array: npt.NDArray[Any], value: Any) -> str:
    if array.dtype.kind == "O":
        return "object array" if isinstance(value, np.ndarray) else type(value).__name__
    return "str" if array.dtype.kind in "TU" else str(array.dtype)
