"""xarray: an array of another library with names for its axes and labels along them.

The backend of that library, mostly NumPy or dask, reads and writes the values; this module selects
the coordinates by xarray's own `isel`, and converts labels to text.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from pybridge.backends.numpy import NumpyBackend
from pybridge.backends.pandas import index_labels
from pybridge.dialects.labels import AxisLabels
from pybridge.dialects.selections import Gather, Masked, Orthogonal, Points, Selection
from pybridge.errors import (
    AssignmentError,
    ImmutableTensorError,
    SubscriptLabelError,
    TracingError,
)


class XarrayBackend(NumpyBackend):
    """Names and labels of a `DataArray`; its values are served by their own library."""

    __slots__ = ()

    name = "xarray"
    names_another = True

    def serves(self, x: object) -> bool:
        return isinstance(x, xr.DataArray)

    def is_writable(self, x: Any) -> bool:
        if isinstance(x.variable, xr.IndexVariable):
            raise ImmutableTensorError(
                "this DataArray is the index of an axis, which never changes in place; "
                f"x.assign_coords({x.name}=...) gives a DataArray with another one"
            )
        return True  # if its values are

    def value_of(self, x: Any) -> Any:
        return x.data

    def labels(self, x: Any) -> AxisLabels | None:
        return functools.partial(axis_labels, x) if x.indexes else None

    def axis_names(self, x: Any) -> tuple[str, ...]:
        # default names of xarray are not names
        return tuple("" if name == f"dim_{k}" else str(name) for k, name in enumerate(x.dims))

    def with_labels(self, x: Any, selection: Selection, values: Any) -> Any:
        coords = x.coords.to_dataset()
        if len(selection.shape) != x.ndim:  # no axis: in R a vector of length 1
            dims = (_new_name("points", x),)
            return _new_array(x, values, coords, dims)
        match selection:
            case Orthogonal():
                return _cut_by_axes(x, selection, values, coords)
            case Points() | Masked():
                return _cut_by_points(x, selection, values, coords)
        raise _lazy()

    def with_values(self, x: Any, values: Any) -> Any:
        if tuple(values.shape) != tuple(x.shape):  # R's assignment grew the vector
            return xr.DataArray(values, name=x.name, attrs=x.attrs)
        return x.copy(deep=True, data=values)

    def refuse_subscripts(self, x: Any, written: tuple[Any, ...]) -> None:
        """Raise for a subscript with other names or labels than the tensor."""
        if len(written) == 1 and isinstance(written[0], xr.DataArray) and written[0].ndim > 1:
            _refuse_contradiction(x, written[0], x.dims)
            return
        axis = 0
        for place, item in enumerate(written):
            if item is ...:
                named = [other for other in written[place + 1 :] if other is not None]
                axis = x.ndim - len(named)
                continue
            if isinstance(item, xr.DataArray | pd.Series) and item.ndim == 1 and axis < x.ndim:
                _refuse_contradiction(x, item, (x.dims[axis],))
            axis += item is not None

    def refuse_value(self, x: Any, selection: Selection, value: Any) -> None:
        """Raise for a value with other names or labels than the selection."""
        if isinstance(value, pd.Series):
            value = _named_series(value, x.dims)
        if not isinstance(value, xr.DataArray) or not isinstance(selection, Orthogonal):
            return
        names = _kept_names(x, selection)
        wanted = names[len(names) - value.ndim :] if value.ndim <= len(names) else names
        if tuple(value.dims) != tuple(wanted):
            raise AssignmentError(
                f"the value has the axes {tuple(value.dims)} and goes into {tuple(names)}; bring "
                "its axes into that order, x.transpose(...), or write its bare values, x.data"
            )
        axes = [axis for axis in selection.axes if axis is not None]
        for name, axis in zip(x.dims, axes, strict=True):
            if name not in x.indexes or name not in value.indexes:
                continue
            entries = axis.indices if isinstance(axis, Gather) else axis
            if not isinstance(entries, np.ndarray | slice):
                continue
            if not x.indexes[name][entries].equals(value.indexes[name]):
                raise AssignmentError(
                    f"the value has other labels along {name!r} than where it goes; bring them "
                    f"into that order, y.sel({name}=...), or write its bare values, y.data"
                )


BACKEND = XarrayBackend()


def axis_labels(x: Any, axis: int) -> Sequence[str | None] | None:
    """Return the index of an axis as text, or None if there is none or it has no text."""
    index = x.indexes.get(x.dims[axis])
    return None if index is None else index_labels(index)


def _refuse_contradiction(x: Any, item: Any, dims: Sequence[Hashable]) -> None:
    """Raise for a labelled subscript that xarray itself would not align with `dims` of `x`.

    Logicals must lie along the same axes; positions may lie along an axis that `x` does not have.
    Where both have labels along an axis, they must be the same ones in the same order.
    """
    text = f"<{type(item).__name__}>"
    if isinstance(item, pd.Series):
        item = _named_series(item, dims)
    if item.dims != tuple(dims) and (item.dtype == bool or set(item.dims) & set(x.dims)):
        raise SubscriptLabelError(
            f"a subscript along {', '.join(map(repr, item.dims))} does not fit the axis "
            f"{', '.join(map(repr, dims))}; transpose or rename it, or write its bare values, "
            "x.data",
            subscript=text,
        )
    for name in item.dims:
        if _labels_differ(x, item, name):
            raise SubscriptLabelError(
                f"a subscript has other labels along {name!r} than the tensor; bring them into "
                f"that order, y.sel({name}=...), or write its bare values, y.data",
                subscript=text,
            )


def _named_series(series: Any, dims: Sequence[Hashable]) -> Any:
    """Return a Series as an array along an axis; a default index has no labels."""
    name = dims[-1] if dims else "points"
    has_labels = not isinstance(series.index, pd.RangeIndex)
    values = np.asarray(series.to_numpy())
    return xr.DataArray(values, {name: series.index} if has_labels else None, [name])


def _labels_differ(x: Any, y: Any, name: Hashable) -> bool:
    """Return whether two arrays have different labels along an axis."""
    if name not in x.indexes or name not in y.indexes:
        return False
    return not x.indexes[name].equals(y.indexes[name])


def _kept_names(x: Any, selection: Orthogonal) -> list[Hashable]:
    """Return the names of the axes of a selection."""
    names: list[Hashable] = []
    old = iter(x.dims)
    for axis in selection.axes:
        if axis is None:
            names.append(_new_name("newaxis", x, names))
            continue
        name = next(old)
        if not isinstance(axis, int):
            names.append(name)
    return names


def _new_name(wanted: str, x: Any, others: Sequence[Hashable] = ()) -> str:
    """Return an unused name."""
    taken = {*x.dims, *x.coords, *others}
    names = (wanted if k == 1 else f"{wanted}_{k}" for k in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _cut_by_axes(x: Any, selection: Orthogonal, values: Any, coords: Any) -> Any:
    chosen: dict[Hashable, Any] = {}
    axes = [axis for axis in selection.axes if axis is not None]
    for name, axis in zip(x.dims, axes, strict=True):
        if isinstance(axis, Gather):
            if axis.missing is not None:  # NA elements have no label
                coords = _without(coords, name)
            chosen[name] = axis.indices
        elif isinstance(axis, int | slice):
            chosen[name] = axis
        else:
            raise _lazy()
    names = _kept_names(x, selection)
    for place in selection.squeezed:
        chosen[names[place]] = int(np.ravel(chosen[names[place]])[0])
    dims = [name for place, name in enumerate(names) if place not in selection.squeezed]
    return _new_array(x, values, coords.isel(chosen, missing_dims="ignore"), dims)


def _cut_by_points(x: Any, selection: Points | Masked, values: Any, coords: Any) -> Any:
    name = _new_name("points", x)
    if selection.has_missing:
        for dim in x.dims:
            coords = _without(coords, dim)
    places = zip(x.dims, selection.coordinates, strict=True)
    chosen = {dim: xr.Variable(name, place) for dim, place in places}
    return _new_array(x, values, coords.isel(chosen, missing_dims="ignore"), [name])


def _without(coords: Any, dim: Hashable) -> Any:
    return coords.drop_vars([name for name, each in coords.coords.items() if dim in each.dims])


def _new_array(x: Any, values: Any, coords: Any, dims: Sequence[Hashable]) -> Any:
    array = xr.DataArray(values, coords=coords.coords, dims=dims, name=x.name, attrs=x.attrs)
    array.encoding = dict(x.encoding)
    return array


def _lazy() -> TracingError:
    return TracingError(
        "a lazy subscript leaves the labels of the result unknown; call .compute() on it first"
    )
