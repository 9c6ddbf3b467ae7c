"""Begin with the files whose tests take longest, so that two processes end at the same time."""

import pytest

# Those that take longer than ten seconds; no test depends on the order, and a file that is missing
# here only makes the whole a little longer.
LONGEST = (
    "tests/product/test_product.py",
    "tests/backends/test_corpus_on_backends.py",
    "tests/examples/test_from_scratch.py",
    "tests/devices/test_on_devices.py",
    "tests/devices/test_product_on_devices.py",
    "tests/project/test_site.py",
    "tests/project/test_search.py",
    "tests/project/test_lookup_page.py",
    "tests/backends/test_keras_models.py",
    "tests/project/test_builds.py",
    "tests/examples/test_workers.py",
    "tests/r_functions/test_against_r.py",
    "tests/examples/test_cluster.py",
    "tests/conversion/test_rpy2_host.py",
    "tests/dialects/test_base_dialect.py",
    "tests/examples/test_examples.py",
    "tests/testing/test_kit_example.py",
    "tests/testing/test_plugin.py",
    "tests/testing/test_kit_testthat.py",
    "tests/devices/test_devices.py",
    "tests/backends/test_torch_compile.py",
    "tests/subsetting/test_laws.py",
    "tests/examples/test_larger_than_memory.py",
    "tests/backends/test_traced_subscripts.py",
    "tests/conversion/test_rpy2_session.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first, and leave the others in their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
