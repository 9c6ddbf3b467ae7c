"""Leave out the tests that search a space: the option `--no-search` of pytest."""

import pytest

# Parts of the names of tests that search a space, beside those of Hypothesis. `make coverage` and
# `make test-quick` leave them out: a rule that only a search meets has no test that names it.
SEARCHES = ("every_range", "every_short", "every_factor", "every_pair_of_small", "all_pairs")
SEARCHES += ("random", "fuzz")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--no-search`."""
    parser.addoption("--no-search", action="store_true", help="leave out what searches a space")


def pytest_configure(config: pytest.Config) -> None:
    """Select by it, as `-m` and `-k` do."""
    if config.getoption("--no-search"):
        config.option.markexpr = "not hypothesis"
        config.option.keyword = f"not ({' or '.join(SEARCHES)})"
