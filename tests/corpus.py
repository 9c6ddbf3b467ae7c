"""The corpus of cases that drives the tests of both languages: `corpus/subscripts.json`.

A case says a shape, the text between two brackets, and what comes out. The tensor it speaks of
holds its places, 1, 2, 3, ... in row-major order, as reals. `expected` is a shape and values in
row-major order (null is NA), or the class of the R condition. With a `value` the case is an
assignment and `expected` is the whole tensor afterwards.

To add a case, write it without `expected`, run `python tests/corpus.py`, and read what R filled
in: in the tensor dialect by `restatement.R`, in the base dialect by R's own brackets.
"""

import json
from pathlib import Path
from typing import Any

import base_cases
import numpy as np
from oracle import r_text, run_r
from tensor_cases import CODES, RESTATEMENT

PATH = Path(__file__).parent / "corpus" / "subscripts.json"


def cases() -> list[dict[str, Any]]:
    """Return every case of the corpus."""
    return json.loads(PATH.read_text())


def tensor_of(case: dict[str, Any]) -> np.ndarray:
    """Return the tensor that a case speaks of."""
    shape = tuple(case["shape"])
    return np.arange(1.0, 1 + int(np.prod(shape))).reshape(shape)


def value_of(case: dict[str, Any]) -> np.ndarray:
    """Return the value that a case assigns."""
    value = case["value"]
    return np.array(value["values"], float).reshape(value["shape"])


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


def main() -> None:
    """Fill in `expected` where a case has none, and write one case a line."""
    found = cases()
    unfilled = [case for case in found if "expected" not in case]
    for case, expected in zip(unfilled, expected_by_r(unfilled) if unfilled else [], strict=True):
        case["expected"] = expected
        print(json.dumps(case))
    lines = ",\n".join(json.dumps(_compact(case)) for case in found)
    PATH.write_text(f"[\n{lines}\n]\n")


def _compact(case: dict[str, Any]) -> dict[str, Any]:
    expected = case["expected"]
    if "values" in expected:
        whole = [v if v is None or v != int(v) else int(v) for v in expected["values"]]
        case = {**case, "expected": {**expected, "values": whole}}
    return case


if __name__ == "__main__":
    main()
