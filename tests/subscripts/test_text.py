"""Subscript text: the grammar against R's own parser and evaluator, errors, and fuzzing."""

import random

import fuzz_text
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_in_r import compared, described, printed

from pybridge import NA, errors, newaxis, r_assign, r_slice, r_subscripts, result_shape
from pybridge.errors import (
    SubscriptError,
    SubscriptMissingError,
    SubscriptSyntaxError,
    SubscriptTypeError,
)
from pybridge.subscripts import Characters, Negated, Scalar, Subscripts
from pybridge.subscripts import text as text_module
from pybridge.subscripts.calls import AllBut
from pybridge.subscripts.python_values import as_subscript, mask, vector
from pybridge.subscripts.text import MOST_ENTRIES, parse_subscripts

X = np.arange(1, 31).reshape(2, 3, 5)

LITERAL = [
    ("", [slice(None)]),
    (", ", [slice(None), slice(None)]),
    (" \n,\t2", [slice(None), 2]),
    ("3", [3]),
    ("3L", [3]),
    ("c(3)", [3]),
    ("c(c(3L))", [3]),
    ("2.5", [Scalar(2.5)]),
    (".5", [Scalar(0.5)]),
    ("1e3", [1000]),
    ("1e3L", [1000]),
    ("0x1F", [31]),
    ("0x1" + "F" * 300, [Scalar(float("inf"))]),
    ("-0x1" + "0" * 300 + "L", [Scalar(float("-inf"))]),
    ("Inf", [Scalar(float("inf"))]),
    ("-Inf", [Scalar(float("-inf"))]),
    ("1e999", [Scalar(float("inf"))]),
    ("NA_integer_", [Scalar(NA)]),
    ("NA_real_", [Scalar(NA)]),
    ("NaN", [Scalar(NA)]),
    ("NA", [mask([False], [True])]),
    ("TRUE", [mask([True])]),
    ("c(FALSE)", [mask([False])]),
    ("c(TRUE, NA)", [mask([True, False], [False, True])]),
    ("NULL", [None]),
    ("c()", [None]),
    ("newaxis", [None]),
    ("..", [...]),
    ("10:99, , NA:5", [slice(10, 99), slice(None), slice(None, 5)]),
    ("-1:3", [slice(-1, 3)]),
    ("--1:3", [slice(1, 3)]),
    ("-(1:3)", [Negated(np.array([-1, -2, -3]))]),
    ("(5:1)", [vector([5, 4, 3, 2, 1])]),
    ("5:1", [slice(5, 1)]),
    ("1:10:3", [slice(1, 10, 3)]),
    ("NA:NA:-1", [slice(None, None, -1)]),
    ("NA_integer_:(5)", [slice(None, 5)]),
    ("c(1:3, 7)", [vector([1, 2, 3, 7])]),
    ("-c(1, 2)", [Negated(np.array([-1, -2]))]),
    ("-c(2)", [Negated(np.array([-2]))]),
    ("( -((2:2)) )", [Negated(np.array([-2]))]),
    ("--seq_len(1)", [Negated(np.array([1]))]),
    ("-seq_len(0), -(2), (-2)", [Negated(np.array([], "i8")), -2, -2]),
    ("c(2):-c(1), -c(1):NA", [slice(2, -1), slice(-1, None)]),
    ("c(1, TRUE, NA)", [vector([1, 1, NA])]),
    ("seq(1, 10, by = 3)", [vector([1, 4, 7, 10])]),
    ("seq_len(4)", [vector([1, 2, 3, 4])]),
    ("seq_len(1)", [1]),
    ("seq_len(0)", [vector([])]),
    ("integer(0)", [vector([])]),
    ("logical(0)", [mask([])]),
    ("array(3)", [vector([3])]),
    ("matrix(c(1, 2, 3, 4), ncol = 2)", [vector([[1, 3], [2, 4]])]),
    ("matrix(c(1, 2, 3, 4), ncol = 2, byrow = TRUE)", [vector([[1, 2], [3, 4]])]),
    ("array(c(TRUE, FALSE, NA), dim = c(1, 3))", [mask([[1, 0, 0]], [[0, 0, 1]])]),
    ("'a'", [Characters(("a",))]),
    (r'c("a\n", "\u{e9}", "\x41\101")', [Characters(("a\n", "é", "AA"))]),
]


@pytest.mark.parametrize(("text", "expected"), LITERAL)
def test_text_is_read_as_written_here(text, expected):
    assert parse_subscripts(text) == Subscripts(tuple(expected))


def test_text_means_what_r_means():
    texts = [text for text, _ in LITERAL]
    assert compared(texts) == (len(texts), 0)


def test_the_comparison_with_r_can_fail():
    found = described(["-(1:2)", "c(1", "1:2", "(-1):2"])
    assert found == ["number 2 -1 -2", "error", "range 1 2", "range -1 2"]
    assert [printed(text) for text in ("-(1:2)", "c(1", "(-1):2")] == [
        *("-c(1, 2)", "this is no subscript", "-1:2")
    ]


def test_random_sentences_mean_what_r_means():
    rng = random.Random(20240229)
    agreed, refused = compared([fuzz_text.sentence(rng) for _ in range(6000)])
    assert agreed > 2000
    assert refused < agreed


NUMBER = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
BOUND = st.just(NA) | NUMBER


@st.composite
def entries(draw):
    shape = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    count = int(np.prod(shape))
    holes = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool)
    if draw(st.booleans()):
        flags = draw(st.lists(st.booleans(), min_size=count, max_size=count))
        return mask(np.array(flags, bool).reshape(shape), holes.reshape(shape))
    numbers = draw(st.lists(NUMBER, min_size=count, max_size=count))
    return vector(np.array(numbers, float).reshape(shape), holes.reshape(shape))


ITEM = st.one_of(
    st.sampled_from([slice(None), None]),
    BOUND.map(lambda number: Scalar(NA) if number is NA else as_subscript(number)),
    st.builds(slice, BOUND, BOUND, BOUND.filter(lambda step: step is NA or step != 0)).map(
        as_subscript
    ),
    entries(),
    st.builds(
        lambda names: Characters(tuple(names)),
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))),
    ),
)


@settings(deadline=None)
@given(st.lists(ITEM, min_size=1, max_size=4), st.booleans())
def test_what_is_printed_reads_back_as_the_same(items, has_rest):
    written = Subscripts((*items, ...) if has_rest else tuple(items))
    assert parse_subscripts(str(written)) == written
    assert hash(parse_subscripts(str(written))) == hash(written)


def test_entries_are_counted_over_the_whole_text():
    half = f"seq_len({MOST_ENTRIES // 2})"
    assert len(parse_subscripts(half).items[0].values) == MOST_ENTRIES // 2
    with pytest.raises(SubscriptSyntaxError, match="more than 10,000,000 entries"):
        parse_subscripts(f"{half}, {half}, seq_len(2)")


def test_a_lone_range_is_never_written_out():
    assert parse_subscripts("1:1e15").items == (slice(1, 10**15),)


def test_text_goes_wherever_subscripts_go():
    x = np.arange(1, 31).reshape(2, 3, 5)
    from pybridge import R

    np.testing.assert_array_equal(R(x)["2, c(3, 1), NA:2"], [[26, 27], [16, 17]])
    np.testing.assert_array_equal(r_slice(x, "2, c(3, 1), NA:2"), [[26, 27], [16, 17]])
    assert result_shape((60000, 28, 28), ", 8:-8, 8:-8") == (60000, 14, 14)
    assert result_shape((60000, 28, 28), ".., newaxis, ") == (60000, 28, 1, 28)
    assert r_assign(x, "1, 1, 5:4", value=[0, -1])[0, 0].tolist() == [1, 2, 3, -1, 0]
    y = x.copy()
    R(y)["-1"] = 0
    assert (y[1] == 0).all()
    assert (y[0] == x[0]).all()
    held = r_subscripts(slice(1, 2), newaxis)
    assert r_slice(x, held).shape == r_slice(x, "1:2, NULL").shape == (2, 1, 3, 5)


def test_text_stands_alone():
    x = np.zeros((3, 4))
    with pytest.raises(errors.SubscriptTypeError, match="one text holds them all"):
        r_slice(x, "1:2", "3")
    with pytest.raises(errors.SubscriptTypeError, match="one text holds them all"):
        r_subscripts(1, "3")
    with pytest.raises(errors.SubscriptTypeError, match="no dimnames"):
        r_slice(x, "'a', 1")


def test_fuzzing_ends_in_subscripts_or_an_error_of_ours():
    ends = [
        fuzz_text.check(text) for text, _ in zip(fuzz_text.texts(7), range(20_000), strict=False)
    ]
    assert ends.count("parsed") > 4000
    assert ends.count("refused by the grammar") > 5000
    assert ends.count("refused by a constructor") > 5  # more than one `..`


@settings(max_examples=max(2000, settings().max_examples), deadline=None)
@given(st.text() | st.text(st.sampled_from("0123456789NA:,.-()cLTRUEseq_=\"' ")))
def test_any_text_ends_in_subscripts_or_an_error_of_ours(text):
    assert fuzz_text.check(text) in ("parsed", "refused by the grammar", "refused by a constructor")


def test_short_texts_are_parsed_once_and_long_vectors_not_kept():
    assert parse_subscripts("1:3, c(3, 1)") is parse_subscripts("1:3, c(3, 1)")
    assert parse_subscripts("c(1:5000)") is not parse_subscripts("c(1:5000)")
    assert parse_subscripts("c(1:5000)") == parse_subscripts("c(1:5000)")


def test_missing_numbers_are_no_positions():
    for subscript in ("c(NaN, 1)", "NaN", [float("nan"), 1], float("nan")):
        with pytest.raises(SubscriptError):
            r_slice(X, subscript)
    (read,) = parse_subscripts("c(NaN, 1.5)").items
    assert read.missing.tolist() == [True, False]


def test_text_of_matrices_and_signs():
    assert r_slice(X, "matrix(c(2, 3, 5), 1, 3)").tolist() == [30]
    assert r_slice(np.arange(5), "matrix(c(5, 1))").tolist() == [4, 0]
    assert r_slice(X, "2, +c(3, 1), 5").tolist() == [30, 20]


def test_vectors_of_blanks_are_as_long_as_they_say():
    assert r_slice(X, "integer(0)").shape == (0, 3, 5)
    with pytest.raises(SubscriptTypeError, match="tensors carry no dimnames"):
        r_slice(X, "character(2)")


def test_a_single_missing_logical_is_no_position():
    with pytest.raises(SubscriptMissingError, match="`NA` on axis 1 is not a position"):
        r_slice(np.arange(1), "c(NA)")


@pytest.mark.parametrize("text", ["x[2, c(3, 1)]", "x@r[2, c(3, 1)]", " 2, c(3, 1)"])
def test_text_of_subscripts_has_its_brackets_or_not(text):
    x = np.arange(6).reshape(2, 3)
    assert r_slice(x, text).tolist() == [5, 3]
    assert result_shape((2, 3), text) == (2,)
    assert r_subscripts(text) == r_subscripts("2, c(3, 1)")


@pytest.mark.parametrize("text", ["x[1] + 1", "[1]", "1[2]", "x[1][2]", "f(x)[1]"])
def test_other_brackets_are_no_subscripts(text):
    with pytest.raises(errors.SubscriptSyntaxError):
        r_slice(np.arange(3), text)


SEQUENCES = [
    f"{call}"
    for a in ("-3", "0", "1", "2.5", "10", "5L")
    for b in ("-3", "0", "1", "4.2", "10", "7L")
    for call in (
        f"seq({a}, {b})",
        f"c({a}:{b})",
        f"seq({a}, {b}, by = 2)",
        f"seq({a}, {b}, by = -1.5)",
        f"seq({a}, {b}, 0)",
        f"seq(by = {b}, to = {a})",
        f"seq_len({b})",
        f"seq({a})",
        f"seq(c({a}, {b}))",
        f"-{a}:-{b}",
        f"matrix(c({a}, {b}, 1, 2), 2)",
        f"array(c({a}, {b}), c(1, 2))",
    )
]


def test_sequences_give_what_r_gives():
    agreed, refused = compared(SEQUENCES)
    assert agreed > 250
    assert refused < 30


def test_a_sequence_ends_at_its_bound_as_in_r():
    agreed, refused = compared(["seq(1, 2.99999999999, 1)", "seq(3, 1.00000000001, by = -1)"])
    assert (agreed, refused) == (2, 0)


CALLS_IN_TEXT = [
    ("all_but()", [AllBut(())]),
    ("all_but(2)", [AllBut((2,))]),
    ("all_but(4:NA, NA:-2, 1:9:2)", [AllBut((slice(4, None), slice(None, -2), slice(1, 9, 2)))]),
    ("all_but(c(3, 1), -1, 'a')", [AllBut((vector([3, 1]), -1, Characters(("a",))))]),
    ("all_but((1:3), TRUE)", [AllBut((vector([1, 2, 3]), mask([True])))]),
    ("all_but(all_but(2), all_but())", [AllBut((AllBut((2,)), AllBut(())))]),
    (", all_but ( 5 ) , ..", [slice(None), AllBut((5,)), ...]),
]


@pytest.mark.parametrize(("text", "expected"), CALLS_IN_TEXT)
def test_a_call_that_makes_a_subscript_has_subscripts_as_parts(text, expected):
    assert parse_subscripts(text) == Subscripts(tuple(expected))


def test_the_entries_within_a_call_are_counted_and_not_kept():
    text = "all_but(seq_len(5000))"
    assert parse_subscripts(text) is not parse_subscripts(text)
    assert parse_subscripts("all_but(2)") is parse_subscripts("all_but(2)")
    with pytest.raises(SubscriptSyntaxError, match="more than 10,000,000 entries"):
        parse_subscripts("all_but(seq_len(6e6)), all_but(seq_len(6e6))")


def test_many_texts_do_not_grow_the_cache():
    for k in range(1000):
        parse_subscripts(f"{k}:NA")
    assert len(text_module._kept) <= 256


@pytest.mark.parametrize(
    ("text", "kind", "shape"),
    [
        ("c(1, 2.5)", "float64", (2,)),
        ("c(1, 2)", "int64", (2,)),
        ("9007199254740993", "int", None),
        ("-array(3)", "int64", (1,)),
        ("-matrix(c(1, NA, 3, 4, 5, 6), 2)", "int64", (2, 3)),
        ("matrix(TRUE)", "bool", (1, 1)),
        ("array(integer(0), c(0, 3))", "int64", (0, 3)),
    ],
)
def test_values_keep_their_dtype_and_shape(text, kind, shape):
    (item,) = parse_subscripts(text).items
    if shape is None:
        assert type(item).__name__ == kind
    else:
        assert (item.values.dtype, item.values.shape) == (np.dtype(kind), shape)
