"""Fixtures for the tests of the MNIST loader."""

import hashlib
import importlib.util

import numpy as np
import pytest
from processes import ROOT


@pytest.fixture
def loader(monkeypatch, tmp_path):
    """A fresh copy of the loader, with a cache of its own and no source but those a test adds."""
    specification = importlib.util.spec_from_file_location(
        "mnist_data", ROOT / "examples/mnist_data.py"
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.delenv("PYBRIDGE_MNIST", raising=False)
    monkeypatch.setenv("PYBRIDGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "SOURCES", {})
    return module


@pytest.fixture(scope="module")
def digits():
    """Arrays of MNIST's shapes and types that are not MNIST; quick to make and to compress."""
    x_train = np.zeros((60000, 28, 28), np.uint8)
    x_train[:, 3, 5] = np.arange(60000) % 251
    x_test = np.zeros((10000, 28, 28), np.uint8)
    x_test[:, 7, 2] = np.arange(10000) % 249
    labels = (np.arange(60000) * 7 % 10).astype(np.uint8)
    return {
        "x_train": x_train,
        "y_train": labels,
        "x_test": x_test,
        "y_test": labels[:10000],
    }


@pytest.fixture
def trusting(loader, digits, monkeypatch):
    """The loader, taught that `digits` are the digits."""
    for name, array in digits.items():
        monkeypatch.setitem(loader.SHA256, name, hashlib.sha256(array.tobytes()).hexdigest())
    return loader
