"""R's functions on tensors, eager and traced, and what each refuses."""

import numpy as np
import pytest
from backends.adapters import ADAPTERS, ALL, STORES
from backends.running import MODES

from pybridge import errors
from pybridge.r_functions.binding import OperandOfR, bind, sort
from pybridge.r_functions.elementwise import math_group
from pybridge.r_functions.summaries import mean, summary_group

NAN, INF = np.nan, np.inf
X = np.array([[3.0, NAN, 0.5], [-1.5, 2.5, 2.0]])
CALLS = {
    # what R says of matrix(c(3, -1.5, NaN, 2.5, 0.5, 2), 2)
    "sum": (lambda x: summary_group([x], "sum", True), 6.5),
    "sum with NaN": (lambda x: summary_group([x], "sum", False), NAN),
    "max": (lambda x: summary_group([x], "max", True), 3),
    "max with NaN": (lambda x: summary_group([x], "max", False), NAN),
    "range": (lambda x: summary_group([x], "range", True), [-1.5, 3]),
    "mean": (lambda x: mean(x, True), 1.3),
    "round": (lambda x: math_group(x, "round", 0), [[3, NAN, 0], [-2, 2, 2]]),
    "sign": (lambda x: math_group(x, "sign"), [[1, NAN, 1], [-1, 1, 1]]),
    "cumsum": (lambda x: math_group(x, "cumsum"), [3, 1.5, NAN, NAN, NAN, NAN]),
    "rbind": (lambda x: bind([x, OperandOfR(7)], True), [*X, [7, 7, 7]]),
}
RUN = [(name, mode) for name, mode in MODES if mode not in ADAPTERS[name].compiled]
OF_UNKNOWN_SIZE = {"rbind", "cumsum", "range"}


@pytest.mark.parametrize(("name", "mode"), RUN, ids=[" ".join(pair) for pair in RUN])
def test_each_mode_of_a_library_gives_what_r_gives(name, mode):
    is_unknown = mode in ADAPTERS[name].unknown
    calls = {key: call for key, call in CALLS.items() if not (is_unknown and key == "rbind")}

    def run(x):
        return [function(x) for function, _ in calls.values()]

    found = ADAPTERS[name].modes[mode](run, X)
    for key, value in zip(calls, found, strict=True):
        np.testing.assert_allclose(value, calls[key][1], rtol=1e-12, err_msg=key)


def test_narrow_reals_of_jax_are_rounded_as_their_values_in_r():
    import jax.numpy as jnp

    # R says round(17.125, 2) = 17.12, and of the float32 next to 2.675, which is less, 2.67
    found = math_group(jnp.asarray([17.125, 2.675, -17.125], "float32"), "round", 2)
    assert np.array_equal(found, np.array([17.12, 2.67, -17.12], "float32"))


def test_integers_and_logicals_keep_their_exact_sums_and_means():
    for name in ADAPTERS:
        x = ADAPTERS[name].make(np.array([100, 100, 100], "int8"))
        found = [summary_group([x], "sum", False), mean(x, False), math_group(x, "cumsum")]
        read = [np.asarray(ADAPTERS[name].read(value)).tolist() for value in found]
        assert read == [300, 100.0, [100, 200, 300]], name


def test_a_store_is_never_read_whole():
    for name in STORES:
        x = ALL[name].make(np.arange(6.0).reshape(2, 3))
        for call in (lambda x: mean(x, False), lambda x: sort(x, False, None)):
            with pytest.raises(errors.UnsupportedTensorError, match="read it, or take it to dask"):
                call(x)


def test_what_the_array_standard_lacks_is_refused_and_the_rest_is_done():
    x = ALL["array_api"].make(np.array([1.0, 4.0]))
    assert np.asarray(np.from_dlpack(math_group(x, "sqrt"))).tolist() == [1, 2]
    assert float(summary_group([x], "sum", False)) == 5
    with pytest.raises(errors.UnsupportedTensorError, match="lacks `digamma`"):
        math_group(x, "digamma")


def test_two_libraries_and_two_dtypes_do_not_go_together():
    x, y = ADAPTERS["jax"].make(np.ones(2)), ADAPTERS["torch"].make(np.ones(2))
    with pytest.raises(errors.UnsupportedTensorError, match="cannot be combined"):
        bind([x, y], True)
    with pytest.raises(errors.UnsupportedTensorError, match="int64 and one of float64"):
        summary_group([np.ones(2), np.arange(2)], "sum", False)
    with pytest.raises(errors.ShapeError, match="not a tensor of shape"):
        bind([np.ones((1, 1, 1))], True)


LARGE = {
    "uint8": np.full(3000, 255, "uint8"),
    "int32": np.full(4, 2**31 - 1, "int32"),
    "uint32": np.full(4, 2**32 - 1, "uint32"),
    "int64": np.full(4, 2**62),
    "uint64": np.full(3, 2**63, "uint64"),
}
LAZY = [
    *(("tensorflow", "function"), ("tensorflow", "xla"), ("jax", "jit"), ("jax", "vmap")),
    *(("torch", "vmap"), ("dask", "lazy")),
]


@pytest.mark.parametrize("dtype", LARGE)
@pytest.mark.parametrize(("name", "mode"), LAZY, ids=[" ".join(pair) for pair in LAZY])
def test_a_mean_of_unknown_values_never_wraps_around(name, mode, dtype):
    x = LARGE[dtype]
    if name == "torch" and dtype == "uint64":  # in which PyTorch hardly computes
        with pytest.raises(errors.UnsupportedTensorError, match=r"x\.to\(torch\.int64\)"):
            ADAPTERS[name].modes[mode](lambda x: [mean(x, False)], x)
        return
    (found,) = ADAPTERS[name].modes[mode](lambda x: [mean(x, False)], x)
    assert abs(float(found) / float(x[0]) - 1) < 1e-6


def test_sums_while_jax_traces_are_those_of_the_library_in_32_bits():
    import jax
    import jax.numpy as jnp

    def total(x):
        return summary_group([x], "sum", False)

    jax.config.update("jax_enable_x64", False)
    try:
        x = jnp.full((3000, 3000), 255, jnp.uint8)
        assert int(jax.jit(total)(x)) == 2295000000 == int(jax.jit(jnp.sum)(x))
        assert float(jax.jit(lambda x: mean(x, False))(x)) == pytest.approx(255, rel=1e-6)
        row = jnp.full(4, 2**30, jnp.uint32)
        steps = jax.jit(lambda x: math_group(x, "cumsum"))(row)
        assert steps.tolist() == jax.jit(jnp.cumsum)(row).tolist()
        assert steps.tolist()[:3] == [2**30, 2**31, 3 * 2**30]
    finally:
        jax.config.update("jax_enable_x64", True)


def test_unsigned_sums_use_all_bits():
    x = np.array([2**63, 2**62], "uint64")
    assert int(summary_group([x], "sum", False)) == 2**63 + 2**62
    with pytest.raises(errors.LossyValueError, match="uint64 does not hold"):
        summary_group([np.array([2**63, 2**63], "uint64")], "sum", False)


def test_masked_arrays_and_records_are_combined_without_loss():
    x = np.ma.MaskedArray([1, 2], [False, True])
    assert bind([x, OperandOfR(7)], True).tolist() == [[1, None], [7, 7]]
    records = [np.zeros(2, [("a", code)]) for code in ("i4", "f4")]
    with pytest.raises(errors.UnsupportedTensorError, match="cannot be combined"):
        bind(records, True)
    assert bind([records[0]] * 2, True).dtype == records[0].dtype


@pytest.mark.parametrize("name", ["signif", "cospi", "sinpi", "tanpi", "gamma", "trigamma"])
def test_what_no_library_computes_as_r_does_is_refused_with_the_call_that_works(name):
    with pytest.raises(errors.UnsupportedTensorError, match=rf"{name}\(as.array\(x\)\)"):
        math_group(X, name)
