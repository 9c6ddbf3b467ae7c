"""Rare tensors, subscripts and values: the right answer, or an error of ours."""

import numpy as np
import pytest

from pybridge import NA, R, array_reshape, errors, explain, r_assign, r_slice, result_shape
from pybridge.testing import assert_same_as_r

V = np.arange(1.0, 4)
M = np.arange(1, 7).reshape(2, 3)

# Strings of any length and 64 axes came with NumPy 2.
newer_numpy = pytest.mark.skipif(
    int(np.__version__.partition(".")[0]) < 2, reason="needs NumPy 2 or newer"
)


def written(x, subscript, value, **options):
    x = x.copy()
    R(x, **options)[subscript] = value
    return x


class Shown:
    """An object that NumPy can read."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values)


@newer_numpy
def test_strings_of_any_length():
    words = np.array(["ab", "c"], np.dtypes.StringDType())
    assert written(words, 1, "hello").tolist() == ["hello", "c"]
    assert written(words, slice(1, 2), ["x", "yy"]).tolist() == ["x", "yy"]
    assert written(words, slice(1, 2), words[::-1]).tolist() == ["c", "ab"]
    assert r_assign(words, [1, 2], value="z", dialect="base").tolist() == ["z", "z"]
    assert r_assign(np.array(["abc", "d"]), slice(1, 2), value=words).tolist() == ["ab", "c"]
    for value in (3, b"a", [1, 2], None):
        with pytest.raises(errors.AssignmentError, match="does not fit"):
            written(words, 1, value)
    with pytest.raises(errors.LossyValueError):
        r_assign(np.array(["a"]), 1, value=np.array("abc", np.dtypes.StringDType()))
    with_holes = np.array(["ab", "c"], np.dtypes.StringDType(na_object=None))
    assert written(with_holes, 1, None).tolist() == [None, "c"]


@newer_numpy
@pytest.mark.parametrize("value", ["\ud800", ["b", "\ud800"]])
def test_half_of_a_surrogate_pair_is_no_text(value):
    words = np.array(["a", "b"], np.dtypes.StringDType())
    with pytest.raises(errors.AssignmentError, match="half of a surrogate pair"):
        r_assign(words, [1, 2], value=value)
    assert words.tolist() == ["a", "b"]


def test_records_with_a_mask_are_taken():
    records = np.ma.zeros((2, 3), [("a", int), ("b", "f4")])
    records[0, 1] = np.ma.masked
    found = R(records)[[True, False], [2, 1]]
    assert found.mask.tolist() == [[(True, True), (False, False)]]


def test_a_tensor_of_no_axis_by_a_matrix_of_no_column():
    x = np.array(5.0)
    for rows in (3, 1, 0):
        matrix = np.zeros((rows, 0), int)
        assert R(x)[matrix].tolist() == [5.0] * rows
        assert R(x)[matrix].shape == result_shape((), matrix) == (rows,)
        assert r_assign(x, matrix, value=7).tolist() == (7 if rows else 5)
        assert r_assign(x, matrix, value=np.arange(rows)).tolist() == (rows - 1 if rows else 5)


@pytest.mark.parametrize("library", ["torch", "jax", "tensorflow"])
def test_so_in_other_libraries(library):
    from backends.adapters import ADAPTERS

    adapter = ADAPTERS[library]
    x, matrix = adapter.make(np.array(5.0)), np.zeros((3, 0), int)
    assert adapter.read(R(x)[matrix]).tolist() == [5, 5, 5]
    assert adapter.read(r_assign(x, matrix, value=[1, 2, 3])).tolist() == 3


def test_all_of_an_array_is_a_view_and_not_the_array():
    import torch

    for x in (np.arange(6), np.arange(6).reshape(2, 3).T, np.array(3)):
        for found in (R(x)[...], r_slice(x), r_slice(x, dialect="base")):
            assert found is not x
            assert np.shares_memory(found, x)
    a = np.arange(6)
    b = R(a)[...]
    b.shape = (2, 3)
    assert a.shape == (6,)
    t = torch.arange(6)
    R(t)[...].unsqueeze_(0)
    assert t.shape == (6,)


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize(
    "subscripts",
    [
        *((1,), (slice(None), 1), (1, 2), (1, [1, 2]), ([1, 2], 1), (None, 1), (..., 1)),
        *(([[1, 2], [2, 3]],), (M > 4,), (slice(2, 1), slice(3, 1)), ([2, 1],), (..., None)),
    ],
)
def test_a_matrix_follows_the_shape_that_is_told(subscripts):
    x = np.matrix(M)
    expected = R(M)[subscripts]
    for found in (R(x)[subscripts], r_slice(x, *subscripts)):
        np.testing.assert_array_equal(np.asarray(found), expected)
        assert np.shape(found) == result_shape((2, 3), *subscripts)
    R(x)[subscripts] = 0
    np.testing.assert_array_equal(np.asarray(x), r_assign(M, *subscripts, value=0))
    assert array_reshape(x, (6,)).shape == (6,)


def test_what_numpy_can_read_is_a_subscript():
    assert R(V)[Shown([2, 1])].tolist() == [2, 1]
    assert R(V)[Shown([True, False, True])].tolist() == [1, 3]
    assert R(V)[Shown(2)] == 2
    assert R(V)[Shown(1) : Shown(2)].tolist() == [1, 2]
    assert R(V)[[Shown(2), 1]].tolist() == [2, 1]
    assert R(V)[R(np.array([3, 1]))].tolist() == [3, 1]
    with pytest.raises(errors.SubscriptTypeError, match="not a subscript"):
        R(V)[Shown({"a": 1})]
    with pytest.raises(errors.SubscriptTypeError, match="NumPy cannot read it"):
        R(V)[Shown([[1], [2, 3]])]
    assert R(V)[range(0)].tolist() == []


def test_a_step_of_na_is_an_error_of_rs_colon():
    for subscript in (slice(1, 3, NA), "1:3:NA"):
        with pytest.warns(errors.SubscriptWarning, match="numerical expression has 3 elements"):
            assert_same_as_r(
                lambda subscript=subscript: r_slice(V, subscript, dialect="base"),
                "v[1:3:NA]",
                v=V,
                raises=errors.SubscriptMissingError,
                match=r"NA/NaN argument: .*`1:3:NA`",
                r_match="NA/NaN argument",
            )
        assert r_slice(V, subscript).tolist() == [1, 2, 3]
    assert r_slice(V, slice(1, 3), dialect="base").tolist() == [1, 2, 3]


LOOP = []
LOOP.append(LOOP)
DEEP = [1]
for _ in range(3000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "subscript",
    [
        *(LOOP, DEEP, (LOOP, 1), range(10**30), range(-(10**30), 0), range(1, 10**13)),
        *([range(10**13)], [range(10**30)], range(2**63, 2**63 + 3), [[1], [2, 3]]),
    ],
    ids=range(10),
)
@pytest.mark.filterwarnings("ignore:NAs introduced by coercion")
@pytest.mark.parametrize("dialect", ["tensor", "base"])
def test_a_vector_without_end_is_refused(subscript, dialect):
    for act in (lambda: r_slice(M, subscript, 1, dialect=dialect), lambda: R(V)[subscript]):
        with pytest.raises((errors.SubscriptError, errors.MissingValueError)) as caught:
            act()
        assert len(str(caught.value)) < 500


@pytest.mark.parametrize("value", [[[1], [2, 3]], LOOP, DEEP, {1: 2}, object(), 10**400, range(4)])
@pytest.mark.parametrize("dialect", ["tensor", "base"])
def test_a_value_that_is_no_array_is_refused(value, dialect):
    x = M.copy()
    if dialect == "base" and value == range(4):
        value = [[1, 2], [3]]
    with pytest.raises(errors.AssignmentError):
        R(x, dialect=dialect)[1, 1:2] = value
    assert x.tolist() == M.tolist()


def test_an_array_of_objects_is_called_one():
    with pytest.raises(errors.AssignmentError, match="of type object array does not fit"):
        written(V, 1, np.array([object()], object))


@newer_numpy
def test_as_many_axes_as_numpy_has():
    x = np.zeros((1,) * 64)
    assert R(x)[[[1] * 64, [-1] * 64]].tolist() == [0, 0]
    assert r_assign(x, [[1] * 64], value=[3]).sum() == 3
    assert r_assign(x, *[[1, 1]] * 3, value=np.ones((2, 2, 2) + (1,) * 61)).sum() == 1
    for act in (
        lambda: R(x)[None],
        lambda: R(x)[[1], None],
        lambda: r_slice(x[0], None, None),
        lambda: r_assign(x, None, value=np.ones(1)),
        lambda: written(x, None, 1),
    ):
        with pytest.raises(errors.SubscriptCountError, match="65 axes"):
            act()


@pytest.mark.parametrize("wrong", [1, None, ["tensor"], np.array(["tensor", "base"]), b"base", {}])
def test_an_option_of_a_wrong_type_is_refused(wrong):
    for act in (
        lambda: R(V, dialect=wrong),
        lambda: r_slice(V, 1, dialect=wrong),
        lambda: r_assign(V, 1, value=1, dialect=wrong),
        lambda: result_shape((3,), 1, dialect=wrong),
        lambda: explain((3,), "1", dialect=wrong),
        lambda: r_slice(V, 1, order=wrong),
        lambda: r_assign(V, 1, value=1, order=wrong),
        lambda: array_reshape(V, (3, 1), order=wrong),
        lambda: r_slice(V, 1, drop=wrong),
    ):
        with pytest.raises(errors.ArgumentError, match=r"`(dialect|order|drop)` is"):
            act()


def test_a_shape_is_sizes_or_those_of_a_tensor():
    assert result_shape(5, 1) == ()
    assert result_shape([2, None], 1) == (None,)
    assert result_shape(M, 1) == r_slice(M, 1).shape
    assert result_shape(np.arange(1, 4), "2:NA") == (2,)
    for wrong in ("a", None, (-2,), (2.5,), {}, (10**30,), LOOP, (True,)):
        with pytest.raises(errors.ArgumentError, match="`shape` is a tuple of sizes"):
            result_shape(wrong, 1)


def test_sizes_that_are_not_in_one_argument():
    with pytest.raises(errors.ArgumentError, match=r"`array_reshape\(x, \(4, 4\)\)`"):
        array_reshape(np.zeros(16), 4, 4)


def test_why_a_tensor_is_not_written():
    import torch

    leaf = torch.zeros(3, requires_grad=True)
    for x in (leaf, leaf[1:]):
        with pytest.raises(errors.ImmutableTensorError, match=r"gradients.*torch\.no_grad\(\)"):
            R(x)[1:2] = 3
    with torch.no_grad():
        R(leaf)[1:2] = 3
    assert leaf.tolist() == [3, 3, 0]
    with torch.inference_mode():
        inferred = torch.zeros(3)
    for x in (inferred, torch.zeros(1).expand(3)):
        with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
            R(x)[1] = 3
        assert r_assign(x, 1, value=3).tolist() == [3, 0, 0]
    with pytest.raises(errors.ImmutableTensorError, match="read-only; write to its `copy"):
        R(np.broadcast_to(V, (2, 3)))[1] = 3


@pytest.mark.parametrize(
    "act",
    [
        lambda: R(V)["1," * 5000],
        lambda: R(V)["a" * 5000],
        lambda: R(V)[["abcdefgh"] * 5000],
        lambda: R(V)[tuple(range(1, 5000))],
        lambda: R(V)[type("Z" * 5000, (), {})()],
        lambda: array_reshape(V, list(range(5000))),
        lambda: array_reshape(V, "a" * 5000),
        lambda: written(np.array(["a"]), 1, "b" * 5000),
        lambda: R(V, dialect="x" * 5000),
        lambda: R(np.zeros((2,) * 20))[np.ones((1,) * 32, bool)],
        lambda: result_shape(tuple(range(1, 5000)), *range(1, 5001)),
        lambda: R(V)[10**5000],
    ],
)
def test_a_message_is_short_whatever_was_written(act):
    with pytest.raises(errors.PybridgeError) as caught:
        act()
    assert 20 < len(str(caught.value)) < 500


class Stubborn:
    """An object that neither prints itself nor gives an integer or an array."""

    def __index__(self):
        raise ValueError("no")

    def __repr__(self):
        raise RuntimeError("no text")


class Secret(Stubborn):
    __index__ = None

    def __array__(self, dtype=None, copy=None):
        raise ValueError("no")


def test_what_an_object_raises_is_told_in_our_words():
    for odd in (Stubborn(), Secret(), [Stubborn()], [Secret()], slice(Stubborn(), Secret())):
        for act in (lambda odd=odd: R(V)[odd], lambda odd=odd: r_slice(M, odd, 1, dialect="base")):
            with pytest.raises(errors.SubscriptError):
                act()
    for wrong in (lambda: R(V, dialect=Stubborn()), lambda: result_shape(Stubborn(), 1)):
        with pytest.raises(errors.ArgumentError, match="<Stubborn>"):
            wrong()
    with pytest.raises(errors.AssignmentError):
        written(V, 1, Secret())
    with pytest.raises(errors.OperationError):
        assert [[1], [2, 3]] in R(V)


def test_a_masked_array_of_records_is_refused():
    records = np.ma.array([(1, 2)], mask=[(True, False)], dtype=[("a", int), ("b", int)])
    with pytest.raises(errors.AssignmentError, match="fill its holes"):
        written(V, 1, records)
