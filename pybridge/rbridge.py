"""What R calls, and nothing else does: records of subscripts in, tensors or answers out.

R sends one list of whole numbers, the record, for the subscripts that need no more; what whole
numbers cannot say crosses beside it as tagged values, and no `NA` crosses as itself. Nothing is
raised into R: an error or a warning comes back in an `Answer`, of which R makes conditions.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import pybridge
from pybridge.backends import NUMPY, backend_of, find_backend, open_tensor
from pybridge.errors import PybridgeError, PybridgeWarning, collected_warnings, r_classes
from pybridge.r_functions import binding, elementwise, missing, products, summaries
from pybridge.shape import Shape
from pybridge.shapes import recycling
from pybridge.subscripts import records
from pybridge.subscripts.records import BASE, COLUMN_MAJOR, NO_DROP, decode, python_key
from pybridge.subsetting import R, r_assign, r_slice
from pybridge.subsetting.in_place import assign_in_place, has_writing, refuse_immutable


class Answer:
    """A result with what R must signal beside it: an error, or warnings and a value."""

    __slots__ = ("error", "value", "warnings")

    def __init__(
        self, value: Any, error: Exception | None, collected: Sequence[PybridgeWarning] = ()
    ) -> None:
        """Hold what came of a call."""
        self.value = value
        self.error = error
        self.warnings = collected

    def describe(self) -> list[tuple[str, list[str], dict[str, Any]]]:
        """Return each condition as message, classes and fields; an error comes last."""
        conditions: list[Exception] = [*self.warnings]
        if self.error is not None:
            conditions.append(self.error)
        return [_described(condition) for condition in conditions]


def _described(condition: Exception) -> tuple[str, list[str], dict[str, Any]]:
    if isinstance(condition, PybridgeError):
        fields = {name: _for_r(value) for name, value in condition.fields.items()}
        return str(condition), r_classes(condition), fields
    if isinstance(condition, PybridgeWarning):
        kind = type(condition).__name__.removesuffix("Warning").lower()
        return str(condition), [f"pybridge_warning_{kind}"], {}
    return _foreign_text(condition), ["pybridge_error_python", "pybridge_error"], {}


def _for_r(field: Any) -> Any:
    """Return a field of an error for R, which would read an integer beyond 32 bits as NA."""
    if isinstance(field, int) and abs(field) >= 2**31:
        return float(field)
    return [_for_r(entry) for entry in field] if isinstance(field, list | tuple) else field


def _foreign_text(error: Exception) -> str:
    """Return the first line of an error of a library, which may go on for pages."""
    lines = str(error).strip().splitlines() or ["(no message)"]
    return f"{type(error).__name__}: {lines[0][:300]}"


def _answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function return an `Answer` where it would raise or warn."""

    @functools.wraps(function)
    def answer(*arguments: Any) -> Any:
        with collected_warnings() as collected:
            try:
                value = function(*arguments)
            except Exception as error:
                return Answer(None, error, collected)
        return Answer(value, None, collected) if collected else value

    return answer


def subset(x: Any, record: list[int] | int, values: Sequence[Any] = ()) -> Any:
    """Return the elements of `x` that a record and the values beside it name."""
    try:
        record = _as_record(record)
        if record[0]:
            return _subset_with_options(x, record, values)
        return R(x)[decode(record, values)]
    except Exception as error:
        return Answer(None, error)


@_answering
def _subset_with_options(x: Any, record: list[int], values: Sequence[Any]) -> Any:
    drop = not record[0] & NO_DROP
    return r_slice(x, *decode(record, values), drop=drop, **_options(record))


@_answering
def assign(x: Any, record: list[int], values: list[Any], value: Any) -> Any:
    """Write a value into the elements of `x` that the subscripts name.

    Return None, or the updated tensor where the library of `x` never writes: R's assignment binds
    the name of `x` anew.
    """
    if not has_writing(x):
        return _updated(x, record, values, value)
    record = _as_record(record)
    assign_in_place(x, decode(record, values), _value_of(value), **_options(record))
    return None


@_answering
def assign_to_copy(x: Any, record: list[int], values: list[Any], value: Any) -> Any:
    """Return `x` with a value at the elements that the subscripts name."""
    return _updated(x, record, values, value)


def _updated(x: Any, record: list[int] | int, values: list[Any], value: Any) -> Any:
    record = _as_record(record)
    return r_assign(x, *decode(record, values), value=_value_of(value), **_options(record))


@_answering
def subset_as_python(x: Any, record: list[int], values: list[Any]) -> Any:
    """Return what Python's own brackets give, counting from zero."""
    return x[python_key(_as_record(record), values)]


@_answering
def assign_as_python(x: Any, record: list[int], values: list[Any], value: Any) -> None:
    """Write by Python's own brackets, counting from zero."""
    key = python_key(_as_record(record), values)
    if isinstance(x, np.ndarray):
        refuse_immutable(NUMPY, x)
    x[key] = _value_of(value)


def _as_record(record: list[int] | int) -> list[int]:
    return [record] if isinstance(record, int) else record


def _options(record: list[int]) -> dict[str, Any]:
    return {
        "dialect": "base" if record[0] & BASE else "tensor",
        "order": "F" if record[0] & COLUMN_MAJOR else "C",
    }


def _value_of(tagged: Any) -> Any:
    """Return the value of an assignment."""
    return _conversion().value_of_assignment(tagged[1]) if tagged[0] == "r" else tagged[1]


@_answering
def array_reshape(x: Any, dim: Any, order: Any) -> Any:
    """Return the elements of `x` in the sizes `dim`, or None where another function has to do it.

    That is reticulate's function, `numpy.reshape`, which the one of the R package masks. It keeps
    the class of a `numpy.matrix`, of pandas' arrays and of SciPy's sparse ones, and reads stores.
    """
    backend = find_backend(x)
    if backend is None or backend.is_store or isinstance(x, np.matrix):
        return None
    if backend.names_another and len(dim) == len(backend.shape(x)):
        return None  # xarray gives a DataArray as long as it has as many axes as names
    return pybridge.array_reshape(x, dim, order)


@_answering
def recycle(operands: list[Any]) -> list[Any]:
    """Return the operands at the common shape of R's arithmetic."""
    return list(pybridge.recycle(*map(_as_tensor, operands)))


@_answering
def recycle_forms(operands: list[Any], is_arithmetic: bool) -> list[Any]:
    """Return the operands in forms that give R's result under NumPy's rule."""
    return list(recycling.recycle_forms(operands, is_arithmetic=is_arithmetic)[1])


@_answering
def is_comparison(op: Any) -> bool:
    """Return whether an operation follows R's comparisons where its arithmetic differs."""
    return recycling.is_comparison(op)


@_answering
def broadcast(operands: list[Any], align: Any) -> list[Any]:
    """Return the operands at the common shape of NumPy's arithmetic."""
    return list(pybridge.broadcast(*map(_as_tensor, operands), align=align))


def _as_tensor(operand: Any) -> Any:
    """Return one number as a tensor of no axis, any other operand as it is."""
    return np.asarray(operand) if isinstance(operand, int | float | complex) else operand


@_answering
def which(x: Any, order: Any) -> Any:
    """Return the positions where a mask is true."""
    return pybridge.which(x, order=order)


which_max = _answering(pybridge.which_max)
which_min = _answering(pybridge.which_min)
math_group = _answering(elementwise.math_group)
mean = _answering(summaries.mean)
elementwise_test = _answering(missing.elementwise_test)


@_answering
def order(x: Any, decreasing: bool, missing: str) -> Any:
    """Return the positions in order; those of missing elements "last", "first" or "none"."""
    na_last = None if missing == "none" else missing == "last"
    return pybridge.order(x, decreasing=decreasing, na_last=na_last)


@_answering
def summary_group(operands: list[Any], name: str, na_rm: bool) -> Any:
    """Return what a function of R's Summary group makes of tensors and numbers of R."""
    return summaries.summary_group(_operands(operands), name, na_rm)


@_answering
def sort(x: Any, decreasing: bool, missing: str) -> Any:
    """Return the elements in order; missing ones "last", "first" or "none"."""
    return binding.sort(x, decreasing, None if missing == "none" else missing == "last")


@_answering
def bind(operands: list[Any], is_rows: bool) -> Any:
    """Return matrices and vectors put together by rows or by columns."""
    return binding.bind(_operands(operands), is_rows)


@_answering
def cross_product(x: Any, y: Any, name: str) -> Any:
    """Return the product of matrices that a function of R's gives; either may come from R."""
    left, right = _operands([x, y])
    return products.cross_product(left, right, name)


def _operands(operands: list[Any]) -> list[Any]:
    """Return tensors as they are, and what `("r", values)` stands for as numbers of R."""
    return [binding.OperandOfR(x[1]) if isinstance(x, tuple | list) else x for x in operands]


@_answering
def tensor_shape(x: Any) -> list[float]:
    """Return the sizes of `x`, -1 where traced code does not know one."""
    return _shape_for_r(backend_of(x).shape(x))


@_answering
def tensor_dtype(x: Any) -> str:
    """Return the dtype of `x` under NumPy's name."""
    return backend_of(x).dtype_name(x)


@_answering
def permute(x: Any, axes: list[int] | None) -> Any:
    """Return `x` with its axes, counted from one, in a new order; without one, reversed."""
    backend, held = open_tensor(x)
    if axes is None:
        axes = list(range(len(backend.shape(held)), 0, -1))
    return backend.transpose(held, tuple(axis - 1 for axis in axes))


def is_tensor(x: Any) -> bool:
    """Return whether `x` is a tensor of a library that pybridge serves."""
    return find_backend(x) is not None


@functools.cache
def _conversion() -> Any:
    from pybridge.conversion import in_r  # what only values need

    return in_r


def from_python(
    x: Any,
    na: Any = "error",
    int64: Any = "double",
    mapping: Any = "data.frame",
    dimnames: Any = None,
) -> Any:
    """Return the parts of the R object that `x` becomes. Conversion has no warnings to collect."""
    try:
        return _conversion().from_python(x, na, int64, mapping, dimnames)
    except Exception as error:
        return Answer(None, error)


def to_python(
    parts: Any, dtype: str | None = None, like: Any = None, na: Any = "error", order: Any = "C"
) -> Any:
    """Return the array that the R object becomes whose parts these are."""
    try:
        return _conversion().to_python(parts, dtype, like, na, order)
    except Exception as error:
        return Answer(None, error)


def fill(source: Any, view: Any) -> Any:
    """Write elements into the memory of R that `view` shows."""
    try:
        _conversion().fill(source, view)
    except Exception as error:
        return Answer(None, error, [])


def filled(source: Any) -> Any:
    """Return the same elements for reticulate to convert."""
    try:
        return _conversion().filled(source)
    except Exception as error:
        return Answer(None, error, [])


def mark(view: Any, r_type: str) -> None:
    """Write 1 into the second element of what reticulate shows of R's memory."""
    _conversion().memory_of(view, r_type)[1] = 1


@_answering
def result_shape(shape: list[float | None], subscripts: Any, values: list[Any]) -> list[float]:
    """Return the shape that subscripts give; -1 where a size is unknown."""
    sizes = _shape_from_r(shape)
    if isinstance(subscripts, str):
        found = pybridge.result_shape(sizes, subscripts)
    else:
        record = _as_record(subscripts)
        options = {"drop": not record[0] & NO_DROP, "dialect": _options(record)["dialect"]}
        found = pybridge.result_shape(sizes, *decode(record, values), **options)
    return _shape_for_r(found)


def _shape_from_r(sizes: list[float | None]) -> Shape:
    return tuple([None if size is None else int(size) for size in sizes])


def _shape_for_r(shape: Shape) -> list[float]:
    """Return sizes as R reads them: reals, since its integers are short, and -1 for unknown."""
    return [-1.0 if size is None else float(size) for size in shape]


@_answering
def explain_shapes(shapes: list[list[float | None]]) -> dict[str, Any]:
    """Return what R's rule and NumPy's do to shapes: the parts, and the picture in two forms."""
    explanation = pybridge.explain_shapes(*map(_shape_from_r, shapes))

    def parts(outcome: Any) -> dict[str, Any]:
        shape = None if outcome.shape is None else _shape_for_r(outcome.shape)
        return {"shape": shape, "error": outcome.error, "warnings": list(outcome.warnings)}

    return {
        "recycling": parts(explanation.recycling),
        "broadcasting": parts(explanation.broadcasting),
        "verdict": explanation.verdict,
        "position": explanation.position and list(explanation.position),
        "lines": str(explanation).splitlines(),
        "html": explanation._repr_html_(),
    }


@_answering
def explain(
    name: str | None,
    subscripts: Any,
    values: list[Any],
    shape: list[float],
    drop: bool,
    dialect: Any,
) -> dict[str, Any]:
    """Return what subscripts mean: the parts of the explanation, and its text line by line."""
    from pybridge import explaining  # few programs explain

    sizes = tuple(map(int, shape))
    if isinstance(subscripts, str):
        found = explaining.explain(subscripts, shape=sizes, dialect=dialect, drop=drop)
    else:
        kept = pybridge.r_subscripts(*decode(_as_record(subscripts), values))
        found = explaining.explain_named(name or "x", kept, shape=sizes, dialect=dialect, drop=drop)
    return {
        "subscripts": str(found.subscripts),
        "dialect": found.dialect,
        "selected": list(found.selected),
        "python": found.python,
        "shape": [float(size) for size in found.shape],
        "result_shape": _shape_for_r(found.result_shape),
        "in_r": list(found.in_r),
        "in_python": list(found.in_python),
        "in_tensor_dialect": list(found.in_tensor_dialect),
        "lines": str(found).splitlines(),
    }


def examine() -> list[tuple[str, str, str, str]]:
    """Return the checks of `python -m pybridge doctor`, for R to show beside its own."""
    from pybridge.explaining import doctor  # it loads more than a call for elements should pay for

    checks = doctor.examine().checks
    return [(check.name, check.status, check.found, check.advice) for check in checks]


def version() -> str:
    """Return the version of the Python package, for R to compare with its own."""
    return pybridge.__version__


def record_codes() -> dict[str, int]:
    """Return the codes in which R writes subscripts, for R to compare with its own."""
    return {
        name: code
        for name, code in vars(records).items()
        if isinstance(code, int) and name.isupper() and not name.startswith("_")
    }


def place() -> str:
    """Return the file from which the Python package came."""
    return str(sys.modules["pybridge"].__file__)
