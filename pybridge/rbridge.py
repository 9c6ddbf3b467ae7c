"""The functions that the R package calls: records of subscripts in, tensors or answers out.

R sends the subscripts as one list of whole numbers, the record; other values are sent with it,
tagged, and `NA` is never sent as itself. No exception is raised into R: an error or a warning is
returned in an `Answer`, from which R signals conditions.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import pybridge
from pybridge.answers import Answer, answering
from pybridge.backends.numpy import NUMPY
from pybridge.errors import PybridgeError
from pybridge.holders import find_holder, holder_of, open_tensor
from pybridge.holders.arrays import refuse_immutable
from pybridge.r_functions import binding, elementwise, missing, products, summaries
from pybridge.shape import Shape
from pybridge.shapes import recycling
from pybridge.shapes.sizes import read_shape
from pybridge.subscripts import records
from pybridge.subscripts.records import BASE, COLUMN_MAJOR, NO_DROP, decode, python_key
from pybridge.subsetting import R, r_assign, r_slice
from pybridge.subsetting.request import assign_in_place, has_writing


def subset(x: Any, record: list[int] | int, values: Sequence[Any] = ()) -> Any:
    """Return the elements of `x` that a record and its values name."""
    try:
        record = _as_record(record)
        if record[0]:
            return _subset_with_options(x, record, values)
        return R(x)[decode(record, values)]
    except Exception as error:
        return Answer(None, error)


@answering
def _subset_with_options(x: Any, record: list[int], values: Sequence[Any]) -> Any:
    drop = not record[0] & NO_DROP
    return r_slice(x, *decode(record, values), drop=drop, **_options(record))


@answering
def assign(x: Any, record: list[int], values: list[Any], value: Any) -> Any:
    """Write a value into the elements of `x` that the subscripts name.

    Return None, or what R's assignment binds the name of `x` to: the updated tensor if the library
    never writes in place, or what holds the elements now if their owner has replaced `x`.
    """
    if not has_writing(x):
        return _updated(x, record, values, value)
    record = _as_record(record)
    return assign_in_place(x, decode(record, values), _value_of(value), **_options(record))


@answering
def assign_to_copy(x: Any, record: list[int], values: list[Any], value: Any) -> Any:
    """Return `x` with a value at the elements that the subscripts name."""
    return _updated(x, record, values, value)


def _updated(x: Any, record: list[int] | int, values: list[Any], value: Any) -> Any:
    record = _as_record(record)
    return r_assign(x, *decode(record, values), value=_value_of(value), **_options(record))


@answering
def subset_as_python(x: Any, record: list[int], values: list[Any]) -> Any:
    """Read by Python's own brackets, counting from zero."""
    return x[python_key(_as_record(record), values)]


@answering
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


@answering
def array_reshape(x: Any, dim: Any, order: Any) -> Any:
    """Return `x` reshaped to `dim`, or NotImplemented if reticulate's own function must do it.

    That function is `numpy.reshape`, which the R package masks. It keeps the class of a
    `numpy.matrix` and of pandas' arrays, and reads stores and tables.
    """
    holder = find_holder(x)
    if holder is None or holder.leaves_reshape_to_numpy(x, len(dim)):
        return NotImplemented
    return pybridge.array_reshape(x, dim, order)


@answering
def with_shape(x: Any, sizes: Any, order: Any) -> Any:
    """Return `x` in a new shape for a verb that masks no function: `dim<-` and `t`."""
    return pybridge.array_reshape(x, sizes, order)


@answering
def read_sizes(dim: Any) -> list[float]:
    """Return the sizes in a tuple, list, shape or tensor; -1 is the one left open."""
    return _shape_for_r(read_shape(dim))


@answering
def convertible(x: Any) -> Any:
    """Return a value that reticulate can convert, or raise for one that contains itself."""
    from pybridge.conversion.python_to_r import refuse_cycles  # rarely needed, so imported late

    refuse_cycles(x)
    return x


@answering
def recycle(operands: list[Any]) -> list[Any]:
    """Return the operands at the common shape of R's arithmetic."""
    return list(pybridge.recycle(*operands))


@answering
def recycle_forms(operands: list[Any], is_arithmetic: bool) -> list[Any]:
    """Return the operands in forms that give R's result under NumPy's rule."""
    return list(recycling.recycle_forms(operands, is_arithmetic=is_arithmetic)[1])


@answering
def is_comparison(op: Any) -> bool:
    """Return whether an operation follows R's comparisons where its arithmetic differs."""
    return recycling.is_comparison(op)


@answering
def broadcast(operands: list[Any], align: Any) -> list[Any]:
    """Return the operands at the common shape of NumPy's arithmetic."""
    return list(pybridge.broadcast(*operands, align=align))


def _named_in_r(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let the messages of `which` and its like name the functions of R, `tensor_which()`."""

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except PybridgeError as error:
            message = re.sub(r"\b(which(?:_max|_min)?|order)\(", r"tensor_\1(", str(error))
            raise type(error)(message, **error.fields) from error

    return answering(call)


@_named_in_r
def which(x: Any, order: Any) -> Any:
    """Return the positions where a mask is true."""
    return pybridge.which(x, order=order)


which_max = _named_in_r(pybridge.which_max)
which_min = _named_in_r(pybridge.which_min)
math_group = answering(elementwise.math_group)
mean = answering(summaries.mean)
elementwise_test = answering(missing.elementwise_test)


@_named_in_r
def order(x: Any, decreasing: bool, missing: str) -> Any:
    """Return the positions in order; those of missing elements "last", "first" or "none"."""
    na_last = None if missing == "none" else missing == "last"
    return pybridge.order(x, decreasing=decreasing, na_last=na_last)


@answering
def summary_group(operands: list[Any], name: str, na_rm: bool) -> Any:
    """Apply a function of R's Summary group to tensors and numbers of R."""
    return summaries.summary_group(_operands(operands), name, na_rm)


@answering
def sort(x: Any, decreasing: bool, missing: str) -> Any:
    """Return the elements in order; missing ones "last", "first" or "none"."""
    return binding.sort(x, decreasing, None if missing == "none" else missing == "last")


@answering
def bind(operands: list[Any], is_rows: bool) -> Any:
    """Combine matrices and vectors by rows or by columns."""
    return binding.bind(_operands(operands), is_rows)


@answering
def cross_product(x: Any, y: Any, name: str) -> Any:
    """Return R's product of two matrices; either may come from R."""
    left, right = _operands([x, y])
    return products.cross_product(left, right, name)


def _operands(operands: list[Any]) -> list[Any]:
    """Return tensors unchanged, and `("r", values)` as an operand of R."""
    return [binding.OperandOfR(x[1]) if isinstance(x, tuple | list) else x for x in operands]


@answering
def tensor_shape(x: Any) -> list[float]:
    """Return the sizes of `x`, -1 where traced code does not know one."""
    return _shape_for_r(holder_of(x).shape(x))


@answering
def tensor_dtype(x: Any) -> str:
    """Return the dtype of `x` under NumPy's name."""
    return holder_of(x).dtype_name(x)


@answering
def permute(x: Any, axes: list[int] | None) -> Any:
    """Return `x` with its axes, counted from one, in a new order; without one, reversed."""
    holder, tensor = open_tensor(x)
    if axes is None:
        axes = list(range(len(holder.shape(tensor)), 0, -1))
    return holder.transpose(tensor, tuple(axis - 1 for axis in axes))


def is_tensor(x: Any) -> bool:
    """Return whether `x` is a tensor of a library that pybridge serves."""
    return find_holder(x) is not None


@functools.cache
def _conversion() -> Any:
    from pybridge.conversion import reticulate_host  # only for conversions

    return reticulate_host


def from_python(
    x: Any,
    na: Any = "error",
    int64: Any = "double",
    mapping: Any = "list",
    dimnames: Any = None,
) -> Any:
    """Return the parts of the R object that `x` becomes. Conversion emits no warnings."""
    try:
        return _conversion().from_python(x, na, int64, mapping, dimnames)
    except Exception as error:
        return Answer(None, error)


def to_python(
    parts: Any, dtype: str | None = None, like: Any = None, na: Any = "error", order: Any = "C"
) -> Any:
    """Return the array that an R object becomes, given its parts."""
    try:
        return _conversion().to_python(parts, dtype, like, na, order)
    except Exception as error:
        return Answer(None, error)


def fill(source: Any, view: Any) -> Any:
    """Write elements into the R memory behind `view`."""
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
    """Write 1 into the second element of a view of R's memory."""
    _conversion().mark(view, r_type)


@answering
def result_shape(shape: list[float | None], subscripts: Any, values: list[Any]) -> list[float]:
    """Return the shape that subscripts give; -1 where a size is unknown."""
    sizes = _shape_from_r(shape)
    if isinstance(subscripts, str):
        result = pybridge.result_shape(sizes, subscripts)
    else:
        record = _as_record(subscripts)
        options = {"drop": not record[0] & NO_DROP, "dialect": _options(record)["dialect"]}
        result = pybridge.result_shape(sizes, *decode(record, values), **options)
    return _shape_for_r(result)


def _shape_from_r(sizes: list[float | None]) -> Shape:
    return tuple([None if size is None else int(size) for size in sizes])


def _shape_for_r(shape: Shape) -> list[float]:
    """Return sizes for R: as reals, because its integers are short; -1 if unknown."""
    return [-1.0 if size is None else float(size) for size in shape]


@answering
def explain_shapes(shapes: list[list[float | None]]) -> dict[str, Any]:
    """Return how R's rule and NumPy's combine shapes: the parts, and the picture in two forms."""
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


@answering
def explain(
    name: str | None,
    subscripts: Any,
    values: list[Any],
    shape: Any,
    drop: bool,
    dialect: Any,
) -> dict[str, Any]:
    """Explain subscripts: the parts of the explanation, and the lines of its text.

    `shape` is a list of sizes, or the tensor.
    """
    from pybridge import explaining  # rarely needed, so imported late

    sizes = tuple(map(int, shape)) if isinstance(shape, list) else shape
    if isinstance(subscripts, str):
        explanation = explaining.explain(sizes, subscripts, dialect=dialect, drop=drop)
    else:
        parsed = pybridge.r_subscripts(*decode(_as_record(subscripts), values))
        explanation = explaining.explain_named(
            name or "x", sizes, (parsed,), dialect=dialect, drop=drop
        )
    return {
        "subscripts": str(explanation.subscripts),
        "dialect": explanation.dialect,
        "selected": list(explanation.selected),
        "python": explanation.python,
        "shape": [float(size) for size in explanation.shape],
        "result_shape": _shape_for_r(explanation.result_shape),
        "in_r": list(explanation.in_r),
        "in_python": list(explanation.in_python),
        "in_tensor_dialect": list(explanation.in_tensor_dialect),
        "lines": str(explanation).splitlines(),
    }


def examine() -> list[tuple[str, str, str, str]]:
    """Return the checks of `python -m pybridge doctor`, for R to show with its own."""
    from pybridge.explaining import doctor  # rarely needed, so imported late

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
    """Return the file of the Python package."""
    return str(sys.modules["pybridge"].__file__)
