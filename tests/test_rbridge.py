"""What R calls: records of subscripts decoded, errors and warnings answered and never raised."""

import threading
import warnings

import numpy as np
import pytest

from pybridge import rbridge
from pybridge.answers import answering
from pybridge.errors import RecyclingWarning, SubscriptOutOfBoundsError, warn
from pybridge.subscripts.records import (
    BASE,
    HAS_START,
    HAS_STEP,
    HAS_STOP,
    MISSING,
    NEW_AXIS,
    NO_DROP,
    POSITION,
    RANGE,
    RANGE_OF_VALUES,
    REST,
    VALUE,
    VECTOR,
)

X = np.arange(1, 31).reshape(2, 3, 5)

# a record, and the key that names the same elements in NumPy
RECORDS = [
    ([0, POSITION, 2], np.s_[1]),
    ([0, POSITION, -1, POSITION, 1], np.s_[1, 0]),
    ([0, RANGE], np.s_[:]),
    ([0, RANGE | HAS_START, 2], np.s_[1:]),
    ([0, MISSING, RANGE | HAS_STOP, 2], np.s_[:, :2]),
    ([0, MISSING, MISSING, RANGE | HAS_START | HAS_STOP, 2, -2], np.s_[:, :, 1:4]),
    ([0, REST, RANGE | HAS_START | HAS_STOP | HAS_STEP, 1, 5, 3], np.s_[..., 0:5:3]),
    ([0, MISSING, MISSING, RANGE | HAS_STEP, -2], np.s_[:, :, ::-2]),
    ([0, MISSING, MISSING, RANGE | HAS_START | HAS_STOP, 5, 1], np.s_[:, :, ::-1]),
    ([0, NEW_AXIS, MISSING, NEW_AXIS], np.s_[None, :, None]),
    ([0, MISSING], np.s_[:]),
    ([0, VECTOR, 2, 2, 1, VECTOR, 2, -1, 1], np.s_[[[1], [0]], [2, 0]]),
]


@pytest.mark.parametrize(("record", "key"), RECORDS)
def test_a_record_names_the_elements_of_its_numpy_key(record, key):
    np.testing.assert_array_equal(rbridge.subset(X, record), X[key])


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ([0, POSITION, 0], "oob"),
        ([0, POSITION, 3], "oob"),
        ([0, VECTOR, 2, 1, 3], "oob"),
        ([0, POSITION, 1, POSITION, 1, POSITION, 1, POSITION, 1], "count"),
        ([0, RANGE | HAS_START, -3], "oob"),
        ([0, RANGE | HAS_STEP, 0], "range"),
        ([0, MISSING, RANGE | HAS_START | HAS_STOP | HAS_STEP, 1, 3, -1], "range"),
    ],
)
def test_a_record_that_does_not_fit_is_answered(record, kind):
    ((_, classes, _),) = rbridge.subset(X, record).describe()
    assert classes[0] == f"pybridge_error_subscript_{kind}"


def test_no_subscript_at_all_is_the_whole_tensor():
    assert rbridge.subset(X, 0) is not None
    np.testing.assert_array_equal(rbridge.subset(X, 0), X)


def test_options_ride_in_the_first_number():
    assert rbridge.subset(X, [NO_DROP, POSITION, 2]).shape == (1, 3, 5)
    np.testing.assert_array_equal(rbridge.subset(np.arange(3), [BASE, POSITION, -1]), [1, 2])


def test_values_beside_the_record():
    positions = ("entries", np.array([3, 1]))
    np.testing.assert_array_equal(
        rbridge.subset(X, [0, POSITION, 2, VALUE], [positions]), X[1, [2, 0]]
    )
    bounds = [("number", 2.0), ("na",), ("na",)]
    np.testing.assert_array_equal(
        rbridge.subset(X, [0, MISSING, RANGE_OF_VALUES], [bounds]), X[:, 1:]
    )
    mask = ("entries", np.array([False, True]))
    np.testing.assert_array_equal(rbridge.subset(X, [0, VALUE], [mask]), X[1:])


@pytest.mark.parametrize(
    ("value", "r_class"),
    [
        (("na",), "pybridge_error_subscript_missing"),
        (
            ("entries", np.array([1, 0]), np.array([False, True])),
            "pybridge_error_subscript_missing",
        ),
        (("number", 2.5), "pybridge_error_subscript_type"),
        (("characters", ["a"]), "pybridge_error_subscript_type"),
        (("characters", "1:2"), "pybridge_error_subscript_type"),
    ],
)
def test_a_value_that_is_no_position_is_answered(value, r_class):
    answer = rbridge.subset(X, [0, VALUE], [value])
    assert answer.describe()[-1][1][0] == r_class


def test_integers_of_64_bits_come_in_the_bits_of_reals():
    bits = np.array([2, 1], np.int64).view(np.float64)
    np.testing.assert_array_equal(rbridge.subset(X, [0, VALUE], [("int64", bits)]), X[[1, 0]])
    one = float(np.int64(2).view(np.float64))
    np.testing.assert_array_equal(rbridge.subset(X, [0, VALUE], [("int64", one)]), X[1])
    missing = np.array([np.iinfo(np.int64).min, 1], np.int64).view(np.float64)
    answer = rbridge.subset(X, [0, VALUE], [("int64", missing)])
    assert answer.describe()[0][1][0] == "pybridge_error_subscript_missing"


def test_an_error_is_described_for_r():
    answer = rbridge.subset(X, [0, MISSING, POSITION, 4])
    assert isinstance(answer.error, SubscriptOutOfBoundsError)
    ((message, classes, fields),) = answer.describe()
    assert message == "position 4 is out of bounds: axis 2 has size 3"
    assert classes[:2] == ["pybridge_error_subscript_oob", "pybridge_error_subscript"]
    assert fields == {"subscript": "4", "position": 4, "axis": 2, "size": 3}


def test_numbers_beyond_32_bits_reach_r_as_reals():
    answer = rbridge.subset(X, [0, VALUE], [("number", 3e9)])
    assert type(answer.describe()[0][2]["position"]) is float
    shape = rbridge.tensor_shape(np.broadcast_to(np.float32(1), (2, 2**31)))
    assert shape == [2.0, 2.0**31]
    assert {type(size) for size in shape} == {float}


def test_an_assignment_updates_a_copy_where_the_library_never_writes():
    import jax.numpy as jnp

    x = jnp.asarray([1.0, 2.0, 3.0])
    updated = rbridge.assign(x, [0, POSITION, 1], [], ("value", 20))
    assert isinstance(updated, type(x))
    assert updated.tolist() == [20.0, 2.0, 3.0]
    assert x.tolist() == [1.0, 2.0, 3.0]
    held = np.arange(3.0)
    held.setflags(write=False)  # NumPy writes, and this array forbids it
    answer = rbridge.assign(held, [0, POSITION, 1], [], ("value", 20))
    assert answer.describe()[0][1][0] == "pybridge_error_assignment_immutable"


def test_a_foreign_error_keeps_one_line():
    answer = rbridge.subset_as_python(X, [0, POSITION, 9], [])
    ((message, classes, _),) = answer.describe()
    assert message.startswith("IndexError: index 9 is out of bounds")
    assert "\n" not in message
    assert classes == ["pybridge_error_python", "pybridge_error"]


def test_a_warning_comes_with_the_value_and_other_warnings_pass():
    x = np.zeros(3)
    answer = rbridge.assign(
        x, [BASE, VALUE], [("entries", np.arange(1, 4))], ("value", np.array([7.0, 8.0]))
    )
    assert answer.value is None
    ((_, classes, _),) = answer.describe()
    assert classes == ["pybridge_warning_recycling"]
    np.testing.assert_array_equal(x, [7, 8, 7])


def test_assignment_in_place_and_not():
    x = X.copy()
    assert rbridge.assign(x, [0, POSITION, 1], [], ("value", 0)) is None
    assert not x[0].any()
    updated = rbridge.assign_to_copy(x, [0, POSITION, 2], [], ("value", -1))
    assert (updated[1] == -1).all()
    np.testing.assert_array_equal(x[1], X[1])
    answer = rbridge.assign(x, [0, POSITION, 2], [], ("value", 0.5))
    assert answer.describe()[0][1][0] == "pybridge_error_assignment_lossy"
    np.testing.assert_array_equal(x[1], X[1])


def test_python_brackets_count_from_zero():
    np.testing.assert_array_equal(rbridge.subset_as_python(X, [0, POSITION, 1], []), X[1])
    record = [0, REST, RANGE | HAS_START | HAS_STOP, 0, 2]
    np.testing.assert_array_equal(rbridge.subset_as_python(X, record, []), X[..., 0:2])
    whole = ("entries", np.array([2.0, 0.0]))
    np.testing.assert_array_equal(
        rbridge.subset_as_python(X, [0, MISSING, VALUE], [whole]), X[:, [2, 0]]
    )
    holes = ("entries", np.array([1, 0]), np.array([False, True]))
    assert "NA" in rbridge.subset_as_python(X, [0, VALUE], [holes]).describe()[0][0]
    assert rbridge.subset_as_python({"a": 3}, [0, VALUE], [("characters", "a")]) == 3
    x = X.copy()
    rbridge.assign_as_python(x, [0, POSITION, 0], [], ("value", 0))
    assert not x[0].any()


def test_axes_count_from_one():
    assert rbridge.permute(X, [3, 1, 2]).shape == (5, 2, 3)
    assert rbridge.permute(X, None).shape == (5, 3, 2)


def test_warnings_are_collected_from_the_calling_thread_alone(monkeypatch):
    shown = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *rest: shown.append(str(message)))
    monkeypatch.setattr(warnings, "filters", [("always", None, Warning, None, 0)])
    display = warnings.showwarning

    def warn_in_another_thread():
        warn("of the other thread", RecyclingWarning)
        warnings.warn("of another package", UserWarning, stacklevel=1)

    def work(x):
        warn("of this thread", RecyclingWarning)
        assert warnings.showwarning is display
        thread = threading.Thread(target=warn_in_another_thread)
        thread.start()
        thread.join()
        warn("of this thread again", RecyclingWarning)
        return x

    answer = answering(work)(7)
    assert answer.value == 7
    assert [text for text, _, _ in answer.describe()] == ["of this thread", "of this thread again"]
    assert shown == ["of the other thread", "of another package"]


def test_what_is_warned_before_an_error_is_answered_with_it():
    def work():
        warn("first", RecyclingWarning)
        raise ValueError("then")

    answer = answering(work)()
    assert [text for text, _, _ in answer.describe()] == ["first", "ValueError: then"]
    warnings.simplefilter("error", RecyclingWarning)
    with pytest.raises(RecyclingWarning):  # outside a call of R it is Python's own warning again
        warn("alone", RecyclingWarning)
