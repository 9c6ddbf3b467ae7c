"""is.na() and its relatives on each library and dtype; r/tests compare with R."""

import numpy as np
import pytest
from backends.adapters import ADAPTERS, STORES

from pybridge import errors
from pybridge.r_functions.missing import elementwise_test

NAMES = ("is.na", "is.nan", "is.finite", "is.infinite")

# what R says of c(2, NaN, Inf, -Inf, NA) where NA is masked
REALS = np.ma.array([2.0, np.nan, np.inf, -np.inf, 7.0], mask=[0, 0, 0, 0, 1])
SAID = {
    "is.na": [False, True, False, False, True],
    "is.nan": [False, True, False, False, False],
    "is.finite": [True, False, False, False, False],
    "is.infinite": [False, False, True, True, False],
}


@pytest.mark.parametrize("name", NAMES)
def test_masked_reals(name):
    assert elementwise_test(REALS, name).tolist() == SAID[name]
    hidden_nan = np.ma.array([np.nan, np.inf], mask=[1, 1])
    assert elementwise_test(hidden_nan, name).tolist() == [name == "is.na"] * 2


@pytest.mark.parametrize("library", ADAPTERS)
@pytest.mark.parametrize("name", NAMES)
def test_reals_and_integers_of_each_library(library, name):
    values = REALS.data[:4].reshape(2, 2)
    found = elementwise_test(ADAPTERS[library].make(values), name)
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, np.array(SAID[name][:4]).reshape(2, 2))
    whole = elementwise_test(ADAPTERS[library].make(np.array([3, -1])), name)
    assert whole.tolist() == [name == "is.finite"] * 2


def test_dates_strings_and_integers_that_no_real_holds():
    days = np.array(["2026-01-31", "NaT"], ">M8[D]")
    assert elementwise_test(days, "is.na").tolist() == [False, True]
    assert elementwise_test(days, "is.nan").tolist() == [False, False]
    assert elementwise_test(days, "is.finite").tolist() == [True, False]
    assert elementwise_test(np.array([2**53 + 1]), "is.na").tolist() == [False]
    assert elementwise_test(np.array([["a", "NA"]]), "is.na").tolist() == [[False, False]]
    texts = np.array(["a", None], np.dtypes.StringDType(na_object=None))
    assert elementwise_test(texts, "is.na").tolist() == [False, True]
    with pytest.raises(errors.UnsupportedTensorError, match=r"is\.nan\(\) does not take <U2"):
        elementwise_test(np.array(["a", "NA"]), "is.nan")
    with pytest.raises(errors.UnsupportedTensorError, match="not a dtype of numbers or dates"):
        elementwise_test(np.zeros(2, [("a", "i4"), ("b", "f8")]), "is.na")


@pytest.mark.parametrize("library", STORES)
def test_a_store_is_not_read_whole(library):
    store = STORES[library].make(np.zeros((2, 3)))
    with pytest.raises(errors.UnsupportedTensorError, match="all of this"):
        elementwise_test(store, "is.na")
