"""Views of R's memory, what keeps them alive, how much memory and time a conversion takes."""

import datetime
import gc
import tracemalloc
from functools import partial

import numpy as np
import pandas as pd
import pytest
import rpy2.robjects as ro
import torch
from conversion_oracle import assert_identical, r_value
from conversion_process import run
from conversion_soak import growth_of_soak
from rpy2 import rinterface
from rpy2.rinterface_lib import openrlib
from rpy2.robjects import numpy2ri

from pybridge import R
from pybridge.conversion import from_r, rpy2_converter, to_r
from pybridge.conversion.r_memory import RMemory
from pybridge.conversion.rpy2_host import r_host
from pybridge.errors import (
    ConversionError,
    ImmutableTensorError,
)

VIEWS = {
    "integer": ("matrix(as.integer(c(1, 2, 3, 4, 5, 7)), 2)", "INTEGER", "int32"),
    "double": ("matrix(c(1, 2, 3, 4, 5, 7), 2)", "REAL", "float64"),
    "complex": ("matrix(c(1, 2, 3, 4, 5, 7) + 0i, 2)", "COMPLEX", "complex128"),
    "raw": ("matrix(as.raw(c(1, 2, 3, 4, 5, 7)), 2)", "RAW", "uint8"),
}


def address(x: np.ndarray) -> int:
    return x.__array_interface__["data"][0]


def r_address(value, accessor: str) -> int:
    pointer = getattr(openrlib.rlib, accessor)(value.__sexp__._cdata)
    return int(openrlib.ffi.cast("uintptr_t", pointer))


def owner(x: np.ndarray):
    base = x.base
    while isinstance(base, np.ndarray):
        base = base.base
    return base


@pytest.mark.parametrize("r_type", VIEWS)
def test_numbers_are_a_read_only_view_of_the_memory_of_r(r_type):
    code, accessor, dtype = VIEWS[r_type]
    value = r_value(code)
    view = from_r(value)
    assert view.dtype == dtype
    assert address(view) == r_address(value, accessor)
    assert view.flags.f_contiguous
    assert not view.flags.owndata
    assert not view.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 9
    with pytest.raises(ValueError, match="WRITEABLE"):
        view.flags.writeable = True
    with pytest.raises(ImmutableTensorError, match=r"a view of R's memory.*`copy\(\)`"):
        R(view)[1, 1] = 1
    assert isinstance(owner(view), RMemory)
    assert owner(view).owner.rid == value.rid


@pytest.mark.parametrize("r_type", VIEWS)
def test_a_copy_is_writable_and_r_does_not_see_it(r_type):
    code, accessor, _ = VIEWS[r_type]
    value = r_value(code)
    copied = from_r(value, copy=True)
    assert address(copied) != r_address(value, accessor)
    assert copied.flags.f_contiguous
    copied[1, 2] = 9
    assert copied[1, 2] == 9
    assert_identical(value, code)


@pytest.mark.parametrize("code", ["c(TRUE, FALSE)", 'c("a", "b")'])
def test_what_r_stores_otherwise_is_a_writable_array_of_its_own(code):
    for copy in (False, True):
        found = from_r(r_value(code), copy=copy)
        assert found.flags.writeable
        assert owner(found) is None


def test_a_view_keeps_the_r_object_alive_and_lets_it_go():
    r_value("assign('finalized', FALSE, globalenv())")
    code = "x <- c(1.5, 2.5); e <- new.env(); attr(x, 'owner') <- e; "
    code += "reg.finalizer(e, function(e) assign('finalized', TRUE, globalenv())); rm(e); x"
    view = from_r(r_value(code))
    part = view[1:]
    del view
    for _ in range(3):
        gc.collect()
        r_value("for (i in 1:20) numeric(1e5); invisible(gc())")
    assert list(r_value("finalized")) == [False]
    assert part.tolist() == [2.5]
    del part
    gc.collect()
    to_r(1)  # which lets go of what was dropped before
    r_value("invisible(gc())")
    assert list(r_value("finalized")) == [True]
    r_value("rm('finalized', envir = globalenv())")


def test_r_copies_before_it_changes_what_a_view_shows():
    r_value("assign('shared', c(1, 2, 3), globalenv())")
    view = from_r(r_value("get('shared', globalenv())"))
    r_value("evalq(shared[1] <- 99, globalenv())")
    assert view.tolist() == [1, 2, 3]
    assert from_r(r_value("get('shared', globalenv())")).tolist() == [99, 2, 3]
    r_value("rm('shared', envir = globalenv())")


def test_a_new_r_vector_shares_nothing_with_the_array():
    x = np.arange(6.0)
    value = to_r(x)
    x[0] = 99
    assert_identical(value, "as.numeric(0:5)")


def test_a_vector_that_r_wraps_is_not_copied():
    # Giving dimensions to a large vector that has another name makes R wrap it.
    value = r_value("x <- runif(1e6); y <- x; dim(y) <- c(1000, 1000); y")
    view = from_r(value)
    again = from_r(value)
    assert view.shape == (1000, 1000)
    assert address(view) == address(again)


def test_a_vector_of_a_gigabyte_is_viewed_and_not_copied():
    value = r_value("numeric(2^27)")
    tracemalloc.start()
    view = from_r(value)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert view.nbytes == 2**30
    assert peak < 1e5
    assert address(view) == address(from_r(value))


@pytest.mark.parametrize("dtype", ["u1", "?", "i4", "i8", "f4", "f2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_python_allocates_next_to_nothing_beside_the_result(dtype, order):
    x = np.ones((4000, 28, 28), dtype, order=order)
    to_r(x[:1])
    tracemalloc.start()
    value = to_r(x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1e5
    assert value.typeof.name in ("INTSXP", "LGLSXP", "REALSXP")


def test_the_stack_check_of_r_is_as_before():
    library, as_limit = openrlib.rlib, partial(openrlib.ffi.cast, "uintptr_t")
    before, missing = library.R_CStackLimit, r_value("NA")
    library.R_CStackLimit = as_limit(12345)
    try:
        from_r(to_r(np.zeros(3)))
        with pytest.raises(ValueError, match="NA"):
            from_r(missing)
        assert library.R_CStackLimit == 12345
    finally:
        library.R_CStackLimit = as_limit(before)


def test_an_object_dropped_while_r_is_busy_is_let_go_later():
    import threading

    value = to_r(np.zeros(3))
    held = [value]
    rid = value.rid
    capsule_count = value.__sexp_refcount__
    assert capsule_count == 1
    del value

    def drop_elsewhere():
        dropper = threading.Thread(target=held.clear)
        dropper.start()
        dropper.join(10)
        assert not dropper.is_alive()
        kept = dict(rinterface._rinterface.protected_rids())
        assert kept.get(rid) == 1

    r_host().session.inside(drop_elsewhere)
    to_r(1.5)
    assert rid not in dict(rinterface._rinterface.protected_rids())


@pytest.mark.parametrize("threads", [1, 8])
@pytest.mark.parametrize("count", [1000, pytest.param(4000, marks=pytest.mark.slow)])
def test_a_soak_of_small_conversions_leaves_no_memory_behind(count, threads):
    """The system may give a process more memory now and then; what is lost is lost each time."""
    grown = (growth_of_soak(count=count, threads=threads) for _ in range(3))
    assert any(growth < 1024 * count for growth in grown)


@pytest.mark.parametrize("dtype", ["f8", "i4", "?", "c16", "V1"])
@pytest.mark.parametrize("shows_complex", [True, False])
def test_a_large_vector_is_the_same_whoever_makes_it(monkeypatch, shows_complex, dtype):
    monkeypatch.setattr(r_host().numbers, "_shows_complex", shows_complex)
    x = (np.arange(3 * 2**16) % 251).astype("u1").reshape(3, -1)
    x = x.view("V1") if dtype == "V1" else x.astype(dtype)
    mode = {"f8": "double", "i4": "integer", "?": "logical", "c16": "complex", "V1": "raw"}[dtype]
    code = "x <- matrix((0:(3 * 2^16 - 1)) %% 251, 3, byrow = TRUE)"
    if mode == "raw":
        code += "; d <- dim(x); x <- as.raw(x); dim(x) <- d"
    assert_identical(to_r(x), f"{{{code}; storage.mode(x) <- '{mode}'; x}}")


def test_an_r_object_is_returned_as_it_is():
    value = r_value("factor('a')")
    assert to_r(value) is value
    assert to_r([value, ro.r("1L")]).typeof.name == "VECSXP"
    assert_identical(to_r({"f": value}, mapping="data.frame"), "data.frame(f = factor('a'))")


def test_the_na_of_rpy2_is_na_and_no_number():
    assert_identical(to_r(rinterface.NA_Integer), "NA_integer_")
    assert_identical(to_r(rinterface.NA_Logical), "NA")
    assert_identical(to_r(rinterface.NA_Real), "NA_real_")
    assert_identical(to_r(rinterface.NA_Character), "NA_character_")
    assert_identical(to_r([rinterface.NA_Integer] * 2), "list(NA_integer_, NA_integer_)")


def test_results_serve_rpy2_as_its_own():
    value = to_r(np.array([[1, 2, 3], [4, 5, 6]], "f4"))
    assert ro.r("dim")(value).r_repr() == "2:3"
    assert ro.vectors.FloatVector(value)[1] == 4
    ro.globalenv["from_python"] = value
    assert list(ro.r("from_python[2, ]")) == [4, 5, 6]
    assert from_r(ro.r("from_python")).tolist() == [[1, 2, 3], [4, 5, 6]]
    del ro.globalenv["from_python"]


def test_an_rpy2_converter_takes_tensors_and_returns_arrays():
    with (ro.default_converter + rpy2_converter()).context() as context:
        assert ro.r("sum")(np.array([1, 2], "u1")).tolist() == [3]
        assert ro.r("sum")(torch.ones(2, dtype=torch.bfloat16)).tolist() == [2.0]
        found = ro.r("function(x) x[2, 3, 5]")(np.arange(30, dtype="f4").reshape(2, 3, 5))
        assert found.tolist() == [29.0]
        assert ro.r("c('a', 'b')").tolist() == ["a", "b"]
        assert ro.r("as.raw(7)").dtype == "uint8"
        with pytest.raises(ConversionError, match="is NA"):
            ro.r("NA")
        with pytest.raises(NotImplementedError, match="no R equivalent"):
            context.py2rpy(object())
    with (ro.default_converter + rpy2_converter()).context():
        table = ro.r("function(d) { d$c <- d$a * 2L; d }")(
            pd.DataFrame({"a": [1, 2], "b": ["u", "v"]})
        )
        expected = pd.DataFrame({"a": [1.0, 2.0], "b": ["u", "v"], "c": [2.0, 4.0]})
        pd.testing.assert_frame_equal(table, expected)
        assert ro.r("list(a = 1, b = 'x')") == {"a": 1.0, "b": "x"}
        assert ro.r("factor(c('u', 'v'), c('v', 'u'))").categories.tolist() == ["v", "u"]
        assert ro.r("as.Date('2024-02-29')").tolist() == [datetime.date(2024, 2, 29)]
        sparse = ro.r("Matrix::sparseMatrix(i = 1:2, j = 2:1, x = c(5, 7))")
        assert sparse.toarray().tolist() == [[0, 5], [7, 0]]
        assert ro.r("lm(dist ~ speed, cars)").rclass[0] == "lm"
        with pytest.raises(ConversionError, match="column 'a'"):
            ro.r("data.frame(a = as.Date(0.5))")
        with pytest.raises(ConversionError, match="element 2"):
            ro.r("list(1, NA)")
    with (ro.default_converter + rpy2_converter(na="mask")).context():
        assert ro.r("NA").mask.tolist() == [True]
    # It may stand on top of rpy2's own converter for NumPy.
    with (ro.default_converter + numpy2ri.converter + rpy2_converter()).context():
        assert ro.r("TRUE").dtype == bool


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
                return len(kept) - start, "R raised" in str(error) or "no memory" in str(error)

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
        r_host().numbers.allowance.left = 0  # so that R is asked again, as it is every so often
        kept = []
        # Many texts at once: the nearer the end, the more often does R look for what is free.
        texts = lambda turn: np.array([[f"text {turn} {k}" for k in range(99)]] * 2)
        for make in (texts, lambda turn: [turn, "u"]):
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
