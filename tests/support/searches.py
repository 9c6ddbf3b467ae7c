"""Choose the tests of a run: without searches, without slow tests, those of `make coverage` alone.

A test that takes long and finds little has the mark `slow`: `make test` leaves it out by pytest's
own `-m "not slow"`, and `make test-rest` runs it. The options added here are `--no-search`,
`--covered`, `--not-covered` and `--unchanged`: this leaves out a test with the mark `made_of` that
passed when all the files that the mark names were as they are.
"""

import pytest

from tools import unchanged

# Parts of the names of tests that search a space, beside those of Hypothesis. `make coverage` and
# `make test-quick` leave them out: a rule that only a search meets has no test that names it.
SEARCHES = ("every_range", "every_short", "every_factor", "every_pair_of_small", "all_pairs")
SEARCHES += ("random", "fuzz")

COVERED = ("tests/test_lossless.py", "tests/subscripts", "tests/dialects", "tests/shapes")
COVERED += ("tests/subsetting", "pybridge")
"""Where the tests of the pure layers are, which cover every line of them."""
DIGEST = pytest.StashKey[str]()
MARKS = (
    "slow: left out by `make test`, and run by `make test-rest` and `make test-all`",
    "made_of(*paths): not run again by `make test` while these files are as when the test passed",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    parser.addoption("--no-search", action="store_true", help="leave out what searches a space")
    parser.addoption("--covered", action="store_true", help="run the tests of `make coverage`")
    parser.addoption("--not-covered", action="store_true", help="run all other tests")
    parser.addoption("--unchanged", action="store_true", help="skip what passed as it is")


def pytest_configure(config: pytest.Config) -> None:
    """Leave out the searches as `-m` and `-k` do, and choose the folders."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    if config.getoption("--covered"):
        config.args[:] = COVERED
        config.option.no_search = True
    if config.getoption("--no-search"):
        config.option.markexpr = "not hypothesis and not slow"
        config.option.keyword = f"not ({' or '.join(SEARCHES)})"


def is_covered(item: pytest.Item) -> bool:
    """Return whether `make coverage` runs a test."""
    above = (pytest.Session, pytest.Directory)
    names = [node.name.lower() for node in item.listchain() if not isinstance(node, above)]
    is_search = item.get_closest_marker("hypothesis") is not None or any(
        search in name for search in SEARCHES for name in names
    )
    is_there = item.nodeid.startswith(tuple(COVERED))
    return is_there and not is_search and item.get_closest_marker("slow") is None


@pytest.hookimpl(trylast=True)  # Hypothesis marks its tests at the same moment
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `make coverage` runs, and skip what passed as it is."""
    if config.getoption("--not-covered"):
        left_out = [item for item in items if is_covered(item)]
        items[:] = [item for item in items if not is_covered(item)]
        config.hook.pytest_deselected(items=left_out)
    for item in items:
        if mark := item.get_closest_marker("made_of"):
            own = item.path.relative_to(unchanged.ROOT).as_posix()
            item.stash[DIGEST] = digest = unchanged.digest(item.nodeid, own, *mark.args)
            if config.getoption("--unchanged") and unchanged.is_recorded(digest):
                item.add_marker(pytest.mark.skip(reason=unchanged.REASON))


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Note that a test passed with its files as they are, from its first fixture to its last."""
    if call.excinfo is not None:
        item.stash[DIGEST] = ""
    if call.when == "teardown" and item.stash.get(DIGEST, ""):
        unchanged.record(item.stash[DIGEST])
