"""Subscripts that are tensors: read if their values are known, else part of the graph."""

import numpy as np
import pytest
from backends.adapters import ADAPTERS

from pybridge import NA, R, errors, r_assign, r_slice

X = np.arange(1.0, 31).reshape(2, 3, 5)
EAGER = ["tensorflow", "jax", "torch", "keras"]
TRACED = [
    *(("tensorflow", mode) for mode in ("function", "unknown", "xla")),
    *(("jax", mode) for mode in ("jit", "vmap")),
    *(("torch", mode) for mode in ("vmap",)),
    *(("keras", mode) for mode in ("model", "batched")),
    ("dask", "lazy"),
]
COUNTED = [*(("tensorflow", mode) for mode in ("function", "unknown", "xla")), ("dask", "lazy")]
"""Where code that is traced may yet select a number of elements that only its values tell."""
IDS = [" ".join(pair) for pair in TRACED]

SUBSCRIPTS = {
    "scalar": (np.array(3), X[:, 2]),
    "scalar from the end": (np.array(-3), X[:, 0]),
    "vector": (np.array([3, 1, -1, 3]), X[:, [2, 0, 2, 2]]),
    "no position": (np.array([], "int64"), X[:, :0]),
    "int8": (np.array([2, 1], "int8"), X[:, [1, 0]]),
    "uint8": (np.array([2, 1], "uint8"), X[:, [1, 0]]),
}
MASK = np.array([True, False, True])
POINTS = np.array([[1, 3, 5], [2, -1, 1], [-1, 1, 2]])
WHOLE = X % 4 < 2


@pytest.mark.parametrize("library", EAGER)
@pytest.mark.parametrize("of", ["own library", "numpy", "another"])
def test_a_tensor_with_values_is_read_as_an_array_is(library, of):
    make = ADAPTERS[library].make
    tensor = {"own library": library, "numpy": None, "another": "torch"}[of]
    x = X if tensor is None else ADAPTERS[tensor].make(X)
    read = np.asarray if tensor is None else ADAPTERS[tensor].read
    for subscript, expected in SUBSCRIPTS.values():
        np.testing.assert_array_equal(read(R(x)[:, make(subscript)]), expected)
    np.testing.assert_array_equal(read(R(x)[:, make(MASK)]), X[:, MASK])
    np.testing.assert_array_equal(read(R(x)[make(POINTS)]), [15, 26, 17])
    np.testing.assert_array_equal(read(R(x)[make(WHOLE)]), X[WHOLE])
    found = R(x)[1, make(np.array(2)) : make(np.array(-1)), 5]
    np.testing.assert_array_equal(read(found), [10, 15])
    np.testing.assert_array_equal(read(R(x)[:, [make(np.array(3)), 1]]), X[:, [2, 0]])
    # whole reals are fine and fractions are not, as for arrays
    np.testing.assert_array_equal(read(R(x)[:, make(np.array([2.0]))]), X[:, [1]])


@pytest.mark.parametrize("library", EAGER)
@pytest.mark.parametrize(
    ("subscript", "error"),
    [
        (np.array(4), errors.SubscriptOutOfBoundsError),
        (np.array([1, 0]), errors.SubscriptOutOfBoundsError),
        (np.array([1, -4]), errors.SubscriptOutOfBoundsError),
        (np.array(1.5), errors.SubscriptTypeError),
        (np.array([1.0, np.nan]), errors.SubscriptMissingError),
        (np.array([True, False]), errors.SubscriptMaskError),
    ],
)
def test_a_tensor_with_values_is_checked_as_an_array_is(library, subscript, error):
    adapter = ADAPTERS[library]
    for x in (X, adapter.make(X)):
        with pytest.raises(error):
            R(x)[:, adapter.make(subscript)]


@pytest.mark.parametrize(("library", "mode"), TRACED, ids=IDS)
def test_traced_positions_read_as_known_ones(library, mode):
    run = ADAPTERS[library].modes[mode]
    for subscript, expected in SUBSCRIPTS.values():
        found = run(lambda x, i: [R(x)[:, i], r_slice(x, 1, i, 5)], X, subscript)
        np.testing.assert_array_equal(found[0], expected)
        np.testing.assert_array_equal(found[1], expected[0, ..., -1])
    (found,) = run(lambda x, i: [r_slice(x, 1, i, drop=False)], X, np.array(2))
    np.testing.assert_array_equal(found, X[:1, 1:2])
    (found,) = run(lambda x, i: [R(x)[[2, 1], i, 5:1]], X, np.array([3, 1]))
    np.testing.assert_array_equal(found, X[::-1, [2, 0]][..., ::-1])
    (found,) = run(lambda x, i: [R(x)[i]], X, POINTS)
    np.testing.assert_array_equal(found, [15, 26, 17])


@pytest.mark.parametrize(("library", "mode"), TRACED, ids=IDS)
def test_traced_positions_write_as_known_ones(library, mode):
    run = ADAPTERS[library].modes[mode]
    value = np.arange(-8.0, 0).reshape(2, 4)
    subscript, _ = SUBSCRIPTS["vector"]

    def write(x, i, v):
        return [
            r_assign(x, slice(None), i, 5, value=v),  # position 3 is named three times
            r_assign(x, slice(None), i, 5, value=-1),
        ]

    found = run(write, X, subscript, value)
    expected = X.copy()
    expected[:, 2, 4] = value[:, 3]
    expected[:, 0, 4] = value[:, 1]
    np.testing.assert_array_equal(found[0], expected)
    expected[:, [0, 2], 4] = -1
    np.testing.assert_array_equal(found[1], expected)
    points = np.array([[1, 1, 1], [-1, 3, 5], [1, 1, 1]])
    found = run(
        lambda x, i, v: [r_assign(x, i, value=v), r_assign(x, i, value=0)],
        *(X, points, np.array([-1.0, -2.0, -3.0])),
    )
    expected = X.copy()
    expected[0, 0, 0], expected[1, 2, 4] = -3, -2
    np.testing.assert_array_equal(found[0], expected)
    expected[0, 0, 0] = expected[1, 2, 4] = 0
    np.testing.assert_array_equal(found[1], expected)


@pytest.mark.parametrize(("library", "mode"), TRACED, ids=IDS)
def test_a_traced_mask_selects_or_is_refused_with_the_reason(library, mode):
    run = ADAPTERS[library].modes[mode]

    def read(x, axis, whole):
        results = []
        for subscripts in ((slice(None), axis), (whole,)):
            try:
                results.append(r_slice(x, *subscripts))
            except errors.TracingError as error:
                results.append(error)
        return results

    found = run(read, X, MASK, WHOLE)
    if (library, mode) in COUNTED:
        np.testing.assert_array_equal(found[0], X[:, MASK])
        np.testing.assert_array_equal(found[1], X[WHOLE])
    else:
        assert all(isinstance(error, errors.TracingError) for error in found)
        assert all("unknown" in str(error) for error in found)


@pytest.mark.parametrize(("library", "mode"), TRACED, ids=IDS)
def test_a_single_value_goes_under_a_traced_mask(library, mode):
    run = ADAPTERS[library].modes[mode]

    def write(x, axis, whole):
        return [
            r_assign(x, 2, axis, value=0),
            r_assign(x, whole, value=0),
            r_assign(x, slice(None), axis, [5, 1], value=np.array([-1, -2])),
        ]

    found = run(write, X, MASK, WHOLE)
    np.testing.assert_array_equal(
        found[0], np.where(MASK[:, None] & np.array([0, 1])[:, None, None], 0, X)
    )
    np.testing.assert_array_equal(found[1], np.where(WHOLE, 0, X))
    expected = X.copy()
    expected[:, [0, 2], 4], expected[:, [0, 2], 0] = -1, -2
    np.testing.assert_array_equal(found[2], expected)


@pytest.mark.parametrize(("library", "mode"), TRACED, ids=IDS)
def test_traced_bounds_make_a_range_or_are_refused_with_the_reason(library, mode):
    run = ADAPTERS[library].modes[mode]
    asked = {
        (2, NA): [2, 3, 4, 5],
        (NA, -2): [1, 2, 3, 4],
        (2, 4): [2, 3, 4],
        (4, 2): [4, 3, 2],
        (-1, -3): [5, 4, 3],
        (4, -4): [],
        (3, 3): [3],
    }

    def read(x, *bounds):
        results = []
        for k, (start, stop) in enumerate(asked):
            low, high = bounds[2 * k], bounds[2 * k + 1]
            part = slice(NA if start is NA else low, NA if stop is NA else high)
            try:
                results.append(r_slice(x, 1, 1, part))
            except errors.TracingError as error:
                results.append(error)
        return results

    bounds = [np.array(1 if bound is NA else bound) for pair in asked for bound in pair]
    found = run(read, X, *bounds)
    for each, expected in zip(found, asked.values(), strict=True):
        if library == "tensorflow":
            np.testing.assert_array_equal(each, expected)
        else:
            assert isinstance(each, errors.TracingError)
            assert "bound" in str(each)


@pytest.mark.parametrize(("library", "mode"), TRACED, ids=IDS)
def test_what_the_shape_and_dtype_tell_is_checked_while_traced(library, mode):
    run = ADAPTERS[library].modes[mode]

    def read(x, real, short, matrix):
        results = []
        asked = [(1, real), (1, matrix), (1, slice(1, real)), (1, short), (matrix,)]
        # where the length of the mask is unknown, and the columns are, there is nothing to check
        for subscripts in asked[:3] if mode == "unknown" else asked:
            try:
                results.append(r_slice(x, *subscripts))
            except errors.PybridgeError as error:
                results.append(error)
        return results

    sizes = (np.array(1.0), np.array([True, False]), np.array([[1, 1]]))
    found = run(read, X, *sizes)
    wanted = [errors.SubscriptTypeError] * 3
    if mode == "batched":  # a mask is refused as such
        wanted += [errors.TracingError, errors.SubscriptCountError]
    elif mode != "unknown":
        wanted += [errors.SubscriptMaskError, errors.SubscriptCountError]
    assert [type(each) for each in found] == wanted, found


@pytest.mark.parametrize("library", ["tensorflow", "jax", "keras", "dask"])
def test_a_traced_tensor_of_another_library_is_refused(library):
    mode = {"tensorflow": "function", "jax": "jit", "keras": "model", "dask": "lazy"}[library]

    def read(position):
        results = []
        for x in (X, ADAPTERS["torch"].make(X)):
            for act in (
                lambda x=x: R(x)[1, position],
                lambda x=x: R(x)[1, 1:position],
                lambda x=x: r_assign(x, 1, value=position),
            ):
                try:
                    results.append(act())
                except errors.TracingError as error:
                    results.append(error)
        return results

    found = ADAPTERS[library].modes[mode](read, np.array(1))
    assert [type(each) for each in found] == [errors.TracingError] * 6
    assert all(library in str(each) for each in found)


def test_a_position_beyond_its_axis_meets_the_librarys_own_behaviour():
    """What the module `pybridge.dialects.traced` documents."""
    import tensorflow as tf
    import torch

    for position in (0, 4, -4):
        found = ADAPTERS["jax"].modes["jit"](lambda x, i: [R(x)[1, i]], X, np.array(position))
        assert np.isnan(found[0]).all()
        (kept,) = ADAPTERS["jax"].modes["jit"](
            lambda x, i: [r_assign(x, 1, i, value=0)], X, np.array(position)
        )
        np.testing.assert_array_equal(kept, X)
        with pytest.raises(tf.errors.InvalidArgumentError):
            ADAPTERS["tensorflow"].modes["function"](
                lambda x, i: [R(x)[1, i]], X, np.array(position)
            )
        with pytest.raises((IndexError, RuntimeError)):
            torch.compile(lambda x, i: R(x)[1, i], backend="eager")(
                torch.tensor(X), torch.tensor(position)
            )


WRAPPING = [
    ("uint64", 2**64 - 1),  # the last one in 64 bits with a sign
    ("uint64", 2**32 + 1),  # the first one in 32 bits
    ("uint32", 2**32 - 1),
    ("int64", 2**32 + 1),
    ("int64", -(2**32) - 1),
]


@pytest.mark.parametrize("library", ["tensorflow", "torch", "keras"])
@pytest.mark.parametrize(("dtype", "position"), WRAPPING)
def test_a_traced_position_too_large_for_the_librarys_integers_is_no_other(
    library, dtype, position
):
    import tensorflow as tf
    import torch

    def run(act):
        given = np.array([position], dtype)
        if library == "torch":
            compiled = torch.compile(act, backend="aot_eager", fullgraph=True)
            return compiled(torch.tensor(X), torch.from_numpy(given))
        mode = {"tensorflow": "function", "keras": "model"}[library]
        return ADAPTERS[library].modes[mode](lambda x, i: [act(x, i)], X, given)[0]

    refusals = (tf.errors.InvalidArgumentError, IndexError)
    with pytest.raises(refusals):
        run(lambda x, i: R(x)[1, i])
    if library == "keras":  # it writes by comparing positions
        np.testing.assert_array_equal(run(lambda x, i: r_assign(x, 1, i, value=0)), X)
    else:
        with pytest.raises(refusals):
            run(lambda x, i: r_assign(x, 1, i, value=0))


@pytest.mark.parametrize(
    ("library", "mode"), [("keras", "model"), ("jax", "jit"), ("tensorflow", "xla")]
)
def test_a_traced_point_beyond_its_axis_is_no_element_of_the_next_row(library, mode):
    import tensorflow as tf

    run = ADAPTERS[library].modes[mode]
    points = np.array([[1, 3, 5], [2, 1, 1], [1, 3, 6], [1, 4, 1]])
    value = np.array([-1.0, -2.0, -3.0, -4.0])
    (found,) = run(lambda x, i, v: [r_assign(x, i, value=v)], X, points, value)
    expected = X.copy()
    expected[0, 2, 4], expected[1, 0, 0] = -1, -2
    np.testing.assert_array_equal(found, expected)
    if library == "jax":
        (found,) = run(lambda x, i: [R(x)[i]], X, points)
        np.testing.assert_array_equal(found, [15, 16, np.nan, np.nan])
    elif library == "keras":
        with pytest.raises(tf.errors.InvalidArgumentError):
            run(lambda x, i: [R(x)[i]], X, points)


def test_points_that_32_bits_do_not_count_are_no_element_of_a_symbolic_tensor():
    import keras
    import tensorflow as tf

    x = np.arange(4000.0, dtype="float32").reshape(4, 1000)
    inputs = keras.Input((1000,))
    for row in (4294968, 3000000, 2**31 - 1):  # 4294967000 is -296 in 32 bits
        with pytest.raises(tf.errors.InvalidArgumentError):
            keras.Model(inputs, R(inputs)[[[row, 1]]])(x)
        written = keras.Model(inputs, r_assign(inputs, [[row, 1]], value=-1))(x)
        np.testing.assert_array_equal(written, x)
    np.testing.assert_array_equal(
        keras.Model(inputs, R(inputs)[[[4, 1000], [-1, 1]]])(x), [3999, 3000]
    )
