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


@pytest.mark.parametrize("name", ["polars", "pyarrow", "awkward"])
def test_tables_of_other_libraries_are_refused_with_the_call_that_works(name):
    library = pytest.importorskip(name)
    if name == "polars":
        tables = [library.DataFrame({"a": [1, 2]}), library.Series("a", [1, 2])]
    elif name == "pyarrow":
        tables = [library.table({"a": [1, 2]}), library.array([1, 2])]
    else:
        tables = [library.Array([[1, 2], [3, 4]])]
    for x in tables:
        with pytest.raises(errors.UnsupportedTensorError, match="not a tensor that") as caught:
            R(x)[1]
        call = advice_for(x).partition(" makes")[0]
        assert call in str(caught.value)
        served = eval(call, {"x": x, name: library, "pandas": pd})
        assert np.ravel(R(served)[1, ...])[0] == 1
