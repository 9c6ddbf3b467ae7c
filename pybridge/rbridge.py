"""The functions that R calls, with the conversion of their arguments and results.

R sends the subscripts as one list of whole numbers, the record; other values are sent with it,
tagged, and `NA` is never sent as itself. No exception is raised into R: an error or a warning is
returned in an `Answer`, from which R signals conditions. R finds the functions in `FUNCTIONS`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

import pybridge
from pybridge.answers import Answer, answering, answering_errors
from pybridge.holders import find_holder, holder_of, open_tensor
from pybridge.part_fields import FIELDS
from pybridge.r_functions import binding, elementwise, missing, positions, products, summaries
from pybridge.shape import Shape, sizes_for_r
from pybridge.shapes import recycling, reshaping
from pybridge.shapes.sizes import read_shape
from pybridge.subscripts import records
from pybridge.subscripts.records import BASE, COLUMN_MAJOR, NO_DROP, decode, python_key
from pybridge.subsetting import R, r_assign, r_slice
from pybridge.subsetting.request import assign_by_key, assign_for_name

FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {}
"""What R calls, by name."""


def _listed(answer: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    FUNCTIONS[function.__name__] = answer(function)
    return FUNCTIONS[function.__name__]


for_r = functools.partial(_listed, answering)
quiet_for_r = functools.partial(_listed, answering_errors)
"""For functions that emit no warnings: to collect them takes time."""


# Subscripts


def subset(x: Any, record: list[int] | int, values: Sequence[Any] = ()) -> Any:
    """Return the elements of `x` that a record and its values name."""
    try:  # not by a decorator, whose call would be a tenth of the time of this one
        if isinstance(record, int):
            record = [record]
        if record[0]:
            return subset_with_options(x, record, values)
        return R(x)[decode(record, values)]
    except Exception as error:
        return Answer(None, error)


FUNCTIONS["subset"] = subset


@answering
def subset_with_options(x: Any, record: list[int], values: Sequence[Any]) -> Any:
    """Return the elements where R drops no axis, or by R's own dialect, which may warn."""
    drop = not record[0] & NO_DROP
    return r_slice(x, *decode(record, values), drop=drop, **_options(record))


@for_r
def assign(x: Any, record: list[int] | int, values: list[Any], value: Any) -> Any:
    """Write a value into the elements of `x` that the subscripts name.

    Return None, or what R's assignment binds the name of `x` to.
    """
    record = _as_record(record)
    return assign_for_name(x, decode(record, values), _value_of(value), **_options(record))


@for_r
def assign_to_copy(x: Any, record: list[int] | int, values: list[Any], value: Any) -> Any:
    """Return `x` with a value at the elements that the subscripts name."""
    record = _as_record(record)
    return r_assign(x, *decode(record, values), value=_value_of(value), **_options(record))


@for_r
def subset_as_python(x: Any, record: list[int] | int, values: list[Any]) -> Any:
    """Read by Python's own brackets, counting from zero."""
    return x[python_key(_as_record(record), values)]


@for_r
def assign_as_python(x: Any, record: list[int] | int, values: list[Any], value: Any) -> None:
    """Write by Python's own brackets, counting from zero."""
    assign_by_key(x, python_key(_as_record(record), values), _value_of(value))


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


# Shapes


@for_r
def array_reshape(x: Any, dim: Any, order: Any) -> Any:
    """Return `x` reshaped to `dim`, or NotImplemented if reticulate's own function must do it."""
    return reshaping.reshape_unless_numpy_does(x, dim, order)


@for_r
def with_shape(x: Any, sizes: Any, order: Any) -> Any:
    """Return `x` in a new shape for a verb that masks no function: `dim<-` and `t`."""
    return pybridge.array_reshape(x, sizes, order)


@for_r
def read_sizes(dim: Any) -> list[float]:
    """Return the sizes in a tuple, list, shape or tensor; -1 is the one left open."""
    return sizes_for_r(read_shape(dim))


@for_r
def convertible(x: Any) -> Any:
    """Return a value that reticulate can convert, or raise for one that contains itself."""
    from pybridge.conversion.python_to_r import refuse_cycles  # rarely needed, so imported late

    refuse_cycles(x)
    return x


@for_r
def recycle(operands: list[Any]) -> list[Any]:
    """Return the operands at the common shape of R's arithmetic."""
    return list(pybridge.recycle(*operands))


@for_r
def recycle_forms(operands: list[Any], is_arithmetic: bool) -> list[Any]:
    """Return the operands in forms that give R's result under NumPy's rule."""
    return list(recycling.recycle_forms(operands, is_arithmetic=is_arithmetic)[1])


@for_r
def is_comparison(op: Any) -> bool:
    """Return whether an operation follows R's comparisons where its arithmetic differs."""
    return recycling.is_comparison(op)


@for_r
def broadcast(operands: list[Any], align: Any) -> list[Any]:
    """Return the operands at the common shape of NumPy's arithmetic."""
    return list(pybridge.broadcast(*operands, align=align))


# R's functions on tensors; each is told the name that it has in R


@for_r
def which(x: Any, order: Any) -> Any:
    """Return the positions where a mask is true."""
    return positions.which_as("tensor_which", x, order)


@for_r
def which_max(x: Any, axis: Any) -> Any:
    """Return the position of the first maximum."""
    return positions.extreme_as("tensor_which_max", x, axis, True)


@for_r
def which_min(x: Any, axis: Any) -> Any:
    """Return the position of the first minimum."""
    return positions.extreme_as("tensor_which_min", x, axis, False)


@for_r
def order(x: Any, decreasing: bool, missing: str) -> Any:
    """Return the positions in order; those of missing elements "last", "first" or "none"."""
    return positions.order_as("tensor_order", x, decreasing, _na_last(missing))


for _function in (elementwise.math_group, summaries.mean, missing.elementwise_test):
    for_r(_function)


@for_r
def summary_group(operands: list[Any], name: str, na_rm: bool) -> Any:
    """Apply a function of R's Summary group to tensors and R numbers."""
    return summaries.summary_group(_operands(operands), name, na_rm)


@for_r
def sort(x: Any, decreasing: bool, missing: str) -> Any:
    """Return the elements in order; missing ones "last", "first" or "none"."""
    return binding.sort(x, decreasing, _na_last(missing))


def _na_last(missing: str) -> bool | None:
    return None if missing == "none" else missing == "last"


@for_r
def bind(operands: list[Any], is_rows: bool) -> Any:
    """Combine matrices and vectors by rows or by columns."""
    return binding.bind(_operands(operands), is_rows)


@for_r
def cross_product(x: Any, y: Any, name: str) -> Any:
    """Return R's product of two matrices; either may come from R."""
    left, right = _operands([x, y])
    return products.cross_product(left, right, name)


def _operands(operands: list[Any]) -> list[Any]:
    """Return tensors unchanged, and `("r", values)` as an operand of R."""
    return [binding.OperandOfR(x[1]) if isinstance(x, tuple | list) else x for x in operands]


@for_r
def tensor_shape(x: Any) -> list[float]:
    """Return the sizes of `x`, -1 where traced code does not know one."""
    return sizes_for_r(holder_of(x).shape(x))


@for_r
def dimnames(x: Any) -> list[list[str | None] | None] | None:
    """Return the labels of each axis of `x` as text, None for an axis without, or for all."""
    holder = holder_of(x)
    texts_of = holder.labels(x)
    if texts_of is None:
        return None
    labels = [texts_of(axis) for axis in range(len(holder.shape(x)))]
    listed = [None if texts is None else list(texts) for texts in labels]
    return None if all(texts is None for texts in listed) else listed


@for_r
def tensor_dtype(x: Any) -> str:
    """Return the dtype of `x` under NumPy's name."""
    return holder_of(x).dtype_name(x)


@for_r
def permute(x: Any, axes: list[int] | None) -> Any:
    """Return `x` with its axes, counted from one, in a new order; without one, reversed."""
    holder, tensor = open_tensor(x)
    if axes is None:
        axes = list(range(len(holder.shape(tensor)), 0, -1))
    return holder.transpose(tensor, tuple(axis - 1 for axis in axes))


@quiet_for_r
def is_tensor(x: Any) -> bool:
    """Return whether `x` is a tensor of a library that pybridge supports."""
    return find_holder(x) is not None


# Values


@functools.cache
def _conversion() -> Any:
    from pybridge.conversion import reticulate_host  # only for conversions

    return reticulate_host


@quiet_for_r
def from_python(
    x: Any,
    na: Any = "error",
    int64: Any = "double",
    mapping: Any = "list",
    dimnames: Any = None,
) -> Any:
    """Return the parts of the R object that `x` becomes."""
    return _conversion().from_python(x, na, int64, mapping, dimnames)


@quiet_for_r
def to_python(
    parts: Any, dtype: str | None = None, like: Any = None, na: Any = "error", order: Any = "C"
) -> Any:
    """Return the array that an R object becomes, given its parts."""
    return _conversion().to_python(parts, dtype, like, na, order)


@quiet_for_r
def fill(source: Any, view: Any) -> None:
    """Write elements into the R memory behind `view`."""
    _conversion().fill(source, view)


@quiet_for_r
def filled(source: Any) -> Any:
    """Return the same elements for reticulate to convert."""
    return _conversion().filled(source)


@quiet_for_r
def mark(view: Any, r_type: str) -> None:
    """Write 1 into the second element of a view of R's memory."""
    _conversion().mark(view, r_type)


# Explanations


@for_r
def result_shape(shape: Any, subscripts: Any, values: list[Any]) -> list[float]:
    """Return the shape that subscripts of a tensor or of sizes give; -1 where one is unknown."""
    sizes = _shape_from_r(shape) if isinstance(shape, list) else shape
    if isinstance(subscripts, str):
        result = pybridge.result_shape(sizes, subscripts)
    else:
        record = _as_record(subscripts)
        options = {"drop": not record[0] & NO_DROP, "dialect": _options(record)["dialect"]}
        result = pybridge.result_shape(sizes, *decode(record, values), **options)
    return sizes_for_r(result)


def _shape_from_r(sizes: list[float | None]) -> Shape:
    return tuple([None if size is None else int(size) for size in sizes])


@for_r
def explain_shapes(shapes: list[list[float | None]]) -> Any:
    """Return how R's rule and NumPy's combine shapes, in parts and in two pictures."""
    return _explanations().shapes([*map(_shape_from_r, shapes)])


@for_r
def explain(
    name: str | None, subscripts: Any, values: list[Any], shape: Any, drop: bool, dialect: Any
) -> Any:
    """Explain subscripts of the tensor or the list of sizes `shape`, in parts and in lines."""
    sizes = tuple(map(int, shape)) if isinstance(shape, list) else shape
    if not isinstance(subscripts, str):
        subscripts = pybridge.r_subscripts(*decode(_as_record(subscripts), values))
    return _explanations().subscripts(name, sizes, subscripts, drop, dialect)


@functools.cache
def _explanations() -> Any:
    from pybridge.explaining import for_r  # rarely needed, so imported late

    return for_r


# What R compares when Python starts


@for_r
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


def part_fields() -> dict[str, list[str]]:
    """Return the kinds of parts and the fields of each, for R to compare with its own."""
    return {kind: [*fields] for kind, fields in FIELDS.items()}
