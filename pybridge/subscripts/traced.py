"""Traced tensors as subscripts, whose values are unknown.

Shapes and dtypes are checked here; the rest is arithmetic in the graph. A position beyond its axis
has the library's own behaviour: TensorFlow on a CPU, PyTorch and dask raise when the code runs; JAX
reads NaN (or an extreme integer) and writes nothing; TensorFlow compiled by XLA clamps. Position 0
is beyond the axis.
"""

from __future__ import annotations

from typing import Any

from pybridge.axis import Axis
from pybridge.errors import SubscriptMaskError, SubscriptTypeError
from pybridge.lossless import kind_of
from pybridge.shape import Order, fits_shape
from pybridge.subscripts import selections as to
from pybridge.subscripts.entries import wrong_columns, wrong_mask_shape
from pybridge.subscripts.kinds import Axes, Kind, mapped, number_inside
from pybridge.subscripts.notation import r_source
from pybridge.subscripts.ranges import check_far_bounds, whole_bound, wrong_step
from pybridge.subscripts.resolve import Policies


class Traced(Kind, eq=False):
    """A traced tensor of positions or logicals, whose values are unknown.

    It compares by identity, as tensors do. `shape` has None for an unknown size; `backend` serves
    the tensor.
    """

    tensor: Any
    shape: tuple[int | None, ...]
    is_logical: bool
    backend: Any = None

    @property
    def ndim(self) -> int:
        """The number of axes of the tensor."""
        return len(self.shape)

    def r_source(self, most: int) -> str:
        """Return the type of the tensor, which has no source."""
        return f"<{type(self.tensor).__name__}>"

    @property
    def python(self) -> str:
        """The type of the tensor, which has no source."""
        return str(self)

    @property
    def is_scalar(self) -> bool:
        """Whether it is one position."""
        return not self.shape

    def on(self, axis: Axis, policies: Policies) -> to.Taken:
        """Return what becomes the indices when the code runs."""
        if policies.is_loose:
            raise self.refusal()
        if self.ndim > 1:
            raise SubscriptTypeError(
                f"`{self}` has {self.ndim} axes; on axis {axis.place} a scalar or a vector is "
                "needed",
                subscript=str(self),
            )
        if self.is_logical:
            return self._mask(axis)
        indices = self.indices()
        return to.TracedGather(indices, self.shape[0]) if self.ndim else to.TracedIndex(indices)

    def indices(self) -> Any:
        """Return the zero-based indices of the positions; negative ones count from the end."""
        positions = self.integers()
        where = self.backend.where
        return where(positions > 0, positions - 1, where(positions < 0, positions, to.NOWHERE))

    def integers(self) -> Any:
        """Return the positions in the dtype of indices."""
        name = self.backend.dtype_name(self.tensor)
        if kind_of(name) not in ("i", "u"):
            raise SubscriptTypeError(
                f"`{self}` is a traced tensor of dtype {name}, whose values are unknown; positions "
                "in traced code are integers or logicals",
                subscript=str(self),
            )
        return self.backend.as_indices(self.tensor)

    def _mask(self, axis: Axis) -> to.TracedMask:
        if self.ndim == 0:
            raise SubscriptMaskError(
                f"`{self}` is a single logical; a logical subscript has one entry for each "
                f"position of axis {axis.place}",
                subscript=str(self),
            )
        length, size = self.shape[0], axis.size
        if length is not None and size is not None and length != size:
            raise SubscriptMaskError(
                f"`{self}` has length {length} and axis {axis.place} has size {size}; a logical "
                "subscript has one entry for each position, nothing is recycled",
                subscript=str(self),
            )
        return to.TracedMask(self.tensor)

    def alone(
        self, axes: Axes, policies: Policies, order: Order
    ) -> to.TracedPoints | to.TracedMasked | None:
        """Return the selection of a mask of the whole shape, or of a matrix of positions."""
        if self.ndim < 2 or policies.is_loose:
            return None
        shape = tuple([axis.size for axis in axes])
        if self.is_logical:
            if not fits_shape(self.shape, shape):
                raise wrong_mask_shape(str(self), "tensor", self.shape, shape)
            return to.TracedMasked(shape, self.tensor, order)
        columns = self.shape[1] if self.ndim == 2 else 0
        if columns is not None and columns != len(shape):
            raise wrong_columns(self, f"shape {self.shape}", columns, len(shape))
        indices = self.indices()
        coordinates = [
            self.backend.basic(indices, (slice(None), axis)) for axis in range(len(shape))
        ]
        return to.TracedPoints(shape, tuple(coordinates), self.shape[0])

    def refusal(self) -> SubscriptTypeError:
        """Return the error of R's own dialect, which would need the values."""
        return SubscriptTypeError(
            f"`{self}` is a traced tensor, whose values R's own dialect would need; use the tensor "
            "dialect, or a NumPy array",
            subscript=str(self),
        )


class TracedRange(Kind, eq=False):
    """A range with a traced bound; the other may be a number or None, an open end.

    The rules are those of `range_on`, except that a step of the wrong sign selects nothing if the
    signs of the bounds are unknown.
    """

    written: slice

    def r_source(self, most: int) -> str:
        """Return R source."""
        return r_source(self.written, most)

    @property
    def python(self) -> str:
        """R source: a traced tensor has no other."""
        return str(self)

    def mapped(self, f: Any) -> Any:
        """Return the range with `f` applied to its bounds."""
        return TracedRange(mapped(self.written, f))

    def on(self, axis: Axis, policies: Policies) -> to.TracedRun:
        """Return what becomes the indices when the code runs."""
        bounds = (self.written.start, self.written.stop, self.written.step)
        start, stop, step = (
            bound
            if isinstance(bound, Traced)
            else whole_bound(number_inside(bound), axis, self.written)
            for bound in bounds
        )
        if step is not None and not isinstance(step, Traced) and step == 0:
            raise wrong_step(self.written, start, stop, step)
        known = [None if isinstance(bound, Traced) else bound for bound in (start, stop)]
        check_far_bounds(tuple(known), axis, self.written)
        traced = start if isinstance(start, Traced) else stop
        if isinstance(step, Traced) or not isinstance(traced, Traced):
            raise SubscriptTypeError(
                "the step of a range must be a number, not a traced tensor",
                subscript=str(self),
            )
        if step is None:
            step = 1
            if start is not None and stop is not None:
                low, high = (b.integers() if isinstance(b, Traced) else b for b in (start, stop))
                runs_down = (low > high) & ((low > 0) == (high > 0))
                step = traced.backend.where(runs_down, -1, traced.integers() * 0 + 1)
        return to.TracedRun(_index_of(start), _index_of(stop), step)

    def refusal(self) -> SubscriptTypeError:
        """Return the error of R's own dialect for its traced bound."""
        bounds = (self.written.start, self.written.stop, self.written.step)
        return next(bound.refusal() for bound in bounds if isinstance(bound, Traced))


def traced_inside(item: Any) -> Traced | None:
    """Return a traced tensor inside a subscript, None if there is none."""
    found: list[Traced] = []

    def visit(part: Any) -> Any:
        if isinstance(part, Traced):
            found.append(part)
        return mapped(part, visit)

    visit(item)
    return found[0] if found else None


def _index_of(bound: Any) -> Any:
    if bound is None:
        return None
    if isinstance(bound, Traced):
        return bound.indices()
    return bound - 1 if bound > 0 else bound
