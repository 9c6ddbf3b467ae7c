"""Show benchmarks/measured.md: what a user notices, the aims, and the tables with their bars."""

from __future__ import annotations

import html
import math
import re

SECONDS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
WIDEST = 16.0
"""The ratio at which a bar ends: faster ones run to the left of the middle, slower to the right."""
WIDTH, HEIGHT, LEFT, BOTTOM = 340, 170, 52, 140
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)

NOTICED = {
    "python": ("Common subscripts: the cost of a call", "R(x)[1:5] on (60000, 28, 28)"),
    "r": ("Subscripts from R compared with other packages", "x@r[1:3]"),
    "epoch": ("One epoch of batches, from R", "469 batches of images and labels"),
    "python_epoch": ("One epoch of batches, from Python", "469 batches of images and labels"),
    "training": ("The MNIST job", "one epoch of Keras on MNIST"),
    "images": ("Values to R by from_python(), (60000, 28, 28)", "from_python(), uint8"),
    "table": ("Tables to R from polars, a million rows", "nine columns"),
}
"""The rows of the sentences below, by the titles of their tables and their labels."""
SENTENCES = """\
A subscript takes {python} in Python and {r} from R, and no longer on a large tensor than on a
small one. The subscripts of a whole epoch, 469 batches of images and of their labels, take {epoch}
from R and {python_epoch} from Python; training for that epoch takes {training}.

From Python to R, 60,000 images of 28 x 28 pixels take {images}. A polars table of nine columns and
a million rows takes {table}.
"""


def noticed(markdown: str) -> str:
    """Return in sentences what a user notices, with the times that were measured."""
    times = {name: _rounded(_time(markdown, *row)) for name, row in NOTICED.items()}
    return SENTENCES.format(**times)


def _time(markdown: str, title: str, label: str) -> str:
    """Return the time of pybridge in the first row of a table that has a label."""
    section = markdown.partition(f"### {title}\n")[2].partition("\n#")[0]
    for cells in rows_of(section):
        if cells[0] == f"`{label}`":
            return cells[2]
    raise LookupError(f"benchmarks/measured.md has no row {label!r} under {title!r}")


def _rounded(time: str) -> str:
    """Return a time with two digits: 8.61 ms is 8.6 ms."""
    number, unit = time.split()
    return f"{float(f'{float(number):.2g}'):g} {unit}"


def aims(markdown: str) -> str:
    """Return the table of the aims, and when and on what all was measured."""
    machine, _, rest = markdown.partition("## Aims\n")
    heads = ("What you do", "Instead of pybridge", "Ratio", "Aim")
    rows = [[_words(text) for text in cells] for cells in rows_of(rest.partition("\n## ")[0])]
    return f"{_table('aims', heads, rows)}\n\n{machine.strip()}\n"


def tables(markdown: str) -> str:
    """Return all tables by topic, with their bars and curves."""
    topics = markdown[markdown.index("\n## ", markdown.index("## Aims")) :]
    parts = re.split(r"(?=^## )", topics, flags=re.MULTILINE)
    return "".join(TABLE.sub(_growth if "## Growth" in part else _bars, part) for part in parts)


def rows_of(section: str) -> list[list[str]]:
    """Return the cells of a table, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in lines[1:]]


def _words(text: str) -> str:
    return re.sub(r"`(.*?)`", r"<code>\1</code>", html.escape(text.replace("\\|", "|")))


def _table(kind: str, heads: tuple[str, ...], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{text}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _bars(table: re.Match[str]) -> str:
    rows = [
        [_words(label), _bar(float(ratio)), ours, theirs, _words(which)]
        for label, ratio, ours, theirs, which in rows_of(table[0])
    ]
    return f"{_table('bench', ('', 'Ratio', 'pybridge', 'Other', 'The other way'), rows)}\n"


def _growth(table: re.Match[str]) -> str:
    labels, _, ours, theirs, which = zip(*rows_of(table[0]), strict=True)
    curves = {"pybridge": list(map(_seconds, ours)), which[0]: list(map(_seconds, theirs))}
    return f"{_chart(curves, [label.strip('`') for label in labels])}\n\n{_bars(table)}"


def _place(ratio: float) -> float:
    """Return the place of a ratio, in percent of the width."""
    return 50 + 50 * max(-1.0, min(1.0, math.log(ratio) / math.log(WIDEST)))


def _bar(ratio: float) -> str:
    first, last = sorted((50.0, _place(ratio)))
    kind = "slower" if ratio > 1.1 else "faster" if ratio < 0.9 else "equal"
    bar = f'<b style="left:{first:.1f}%;width:{max(last - first, 1):.1f}%"></b>'
    return f'<span class="ratio {kind}"><em>{ratio:.3g}</em><i>{bar}</i></span>'


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
