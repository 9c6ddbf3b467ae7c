"""Random cases of the base dialect, written for both languages."""

import random
from typing import Any

import numpy as np
from base_cases import (
    MISSING,
    NULL,
    Both,
    Case,
    flags,
    matrix,
    number,
    scalar,
    span,
    value_of,
    vector,
)

from pybridge import NA


class Draw:
    """Random subscripts, values and cases, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.large = 3e9
        """Beyond R's integers; alone, where a vector would grow that long, beyond its vectors."""

    def case(self) -> Case:
        """Return one case on 0 to 4 axes, mostly on 1 to 4."""
        rng = self.random
        ndim = rng.choices((0, 1, 2, 3, 4), (1, 30, 30, 20, 20))[0]
        most = (0, 9, 6, 5, 4)[ndim]
        shape = tuple(rng.randint(1, most) if rng.random() < 0.95 else 0 for _ in range(ndim))
        subscripts = self.subscripts(shape)
        if rng.random() < 0.5:
            in_place = rng.random() < 0.3
            return Case(shape, subscripts, in_place or rng.random() < 0.7, in_place=in_place)
        return Case(shape, subscripts, value=self.value(shape), in_place=rng.random() < 0.3)

    def subscripts(self, shape: tuple[int, ...]) -> tuple[Both, ...]:
        rng = self.random
        ndim = len(shape)
        self.large = 3e9
        if ndim < 2 or rng.random() < 0.3:
            if rng.random() < 0.02:
                return ()
            if rng.random() < 0.98:
                self.large = 1e16
                return (self.alone(shape),)
        if rng.random() < 0.03:
            return tuple(self.one(4) for _ in range(rng.randint(2, 5)))
        return tuple(map(self.one, shape)) if ndim > 1 else (self.one(3), self.one(2))

    def alone(self, shape: tuple[int, ...]) -> Both:
        rng = self.random
        ndim, size = len(shape), int(np.prod(shape))
        draw = rng.random()
        if ndim > 1 and draw < 0.4:
            return self.coordinates(shape)
        if ndim > 1 and draw < 0.5:
            made = np.array([rng.random() < 0.4 for _ in range(size)], bool).reshape(shape)
            return matrix(made)
        return self.one(size)

    def coordinates(self, shape: tuple[int, ...]) -> Both:
        rng = self.random
        rows = rng.randint(0, 4)
        wild = rng.random() < 0.3
        table = [[self.coordinate(n, wild) for n in shape] for _ in range(rows)]
        array = np.array(table, float).reshape(rows, len(shape))
        if not np.isfinite(array).all() or (array != np.trunc(array)).any() or rng.random() < 0.3:
            return matrix(array)
        return matrix(array.astype(np.int64))

    def coordinate(self, size: int, wild: bool) -> float:
        rng = self.random
        if wild and rng.random() < 0.15:
            return rng.choice([0, -1, size + 1, np.nan, np.inf, 3e9, -0.5, 1.5])
        return rng.randint(1, size) if size else 1

    def entry(self, size: int) -> Any:
        """Return one entry of a vector, mostly a position on the axis."""
        rng = self.random
        draw = rng.random()
        if draw < 0.9 and size:
            return rng.randint(1, size)
        if draw < 0.94:
            return 0
        if draw < 0.97:
            return NA
        return size + rng.randint(1, 2)

    def one(self, size: int) -> Both:
        """Return one subscript for an axis of `size`."""
        return self.KINDS[self.random.choices(range(len(self.KINDS)), self.WEIGHTS)[0]](self, size)

    def _missing(self, size: int) -> Both:
        return MISSING

    def _position(self, size: int) -> Both:
        value = self.random.randint(1, size) if size else 1
        return Both(self.random.choice((value, np.int64(value), float(value))), number(value))

    def _number(self, size: int) -> Both:
        return scalar(self.random.randint(-size - 2, size + 2))

    def _odd_number(self, size: int) -> Both:
        odd = (0.5, -0.5, 1.5, -1.5, size + 0.9, -size - 0.9, np.inf, -np.inf, np.nan)
        return scalar(self.random.choice((*odd, self.large, -self.large, -(2**31), NA)))

    def _run(self, size: int) -> Both:
        return span(self.random.randint(1, size or 1), self.random.randint(1, size or 1))

    def _any_run(self, size: int) -> Both:
        low, high = -size - 1, size + 1
        return span(self.random.randint(low, high), self.random.randint(low, high))

    def _odd_run(self, size: int) -> Both:
        rng = self.random
        ends = (0.5, -0.5, 1.5, -2.5, float(size), 1, -1, size, NA, np.inf, 1e300, 2.9999999999)
        step = rng.choice((NA, NA, 1, 2, -1, 1.5))
        start, stop = rng.choice(ends), rng.choice(ends)
        if start in (np.inf, 1e300):
            start = 1  # R's own arithmetic overflows: Inf:Inf is a vector of negative length
        return span(start, stop, step)

    def _positions(self, size: int) -> Both:
        made = [self.random.randint(1, size or 1) for _ in range(self.random.randint(0, 4))]
        if made and self.random.random() < 0.5:
            dtype = self.random.choice((np.int32, np.uint8, np.float64))
            return Both(np.array(made, dtype), vector(made).r)
        return vector(made)

    def _mixed(self, size: int) -> Both:
        return vector([self.entry(size) for _ in range(self.random.randint(0, 5))])

    def _exclusions(self, size: int) -> Both:
        rng = self.random
        made: list[Any] = [-rng.randint(0, size + 1) for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.1:
            made[0] = rng.choice((NA, 1, size + 1, -0.5, 0.5))
        return vector(made)

    def _reals(self, size: int) -> Both:
        rng = self.random
        made = [rng.uniform(0, size + 1) for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.2:
            made[0] = rng.choice((-0.9, np.inf, -np.inf, np.nan, self.large))
        return Both(np.array(made), f"c({', '.join(map(number, made))})")

    def _flags(self, size: int) -> Both:
        rng = self.random
        count = rng.choice((0, 1, 2, 3, size, size, size, size + rng.randint(0, 2)))
        kinds = (True, False, NA) if rng.random() < 0.2 else (True, False)
        return flags([rng.choice(kinds) for _ in range(count)])

    def _null(self, size: int) -> Both:
        return NULL

    def _table(self, size: int) -> Both:
        rng = self.random
        shape = rng.choice(((1, 2), (2, 2), (2, 1), (2, 1, 2), (1, 1), (0, 2), (3, 2)))
        if rng.random() < 0.2:
            return matrix(
                np.array([rng.random() < 0.5 for _ in range(np.prod(shape))]).reshape(shape)
            )
        made = [
            rng.randint(0 if rng.random() < 0.1 else 1, size or 1) for _ in range(np.prod(shape))
        ]
        return matrix(np.array(made, np.int64).reshape(shape))

    KINDS = (
        _missing, _position, _number, _odd_number, _run, _any_run, _odd_run, _positions, _mixed,
        _exclusions, _reals, _flags, _null, _table,
    )  # fmt: skip
    WEIGHTS = (14, 12, 8, 3, 14, 5, 3, 14, 8, 8, 4, 12, 1, 3)

    def value(self, shape: tuple[int, ...]) -> Both:
        """Return a value of few elements, or of a shape near the tensor's."""
        rng = self.random
        draw = rng.random()
        if draw < 0.4:
            return Both(0.5, "0.5") if draw < 0.38 else Both(NA, "NA")
        if draw < 0.8:
            return value_of(rng.choice((0, 1, 2, 2, 3, 4, 6, 8, 12)))
        if draw < 0.9 and shape:
            return value_of(*shape)
        return value_of(*(rng.randint(1, 3) for _ in range(rng.randint(2, 3))))


def random_cases(count: int, seed: int) -> list[Case]:
    """Return `count` random cases; the same seed gives the same ones."""
    draw = Draw(seed)
    return [draw.case() for _ in range(count)]
