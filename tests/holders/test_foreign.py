"""What is not a tensor: each is refused with a call that makes one, and the call is run."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from pybridge import R, array_reshape, errors, r_assign, recycle, which
from pybridge.holders.foreign import advice_for

X = np.array([[3.0, 0.0, 5.0], [4.0, 1.0, 2.0]])
FRAME = pd.DataFrame(X)


class OfNumpy:
    """An object that NumPy reads."""

    def __array__(self, dtype=None, copy=None):
        return X


class OfDlpack:
    """An object that shares its memory by the standard protocol alone."""

    def __dlpack__(self, **options):
        return X.__dlpack__(**options)

    def __dlpack_device__(self):
        return X.__dlpack_device__()


OBJECTS = [
    (FRAME.iloc, None),
    (FRAME.loc, None),
    (pd.array([1, 2], dtype="Int64"), "x.to_numpy()"),
    (pd.Categorical(["a", "b"]), "x.to_numpy()"),
    (xr.Dataset({"name": ("r", X[0])}), 'x["name"]'),
    ({"a": X}, "x['a']"),
    (X.tolist(), "numpy.asarray(x)"),
    (3, "numpy.asarray(x)"),
    (OfNumpy(), "numpy.asarray(x)"),
    (OfDlpack(), "numpy.from_dlpack(x)"),
    (np, None),
    (None, None),
    (object(), None),
    ("1:3", None),
]


@pytest.mark.parametrize(("x", "call"), OBJECTS, ids=[type(x).__name__ for x, _ in OBJECTS])
def test_the_call_that_is_named_makes_a_tensor(x, call):
    acts = [
        lambda: R(x)[1],
        lambda: r_assign(x, 1, value=1),
        lambda: array_reshape(x, -1),
        lambda: which(x),
    ]
    if not isinstance(x, int):  # Python's own numbers recycle
        acts.append(lambda: recycle(x, X))
    for act in acts:
        with pytest.raises(errors.UnsupportedTensorError, match="not a tensor that") as caught:
            act()
        assert advice_for(x) in str(caught.value)
    if call is not None:
        assert call in advice_for(x)
        made = eval(call, {"x": x, "numpy": np})
        assert R(made)[...] is not None


def test_an_array_of_awkward_is_refused_with_the_call_that_works():
    awkward = pytest.importorskip("awkward")
    x = awkward.Array([[1, 2], [3, 4]])
    with pytest.raises(errors.UnsupportedTensorError, match="not a tensor that") as caught:
        R(x)[1]
    call = advice_for(x).partition(" makes")[0]
    assert call in str(caught.value)
    assert R(eval(call, {"x": x, "awkward": awkward}))[1, 1] == 1


COLUMNS = {"a": [1, 2]}


def make_lazy(name):
    """Return what has no elements yet, or none that pybridge reads."""
    polars, arrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    dataset = pytest.importorskip("pyarrow.dataset").dataset
    match name:
        case "LazyFrame":
            return polars.LazyFrame(COLUMNS)
        case "Dataset":
            return dataset(arrow.table(COLUMNS))
        case "Scanner":
            return dataset(arrow.table(COLUMNS)).scanner()
        case "RecordBatchReader":
            return arrow.table(COLUMNS).to_reader()
        case "DuckDBPyRelation":
            return pytest.importorskip("duckdb").sql("select * from (values (1), (2)) t(a)")
        case "an array by its capsule":
            return CapsuleOf(arrow.array([1, 2]), "__arrow_c_array__")
    return CapsuleOf(arrow.table(COLUMNS), "__arrow_c_stream__")


def CapsuleOf(x, method):
    """Return an object that gives its memory by one method of Arrow's protocol alone."""

    def give(self, requested_schema=None):
        return getattr(x, method)(requested_schema)

    return type("Capsule", (), {method: give})()


LAZY = {
    "LazyFrame": ["x.collect()"],
    "Dataset": ["x.to_table()"],
    "Scanner": ["x.to_table()"],
    "RecordBatchReader": ["x.read_all()"],
    "DuckDBPyRelation": ["x.to_arrow_table()", "x.pl()", "x.df()"],
    "an array by its capsule": ["pyarrow.array(x)"],
    "a table by its capsule": ["pyarrow.table(x)"],
}


@pytest.mark.parametrize("name", LAZY)
def test_what_has_no_elements_yet_is_refused_with_the_call_that_collects(name):
    arrow = pytest.importorskip("pyarrow")
    for call in LAZY[name]:
        x = make_lazy(name)
        for act in (lambda x=x: R(x)[1], lambda x=x: r_assign(x, 1, value=1)):
            with pytest.raises(errors.UnsupportedTensorError, match="not a tensor that") as caught:
                act()
            assert call in str(caught.value)
        served = eval(call, {"x": x, "pyarrow": arrow})
        element = R(served)[2, ...] if "array" in call else R(served)[2, 1]
        assert (element.as_py() if hasattr(element, "as_py") else element) == 2


@pytest.mark.parametrize(
    ("module", "name", "call"),
    [
        ("ibis.expr.types.relations", "Table", "x.to_pyarrow(), x.to_polars() or x.to_pandas()"),
        ("ibis.expr.types.numeric", "Column", "x.to_pyarrow()"),
        ("narwhals.dataframe", "LazyFrame", "x.collect().to_native()"),
        ("narwhals.dataframe", "DataFrame", "x.to_native()"),
        ("narwhals.series", "Series", "x.to_native()"),
        ("polars.expr.expr", "Expr", "df.select(x)"),
    ],
)
def test_queries_and_wrappers_of_other_libraries_are_known_by_name(module, name, call):
    base = type(name, (), {"__module__": module})
    assert call in advice_for(type("Derived", (base,), {})())
