"""Tables and columns of polars: `rows()` and `to_list()` with zero-based indices are the oracle."""

import datetime
import decimal
import inspect

import numpy as np
import pandas as pd
import polars as pl
import pytest
from columns import COLUMNS, IN_BERLIN, MOMENT, PLACES, ROWS, UTC, WHOLE, check_values, part
from fuzz_labels import disagreement

from pybridge import NA, R, all_but, errors, order, r_assign, r_slice, r_subscripts, which

MAKERS = {
    "one chunk": lambda: pl.DataFrame(COLUMNS),
    "several chunks": lambda: pl.concat(
        [pl.DataFrame(COLUMNS)[:2], pl.DataFrame(COLUMNS)[2:]], rechunk=False
    ),
    "a part": lambda: pl.concat([pl.DataFrame(COLUMNS)] * 2)[5:],
}


IS_OLD = "height" not in inspect.signature(pl.DataFrame).parameters
"""Whether this release has no rows without columns, and takes no null for a struct."""


def lists(x):
    return [(series.name, series.to_list()) for series in x.get_columns()]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("rows", ROWS, ids=lambda pair: str(pair[0]))
def test_rows_and_columns_are_those_of_their_positions(make, rows):
    x = make()
    for places in PLACES[:-1] if IS_OLD else PLACES:
        found = R(x)[rows[0], places[0]]
        assert type(found) is pl.DataFrame
        assert lists(found) == part(rows[1], places[1])
        assert found.schema == pl.DataFrame(COLUMNS).select(found.columns).schema
        if not places[1]:
            assert found.shape == (len(rows[1]), 0)
    for place, name in enumerate(COLUMNS, start=1):
        for written in (place, place - 5):
            found = R(x)[rows[0], written]
            assert type(found) is pl.Series
            assert (found.name, found.dtype) == (name, x[name].dtype)
            assert found.to_list() == part(rows[1], [place - 1])[0][1]
        column = R(x[name])[rows[0]]
        assert (column.name, column.to_list()) == (name, part(rows[1], [place - 1])[0][1])
    assert lists(x) == list(COLUMNS.items())


def test_one_row_is_a_table_and_one_element_is_pythons():
    x = pl.DataFrame(COLUMNS)
    assert lists(R(x)[2]) == part([1], range(4))
    assert lists(R(x)[-1, ["t"]]) == part([4], [2])
    assert R(x)[1, "n"] == 3
    assert type(R(x)[1, "n"]) is int
    assert R(x)[2, "n"] is None
    assert R(x["t"])[-1] == "b"
    assert lists(r_slice(x, 1, 2, drop=False)) == part([0], [1])


def test_masks_stored_subscripts_text_and_all_but():
    x = pl.DataFrame(COLUMNS)
    assert lists(R(x)[(x["v"] > 1).fill_null(False)]) == part([1, 4], range(4))
    assert lists(R(x)[which(x["f"])]) == part([0, 3], range(4))
    assert lists(R(x)[all_but(2, 4), all_but("v")]) == part([0, 2, 4], [0, 2, 3])
    kept = r_subscripts([5, 1], ["t", "v"])
    assert lists(R(x)[kept]) == part([4, 0], [2, 1])
    assert lists(r_slice(x, "2:3, c('f', 'n')")) == part([1, 2], [3, 0])
    assert lists(R(x)[..., -1:-2]) == part(WHOLE, [3, 2])
    assert order(x["v"]).tolist() == [4, 1, 2, 5, 3]


def test_the_dialect_of_r_reads_as_data_frames_do():
    x = pl.DataFrame(COLUMNS)
    assert lists(r_slice(x, "-1, ", dialect="base")) == part(range(1, 5), range(4))
    assert lists(r_slice(x, "c('v', 'n')", dialect="base")) == part(WHOLE, [1, 0])
    assert r_slice(x, ", 'v'", dialect="base").to_list() == COLUMNS["v"]
    assert lists(r_slice(x, "2, ", dialect="base")) == part([1], range(4))
    assert r_slice(x["n"], "-(1:3)", dialect="base").to_list() == [4, 0]
    with pytest.raises(errors.MissingValueError):
        r_slice(x["n"], "9", dialect="base")


def test_points_and_a_mask_of_all_elements_where_one_dtype_holds_them():
    x = pl.DataFrame({"a": [1, 2, None], "b": [4, 5, 6]})
    assert R(x)[np.array([[3, 1], [1, 2], [3, 1]])].to_list() == [None, 4, None]
    mask = np.array([[True, True], [False, True], [True, False]])
    assert R(x)[mask].to_list() == [1, 4, 5, None]
    assert R(x)[np.zeros((3, 2), bool)].to_list() == []
    with pytest.raises(errors.UnsupportedTensorError, match="Int64, String"):
        R(pl.DataFrame({"a": [1], "b": ["x"]}))[np.array([[1, 1], [1, 2]])]
    with pytest.raises(errors.UnsupportedTensorError, match="without columns"):
        R(pl.DataFrame())[np.zeros((0, 0), bool)]


def test_what_has_no_meaning_on_a_table_is_refused():
    x = pl.DataFrame(COLUMNS)
    for act, error, text in [
        (lambda: R(x)["n"], errors.SubscriptLabelError, r'of axis 2.*`\[:, "n"\]`'),
        (lambda: R(x)[:, "m"], errors.SubscriptLabelError, "the labels are"),
        (lambda: R(x)[:, ["n", "n"]], errors.UnsupportedTensorError, "two columns of one name"),
        (lambda: R(x)[6], errors.SubscriptOutOfBoundsError, "size 5"),
        (lambda: R(x)[0], errors.SubscriptOutOfBoundsError, "start at 1"),
        (lambda: R(x)[None], errors.UnsupportedTensorError, "new axis"),
        (lambda: R(x)[1, 1, 1], errors.SubscriptCountError, "axes"),
        (lambda: R(x)[x["f"]], errors.SubscriptMissingError, "NA"),
        (lambda: R(x["n"])[pl.Series([1, None])], errors.SubscriptMissingError, "NA"),
        (lambda: R(x)[x], errors.UnsupportedTensorError, "take a column"),
        (lambda: R(np.zeros(3))[pl.Series([[1], [2]])], errors.UnsupportedTensorError, "nested"),
        (lambda: which(x), errors.UnsupportedTensorError, "a polars table"),
    ]:
        with pytest.raises(error, match=text):
            act()


def test_nothing_is_written_in_place():
    x = pl.DataFrame(COLUMNS)
    for y in (x, x["n"]):
        with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
            R(y)[1, ...] = 7
    assert lists(x) == list(COLUMNS.items())


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_an_assignment_gives_a_new_table_whose_columns_keep_their_dtypes(make):
    x = make()
    for rows, value, expected in [
        (2, 7, [3, 7, 5, 4, 0]),
        ([5, 1, 1], [7, 8, NA], [None, None, 5, 4, 7]),
        (slice(4, 2), [1, 2, 3], [3, 3, 2, 1, 0]),
        ((np.array(COLUMNS["v"], float) > 1), None, [3, None, 5, 4, None]),
        (slice(None), pl.Series([1, 2, None, 4, 5]), [1, 2, None, 4, 5]),
        (slice(None), np.arange(5.0), [0, 1, 2, 3, 4]),
        ([], 9, COLUMNS["n"]),
    ]:
        y = r_assign(x, rows, "n", value=value)
        assert type(y) is pl.DataFrame
        assert lists(y) == [("n", expected), *list(COLUMNS.items())[1:]]
        assert y.schema == x.schema
        series = r_assign(x["n"], rows, value=value)
        assert (series.name, series.to_list()) == ("n", expected)
    assert lists(x) == list(COLUMNS.items())


def test_rows_and_tables_are_values_column_by_column():
    x = pl.DataFrame(COLUMNS)
    row = [9, 0.25, "row", None]
    expected = [(name, [row[k], *list(COLUMNS[name])[1:]]) for k, name in enumerate(COLUMNS)]
    assert lists(r_assign(x, 1, value=row)) == expected
    assert lists(r_assign(x, 1, value=R(x)[3])) == lists(R(x)[[3, 2, 3, 4, 5]])
    for table in (
        pl.DataFrame({"v": [1, 2], "n": [3, None]}),
        pd.DataFrame({"v": [1, 2], "n": pd.array([3, None], "Int64")}),
    ):
        y = r_assign(x, [5, 1], ["v", "n"], value=table)
        assert y["v"].to_list() == [2, 1.5, None, -2.5, 1]
        assert y["n"].to_list() == [None, None, 5, 4, 3]
        with pytest.raises(errors.AssignmentError, match="other labels"):
            r_assign(x, [5, 1], ["n", "v"], value=table)
    y = r_assign(x, ", c('n', 'v')", value=[1, 2], dialect="base")
    assert y["n"].to_list() == [1, 2, 1, 2, 1]
    assert y["v"].to_list() == [2, 1, 2, 1, 2]
    with pytest.raises(errors.SubscriptLabelError, match=r'polars\.Series\("m", values\)'):
        r_assign(x, slice(None), "m", value=1)
    with pytest.raises(errors.LossyValueError, match=r"column 'n': 0\.5 would lose"):
        r_assign(x, 1, ["v", "n"], value=0.5)


DTYPES = {
    "small": (pl.UInt8, [True, 0, 1, 1.0, np.int8(3)]),
    "large": (pl.UInt64, [300, 2**63]),
    "real": (pl.Float32, [0.5, float("inf")]),
    "logical": (pl.Boolean, [True, 0, 1, 1.0]),
    "text": (pl.String, ["a", "1", "zz", "", np.str_("a")]),
    "bytes": (pl.Binary, [b"a", b"\xff"]),
    "category": (pl.Categorical, ["a", "zz"]),
    "enum": (pl.Enum(["a", "b"]), ["a", np.str_("a")]),
    "date": (pl.Date, [datetime.date(2020, 1, 1), np.datetime64("2020-01-01")]),
    "milliseconds": (pl.Datetime("ms"), [datetime.datetime(1, 1, 1)]),
    "microseconds": (pl.Datetime("us"), [MOMENT, datetime.date(2020, 1, 1)]),
    "nanoseconds": (pl.Datetime("ns"), [MOMENT]),
    "zone": (pl.Datetime("us", "Europe/Berlin"), [IN_BERLIN, MOMENT.replace(tzinfo=UTC)]),
    "difference": (pl.Duration("ms"), [datetime.timedelta(seconds=1)]),
    "fine difference": (pl.Duration("ns"), [datetime.timedelta(microseconds=1)]),
    "time of day": (pl.Time, [datetime.time(1, 2, 3, 4)]),
    "decimal": (pl.Decimal(5, 2), [0.5, 1, 300, decimal.Decimal("1.5")]),
    "long decimal": (pl.Decimal(38, 0), [2**70, decimal.Decimal("1e30")]),
    "list": (pl.List(pl.Int8), []),
    "pair": (pl.Array(pl.Int8, 2), []),
    "struct": (pl.Struct({"a": pl.Int8}), [{"a": 1}]),
    "null": (pl.Null, []),
    "object": (pl.Object, [0.5, 2**70, "a", 1j]),
}
if IS_OLD:
    del DTYPES["struct"]
if hasattr(pl, "Int128"):  # not in the oldest release
    DTYPES["largest"] = (pl.Int128, [2**63, 2**70, 1.0])


@pytest.mark.parametrize(("dtype", "kept"), DTYPES.values(), ids=DTYPES)
def test_a_value_arrives_as_it_was_or_is_refused(dtype, kept):
    column = pl.Series("c", [None] * 3, dtype=dtype)
    arrived = check_values(column, r_assign, lambda x: x.to_list(), lambda x: x.dtype)
    assert {*map(repr, kept)} <= {*arrived}


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (pl.UInt8, 256),
        (pl.Int64, 0.5),
        (pl.Int64, "1"),
        (pl.Int64, float("nan")),
        (pl.Boolean, 2),
        (pl.Enum(["a", "b"]), "zz"),
        (pl.Date, MOMENT),
        (pl.Datetime("ms"), MOMENT),
        (pl.Datetime("us"), MOMENT.replace(tzinfo=UTC)),
        (pl.Datetime("us", "UTC"), MOMENT),
        (pl.Datetime("us"), np.datetime64(1, "ns")),
        (pl.Datetime("ns"), datetime.datetime(9999, 1, 1)),
        (pl.Decimal(5, 2), decimal.Decimal("1.555")),
        (pl.Decimal(5, 2), 0.1),
        (pl.Float64, decimal.Decimal("1.5")),
        (pl.List(pl.Int8), pl.Series([[300]])),
        (pl.Int64, pl.Series([[1, 2]])),
        (pl.Struct({"a": pl.Int8}), {"a": 1, "z": 2}),
    ],
    ids=str,
)
def test_a_value_that_would_change_is_refused(dtype, value):
    with pytest.raises(errors.AssignmentError):
        r_assign(pl.Series("c", [None] * 2, dtype=dtype), 2, value=value)


def test_times_finer_than_those_of_python_are_kept():
    x = pl.Series([1, None, 3]).cast(pl.Datetime("ns"))
    y = r_assign(x, [2, 1], value=R(x)[[1, 3]])
    assert y.to_physical().to_list() == [3, 1, 3]
    assert r_assign(x, 2, value=pd.Timestamp(7)).to_physical().to_list() == [1, 7, 3]
    assert r_assign(x, 2, value=np.datetime64(7, "ns")).to_physical().to_list() == [1, 7, 3]
    zoned = x.cast(pl.Datetime("ns", "UTC"))
    with pytest.raises(errors.PybridgeError, match="nanoseconds"):
        r_assign(zoned, 2, value=zoned[:1])


def test_nested_elements_are_written_as_the_elements_of_a_column():
    x = pl.Series([[1], None, [2, 3]])
    assert r_assign(x, [1, 3], value=pl.Series([[4, 5], [6, 7]])).to_list() == [
        [4, 5],
        None,
        [6, 7],
    ]
    records = pl.Series([{"a": 1}, {"a": 2}])
    assert r_assign(records, 1, value=records[1:]).to_list() == [{"a": 2}, {"a": 2}]


AS_VALUE = {
    "reals of NumPy": (lambda: np.zeros(3), [1.0, np.nan, 3.0]),
    "a masked array": (lambda: np.ma.MaskedArray(np.zeros(3, "i8")), [1, None, 3]),
    "a nullable column of pandas": (lambda: pd.Series([0, 0, 0], dtype="Int64"), [1, pd.NA, 3]),
    "reals of pandas": (lambda: pd.Series([0.0, 0, 0]), [1.0, np.nan, 3.0]),
    "polars": (lambda: pl.Series([0, 0, 0]), [1, None, 3]),
}


@pytest.mark.parametrize(("make", "expected"), AS_VALUE.values(), ids=AS_VALUE)
def test_a_column_with_nulls_is_a_value(make, expected):
    found = r_assign(make(), slice(None), value=pl.Series([1, None, 3]))
    assert str(found.tolist() if hasattr(found, "tolist") else found.to_list()) == str(expected)


def test_a_null_is_no_number_where_none_is_missing():
    for value in (pl.Series([1, None]), pl.DataFrame({"a": [1, None]})["a"]):
        with pytest.raises(errors.MissingValueError):
            r_assign(np.zeros(2, int), slice(None), value=value)
        with pytest.raises(errors.OperationError, match="NA"):
            np.asarray(R(value))
    assert np.asarray(R(pl.Series([1.5, None]))).tolist()[0] == 1.5
    assert 0 not in R(pl.Series([1, None]))


def test_a_column_is_a_subscript_of_anything():
    x = np.arange(10, 60, 10)
    assert R(x)[pl.Series([5, 1])].tolist() == [50, 10]
    assert R(x)[pl.Series([True, False, False, False, True])].tolist() == [10, 50]
    assert R(x)[all_but(pl.Series([5, 1]))].tolist() == [20, 30, 40]
    assert r_subscripts(pl.Series([5, 1])) == r_subscripts([5, 1])
    y = pd.Series(x, index=[*"abcde"])
    for names in (pl.Series(["e", "a"]), pl.Series(["e", "a"], dtype=pl.Categorical)):
        assert R(y)[names].tolist() == [50, 10]
    found = R(x.astype(float), dialect="base")[pl.Series([2, None])]
    assert str(found.tolist()) == "[20.0, nan]"


def test_tables_without_rows_or_columns():
    x = pl.DataFrame(COLUMNS)
    if IS_OLD:
        with pytest.raises(errors.UnsupportedTensorError, match="keep a column"):
            R(x)[:, []]
        return
    none = R(x)[:, []]
    assert none.shape == (5, 0)
    assert R(none)[[2, 2, 1]].shape == (3, 0)
    assert R(none)[2:3].shape == (2, 0)
    assert r_assign(none, 1, value=3).shape == (5, 0)
    empty = R(x)[[], :]
    assert empty.schema == x.schema
    assert lists(r_assign(empty, slice(None), "n", value=3)) == part([], range(4))
    assert R(pl.DataFrame())[:, :].shape == (0, 0)


def test_length_iteration_and_membership():
    x = pl.DataFrame(COLUMNS)
    assert len(R(x)) == 5
    assert [lists(row) for row in R(x)] == [part([row], range(4)) for row in WHOLE]
    assert 5 in R(x["n"])
    assert 6 not in R(x["n"])


@pytest.mark.parametrize("kind", ["polars", "polars column"])
def test_random_cases_are_as_lists_of_python(kind):
    found = [text for seed in range(1000) if (text := disagreement(seed, kind))]
    assert found == []
