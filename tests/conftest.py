"""Settings that every test needs before any library starts."""

import os
import time
from importlib.util import find_spec

import pytest

try:
    from hypothesis import HealthCheck, settings
except ImportError:  # outside a checkout; what searches then skips, and says so
    settings = None

os.environ.setdefault("RPY2_CFFI_MODE", "ABI")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

if find_spec("triton"):  # its LLVM ends a process in which TensorFlow's came first
    import torch._dynamo  # noqa: F401

import processes  # noqa: F401 -- remembers the environment before rpy2 changes it
from compilers import optimise_little

# Both in this process alone; the examples run as they do for a user.
optimise_little()
os.environ.setdefault("JAX_ENABLE_X64", "1")  # before any test module imports JAX

# No test depends on how long it takes: another program may have the processor.
if settings is not None:
    settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("tests")
    # `make fuzz` asks for this one.
    settings.register_profile("fuzz", parent=settings.get_profile("tests"), max_examples=5000)
FUZZ_SECONDS = 1800
BEGAN = time.monotonic()

pytest_plugins = ["missing", "order", "searches", "device_runs", "last_words"]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin no test of the searches when their time is over; the skipped ones are counted."""
    is_search = item.config.getoption("--hypothesis-profile", default=None) == "fuzz"
    if is_search and time.monotonic() - BEGAN > FUZZ_SECONDS:
        pytest.skip(f"the {FUZZ_SECONDS} s of this search are over")
