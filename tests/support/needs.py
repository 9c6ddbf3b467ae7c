"""Find what the files of a checkout use of R, of Python and of the system, and what provides it.

`missing(root)` names each package of R, module of Python and program that a file uses and neither
the set-up installs nor R, Python or the system has. What is found: in R code, also within texts of
Python, `library(x)`, `require(x)`, `requireNamespace("x")`, `loadNamespace("x")`, `x::y` and
`skip_if_not_installed("x")`; in Python code its imports; and programs where their name is written
in the call that starts them.
"""

from __future__ import annotations

import ast
import doctest
import functools
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple

# The folders, and which lines of tools/needs.txt their files may use besides those of `setup`.
FOLDERS = {
    "tests": ("tests",),
    "r/tests": ("tests",),
    "r/vignettes": ("tests",),
    "docs": ("tests",),
    "tools": ("tests", "sanitize"),
    "examples": ("examples",),
    "benchmarks": ("tests", "bench"),
}
ALWAYS = ("setup", "R", "system")

# Names that are used and that nothing need install, each with the reason.
EXCEPTIONS = {
    "dplyr": "test-masking.R makes a stand-in of it",
    "arrow": "benchmarks/tables.py compares with what needs it, where R has it",
    "devtools": "a reader may install by it; docs/install.md names other ways",
    "remotes": "a reader may install by it; docs/install.md names other ways",
    "ignore": "Python's filters of warnings begin with `ignore::`, which is no package",
    "nopackage": "test_testing.py shows what R says of a package that is not there",
    "body": "a style of a page may begin with `body::`, which is no package",
}
# Its texts are there to be found, and name what is made up.
NOT_READ = "tests/project/test_needs.py"

_installed_modules = functools.cache(packages_distributions)


class Use(NamedTuple):
    """A name that a file uses: `kind` is "R package", "Python module" or "program"."""

    file: str
    kind: str
    name: str


def missing(root: Path) -> list[str]:
    """Return a line for each name that a file uses and nothing provides."""
    lines, modules = [], modules_of_python(root)
    for folder, commands in FOLDERS.items():
        provided = {
            "R package": packages_of_r(root, commands),
            "program": listed(root, "program", (*ALWAYS, *commands)),
            "Python module": modules,
        }
        for use in sorted(set(uses(root, folder))):
            is_own = use.kind == "Python module" and is_own_module(root, use)
            if use.name not in provided[use.kind] and use.name not in EXCEPTIONS and not is_own:
                lines.append(f"{use.file}: the {use.kind} {use.name}")
    return lines


# ---- What provides names -------------------------------------------------------------------------


def listed(root: Path, kind: str, commands: tuple[str, ...]) -> set[str]:
    """Return the names of a kind that tools/needs.txt has for commands."""
    lines = map(str.split, (root / "tools/needs.txt").read_text().splitlines())
    rows = [line for line in lines if line[1:2] == [kind] and line[0] in commands]
    return {name for _, _, *names in rows for name in names}


def described(root: Path, *fields: str) -> set[str]:
    """Return the packages in fields of r/DESCRIPTION."""
    return packages_in(root / "r/DESCRIPTION", *fields)


def packages_in(description: Path, *fields: str) -> set[str]:
    """Return the packages in fields of a DESCRIPTION, without their versions and without R."""
    text = description.read_text(encoding="utf-8", errors="replace")
    found = (re.search(rf"(?m)^{field}:((?:.*\n)(?:[ \t].*\n)*)", text) for field in fields)
    entries = ",".join(field[1] for field in found if field)
    return {entry.partition("(")[0].strip() for entry in entries.split(",")} - {"", "R"}


def packages_of_r(root: Path, commands: tuple[str, ...]) -> set[str]:
    """Return the packages of R that files for these commands may use."""
    fields = ["Package", "Imports", "Enhances"]  # of the last, code asks whether they are there
    if "tests" in commands:
        fields.append("Suggests")
    return described(root, *fields) | listed(root, "package", (*ALWAYS, *commands))


def modules_of_python(root: Path) -> set[str]:
    """Return the modules of the standard library, and of what pyproject.toml requires."""
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    groups = [settings["project"]["dependencies"], settings["build-system"]["requires"]]
    groups += settings["project"]["optional-dependencies"].values()
    groups += settings["dependency-groups"].values()
    texts = [text for group in groups for text in group if isinstance(text, str)]
    required = {name for text in texts for name in _distributions(text)}
    installed = _installed_modules().items()
    found = {name for name, owners in installed if required & set(map(_plain, owners))}
    found |= {name.replace("-", "_") for name in required}
    return found | set(sys.stdlib_module_names) | {"__main__", "pybridge"}


def _distributions(requirement: str) -> list[str]:
    """Return the name of a requirement and those of its extras, which are often distributions."""
    return [_plain(name) for name in re.findall(r"[\w.-]+", re.split("[<>=;~! ]", requirement)[0])]


def _plain(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


def is_own_module(root: Path, use: Use) -> bool:
    """Return whether a file of the project provides a module, where a file would find it."""
    folders = [root, root / "tests", root / "tests/support", root / "examples"]
    folders += (root / use.file).parents[:2]
    return any((folder / f"{use.name}{end}").exists() for folder in folders for end in ("", ".py"))


# ---- What files use ------------------------------------------------------------------------------


def uses(root: Path, folder: str) -> Iterator[Use]:
    """Yield what the files of a folder use."""
    readers = {".R": in_r, ".Rmd": in_page, ".md": in_page, ".py": in_python, ".ipynb": in_notebook}
    for path in sorted((root / folder).rglob("*")):
        file = path.relative_to(root).as_posix()
        if path.suffix in readers and path.is_file() and file != NOT_READ:
            for kind, name in readers[path.suffix](path.read_text(encoding="utf-8")):
                yield Use(file, kind, name)


NAME = r"[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]"
CALLS = r"(?:library|require|requireNamespace|loadNamespace|skip_if_not_installed)"
QUOTE = r"""(?:\\?["'])?"""
ATTACHED = re.compile(rf"(?<![\w.]){CALLS}\(\s*{QUOTE}({NAME}){QUOTE}\s*[,)](?! *character.only)")
QUALIFIED = re.compile(rf"(?<![\w.:/@$])({NAME})(?<![.]py):::?[A-Za-z.`\"]")
STARTED_BY_R = re.compile(rf"(?<![\w.])(?:system2|Sys[.]which)\(\s*[\"']({NAME})[\"']")
IMPORTED_BY_R = re.compile(r"(?<![\w.])import\(\s*[\"'](\w+)")
COMMENT_OF_R = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|#.*""")


def in_r(text: str) -> Iterator[tuple[str, str]]:
    """Yield what R code uses, but for its comments."""
    code = COMMENT_OF_R.sub(lambda found: found[1] or "", text)
    for pattern in (ATTACHED, QUALIFIED):
        yield from (("R package", name) for name in pattern.findall(code))
    yield from (("program", name) for name in STARTED_BY_R.findall(code))
    yield from (("Python module", name) for name in IMPORTED_BY_R.findall(code))


FENCE = re.compile(r"^( *)(```+) *\{?(\w+)[^\n]*\n(.*?)^\1\2", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def in_page(text: str) -> Iterator[tuple[str, str]]:
    """Yield what the code of a page uses: its blocks, and what stands within its lines."""
    for _, _, language, code in FENCE.findall(text):
        if language == "r":
            yield from in_r(code)
        elif language == "python":
            examples = doctest.DocTestParser().get_examples(code)
            yield from in_python("".join(each.source for each in examples) or code)
    for code in INLINE.findall(FENCE.sub("", text)):
        yield from in_r(code.replace("\\|", "|"))


def in_notebook(text: str) -> Iterator[tuple[str, str]]:
    """Yield what the cells of a notebook use."""
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "code":
            yield from in_python("".join(cell["source"]))


def in_python(text: str) -> Iterator[tuple[str, str]]:
    """Yield what Python code uses, and what R code in its texts does."""
    nodes = list(ast.walk(ast.parse(text)))
    starters = {alias.asname or alias.name for node in nodes for alias in _starters(node)}
    for node in nodes:
        match node:
            case ast.Import(names=names):
                yield from (("Python module", alias.name.split(".")[0]) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield "Python module", module.split(".")[0]
            case ast.Constant(value=str(value)):
                yield from in_r(value)
            case ast.Call(func=function, args=[first, *_]):
                name = ast.unparse(function)
                if name in starters or name.startswith(("subprocess.", "shutil.which")):
                    yield from _program(first)


def _starters(node: ast.AST) -> list[ast.alias]:
    """Return the functions that start programs among the names that a statement imports."""
    is_import = isinstance(node, ast.ImportFrom)
    return node.names if is_import and node.module in ("processes", "subprocess", "shutil") else []


def _program(first: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield the program that the first argument of a call spells: no option, and no path."""
    if isinstance(first, ast.List | ast.Tuple) and first.elts:
        first = first.elts[0]
    if isinstance(first, ast.Constant) and re.fullmatch(r"[A-Za-z][^/]*", str(first.value)):
        yield "program", first.value.split()[0]
