"""Draw the picture of the front page: the same brackets in R and in Python.

`python tools/front_picture.py` writes docs/brackets.svg, which the repository keeps, because the
README shows it. What each line selects is computed: by R, by NumPy, and through pybridge in both
languages. The picture has its own light ground, so that it looks the same on white and on dark.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.documents import ROOT, Piece, run_python, run_r

FILE = ROOT / "docs/brackets.svg"
ELEMENTS = (10, 20, 30, 40, 50)
IN_R = f"x <- c{ELEMENTS}"
TENSOR_IN_R = f'x <- reticulate::import("numpy", convert = FALSE)$array(c{ELEMENTS})'
IN_PYTHON = f"import numpy as np\nfrom pybridge import R\nx = np.array({ELEMENTS})"
# In each group each line has its code in R and in Python.
GROUPS = (
    (
        "The same text: other elements, and no error",
        "#b81f53",
        IN_R,
        (("x[2:4]", "x[2:4]"), ("x[-1]", "x[-1]")),
    ),
    (
        "With pybridge: the same elements in both",
        "#237032",
        TENSOR_IN_R,
        (("x@r[2:4]", "R(x)[2:4]"), ("x@r[-1]", "R(x)[-1]")),
    ),
)
NOTES = {("R", "x[-1]"): "leaves out", ("R", "x@r[-1]"): "from the end"}
WIDTH, CELL, LEFT, RIGHT = 480, 40, 24, 256
"""The width of the picture and of a cell, and where the columns of R and of Python begin."""


def computed() -> dict[tuple[str, str], tuple[int, ...]]:
    """Return what each piece of code selects, by the language and the code."""
    in_r = {code: setup for _, _, setup, lines in GROUPS for code, _ in lines}
    outcomes = run_r([Piece(code, code, setup) for code, setup in in_r.items()])
    selected = {("R", code): outcome.values for code, outcome in zip(in_r, outcomes, strict=True)}
    for _, _, _, lines in GROUPS:
        for _, code in lines:
            selected["Python", code] = run_python(code, IN_PYTHON).values
    return {key: tuple(map(int, values or ())) for key, values in selected.items()}


def drawn(selected: dict[tuple[str, str], tuple[int, ...]]) -> str:
    """Return the picture as SVG."""
    parts = [_text(LEFT, 36, "R", "head"), _text(RIGHT, 36, "Python", "head")]
    top = 68
    for title, color, _, lines in GROUPS:
        parts.append(_text(LEFT, top, title, "title", color))
        for codes in lines:
            for x, language, code in zip((LEFT, RIGHT), ("R", "Python"), codes, strict=True):
                parts.append(_text(x, top + 32, code, "code"))
                note = NOTES.get((language, code), "")
                parts += [_text(x + 5 * CELL, top + 31, note, "note", "#5f6470")] * bool(note)
                parts += _strip(x, top + 42, selected[language, code], color)
            top += 76
        top += 46
    height = top - 22
    style = (
        "text{font-family:ui-sans-serif,system-ui,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
        "font-size:15px;fill:#1d2130}.head{font-size:19px;font-weight:700}"
        ".title{font-weight:600}.code,.cell{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"
        "'DejaVu Sans Mono',monospace}.code{font-size:17px}.cell{text-anchor:middle}"
        ".note{font-size:14px;text-anchor:end}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}">\n<style>{style}</style>\n'
        f'<rect x="1" y="1" width="{WIDTH - 2}" height="{height - 2}" rx="12" fill="#fff" '
        f'stroke="#c5cae9" stroke-width="2"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _strip(x: int, y: int, elements: tuple[int, ...], color: str) -> list[str]:
    parts = []
    for k, element in enumerate(ELEMENTS):
        fill, text = (color, "#fff") if element in elements else ("#fff", "#5f6470")
        left = x + k * CELL
        parts.append(
            f'<rect x="{left}" y="{y}" width="{CELL}" height="32" fill="{fill}" stroke="#8b91a5"/>'
        )
        parts.append(_text(left + CELL // 2, y + 21, str(element), "cell", text))
    return parts


def _text(x: int, y: int, text: str, kind: str, color: str = "#1d2130") -> str:
    return f'<text x="{x}" y="{y}" class="{kind}" style="fill:{color}">{html.escape(text)}</text>'


if __name__ == "__main__":
    FILE.write_text(drawn(computed()), encoding="utf-8")
    print(FILE.relative_to(ROOT))
