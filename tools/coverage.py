"""Check that every line and every branch of the pure layers has a test: `make coverage`.

The searches are left out, since a rule that only a search meets has no test that names it; so what
is measured are examples that somebody wrote down. The layers stand in pyproject.toml.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = (
    "test_base_dialect",
    "test_corpus",
    "test_laws",
    "test_rare_paths",
    "test_recycling",
    "test_reshaping",
    "test_shapes",
    "test_subscripts",
    "test_subsetting",
    "test_tensor_dialect",
    "test_text",
)
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
    paths = [f"tests/{name}.py" for name in TESTS]
    selected = ["-m", "not hypothesis", "-k", " and ".join(f"not {name}" for name in SEARCHES)]
    tests = subprocess.run(
        [*command, "run", "-m", "pytest", "-q", "--no-header", *selected, *paths, "pybridge"],
        cwd=ROOT,
    )
    report = subprocess.run([*command, "report"], cwd=ROOT)
    return tests.returncode or report.returncode


if __name__ == "__main__":
    sys.exit(main())
