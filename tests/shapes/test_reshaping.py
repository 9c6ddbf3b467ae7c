"""`array_reshape` against R's own restatement of the law, and its errors."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge import NA, array_reshape
from pybridge.errors import (
    ArgumentError,
    ReshapeError,
    ShapeError,
    UnsupportedTensorError,
    r_classes,
)
from pybridge.testing import r_text, run_r

LAW = """
sizes <- function(row) row[row >= 0]
reshaped <- function(k) {
  x <- array(seq_len(prod(sizes(from[k, ]))), sizes(from[k, ]))
  dim <- sizes(to[k, ])
  list(C = aperm(array(aperm(as.array(x)), rev(dim))), F = array(x, dim))[[order]]
}
answers <- lapply(seq_len(nrow(from)), reshaped)
unlist(lapply(answers, as.vector))
"""


def factorizations(count: int, ndim: int):
    if ndim == 1:
        return [(count,)]
    firsts = [k for k in range(1, count + 1) if count % k == 0]
    return [(k, *rest) for k in firsts for rest in factorizations(count // k, ndim - 1)]


def shape_pairs():
    """Every factorization as the old and as the new shape; every pair for sizes up to 12."""
    for count in range(1, 61):
        shapes = [shape for ndim in range(1, 5) for shape in factorizations(count, ndim)]
        for k, old in enumerate(shapes):
            partners = range(len(shapes)) if count <= 12 else range(k, k + 7 * len(shapes), 41)
            yield from ((old, new) for new in {shapes[p % len(shapes)] for p in partners})


def answers_of_r(pairs, order):
    """Return R's answer to each pair on `array(1:n, old)`, from one call."""

    def padded(shapes):
        return np.array([[*shape, *[-1] * (4 - len(shape))] for shape in shapes])

    old, new = zip(*pairs, strict=True)
    flat = run_r(f"order <- '{order}';" + LAW, **{"from": padded(old), "to": padded(new)})
    start = 0
    for shape in new:
        stop = start + math.prod(shape)
        yield flat[start:stop].reshape(shape, order="F")
        start = stop
    assert start == flat.size


def layouts(shape):
    """Yield R's `array(1:n, shape)` from C-, F- and non-contiguous memory."""
    x = np.arange(1, math.prod(shape) + 1, dtype=np.int32).reshape(shape, order="F")
    spaced = np.zeros([2 * size for size in shape], np.int32)[(slice(None, None, -2),) * x.ndim]
    spaced[...] = x
    swapped = np.swapaxes(np.swapaxes(x, 0, -1).copy(), 0, -1)
    return {"C": np.ascontiguousarray(x), "F": x, "spaced": spaced, "swapped": swapped}


@pytest.mark.parametrize("order", ["C", "F"])
def test_every_factorization_agrees_with_r(order):
    pairs = list(shape_pairs())
    assert len(pairs) > 20_000
    for (old, new), expected in zip(pairs, answers_of_r(pairs, order), strict=True):
        for memory, x in layouts(old).items():
            found = array_reshape(x, new, order)
            assert found.shape == new
            assert found.dtype == np.int32
            assert np.array_equal(found, expected), (
                f"{old} -> {new} from {memory} memory: x <- {r_text(x)}; "
                f"aperm(array(aperm(x), rev(c{new})))"
            )


def test_literal_values_row_by_row():
    x = np.array([[1, 4], [2, 5], [3, 6]])  # R's matrix(1:6, 3)
    assert array_reshape(x, (2, 3)).tolist() == [[1, 4, 2], [5, 3, 6]]
    assert array_reshape(x, (2, 3), order="F").tolist() == [[1, 3, 5], [2, 4, 6]]
    assert array_reshape(x, 6).tolist() == [1, 4, 2, 5, 3, 6]


@given(st.data())
def test_any_shape_open_size_and_layout_agree_with_the_law(data):
    sizes = st.lists(st.integers(1, 5), min_size=1, max_size=6)
    old = tuple(data.draw(sizes))
    count = math.prod(old)
    left, new = count, []
    for _ in range(data.draw(st.integers(0, 4))):
        new.append(data.draw(st.sampled_from([k for k in range(1, left + 1) if left % k == 0])))
        left //= new[-1]
    new = tuple(data.draw(st.permutations([*new, left])))
    written = list(new)
    if data.draw(st.booleans()):
        written[data.draw(st.integers(0, len(new) - 1))] = data.draw(
            st.sampled_from([-1, NA, math.nan, -1.0])
        )
    order = data.draw(st.sampled_from("CF"))
    x = data.draw(st.sampled_from(list(layouts(old).values())))
    before = x.copy()
    found = array_reshape(x, written, order)
    assert found.shape == new
    # the law, element by element, from the one number that each position has in either shape
    for index in itertools.product(*map(range, new)):
        number = position_number(index, new, order)
        assert found[index] == x[index_of_number(number, old, order)]
    assert np.array_equal(x, before)


def position_number(index, shape, order):
    axes = list(zip(index, shape, strict=True))
    number = 0
    for k, size in axes if order == "C" else axes[::-1]:
        number = number * size + k
    return number


def index_of_number(number, shape, order):
    index = []
    for size in shape[::-1] if order == "C" else shape:
        number, k = divmod(number, size)
        index.append(k)
    return tuple(index[::-1] if order == "C" else index)


def address(x):
    return x.__array_interface__["data"][0]


def test_contiguous_memory_is_shared():
    x = np.arange(30).reshape(2, 3, 5)
    flat = array_reshape(x, (6, 5))
    assert address(flat) == address(x)
    assert flat.strides == (40, 8)
    column_major = np.asfortranarray(x)
    flat = array_reshape(column_major, (6, 5), order="F")
    assert address(flat) == address(column_major)
    assert flat.strides == (8, 48)
    assert not np.shares_memory(array_reshape(x, (6, 5), order="F"), x)
    rows = x[:, ::2, 1:4]
    assert address(array_reshape(rows, (2, 2, 1, 3))) == address(rows)


@pytest.mark.parametrize(
    "dim",
    [
        (6, 5),
        [6, 5],
        np.array([6, 5]),
        np.array([6.0, 5.0]),
        np.array([6, 5], np.uint8),
        [np.int64(6), np.float32(5)],
        (6.0, -1),
        (NA, 5),
        (6, math.nan),
        np.array([np.nan, 5]),
        np.ma.masked_array([99, 5], [True, False]),
        range(6, 4, -1),
    ],
    ids=repr,
)
def test_many_ways_to_write_the_sizes(dim):
    assert array_reshape(np.arange(30).reshape(2, 3, 5), dim).shape == (6, 5)


@pytest.mark.parametrize("dim", [30, 30.0, -1, NA, np.int8(30), np.array(30), (30,), [NA]])
def test_one_size_makes_one_axis(dim):
    assert array_reshape(np.arange(30).reshape(2, 3, 5), dim).shape == (30,)


def test_no_axes_and_no_elements():
    assert array_reshape(np.array([[7]]), ()).shape == ()
    assert array_reshape(np.float32(7), (1, 1)).tolist() == [[7.0]]
    assert array_reshape(np.zeros((0, 3)), (5, 0)).shape == (5, 0)
    assert array_reshape(np.zeros((0, 3)), (-1, 4)).shape == (0, 4)


X = np.zeros((2, 3, 5))
WRONG = [
    (X, (6, 6), "cannot reshape (2, 3, 5) to (6, 6): 30 elements cannot become 36"),
    (
        np.zeros(47040000, np.int8),
        784,
        "cannot reshape (47040000) to (784): 47040000 elements cannot become 784; `dim` has the "
        "one entry 784, so check that none was lost on the way: c(nrow(x), 784) is c(784) where "
        "nrow(x) is NULL, as for a plain vector; c(-1, 784) computes the other size",
    ),
    (
        X,
        [7],
        "cannot reshape (2, 3, 5) to (7): 30 elements cannot become 7; `dim` has the one entry 7, "
        "so check that none was lost on the way: c(nrow(x), 7) is c(7) where nrow(x) is NULL, as "
        "for a plain vector",
    ),
    (
        X,
        (),
        "cannot reshape (2, 3, 5) to (): 30 elements cannot become 1; `dim` is empty, so check "
        "that it was not computed from NULL",
    ),
    (
        X,
        (-1, 4),
        "cannot reshape (2, 3, 5) to (-1, 4): 30 elements cannot be split evenly, 30 is not a "
        "multiple of 4",
    ),
    (
        X,
        (-1, 5, NA),
        "`dim` = (-1, 5, -1) leaves the sizes 1 and 3 open; at most one may be -1 or NA",
    ),
    (
        np.zeros((0, 3)),
        (0, NA),
        "cannot reshape (0, 3) to (0, -1): the other sizes multiply to 0, so any size fits "
        "the open one; write the size",
    ),
    (X, (0, -1), "cannot reshape (2, 3, 5) to (0, -1): 30 elements cannot become 0"),
    (np.zeros((0, 3)), (1,), "cannot reshape (0, 3) to (1): 0 elements cannot become 1"),
    (X, (6, 2.5), "`dim[2]` is 2.5; a size is a whole number"),
    (X, (math.inf, 5), "`dim[1]` is Inf; a size is a whole number"),
    (X, None, "`dim` is missing (NULL); give the new sizes, such as c(-1, 784)"),
    (
        X,
        (None, 5),
        "`dim[1]` is missing (NULL or None); write -1 or NA for the one size to be computed",
    ),
    (X, (True, 30), "`dim[1]` is TRUE; a logical is not a size"),
    (X, True, "`dim[1]` is TRUE; a logical is not a size"),
    (X, np.array([True, False]), "`dim[1]` is TRUE; a logical is not a size"),
    (
        X,
        (6, -5),
        "`dim[2]` is -5; a size is 0 or more, and -1 or NA stands for the one to be computed",
    ),
    (X, "30", "`dim` is '30', of type str; give the new sizes as numbers"),
    (X, {6, 5}, "`dim` is {5, 6}, of type set; give the new sizes as numbers"),
    (X, np.ones((2, 1)), "`dim` has shape (2, 1); the new sizes are one vector"),
    (
        X,
        ("6", 5),
        "`dim[1]` is an object of type str, not a known number; write -1 or NA for the one size "
        "to be computed when the code runs",
    ),
    (
        X,
        (Fraction(6), 5),
        "`dim[1]` is an object of type Fraction, not a known number; write -1 or NA for the one "
        "size to be computed when the code runs",
    ),
]


@pytest.mark.parametrize(("x", "dim", "message"), WRONG, ids=[repr(case[1]) for case in WRONG])
def test_errors_name_the_sizes(x, dim, message):
    for order in ("C", "F"):
        with pytest.raises(ReshapeError) as caught:
            array_reshape(x, dim, order)
        assert str(caught.value) == message


def test_the_error_has_fields_and_classes():
    with pytest.raises(ReshapeError) as caught:
        array_reshape(X, [7, 7.0])
    error = caught.value
    assert (error.shape, error.dim) == ((2, 3, 5), (7, 7))
    assert isinstance(error, ShapeError)
    assert isinstance(error, ValueError)
    assert r_classes(error)[0] == "pybridge_error_reshape"


def test_other_arguments_are_checked():
    with pytest.raises(ArgumentError, match="`order` is"):
        array_reshape(X, 30, order="K")
    with pytest.raises(UnsupportedTensorError):
        array_reshape([1, 2, 3], 3)


def test_sizes_without_an_end_are_refused():
    with pytest.raises(ReshapeError, match="has more than 65536 entries"):
        array_reshape(np.arange(6), itertools.count(1))
