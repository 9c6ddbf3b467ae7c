"""The hooks of MkDocs that fill in pages: `make docs`.

In a page under docs/ the text of a function in `FILLED` replaces `<!-- pybridge: NAME -->`, and the
results of a `says` block are added. The repository has the pages without what is filled in.
"""

from __future__ import annotations

import base64
import html
import json
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import conformance, lookup, measured, notebooks
from tools.browser import find_chromium, new_page, open_file
from tools.documents import (
    FENCE,
    LANGUAGES,
    ROOT,
    Line,
    Piece,
    blocks,
    r_environment,
    run_r,
    run_says,
)

COLUMNS = re.compile(r"^(?=.{44})(?!\s*(>>>|\.\.\.)).*\S {2,}\S.* \S+ {2,}\S")
"""A line of output with columns, too wide for a phone."""
PLACE = re.compile(r"<!-- pybridge: ([\w-]+) -->")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Return the text of a page with everything filled in."""
    markdown = PLACE.sub(lambda found: FILLED[found[1]](), markdown)
    said = iter(run_says(blocks(markdown, "says"))) if "```says" in markdown else iter(())

    def shown(block: re.Match[str]) -> str:
        if block[1] == "says":
            return _says_table(next(said))
        # a session has prompts, and output that is not code
        is_session = block[1] == "python" and block[2].startswith(">>> ")
        language = "pycon" if is_session else block[1]
        has_columns = any(COLUMNS.search(line) for line in block[2].splitlines())
        head = f"{{.{language} .wide}}" if has_columns and language else language
        return f"```{head}\n{block[2]}```"

    return FENCE.sub(shown, markdown)


def on_post_build(config: Any, **_: Any) -> None:
    """Write the data to look up, and print the cheat sheet."""
    folder = Path(config["site_dir"])
    (folder / "lookup-data.js").write_text(lookup.script(), encoding="utf-8")
    if find_chromium():
        with new_page() as page:
            open_file(page, folder / "cheat-sheet.html", width=1000, scheme="light")
            (folder / "cheat-sheet.pdf").write_bytes(print_on_one_sheet(page))


def print_on_one_sheet(page: Any) -> bytes:
    """Return a page as a PDF of one sheet: the wider the fonts of this machine, the smaller."""
    margins = dict.fromkeys(("top", "bottom", "left", "right"), "0.3in")
    for percent in range(80, 45, -5):
        printed: bytes = page.pdf(
            format="A4", print_background=True, margin=margins, scale=percent / 100
        )
        if len(re.findall(rb"/Type\s*/Page\b", printed)) == 1:
            return printed
    raise ValueError(f"{page.url} is too long for one sheet that can be read")


# ---- R says, NumPy says --------------------------------------------------------------------------


def _says_table(lines: list[Line]) -> str:
    rows = "".join(_says_row(line, lines[0]) for line in lines)
    return f'<table class="says">{rows}</table>\n'


def _says_row(line: Line, first: Line) -> str:
    name = line.language.replace("pybridge in ", "pybridge, ")
    kind = "r" if LANGUAGES[line.language] == "r" else "python"
    mark, meaning = _mark(line, first)
    own = " own" if line.language.startswith("pybridge") else ""
    return (
        f'<tr class="{mark}{own}"><th>{name}</th>'
        f'<td><code class="language-{kind}">{html.escape(line.code)}</code></td>'
        f"<td><pre>{html.escape(line.outcome.printed)}</pre></td>"
        f"<td>{meaning}</td></tr>"
    )


def _mark(line: Line, first: Line) -> tuple[str, str]:
    if line is first:
        return "first", ""
    if line.outcome.stopped:
        return "stopped", "stops too" if first.outcome.stopped else "stops"
    if line.outcome.is_same_as(first.outcome):
        return "same", "the same"
    return "other", "gives a result" if first.outcome.stopped else "differs"


# ---- The reference of R --------------------------------------------------------------------------


R_TOPICS = {
    "Overview": ["pybridge-package"],
    "Subscripts": ["tensor-subscripts", "r_slice", "all_but", "newaxis"],
    "Shapes": ["array_reshape", "tensor_shape", "recycle", "explain_shapes"],
    "Positions": ["tensor_which"],
    "Conversion": ["to_python"],
    "Explanations and tests": [
        "explain",
        "expect_same_tensor",
        "expect_same_as_python",
        "local_tensor_comparison",
        "pybridge_doctor",
    ],
}
"""The manual pages of the R package by the headings of its reference."""


def r_reference() -> str:
    """Return the manual pages of the R package, by topic."""
    command = ["Rscript", "--no-environ", "--no-init-file", "tools/reference.R"]
    done = subprocess.run(
        command, cwd=ROOT, env=r_environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    pages: dict[str, dict[str, str]] = json.loads(done.stdout)
    listed = [topic for topics in R_TOPICS.values() for topic in topics]
    assert sorted(listed) == sorted(pages), "R_TOPICS has each manual page once"
    return "\n\n".join(
        "\n\n".join([f"## {title}", *(_r_entry(topic, **pages[topic]) for topic in topics)])
        for title, topics in R_TOPICS.items()
    )


def _r_entry(topic: str, page: str, examples: str) -> str:
    (parts,) = re.findall(r"<h2>(.*?)</h2>(.*?)(?:<hr|</main>)", page, re.DOTALL)
    title, body = parts
    body = re.sub(r"<h3>Examples</h3>.*", "", body, flags=re.DOTALL)
    body = re.sub(r"<(/?)h3>", r"<\1h4>", body)
    # The link leads to a page of another package, or the id occurs on every page.
    body = re.sub(r'<a href="[^"#][^"]*">(.*?)</a>|(?<=<code) id="[^"]*"', r"\1", body)
    name = {
        "pybridge-package": "The package",
        "tensor-subscripts": "Subset a tensor: x@r[...]",
    }.get(topic, topic)
    example = f"#### Examples\n\n```r\n{examples}\n```\n" if examples else ""
    return (
        f'### {name} {{#{topic}}}\n\n**{title}**\n\n<div class="rd">\n{body}\n</div>\n\n{example}'
    )


# ---- The picture of the cells --------------------------------------------------------------------


def cells() -> str:
    """Return what the R code of the page "Single cells" plots, as a picture."""
    text = (ROOT / "docs/single-cells.md").read_text(encoding="utf-8")
    pieces = [Piece(block.code, "cells") for block in blocks(text, "r")]
    last = next(k for k, piece in enumerate(pieces) if "plot(" in piece.code)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "cells.svg")
        device = f"grDevices::svg({json.dumps(str(file))}, 5, 4, pointsize = 11)"
        pieces = [Piece(device, "cells"), *pieces[: last + 1], Piece("dev.off()", "cells")]
        assert not any(outcome.stopped for outcome in run_r(pieces)[-2:])  # the page shows an error
        picture = base64.b64encode(file.read_bytes()).decode()
    alt = "Six cells by the counts of two genes: each cell has one of the two, or neither"
    return f'<img src="data:image/svg+xml;base64,{picture}" alt="{alt}" class="plot">'


# ---- The rest ------------------------------------------------------------------------------------


def readme() -> str:
    """Return the README, with links to the pages of other files and the ways to install as tabs."""
    text = (ROOT / "README.md").read_text().replace("CONTRIBUTING.md", "contributing.md")
    text = text.replace("](docs/", "](").replace("](CHANGELOG.md)", "](changelog.md)")
    return re.sub(r"^### (.*)\n((?:(?!\[Install\]|#).*\n)*)", _tab, text, flags=re.MULTILINE)


def _tab(section: re.Match[str]) -> str:
    return f'=== "{section[1]}"\n{textwrap.indent(section[2], "    ")}'


def contributing() -> str:
    """Return CONTRIBUTING.md."""
    return (ROOT / "CONTRIBUTING.md").read_text()


def printed() -> str:
    """Return the link to the printed cheat sheet, which needs a browser to be made."""
    if find_chromium():
        return '<a href="cheat-sheet.pdf">One page to print</a>.'
    return "Print this page: it fits on one."


def changelog() -> str:
    """Return CHANGELOG.md."""
    return (ROOT / "CHANGELOG.md").read_text()


def benchmarks(part: Callable[[str], str]) -> Callable[[], str]:
    """Return a function that shows a part of the last results of `make bench`."""
    return lambda: part((ROOT / "benchmarks/measured.md").read_text())


FILLED: dict[str, Callable[[], str]] = {
    "cells": cells,
    "readme": readme,
    "contributing": contributing,
    "changelog": changelog,
    "r-reference": r_reference,
    "benchmarks-noticed": benchmarks(measured.noticed),
    "benchmarks-aims": benchmarks(measured.aims),
    "benchmarks-tables": benchmarks(measured.tables),
    "conformance": conformance.page,
    "notebook-python": notebooks.jupyter_page,
    "notebook-r": notebooks.r_page,
    "printed": printed,
}
