"""Columns as lists of Python: the oracle of tables that are read by position, and random values."""

import datetime
import decimal
import zoneinfo

import numpy as np
import pandas as pd

from pybridge import NA, errors

UTC = datetime.UTC
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
COLUMNS = {
    "n": [3, None, 5, 4, 0],
    "v": [0.5, 1.5, None, -2.5, 7.25],
    "t": ["cc", "a", None, "", "b"],
    "f": [True, None, False, True, False],
}
WHOLE = range(5)
ROWS = [
    (slice(None), WHOLE),
    (slice(2, 4), range(1, 4)),
    (slice(2, NA), range(1, 5)),
    (slice(NA, -2), range(4)),
    (slice(4, 2), range(3, 0, -1)),
    (slice(NA, NA, 2), range(0, 5, 2)),
    (slice(3, -4), range(0)),
    ([5, 1, 1, 3], [4, 0, 0, 2]),
    ([-1, -5], [4, 0]),
    ([], []),
    (np.array([True, False, False, True, True]), [0, 3, 4]),
    ([False] * 5, []),
    (range(2, 5), [1, 2, 3]),
]
"""Subscripts of rows, and the indices that they select."""
PLACES = [
    (slice(None), range(4)),
    (slice(2, 3), range(1, 3)),
    (slice(3, 1), range(2, -1, -1)),
    (["t", "n"], [2, 0]),
    ([4, 2], [3, 1]),
    ([True, False, False, True], [0, 3]),
    ([], []),
]
"""Subscripts of columns, and the indices that they select."""


def part(rows, places):
    """Return names and lists of some rows of some columns."""
    names = list(COLUMNS)
    return [(names[place], [COLUMNS[names[place]][row] for row in rows]) for place in places]


MOMENT = datetime.datetime(2020, 1, 1, 3, 4, 5, 678901)
IN_BERLIN = datetime.datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=BERLIN)
VALUES = [
    *(None, NA, np.ma.masked, pd.NA, True, 0, 1, 0.5, 1.0, 300, 2**63, 2**70, float("nan")),
    *(float("inf"), 1e300, "a", "1", "zz", "", "\ud800", b"a", b"\xff", 1j, [1, 2], {"a": 1}),
    *(decimal.Decimal("1.5"), decimal.Decimal("1.555"), decimal.Decimal("1e30")),
    *(decimal.Decimal("NaN"), decimal.Decimal("Infinity"), object(), np.str_("a"), np.int8(3)),
    *(datetime.timedelta(seconds=1), datetime.timedelta(microseconds=1), np.timedelta64(1, "ns")),
    *(pd.Timedelta(1, "ns"), datetime.time(1, 2, 3, 4), datetime.date(2020, 1, 1), MOMENT),
    *(np.datetime64("2020-01-01"), np.datetime64("2020-01-01T00:00:00.000000001"), pd.NaT),
    *(pd.Timestamp("2020-01-01 01:00:00.000000001"), MOMENT.replace(tzinfo=UTC), IN_BERLIN),
    *(datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31), range(1), {1, 2}, lambda: 0),
]
"""What somebody may assign to one element."""


ABSENT = (None, NA, pd.NA, pd.NaT, np.ma.masked)


def is_kept(value, found):
    """Return whether an element is what was assigned: the law, by Python's own comparison."""
    if any(value is absent for absent in ABSENT):
        return found is None
    if isinstance(value, float) and value != value:  # missing where no reals are
        return found is None or found != found
    if isinstance(value, pd.Timestamp | pd.Timedelta):
        value = value.to_numpy()
    if isinstance(value, np.datetime64 | np.timedelta64):
        return hasattr(found, "year" if isinstance(value, np.datetime64) else "days")
    if type(value) is datetime.datetime and type(found) is datetime.date:
        return value == datetime.datetime.combine(found, datetime.time())
    if type(value) is datetime.date and hasattr(found, "hour"):
        return found == datetime.datetime.combine(value, datetime.time())
    if isinstance(value, range):
        value = value[0]
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return found.astimezone(UTC) == value.astimezone(UTC)
    return bool(value == found)


def check_values(column, assign, listed, dtype):
    """Assert that each value arrives as it was or is refused by an error of ours.

    Return the texts of those that arrive. The column has three nulls, and stays.
    """
    arrived = []
    for value in VALUES:
        try:
            now = assign(column, 2, value=value)
        except errors.PybridgeError:
            continue
        finally:
            assert listed(column) == [None] * 3
        assert type(now) is type(column)
        assert dtype(now) == dtype(column)
        first, found, last = listed(now)
        assert first is None
        assert last is None
        assert is_kept(value, found), (dtype(column), value, found)
        arrived.append(repr(value))
    return arrived
