"""Time two ways in one run, and print the ratios.

Both ways are timed in turns, under the same load. A time is the median over the turns, and a ratio
the median of the ratios of each turn, which a busy machine disturbs least. Each benchmark is a
program: `python benchmarks/reshaping.py`. With a path as its argument it writes the rows there as
JSON, which is how `run.py` collects them.
"""

import gc
import itertools
import json
import statistics
import sys
import timeit
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

TURNS = 15
TURN_SECONDS = 0.02


@dataclass(frozen=True)
class Row:
    """A row of a table: the time of pybridge, and that of the fastest alternative."""

    label: str
    ours: float
    theirs: float
    alternative: str
    """The name of the alternative."""
    ratio: float = 0.0
    """The time of pybridge divided by the alternative's; by default of the times above."""
    title: str = ""

    def __post_init__(self) -> None:
        if not self.ratio:
            object.__setattr__(self, "ratio", self.ours / self.theirs)


@dataclass(frozen=True)
class Note:
    """What stands below a table in words, such as what could not be measured, and why."""

    text: str
    title: str = ""


def compare(
    label: str,
    ours: Callable[[], object],
    theirs: Iterable[Callable[[], object]],
    *,
    alternative: str = "NumPy",
    turns: int = TURNS,
) -> Row:
    """Time `ours` and each of `theirs` in turns, and return a row with the fastest of `theirs`."""
    ways = [ours, *theirs]
    for way in ways:
        way()
    numbers = [_number(way) for way in ways]
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(turns):
        for way, number, found in zip(ways, numbers, times, strict=True):
            found.append(timeit.timeit(way, number=number) / number)
    mine, fastest = times[0], min(times[1:], key=statistics.median)
    ratio = statistics.median(one / other for one, other in zip(mine, fastest, strict=True))
    return Row(label, statistics.median(mine), statistics.median(fastest), alternative, ratio)


def _number(way: Callable[[], object]) -> int:
    """Return how often a way runs in the time of a turn, and at least once."""
    return max(1, int(TURN_SECONDS / max(timeit.timeit(way, number=1), 1e-7)))


def compare_slow(
    label: str,
    ours: Callable[[], object],
    theirs: Mapping[str, Callable[[], object]],
    *,
    turns: int = 3,
    most: float = 0.5,
) -> Iterator[Row]:
    """Time ways that take long, and yield a row for each of `theirs`, by their names.

    Each runs once in a turn, after a turn that is not counted; one of `theirs` that takes more than
    `most` seconds in that first turn is timed in it alone.
    """
    times: dict[str, list[float]] = {name: [] for name in theirs}
    mine: list[float] = []
    for turn in range(turns + 1) if theirs else ():
        for name, way in {"": ours, **theirs}.items():
            found = times.get(name, mine)
            if name and turn and found and found[0] > most:
                continue
            gc.collect()  # so that nobody waits for what another left behind
            found.append(timeit.timeit(way, number=1))
            if turn == 1 and (not name or found[0] <= most):
                del found[0]
    for name, found in times.items():
        yield Row(label, statistics.median(mine), statistics.median(found), name)


def tables_of(rows: Iterable[Row | Note]) -> Iterator[tuple[str, list[Row], list[Note]]]:
    """Yield each title, with its rows and its notes."""
    for title, group in itertools.groupby(rows, lambda row: row.title):
        found = list(group)
        notes = [each for each in found if isinstance(each, Note)]
        yield title, [each for each in found if isinstance(each, Row)], notes


def show(rows: Iterable[Row | Note]) -> None:
    """Print tables of times and ratios, one for each title, and what stands below them."""
    for title, timed, notes in tables_of(rows):
        print(f"\n{title}")
        _show_times(timed)
        for note in notes:
            print(note.text)


def _show_times(rows: list[Row]) -> None:
    if rows:
        print(f"{'':44} {'pybridge':>9} {'other':>9}  {'ratio':>6}")
    for row in rows:
        print(
            f"{row.label:44} {time_text(row.ours):>9} {time_text(row.theirs):>9}  "
            f"{row.ratio:6.3g}  {row.alternative}"
        )


def main(tables: Mapping[str, Callable[[], Iterable[Row | Note]]]) -> None:
    """Measure the tables of one program; print them, or write their rows to the path given."""
    rows = [replace(row, title=title) for title, table in tables.items() for row in table()]
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps([asdict(row) for row in rows]))
    else:
        show(rows)


def time_text(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
