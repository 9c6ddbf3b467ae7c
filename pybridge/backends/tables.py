"""What tables have in common: rows and columns, and none of the primitives of one array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from pybridge.backends.protocol import Backend, Indices, Tensor
from pybridge.errors import UnsupportedTensorError

if TYPE_CHECKING:
    import numpy.typing as npt


class TableBackend(Backend):
    """A table, of which brackets read and write parts; every other primitive raises."""

    __slots__ = ()

    _advice: ClassVar[str]
    """What to do with a table where an array is needed."""

    def _refuse(self) -> NoReturn:
        raise UnsupportedTensorError(f"a table is not one array; {self._advice}")

    def dtype_name(self, x: Tensor) -> str:
        self._refuse()

    def to_numpy(self, x: Tensor) -> npt.NDArray[Any]:
        self._refuse()

    def convert(self, value: Any, like: Tensor) -> Tensor:
        self._refuse()

    def take(self, x: Tensor, indices: Indices, axis: int) -> Tensor:
        self._refuse()

    def take_points(self, x: Tensor, coordinates: tuple[Indices, ...]) -> Tensor:
        self._refuse()

    def reshape(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        self._refuse()

    def broadcast_to(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        self._refuse()

    def argsort(self, x: Tensor) -> Indices:
        self._refuse()

    def as_indices(self, x: Tensor) -> Tensor:
        self._refuse()

    def arange(self, start: Any, stop: Any, step: Any) -> Tensor:
        self._refuse()

    def nonzero(self, mask: Tensor) -> tuple[Tensor, ...]:
        self._refuse()

    def assign_axes(self, x: Tensor, axes: tuple[Any, ...], value: Any) -> Tensor:
        self._refuse()

    def assign_points(self, x: Tensor, coordinates: tuple[Indices, ...], value: Tensor) -> Tensor:
        self._refuse()

    def transpose(self, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        return x if axes == tuple(range(len(self.shape(x)))) else x.T
