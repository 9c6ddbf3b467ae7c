"""Broken objects of R, the end of its memory, interrupts and forks: no crash and no hang."""

import pytest
from conversion_oracle import r_value
from conversion_process import run
from conversion_signals import interrupt
from processes import ROOT, python

from pybridge import errors
from pybridge.conversion import from_r, to_r
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
        ('structure(1:2, levels = c(1.5, 2.5), class = "factor")', "type double stands where"),
        ('structure(1:2, levels = list("a", "b"), class = "factor")', "type list stands where"),
        ('x <- 1:2; attr(x, "levels") <- globalenv(); class(x) <- "factor"; x', "environment"),
        ('structure(1:2, class = "factor")', "code 1, and there are 0 levels"),
        ('structure(c(1L, 9L), levels = c("a", "b"), class = "factor")', r"\[2\] .* code 9"),
        ('structure(c(-1L, 1L), levels = c("a", "b"), class = "factor")', "code -1"),
        ('structure(c(0L, NA), levels = "a", class = "factor")', "code 0"),
        ('structure(1:4, class = "integer64")', "bits of doubles, and this one is of type integer"),
        ('structure("a", class = "integer64")', "type character"),
        (broken("c(1, 2)", "dim", "c(40L, 50L)"), r"length 2 .*\(40, 50\)"),
        (broken("1:6", "dim", "c(2, 3)"), "dim of an R array is of type double"),
        (broken('c("a", "b")', "dim", "c(40L, 50L)"), r"2 strings .*\(40, 50\)"),
        (broken("list(1, 2)", "names", "1:2"), "type integer stands where"),
        (broken("list(1, 2)", "names", '"a"'), "no dict"),
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
    found = from_r(r_value('structure(NA_integer_, class = "factor")'), na="mask")
    assert found.mask.tolist() == [True]


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


def test_the_end_of_r_memory_is_an_error_and_not_the_end_of_python():
    out = run(
        """
        import os
        os.environ["R_MAX_VSIZE"] = "200M"
        import numpy as np
        from pybridge import to_r
        from pybridge.errors import ConversionError
        kept = []

        def fill(make):
            "Fill R's memory until R refuses, and return how many it held."
            start = len(kept)
            try:
                for turn in range(2000):
                    kept.append(to_r(make(turn)))
            except ConversionError as error:
                return len(kept) - start, "R refused" in str(error)

        print(fill(lambda turn: np.zeros(2**20)))
        print(fill(lambda turn: np.zeros((2**9, 2**7), "u1")))
        print(fill(lambda turn: np.array([str(turn) * 2**12])))
        print(fill(lambda turn: {"n": [1.0] * 99, "s": [f"text {turn} {k}" for k in range(99)]}))
        kept.clear()
        print(to_r(np.zeros(2**20)).typeof.name)
        """
    )
    *filled, last = out.splitlines()
    assert len(filled) == 4
    assert all(line.endswith("True)") for line in filled)
    assert int(filled[0][1:].split(",")[0]) > 9
    assert last == "REALSXP"


def test_the_end_of_r_nodes_is_an_error_as_well():
    out = run(
        """
        import numpy as np
        import rpy2.rinterface as ri
        from pybridge import from_r, to_r
        from pybridge.conversion.rpy2_host import r_host
        from pybridge.errors import ConversionError
        to_r("R has started")
        ri.evalr("mem.maxNSize(8e5)")
        r_host()._left = 0  # so that R is asked again, as it is every so often
        kept = []
        for make in (lambda turn: np.full((2, 3), f"text {turn}"), lambda turn: [turn, "u"]):
            try:
                for turn in range(200000):
                    kept.append(to_r(make(turn)))
            except ConversionError as error:
                print("mem.maxNSize" in str(error))
        kept.clear()
        print(from_r(to_r([1.0, 2.0])).tolist())
        """
    )
    assert out.splitlines() == ["True", "True", "[1.0, 2.0]"]


def test_no_interrupt_keeps_the_lock_or_raises_the_stack():
    assert interrupt(40) > 0


def test_a_child_forked_while_another_thread_is_inside_r_is_told_so():
    out = run(
        """
        import os, sys, threading, time, warnings
        import numpy as np
        from pybridge import from_r, to_r
        from pybridge.conversion.rpy2_host import r_host
        from pybridge.errors import ConversionError
        warnings.simplefilter("ignore")
        value = to_r(np.arange(3.0))

        def in_child():
            pid = os.fork()
            if pid:
                return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            try:
                print(from_r(to_r(np.arange(3))).tolist(), flush=True)
                to_r(np.zeros(2))
            except ConversionError as error:
                print(str(error)[:66], flush=True)
            os._exit(0)

        print(in_child())
        inside, leave = threading.Event(), threading.Event()
        def stay():
            inside.set()
            leave.wait(60)
        worker = threading.Thread(target=lambda: r_host().inside(stay))
        worker.start()
        inside.wait(60)
        print(in_child())
        leave.set()
        worker.join()
        print(r_host().inside(in_child))
        print(in_child())
        """
    )
    fine = "[0.0, 1.0, 2.0]\n0\n"
    refused = "this process was forked while another thread was at work in R, and\n0\n"
    assert out == fine + refused + fine + fine


def test_what_holds_itself_is_refused():
    loop = []
    loop.append(loop)
    for x in (loop, {"a": loop}):
        with pytest.raises(errors.ConversionError, match="holds itself"):
            to_r(x)


def test_a_wrong_home_of_r_is_named():
    source = "import numpy as np, pybridge; pybridge.to_r(np.zeros(2))"
    done = python("-c", source, R_HOME=str(ROOT / "nowhere"))
    assert done.returncode == 1
    assert "ImportError: conversion needs R, which is not at R_HOME" in done.stderr
    assert "R RHOME" in done.stderr
