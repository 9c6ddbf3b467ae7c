"""Broken objects of R: each is refused, and no foreign memory is read."""

import pytest
from conversion_oracle import r_value

from pybridge.conversion import from_r
from pybridge.errors import ConversionError


def behind_r(code: str, old: str, new: str) -> str:
    """Return R code for a value in whose stored form a name is another, as a file can have it."""
    return f"""
        bytes <- serialize({{{code}}}, NULL, xdr = FALSE)
        old <- charToRaw("{old}"); new <- charToRaw("{new}")
        at <- Filter(function(k) identical(bytes[k + seq_along(old) - 1L], old), seq_along(bytes))
        bytes[at[[1]] + seq_along(old) - 1L] <- new
        unserialize(bytes)
    """


def broken(values: str, name: str, attribute: str) -> str:
    """Return R code for a vector with an attribute that R itself would refuse."""
    old = name[:-1] + "_"
    return behind_r(f'x <- {values}; attr(x, "{old}") <- {attribute}; x', old, name)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('structure(1:2, levels = c(1.5, 2.5), class = "factor")', "type double and not text"),
        ('structure(1:2, levels = list("a", "b"), class = "factor")', "type list and not text"),
        ('x <- 1:2; attr(x, "levels") <- globalenv(); class(x) <- "factor"; x', "environment"),
        ('structure(1:2, class = "factor")', "code 1, and there are 0 levels"),
        ('structure(c(1L, 9L), levels = c("a", "b"), class = "factor")', r"\[2\] .* code 9"),
        ('structure(c(-1L, 1L), levels = c("a", "b"), class = "factor")', "code -1"),
        ('structure(c(0L, NA), levels = "a", class = "factor")', "code 0"),
        ('structure(1:4, class = "integer64")', "bits of doubles, and this one is of type integer"),
        ('structure("a", class = "integer64")', "type character"),
        (broken("c(1, 2)", "dim", "c(40L, 50L)"), r"2 elements, and its dim says \(40, 50\)"),
        (broken("1:6", "dim", "c(2, 3)"), "the dim of `v` is of type double"),
        (broken('c("a", "b")', "dim", "c(40L, 50L)"), r"2 elements, and its dim says \(40, 50\)"),
        (broken("list(1, 2)", "names", "1:2"), "type integer and not text"),
        (broken("list(1, 2)", "names", '"a"'), "cannot be a dict"),
    ],
)
@pytest.mark.parametrize("na", ["error", "mask", "float"])
def test_a_broken_object_is_refused_and_no_foreign_memory_is_read(code, message, na):
    with pytest.raises(ConversionError, match=message):
        from_r(r_value(code), na=na)


def test_a_list_of_what_is_no_array_is_refused():
    with pytest.raises(ConversionError, match="element 1: an R object of type builtin"):
        from_r(r_value("list(sum)"))


def test_codes_of_doubles_are_no_factor():
    value = r_value(behind_r('structure(c(1.5, 2), class = "fact_r")', "fact_r", "factor"))
    with pytest.raises(ConversionError, match="a factor keeps integers, and this one is of type"):
        from_r(value)


def test_a_factor_without_any_code_needs_no_levels():
    assert from_r(r_value('structure(integer(), class = "factor")')).tolist() == []
    found = from_r(r_value('structure(NA_integer_, class = "factor")'))
    assert found.isna().tolist() == [True]


def test_a_compact_vector_is_expanded_whatever_its_class_says_of_its_length():
    code = """
        x <- 1:1000000; class(x) <- "table"
        length.table <- function(x) 3L
        registerS3method("length", "table", length.table, baseenv()); x
    """
    try:
        assert from_r(r_value(code)).sum() == 500000500000
    finally:
        r_value('rm("length.table", envir = get(".__S3MethodsTable__.", baseenv()))')
