"""`recycle`, `recycled` and `broadcast` against R's own operators and NumPy's."""

import itertools
import math
import operator
import pickle
import re
import warnings

import numpy as np
import pytest
from hearing import heard_warnings
from hypothesis import given, settings
from hypothesis import strategies as st

from pybridge import broadcast, recycle, recycled
from pybridge.errors import (
    ArgumentError,
    PybridgeWarning,
    RecyclingError,
    RecyclingWarning,
    ShapeError,
    UnsupportedTensorError,
    r_classes,
)
from pybridge.testing import run_r

OPERATIONS = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "<": np.less,
    "&": np.logical_and,
}

CASES = """
operand <- function(shape, k, op) {
  n <- prod(shape)
  values <- if (op == "&") (seq_len(n) * k) %% 3 < 2
            else if (op == "<") (seq_len(n) * 7 * k) %% 5
            else seq_len(n) * c(1, 100, 10000)[k]
  if (length(shape) > 1) array(values, shape) else values
}
said <- character(0)
answer <- function(case) {
  op <- ops[case]
  shapes <- lapply(seq_len(counts[case]), function(k) {
    row <- dims[case, k, ]
    row[row >= 0]
  })
  xs <- lapply(seq_along(shapes), function(k) operand(shapes[[k]], k, op))
  said <<- character(0)
  tryCatch(
    withCallingHandlers(Reduce(match.fun(op), xs), warning = function(w) {
      said <<- c(said, conditionMessage(w))
      invokeRestart("muffleWarning")
    }),
    error = function(e) {
      said <<- c(said, paste0("error: ", conditionMessage(e)))
      NULL
    }
  )
}
values <- vector("list", length(ops)); lengths <- integer(length(ops))
shown <- character(length(ops)); words <- character(length(ops))
for (case in seq_along(ops)) {
  value <- answer(case)
  if (!is.null(value)) values[[case]] <- as.vector(value)
  lengths[case] <- length(value)
  shown[case] <- paste(if (is.null(dim(value))) length(value) else dim(value), collapse = " ")
  words[case] <- paste(said, collapse = "|")
}
list(values = as.double(unlist(values)), lengths = lengths, shapes = shown, words = words)
"""


def operand(shape, k, op):
    """Build what `operand` builds in R; `k` is one-based."""
    numbers = np.arange(1, math.prod(shape) + 1)
    if op == "&":
        values = (numbers * k) % 3 < 2
    elif op == "<":
        values = (numbers * 7 * k) % 5
    else:
        values = numbers * [1, 100, 10000][k - 1]
    return values.reshape(shape, order="F")


def answers_of_r(cases):
    """Yield R's value (None after an error) and words for cases of (op, shapes), from one call."""
    most = max(len(shapes) for _, shapes in cases)
    ndim = max(len(shape) for _, shapes in cases for shape in shapes)
    dims = np.full((len(cases), most, max(ndim, 1)), -1)
    for case, (_, shapes) in enumerate(cases):
        for k, shape in enumerate(shapes):
            dims[case, k, : max(len(shape), 1)] = shape or (1,)  # R has no array of no axes
    found = run_r(
        CASES,
        ops=np.array([op for op, _ in cases]),
        counts=np.array([len(shapes) for _, shapes in cases]),
        dims=dims,
    )
    start = 0
    for length, shown, words in zip(found["lengths"], found["shapes"], found["words"], strict=True):
        said = words.split("|") if words else []
        if said and said[-1].startswith("error: "):
            yield None, said
            continue
        shape = tuple(map(int, shown.split()))
        yield found["values"][start : start + length].reshape(shape, order="F"), said
        start += length
    assert start == found["values"].size


def answer_here(op, shapes):
    operands = [operand(shape, k, op) for k, shape in enumerate(shapes, 1)]
    with heard_warnings() as caught:
        try:
            value = recycled(OPERATIONS[op])(*operands)
        except RecyclingError as error:
            value, failure = None, [f"error: {error}"]
        else:
            failure = []
    assert all(w.category is RecyclingWarning for w in caught)
    return value, [str(w.message) for w in caught] + failure


def assert_agrees_with_r(cases):
    """Compare values, shapes, warnings and errors; return how many of each kind there were."""
    kinds = {"value": 0, "warning": 0, "error": 0}
    for (op, shapes), (expected, said) in zip(cases, answers_of_r(cases), strict=True):
        value, words = answer_here(op, shapes)
        where = f"{op.join(map(str, shapes))} in R: {said}, here: {words}"
        assert words == said, where
        if expected is None:
            assert value is None, where
            kinds["error"] += 1
            continue
        if all(shape == () for shape in shapes):
            assert value.shape == ()
            value = value.reshape(1)
        assert value.shape == expected.shape, where
        assert np.array_equal(value, expected), where
        kinds["warning" if said else "value"] += 1
    return kinds


def small_shapes():
    return [shape for ndim in range(4) for shape in itertools.product(range(5), repeat=ndim)]


SOME = ("+", "<")
SLOW = [pytest.param(op, marks=pytest.mark.slow) for op in OPERATIONS if op not in SOME]


@pytest.mark.parametrize("op", [*SOME, *SLOW])
def test_every_pair_of_small_shapes_agrees_with_r(op):
    cases = [(op, pair) for pair in itertools.product(small_shapes(), repeat=2)]
    assert len(cases) == 156**2
    kinds = assert_agrees_with_r(cases)
    assert min(kinds.values()) > 100


def random_case(rng):
    """Two or three operands that mostly fit: arrays of one shape, vectors of telling lengths."""
    array = tuple(int(size) for size in rng.integers(0 if rng.random() < 0.1 else 1, 6, 4))
    array = array[: rng.integers(1, 5)]
    products = [math.prod(array[:k]) for k in range(len(array) + 1)]
    shapes = []
    for _ in range(rng.integers(2, 4)):
        kind = rng.random()
        if kind < 0.35:
            shapes.append(array)
        elif kind < 0.85:
            length = int(rng.choice(products)) * int(rng.choice([1, 1, 1, 2, 3]))
            shapes.append((length // int(rng.choice([1, 1, 2, 3])),))
        elif kind < 0.9:
            shapes.append(())
        elif kind < 0.95:
            shapes.append((1,) * int(rng.integers(1, 4)))
        else:
            shapes.append(tuple(int(size) for size in rng.integers(0, 5, rng.integers(1, 4))))
    return str(rng.choice(list(OPERATIONS))), tuple(shapes)


@pytest.mark.hypothesis
def test_random_operands_agree_with_r():
    """A search: `make fuzz` draws five times as many as other runs."""
    rng = np.random.default_rng(60000)
    count = 50_000 if settings.default.max_examples > 1000 else 10_000
    cases = [random_case(rng) for _ in range(count)]
    kinds = assert_agrees_with_r(cases)
    assert min(kinds.values()) > count / 25
    assert max(len(shapes) for _, shapes in cases) == 3


@pytest.mark.parametrize("op", ["+", "<"])
def test_the_comparison_with_r_can_fail(op, monkeypatch):
    cases = [(op, ((2, 3), (2,)))]
    assert assert_agrees_with_r(cases) == {"value": 1, "warning": 0, "error": 0}
    monkeypatch.setitem(OPERATIONS, op, lambda x, y: OPERATIONS["-"](y, x))
    with pytest.raises(AssertionError):
        assert_agrees_with_r(cases)


# recycle


@given(st.integers(0, 2**32 - 1))
def test_recycle_gives_the_operands_that_r_uses(seed):
    """Recycled operands, added by NumPy at equal shapes, are what `recycled(np.add)` gives."""
    _, shapes = random_case(np.random.default_rng(seed))
    operands = [operand(shape, k, "+") for k, shape in enumerate(shapes, 1)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecyclingWarning)
        try:
            expected = recycled(np.add)(*operands)
        except RecyclingError as error:
            words = str(error)
            with pytest.raises(RecyclingError, match=f"^{re.escape(words)}\n"):
                recycle(*operands)
            return
        found = recycle(*operands)
    assert len(found) == len(operands)
    assert {x.shape for x in found} == {expected.shape}
    total = found[0]
    for x in found[1:]:
        total = total + x
    assert np.array_equal(total, expected)


def test_an_uneven_fit_that_is_recycled_again_starts_where_it_stopped():
    x, y, z = np.array([1, 2]), np.zeros(3, int), np.zeros(6, int)
    with pytest.warns(RecyclingWarning, match="longer object length"):
        found = recycle(x, y, z)
    assert found[0].tolist() == [1, 2, 1, 1, 2, 1]  # R: 1:2 + integer(3) + integer(6)


def address(x):
    return x.__array_interface__["data"][0]


def test_a_vector_down_the_columns_is_a_view():
    x, y = np.zeros((2, 3, 5)), np.array([1.0, 2.0])
    same, column = recycle(x, y)
    assert same is x
    assert address(column) == address(y)
    assert column.strides == (8, 0, 0)
    assert not column.flags.writeable


@pytest.mark.parametrize("step", [1, 2, -1])
def test_a_vector_that_fills_leading_axes_is_a_view(step):
    x, y = np.zeros((2, 3, 5)), np.arange(12.0)[::step][:6]
    found = recycle(x, y)[1]
    assert address(found) == address(y)
    assert found.strides == (8 * step, 16 * step, 0)
    assert found[:, :, 4].tolist() == [y[::2].tolist(), y[1::2].tolist()]
    whole = recycle(np.zeros((2, 3)), y)[1]
    assert whole.strides == (8 * step, 16 * step)
    assert address(whole) == address(y)


def test_single_elements_and_broadcasts_are_views():
    one = np.array([7.0])
    assert address(recycle(one, np.zeros(5))[0]) == address(one)
    assert address(recycle(one, np.zeros((2, 3)))[0]) == address(one)
    corner = np.array([[7.0]])
    with pytest.warns(RecyclingWarning, match="deprecated"):
        assert address(recycle(corner, np.zeros(3))[0]) == address(corner)
    x = np.zeros((3, 5))
    for align, y in [("trailing", np.arange(5.0)), ("leading", np.arange(3.0))]:
        same, found = broadcast(x, y, align=align)
        assert same is x
        assert address(found) == address(y)
        assert found.shape == (3, 5)
        assert not found.flags.writeable


def test_nothing_reaches_the_operation_copied():
    seen = []
    x, y = np.zeros((2, 3, 5)), np.arange(6.0)
    recycled(lambda a, b: seen.extend([a, b]))(x, y)
    assert seen[0] is x
    assert np.shares_memory(seen[1], y)
    assert seen[1].shape == (2, 3, 1)


def test_a_short_period_copies_one_period_of_the_axis_and_no_more():
    found = recycle(np.zeros((4, 3, 5)), np.array([1, 2]))[1]
    assert found[:, 0, 0].tolist() == [1, 2, 1, 2]
    assert found.strides == (8, 0, 0)


# recycled


def test_a_ufunc_on_two_vectors_copies_neither():
    x, y = np.arange(1, 7), np.array([10, 20])
    assert recycled(np.subtract)(x, y).tolist() == [-9, -18, -7, -16, -5, -14]
    assert recycled(np.subtract)(y, x[::-1]).tolist() == [4, 15, 6, 17, 8, 19]
    quotient, rest = recycled(np.divmod)(x, np.array([2, 3]))
    assert (quotient.tolist(), rest.tolist()) == ([0, 0, 1, 1, 2, 2], [1, 2, 1, 1, 1, 0])
    out = np.zeros(6, int)
    assert recycled(np.add)(x, y, out=out) is out
    seen = []
    recycled(lambda a, b: seen.extend([a.shape, b.shape]))(x, y)
    assert seen == [(6,), (6,)]


def test_python_numbers_stay_as_they_are():
    x = np.array([1, 2, 3], np.uint8)
    assert recycled(np.add)(x, 1).dtype == np.uint8
    assert recycled(operator.mul)(2.5, np.array([[1], [2]])).tolist() == [[2.5], [5.0]]
    assert recycled(operator.add)(2, 3) == 5
    assert [y.tolist() for y in recycle(np.zeros(2), 3)] == [[0.0, 0.0], [3, 3]]
    assert [y.tolist() for y in broadcast(np.zeros(2), 3)] == [[0.0, 0.0], [3, 3]]


def test_three_operands_never_write_into_the_third():
    x, y, z = np.array([1, 2, 3]), np.array([10, 20, 30]), np.array([100, 200, 300])
    assert recycled(np.add)(x, y, z).tolist() == [111, 222, 333]
    assert z.tolist() == [100, 200, 300]
    assert recycled(np.subtract)(x, y, z).tolist() == [-109, -218, -327]


def test_options_and_operations_of_three_operands():
    x = np.array([[1, 2, 3], [4, 5, 6]])
    chosen = recycled(np.where, fold=False)(x > 3, x, np.array([-1, -2]))
    assert chosen.tolist() == [[-1, -1, -1], [4, 5, 6]]
    assert recycled(np.add)(x, np.array([1, 2]), dtype=float).dtype == float
    assert recycled(np.negative)(x).tolist() == (-x).tolist()


def test_the_result_keeps_the_name_of_the_operation():
    assert recycled(np.add).__name__ == "add"
    assert recycled(np.add).__doc__ == np.add.__doc__


def test_comparisons_of_other_libraries_are_known_by_name():
    one, three = np.array([[1]]), np.array([1, 2, 3])
    for op in (operator.lt, operator.ne, np.greater_equal, np.bitwise_or, operator.and_):
        with pytest.raises(RecyclingError, match=r"dims \[product 1\] do not match"):
            recycled(op)(one, three)
    with pytest.warns(RecyclingWarning, match="array-vector arithmetic is deprecated"):
        assert recycled(operator.add)(one, three).tolist() == [2, 3, 4]


def test_warnings_point_at_the_caller():
    for call in (recycle, recycled(np.add)):
        with pytest.warns(RecyclingWarning) as caught:
            call(np.zeros(3), np.zeros(2))
        assert caught[0].filename == __file__
        assert issubclass(caught[0].category, PybridgeWarning)


def test_a_warning_as_error_stops_before_the_operation():
    called = []
    with pytest.raises(RecyclingWarning):
        recycled(lambda *_: called.append(1))(np.zeros(3), np.zeros(2))
    assert not called


def test_errors_carry_shapes_and_survive_pickling():
    with pytest.raises(RecyclingError) as caught:
        recycle(np.zeros((2, 3)), np.zeros((3, 2)))
    error = caught.value
    assert str(error) == "non-conformable arrays"
    assert error.shapes == ((2, 3), (3, 2))
    assert error.__notes__ == ["explain_shapes((2, 3), (3, 2)) shows both rules"]
    assert isinstance(error, ShapeError)
    assert r_classes(error)[0] == "pybridge_error_recycling"
    assert pickle.loads(pickle.dumps(error)).shapes == error.shapes


def test_arguments_are_checked():
    with pytest.raises(UnsupportedTensorError):
        recycle(np.zeros(3), [1, 2, 3])
    with pytest.raises(ArgumentError, match="`op` is a function"):
        recycled("+")
    with pytest.raises(ArgumentError, match="`fold` is True or False"):
        recycled(np.add, fold=1)
    with pytest.raises(ArgumentError, match="at least one operand"):
        recycled(np.add)()
    with pytest.raises(ArgumentError, match="`align` is"):
        broadcast(np.zeros(3), align="left")
    assert recycle() == ()
    assert broadcast() == ()


# broadcast
