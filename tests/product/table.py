"""The tables of docs/served.md: every verb on every kind of array, from the product test.

`PYTHONPATH=tests python -m product.table` writes the tables of docs/served.md anew, and a test
compares them. `python -m product.table jax dask` writes those of some libraries, and leaves the
others as they are.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from product.kinds import LIBRARIES
from product.running import REFUSED, SERVED, Found, combinations

PAGE = Path(__file__).resolve().parents[2] / "docs/served.md"

COLUMNS = {
    "reading": ("read", "read as R does", "protocols"),
    "writing": ("write",),
    "`r_assign`": ("r_assign", "assign as R does"),
    "shapes": ("array_reshape", "recycle", "broadcast"),
    "positions": ("which", "which_max", "which_min", "order"),
    "R's functions": ("Summary", "mean", "Math", "sort", "rbind"),
    "to R": ("to_r",),
    "as a subscript or value": ("as a subscript", "as a value"),
}
TITLES = {
    "numpy": "NumPy",
    "ml_dtypes": "NumPy with ml_dtypes",
    "dask": "dask",
    "torch": "PyTorch",
    "jax": "JAX",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "standard": "The array standard",
    "stores": "Arrays on disk",
    "xarray": "xarray",
    "pandas": "pandas tables",
    "polars": "polars tables",
    "pyarrow": "PyArrow tables",
    "scipy": "SciPy's sparse arrays",
    "others": "What is not a tensor",
}
NEXT = "\n## "


def rows(found: Iterable[Found]) -> dict[str, str]:
    """Return the row of each kind of array of one library.

    A cell counts the forms whose answer exists: what R itself refuses, such as the order of
    complex numbers, and `NA` where a dtype has no missing value, are left out.
    """
    cells: dict[str, dict[str, list[bool]]] = {}
    for each in found:
        column = next(name for name, groups in COLUMNS.items() if each.group in groups)
        outcomes = cells.setdefault(each.kind, {name: [] for name in COLUMNS})[column]
        is_absent = each.outcome == REFUSED and (
            not each.has_answer
            or each.text.startswith("MissingValueError")
            or "takes logicals" in each.text  # any() of reals, of which R itself warns
        )
        if not is_absent:
            outcomes.append(each.outcome == SERVED)
    return {
        kind: " | ".join([kind, *map(_mark, columns.values())]) for kind, columns in cells.items()
    }


def _mark(outcomes: list[bool]) -> str:
    if not any(outcomes):
        return "refused"
    return "yes" if all(outcomes) else "in part"


def table(library: str, found: Iterable[Found]) -> str:
    """Return the table of one library."""
    lines = [f"| | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    lines += [f"| {row} |" for row in rows(found).values()]
    return f"{title(library)}\n\n" + "\n".join(lines) + "\n"


def title(library: str) -> str:
    """Return the heading of the table of a library."""
    return f"## {TITLES.get(library, library)}"


def table_on_page(library: str) -> str:
    """Return the table that the page shows of a library, or "" where it has none."""
    heading = title(library)
    text = PAGE.read_text(encoding="utf-8").partition(f"\n{heading}\n")[2]
    return f"{heading}\n{text.partition(NEXT)[0].rstrip()}\n" if text else ""


def rows_on_page(library: str) -> dict[str, str]:
    """Return the rows that the page shows of a library."""
    lines = re.findall(r"^\| (.+) \|$", table_on_page(library), re.M)
    return {line.partition(" | ")[0]: line for line in lines if not line.startswith("| ")}


def write(libraries: list[str]) -> None:
    """Write the tables of libraries anew, in the place that each has among the others."""
    if unknown := set(libraries) - set(LIBRARIES):
        sys.exit(f"no library: {', '.join(sorted(unknown))}; there are {', '.join(LIBRARIES)}")
    head = PAGE.read_text(encoding="utf-8").partition(NEXT)[0]
    tables = [
        table(library, combinations(library)) if library in libraries else table_on_page(library)
        for library in LIBRARIES
    ]
    PAGE.write_text(head + "\n" + "\n".join(filter(None, tables)), encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1:] or list(LIBRARIES))
