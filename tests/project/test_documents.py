"""Run every block of every document, and compare its output with the output shown."""

import doctest
import re
import shlex
import sys
import tomllib

import pytest
from processes import ROOT, run

from pybridge.testing.plugin import MODES
from tools.documents import DOCUMENTS, LANGUAGES, Piece, blocks, run_python, run_r, run_says
from tools.unchanged import SITE

pytestmark = pytest.mark.made_of(*SITE)

TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text() for path in DOCUMENTS}
SAYS = "docs/r-says-numpy-says.md"
PORTING = "docs/porting-base-r.md"


def with_blocks(language: str) -> list[str]:
    """Return the names of the documents that have a block in a language."""
    found = [name for name, text in TEXTS.items() if blocks(text, language)]
    assert found, language
    return found


def test_no_block_is_of_a_language_that_nothing_runs():
    for name, text in TEXTS.items():
        fences = re.findall(r"^ *(?:```|~~~)(.*)", text, re.MULTILINE)
        opened = [block.language for block in blocks(text)]
        assert fences == [fence for language in opened for fence in (language, "")], name
        assert set(opened) <= {"python", "r", "sh", "says"}, name


def test_lines_of_r_fit_on_a_phone():
    """A longer line of code wraps inside an argument."""
    seen = 0
    for name in with_blocks("r"):
        for block in blocks(TEXTS[name], "r"):
            code = [line for line in block.code.splitlines() if not line.startswith("#>")]
            assert [line for line in code if len(line) > 72] == [], name
            seen += len(code)
    assert seen > 200


@pytest.mark.parametrize("name", with_blocks("python"))
def test_python(name):
    """Run the blocks of one document as one session."""
    variables: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    complaints: list[str] = []
    for block in blocks(TEXTS[name], "python"):
        test = doctest.DocTestParser().get_doctest(block.code, {}, name, name, block.line)
        assert test.examples, f"{name}:{block.line} has no `>>>`"
        test.globs = variables
        runner.run(test, out=complaints.append, clear_globs=False)
    assert not complaints, "".join(complaints)


def shown_in_r() -> list[tuple[str, str, str]]:
    """Return the R code of all documents, each piece with its document and what it shows."""
    found = []
    for name in with_blocks("r"):
        for block in blocks(TEXTS[name], "r"):
            for code, shown in re.findall(r"((?:(?!#>).*\n)+)((?:#>.*\n)*)", block.code):
                lines = [line[2:].removeprefix(" ") for line in shown.splitlines()]
                found.append((name, code, "\n".join(lines)))
    return found


def test_r():
    """Run the blocks in one process, with separate variables for each document."""
    pieces = shown_in_r()
    assert len(pieces) > 30
    assert sum(bool(shown) for _, _, shown in pieces) > 30
    outcomes = run_r([Piece(code, name) for name, code, _ in pieces])
    printed = [
        (*piece[:2], outcome.printed) for piece, outcome in zip(pieces, outcomes, strict=True)
    ]
    assert printed == pieces


@pytest.mark.parametrize("name", with_blocks("sh"))
def test_commands(name):
    """Run what follows a `$`; the Makefile must have the other commands."""
    makefile = (ROOT / "Makefile").read_text()
    for block in blocks(TEXTS[name], "sh"):
        for part in re.split(r"^(?=\$ )", block.code, flags=re.MULTILINE):
            first, _, shown = part.partition("\n")
            if first.startswith("$ "):
                python, *arguments = shlex.split(first[2:])
                assert python == "python"
                done = run(sys.executable, *arguments, COLUMNS="80")
                assert done.stdout + done.stderr == shown
                continue
            for command in filter(None, part.splitlines()):
                if command.partition("#")[0].rstrip() in installs() | of_the_test_kit():
                    continue
                found = re.fullmatch(r"make ([\w-]+)( \w+=\S+)? *(#.*)?", command)
                assert found, f"{name}: nothing tests `{command}`"
                assert re.search(rf"^{found[1]}: .*## ", makefile, re.MULTILINE), command


def installs() -> set[str]:
    """Return the commands that install a release, under its real names; test_builds runs them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    version = re.findall(r"^Version: (.*)$", (ROOT / "r/DESCRIPTION").read_text(), re.MULTILINE)[0]
    tarball = f"R CMD INSTALL pybridge_{version}.tar.gz"
    return {f"pip install {project['name']}", "R CMD build r", tarball}


def of_the_test_kit() -> set[str]:
    """Return the commands of pytest that tests/testing/test_kit_example.py runs."""
    return {f"pytest --r-{mode}" for mode in MODES}


def test_every_extra_that_a_document_names_is_there():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    named = {extra for text in TEXTS.values() for extra in re.findall(r"pybridge-r\[(\w+)\]", text)}
    assert len(named) >= 3
    assert named <= set(extras)


def test_documents_say_how_to_get_values_out():
    for name in ("docs/from-r.md", "docs/conversion.md", "docs/faq.md", "README.md"):
        assert "from_python(" in TEXTS[name], name
    for name, text in TEXTS.items():
        for sentence in re.findall(r"[^.]*py_to_r\(\)[^.]*\.", text):
            assert "brings" not in sentence, (name, sentence)


# ---- R says, NumPy says --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def said():
    return run_says(blocks(TEXTS[SAYS], "says"))


def words(line) -> str:
    """Return the message of an error, without the class or the call before it."""
    return line.outcome.printed.split(" : " if LANGUAGES[line.language] == "r" else ": ", 1)[1]


def test_pybridge_says_the_same_in_both_languages(said):
    """Every line of pybridge in R follows its twin in Python, and does the same."""
    pairs = 0
    for lines in said:
        if lines[0].language == "reticulate":
            continue
        for line, before in zip(lines[1:], lines, strict=False):
            if line.language == "pybridge in R":
                assert before.language == "pybridge in Python", before.code
                assert line.outcome.is_same_as(before.outcome), (before.code, line.code)
                if line.outcome.stopped:
                    assert words(line) == words(before)
                pairs += 1
    assert pairs >= 25


def test_each_group_shows_a_difference(said):
    """Each group starts with R, and NumPy does something else in at least one line."""
    assert len(said) >= 25
    for lines in said:
        if lines[0].language == "reticulate":
            continue
        assert lines[0].language == "R"
        others = [line for line in lines if line.language == "NumPy"]
        assert any(not line.outcome.is_same_as(lines[0].outcome) for line in others), lines[0].code


def test_each_group_about_a_crossing_shows_what_reticulate_loses(said):
    crossings = [lines for lines in said if lines[0].language == "reticulate"]
    assert len(crossings) >= 4
    for lines in crossings:
        kinds = {line.language for line in lines}
        assert kinds == {"reticulate", "pybridge in R"}
        for line in lines:
            # reticulate raises no error here.
            assert not (line.language == "reticulate" and line.outcome.stopped), line.code
            if line.language == "pybridge in R":
                assert line.outcome.printed != lines[0].outcome.printed, line.code


def test_every_line_of_the_porting_page_does_what_r_does():
    groups = run_says(blocks(TEXTS[PORTING], "says"))
    assert len(groups) >= 50
    for lines in groups:
        assert lines[0].language == "R"
        assert len(lines) > 1
        for line in lines[1:]:
            assert line.outcome.is_same_as(lines[0].outcome), (lines[0].code, line)
            assert not line.outcome.stopped, line
            assert line.outcome.shape is not None, line.code


def test_the_comparison_sees_a_difference():
    same = run_python("np.array([1, 2])", "import numpy as np")
    assert same.is_same_as(run_python("np.array([1.0, 2.0])", "import numpy as np"))
    for other in ("np.array([2, 1])", "np.array([[1, 2]])", "np.array([1])", "1 / 0", "'a'"):
        assert not same.is_same_as(run_python(other, "import numpy as np")), other


def test_chunks_of_both_languages_share_what_the_page_says(tmp_path):
    """Knit a document with the code of the page about `r.x`, and a chunk of Python after it."""
    (code,) = [b.code for b in blocks(TEXTS["docs/convert-false.md"], "r") if "counts <-" in b.code]
    code = "".join(line + "\n" for line in code.splitlines() if not line.startswith("#>"))
    page = tmp_path / "page.Rmd"
    python = "print(r.x)\nprint(type(r.counts).__name__, r.counts)\nprint(r.day)\ny = 7\n"
    page.write_text(
        f"```{{r}}\nlibrary(pybridge)\nlibrary(reticulate)\n{code}```\n\n"
        f"```{{python}}\n{python}```\n\n```{{r}}\npy$y + 1L\n```\n"
    )
    code = f'cat(readLines(knitr::knit("{page}", tempfile(), quiet = TRUE)), sep = "\\n")'
    (outcome,) = run_r([Piece(code, "knitted")])
    for shown in ("[3, -2147483648]", "MaskedArray [3 --]", "['2026-03-01'        'NaT']", "[1] 8"):
        assert f"## {shown}" in outcome.printed, outcome.printed
