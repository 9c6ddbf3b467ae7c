"""Check that every line and every branch of the pure layers has a test: `make coverage`.

The searches are left out, since a rule that only a search meets has no test that names it; so what
is measured are examples that somebody wrote down. The layers stand in pyproject.toml.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ("subscripts", "dialects", "shapes", "subsetting")
SEARCHES = [
    "every_range",
    "every_short",
    "every_factor",
    "every_pair_of_small",
    "all_pairs",
    "random",
    "fuzz",
]


def main() -> int:
    """Run the tests under coverage and return the exit code."""
    command = [sys.executable, "-m", "coverage"]
    paths = [f"tests/{name}" for name in TESTS]
    selected = ["-m", "not hypothesis", "-k", " and ".join(f"not {name}" for name in SEARCHES)]
    tests = subprocess.run(
        [*command, "run", "-m", "pytest", "-q", "--no-header", *selected, *paths, "pybridge"],
        cwd=ROOT,
    )
    report = subprocess.run([*command, "report"], cwd=ROOT)
    return tests.returncode or report.returncode


if __name__ == "__main__":
    sys.exit(main())
