"""Subscript text that is refused: where the error points, and the limits."""

import sys
import threading

import numpy as np
import pytest

from pybridge import errors, r_slice
from pybridge.errors import (
    SubscriptSyntaxError,
)
from pybridge.subscripts.text import MOST_NESTED, parse_subscripts

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
    ("c(c(1, 2):3)", 10, "a bound of `:` within other text is one number"),
    ("matrix(c(1, 2), c(1, 2))", 0, "`nrow` is one number"),
    ("1:3, n", 5, "`n` is a variable, and text is never evaluated"),
    ("T", 0, "`T` is a variable in R; write TRUE"),
    ("c(F, 1)", 2, "`F` is a variable in R; write FALSE"),
    ("True", 0, "R writes TRUE"),
    ("None", 0, "R writes NULL or newaxis"),
    ("..., 1", 0, "write `..`"),
    ("1, drop = FALSE", 3, "drop=False"),
    ("[1, 2]", 0, "a vector is written c(...)"),
    ("1]", 1, "without them"),
    ("1 2", 2, "`2` is where a comma or an operator should be"),
    ("1)", 1, "`)` closes nothing"),
    ("c(1, 2", 1, "this parenthesis is never closed"),
    ("c(1,)", 4, "`)` is where a value should be"),
    ("c(", 2, "the text ends where a value is missing"),
    ("1 +", 2, "no arithmetic, and `+` is"),
    ("1, 'abc", 3, "this string has no end"),
    ("1x", 1, "the number `1` runs on"),
    ("1i", 1, "the number `1` runs on"),
    ("1.2.3", 3, "the number `1.2` runs on"),
    (r"'a\q'", 2, r"`\q` is not an escape in R"),
    (r"'\x00'", 1, "this escape is not a character"),
    (r"'\ud800'", 1, "this escape is not a character"),
    (r"'\u41\x41'", 0, "R does not mix"),
    ("1, 'a\ud800'", 5, "U+D800 is not a character of a string"),
    ("'a\0'", 2, "U+0000 is not a character of a string"),
    ("rev(1:3)", 0, "`rev()` is not a function of subscript text"),
    ("__import__('os')", 0, "`_` is not part of subscript text"),
    ("c(a = 1)", 0, "c() in text takes no names"),
    ("c(1, 'a')", 0, "names or numbers, not both"),
    ("c(.., 1)", 2, "a subscript of its own"),
    ("-newaxis", 1, "a subscript of its own"),
    ("1 / 2", 2, "no arithmetic, and `/` is"),
    ("c(2^3)", 3, "no arithmetic, and `^` is"),
    ("1:3 + 1:2", 4, "no arithmetic, and `+` is"),
    ("-'a'", 0, "arithmetic needs numbers"),
    ("seq(1, 10, -1)", 0, "wrong sign in `by`"),
    ("seq(1, 10, 0)", 0, "`by` in seq() is not 0"),
    ("seq(1, 2, 3, 4)", 0, "takes from, to, by and no more"),
    ("seq(1, 9, length.out = 3)", 0, "not `length.out`"),
    ("seq()", 0, "at least one number"),
    ("seq(1, along.with = 2)", 0, "not `along.with`"),
    ("seq(1, 2, to = 3, to = 4)", 0, "twice"),
    ("seq_len()", 0, "seq_len() needs a length"),
    ("matrix(c(1, 2), 1, byrow = 1)", 0, "`byrow` is TRUE or FALSE"),
    ("1 = 2", 2, "`=` is where a comma or an operator should be"),
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
    ("all_but(1, )", 11, "this part of all_but() is empty"),
    ("all_but(, 1)", 8, "this part of all_but() is empty"),
    ("2, all_but(all_but(,))", 19, "this part of all_but() is empty"),
    ("all_but(", 8, "the text ends where a value is missing"),
    ("all_but(1", 7, "this parenthesis is never closed"),
    ("all_but(1 2)", 10, "`2` is where `)` should be"),
    ("all_but(2) 3", 11, "`3` is where a comma or an operator should be"),
    ("c(all_but(2), 1)", 2, "`all_but()` is a subscript of its own, not a part of one"),
    ("-all_but(2)", 1, "`all_but()` is a subscript of its own, not a part of one"),
    ("(all_but(2))", 1, "`all_but()` is a subscript of its own, not a part of one"),
    ("all_but(2):3", 0, "`all_but()` is a subscript of its own, not a part of one"),
    ("1, all_but(2) + 3", 3, "`all_but()` is a subscript of its own, not a part of one"),
    ("1:all_but(2)", 2, "`all_but()` is a subscript of its own, not a part of one"),
    ("all_but(c(all_but(2)))", 10, "`all_but()` is a subscript of its own, not a part of one"),
    ("all_but(newaxis)", 8, "`newaxis` is a subscript of its own, not a part of one"),
    ("all_but(1, ..)", 11, "`..` is a subscript of its own, not a part of one"),
    ("all_but(1, a = 2)", 11, "all_but() in text takes no names, and `a =` is one"),
    ("all_but", 0, "`all_but` is a variable, and text is never evaluated"),
    ("TRUE = 1", 0, "`TRUE =` is where a subscript should be"),
    ("drop = (1)", 0, "`drop` is not a subscript"),
    ("c(1, TRUE =)", 11, "`)` is where a value should be"),
    ("matrix(1, byrow = NA)", 0, "`byrow` is TRUE or FALSE"),
    ("array(3):5", 0, "a bound of a range is one number or NA"),
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


@pytest.mark.parametrize(
    "piece", ["(", "-", "c(", "-(", "1:(", "seq(1, ", "+-", "all_but(", "all_but(1, "]
)
def test_deep_nesting_is_refused_even_where_little_stack_is_left(piece):
    endings = []

    def parse():
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(400)
        try:
            parse_subscripts(piece * (99_000 // len(piece)))
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
    assert parse_subscripts("(" * deepest + "3" + ")" * deepest).items == (3,)
    assert parse_subscripts(", ".join(["(1)"] * 200)).items == (1,) * 200
    nested = "all_but(" * deepest + "3" + ")" * deepest
    assert str(parse_subscripts(nested)) == nested


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1)", r"`\)` closes nothing"),
        ("(1, 2)", "`,` is where"),
        ("1, drop = FALSE", "`drop` is not a subscript"),
        ("seq(1, NA)", "is a number, not NA"),
        ("seq(1, Inf)", "the arguments of seq.. are finite"),
        ("seq_len(3, 2)", "and no more"),
        ("matrix('a')", "needs numbers or logicals"),
    ],
)
def test_text_that_says_nothing(text, message):
    with pytest.raises(SubscriptSyntaxError, match=message):
        r_slice(np.arange(1, 31).reshape(2, 3, 5), text)


@pytest.mark.parametrize(
    ("text", "message"),
    [("(" * 99_000, "nests more than 50 deep"), ("1," * 50_001, "at most 100000")],
)
def test_text_beyond_a_limit_is_refused_at_the_limit(text, message):
    with pytest.raises(errors.SubscriptSyntaxError, match=message) as caught:
        parse_subscripts(text)
    assert caught.value.offset <= 100_000
    assert len(str(caught.value)) < 500
