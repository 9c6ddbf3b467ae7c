"""Outside a checkout a test skips if something is missing, and says what; inside, it fails."""

import pytest
from missing import need_of
from processes import ROOT

if not (ROOT / "tools/setup").exists():
    pytest.skip("needs tools/ of the checkout", allow_module_level=True)

FAULTS = {
    "a library": (ModuleNotFoundError(name="dask.array"), "needs dask, which is not installed"),
    "half a backend": (
        ImportError("cannot import name 'BACKEND'", name="pybridge.backends.dask"),
        "needs dask, which is not installed",
    ),
    "another process": (
        AssertionError("ModuleNotFoundError: No module named 'dask'"),
        "needs dask, which is not installed",
    ),
    "a fault of its own": (AssertionError("assert 1 == 2"), None),
    "a module of ours": (ModuleNotFoundError(name="pybridge.none"), None),
}


@pytest.mark.parametrize(("fault", "need"), FAULTS.values(), ids=FAULTS)
def test_what_a_test_lacked_is_named(fault, need, monkeypatch):
    monkeypatch.setattr("missing.find_spec", lambda name: None)
    monkeypatch.setenv("PYBRIDGE_TEST_BACKENDS", "jax,torch")
    caused = RuntimeError("while it was read")
    caused.__cause__ = fault
    assert need_of(fault) == need_of(caused) == need
    # What was asked for must be there, and so must all of the checkout.
    monkeypatch.setenv("PYBRIDGE_TEST_BACKENDS", "jax,dask")
    assert need_of(fault) is None


def test_what_is_installed_is_no_excuse():
    assert need_of(ModuleNotFoundError(name="dask.nothing")) is None
