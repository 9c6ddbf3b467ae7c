"""Fixtures for the tests of the MNIST loader."""

import importlib.util

import pytest
from mnist_files import digits_of, teach
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
    return digits_of(600, 100)


@pytest.fixture
def trusting(loader, digits, monkeypatch):
    """The loader, taught that `digits` are the digits."""
    teach(monkeypatch, loader, digits)
    return loader
