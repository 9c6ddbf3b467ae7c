"""Timing two ways side by side in one run, and printing the ratios."""

import timeit
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of a table: what pybridge takes, what the alternative takes, and the aim."""

    label: str
    ours: float
    theirs: float
    aim: float

    @property
    def ratio(self) -> float:
        """How many times the alternative pybridge takes."""
        return self.ours / self.theirs


def compare(
    label: str, ours: Callable[[], object], theirs: Iterable[Callable[[], object]], aim: float
) -> Row:
    """Time `ours` beside the fastest of `theirs`, in turns, so that both meet the same machine."""
    rivals = list(theirs)
    number = max(1, int(0.02 / max(timeit.timeit(ours, number=1), 1e-7)))
    best = [float("inf")] * (1 + len(rivals))
    for _ in range(15):
        for k, call in enumerate([ours, *rivals]):
            best[k] = min(best[k], timeit.timeit(call, number=number) / number)
    return Row(label, best[0], min(best[1:]), aim)


def show(title: str, rows: Iterable[Row]) -> None:
    """Print a table of seconds and ratios."""
    print(f"\n{title}")
    print(f"{'':44} {'pybridge':>10} {'beside it':>10} {'ratio':>7} {'aim':>6}")
    for row in rows:
        print(
            f"{row.label:44} {_time(row.ours):>10} {_time(row.theirs):>10} "
            f"{row.ratio:7.2f} {row.aim:6g}"
        )


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
