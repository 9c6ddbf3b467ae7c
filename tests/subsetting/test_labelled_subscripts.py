"""Labels are law: a labelled subscript or value has those of its axis, in every holder and dialect.

What agrees selects as the library's own positions do; what contradicts is refused and changes
nothing. Stored subscripts keep their labels.
"""

import anndata as ad
import fuzz_labels
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from pybridge import R, errors, r_assign, r_slice, r_subscripts

ROWS, COLUMNS, TIMES = [*"abcd"], [*"uvw"], [*"pqrst"]
LOGICALS = {
    "a": [True, False, True, False],
    "u": [False, True, True],
    "p": [True] * 2 + [False] * 3,
}


def table():
    values = np.arange(12.0).reshape(4, 3)
    return pd.DataFrame(values, index=ROWS, columns=COLUMNS)


def named():
    values = np.arange(60.0).reshape(4, 3, 5)
    return xr.DataArray(values, {"r": ROWS, "c": COLUMNS, "t": TIMES}, ["r", "c", "t"])


def cells():
    return ad.AnnData(
        np.arange(12.0).reshape(4, 3), table().index.to_frame(), table().columns.to_frame()
    )


MASKS = {
    "bool": lambda entries, labels: pd.Series(entries, index=labels),
    "boolean": lambda entries, labels: pd.Series(entries, index=labels, dtype="boolean"),
    "bool[pyarrow]": lambda entries, labels: pd.Series(
        entries, index=labels, dtype="bool[pyarrow]"
    ),
    "object": lambda entries, labels: pd.Series(entries, index=labels, dtype=object),
    "string index": lambda entries, labels: pd.Series(entries, pd.Index(labels, dtype="string")),
    "DataArray": lambda entries, labels: xr.DataArray(
        entries, {NAMES[labels[0]]: labels}, [NAMES[labels[0]]]
    ),
}
NAMES = {"a": "r", "u": "c", "p": "t", "d": "r", "w": "c", "t": "t"}
STORED = {
    "plain": lambda subscripts: subscripts,
    "all stored": lambda subscripts: (r_subscripts(*subscripts),),
    "the first stored": lambda subscripts: (r_subscripts(subscripts[0]), *subscripts[1:]),
    "the rest stored": lambda subscripts: (subscripts[0], r_subscripts(*subscripts[1:])),
    "one by one": lambda subscripts: tuple(map(r_subscripts, subscripts)),
}


def whole(axis, mask, ndim):
    """Return subscripts of which that of one axis is a mask."""
    return tuple([mask if k == axis else slice(None) for k in range(ndim)])


HOLDERS = {
    "table": (table, 2, lambda x, axis, kept: x.iloc[kept] if axis == 0 else x.iloc[:, kept]),
    "named": (named, 3, lambda x, axis, kept: x.isel({x.dims[axis]: kept})),
    "cells": (cells, 2, lambda x, axis, kept: x[kept] if axis == 0 else x[:, kept]),
}


def same(one, other):
    if isinstance(one, ad.AnnData):
        return np.array_equal(one.X, other.X) and list(one.obs_names) == list(other.obs_names)
    return one.equals(other)


@pytest.mark.parametrize("dialect", ["tensor", "base"])
@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize("kind", MASKS)
@pytest.mark.parametrize("name", HOLDERS)
def test_a_labelled_mask_selects_on_its_own_axis_alone(name, kind, stored, dialect):
    make, ndim, select = HOLDERS[name]
    x = make()
    for axis, labels in enumerate([ROWS, COLUMNS, TIMES][:ndim]):
        entries = LOGICALS[labels[0]]
        right = STORED[stored](whole(axis, MASKS[kind](entries, labels), ndim))
        wrong = STORED[stored](whole(axis, MASKS[kind](entries, labels[::-1]), ndim))
        expected = select(x, axis, np.flatnonzero(entries))
        assert same(r_slice(x, *right, dialect=dialect, drop=False), expected), axis
        with pytest.raises(errors.SubscriptLabelError):
            r_slice(x, *wrong, dialect=dialect, drop=False)
        if name == "cells":
            continue
        before = x.copy()
        with pytest.raises(errors.SubscriptLabelError):
            R(x, dialect=dialect)[wrong] = -1
        with pytest.raises(errors.SubscriptLabelError):
            r_assign(x, *wrong, value=-1, dialect=dialect)
        assert x.equals(before)
        updated = r_assign(x, *right, value=-1, dialect=dialect)
        assert same(select(updated, axis, np.flatnonzero(entries)), expected * 0 - 1)


@pytest.mark.parametrize("stored", STORED)
def test_a_mask_after_a_new_axis_or_all_the_others_is_that_of_its_axis(stored):
    x = named()
    for axis, labels in enumerate([ROWS, COLUMNS, TIMES]):
        mask = pd.Series(LOGICALS[labels[0]], index=labels)
        after = [slice(None)] * (2 - axis)
        for before in (
            [None] + [slice(None)] * axis,
            [
                ...,
            ],
            [None, ...],
        ):
            subscripts = STORED[stored]((*before, mask, *after))
            kept = R(x)[subscripts].isel(newaxis=0) if before[0] is None else R(x)[subscripts]
            assert np.array_equal(kept, x.isel({x.dims[axis]: np.flatnonzero(mask)}))
            wrong = pd.Series(LOGICALS[labels[0]], index=labels[::-1])
            with pytest.raises(errors.SubscriptLabelError):
                R(x)[STORED[stored]((*before, wrong, *after))]


def test_stored_positions_before_a_mask_move_it_to_its_axis():
    x = named()
    mask = pd.Series(LOGICALS["p"], index=TIMES)
    for before in ((r_subscripts(1, 1),), (1, r_subscripts(1)), (r_subscripts(1), r_subscripts(1))):
        assert R(x)[(*before, mask)].identical(x.isel(r=0, c=0, t=[0, 1]))
        updated = r_assign(x, *before, mask, value=-1)
        assert updated.values[0, 0].tolist() == [-1, -1, 2, 3, 4]


def test_a_single_subscript_of_a_table_in_the_base_dialect_selects_columns():
    """R's data frames are lists of columns."""
    x = table()
    columns = pd.Series(LOGICALS["u"], index=COLUMNS)
    assert R(x, dialect="base")[columns].equals(x.iloc[:, [1, 2]])
    with pytest.raises(errors.SubscriptLabelError):
        R(x, dialect="base")[columns[::-1]]
    rows = pd.Series(LOGICALS["a"][:3], index=ROWS[:3])
    with pytest.raises(errors.SubscriptLabelError):
        R(x, dialect="base")[rows]


def test_a_single_mask_of_an_array_in_the_base_dialect_recycles_down_the_first_axis():
    x = named()[:, :, 0].drop_vars("t")
    rows = pd.Series(LOGICALS["a"], index=ROWS)
    expected = x.values.ravel(order="F")[np.tile(rows, 3)]
    assert R(x, dialect="base")[rows].values.tolist() == expected.tolist()
    for wrong in (rows[::-1], pd.Series([True] * 12, index=[*"abcdefghijkl"])):
        with pytest.raises(errors.SubscriptLabelError):
            R(x, dialect="base")[wrong]


def test_a_whole_mask_has_the_labels_of_both_axes():
    table_of_names = named()[:, :, 0].drop_vars("t")
    mask = table_of_names > 20
    for x in (table(), table_of_names):
        expected = x.to_numpy()[np.asarray(mask)]
        for subscripts in ((mask,), (r_subscripts(mask),)):
            assert list(np.asarray(r_slice(x, *subscripts))) == list(expected)
        for wrong in (mask[::-1], mask[:, ::-1]):
            for subscripts in ((wrong,), (r_subscripts(wrong),)):
                with pytest.raises(errors.SubscriptLabelError):
                    r_slice(x, *subscripts)
                with pytest.raises(errors.SubscriptLabelError):
                    r_assign(x, *subscripts, value=-1)


VALUES = {
    "Series": lambda labels: pd.Series([7.0, 8, 9], index=labels),
    "DataArray": lambda labels: xr.DataArray([7.0, 8, 9], {"c": labels}, ["c"]),
    "string index": lambda labels: pd.Series([7.0, 8, 9], pd.Index(labels, dtype="string")),
}


@pytest.mark.parametrize("dialect", ["tensor", "base"])
@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("make", [table, lambda: named()[:, :, 0]], ids=["table", "named"])
def test_a_labelled_value_has_the_labels_of_where_it_goes(make, kind, dialect):
    x = make()
    updated = r_assign(x, 1, slice(None), value=VALUES[kind](COLUMNS), dialect=dialect)
    assert updated.to_numpy()[0].tolist() == [7, 8, 9]
    chosen = r_assign(x, 1, [3, 1, 2], value=VALUES[kind]([*"wuv"]), dialect=dialect)
    assert chosen.to_numpy()[0].tolist() == [8, 9, 7]
    for wrong in (VALUES[kind](COLUMNS[::-1]), VALUES[kind]([*"uvx"])):
        before = x.copy()
        for act in (
            lambda value=wrong: r_assign(x, 1, slice(None), value=value, dialect=dialect),
            lambda value=wrong: R(x, dialect=dialect).__setitem__((1, slice(None)), value),
        ):
            with pytest.raises(errors.AssignmentError):
                act()
        assert x.equals(before)


@pytest.mark.parametrize("make", [table, lambda: named()[:, :, 0]], ids=["table", "named"])
def test_a_value_that_r_recycles_down_the_columns_has_the_labels_of_the_rows(make):
    x = make()
    down = pd.Series([1.0, 2, 3, 4], index=ROWS)
    updated = r_assign(x, slice(None), slice(None), value=down, dialect="base")
    assert updated.to_numpy().tolist() == [[k] * 3 for k in (1, 2, 3, 4)]
    with pytest.raises(errors.AssignmentError, match="other labels"):
        r_assign(x, slice(None), slice(None), value=down[::-1], dialect="base")


def test_a_default_index_has_no_labels():
    x = named()[:, :, 0]
    R(x)[:, 1] = pd.Series([7, 8, 9, 10])
    assert x.values[:, 0].tolist() == [7, 8, 9, 10]
    kept = R(table())[pd.Series(LOGICALS["a"]), :]
    assert list(kept.index) == ["a", "c"]


def test_names_of_dims_are_compared_and_labels_of_positions_are_not():
    x = named()
    along = xr.DataArray([2, 1], {"c": ["z", "y"]}, ["c"])
    assert R(x)[:, along].identical(x.isel(c=[1, 0]))
    assert R(x)[:, along.rename(c="new")].identical(x.isel(c=[1, 0]))
    for dialect in ("tensor", "base"):
        with pytest.raises(errors.SubscriptLabelError):
            R(x, dialect=dialect)[along, 1, 1]


def test_random_subscripts_and_values_agree_with_the_positions_of_the_library():
    """The search of `make fuzz`, a short one."""
    assert [text for text in map(fuzz_labels.disagreement, range(600)) if text] == []


def test_the_search_finds_a_holder_that_compares_no_labels(monkeypatch):
    monkeypatch.setattr("pybridge.subscripts.entries.Entries.check_axis", lambda *x: None)
    found = [text for text in map(fuzz_labels.disagreement, range(300)) if text]
    assert any("labels of another axis were read" in text for text in found)
    assert any("labels of another axis were written" in text for text in found)
