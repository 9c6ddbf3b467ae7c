"""Run the corpus on a backend in one of its modes, and return the outcome of each case.

`python tests/backends/running.py` counts the outcomes on each backend in each mode.
"""

import itertools
import re
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "support")]

from backends.adapter import Adapter  # noqa: E402
from backends.adapters import (  # noqa: E402
    ADAPTERS,
    EVERY,
    LABELLED,
    NUMPY,
    SPARSE,
    STANDARD,
    STORES,
)
from backends.stores import store_again  # noqa: E402
from corpus import cases, tensor_of, value_of  # noqa: E402

from pybridge import errors, r_assign, r_slice  # noqa: E402
from pybridge.holders import holder_of  # noqa: E402
from pybridge.shape import Shape  # noqa: E402
from pybridge.subscripts.selections import Orthogonal  # noqa: E402
from pybridge.subsetting.lowering import lower  # noqa: E402
from pybridge.subsetting.request import assign_in_place  # noqa: E402

BY_CLASS = {
    cls.r_class: cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, errors.PybridgeError)
}
MODES = [(name, mode) for name, adapter in ADAPTERS.items() for mode in adapter.modes]
STORE_MODES = [
    (name, mode)
    for name, adapter in (NUMPY | STORES | STANDARD | LABELLED | SPARSE).items()
    for mode in adapter.modes
]


SIZE_DEPENDENT = (
    errors.SubscriptOutOfBoundsError,
    errors.SubscriptMaskError,
    errors.AssignmentError,
)
"""What only a known size can tell; where it is unknown the library's own behaviour holds."""


COUNTED = re.compile(r"all_but\((?=[^)]*[1-9].*)(?=.*, -)")
"""Leaves out positions that count from both ends, which may meet."""
START_FROM_END = re.compile(r"-\d+:\d")
"""A range that is an error where it would select nothing, which only a known size can tell."""


class LeftToLibraryError(Exception):
    """A case that must fail passed its checks, since a size is unknown."""


class NoTensorError(Exception):
    """A case on a tensor with as many axes as none of the library has."""


def act(x: Any, case: dict[str, Any]) -> Any:
    """Apply a case to a tensor, or return the exception."""
    try:
        return perform(x, case["subscripts"], case)
    except errors.PybridgeError as error:
        return error


def perform(x: Any, subscripts: str, case: dict[str, Any], value: Any = None) -> Any:
    """Read or update a tensor as a case says, by `value` instead of the case's own if given."""
    if "value" in case:
        value = value_of(case) if value is None else value
        if holder_of(x).name in STORES:  # it is written in place, and then read
            x = store_again(x)
            assign_in_place(x, (subscripts,), value, dialect=case["dialect"])
            return r_slice(x, "..")
        return r_assign(x, subscripts, value=value, dialect=case["dialect"])
    return r_slice(x, subscripts, dialect=case["dialect"], drop=case.get("drop", True))


def found_in(adapter: Adapter, mode: str, wanted: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return what each case gives: an array in NumPy or an exception. One trace per shape."""
    run = adapter.modes[mode]
    if mode in adapter.compiled and mode not in adapter.shared:
        return {case["id"]: compiled(run, case) for case in wanted}
    found: dict[str, Any] = {}
    if mode in adapter.compiled:
        return compiled_together(run, list(wanted))
    by_shape = sorted(wanted, key=lambda case: case["shape"])
    for _, group in itertools.groupby(by_shape, key=lambda case: case["shape"]):
        members = list(group)
        if not has_tensors(adapter, mode, members[0]["shape"]):
            found.update({case["id"]: NoTensorError() for case in members})
            continue
        x = tensor_of(members[0])

        def function(tensor, members=members):
            results = [act(tensor, case) for case in members]
            if mode not in adapter.unknown:
                return results
            return [
                LeftToLibraryError()
                if "error" in case["expected"] and not isinstance(result, Exception)
                else result
                for case, result in zip(members, results, strict=True)
            ]

        outcome = run(function, x)
        found.update({case["id"]: each for case, each in zip(members, outcome, strict=True)})
    return found


def has_tensors(adapter: Adapter, mode: str, shape: list[int]) -> bool:
    """Return whether tensors of a mode have as many axes as a shape."""
    axes = adapter.axes.get(mode)
    return axes is None or len(shape) in axes


def verdict(adapter: Adapter, mode: str, case: dict[str, Any], found: Any) -> str | None:
    """Return how an outcome differs from what R confirmed, or from a refusal of its many axes."""
    shape = case["expected"].get("shape")
    axes = adapter.axes.get(mode)
    if isinstance(found, NoTensorError):
        return None if not has_tensors(adapter, mode, case["shape"]) else "was left out"
    if axes is not None and shape is not None and len(shape) >= axes.stop:
        return None if type(found) is errors.UnsupportedTensorError else f"refused, not {found!r}"
    return complaint(case, found, known=mode not in adapter.unknown, has_values=adapter.has_values)


def compiled(run: Any, case: dict[str, Any]) -> Any:
    """Return what one case gives in a graph of its own, or the exception that ends the tracing.

    A compiler that reads the code takes constants of Python, and no NumPy array.
    """
    value = value_of(case).tolist() if "value" in case else None
    return alone(run, lambda x: perform(x, case["subscripts"], case, value), tensor_of(case))


def compiled_together(run: Any, wanted: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what each case gives, where those of one shape that R serves share a graph.

    All sizes are known, so that no case tells the compiler what another one could not know.
    """
    served = [case for case in wanted if "error" not in case["expected"]]
    found: dict[str, Any] = {}
    for shape in {tuple(case["shape"]): None for case in served}:
        members = [case for case in served if tuple(case["shape"]) == shape]
        tasks = [
            (case["subscripts"], case, value_of(case).tolist() if "value" in case else None)
            for case in members
        ]

        def function(x, tasks=tasks):
            return [perform(x, *task) for task in tasks]

        try:
            results = run(function, tensor_of(members[0]))
        except Exception:  # each for itself shows which one it is
            continue
        found.update({case["id"]: each for case, each in zip(members, results, strict=True)})
    others = [case for case in wanted if case["id"] not in found]
    return found | {case["id"]: compiled(run, case) for case in others}


def alone(run: Any, function: Any, *arrays: np.ndarray) -> Any:
    """Return what a mode makes of one function, or the exception that it raises."""
    try:
        return run(lambda *tensors: [function(*tensors)], *arrays)[0]
    except errors.PybridgeError as error:
        return error


def signature(case: dict[str, Any], known: bool = True) -> Any:
    """Return what a library can notice of a case: two cases that are alike ask for the same calls.

    It is computed from what the subscripts select where sizes are known, or where none is. What
    only the value shows to be an error is like no other case.
    """
    shape, value = tuple(case["shape"]), case.get("value")
    if value is not None and issubclass(_error_of(case), errors.AssignmentError):
        return case["id"]
    sizes = shape if known else (None,) * len(shape)
    of_value = None if value is None else (len(value["shape"]), 0 in value["shape"])
    facts = (case["dialect"], len(shape), 0 in shape, of_value, _error_of(case))
    return (*facts, _of_selection(sizes, case))


def _error_of(case: dict[str, Any]) -> type:
    return BY_CLASS[case["expected"]["error"]] if "error" in case["expected"] else object


def _of_selection(shape: Shape, case: dict[str, Any]) -> Any:
    """Return the class, the kinds of keys and takes, what is missing, squeezed and a view."""
    try:
        options = {"drop": case.get("drop", True), "dialect": case["dialect"]}
        selection = lower(None, shape, (case["subscripts"],), **options)
    except errors.PybridgeError as error:
        return type(error)
    facts = [type(selection), getattr(selection, "missing", None) is not None]
    if not isinstance(selection, Orthogonal):
        return (*facts, 0 in selection.result_shape, getattr(selection, "order", None))
    takes = [
        (type(each), getattr(each, "missing", None) is not None, each.count(None) == 0)
        for _, each in selection.takes
    ]
    facts += [selection.is_view, bool(selection.squeezed), min(len(takes), 2)]
    return (*facts, frozenset(takes), frozenset(map(_kind_of_key, selection.key)))


def _kind_of_key(part: Any) -> Any:
    if not isinstance(part, slice):
        return None if part is None else part >= 0
    step = part.step or 1
    bounds = (part.start, part.stop)
    is_empty = None not in bounds and len(range(*bounds, step)) == 0
    return (None in bounds, step > 0, abs(step) > 1, is_empty)


def one_of_each(wanted: Iterable[dict[str, Any]], known: bool = True) -> list[dict[str, Any]]:
    """Return the first case of each signature."""
    return list({signature(case, known): case for case in reversed(list(wanted))}.values())[::-1]


BASE_READS = [
    *("", "2", "7", "31", "-1", "0", "c(1, 7, 7)", "c(-1, -30)", "c(TRUE, FALSE)", "NA", "1.9"),
    *("2, 3, 5", "2, , ", ", 3:1, ", ", -2, ", "0, , ", ", , c(5, 1, 5)", "3, 1, 1", "1, 1"),
    *("c(1, NA), 1, 1", ", c(TRUE, FALSE, NA), 2", "2, 3:2, -(1:3)", "1:2, 3, c(TRUE, FALSE)"),
    *("matrix(c(1, 2, 3, 1, 5, 4), ncol = 3)", "matrix(c(1, 2, NA, 1, 5, 4), ncol = 3)"),
    *("integer(0)", "integer(0), 1, 1", "2, c(0, 3), 1.5", "-1, -1, -1"),
]
BASE_WRITES = [
    *(("2", 0.5), ("c(7, 7)", [1, 2]), ("", [1, 2, 3]), ("2, , ", np.arange(15) / 4)),
    *((", 3:1, 2", [1, 2]), ("c(2, 1), 2, c(5, 1, 5)", [1, 2, 3, 4, 5, 6]), ("-1, -1, -1", 9)),
    *(("matrix(c(1, 1, 3, 3, 5, 5), ncol = 3)", [8, 9]), ("c(TRUE, NA)", 7), ("33", 1)),
    *(("2, , ", [1, 2]), ("3, 1, 1", 1), ("c(NA, 2)", [1, 2]), ("1:2", []), ("0, , ", 3)),
]


def base_cases() -> list[dict[str, Any]]:
    """Return cases of R's own dialect, which expect what it does on NumPy's arrays."""
    reads = [{"subscripts": text, "drop": drop} for text in BASE_READS for drop in (True, False)]
    writes = [
        {
            "subscripts": text,
            "value": {"shape": np.shape(value), "values": np.ravel(value).tolist()},
        }
        for text, value in BASE_WRITES
    ]
    made = []
    for number, case in enumerate(reads + writes):
        case = {"id": f"{number}: {case}", "dialect": "base", "shape": [2, 3, 5], **case}
        found = act(np.arange(1.0, 31).reshape(2, 3, 5), case)
        if isinstance(found, Exception):
            case["expected"] = {"error": type(found).r_class}
        else:
            case["expected"] = {"shape": list(found.shape), "values": found.ravel().tolist()}
        made.append(case)
    return made


def complaint(
    case: dict[str, Any], found: Any, *, known: bool = True, has_values: bool = True
) -> str | None:
    """Return how an outcome differs from what R confirmed, or None.

    Where sizes are not `known`, R's own dialect, whose every rule needs them, is refused, and so
    may be what leaves out positions from both ends, whose number depends on the size. Where there
    are no values, shapes and dtypes are compared.
    """
    expected, written = case["expected"], case.get("subscripts", "")
    if not known and case["dialect"] == "base" and type(found) is errors.TracingError:
        return None
    if "error" in expected:
        wanted = BY_CLASS[expected["error"]]
        may_be_refused = START_FROM_END.search(written)
        if isinstance(found, LeftToLibraryError) and (
            issubclass(wanted, SIZE_DEPENDENT) or may_be_refused
        ):
            return None
        if not known and may_be_refused and type(found) is errors.TracingError:
            return None
        if isinstance(found, wanted) and found.r_class == wanted.r_class:
            return None
        return f"{wanted.__name__} expected, not {found!r}"
    if not known and COUNTED.search(written) and type(found) is errors.TracingError:
        return None
    if isinstance(found, Exception):
        return f"{type(found).__name__}: {found}"
    if list(found.shape) != expected["shape"]:
        return f"shape {found.shape}, not {expected['shape']}"
    if found.dtype != tensor_of(case).dtype:
        return f"dtype {found.dtype}"
    if not has_values:
        return None
    values = np.array([np.nan if v is None else v for v in expected["values"]], float)
    if not np.array_equal(found.ravel(), values, equal_nan=True):
        return f"{found.ravel().tolist()}, not {values.tolist()}"
    return None


def main() -> None:
    """Print a report of the cases by backend and mode; nothing is left out."""
    warnings.simplefilter("ignore", errors.PybridgeWarning)
    wanted = cases()
    titles = ("as R", "left to library", "refused", "wrong", "total")
    print(f"{'backend':16}{'mode':11}" + "".join(f"{title:>17}" for title in titles))
    for name, mode in MODES + STORE_MODES:
        adapter = EVERY[name]
        found = found_in(adapter, mode, wanted)
        wrong = sum(verdict(adapter, mode, case, found[case["id"]]) is not None for case in wanted)
        left = sum(isinstance(each, LeftToLibraryError) for each in found.values())
        refusals = (errors.TracingError, errors.UnsupportedTensorError, NoTensorError)
        refused = sum(isinstance(each, refusals) for each in found.values())
        counts = (len(wanted) - wrong - left - refused, left, refused, wrong, len(wanted))
        print(f"{name:16}{mode:11}" + "".join(f"{count:17}" for count in counts))


if __name__ == "__main__":
    main()
