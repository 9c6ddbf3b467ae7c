"""Settings that every test needs before any library starts."""

import os

from hypothesis import HealthCheck, settings

os.environ.setdefault("RPY2_CFFI_MODE", "ABI")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import processes  # noqa: F401 -- remembers the environment before rpy2 changes it

# No test depends on how long it takes: another program may have the processor.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
# `make fuzz` asks for this one.
settings.register_profile("fuzz", parent=settings.get_profile("tests"), max_examples=5000)

pytest_plugins = ["missing"]
