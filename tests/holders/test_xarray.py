"""DataArrays: values as everywhere, and names and labels that are cut alike."""

import itertools

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import rpy2.robjects as ro
import xarray as xr
from backends.running import act
from corpus import cases, tensor_of
from holders.test_stores import X, drawn
from labelled import IRIS, labelled

from pybridge import (
    R,
    array_reshape,
    errors,
    from_r,
    r_assign,
    r_slice,
    r_subscripts,
    to_r,
    which_max,
)


def tracked(x):
    """Give an array coordinates that say where each element stood."""
    coords = {f"at_{k}": (f"dim_{k}", np.arange(size)) for k, size in enumerate(x.shape)}
    return xr.DataArray(x, coords=coords, dims=[f"dim_{k}" for k in range(x.ndim)])


def assert_tracked(found, shape):
    """Each element of an array that holds its places, 1, 2, 3..., has the coordinates of them."""
    names = [f"at_{k}" for k in range(len(shape))]
    if not all(name in found.coords for name in names):  # where R made NA nothing stood
        assert np.isnan(found.values).any()
        return
    lines = [found.coords[name].broadcast_like(found).values for name in names]
    if found.size and shape:
        places = np.ravel_multi_index([line.astype(int) for line in lines], shape) + 1
        assert np.array_equal(places.reshape(found.shape), found.values)


@pytest.mark.filterwarnings("ignore::pybridge.errors.PybridgeWarning")
@pytest.mark.parametrize("wrap", [np.asarray, da.from_array], ids=["numpy", "dask"])
def test_the_coordinates_go_where_the_elements_go(wrap):
    compared = 0
    for case in cases():
        x = tensor_of(case)
        if "value" in case or 0 in x.shape:
            continue
        found = act(tracked(wrap(x)), case)
        if not isinstance(found, Exception):
            assert_tracked(found, x.shape)
            compared += 1
    assert compared > 120


def test_whatever_is_asked_is_what_isel_gives():
    x = xr.DataArray(
        X,
        dims=("a", "b", "c"),
        coords={"a": np.arange(7) / 4, "c": [*"uvwxy"], "ab": (("a", "b"), X[..., 0])},
        attrs={"k": 1},
        name="x",
    )
    compared = 0
    for seed in range(200):
        subscripts = drawn(seed)
        if None in [part for part in subscripts if part is None]:
            continue
        if len(subscripts) == 1 and np.ndim(subscripts[0]) > 1:
            given = np.asarray(subscripts[0])
            places = np.nonzero(given) if given.dtype == bool else tuple((given - 1).T)
            chosen = {
                dim: xr.Variable("points", at) for dim, at in zip(x.dims, places, strict=True)
            }
        else:
            chosen = {}
            for dim, part, size in zip(x.dims, subscripts, x.shape, strict=False):
                whole = np.arange(size)
                if isinstance(part, int):
                    chosen[dim] = part - 1
                elif isinstance(part, slice):
                    low, high = part.start, part.stop
                    step = part.step or 1
                    chosen[dim] = (
                        whole if low is None else np.arange(low, high + step // abs(step), step) - 1
                    )
                else:
                    part = np.asarray(part)
                    chosen[dim] = (
                        np.flatnonzero(part) if part.dtype == bool else part.astype(int) - 1
                    )
        assert R(x)[subscripts].identical(x.isel(chosen)), (seed, subscripts)
        compared += 1
    assert compared > 120


def test_names_select_as_sel_does():
    x = labelled()
    assert R(x)["setosa"].identical(x.sel(species="setosa"))
    parts = ["Petal.Width", "Sepal.Length"]
    assert R(x)["virginica", 2, parts].identical(
        x.sel(species="virginica", part=parts).isel(year=1)
    )
    assert R(x)[["setosa"], ..., parts].identical(x.sel(species=["setosa"], part=parts))
    assert R(x)[:, "1936"].identical(x.sel(year=1936))  # a number as R writes it
    assert r_slice(x, "setosa", ["1937", "1935"]).identical(
        x.sel(species="setosa", year=[1937, 1935])
    )
    assert r_slice(x, '"setosa", , c("Petal.Width")').identical(
        x.sel(species="setosa", part="Petal.Width")
    )
    points = R(x)[
        np.array([["setosa", "1936", "Petal.Width"], ["virginica", "1935", "Sepal.Width"]])
    ]
    assert points.values.tolist() == [8, 14]
    assert points.coords["part"].values.tolist() == ["Petal.Width", "Sepal.Width"]
    assert r_slice(x, "2, 1:2", drop=False).sizes == {"species": 1, "year": 2, "part": 4}


def test_names_select_as_rs_own_brackets_do():
    parts = [*labelled().coords["part"].values.tolist()]
    whole = ro.r(
        """array(aperm(array(as.double(1:24), 4:2)), 2:4, list(species = c("setosa", "virginica"),
        year = c("1935", "1936", "1937"), part = c("Sepal.Length", "Sepal.Width", "Petal.Length",
        "Petal.Width")))"""
    )
    ro.globalenv["x_of_r"] = whole
    x = from_r(whole, like="xarray")
    assert x.dims == ("species", "year", "part")
    one = ["setosa", ["virginica", "setosa"], [], 1]
    two = ["1936", ["1937", "1935", "1937"], [3, 1], slice(None)]
    three = ["Petal.Width", parts[::-1], [2]]
    texts = {str: lambda s: repr(s), list: lambda s: f"c({', '.join(map(repr, s))})"}
    texts |= {int: str, slice: lambda s: ""}
    for written in itertools.product(one, two, three):
        text = ", ".join([texts[type(part)](part) for part in written])
        for dialect in ("base", "tensor"):
            drop = "TRUE" if dialect == "base" else "FALSE"
            expected = ro.r(f"x_of_r[{text}, drop = {drop}]")
            found = r_slice(x, *written, dialect=dialect, drop=dialect == "base")
            if found.size == 1 and dialect == "base":  # of which R drops even the last axis
                assert list(expected) == found.values.tolist()
                continue
            there = to_r(found)
            if found.ndim == 1 and dialect == "base":  # a vector to R, whose axis has no name
                there = ro.r["c"](there)
            assert ro.r["identical"](there, expected)[0], (text, dialect, found)


def test_without_labels_the_error_is_as_ever_and_text_is_text():
    bare = xr.DataArray(IRIS)
    with pytest.raises(errors.SubscriptTypeError, match="tensors carry no dimnames"):
        R(bare)[["setosa"]]
    assert R(bare)["2, 1, 4"].item() == 16
    x = labelled()
    with pytest.raises(errors.SubscriptLabelError, match='"setosa"') as caught:
        R(x)["Setosa"]
    assert caught.value.nearest == ("setosa",)
    with pytest.raises(errors.SubscriptLabelError, match="is not a label of axis 1"):
        R(x)["2, 1, 4"]
    with pytest.raises(errors.SubscriptTypeError, match="axis 2 has no labels"):
        R(x.drop_vars("year"))[:, "1936"]
    with pytest.raises(errors.SubscriptCountError):
        R(x)["setosa", 1, 1, "a"]
    doubled = x.assign_coords(part=["a", "b", "a", "c"])
    with pytest.raises(errors.SubscriptLabelError, match="2 positions of axis 3, 1, 3;"):
        R(doubled)[..., "a"]
    assert R(doubled, dialect="base")[1, 1, "a"].item() == 1
    several = x.stack(both=("species", "year"))
    with pytest.raises(errors.SubscriptTypeError, match="axis 2 has no labels"):
        R(several)[1, "setosa"]
    assert R(several)[1, [6, 1]].identical(several.isel(part=0, both=[5, 0]))


@pytest.mark.parametrize(
    ("index", "texts"),
    [
        (np.array(["2020-01-01", "NaT"], "M8[ns]"), ["2020-01-01", None]),
        (
            np.array(["2020-01-01T12:00", "2020-01-02"], "M8[ns]"),
            ["2020-01-01 12:00:00", "2020-01-02 00:00:00"],
        ),
        (np.array(["2020-01-01T00:00:00.5"], "M8[ms]"), ["2020-01-01 00:00:00.500"]),
        (np.array([0.1 + 0.2, 1e6]), ["0.30000000000000004", "1000000"]),
        (np.array([True, False]), ["TRUE", "FALSE"]),
        (np.array(["a", None], object), ["a", None]),
        (np.array([1 + 2j, 3]), None),
    ],
)
def test_an_index_is_labels_where_text_can_say_it(index, texts):
    from pybridge.holders.xarray import axis_labels

    assert (
        axis_labels(xr.DataArray(np.arange(len(index)), dims="t", coords={"t": index}), 0) == texts
    )


def test_writing_is_in_place_and_keeps_the_labels():
    x = labelled()
    before = x.copy(deep=True)
    values = x.values
    R(x)["setosa", :, ["Petal.Width", "Sepal.Length"]] = [[-1, -2], [-3, -4], [-5, -6]]
    expected = IRIS.copy()
    expected[0][:, [3, 0]] = [[-1, -2], [-3, -4], [-5, -6]]
    assert np.array_equal(x.values, expected)
    assert x.values is values
    assert x.coords.identical(before.coords)
    changed = r_assign(x, ["virginica"], value=0)
    assert changed.coords.identical(before.coords)
    assert changed.attrs == {"unit": "cm"}
    assert not changed.values[1].any()
    assert np.array_equal(x.values, expected)
    R(x, dialect="base")["setosa", 2, 1] = 9
    assert x.values[0, 1, 0] == 9
    lazy = labelled().chunk()
    with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
        R(lazy)[1] = 0
    found = r_assign(lazy, '"setosa"', value=0)
    assert isinstance(found.data, da.Array)
    assert not found.values[0].any()
    with pytest.raises(errors.LossyValueError):
        R(xr.DataArray([1, 2]))[1] = 0.5
    vector = xr.DataArray([1.0, 2], dims="t", coords={"t": ["u", "v"]})
    assert r_assign(vector, 4, value=9, dialect="base").values[[0, 1, 3]].tolist() == [1, 2, 9]
    with pytest.raises(errors.SubscriptTypeError, match="names a position"):
        R(vector, dialect="base")["w"] = 1
    with pytest.raises(errors.ImmutableTensorError, match="never changes in place"):
        R(labelled().coords["year"])[1] = 1900


def test_a_value_with_names_goes_where_they_say():
    x = labelled()
    R(x)["setosa"] = x.sel(species="virginica")
    assert np.array_equal(x.values[0], IRIS[1])
    R(x)[:, 1] = x.isel(year=1, species=0)
    assert np.array_equal(x.values[0, 0], x.values[1, 0])
    square = xr.DataArray(np.arange(4.0).reshape(2, 2), dims=("a", "b"))
    for value in (square.T, square.isel(b=0), square.rename(a="z")):
        with pytest.raises(errors.AssignmentError, match="the value is along"):
            R(square)[:, :] = value
        with pytest.raises(errors.AssignmentError, match="the value is along"):
            r_assign(square, value=value)
    R(square)[:, :] = square.T.data
    assert square.values.tolist() == [[0, 2], [1, 3]]


def test_new_axes_and_points_have_names_of_their_own():
    x = labelled()
    found = R(x)[None, "setosa", None, :, 1]
    assert found.dims == ("newaxis", "newaxis_2", "year")
    assert R(found)[None].dims == ("newaxis_3", "newaxis", "newaxis_2", "year")
    points = R(x)[IRIS > 22]
    assert points.dims == ("points",)
    assert R(points)[np.array([[2], [1]])].dims == ("points_2",)
    scalar = x.isel(species=0, year=0, part=0)
    assert R(scalar, dialect="base")[[1, 1]].dims == ("points",)
    assert R(scalar)[...].identical(scalar)


def test_other_questions_are_answered_by_the_values_inside():
    x = labelled()
    assert which_max(x).tolist() == [[2, 3, 4]]
    assert array_reshape(x, (4, 6)).tolist() == IRIS.reshape(4, 6).tolist()
    assert [part.coords["species"].item() for part in R(x)] == ["setosa", "virginica"]
    assert len(R(x)) == 2
    assert 24 in R(x)
    positions = xr.DataArray([2, 1])
    assert np.array_equal(R(IRIS)[positions], IRIS[[1, 0]])
    assert R(x)[positions].identical(x.isel(species=[1, 0]))
    with pytest.raises(errors.TracingError, match="labels of the result unknown"):
        R(x.chunk())[da.from_array(np.array([2, 1]))]


SHARED = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=["r", "c"], coords={"c": [*"uvw"]})


@pytest.mark.parametrize(
    "subscripts",
    [
        ((SHARED > 2).T,),
        ((SHARED > 2)[:, ::-1],),
        (slice(None), (SHARED[0] > 0)[::-1]),
        (..., (SHARED[0] > 0)[::-1]),
        (SHARED[0] > 0, slice(None)),
        (slice(None), pd.Series([True, False, True], index=[*"wvu"])),
        (xr.DataArray([2, 1], dims="c"), 1),
    ],
)
def test_a_subscript_with_other_names_or_labels_is_refused(subscripts):
    x = SHARED.copy(deep=True)
    for call in (
        lambda: R(x)[subscripts],
        lambda: R(x).__setitem__(subscripts, -1),
        lambda: r_assign(x, *subscripts, value=-1),
        lambda: r_slice(x, *subscripts, dialect="base"),
    )[: 3 if subscripts[0] is ... else 4]:
        with pytest.raises(errors.SubscriptLabelError):
            call()
    assert x.identical(SHARED)


def test_the_labels_of_positions_are_their_own():
    """As for pandas' `iloc`: they say where the positions come from, not where they go."""
    positions = xr.DataArray([2, 1], dims="c", coords={"c": ["v", "u"]})
    expected = SHARED.isel(c=[1, 0])
    assert R(SHARED)[:, positions].identical(expected)
    assert R(SHARED)[:, pd.Series([2, 1], index=["p", "q"])].identical(expected)
    assert R(SHARED)[r_subscripts(slice(None), positions)].identical(expected)


@pytest.mark.filterwarnings("ignore:Duplicate dimension names")
@pytest.mark.parametrize("dialect", ["tensor", "base"])
def test_a_repeated_dim_is_refused(dialect):
    x = xr.DataArray(np.arange(9.0).reshape(3, 3), dims=["r", "r"], coords={"r": [*"abc"]})
    for call in (
        lambda: R(x, dialect=dialect)[1, 2],
        lambda: r_assign(x, 1, 2, value=0, dialect=dialect),
        lambda: R(x, dialect=dialect).__setitem__((1, 2), 0),
    ):
        with pytest.raises(errors.UnsupportedTensorError, match="repeated dim"):
            call()


def test_a_subscript_with_the_same_names_and_labels_is_taken():
    expected = SHARED.isel(c=[0, 2])
    for wanted in (
        xr.DataArray([True, False, True], dims="c", coords={"c": [*"uvw"]}),
        xr.DataArray([True, False, True], dims="c"),
        pd.Series([True, False, True], index=[*"uvw"]),
        pd.Series([True, False, True]),
        xr.DataArray([1, 3], dims="points"),
        pd.Series([1, 3]),
    ):
        assert R(SHARED)[:, wanted].identical(expected)
        assert R(SHARED)[..., wanted].identical(expected)
    assert R(SHARED)[SHARED > 2].values.tolist() == [3, 4, 5]
    positions = SHARED[1].argsort()[[0, 1, 2]] + 1
    assert R(SHARED)[:, positions].identical(SHARED)


@pytest.mark.parametrize(
    "value", [SHARED[1][::-1], pd.Series([7.0, 8, 9], index=[*"wvu"]), SHARED[1:, :1].squeeze("r")]
)
def test_a_value_with_other_labels_is_refused(value):
    x = SHARED.copy(deep=True)
    for call in (lambda: R(x).__setitem__(1, value), lambda: r_assign(x, 1, value=value)):
        with pytest.raises(errors.AssignmentError, match="other labels along 'c'"):
            call()
    assert x.identical(SHARED)


def test_a_value_with_the_labels_of_where_it_goes_is_taken():
    x = SHARED.copy(deep=True)
    R(x)[1, [3, 1]] = SHARED[1].sel(c=["w", "u"])
    R(x)[2] = pd.Series([7.0, 8, 9], index=[*"uvw"])
    assert x.values.tolist() == [[3, 1, 5], [7, 8, 9]]
    with pytest.raises(errors.AssignmentError, match="other labels"):
        R(x)[1, [3, 1]] = SHARED[1].sel(c=["u", "w"])


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (pd.date_range("2020-01-01", periods=3, tz="Europe/Berlin"), "2020-01-02 00:00:00+01:00"),
        (pd.timedelta_range("1D", periods=3), "2 days 00:00:00"),
        (pd.period_range("2020-01", periods=3, freq="M"), "2020-02"),
        (pd.interval_range(0, 3), "(1, 2]"),
        (pd.Index([b"a", b"b", b"c"]), "b"),
        (pd.CategoricalIndex([*"abc"]), "b"),
        (pd.Index(["a", 2, 3.5], dtype=object), "2"),
    ],
)
def test_labels_of_every_kind_that_text_can_say(index, text):
    x = xr.DataArray(np.arange(3.0), dims="t", coords={"t": index})
    assert R(x)[[text]].values.tolist() == [1]
