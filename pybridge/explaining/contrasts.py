"""Where R's own `[` and Python's `[` differ for the same subscripts, rule by rule.

Each function returns sentences about the given subscripts, none if the languages agree. They are
compared by the elements that they select: R by its own dialect, Python by slices and indices.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pybridge import subscripts as sub
from pybridge.dialects import base
from pybridge.errors import PybridgeWarning, SubscriptError
from pybridge.shapes import listed
from pybridge.subscripts import NA, short_text
from pybridge.subscripts import selections as to

Indices: TypeAlias = range | npt.NDArray[np.int64]

SHOWN_POSITIONS = 6
"""The number of positions that a sentence lists before it abbreviates."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One subscript and its selection; `axis`, zero-based, is None for a new axis."""

    item: sub.Subscript
    chosen: to.AxisSelection
    axis: int | None
    size: int

    @property
    def extent(self) -> int:
        """The number of selected positions."""
        return len(indices_of(self.chosen, self.size))


def indices_of(chosen: to.AxisSelection, size: int) -> Indices:
    """Return the indices of the selection on one axis."""
    match chosen:
        case int():
            return range(chosen, chosen + 1)
        case slice():
            return range(size)[chosen]
        case to.Gather(indices=indices):
            return indices
        case _:
            return range(size)


def are_same(one: Indices, other: Indices) -> bool:
    """Return whether indices are the same in the same order; a range is never written out.

    >>> are_same(range(10**12), range(10**12)), are_same(range(2), np.array([0, 1]))
    (True, True)
    >>> are_same(range(0, 3, 2), range(2)), are_same(range(0), np.array([], int))
    (False, True)
    """
    if isinstance(one, range) and isinstance(other, range):
        return one == other
    return len(one) == len(other) and np.array_equal(one, other)


def positions_text(indices: Indices, missing: npt.NDArray[np.bool_] | None = None) -> str:
    """Describe the positions of some indices in words.

    >>> positions_text(range(0, 5)), positions_text(range(4, -1, -1)), positions_text(range(2, 3))
    ('positions 1 to 5', 'positions 5 down to 1', 'position 3')
    >>> positions_text(np.array([4, 0, 4])), positions_text(range(0))
    ('positions 5, 1, 5', 'nothing')
    """
    count = len(indices)
    if count == 0:
        return "nothing"
    if missing is None and count > 2:
        run = indices if isinstance(indices, range) else to.regular_run(indices)
        if run is not None and abs(run.step) == 1:
            to_word = "to" if run.step > 0 else "down to"
            return f"positions {run.start + 1} {to_word} {int(indices[-1]) + 1}"
    is_short = count <= SHOWN_POSITIONS
    places = range(count) if is_short else [*range(SHOWN_POSITIONS - 2), count - 1]
    texts = [
        "NA" if missing is not None and missing[k] else str(int(indices[k]) + 1) for k in places
    ]
    if not is_short:
        texts.insert(-1, "...")
    return f"position{'s' * (count > 1)} {', '.join(texts)}"


def python_contrasts(pairs: Sequence[Pair], *, drop: bool, squeezed: Sequence[int]) -> list[str]:
    """Return sentences on how Python's `[` on a NumPy array differs, by axis and as a whole.

    `squeezed` has the axes, zero-based, that R drops although their subscript is not a number.
    """
    sentences = [text for pair in pairs if (text := _python_axis(pair)) is not None]
    sentences.extend(_python_pairing(pairs))
    numbers = _axes_text(p.axis for p in pairs if sub.is_scalar(p.item))
    if numbers and not drop:
        sentences.append(f"it always drops an axis whose subscript is a number, {numbers} here")
    if squeezed:
        sentences.append(
            f"it keeps {_axes_text(squeezed)} at size 1; only a number drops its axis there"
        )
    return sentences


def _python_axis(pair: Pair) -> str | None:
    if pair.axis is None:
        return None
    item = pair.item
    where = f"on axis {pair.axis + 1} `{short_text(item)}`"
    if item is None:
        return f"{where} would be a new axis of size 1"
    if isinstance(item, sub.Call):
        return f"{where} is not a subscript there, {item.in_python}"
    theirs = _python_indices(item, pair.size)
    if theirs is None:
        return f"{where} would be an error, because {_python_refusal(item, pair.size)}"
    ours = indices_of(pair.chosen, pair.size)
    if isinstance(pair.chosen, to.Gather) and pair.chosen.missing is not None:
        return f"{where} cannot hold NA: NumPy has no missing subscript"
    if are_same(ours, theirs):
        return None
    return f"{where} would be {positions_text(theirs)}, because {_python_reason(item)}"


def _python_indices(item: sub.Subscript, size: int) -> Indices | None:
    """Return what Python's `[` would select on one axis, None if it would raise."""
    match item:
        case slice():
            bounds = [None if b is NA else b for b in (item.start, item.stop, item.step)]
            if not all(b is None or _is_whole(b) for b in bounds) or bounds[2] == 0:
                return None
            return range(size)[slice(*(None if b is None else int(b) for b in bounds))]
        case int() | sub.Scalar():
            value = _number(item)
            if not _is_whole(value) or not -size <= value < size:
                return None
            index = int(value) % size
            return range(index, index + 1)
        case sub.Vector(values=values, missing=missing):
            known = values if missing is None else values[~missing]
            if values.ndim != 1 or not all(map(_is_whole, known.tolist())):
                return None
            if bool(((known < -size) | (known >= size)).any()):
                return None
            return np.where(values < 0, values + size, values).astype(np.int64)
        case sub.Mask(values=values):
            return np.flatnonzero(values) if values.shape == (size,) else None
        case _:
            return None


def _number(item: sub.Subscript) -> Any:
    """Return the number of a scalar."""
    return item.value if isinstance(item, sub.Scalar) else item


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def _python_refusal(item: sub.Subscript, size: int) -> str:
    match item:
        case sub.Mask(values=values):
            return f"a mask of {values.size} must have {size} entries there"
        case slice(step=0):
            return "Python has no step of 0"
        case int() | sub.Scalar() if _is_whole(_number(item)):
            return f"Python counts from 0 and the last index is {size - 1}"
        case sub.Vector(values=values) if values.ndim == 1 and all(map(_is_whole, values.tolist())):
            return f"Python counts from 0 and the last index is {size - 1}"
        case _:
            return "Python takes whole numbers only"


def _python_reason(item: sub.Subscript) -> str:
    if isinstance(item, slice):
        start, stop = _open_as_none(item)
        reasons = []
        if start is not None and start > 0:
            reasons.append("counts from 0")
        if stop is not None:
            reasons.append("leaves out the end")
        is_closed = start is not None and stop is not None
        if item.step is None and is_closed and (start > 0) == (stop > 0) and start > stop:
            reasons = ["runs downward only with a negative step"]
        return f"Python {' and '.join(reasons)}"
    values = np.asarray(_number(item) if sub.is_scalar(item) else getattr(item, "values", 0))
    if bool((values < 0).all()):
        return "Python counts negative numbers from the end"
    return "Python counts from 0"


def _open_as_none(item: slice) -> tuple[Any, Any]:
    """Return the start and the stop of a range, None where it is open."""
    return None if item.start is NA else item.start, None if item.stop is NA else item.stop


def _python_pairing(pairs: Sequence[Pair]) -> list[str]:
    """Return sentences on several vectors, or a vector separated from a number, in NumPy."""
    arrays = [k for k, pair in enumerate(pairs) if isinstance(pair.item, sub.Vector | sub.Mask)]
    numbers = [k for k, pair in enumerate(pairs) if sub.is_scalar(pair.item)]
    if not arrays:
        return []
    sentences = []
    if len(arrays) > 1:
        axes = _axes_text(pairs[k].axis for k in arrays)
        lengths = [pairs[k].extent for k in arrays]
        text = f"it pairs the vectors on {axes} entry by entry instead of crossing them"
        if len({length for length in lengths if length != 1}) > 1:
            lengths_text = " and ".join(map(str, lengths))
            text += f", and cannot pair their lengths {lengths_text}"
        sentences.append(text)
    joined = sorted(arrays + numbers)
    has_axis_before = any(not sub.is_scalar(p.item) for p in pairs[: arrays[0]])
    if joined[-1] - joined[0] >= len(joined) and has_axis_before:
        moved = _axes_text(pairs[k].axis for k in arrays)
        sentences.append(
            f"it moves the vector of {moved} to the front, because another kind of subscript "
            "is between it and the next number or vector"
        )
    return sentences


def r_contrasts(
    written: sub.Subscripts, pairs: Sequence[Pair], ndim: int, *, drop: bool
) -> list[str]:
    """Return sentences on how R's own `[` differs for subscripts of the tensor dialect."""
    sentences = _r_counting(written, ndim)
    for pair in pairs:
        if pair.axis is None:
            sentences.append("it has no new axes: `NULL` selects nothing")
            continue
        text = _r_axis(pair)
        if text is not None:
            is_counting_all = len(written) == 1 and ndim > 1
            sentences.append(text if is_counting_all else f"on axis {pair.axis + 1} {text}")
    if drop and ndim > 1 and len(written) > 1:  # `x[]` and counting every element drop nothing
        sentences.extend(_r_dropping([pair for pair in pairs if pair.axis is not None]))
    return sentences


def _r_dropping(pairs: Sequence[Pair]) -> list[str]:
    ones = [pair.axis for pair in pairs if pair.extent == 1 and not sub.is_scalar(pair.item)]
    if all(pair.extent == 1 for pair in pairs):
        return ["it leaves a vector of length 1"] if len(ones) > 1 else []
    return [f"it drops {_axes_text(ones)} too, where one position is left"] if ones else []


def _r_counting(written: sub.Subscripts, ndim: int) -> list[str]:
    items = written.items
    if ... in items:
        return ["it has no `..`; each axis needs a subscript, if a missing one"]
    named = sum(item is not None for item in items)
    if named >= ndim or named == 0 or (len(items) == 1 and sub.is_whole_axis(items[0])):
        return []
    if len(items) == 1:
        return ["it takes a single subscript as counting every element, column by column"]
    return [f"it needs one subscript for each axis, {ndim} here, and stops at {len(items)}"]


def _r_axis(pair: Pair) -> str | None:
    """Return a sentence on what R's own `[` selects on an axis, None if it is the same."""
    item = pair.item
    text = f"`{short_text(item)}`"
    if sub.is_whole_axis(item) or isinstance(item, sub.Characters):  # dimnames do the same
        return None
    if isinstance(item, sub.Call):
        return f"{text} is unknown; {item.in_r}"
    theirs, refusal = _indices_in_r(item, pair.size)
    if theirs is not None and are_same(theirs, indices_of(pair.chosen, pair.size)):
        return None
    if isinstance(item, slice):
        return _r_range(item, text, pair, theirs, refusal)
    if theirs is None:
        is_mixed = isinstance(item, sub.Vector) and bool((item.values > 0).any())
        return f"{text} is an error, because {'signs may not be mixed' if is_mixed else refusal}"
    match item:
        case int() | sub.Scalar():
            value = _number(item)
            last = "the last" if value == -1 else positions_text(indices_of(pair.chosen, pair.size))
            return f"{text} drops position {-int(value)} instead of taking {last}"
        case sub.Vector(values=values) if bool((values < 0).any()):
            return f"{text} drops those positions instead of counting from the end"
        case _:
            return f"{text} is {positions_text(theirs)}"


def _indices_in_r(item: sub.Subscript, size: int) -> tuple[Indices | None, str]:
    """Return what R's own `[` selects on one axis of an array, or None and its error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PybridgeWarning)
        try:
            selection = base.lower((item, slice(None)), (size, 2), drop=False)
        except SubscriptError as error:
            return None, str(error).partition(":")[0]
    assert isinstance(selection, to.Orthogonal)
    return indices_of(selection.axes[0], size), ""


def _r_range(
    item: slice, text: str, pair: Pair, theirs: Indices | None, refusal: str
) -> str | None:
    start, stop = _open_as_none(item)
    if start is None or stop is None:
        return f"{text} is an error, because `:` needs two numbers; there it is {_r_spelling(pair)}"
    if item.step is not None:
        return (
            f"{text} is `({sub.r_source(slice(start, stop))}):{sub.number_text(item.step)}`, which "
            f"uses its first number alone; there it is {_r_spelling(pair)}"
        )
    if theirs is not None:
        return f"{text} drops those positions instead of counting from the end"
    if (start > 0) != (stop > 0):
        direction = "up" if start < stop else "down"
        return f"{text} counts {direction} through 0, and signs may not be mixed"
    return f"{text} is an error, because {refusal}; there it is {_r_spelling(pair)}"


def _r_spelling(pair: Pair) -> str:
    """Return R code for the positions of a range."""
    indices = indices_of(pair.chosen, pair.size)
    if len(indices) == 0:
        return "`integer(0)`"
    first, last = int(indices[0]) + 1, int(indices[-1]) + 1
    if len(indices) == 1:
        return f"`{first}`"
    by = int(indices[1]) - int(indices[0])
    return f"`{first}:{last}`" if abs(by) == 1 else f"`seq({first}, {last}, by = {by})`"


def _axes_text(axes: Iterable[int | None]) -> str:
    names = [axis + 1 for axis in axes if axis is not None]
    if len(names) < 2:
        return "".join(f"axis {name}" for name in names)
    return f"axes {listed(names)}"
