"""Draw the tables of benchmarks/measured.md: a bar for each ratio, a chart for each growth."""

from __future__ import annotations

import math
import re

SECONDS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
WIDEST = 16.0
"""The ratio at which a bar ends: faster ones run to the left of the middle, slower to the right."""
WIDTH, HEIGHT, LEFT, BOTTOM = 340, 170, 52, 140


def with_charts(markdown: str) -> str:
    """Return the tables with what is drawn of them."""
    return re.sub(r"(?:^\|.*\n)+", lambda table: _drawn(table[0]), markdown, flags=re.MULTILINE)


def _drawn(table: str) -> str:
    head, line, *rows = table.splitlines()
    cells = [row.strip("|").split(" | ") for row in rows]
    if "| ratio |" in head:
        bars = [
            [label, _bar(float(ratio), aim.strip()), *more] for label, ratio, aim, *more in cells
        ]
        return "\n".join([head, line, *(f"|{' | '.join(row)} |" for row in bars), ""])
    curves = {row[0].strip(): [_seconds(time) for time in row[1:]] for row in cells}
    return f"{_chart(curves, head.strip('| ').split(' | '))}\n\n{table}"


def _place(ratio: float) -> float:
    """Return the place of a ratio, in percent of the width."""
    return 50 + 50 * max(-1.0, min(1.0, math.log(ratio) / math.log(WIDEST)))


def _bar(ratio: float, aim: str) -> str:
    first, last = sorted((50.0, _place(ratio)))
    kind = "slower" if ratio > 1.1 else "faster" if ratio < 0.9 else "equal"
    tick = f'<s style="left:{_place(float(aim)):.0f}%"></s>' if aim else ""
    bar = f'<b style="left:{first:.1f}%;width:{max(last - first, 1):.1f}%"></b>'
    return f'<span class="ratio {kind}"><em>{ratio:.3g}</em><i>{bar}{tick}</i></span> | {aim}'


def _seconds(time: str) -> float:
    number, unit = time.split()
    return float(number) * SECONDS[unit]


def _chart(curves: dict[str, list[float]], columns: list[str]) -> str:
    times = [time for curve in curves.values() for time in curve]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    step = (WIDTH - LEFT - 70) / (len(columns) - 1)

    def height(time: float) -> float:
        return BOTTOM - (BOTTOM - 12) * (math.log10(time) - low) / (high - low)

    parts = []
    for power in range(low, high + 1):
        y = height(10.0**power)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.0f}H{WIDTH - 66}"/>')
        parts.append(_text(LEFT - 6, y + 4, _unit(power), "end"))
    for k, column in enumerate(columns):
        parts.append(_text(LEFT + 4 + k * step, BOTTOM + 18, column, "middle"))
    ends = [height(curve[-1]) for curve in curves.values()]
    apart = max(0.0, 13 - abs(ends[0] - ends[1])) / 2
    for k, (name, curve) in enumerate(curves.items()):
        points = [f"{LEFT + 4 + n * step:.0f} {height(time):.1f}" for n, time in enumerate(curve)]
        parts.append(f'<path class="curve{k}" d="M{"L".join(points)}"/>')
        shift = apart if k == ends.index(max(ends)) else -apart
        parts.append(_text(WIDTH - 60, ends[k] + shift + 4, name, "name"))
    words = f"Time of {' and '.join(curves)} by size; the table has the numbers"
    return (
        f'<div class="growth"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{words}">{"".join(parts)}</svg></div>'
    )


def _unit(power: int) -> str:
    """Return a power of ten of seconds in words: 100 ns."""
    unit = ("ns", "µs", "ms", "s")[(power + 9) // 3]
    return f"{10 ** (power % 3)} {unit}"


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}">{text}</text>'
