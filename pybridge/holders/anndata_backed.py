"""Sparse matrices of anndata in a file: lines are read, and SciPy selects within them.

Such is `x.X` of an AnnData that was opened with `backed="r"`. A line is a row of the CSR format, a
column of the CSC format; lines without a selected element are not read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from anndata.abc import CSCDataset, CSRDataset

from pybridge.backends.protocol import Backend
from pybridge.backends.scipy import BACKEND as SCIPY
from pybridge.backends.traits import Trait
from pybridge.holders.protocol import Holder, not_served
from pybridge.holders.reading import read
from pybridge.holders.stores import cover
from pybridge.subscripts import selections as to

_ADVICE = "x.to_memory() makes a sparse SciPy matrix"
_TRAIT = Trait("a sparse matrix in a file", _ADVICE, ("read", "value", "subscript"))


class BackedMatrices(Holder):
    """Sparse matrices in a file, of which parts are read into memory."""

    __slots__ = ()

    name = "anndata_backed"

    def serves(self, x: object) -> bool:
        return isinstance(x, CSRDataset | CSCDataset)

    def shape(self, x: Any) -> tuple[int, ...]:
        return tuple(map(int, x.shape))

    def dtype_name(self, x: Any) -> str:
        return str(x.dtype.name)

    def traits(self, x: Any) -> tuple[Trait, ...]:
        return (_TRAIT,)

    def as_array(self, x: Any) -> tuple[Backend, Any]:
        return SCIPY, x.to_memory()

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        return SCIPY.to_numpy(x.to_memory())

    def read(self, x: Any, selection: to.Selection) -> Any:
        line_axis = 0 if x.format == "csr" else 1
        if isinstance(selection, to.Orthogonal):
            numbers = [place for place, axis in enumerate(selection.axes) if axis is not None]
            place = numbers[line_axis]
            part, local = cover(selection.axes[place], self.shape(x)[line_axis])
            axes = (*selection.axes[:place], local, *selection.axes[place + 1 :])
            loaded = _lines(x, part, line_axis)
            return read(SCIPY, loaded, to.orthogonal(loaded.shape, axes, selection.squeezed))
        assert isinstance(selection, to.Points | to.Masked), "nothing is traced in a file"
        coordinates = [*selection.coordinates]
        lines, coordinates[line_axis] = np.unique(coordinates[line_axis], return_inverse=True)
        loaded = _lines(x, lines, line_axis)
        missing = selection.missing if isinstance(selection, to.Points) else None
        points = to.Points(loaded.shape, tuple(coordinates), selection.count, missing)
        return read(SCIPY, loaded, points)

    fit = like = write = updated = transpose = not_served(
        f"a sparse matrix in a file is only read; {_ADVICE}"
    )


HOLDER = BackedMatrices()


def _lines(x: Any, part: Any, line_axis: int) -> Any:
    """Return some rows, or some columns, as a sparse SciPy matrix."""
    return x[part, :] if line_axis == 0 else x[:, part]
