"""Settings that every test needs before any library starts."""

import os

from hypothesis import settings

os.environ.setdefault("RPY2_CFFI_MODE", "ABI")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import processes  # noqa: F401 -- remembers the environment before rpy2 changes it

# `make fuzz` asks for this one.
settings.register_profile("fuzz", max_examples=5000, deadline=None)

pytest_plugins = ["missing"]
