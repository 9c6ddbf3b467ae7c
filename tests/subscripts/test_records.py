"""The records in which R writes subscripts: what they say, and Python's own key of them."""

import numpy as np
import pytest

from pybridge import NA
from pybridge.subscripts import Characters, Scalar
from pybridge.subscripts.calls import CALLS
from pybridge.subscripts.records import (
    HAS_START,
    HAS_STEP,
    HAS_STOP,
    MISSING,
    NEW_AXIS,
    POSITION,
    RANGE,
    RANGE_OF_VALUES,
    REST,
    TAGS,
    VALUE,
    VECTOR,
    decode,
    python_key,
)

RECORDS = [
    ([0], ()),
    ([0, MISSING, POSITION, -2], (slice(None), -2)),
    ([0, NEW_AXIS, REST], (None, ...)),
    ([0, RANGE], (slice(None),)),
    ([0, RANGE | HAS_START, 2], (slice(2, None),)),
    ([0, RANGE | HAS_STOP, 2, MISSING], (slice(None, 2), slice(None))),
    ([0, RANGE | HAS_START | HAS_STOP | HAS_STEP, 5, 1, -2], (slice(5, 1, -2),)),
    ([0, VECTOR, 3, 4, 6, -8, POSITION, 6], ([4, 6, -8], 6)),
]


@pytest.mark.parametrize(("record", "written"), RECORDS)
def test_a_record_says_what_python_users_write(record, written):
    assert decode(record, []) == written


def test_values_stand_beside_a_record_in_their_order():
    bounds = [["number", 2.0], ["na"], ["number", -1]]
    given = [["number", 3], bounds, ["characters", ["a", None], None], ["na"]]
    written = decode([0, VALUE, RANGE_OF_VALUES, VALUE, MISSING, VALUE], given)
    names = Characters(("a", None))
    assert written == (3, slice(2.0, NA, -1), names, slice(None), Scalar(NA))


def test_a_matrix_of_names_comes_down_the_columns():
    (names,) = decode([0, VALUE], [["characters", list("abcdef"), [3, 2]]])
    assert names == Characters(("a", "d", "b", "e", "c", "f"), (3, 2))


def test_holes_and_the_bits_of_integers_make_masked_arrays():
    holes = np.array([False, True])
    (entries,) = decode([0, VALUE], [["entries", np.array([2, 0]), holes]])
    assert entries.tolist() == [2, None]
    bits = np.array([7, np.iinfo(np.int64).min], np.int64).view(np.float64)
    (integers,) = decode([0, VALUE], [["int64", bits]])
    assert integers.tolist() == [7, None]
    (whole,) = decode([0, VALUE], [["int64", bits[:1]]])
    assert whole.tolist() == [7]
    assert whole.dtype == np.int64


def test_a_call_has_a_record_and_values_of_its_own():
    inner = ["call", "all_but", [0, VALUE], [["number", 2.5]]]
    parts = [["characters", ["a"], None], inner]
    given = [
        ["number", 1.5],
        ["call", "all_but", [0, POSITION, 2, VALUE, RANGE | HAS_START, 4, VALUE], parts],
        ["na"],
    ]
    first, call, last = decode([0, VALUE, VALUE, VALUE], given)
    assert (first, last) == (1.5, Scalar(NA))
    assert isinstance(call, CALLS["all_but"])
    assert call.parts[:3] == (2, Characters(("a",)), slice(4, None))
    assert call.parts[3].parts == (2.5,)
    (nothing,) = decode([0, VALUE], [["call", "all_but", [0], []]])
    assert nothing.parts == ()


@pytest.mark.parametrize(
    "value", [["other", 1], ["call", "none_such", [0], []], ["call", "all_but", [0, 4], [["r", 1]]]]
)
def test_a_tag_or_a_call_of_another_version_is_an_error(value):
    with pytest.raises(ValueError, match="install the same version of both"):
        decode([0, VALUE], [value])


def test_every_tag_is_read_and_every_other_code_is_an_error():
    bits = np.array([7], np.int64).view(np.float64)
    values = {
        "na": [],
        "entries": [np.array([2])],
        "characters": [["a"], None],
        "int64": [bits],
        "tensor": [np.array(2)],
        "number": [2],
        "call": ["all_but", [0], []],
    }
    assert set(values) == set(TAGS)
    for tag, parts in values.items():
        assert len(decode([0, VALUE], [[tag, *parts]])) == 1
    with pytest.raises(ValueError, match="code 7, unknown here; install the same version of both"):
        decode([0, 7], [])


def test_a_call_is_no_key_of_python():
    given = [["call", "all_but", [0, POSITION, 2], []]]
    (call,) = decode([0, VALUE], given)
    with pytest.raises(IndexError) as caught:
        python_key([0, POSITION, 0, VALUE], given)
    assert str(caught.value) == (
        f"`{call}` is a subscript of `@r[` and R(x)[...]; Python's own brackets do not have it"
    )


def test_python_counts_from_zero_by_whole_numbers():
    assert python_key([0, POSITION, 2], []) == 2
    assert python_key([0, VALUE, RANGE | HAS_STOP, 3], [["number", 2.0]]) == (2, slice(None, 3))
    assert python_key([0, RANGE_OF_VALUES], [[["number", 1.0], ["na"]]]) == slice(1, None)
    assert python_key([0, VALUE], [["number", 1.5]]) == 1.5
    found = python_key([0, VECTOR, 2, 3, 0], [])
    assert found.tolist() == [3, 0]
    assert found.dtype == np.int64
    whole = python_key([0, VALUE], [["entries", np.array([3.0, 0.0])]])
    assert whole.dtype == np.int64
    broken = python_key([0, VALUE], [["entries", np.array([0.5])]])
    assert broken.tolist() == [0.5]
    mask = python_key([0, VALUE], [["entries", np.array([True, False])]])
    assert mask.dtype == bool


def test_names_are_keys_of_python():
    assert python_key([0, VALUE], [["characters", ["a"]]]) == "a"
    assert python_key([0, VALUE], [["characters", ["a", "b"]]]) == ["a", "b"]


@pytest.mark.parametrize(
    "value",
    [["na"], ["characters", ["a", None]], ["entries", np.array([1, 0]), np.array([False, True])]],
)
def test_na_is_no_key_of_python(value):
    with pytest.raises(IndexError, match="NA is not"):
        python_key([0, VALUE], [value])
