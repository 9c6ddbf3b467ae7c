"""Write a selection as a Python expression for NumPy: zero-based, executable."""

from __future__ import annotations

from typing import Any, TypeAlias, assert_never

import numpy as np
import numpy.typing as npt

from pybridge.errors import TracingError
from pybridge.shape import Shape
from pybridge.subscripts import selections as to

Known: TypeAlias = to.Orthogonal | to.Points | to.Masked
"""A selection without traced tensors."""


def known_selection(selection: to.Selection) -> Known:
    """Return a selection if all positions are known; raise `TracingError` otherwise."""
    if not isinstance(selection, Known):
        raise refusal_of_traced()
    return selection


def refusal_of_traced() -> TracingError:
    """Return the error for a subscript that is a traced tensor."""
    return TracingError(
        "a traced tensor among the subscripts has no values yet to explain; give numbers instead"
    )


def python_expression(
    selection: Known, shape: Shape, name: str = "x", *, is_linear: bool = False
) -> str:
    """Return Python code that makes the selection with NumPy from `name`, of `shape`.

    The code runs wherever `name` and `numpy` are defined. With `is_linear` the subscript counts the
    elements of the whole tensor, column by column, as in R.

    >>> key = (slice(0, 5), slice(None), slice(7, 21))
    >>> python_expression(to.Orthogonal((60000, 28, 28), key), (60000, 28, 28))
    'x[0:5, :, 7:21]'
    """
    start = name if selection.shape == shape else f"{name}.reshape({selection.shape})"
    if selection.has_missing and 0 in selection.shape:
        return f"numpy.full({selection.result_shape}, numpy.nan)"
    match selection:
        case to.Orthogonal():
            return _lowered(selection, start)
        case to.Points():
            return _points(selection, start, is_linear)
        case to.Masked(mask=mask, order=order):
            if order == "F":
                return f"{start}.T[numpy.array({mask.T.tolist()})]"
            return f"{start}[numpy.array({mask.tolist()})]"
        case _:
            assert_never(selection)


def _lowered(lowered: to.Orthogonal, start: str) -> str:
    axes = tuple(map(_as_slice, lowered.axes))
    chosen: list[tuple[int, to.Gather]] = []
    ndim = 0
    for axis in axes:
        if isinstance(axis, to.Gather):
            chosen.append((ndim, axis))
        ndim += not isinstance(axis, int)
    if not chosen:
        text = f"{start}[{_key(axes)}]" + ("" if lowered.is_view else ".copy()")
    elif len(chosen) == 1 and not any(isinstance(axis, int) for axis in axes):
        text = f"{start}[{_key(axes)}]"
    elif len(chosen) == len(axes):
        text = f"{start}[numpy.ix_({', '.join(_list(gather.indices) for _, gather in chosen)})]"
    else:
        waiting = tuple(to.WHOLE if isinstance(axis, to.Gather) else axis for axis in axes)
        text = start if waiting.count(to.WHOLE) == len(waiting) else f"{start}[{_key(waiting)}]"
        for place, gather in chosen:
            text += f".take({_list(gather.indices)}, axis={place})"
    for place, gather in chosen:
        if gather.missing is not None:
            along = tuple(-1 if k == place else 1 for k in range(ndim))
            holes = f"numpy.reshape({gather.missing.tolist()}, {along})"
            text = f"numpy.where({holes}, numpy.nan, {text})"
    return f"{text}.squeeze(axis={lowered.squeezed})" if lowered.squeezed else text


def _as_slice(axis: to.AxisSelection) -> to.AxisSelection:
    """Return a slice for a vector of regular positions, which is easier to read."""
    if isinstance(axis, to.Gather) and axis.missing is None:
        run = to.regular_run(axis.indices)
        return axis if run is None else to.slice_from_run(run)
    return axis


def _points(selection: to.Points, start: str, is_linear: bool) -> str:
    if is_linear and 0 not in selection.shape:
        shape = tuple(size or 0 for size in selection.shape)
        linear = np.ravel_multi_index(selection.coordinates, shape, order="F")
        run = to.regular_run(linear)
        key = _list(linear) if run is None else _slice_text(to.slice_from_run(run))
        copied = "" if run is None else ".copy()"
        text = f'{start}.ravel(order="F")[{key}]{copied}'
    else:
        text = f"{start}[{', '.join(map(_list, selection.coordinates))}]"
    if selection.missing is not None:
        text = f"numpy.where({selection.missing.tolist()}, numpy.nan, {text})"
    return text


def _key(axes: tuple[to.AxisSelection, ...]) -> str:
    texts = list(map(_axis_text, axes))
    while len(texts) > 1 and texts[-1] == ":":
        texts.pop()
    return ", ".join(texts) or "..."


def _axis_text(axis: to.AxisSelection) -> str:
    match axis:
        case None:
            return "numpy.newaxis"
        case int():
            return str(axis)
        case slice():
            return _slice_text(axis)
        case to.Gather():
            return _list(axis.indices)
        case _:
            raise refusal_of_traced()


def _slice_text(part: slice) -> str:
    start, stop = ("" if bound is None else bound for bound in (part.start, part.stop))
    return f"{start}:{stop}" + (f":{part.step}" if part.step not in (None, 1) else "")


def _list(indices: npt.NDArray[Any]) -> str:
    """Return the text of indices; NumPy reads an empty list as reals in some places."""
    return str(indices.tolist()) if len(indices) else "numpy.empty(0, int)"
