"""Leave out the tests that search a space, or run those alone that `make coverage` measures.

The options of pytest: `--no-search`, `--covered` and `--not-covered`.
"""

import pytest

# Parts of the names of tests that search a space, beside those of Hypothesis. `make coverage` and
# `make test-quick` leave them out: a rule that only a search meets has no test that names it.
SEARCHES = ("every_range", "every_short", "every_factor", "every_pair_of_small", "all_pairs")
SEARCHES += ("random", "fuzz")

COVERED = ("tests/test_lossless.py", "tests/subscripts", "tests/dialects", "tests/shapes")
COVERED += ("tests/subsetting", "pybridge")
"""Where the tests of the pure layers are, which cover every line of them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    parser.addoption("--no-search", action="store_true", help="leave out what searches a space")
    parser.addoption("--covered", action="store_true", help="run the tests of `make coverage`")
    parser.addoption("--not-covered", action="store_true", help="run all other tests")


def pytest_configure(config: pytest.Config) -> None:
    """Leave out the searches as `-m` and `-k` do, and choose the folders."""
    if config.getoption("--covered"):
        config.args[:] = COVERED
        config.option.no_search = True
    if config.getoption("--no-search"):
        config.option.markexpr = "not hypothesis"
        config.option.keyword = f"not ({' or '.join(SEARCHES)})"


def is_covered(item: pytest.Item) -> bool:
    """Return whether `make coverage` runs a test."""
    above = (pytest.Session, pytest.Directory)
    names = [node.name.lower() for node in item.listchain() if not isinstance(node, above)]
    is_search = item.get_closest_marker("hypothesis") is not None or any(
        search in name for search in SEARCHES for name in names
    )
    is_there = item.nodeid.startswith(tuple(COVERED))
    return is_there and not is_search


@pytest.hookimpl(trylast=True)  # Hypothesis marks its tests at the same moment
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `make coverage` runs."""
    if config.getoption("--not-covered"):
        left_out = [item for item in items if is_covered(item)]
        items[:] = [item for item in items if not is_covered(item)]
        config.hook.pytest_deselected(items=left_out)
