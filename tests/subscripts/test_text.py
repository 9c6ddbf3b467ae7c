"""Subscript text: the grammar against R's own parser and evaluator, errors, and fuzzing."""

import random
import re
import sys
import threading

import fuzz_text
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pybridge import NA, errors, newaxis, r_assign, r_slice, r_subscripts, result_shape
from pybridge.errors import (
    PybridgeError,
    SubscriptError,
    SubscriptMissingError,
    SubscriptSyntaxError,
    SubscriptTypeError,
)
from pybridge.subscripts import (
    MISSING,
    NEW_AXIS,
    REST,
    Characters,
    Mask,
    Range,
    Scalar,
    Subscripts,
    Vector,
)
from pybridge.subscripts.literals import MOST_ENTRIES, numbers
from pybridge.subscripts.python_values import mask, vector
from pybridge.subscripts.text import MOST_NESTED, parse_subscripts
from pybridge.testing import run_r

X = np.arange(1, 31).reshape(2, 3, 5)

LITERAL = [
    ("", [MISSING]),
    (", ", [MISSING, MISSING]),
    (" \n,\t2", [MISSING, Scalar(2)]),
    ("3", [Scalar(3)]),
    ("3L", [Scalar(3)]),
    ("c(3)", [Scalar(3)]),
    ("c(c(3L))", [Scalar(3)]),
    ("2.5", [Scalar(2.5)]),
    (".5", [Scalar(0.5)]),
    ("1e3", [Scalar(1000)]),
    ("1e3L", [Scalar(1000)]),
    ("0x1F", [Scalar(31)]),
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
    ("NULL", [NEW_AXIS]),
    ("c()", [NEW_AXIS]),
    ("newaxis", [NEW_AXIS]),
    ("..", [REST]),
    ("10:99, , NA:5", [Range(10, 99), MISSING, Range(NA, 5)]),
    ("-1:3", [Range(-1, 3)]),
    ("--1:3", [Range(1, 3)]),
    ("2^-1:3", [Range(0.5, 3)]),
    ("-2^2", [Scalar(-4)]),
    ("-(1:3)", [vector([-1, -2, -3])]),
    ("(5:1)", [vector([5, 4, 3, 2, 1])]),
    ("5:1", [Range(5, 1)]),
    ("1:10:3", [Range(1, 10, 3)]),
    ("NA:NA:-1", [Range(NA, NA, -1)]),
    ("NA_integer_:(5)", [Range(NA, 5)]),
    ("28 * 28", [Scalar(784)]),
    ("7 %/% 2 + 7 %% 2", [Scalar(4)]),
    ("(1 + 2):(2 * 5)", [Range(3, 10)]),
    ("c(1:3, 7)", [vector([1, 2, 3, 7])]),
    ("-c(1, 2)", [vector([-1, -2])]),
    ("c(1, TRUE, NA)", [vector([1, 1, NA])]),
    ("seq(1, 10, by = 3)", [vector([1, 4, 7, 10])]),
    ("seq(to = 10, length.out = 3)", [vector([8, 9, 10])]),
    ("seq_len(4)", [vector([1, 2, 3, 4])]),
    ("seq_len(1)", [Scalar(1)]),
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


# R's parser reads the text; what is no range is evaluated whole, by R. Each subscript comes back as
# one string, so that thousands of texts cost one crossing.
DESCRIBE = r"""
numbers_text <- function(v) {
  paste(ifelse(is.na(v), "NA", sprintf("%.17g", as.numeric(v) + 0)), collapse = " ")
}
value_text <- function(v) {
  size <- if (is.null(dim(v))) length(v) else paste(dim(v), collapse = "x")
  if (is.null(v)) "newaxis"
  else if (is.character(v)) paste("names", paste(v, collapse = " "))
  else paste(if (is.logical(v)) "logical" else "number", size, numbers_text(v))
}
bound_text <- function(e) {
  v <- eval(e, baseenv())
  if (length(v) != 1 || !(is.numeric(v) || is.na(v)) || !is.null(dim(v))) stop("no bound")
  numbers_text(v)
}
is_colon <- function(e) is.call(e) && identical(e[[1]], quote(`:`))
one_text <- function(e) {
  if (identical(e, quote(expr = ))) return("missing")
  if (identical(e, quote(..))) return("rest")
  if (identical(e, quote(newaxis))) return("newaxis")
  if (!is_colon(e)) return(value_text(eval(e, baseenv())))
  parts <- if (is_colon(e[[2]])) list(e[[2]][[2]], e[[2]][[3]], e[[3]]) else as.list(e)[-1]
  if (any(vapply(parts, is_colon, NA))) stop("too many parts")
  texts <- vapply(parts, bound_text, "")
  if (length(texts) == 3 && texts[3] == "NA") texts <- texts[1:2]
  paste("range", paste(texts, collapse = " "))
}
describe <- function(text) tryCatch(suppressWarnings({
  written <- as.list(str2lang(paste0("f(", text, ")")))[-1]
  if (length(written) == 0) return("missing")
  paste(vapply(seq_along(written), function(k) one_text(written[[k]]), ""), collapse = " | ")
}), error = function(e) "error")
vapply(texts, describe, "", USE.NAMES = FALSE)
"""


def numbers_text(values, missing=None):
    flat = np.ravel(values, order="F").astype(float)
    holes = np.zeros(flat.size, bool) if missing is None else np.ravel(missing, order="F")
    texts = [
        "NA" if hole else format(value, ".17g").replace("inf", "Inf")
        for value, hole in zip(flat + 0.0, holes, strict=True)
    ]
    return " ".join(texts)


def item_text(item):
    match item:
        case Scalar(value=value):
            return f"number 1 {numbers_text([0 if value is NA else value], [value is NA])}"
        case Range():
            parts = [item.start, item.stop] + ([] if item.step is NA else [item.step])
            known = [0 if part is NA else part for part in parts]
            return f"range {numbers_text(known, [part is NA for part in parts])}"
        case Vector() | Mask():
            size = "x".join(map(str, item.values.shape))
            kind = "logical" if isinstance(item, Mask) else "number"
            return f"{kind} {size} {numbers_text(item.values, item.missing)}"
        case Characters(values=values):
            return f"names {' '.join(values)}"
        case _:
            return {MISSING: "missing", REST: "rest", NEW_AXIS: "newaxis"}[item]


def described(text):
    try:
        return " | ".join(map(item_text, parse_subscripts(text).items))
    except PybridgeError:
        return "error"


def assert_as_r(texts):
    for text, r in zip(texts, run_r(DESCRIBE, texts=np.array(texts)).tolist(), strict=True):
        assert described(text) == r, f"{text!r}: R says {r}"


def test_text_means_what_r_means():
    texts = [text for text, _ in LITERAL]
    assert_as_r(texts)


def test_the_comparison_with_r_can_fail():
    found = run_r(DESCRIBE, texts=np.array(["-2^2", "c(1", "1:2"])).tolist()
    assert found == ["number 1 -4", "error", "range 1 2"]
    assert described("(-2)^2") == "number 1 4"


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
        f"seq({a}, by = {b}, length.out = 3)",
        f"seq(to = {a}, by = {b}, length.out = 4)",
        f"seq({a}, {b}, length.out = 1)",
        f"seq({a}, {b}, length.out = 4)",
        f"seq({a}, {b}, length = 6.5)",
        f"seq(by = {b}, to = {a})",
        f"seq(length.out = {b}, to = {a})",
        f"seq({a}, length.out = {b})",
        f"seq_len({b})",
        f"seq({a})",
        f"seq(c({a}, {b}))",
        f"{a} %/% {b}",
        f"{a} %% {b}",
        f"{a} + {b} * 2 - -{a}",
        f"-{a}:-{b}",
        f"-{a}^2:{b}",
        f"matrix(c({a}, {b}, 1, 2), 2)",
        f"array(c({a}, {b}), c(1, 2))",
    )
]


ON_PURPOSE = re.compile(
    r"each side of `\S+` in text is|gives no finite number|whole number, 0 or more|"
    r"a step belongs to a range that is a subscript|a range has a start, an end and a step|"
    r"a bound of `:` within other text is one number|names or numbers, not both|"
    r"matrix\(\) in text needs numbers or logicals|more than one `\.\.`"
)
"""What the grammar refuses although R has a value for it."""


def compared(texts):
    """Compare each text with R, and count what both read and what was refused on purpose."""
    agreed = refused = 0
    for text, r in zip(texts, run_r(DESCRIBE, texts=np.array(texts)).tolist(), strict=True):
        try:
            ours = " | ".join(map(item_text, parse_subscripts(text).items))
        except PybridgeError as error:
            if r != "error":
                message = str(error)
                assert ON_PURPOSE.search(message), f"{text!r}: R says {r}, we {message}"
                refused += 1
        else:
            assert ours == r, f"{text!r}: R says {r}"
            agreed += 1
    return agreed, refused


def test_sequences_and_arithmetic_give_what_r_gives():
    agreed, refused = compared(SEQUENCES)
    assert agreed > 500
    assert refused < 60


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
    st.sampled_from([MISSING, NEW_AXIS]),
    st.builds(Scalar, BOUND),
    st.builds(Range, BOUND, BOUND, BOUND.filter(lambda step: step is NA or step != 0)),
    entries(),
    st.builds(
        lambda names: Characters(tuple(names)),
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))),
    ),
)


@settings(deadline=None)
@given(st.lists(ITEM, min_size=1, max_size=4), st.booleans())
def test_what_is_printed_reads_back_as_the_same(items, has_rest):
    written = Subscripts((*items, REST) if has_rest else tuple(items))
    assert parse_subscripts(str(written)) == written
    assert hash(parse_subscripts(str(written))) == hash(written)


ERRORS = [
    ("1:", 2, "an open end is written NA"),
    (":5", 0, "an open end is written NA"),
    ("2, :5", 3, "an open end is written NA"),
    ("1::2", 2, "an open end is written NA"),
    ("1:2:3:4", 6, "a range has a start, an end and a step"),
    ("c(1:5:2)", 6, "seq(from, to, by = step)"),
    ("TRUE:3", 0, "a bound of a range is one number or NA"),
    ("1:'a'", 2, "a bound of a range is one number or NA"),
    ("c(1, 2):3", 0, "a bound of a range is one number or NA"),
    ("1:3, n", 5, "`n` is a variable, and text is never evaluated"),
    ("T", 0, "`T` is a variable in R; write TRUE"),
    ("c(F, 1)", 2, "`F` is a variable in R; write FALSE"),
    ("True", 0, "R writes TRUE"),
    ("None", 0, "R writes NULL or newaxis"),
    ("..., 1", 0, "write `..`"),
    ("1, drop = FALSE", 3, "drop=False"),
    ("[1, 2]", 0, "a vector is written c(...)"),
    ("1]", 1, "without them"),
    ("1 2", 2, "`2` stands where a comma or an operator should"),
    ("1)", 1, "`)` closes nothing"),
    ("c(1, 2", 1, "this parenthesis is never closed"),
    ("c(1,)", 4, "`)` stands where a value should"),
    ("1 +", 3, "the text ends where a value is missing"),
    ("1, 'abc", 3, "this string has no end"),
    ("1x", 1, "the number `1` runs on"),
    ("1i", 1, "the number `1` runs on"),
    ("1.2.3", 3, "the number `1.2` runs on"),
    (r"'a\q'", 2, r"`\q` is no escape in R"),
    (r"'\x00'", 1, "this escape is no character"),
    (r"'\ud800'", 1, "this escape is no character"),
    (r"'\u41\x41'", 0, "R does not mix"),
    ("1, 'a\ud800'", 5, "U+D800 is no character of a string"),
    ("'a\0'", 2, "U+0000 is no character of a string"),
    ("rev(1:3)", 0, "`rev()` is no function of subscript text"),
    ("__import__('os')", 0, "`_` is no part of subscript text"),
    ("c(a = 1)", 0, "c() in text takes no names"),
    ("c(1, 'a')", 0, "names or numbers, not both"),
    ("c(.., 1)", 2, "a subscript of its own"),
    ("1 + newaxis", 4, "a subscript of its own"),
    ("1 / 0", 2, "no finite number"),
    ("0^-1", 1, "no finite number"),
    ("(-8)^0.5", 4, "no finite number"),
    ("1e300 * 1e300", 6, "no finite number"),
    ("1 %% 0.1", 2, "each side of `%%` in text is a whole number"),
    ("1:3 + 1:2", 4, "each side of `+` in text is one number"),
    ("-'a'", 0, "arithmetic needs numbers"),
    ("seq(1, 10, -1)", 0, "wrong sign in `by`"),
    ("seq(1, 10, 0)", 0, "`by` in seq() is not 0"),
    ("seq(1, 2, 3, 4)", 0, "at most three"),
    ("seq()", 0, "at least one number"),
    ("seq(1, along.with = 2)", 0, "not `along.with`"),
    ("seq(1, 2, to = 3, to = 4)", 0, "twice"),
    ("seq_len()", 0, "seq_len() needs a length"),
    ("matrix(c(1, 2), 1, byrow = 1)", 0, "`byrow` is TRUE or FALSE"),
    ("1 = 2", 2, "`=` stands where a comma or an operator should"),
    ("seq_len(-1)", 0, "whole number, 0 or more"),
    ("matrix(c(1, 2, 3), ncol = 2)", 0, "matrix() of 2 x 2 holds 4 entries and gets 3"),
    ("array(c(1, 2, 3), dim = c(1, 2))", 0, "array() of 1 x 2 holds 2 entries and gets 3"),
    ("array(1, dim = integer(0))", 0, "1 to 32 sizes"),
    ("seq_len(1e12)", 0, "more than 10,000,000 entries"),
    ("c(1:1e12)", 4, "more than 10,000,000 entries"),
    ("c(1:Inf)", 4, "finite ends"),
    ("array(integer(0), dim = c(0, 1e7, 1e7))", 0, "more than 10,000,000 entries"),
    ("5\N{MINUS SIGN}3", 1, "typographic minus"),
    ("\0", 0, "U+0000"),
    ("1 # one", 2, "no comments"),
]


@pytest.mark.parametrize(("text", "offset", "message"), ERRORS)
def test_an_error_points_at_the_character(text, offset, message):
    with pytest.raises(SubscriptSyntaxError) as caught:
        parse_subscripts(text)
    assert caught.value.offset == offset
    assert caught.value.subscript == text
    first, shown, caret = str(caught.value).split("\n")
    assert message in first
    if text.isprintable():
        assert shown == f"    {text}"
    assert caret == " " * (4 + offset) + "^"


def test_a_long_text_is_shown_around_the_error():
    text = "1:3, " * 40 + "oops" + ", 1:3" * 40
    with pytest.raises(SubscriptSyntaxError) as caught:
        parse_subscripts(text)
    _, shown, caret = str(caught.value).split("\n")
    assert len(shown) < 80
    assert shown[caret.index("^") :].startswith("oops")


def test_errors_of_subscripts_keep_their_class():
    with pytest.raises(errors.SubscriptError, match=r"more than one `\.\.`"):
        parse_subscripts(".., ..")
    with pytest.raises(errors.SubscriptTypeError, match="type `bytes`"):
        parse_subscripts(b"1:3")


@pytest.mark.parametrize("piece", ["(", "-", "c(", "2^", "1:(", "seq(1, ", "+-"])
def test_deep_nesting_is_refused_even_where_little_stack_is_left(piece):
    endings = []

    def parse():
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(400)
        try:
            parse_subscripts(piece * 14_000)
        except SubscriptSyntaxError as error:
            endings.append(str(error))
        finally:
            sys.setrecursionlimit(limit)

    thread = threading.Thread(target=parse)  # a stack of its own, and a small one
    thread.start()
    thread.join()
    assert len(endings) == 1
    assert f"nests more than {MOST_NESTED} deep" in endings[0]


def test_nesting_up_to_the_limit_works():
    deepest = MOST_NESTED - 1
    assert parse_subscripts("(" * deepest + "3" + ")" * deepest).items == (Scalar(3),)
    assert parse_subscripts(", ".join(["(1)"] * 200)).items == (Scalar(1),) * 200


def test_entries_are_counted_over_the_whole_text():
    half = f"seq_len({MOST_ENTRIES // 2})"
    assert len(parse_subscripts(half).items[0].values) == MOST_ENTRIES // 2
    with pytest.raises(SubscriptSyntaxError, match="more than 10,000,000 entries"):
        parse_subscripts(f"{half}, {half}, seq_len(2)")


def test_a_lone_range_is_never_written_out():
    assert parse_subscripts("1:1e15").items == (Range(1, 10**15),)


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
    assert ends.count("parsed") > 5000
    assert ends.count("refused by the grammar") > 5000
    assert ends.count("refused by a constructor") > 5  # more than one `..`


@settings(max_examples=max(2000, settings().max_examples), deadline=None)
@given(st.text() | st.text(st.sampled_from("0123456789NA:,.-()cLTRUEseq_^*%=\"' ")))
def test_any_text_ends_in_subscripts_or_an_error_of_ours(text):
    assert fuzz_text.check(text) in ("parsed", "refused by the grammar", "refused by a constructor")


def test_short_texts_are_parsed_once_and_long_vectors_not_kept():
    assert parse_subscripts("1:3, c(3, 1)") is parse_subscripts("1:3, c(3, 1)")
    assert parse_subscripts("c(1:5000)") is not parse_subscripts("c(1:5000)")
    assert parse_subscripts("c(1:5000)") == parse_subscripts("c(1:5000)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1)", r"`\)` closes nothing"),
        ("(1, 2)", "`,` stands where"),
        ("1, drop = FALSE", "`drop` is not a subscript"),
        ("seq(1, NA)", "is a number, not NA"),
        ("seq(1, Inf)", "the arguments of seq.. are finite"),
        ("seq_len(3, 2)", "and no more"),
        ("matrix(1:4, 2) + 1", "is one number, not an array"),
        ("matrix('a')", "needs numbers or logicals"),
    ],
)
def test_text_that_says_nothing(text, message):
    with pytest.raises(SubscriptSyntaxError, match=message):
        r_slice(X, text)


def test_missing_numbers_are_no_positions():
    for subscript in ("c(NaN, 1)", "NaN", [float("nan"), 1], float("nan")):
        with pytest.raises(SubscriptError):
            r_slice(X, subscript)
    assert numbers(np.array([np.nan, 1.0])).missing.tolist() == [True, False]


def test_text_of_matrices_and_signs():
    assert r_slice(X, "matrix(c(2, 3, 5), 1, 3)").tolist() == [30]
    assert r_slice(np.arange(5), "matrix(c(5, 1))").tolist() == [4, 0]
    assert r_slice(X, "2, +c(3, 1), 5").tolist() == [30, 20]


def test_vectors_of_blanks_are_as_long_as_they_say():
    assert r_slice(X, "integer(0)").shape == (0, 3, 5)
    with pytest.raises(SubscriptTypeError, match="tensors carry no dimnames"):
        r_slice(X, "character(2)")


def test_a_single_missing_logical_is_no_position():
    with pytest.raises(SubscriptMissingError, match="`NA` on axis 1 is no position"):
        r_slice(np.arange(1), "c(NA)")


@pytest.mark.parametrize(
    ("text", "message"),
    [("(" * 99_000, "nests more than 50 deep"), ("1," * 50_001, "at most 100000")],
)
def test_text_beyond_a_limit_is_refused_at_the_limit(text, message):
    with pytest.raises(errors.SubscriptSyntaxError, match=message) as caught:
        parse_subscripts(text)
    assert caught.value.offset <= 100_000
    assert len(str(caught.value)) < 500
