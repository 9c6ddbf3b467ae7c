"""What the typed example claims to type checkers is so when it runs."""

import importlib.util
import typing

import dask.array
import jax
import numpy as np
import pytest
import torch
import zarr
from processes import ROOT

from pybridge import R, r_assign, r_slice, which


def written_out(claimed):
    """Return what an alias by Python's statement `type` stands for."""
    alias = typing.get_origin(claimed) or claimed
    if not hasattr(alias, "__value__"):
        return claimed
    given = typing.get_args(claimed)
    return alias.__value__[given] if given else alias.__value__


def holds(value, claimed):
    """Return whether a value is what an annotation says of it, with the dtype of an array."""
    if claimed is typing.Any:
        return True
    claimed = written_out(claimed)
    origin, given = typing.get_origin(claimed), typing.get_args(claimed)
    if origin is tuple:
        return isinstance(value, tuple) and all(holds(entry, given[0]) for entry in value)
    if origin is not np.ndarray:
        return isinstance(value, origin or claimed)
    sizes, (scalar,) = typing.get_args(written_out(given[0])), typing.get_args(given[1])
    return (
        isinstance(value, np.ndarray)
        and (sizes[1:] == (...,) or len(sizes) == value.ndim)
        and scalar in (typing.Any, value.dtype.type)
    )


@pytest.fixture
def typed(monkeypatch):
    """The example, with its claims counted and put to the values."""
    found = importlib.util.spec_from_file_location("typed", ROOT / "examples/typed.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    claims = []

    def assert_type(value, claimed):
        assert holds(value, claimed), f"{type(value)} is not {claimed}"
        claims.append(claimed)
        return value

    monkeypatch.setattr(module, "assert_type", assert_type)
    module.claims = claims
    for name, library in (("dask", dask), ("jax", jax), ("torch", torch), ("zarr", zarr)):
        monkeypatch.setattr(module, name, library, raising=False)
    return module


def test_every_claim_holds_when_it_runs(typed, tmp_path):
    digits = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    digits = np.concatenate([digits, digits[:1]])
    typed.of_numpy(digits, np.arange(9.0))
    typed.of_known_shape(np.arange(6.0).reshape(3, 2))
    typed.of_torch(torch.arange(12.0).reshape(2, 6), torch.nn.Parameter(torch.ones(2, 6)))
    typed.of_others(jax.numpy.arange(12).reshape(2, 6), dask.array.arange(6))
    zarr.save(str(tmp_path / "x.zarr"), np.arange(6))
    typed.of_stores(str(tmp_path / "x.zarr"))
    written = (ROOT / "examples/typed.py").read_text().count(" assert_type(")
    assert len(typed.claims) == written + 2  # the loop over three digits claims three times


def test_a_parameter_gives_a_tensor():
    weight = torch.nn.Parameter(torch.ones(2, 6))
    verbs = (R(weight)[1], r_slice(weight, 1), r_assign(weight, 1, value=0), which(weight > 0))
    assert [type(found) for found in verbs] == [torch.Tensor] * 4


def test_code_for_tensors_of_any_library(typed):
    assert typed.last(np.arange(6).reshape(2, 3)).tolist() == [2, 5]
    assert typed.last(torch.arange(6).reshape(2, 3)).tolist() == [2, 5]


def test_a_claim_can_fail(typed):
    assert not holds(np.float64(1), typed.Reals)
    assert not holds(np.zeros(2, np.float32), typed.Reals)
    assert not holds(np.zeros(2), torch.Tensor)
    assert not holds(np.zeros(2), np.ndarray[tuple[int, int], np.dtype[np.float64]])
    assert not holds((np.zeros(2), 1), tuple[typed.Reals, ...])
