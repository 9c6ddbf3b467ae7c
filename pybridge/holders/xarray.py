"""xarray: an array of another library with names for its axes and labels along them.

The holder of that library, mostly NumPy or dask, reads and writes the values; this module selects
the coordinates by xarray's own `isel`, and converts labels to text.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from pybridge.axis import Axis, TextsOf
from pybridge.errors import ImmutableTensorError, TracingError, UnsupportedTensorError
from pybridge.holders.pandas import index_labels
from pybridge.holders.protocol import Holder, HolderOf, Value
from pybridge.holders.wrappers import Wrapper
from pybridge.shape import Shape
from pybridge.subscripts.selections import Gather, Masked, Orthogonal, Points, Selection

if TYPE_CHECKING:
    from pybridge.dialects.base_assignment import Growth


class LabelledArrays(Wrapper):
    """Names and labels of a `DataArray`; its values are served by their own library."""

    __slots__ = ()

    name = "xarray"

    def serves(self, x: object) -> bool:
        return isinstance(x, xr.DataArray)

    def shape(self, x: Any) -> Shape:
        return self._holder_of(x.data).shape(x.data)

    def value_of(self, x: Any) -> Any:
        if len(set(x.dims)) < x.ndim:
            raise UnsupportedTensorError(
                f"a DataArray with a repeated dim, {', '.join(map(repr, x.dims))}, is not "
                "supported, because its labels belong to both axes; rename one of them, or take "
                "the values without labels, x.data"
            )
        return x.data

    def labels(self, x: Any) -> TextsOf | None:
        return functools.partial(axis_labels, x) if x.indexes else None

    def axis_names(self, x: Any) -> tuple[str, ...]:
        # default names of xarray are not names
        return tuple("" if name == f"dim_{k}" else str(name) for k, name in enumerate(x.dims))

    def axes(self, x: Any) -> tuple[Axis, ...]:
        labels = [x.indexes.get(dim) for dim in x.dims]
        names = self.axis_names(x)
        return tuple([Axis(name or None, own) for name, own in zip(names, labels, strict=True)])

    def leaves_reshape_to_numpy(self, x: Any, ndim: int) -> bool:
        return bool(ndim == x.ndim)  # it returns a DataArray if there is a name for each axis

    def read(self, x: Any, selection: Selection) -> Any:
        holder, value = self.inner(x)
        values = holder.read(value, selection)
        coords = x.coords.to_dataset()
        if len(selection.shape) != x.ndim:  # no axis: in R a vector of length 1
            return _new_array(x, values, coords, (_new_name("points", x),))
        match selection:
            case Orthogonal():
                return _cut_by_axes(x, selection, values, coords)
            case Points() | Masked():
                return _cut_by_points(x, selection, values, coords)
        raise _lazy()

    def write(self, x: Any, selection: Selection, value: Value) -> Any:
        if isinstance(x.variable, xr.IndexVariable):
            raise ImmutableTensorError(
                "this DataArray is the index of an axis, which never changes in place; "
                f"x.assign_coords({x.name}=...) gives a DataArray with another one"
            )
        holder, values = self.inner(x)
        holder.write(values, selection, value)
        return x

    def updated(
        self, x: Any, selection: Selection | None, value: Value, growth: Growth | None = None
    ) -> Any:
        holder, values = self.inner(x)
        values = holder.updated(values, selection, value, growth)
        if growth is not None:  # a longer vector has no labels
            return xr.DataArray(values, name=x.name, attrs=x.attrs)
        return x.copy(deep=True, data=values)


@functools.cache
def holder(holder_of: HolderOf) -> Holder:
    """Return the one holder, which asks `holder_of` for those of other libraries."""
    return LabelledArrays(holder_of)


def axis_labels(x: Any, axis: int) -> Sequence[str | None] | None:
    """Return the index of an axis as text, or None if there is none or it has no text."""
    index = x.indexes.get(x.dims[axis])
    return None if index is None else index_labels(index)


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
