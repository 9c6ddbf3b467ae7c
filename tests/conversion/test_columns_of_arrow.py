"""What Arrow's protocol gives, compared with Arrow's own `to_pylist()`, element by element in R."""

import datetime
import gc
import sys

import duckdb
import numpy as np
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
