"""Find and run the code blocks of the documents.

There are four kinds of fenced block: `python` is a session with `>>>`; `r` is code with its output
after `#>`; `sh` has commands with `$` and their output; `says` has one line for each language, such
as `R | x[1]`, whose results are filled in when the site is built. The tests run all of them, and
allow no other kind.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    language: str
    code: str
    line: int


@dataclass(frozen=True)
class Outcome:
    """What a piece of code printed, and the shape and row-major elements of its last value."""

    printed: str
    shape: tuple[int, ...] | None
    values: tuple[Any, ...] | None
    stopped: bool

    def is_same_as(self, other: Outcome) -> bool:
        """Return whether both stopped, or gave the same elements in the same shape."""
        if self.stopped or other.stopped:
            return self.stopped and other.stopped
        if self.shape is None or other.shape is None:
            return self.printed == other.printed
        return (self.shape, self.values) == (other.shape, other.values)


@dataclass(frozen=True)
class Piece:
    """A piece of code to run; the pieces of one group share their variables."""

    code: str
    group: str
    setup: str | None = None


def blocks(text: str, *languages: str) -> list[Block]:
    """Return the fenced blocks of a text in the given languages, or all of them."""
    return [
        Block(fence[1], fence[2], 1 + text[: fence.start()].count("\n"))
        for fence in FENCE.finditer(text)
        if not languages or fence[1] in languages
    ]


# ---- R -------------------------------------------------------------------------------------------


def r_environment() -> dict[str, str]:
    """Return the environment in which R finds this checkout's library and this Python.

    R prints in UTF-8, as the pages are written, whatever the locale of the machine.
    """
    # rpy2 describes its own R in the environment; this R describes itself.
    inherited = {k: v for k, v in os.environ.items() if k not in ("LD_LIBRARY_PATH", "R_HOME")}
    library = os.environ.get("R_LIBS") or str(ROOT / ".venv/r-library")
    locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    own = {"R_LIBS": library, "RETICULATE_PYTHON": sys.executable, "LC_ALL": locale}
    return inherited | own


def run_r(pieces: Sequence[Piece]) -> list[Outcome]:
    """Run pieces of R code in one process of R, with reticulate on this Python."""
    with tempfile.TemporaryDirectory() as folder:
        written, read = Path(folder, "pieces.json"), Path(folder, "outcomes.json")
        written.write_text(json.dumps([piece.__dict__ for piece in pieces]))
        script = str(ROOT / "tools/evaluate.R")
        command = ["Rscript", "--no-environ", "--no-init-file", script, str(written), str(read)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=r_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"R stopped:\n{done.stdout}{done.stderr}")
        return [_outcome_of(**outcome) for outcome in json.loads(read.read_text())]


def _outcome_of(printed: str, value: dict[str, Any] | None, stopped: bool) -> Outcome:
    if value is None:
        return Outcome(printed, None, None, stopped)
    return Outcome(printed, tuple(value["shape"]) or (1,), tuple(value["values"]), stopped)


# ---- Python --------------------------------------------------------------------------------------


def run_python(code: str, setup: str = "") -> Outcome:
    """Run Python code as its prompt would, in new variables."""
    variables: dict[str, Any] = {"__name__": "documents"}
    exec(setup, variables)
    *statements, last = ast.parse(code).body
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            exec(compile(ast.Module(statements, []), "<document>", "exec"), variables)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "<document>", "eval"), variables)
            else:
                value = None
                exec(compile(ast.Module([last], []), "<document>", "exec"), variables)
    except Exception as error:
        return Outcome(f"{type(error).__name__}: {error}", None, None, True)
    warned = [f"{warning.category.__name__}: {warning.message}" for warning in caught]
    printed = "\n".join([*warned, *([] if value is None else [repr(value)])])
    return Outcome(printed, *_elements(value), False)


def _elements(value: Any) -> tuple[tuple[int, ...], tuple[Any, ...]] | tuple[None, None]:
    is_shape = isinstance(value, tuple) and all(isinstance(size, int) for size in value)
    if not is_shape and not isinstance(value, (np.ndarray, np.generic)):
        return None, None
    array = np.asarray(value)
    entries = [None if entry != entry else entry for entry in array.ravel().tolist()]
    return array.shape or (1,), tuple(entries)  # R has no array without axes


# ---- One rule in several languages ---------------------------------------------------------------

LANGUAGES = {
    "R": "r",
    "NumPy": "python",
    "pybridge in Python": "python",
    "pybridge in R": "r",
    "reticulate": "r",
}
SETUP_PYTHON = """
import numpy as np
from pybridge import *
x = np.array([[[100*i + 10*j + k for k in range(1, 6)] for j in range(1, 4)] for i in range(1, 3)])
v = np.arange(10, 101, 10)
"""
SETUP_R = """
x <- aperm(array(rep(100L * 1:2, each = 15) + rep(10L * 1:3, each = 5) + 1:5, c(5, 3, 2)))
v <- seq(10L, 100L, by = 10L)
"""
SETUP_TENSOR = f"""{SETUP_R}
np <- reticulate::import("numpy", convert = FALSE)
x <- np$array(x, "int64")
v <- np$array(v, "int64")
"""
SETUP_RETICULATE = f"""{SETUP_R}
np <- reticulate::import("numpy", convert = FALSE)
r_to_py <- reticulate::r_to_py
py_to_r <- reticulate::py_to_r
np_array <- reticulate::np_array
"""


@dataclass(frozen=True)
class Line:
    """One line of a `says` block, and its outcome."""

    language: str
    code: str
    outcome: Outcome


def run_says(blocks: Iterable[Block]) -> list[list[Line]]:
    """Run `says` blocks, with all lines of R in one process of R."""
    written = [_lines(block) for block in blocks]
    setups = {"R": SETUP_R, "pybridge in R": SETUP_TENSOR, "reticulate": SETUP_RETICULATE}
    pieces = [
        Piece(code, f"{k}, {n}", setups[language])
        for k, lines in enumerate(written)
        for n, (language, code) in enumerate(lines)
        if LANGUAGES[language] == "r"
    ]
    from_r = iter(run_r(pieces))
    return [
        [
            Line(
                language,
                code,
                next(from_r) if LANGUAGES[language] == "r" else run_python(code, SETUP_PYTHON),
            )
            for language, code in lines
        ]
        for lines in written
    ]


def _lines(block: Block) -> list[tuple[str, str]]:
    lines = [tuple(map(str.strip, line.split("|", 1))) for line in block.code.splitlines()]
    for line in lines:
        if len(line) != 2 or line[0] not in LANGUAGES:
            raise ValueError(f"line {block.line}: a line is `LANGUAGE | code`, not {line}")
    return [(line[0], line[1]) for line in lines]
