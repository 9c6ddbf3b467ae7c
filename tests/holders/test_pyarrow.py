"""Tables and arrays of PyArrow: `to_pylist()` with zero-based indices is the oracle."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from columns import COLUMNS, IN_BERLIN, MOMENT, PLACES, ROWS, UTC, WHOLE, check_values, part
from fuzz_labels import disagreement

from pybridge import R, all_but, errors, order, r_assign, r_slice, r_subscripts, which

METADATA = {b"key": b"value"}


def table():
    return pa.table(COLUMNS).replace_schema_metadata(METADATA)


def in_chunks():
    return pa.concat_tables([table()[:2], table()[2:3], table()[3:]])


MAKERS = {
    "a table": table,
    "a table in chunks": in_chunks,
    "a part of a table": lambda: pa.concat_tables([table()] * 2).slice(5),
    "a batch": lambda: table().to_batches()[0],
    "a part of a batch": lambda: pa.record_batch([[9, *COLUMNS["n"]]], ["n"]).slice(1),
}


def lists(x):
    return [(name, x.column(k).to_pylist()) for k, name in enumerate(x.schema.names)]


def whole(x):
    """Return the indices of all columns."""
    return range(x.num_columns)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("rows", ROWS, ids=lambda pair: str(pair[0]))
def test_rows_and_columns_are_those_of_their_positions(make, rows):
    x = make()
    for places in PLACES if x.num_columns == 4 else [PLACES[0]]:
        chosen = [place for place in places[1] if place < x.num_columns]
        found = R(x)[rows[0], places[0]]
        assert type(found) is type(x)
        assert lists(found) == part(rows[1], chosen)
        assert found.num_rows == len(rows[1])
        assert found.schema.metadata == x.schema.metadata
        assert found.schema.types == [x.schema.types[place] for place in chosen]
        found.validate(full=True)
    for place, name in enumerate(x.schema.names, start=1):
        for written in (place, place - x.num_columns - 1, r_subscripts(f"'{name}'")):
            found = R(x)[rows[0], written]
            assert type(found) is type(x.column(0)) or isinstance(x, pa.RecordBatch)
            assert found.type == x.schema.types[place - 1]
            assert found.to_pylist() == part(rows[1], [place - 1])[0][1]
        assert R(x.column(place - 1))[rows[0]].to_pylist() == found.to_pylist()
    assert lists(x) == part(WHOLE, whole(x))


def test_one_row_is_a_table_and_one_element_a_scalar():
    for x in (table(), table().to_batches()[0]):
        assert lists(R(x)[2]) == part([1], range(4))
        assert lists(R(x)[-1, ["t"]]) == part([4], [2])
        assert R(x)[1, "n"] == pa.scalar(3)
        assert type(R(x)[2, "n"]) is pa.Int64Scalar
        assert R(x)[2, "n"].as_py() is None
        assert R(x.column(2))[-1].as_py() == "b"
        assert lists(r_slice(x, 1, 2, drop=False)) == part([0], [1])


def test_masks_stored_subscripts_text_and_all_but():
    x = in_chunks()
    assert lists(R(x)[pa.chunked_array([[False, True], [False] * 2, [True]])]) == part(
        [1, 4], range(4)
    )
    assert lists(R(x)[which(x["f"])]) == part([0, 3], range(4))
    assert lists(R(x)[all_but(2, 4), all_but("v")]) == part([0, 2, 4], [0, 2, 3])
    assert lists(R(x)[r_subscripts([5, 1], ["t", "v"])]) == part([4, 0], [2, 1])
    assert lists(r_slice(x, "2:3, c('f', 'n')")) == part([1, 2], [3, 0])
    assert lists(R(x)[..., -1:-2]) == part(WHOLE, [3, 2])
    assert lists(R(x)[:, [2, 2]]) == part(WHOLE, [1, 1])
    assert order(x["v"]).tolist() == [4, 1, 2, 5, 3]


def test_the_dialect_of_r_reads_as_data_frames_do():
    x = table()
    assert lists(r_slice(x, "-1, ", dialect="base")) == part(range(1, 5), range(4))
    assert lists(r_slice(x, "c('v', 'n')", dialect="base")) == part(WHOLE, [1, 0])
    assert r_slice(x, ", 'v'", dialect="base").to_pylist() == COLUMNS["v"]
    assert lists(r_slice(x, "2, ", dialect="base")) == part([1], range(4))
    assert r_slice(x["n"], "-(1:3)", dialect="base").to_pylist() == [4, 0]
    with pytest.raises(errors.MissingValueError):
        r_slice(x["n"], "9", dialect="base")


def test_points_and_a_mask_of_all_elements_where_one_dtype_holds_them():
    x = pa.table({"a": [1, 2, None], "b": [4, 5, 6]})
    for y, kind in ((x, pa.ChunkedArray), (x.to_batches()[0], pa.Int64Array)):
        found = R(y)[np.array([[3, 1], [1, 2], [3, 1]])]
        assert type(found) is kind
        assert found.to_pylist() == [None, 4, None]
        mask = np.array([[True, True], [False, True], [True, False]])
        assert R(y)[mask].to_pylist() == [1, 4, 5, None]
        assert R(y)[np.zeros((3, 2), bool)].to_pylist() == []
    with pytest.raises(errors.UnsupportedTensorError, match="int64, string"):
        R(pa.table({"a": [1], "b": ["x"]}))[np.array([[1, 1], [1, 2]])]


def test_what_has_no_meaning_on_a_table_is_refused():
    x = table()
    for act, error, text in [
        (lambda: R(x)["n"], errors.SubscriptLabelError, r'of axis 2.*`\[:, "n"\]`'),
        (lambda: R(x)[:, "m"], errors.SubscriptLabelError, "the labels are"),
        (lambda: R(R(x)[:, [1, 1]])[:, "n"], errors.SubscriptLabelError, "2 positions"),
        (lambda: R(x)[6], errors.SubscriptOutOfBoundsError, "size 5"),
        (lambda: R(x)[None], errors.UnsupportedTensorError, "new axis"),
        (lambda: R(x)[1, 1, 1], errors.SubscriptCountError, "axes"),
        (lambda: R(x)[x["f"]], errors.SubscriptMissingError, "NA"),
        (lambda: R(x["n"])[pa.array([1, None])], errors.SubscriptMissingError, "NA"),
        (lambda: R(x)[x], errors.UnsupportedTensorError, "take a column"),
        (lambda: R(np.zeros(3))[pa.array([[1], [2]])], errors.UnsupportedTensorError, "nested"),
        (lambda: which(x), errors.UnsupportedTensorError, "a PyArrow table"),
        (lambda: R(x["n"][0])[...], errors.UnsupportedTensorError, r"x\.as_py\(\)"),
    ]:
        with pytest.raises(error, match=text):
            act()


def test_nothing_is_written_in_place():
    x = table()
    for y in (x, x["n"], x.to_batches()[0], x["n"].chunk(0)):
        with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
            R(y)[1, ...] = 7
    assert lists(x) == list(COLUMNS.items())


@pytest.mark.parametrize("make", [MAKERS[name] for name in [*MAKERS][:4]], ids=[*MAKERS][:4])
def test_an_assignment_gives_a_new_table_whose_columns_keep_their_dtypes(make):
    x = make()
    for rows, value, expected in [
        (2, 7, [3, 7, 5, 4, 0]),
        ([5, 1, 1], [7, 8, None], [None, None, 5, 4, 7]),
        (slice(4, 2), [1, 2, 3], [3, 3, 2, 1, 0]),
        (np.array([False, True, False, False, True]), None, [3, None, 5, 4, None]),
        (slice(None), pa.chunked_array([[1, 2], [None, 4, 5]]), [1, 2, None, 4, 5]),
        (slice(None), np.arange(5.0), [0, 1, 2, 3, 4]),
        ([], 9, COLUMNS["n"]),
        (2, pa.scalar(7), [3, 7, 5, 4, 0]),
        (1, pa.scalar(None, pa.string()), [None, None, 5, 4, 0]),
    ]:
        y = r_assign(x, rows, "n", value=value)
        assert type(y) is type(x)
        assert lists(y) == [("n", expected), *list(COLUMNS.items())[1:]]
        assert y.schema.equals(x.schema, check_metadata=True)
        y.validate(full=True)
        column = r_assign(x.column(0), rows, value=value)
        assert type(column) is type(x.column(0))
        assert column.to_pylist() == expected
    assert lists(x) == list(COLUMNS.items())


def test_rows_and_tables_are_values_column_by_column():
    x = table()
    row = [9, 0.25, "row", None]
    expected = [(name, [row[k], *list(COLUMNS[name])[1:]]) for k, name in enumerate(COLUMNS)]
    assert lists(r_assign(x, 1, value=row)) == expected
    assert lists(r_assign(x, 1, value=R(x)[3])) == lists(R(x)[[3, 2, 3, 4, 5]])
    for value in (
        pa.table({"v": [1, 2], "n": [3, None]}),
        pa.record_batch({"v": [1, 2], "n": [3, None]}),
        pd.DataFrame({"v": [1, 2], "n": pd.array([3, None], "Int64")}),
    ):
        y = r_assign(x, [5, 1], ["v", "n"], value=value)
        assert y["v"].to_pylist() == [2, 1.5, None, -2.5, 1]
        assert y["n"].to_pylist() == [None, None, 5, 4, 3]
        with pytest.raises(errors.AssignmentError, match="other labels"):
            r_assign(x, [5, 1], ["n", "v"], value=value)
    with pytest.raises(errors.SubscriptLabelError, match=r'append_column\("m", \[values\]\)'):
        r_assign(x, slice(None), "m", value=1)
    with pytest.raises(errors.LossyValueError, match=r"column 'n': 0\.5 would lose"):
        r_assign(x, 1, ["v", "n"], value=0.5)


def test_a_column_of_no_null_gets_none():
    schema = pa.schema([pa.field("a", pa.int64(), nullable=False)])
    x = pa.table({"a": [1, 2]}, schema)
    assert r_assign(x, 1, "a", value=9).schema == schema
    with pytest.raises(errors.AssignmentError, match="column 'a': the value holds NA"):
        r_assign(x, 1, "a", value=None)


FACTOR = pa.dictionary(pa.int8(), pa.string())
DTYPES = {
    "small": (pa.uint8(), [True, 0, 1, 1.0, np.int8(3)]),
    "large": (pa.uint64(), [300, 2**63]),
    "half": (pa.float16(), [0.5, float("inf")]),
    "real": (pa.float32(), [0.5, float("inf")]),
    "logical": (pa.bool_(), [True, 0, 1, 1.0]),
    "text": (pa.string(), ["a", "1", "zz", "", np.str_("a")]),
    "long text": (pa.large_string(), ["a"]),
    "bytes": (pa.binary(), [b"a", b"\xff"]),
    "two bytes": (pa.binary(2), []),
    "dictionary": (FACTOR, ["a", "zz"]),
    "ordered dictionary": (pa.dictionary(pa.int8(), pa.string(), ordered=True), []),
    "dictionary of numbers": (pa.dictionary(pa.int8(), pa.int64()), [0, 300]),
    "date": (pa.date32(), [datetime.date(2020, 1, 1), np.datetime64("2020-01-01")]),
    "long date": (pa.date64(), [datetime.date(2020, 1, 1), datetime.datetime(1, 1, 1)]),
    "seconds": (pa.timestamp("s"), [datetime.datetime(1, 1, 1)]),
    "microseconds": (pa.timestamp("us"), [MOMENT, datetime.date(2020, 1, 1)]),
    "nanoseconds": (pa.timestamp("ns"), [MOMENT, pd.Timestamp("2020-01-01 01:00:00.000000001")]),
    "zone": (pa.timestamp("us", "Europe/Berlin"), [IN_BERLIN, MOMENT.replace(tzinfo=UTC)]),
    "difference": (pa.duration("ms"), [datetime.timedelta(seconds=1)]),
    "fine difference": (pa.duration("ns"), [np.timedelta64(1, "ns"), pd.Timedelta(1, "ns")]),
    "time of day": (pa.time64("us"), [datetime.time(1, 2, 3, 4)]),
    "seconds of a day": (pa.time32("s"), []),
    "decimal": (pa.decimal128(5, 2), [0.5, 1, 300, decimal.Decimal("1.5")]),
    "long decimal": (pa.decimal256(50, 0), [2**70, decimal.Decimal("1e30")]),
    "list": (pa.list_(pa.int8()), []),
    "struct": (pa.struct({"a": pa.int8()}), [{"a": 1}]),
    "null": (pa.null(), []),
    "runs": (pa.run_end_encoded(pa.int32(), pa.int64()), [0, 300]),
}


@pytest.mark.parametrize(("dtype", "kept"), DTYPES.values(), ids=DTYPES)
def test_a_value_arrives_as_it_was_or_is_refused(dtype, kept):
    array = pa.array([None] * 4, dtype).slice(1)
    for column in (array, pa.chunked_array([array[:1], array[1:]])):
        arrived = check_values(column, r_assign, lambda x: x.to_pylist(), lambda x: x.type)
        assert {*map(repr, kept)} <= {*arrived}


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (pa.uint8(), 256),
        (pa.int64(), 0.5),
        (pa.int64(), "1"),
        (pa.int64(), float("nan")),
        (pa.bool_(), 2),
        (pa.float32(), 1e300),
        (pa.float32(), 2**24 + 1),
        (pa.string(), b"a"),
        (pa.date32(), MOMENT),
        (pa.date64(), MOMENT),
        (pa.date64(), datetime.datetime(2020, 1, 1, 5)),
        (pa.date32(), np.datetime64(2**33, "D")),
        (pa.timestamp("s"), MOMENT),
        (pa.timestamp("us"), MOMENT.replace(tzinfo=UTC)),
        (pa.timestamp("us", "UTC"), MOMENT),
        (pa.timestamp("ns"), datetime.datetime(9999, 1, 1)),
        (pa.time32("s"), datetime.time(1, 2, 3, 4)),
        (pa.decimal128(5, 2), decimal.Decimal("1.555")),
        (pa.decimal128(5, 2), 0.1),
        (pa.list_(pa.int8()), pa.array([[300]])),
        (pa.list_(pa.int64()), pa.array([[0.5]])),
        (pa.int64(), pa.array([[1, 2]])),
        (pa.struct({"a": pa.int8()}), {"a": 1, "z": 2}),
        (pa.dense_union([pa.field("a", pa.int8())]), 1),
    ],
    ids=str,
)
def test_a_value_that_would_change_is_refused(dtype, value):
    union = pa.UnionArray.from_sparse(pa.array([0, 0], pa.int8()), [pa.array([1, 2])])
    column = union if pa.types.is_union(dtype) else pa.array([None] * 2, dtype)
    with pytest.raises(errors.AssignmentError):
        r_assign(column, 2, value=value)


def test_dictionaries_of_chunks_are_one_and_an_ordered_one_takes_its_own_values():
    first, second = pa.array(["a", None], FACTOR), pa.array(["z", "b", None], FACTOR)
    x = pa.chunked_array([first, second])
    assert R(x)[[5, 4, 3, 1]].to_pylist() == [None, "b", "z", "a"]
    y = r_assign(x, [5, 4], value=["new", None])
    assert (y.to_pylist(), y.type) == (["a", None, "z", None, "new"], FACTOR)
    assert r_assign(pd.Series(["q"] * 5), slice(None), value=x).tolist() == x.to_pylist()
    full = pa.array(map(str, range(127)), FACTOR)
    with pytest.raises(errors.AssignmentError, match="larger index type"):
        r_assign(full, [1, 2], value=["x", "y"])
    ordered = pa.array(["a", "b"], pa.dictionary(pa.int8(), pa.string(), ordered=True))
    y = r_assign(ordered, 1, value="b")
    assert (y.to_pylist(), y.type, y.dictionary.to_pylist()) == (
        ["b", "b"],
        ordered.type,
        ["a", "b"],
    )
    with pytest.raises(errors.AssignmentError, match="not among the ordered values"):
        r_assign(ordered, 1, value="q")


NO_TAKE = {
    "runs": lambda: pa.RunEndEncodedArray.from_arrays([1, 2, 3], ["a", None, "b"]),
    "a union": lambda: pa.UnionArray.from_sparse(
        pa.array([0, 1, 0], pa.int8()), [pa.array(["a", "-", "b"]), pa.nulls(3)]
    ),
}


if hasattr(pa, "string_view"):  # not in the oldest release
    NO_TAKE["views of text"] = lambda: pa.array(["a", None, "b"], pa.string_view())


@pytest.mark.parametrize("make", NO_TAKE.values(), ids=NO_TAKE)
def test_dtypes_that_pyarrow_does_not_take_are_read_in_slices(make):
    array = make()
    for x in (array, pa.chunked_array([array, array]), array.slice(0)):
        assert R(x)[[3, 1, 1]].to_pylist() == ["b", "a", "a"]
        assert R(x)[3:2].to_pylist() == ["b", None]
        assert R(x)[[]].to_pylist() == []
        assert R(x)[[3, 1]].type == array.type
    assert R(pa.chunked_array([], array.type))[[]].to_pylist() == []


def test_times_finer_than_those_of_python_are_kept():
    for dtype in (pa.timestamp("ns"), pa.timestamp("ns", "UTC")):
        x = pa.array([1, None, 3]).cast(dtype)
        y = r_assign(x, [2, 1], value=R(x)[[1, 3]])
        assert y.cast(pa.int64()).to_pylist() == [3, 1, 3]
        y = r_assign(x, 2, value=x[2])
        assert y.cast(pa.int64()).to_pylist() == [1, 3, 3]
    fine = pa.array([1]).cast(pa.time64("ns"))
    with pytest.raises(errors.PybridgeError, match="nanoseconds"):
        r_assign(fine, 1, value=fine)


def test_nested_elements_are_written_as_the_elements_of_a_column():
    x = pa.array([[1], None, [2, 3]])
    for value in (pa.array([[4, 5], [6, 7]]), pa.chunked_array([[[4, 5]], [[6, 7]]])):
        assert r_assign(x, [1, 3], value=value).to_pylist() == [[4, 5], None, [6, 7]]
    assert r_assign(x, 2, value=x[2]).to_pylist() == [[1], [2, 3], [2, 3]]
    records = pa.array([{"a": 1}, {"a": 2}])
    assert r_assign(records, 1, value=records[1:]).to_pylist() == [{"a": 2}, {"a": 2}]


AS_VALUE = {
    "reals of NumPy": (lambda: np.zeros(3), [1.0, np.nan, 3.0]),
    "a masked array": (lambda: np.ma.MaskedArray(np.zeros(3, "i8")), [1, None, 3]),
    "a nullable column of pandas": (lambda: pd.Series([0, 0, 0], dtype="Int64"), [1, pd.NA, 3]),
    "a column of pandas in Arrow": (
        lambda: pd.Series([0, 0, 0], dtype="int64[pyarrow]"),
        [1, pd.NA, 3],
    ),
    "reals of pandas": (lambda: pd.Series([0.0, 0, 0]), [1.0, np.nan, 3.0]),
}


@pytest.mark.parametrize(("make", "expected"), AS_VALUE.values(), ids=AS_VALUE)
def test_an_array_with_nulls_is_a_value(make, expected):
    for value in (pa.array([1, None, 3]), pa.chunked_array([[1], [None, 3]])):
        found = r_assign(make(), slice(None), value=value)
        assert str(found.tolist()) == str(expected)


def test_a_null_is_no_number_where_none_is_missing():
    text = pa.chunked_array([pa.array(["a", None]).dictionary_encode()])
    for value in (pa.array([2**60 + 1, None]), text):
        with pytest.raises((errors.MissingValueError, errors.AssignmentError)):
            r_assign(np.zeros(2, int), slice(None), value=value)
        with pytest.raises(errors.OperationError, match="NA"):
            np.asarray(R(value))
    assert np.asarray(R(pa.array([1.5, None]))).tolist()[0] == 1.5
    assert 0 not in R(pa.array([1, None]))


def test_an_array_or_a_scalar_is_a_subscript_of_anything():
    x = np.arange(10, 60, 10)
    assert R(x)[pa.array([5, 1])].tolist() == [50, 10]
    assert R(x)[pa.chunked_array([[True], [False] * 3, [True]])].tolist() == [10, 50]
    assert R(x)[pa.array([True, True, False, False, False, True]).slice(1)].tolist() == [10, 50]
    assert R(x)[all_but(pa.array([5, 1]))].tolist() == [20, 30, 40]
    assert r_subscripts(pa.array([5, 1])) == r_subscripts([5, 1])
    assert R(x)[pa.scalar(2)] == 20
    assert R(x)[pa.scalar(2) : 3].tolist() == [20, 30]
    y = pd.Series(x, index=[*"abcde"])
    for names in (pa.array(["e", "a"]), pa.array(["e", "a"]).dictionary_encode()):
        assert R(y)[names].tolist() == [50, 10]
    found = R(x.astype(float), dialect="base")[pa.array([2, None])]
    assert str(found.tolist()) == "[20.0, nan]"


def test_tables_without_rows_or_columns():
    for x in (table(), in_chunks(), table().to_batches()[0]):
        none = R(x)[:, []]
        assert none.num_rows == 5
        assert R(none)[[2, 2, 1, 1, 1, 1], :].num_rows == 6
        assert R(none)[2:3].num_rows == 2
        assert r_assign(none, 1, value=3).num_rows == 5
        empty = R(x)[[], :]
        assert empty.schema == x.schema
        assert lists(r_assign(empty, slice(None), "n", value=3)) == part([], range(4))
    assert R(pa.table({}))[:, :].num_rows == 0
    assert R(pa.chunked_array([], pa.int64()))[:].to_pylist() == []
    with pytest.raises(errors.UnsupportedTensorError, match="without columns"):
        R(pa.table({}))[np.zeros((0, 0), bool)]


def test_length_iteration_and_membership():
    x = table()
    assert len(R(x)) == 5
    assert [lists(row) for row in R(x)] == [part([row], range(4)) for row in WHOLE]
    assert [each.as_py() for each in R(x["n"])] == COLUMNS["n"]
    assert 5 in R(x["n"])
    assert 6 not in R(x["n"])


@pytest.mark.parametrize("kind", ["arrow", "arrow column"])
def test_random_cases_are_as_lists_of_python(kind):
    found = [text for seed in range(1000) if (text := disagreement(seed, kind))]
    assert found == []
