"""What the tests on devices rest on: copies are counted, and a missing device fails in words."""

from types import SimpleNamespace

import device_runs
import numpy as np
import pytest
from backends.adapter import AdapterName
from backends.adapters import EVERY
from backends.devices import ON_A_DEVICE, NoDeviceError, OnJax, OnTensorflow, OnTorch
from processes import python


def test_the_enumeration_names_every_adapter():
    assert set(AdapterName) == set(EVERY) | set(ON_A_DEVICE)
    assert not set(EVERY) & set(ON_A_DEVICE)


def test_copies_to_the_host_are_counted():
    on_jax = OnJax("cpu:1")
    x = on_jax.make(np.arange(6.0).reshape(2, 3))
    for copy in (
        lambda x: np.asarray(x),
        lambda x: np.array(x),
        lambda x: float(x[1, 2]),
        lambda x: x.tolist(),
    ):
        with on_jax.counting() as copies:
            copy(x)
        assert set(copies) in ({"shape (2, 3)"}, {"shape ()"}), copies
    with on_jax.counting() as copies:
        x[1] * 2 + x.sum()
    assert copies == []
    on_torch = OnTorch("meta")
    y = on_torch.make(np.arange(6.0).reshape(2, 3))
    for copy in (lambda y: y.cpu(), lambda y: float(y[1, 2]), lambda y: bool(y.any())):
        with on_torch.counting() as copies, pytest.raises((NotImplementedError, RuntimeError)):
            copy(y)
        assert set(copies) in ({"shape (2, 3)"}, {"shape ()"}), copies
    with on_torch.counting() as copies:
        y[1] * 2 + y.sum()
    assert copies == []


def test_a_result_elsewhere_fails():
    on_jax = OnJax("cpu:1")
    x = np.arange(6.0)
    with pytest.raises(AssertionError, match=r"the result is on .*id=0"):
        on_jax.eager(lambda x: [EVERY["jax"].make(np.zeros(2))], x)
    with pytest.raises(AssertionError, match=r"shape \(6,\)"):
        on_jax.eager(lambda x: [on_jax.make(np.asarray(x))], x)
    with pytest.raises(AssertionError, match="the result is on cpu"):
        OnTorch("meta").eager(lambda x: [EVERY["torch"].make(np.zeros(2))], x)


def test_a_device_without_64_bit_reals_gets_32_and_gives_64_back():
    on_jax = OnJax("cpu:1")
    on_jax.is_narrow = True
    seen = []

    def act(x, i):
        seen.extend([str(x.dtype), str(i.dtype)])
        return [x + 0.5, i]

    reals, integers = on_jax.eager(act, np.arange(3.0), np.arange(3))
    assert seen == ["float32", "int64"]
    assert (reals.dtype, reals.tolist(), integers.dtype) == ("float64", [0.5, 1.5, 2.5], "int64")


def test_a_library_without_a_device_says_so():
    with pytest.raises(NoDeviceError, match="JAX has 2 devices of the kind cpu"):
        OnJax("cpu:7")
    with pytest.raises(NoDeviceError, match="PyTorch has one CPU"):
        OnTorch("cpu:1")
    with pytest.raises(NoDeviceError, match="TensorFlow has 0 devices of the kind meta"):
        OnTensorflow("meta")


def test_a_run_on_a_device_that_is_nowhere_ends_in_words(monkeypatch):
    monkeypatch.setattr(device_runs, "DEVICE", "xpu:9")
    with pytest.raises(pytest.exit.Exception) as ended:
        device_runs.pytest_configure(SimpleNamespace(stash={}))
    assert ended.value.returncode == 1
    first, *others = str(ended.value).splitlines()
    assert first == (
        "no test ran: no library has a device 'xpu:9' on this machine; run the tests on one that "
        "has it."
    )
    assert [line.split()[0].rstrip(":") for line in others] == [
        *("PyTorch", "JAX", "TensorFlow", "Keras")
    ]
    monkeypatch.setattr(device_runs, "DEVICE", "meta")
    config = SimpleNamespace(stash={})
    device_runs.pytest_configure(config)
    assert "TensorFlow has 0 devices of the kind meta" in config.stash[device_runs.LACKING]


def test_a_run_names_the_adapters_that_it_leaves_out():
    file = "tests/backends/test_corpus_on_backends.py"
    chosen = ("-k", "test_the_corpus and only and eager")
    done = python("-m", "pytest", "-q", file, *chosen, PYBRIDGE_TEST_DEVICE="")
    assert done.returncode == 0, done.stdout
    (line,) = [each for each in done.stdout.splitlines() if each.startswith("adapters on which")]
    left_out = line.partition(": ")[2].split(", ")
    assert left_out == [name for name in AdapterName if name != "numpy read-only"]
