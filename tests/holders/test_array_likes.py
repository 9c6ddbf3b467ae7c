"""What is like an array: read as the list of its entries, or refused; never one entry repeated."""

import array
import collections
import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pybridge import R, errors, r_assign

NUMBERS = [3, 1, 2]
LIKE = {
    "Index": lambda: pd.Index(NUMBERS),
    "extension array": lambda: pd.array(NUMBERS, dtype="Int64"),
    "Categorical": lambda: pd.Categorical(NUMBERS),
    "range": lambda: range(1, 4),
    "deque": lambda: collections.deque(NUMBERS),
    "keys": lambda: dict.fromkeys(NUMBERS).keys(),
    "values": lambda: dict(enumerate(NUMBERS)).values(),
    "UserList": lambda: collections.UserList(NUMBERS),
    "memoryview": lambda: memoryview(array.array("q", NUMBERS)),
    "array.array": lambda: array.array("q", NUMBERS),
}
TARGETS = {
    "numbers": lambda: pd.Series([7.0, 8.0, 9.0]),
    "objects": lambda: pd.Series(["x", "y", "z"], dtype=object),
    "nullable": lambda: pd.Series([7, None, 9], dtype="Int64"),
    "Arrow": lambda: pd.Series([7, None, 9], dtype="int64[pyarrow]"),
    "categories": lambda: pd.Series(pd.Categorical([1, 1, 1], categories=[1, 2, 3])),
    "array": lambda: np.zeros(3, int),
    "array of objects": lambda: np.array(["x", "y", "z"], object),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("like", LIKE)
def test_each_entry_goes_to_its_element(like, target):
    expected = list(LIKE[like]())
    x = TARGETS[target]()
    assert list(r_assign(x, slice(None), value=LIKE[like]())) == expected
    R(x)[1:2] = list(LIKE[like]())[:2]
    assert list(x)[:2] == expected[:2]


REFUSED = {
    "generator": lambda: (number for number in NUMBERS),
    "set": lambda: set(NUMBERS),
    "list of Arrow": lambda: [pa.array(NUMBERS)],
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("like", REFUSED)
def test_what_has_no_order_or_is_arrows_is_refused_and_changes_nothing(like, target):
    x = TARGETS[target]()
    before = list(x)
    with pytest.raises(errors.AssignmentError):
        R(x)[:] = REFUSED[like]()
    assert [str(entry) for entry in x] == [str(entry) for entry in before]


class Nested:
    """Its elements are itself, and NumPy would look for the innermost."""

    def __len__(self):
        return 2

    def __getitem__(self, k):
        return self


@pytest.mark.parametrize(
    "value",
    [Nested(), [Nested()], (Nested(), 1), [[Nested()]]],
    ids=["alone", "in a list", "in a tuple", "in rows"],
)
@pytest.mark.parametrize("target", TARGETS)
def test_an_object_that_contains_itself_is_refused(value, target):
    with pytest.raises(errors.AssignmentError, match="neither an array nor a sequence"):
        R(TARGETS[target]())[:] = value
    with pytest.raises(errors.SubscriptTypeError):
        R(np.zeros(3))[[[Nested()]]]


ARROW = {
    "int64[pyarrow]": ([0.5, "7", datetime.date(2020, 1, 1), decimal.Decimal("1.5"), 2**70], 4),
    "int8[pyarrow]": ([300, 1.5], -5),
    "float[pyarrow]": ([1e300, "1"], 0.5),
    "bool[pyarrow]": ([300, 0.5], True),
    "string[pyarrow]": ([5, 0.5, b"a"], "text"),
    "date32[pyarrow]": (
        [datetime.datetime(2020, 1, 1, 5), "2020-01-01", 5],
        datetime.date(2021, 2, 3),
    ),
    "timestamp[s][pyarrow]": (
        [pd.Timestamp("2020-01-01 00:00:00.5"), "now"],
        pd.Timestamp("2021-02-03"),
    ),
    "duration[s][pyarrow]": ([pd.Timedelta(1, "ms"), "1"], pd.Timedelta(5, "s")),
}


@pytest.mark.parametrize(
    ("dtype", "value"),
    [(dtype, value) for dtype, (bad, _) in ARROW.items() for value in bad],
    ids=repr,
)
def test_a_column_of_arrow_loses_nothing(dtype, value):
    good = ARROW[dtype][1]
    x = pd.Series([good, good], dtype=dtype)
    with pytest.raises(errors.PybridgeError):
        R(x)[2] = value
    assert list(x) == [good, good]
    assert str(x.dtype) == str(pd.Series([good], dtype=dtype).dtype)
    R(x)[1] = None
    R(x)[2] = good
    assert [pd.isna(entry) for entry in x] == [True, False]
    assert x.iloc[1] == good


MOMENTS = np.array(["2024-01-31T12:00", "NaT", "1969-12-31"], "M8[ns]")


@pytest.mark.parametrize("moments", [MOMENTS, MOMENTS - MOMENTS[0]], ids=["moments", "durations"])
def test_a_time_among_objects_stays_a_time(moments):
    """NumPy's `astype(object)` makes it an integer."""
    for x in (np.array([1, 2, 3], object), pd.Series([1, 2, 3], dtype=object)):
        for value in (moments, pd.Series(moments)):
            entries = list(r_assign(x, slice(None), value=value))
            assert [type(entry).__name__ for entry in entries] != ["int"] * 3
            assert entries[0] == moments[0]
            assert entries[2] == moments[2]
            assert pd.isna(entries[1])


def test_a_wide_integer_beside_a_real_is_not_rounded():
    value = [2**53 + 1, 1.0]
    assert r_assign(np.zeros(2, int), slice(None), value=value).tolist() == [2**53 + 1, 1]
    for target in (np.zeros(2), np.zeros(2, complex), np.zeros(2, "i1")):
        with pytest.raises(errors.LossyValueError):
            r_assign(target, slice(None), value=value)
    with pytest.raises(errors.LossyValueError, match=r"0\.5 would"):
        r_assign(np.zeros(2, int), slice(None), value=[2**53 + 1, 0.5])
