"""What Arrow's protocol gives, compared with Arrow's own `to_pylist()`, element by element in R."""

import datetime
import gc
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import rpy2.robjects as ro
from conversion_oracle import assert_identical, r_value

from pybridge.conversion import from_r, to_r
from pybridge.errors import ArgumentError, ConversionError

EPOCH = datetime.date(1970, 1, 1)


def in_r(entries, kind="double"):
    """Return R code of a vector of numbers, texts or logicals, None for NA."""
    if not entries:
        return f"{kind}()"
    words = {None: "NA", True: "TRUE", False: "FALSE"}
    texts = [words[one] if one is None or isinstance(one, bool) else repr(one) for one in entries]
    return f"as.{kind}(c({', '.join(texts)}))"


@pytest.mark.parametrize("start", [0, 1, 7, 8, 9, 63])
@pytest.mark.parametrize("stop", [None, 64, 70])
def test_a_part_of_bits_and_nulls_begins_where_it_should(start, stop):
    rng = np.random.default_rng(start)
    entries = [[None, True, False][k] for k in rng.integers(0, 3, 80)]
    part = pa.array(entries)[start:stop]
    assert_identical(to_r(part), in_r(part.to_pylist(), "logical"))
    numbers = pa.array([None if one is None else k for k, one in enumerate(entries)], pa.int16())
    assert_identical(to_r(numbers[start:stop]), in_r(numbers[start:stop].to_pylist(), "integer"))


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_texts_of_every_length_in_parts_and_chunks(kind):
    entries = ["", "a", "é" * 5, "x" * 12, "y" * 13, None, "日本" * 40, "z"] * 3
    whole = pa.chunked_array([pa.array(entries, kind), pa.array(entries[::-1], kind)])
    for part in (whole, whole[3:20], whole[:0], whole[5:6]):
        assert [*to_r(part)] == [ro.NA_Character if x is None else x for x in part.to_pylist()]


def test_a_null_text_may_have_bytes_which_are_not_read():
    known = pa.array([True, False, True]).buffers()[1]
    offsets = pa.py_buffer(np.array([0, 1, 5, 6], "i4"))
    array = pa.StringArray.from_buffers(3, offsets, pa.py_buffer(b"a\0\xff?\0b"), known)
    assert array.to_pylist() == ["a", None, "b"]
    assert_identical(to_r(array), 'c("a", NA, "b")')


def test_chunks_with_dictionaries_of_their_own_are_one_factor():
    chunks = pa.chunked_array(
        [
            pa.array(x, pa.string()).dictionary_encode()
            for x in (["b", None, "a"], ["c", "a"], [None])
        ]
    )
    assert chunks.to_pylist() == ["b", None, "a", "c", "a", None]
    assert_identical(
        to_r(chunks), 'factor(c("b", NA, "a", "c", "a", NA), levels = c("b", "a", "c"))'
    )
    null_level = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(["x", None]))
    assert_identical(to_r(null_level), 'factor(c("x", NA, NA))')
    numbers = pa.array([3, None, 3]).dictionary_encode()
    assert_identical(to_r(numbers), "c(3, NA, 3)")


def test_an_ordered_dictionary_is_an_ordered_factor_or_refused():
    def ordered(codes, levels):
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(levels), ordered=True)

    assert_identical(to_r(ordered([1, 0], ["lo", "hi"])), 'ordered(c("hi", "lo"), c("lo", "hi"))')
    chunks = pa.chunked_array([ordered([0], ["lo", "hi"]), ordered([0], ["hi", "lo"])])
    with pytest.raises(ConversionError, match="different orders: unify_dictionaries"):
        to_r(chunks)


def test_lists_in_parts_are_those_of_the_part():
    entries = [[1, 2], None, [], [3], [None, 4]]
    for kind in (pa.list_(pa.int32()), pa.large_list(pa.int32())):
        part = pa.array(entries, kind)[1:]
        assert_identical(to_r(part), "list(NULL, integer(), 3L, c(NA, 4L))")
    fixed = pa.array([[1, 2], [3, 4], None], pa.list_(pa.int32(), 2))[1:]
    assert_identical(to_r(fixed), "list(3:4, NULL)")


def test_a_part_of_structs_is_a_part_of_each_field():
    whole = pa.array([{"n": k, "s": str(k)} for k in range(10)])
    assert_identical(to_r(whole[3:5]), 'data.frame(n = c(3, 4), s = c("3", "4"))')
    table = pa.table({"r": whole})[8:]
    assert_identical(
        to_r(table),
        "local({ x <- data.frame(row.names = 1:2); "
        'x$r <- data.frame(n = c(8, 9), s = c("8", "9")); x })',
    )


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_in_every_unit(unit):
    moments = pa.array([5, None, -1], pa.timestamp(unit, "Europe/Berlin"))
    per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    code = f"as.POSIXct(c(5 / {per}, NA, -1 / {per}), tz = 'Europe/Berlin')"
    assert_identical(to_r(moments), code)
    spans = pa.array([5, None, -1], pa.duration(unit))
    assert_identical(to_r(spans), f"as.difftime(c(5 / {per}, NA, -1 / {per}), units = 'secs')")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (pa.array(["a\0b"]), r"NUL character: 'a\\x00b'"),
        (pa.array([1], pa.timestamp("us", "+02:00")), "is none of OlsonNames"),
        (pa.array([1], pa.time32("s")), "time of day"),
        (pa.array([1], pa.date64()), r"1970-01-01T00:00:00.001, which is not a whole day"),
        (pa.array([2**63 - 1], pa.timestamp("ns")), "does not distinguish it"),
        (pa.array([-(2**63)], pa.duration("s")), "NumPy's NaT"),
        (pa.array([[1]], pa.list_view(pa.int8())), "Arrow"),
        (pc.run_end_encode(pa.array([1, 1])), "run_end_decode"),
        (
            pa.UnionArray.from_dense(pa.array([0], "i1"), pa.array([0], "i4"), [pa.array([1])]),
            "Arrow",
        ),
        (pa.array([{"a": 1}, None]), r"element \[2\] is null"),
        (pa.array([(1, 2, 3)], pa.month_day_nano_interval()), "months have no fixed length"),
        (pl.Series([object()], dtype=pl.Object), "dtype Object"),
        (pl.Series([datetime.time(1)]), "time of day"),
    ],
)
def test_what_has_no_counterpart_is_refused_in_our_words(value, message):
    with pytest.raises(ConversionError, match=message):
        to_r(value)


def test_a_relation_of_duckdb_is_a_data_frame():
    relation = duckdb.sql(
        "select 1::INTEGER as a, 'x' as b, date '2020-02-29' as d, 1.25::DECIMAL(5, 2) as e"
        " union all select null, null, null, null order by a"
    )
    assert_identical(
        to_r(relation),
        'data.frame(a = c(1L, NA), b = c("x", NA), d = as.Date(c("2020-02-29", NA)), '
        "e = c(1.25, NA))",
    )


def test_text_that_is_not_utf8_is_refused():
    bad = pa.StringArray.from_buffers(
        1, pa.py_buffer(np.array([0, 1], "i4")), pa.py_buffer(b"\xff")
    )
    with pytest.raises(ConversionError, match="not valid UTF-8"):
        to_r(bad)


def test_the_memory_of_a_source_lives_as_long_as_it_is_read():
    from pybridge.conversion.columns_of_arrow import column_of_arrow

    column = column_of_arrow(pl.Series(np.arange(1_000_000)))
    gc.collect()
    rest = [pl.Series(np.zeros(1_000_000, "i8")) for _ in range(5)]
    assert column.values.tolist() == [*range(1_000_000)]
    assert len(rest) == 5


def test_without_nanoarrow_the_call_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoarrow", None)
    with pytest.raises(ArgumentError, match=r'pip install "pybridge-r\[arrow\]"'):
        to_r(pl.Series([1]))
    with pytest.raises(ArgumentError, match="nanoarrow"):
        from_r(r_value("iris"), like="polars")
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ArgumentError, match="pip install polars"):
        from_r(r_value("1"), like="polars")


def test_what_r_changes_later_does_not_change_what_arrow_has():
    ro.r("x <- c(1, 2, 3)")
    table = from_r(ro.r("data.frame(x = x, i = 1:3)"), like="pyarrow")
    vector = from_r(ro.globalenv["x"], like="polars")
    ro.r("x[2] <- 99")
    assert table["x"].to_pylist() == [1, 2, 3]
    assert vector.to_list() == [1, 2, 3]


MOMENT = pa.array([1700000000005]).cast(pa.timestamp("ms"))
SCALARS = {
    "date64": lambda: MOMENT.cast(pa.date64(), safe=False),
    "null struct": lambda: pa.array([None], pa.struct([("a", pa.int32())])),
    "struct": lambda: pa.array([{"a": 1, "b": "u"}]),
    "dictionary": lambda: pa.array(["u", "v", None]).dictionary_encode(),
    "year 20000": lambda: pa.array([568971820800], pa.timestamp("s")),
    "large duration": lambda: pa.array([2**52], pa.duration("us")),
    "repeated fields": lambda: pa.StructArray.from_arrays([pa.array([1])] * 2, ["a", "a"]),
    "union": lambda: pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
    "dense union": lambda: pa.UnionArray.from_dense(
        pa.array([0], pa.int8()), pa.array([0], pa.int32()), [pa.array([1])]
    ),
    "bool8": lambda: pa.array([1, 0], pa.int8()).cast(pa.bool8()),
    "list": lambda: pa.array([[1, None], None]),
    "map": lambda: pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int32())),
    "view": lambda: pa.array(["a", "a text that is longer than a view", None], pa.string_view()),
    "null": lambda: pa.nulls(1),
    "decimal": lambda: pa.array([None, 1], pa.decimal128(5, 2)),
    "runs": lambda: pa.RunEndEncodedArray.from_arrays([2], [5]),
    "half": lambda: pa.array(np.array([1.5, -0.0], "f2")),
    "bytes": lambda: pa.array([b"a", None]),
    "zone": lambda: pa.array([0, None], pa.timestamp("ns", "Europe/Berlin")),
    "months": lambda: pa.array([pa.MonthDayNano([1, 2, 3])]),
    "list view": lambda: pa.array([[1]], pa.list_view(pa.int32())),
    "fixed list": lambda: pa.array([[1, 2]], pa.list_(pa.int32(), 2)),
    "uuid": lambda: pa.array([b"\0" * 16], pa.uuid()),
    "time": lambda: pa.array([1], pa.time32("s")),
    "int64": lambda: pa.array([2**53, None]),
    "uint64": lambda: pa.array([2**63], pa.uint64()),
    "logical": lambda: pa.array([True, None]),
}


def outcome(x):
    """Return an R value of x by R's own text of it, or the words of the error."""
    try:
        value = to_r(x)
    except ConversionError as error:
        return str(error)
    return list(r_value("deparse(x, control = c('keepNA', 'keepInteger', 'niceNames', "
                        "'showAttributes', 'hexNumeric'))", x=value))  # fmt: skip


@pytest.mark.parametrize("kind", SCALARS)
def test_a_scalar_is_the_array_of_one_element(kind):
    array = SCALARS[kind]()
    for place in range(len(array)):
        assert outcome(array[place]) == outcome(array[place : place + 1])


FIELD = lambda name: pl.Struct({name: pl.Int8})  # noqa: E731
NAMED = {
    "polars column": lambda name: pl.Series(name, [1]),
    "polars table": lambda name: pl.DataFrame({name: [1]}),
    "polars struct": lambda name: pl.DataFrame({"a": [{name: 1}]}),
    "polars list": lambda name: pl.Series("a", [[{name: 1}]]),
    "polars array": lambda name: pl.Series([[{name: 1}]], dtype=pl.Array(FIELD(name), 1)),
    "pyarrow table": lambda name: pa.table({name: [1]}),
    "pyarrow batch": lambda name: pa.record_batch({name: [1]}),
    "pyarrow reader": lambda name: pa.table({name: [1]}).to_reader(),
    "pyarrow struct": lambda name: pa.array([{name: 1}]),
    "pyarrow chunks": lambda name: pa.chunked_array([pa.array([{name: 1}])]),
    "pyarrow list": lambda name: pa.table({"a": [[{name: 1}]]}),
    "pyarrow map": lambda name: pa.array([], pa.map_(pa.string(), pa.struct([(name, pa.int8())]))),
    "pyarrow scalar": lambda name: pa.array([{name: 1}])[0],
    "pandas table": lambda name: pd.DataFrame({name: [1]}),
}


@pytest.mark.parametrize("kind", NAMED)
def test_a_name_that_r_cannot_hold_is_refused_before_it_is_cut(kind):
    for name in ("a\0b", "\0", "a\0"):
        with pytest.raises(ConversionError, match="R strings cannot hold a NUL"):
            to_r(NAMED[kind](name))
    to_r(NAMED[kind]("ab"))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "I", "F", "P", "LA", "CMYK", "I;16"])
def test_a_picture_is_the_array_that_numpy_has_of_it(mode):
    image = pytest.importorskip("PIL.Image").effect_noise((5, 3), 50).convert("L")
    image = image.convert(mode) if mode != "I;16" else image.convert("I").convert(mode)
    in_r = to_r(image)
    np.testing.assert_array_equal(from_r(in_r), np.asarray(image))
    assert list(in_r.do_slot("dim")) == [*np.shape(image)]


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA, pd.NaT, object()])
def test_a_missing_text_of_numpy_is_na(missing):
    texts = np.array(["a", missing, "\u00e9"], np.dtypes.StringDType(na_object=missing))
    assert_identical(to_r(texts), 'c("a", NA, "\\u00e9")')
    assert_identical(to_r(texts[None]), 'matrix(c("a", NA, "\\u00e9"), 1)')
    assert_identical(to_r({"t": texts[:0]}), "list(t = character())")
