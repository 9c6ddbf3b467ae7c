"""Fill in the corpus of cases, `pybridge/testing/subscripts.json`.

`pybridge.testing.corpus` says what a case is. To add one, write it without `expected` and without
`rule`, run `.venv/bin/python tests/support/corpus.py`, and read what was filled in. `expected`
comes from R: in the base dialect from R's own brackets, in the tensor dialect from `restatement.R`,
which must have a new rule before a case can show it. `rule` comes from `rule_of` below, unless the
case names one; it is the row of the case in the tables of docs/who-is-right.md.
"""

import json
import re
import sys
from collections import Counter
from typing import Any

import base_cases
import numpy as np
from processes import ROOT
from tensor_cases import CODES, RESTATEMENT

from pybridge import NA, r_subscripts
from pybridge import subscripts as sub
from pybridge.testing import r_text, run_r
from pybridge.testing.corpus import PATH, cases, corpus, tensor_of, value_of

__all__ = ["cases", "expected_by_r", "rule_of", "tensor_of", "value_of"]


def _r_numbers(numbers: list[Any]) -> str:
    return f"c({', '.join(map(str, numbers))})" if numbers else "numeric(0)"


def _r_source(case: dict[str, Any]) -> str:
    shape, text = _r_numbers(case["shape"]), json.dumps(case["subscripts"])
    if "value" in case:
        value = case["value"]
        parts = (shape, text, _r_numbers(value["shape"]), _r_numbers(value["values"]))
        return f"assign_text({', '.join(parts)})"
    return f"read_text({shape}, {text}, {str(case.get('drop', True)).upper()})"


def expected_by_r(wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what R says of cases, in the form of `expected`."""
    says = {"tensor": _by_restatement, "base": _by_brackets}
    found: dict[str, dict[str, Any]] = {}
    for dialect, say in says.items():
        own = [case for case in wanted if case["dialect"] == dialect]
        if own:
            found.update(zip((case["id"] for case in own), say(own), strict=True))
    return [found[case["id"]] for case in wanted]


def _by_brackets(wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what R's own brackets give, which is the base dialect."""
    found = []
    for outcome in base_cases.by_r([_base_case(case) for case in wanted]):
        assert not any(words.startswith("W:") for words in outcome.said), "a case may not warn"
        if outcome.said:
            error = base_cases.CLASSES[outcome.said[0].removeprefix("E:")]
            found.append({"error": error.r_class})
        else:
            values = outcome.values.reshape(outcome.shape, order="F").ravel()
            entries = [None if np.isnan(value) else value for value in values.tolist()]
            found.append({"shape": list(outcome.shape), "values": entries})
    return found


def _base_case(case: dict[str, Any]) -> base_cases.Case:
    inside = (base_cases.Both(None, case["subscripts"]),)
    value = base_cases.Both(None, r_text(value_of(case))) if "value" in case else None
    return base_cases.Case(tuple(case["shape"]), inside, case.get("drop", True), value)


def _by_restatement(wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sources = ",\n".join(map(_r_source, wanted))
    found = run_r(f"{RESTATEMENT}\nrun_cases(expression({sources}))")
    parts = np.split(found["values"], np.cumsum(found["sizes"])[:-1])
    return [_expected(part.tolist()) for part in parts]


def _expected(outcome: list[float]) -> dict[str, Any]:
    if outcome[0] < 0:
        return {"error": CODES[int(outcome[1])].r_class}
    ndim = int(outcome[0])
    return {
        "shape": [int(size) for size in outcome[1 : 1 + ndim]],
        "values": [None if np.isnan(value) else value for value in outcome[1 + ndim :]],
    }


RULE_OF_ERROR = {
    "pybridge_error_subscript_count": "how many subscripts",
    "pybridge_error_subscript_range": "a step of the wrong sign",
    "pybridge_error_subscript_mask": "logicals of another length",
    "pybridge_error_subscript_missing": "NA as a position",
    "pybridge_error_subscript_type": "fractions and text",
}


def rule_of(case: dict[str, Any]) -> str:
    """Return the rule that a case is about, by the first of these that fits."""
    error = case["expected"].get("error")
    if "value" in case:
        return "writing"
    if re.search(r"(^|,|\()\s*-[^0-9]", case["subscripts"]) and case["dialect"] == "tensor":
        return "a minus before a vector"
    if error in RULE_OF_ERROR:
        return RULE_OF_ERROR[error]
    if case["subscripts"].count("..") > 1:
        return "how many subscripts"
    items = r_subscripts(case["subscripts"]).items
    numbers = [number for item in items for number in _numbers(item)]
    if error == "pybridge_error_subscript_oob" or (error and case["dialect"] == "tensor"):
        return "zero" if 0 in numbers else "beyond the end"
    return (_base_rule if case["dialect"] == "base" else _tensor_rule)(case, items, numbers)


def _numbers(item: Any) -> list[float]:
    match item:
        case int() | sub.Scalar():
            number = getattr(item, "value", item)
            return [] if number is NA else [number]
        case slice(start=start, stop=stop):
            return [bound for bound in (start, stop) if bound not in (NA, None)]
        case sub.Vector(values=values):
            return values.ravel().tolist()
        case sub.Call(parts=parts):
            return [number for part in parts for number in _numbers(part)]
    return []


def _tensor_rule(case: dict[str, Any], items: Any, numbers: list[float]) -> str:
    gathers = [item for item in items if isinstance(item, sub.Vector | sub.Mask)]
    ranges = [i for i in items if isinstance(i, slice) and not sub.is_whole_axis(i)]
    rules = {
        **{name: any(isinstance(item, call) for item in items) for name, call in sub.CALLS.items()},
        "drop = FALSE": case.get("drop") is False,
        "new axes": None in items,
        "a matrix of positions": any(
            isinstance(item, sub.Vector) and item.values.ndim > 1 for item in gathers
        ),
        "logicals of the whole shape": any(item.values.ndim > 1 for item in gathers),
        "several vectors": len(gathers) > 1,
        "logicals": any(isinstance(item, sub.Mask) for item in gathers),
        "a vector": bool(gathers),
        "ranges with a step": any(item.step not in (NA, None) for item in ranges),
        "ranges downward": any(map(_is_downward, ranges)),
        "ranges from the end": any(min(_numbers(item), default=1) < 0 for item in ranges),
        "ranges with an open end": any(
            bound in (NA, None) for item in ranges for bound in (item.start, item.stop)
        ),
        "ranges": bool(ranges),
        "a position from the end": any(number < 0 for number in numbers),
        "a position": bool(numbers),
    }
    return next((rule for rule, holds in rules.items() if holds), "the whole tensor")


def _is_downward(item: Any) -> bool:
    bounds = _numbers(item)
    return len(bounds) == 2 and bounds[0] * bounds[1] > 0 and bounds[0] > bounds[1]


def _base_rule(case: dict[str, Any], items: Any, numbers: list[float]) -> str:
    rules = {
        "mixed signs": "error" in case["expected"],
        "NA, and beyond the end of a vector": None in case["expected"].get("values", []),
        "fractions": any(number != int(number) for number in numbers),
        "negatives leave out": any(number < 0 for number in numbers),
        "zero and NULL are dropped": 0 in numbers or None in items,
        "drop = FALSE": case.get("drop") is False,
        "logicals are recycled": any(isinstance(item, sub.Mask) for item in items),
        "one subscript counts down the columns": len(case["shape"]) > 1
        and len(items) == 1
        and bool(numbers),
    }
    return next((rule for rule, holds in rules.items() if holds), "positions, ranges, vectors")


def main() -> None:
    """Fill in `expected` and `rule` where a case has none, and write one case a line."""
    own = ROOT / "pybridge/testing" / PATH.name
    if not PATH.samefile(own):
        sys.exit(
            f"Nothing was written: {sys.executable} imports pybridge from {PATH.parent.parent}, "
            f"and this script belongs to {ROOT}. Run `make setup` there, and then this script by "
            f"{ROOT}/.venv/bin/python."
        )
    whole = corpus()
    found = whole.pop("cases")
    if doubled := [name for name, n in Counter(case["id"] for case in found).items() if n > 1]:
        sys.exit(f"{own}: more than one case has the id {doubled[0]!r}. Nothing was written.")
    unfilled = [case for case in found if "expected" not in case]
    for case, expected in zip(unfilled, expected_by_r(unfilled) if unfilled else [], strict=True):
        case["expected"] = expected
    filled = {case["id"]: _line({"rule": rule_of(case), **case}) for case in found}
    lines = ",\n".join(filled.values())
    head = "".join(f"{json.dumps(name)}: {json.dumps(value)},\n" for name, value in whole.items())
    own.write_text(f'{{{head}"cases": [\n{lines}\n]}}\n', encoding="utf-8")
    for case in unfilled:
        print(filled[case["id"]])
    print(f"{own}: R filled in {len(unfilled)} of {len(filled)} cases")


def _line(case: dict[str, Any]) -> str:
    """Return a case as the file has it: its id first, and whole numbers without a point."""
    expected = case["expected"]
    if "values" in expected:
        whole = [v if v is None or v != int(v) else int(v) for v in expected["values"]]
        case = {**case, "expected": {**expected, "values": whole}}
    return json.dumps({"id": case["id"], **case})


if __name__ == "__main__":
    main()
