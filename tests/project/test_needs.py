"""Whatever the tests, the documents, the examples and the tools use, the set-up names.

A machine that has more would hide what is missing, so nothing is run here: the files are read.
"""

import re
import shutil
import tomllib

import pytest
import yaml
from needs import (
    ALWAYS,
    EXCEPTIONS,
    FOLDERS,
    described,
    in_page,
    in_python,
    in_r,
    listed,
    missing,
    uses,
)
from processes import ROOT

READ = (*FOLDERS, "r/DESCRIPTION", "pyproject.toml", "tools/needs.txt")


def test_everything_that_is_used_is_named():
    assert missing(ROOT) == []


def test_each_exception_is_one():
    used = {use.name for folder in FOLDERS for use in uses(ROOT, folder)}
    assert set(EXCEPTIONS) <= used
    provided = {name for kind in ("package", "program") for name in listed(ROOT, kind, ALWAYS)}
    assert not set(EXCEPTIONS) & (provided | described(ROOT, "Imports", "Suggests"))


@pytest.fixture
def copy(tmp_path):
    """Return a copy of what is read, in which a test may write."""
    for name in READ:
        source, copied = ROOT / name, tmp_path / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "_snaps")
            shutil.copytree(source, copied, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy(source, copied)
    return tmp_path


def add(path, text):
    path.write_text(path.read_text() + text)


def test_each_name_that_is_made_up_is_found(copy):
    add(copy / "r/tests/testthat/test-array.R", "\nmadeUpOne::f(1) # madeUpFour::f()\n")
    add(copy / "docs/faq.md", "\n```r\nlibrary(madeUpTwo)\n```\n")
    add(copy / "examples/tour.py", "\nimport made_up_three\n")
    assert missing(copy) == [
        "r/tests/testthat/test-array.R: the R package madeUpOne",
        "docs/faq.md: the R package madeUpTwo",
        "examples/tour.py: the Python module made_up_three",
    ]


def test_what_is_taken_from_a_list_is_missed(copy):
    """`tibble` once stood in a table of a page whose code is run, and in no list."""
    path = copy / "tools/needs.txt"
    path.write_text(re.sub(" (tibble|sleep)", "", path.read_text()))
    path = copy / "pyproject.toml"
    path.write_text(path.read_text().replace('"matplotlib>=3.9"', ""))
    path = copy / "r/DESCRIPTION"
    path.write_text(path.read_text().replace("    Matrix,\n", ""))
    lines = missing(copy)
    assert "docs/r-functions.md: the R package tibble" in lines
    assert "tests/project/test_setup.py: the program sleep" in lines
    assert "examples/pictures.py: the Python module matplotlib" in lines
    assert "r/tests/testthat/test-sparse.R: the R package Matrix" in lines
    names = {line.rpartition(" ")[2] for line in lines}
    assert names == {"tibble", "sleep", "matplotlib", "Matrix"}


def test_an_example_may_not_use_what_only_the_tests_need(copy):
    add(copy / "examples/tour.R", "\ntestthat::expect_true(tibble::is_tibble(bench::mark(1)))\n")
    assert missing(copy) == [
        "examples/tour.R: the R package bench",
        "examples/tour.R: the R package tibble",
    ]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("library(abc)", "abc"),
        ("suppressMessages(require('a.b2', quietly = TRUE))", "a.b2"),
        ('if (requireNamespace("abc", quietly = TRUE)) 1', "abc"),
        ("loadNamespace('abc')", "abc"),
        ('skip_if_not_installed("abc")', "abc"),
        ("x <- -abc::f(1)", "abc"),
        ("abc:::.f", "abc"),
        ("abc::`f<-`", "abc"),
        ('cat("# no comment"); abc::f # def::g', "abc"),
        ('run_r(c("library(abc)"))', "abc"),
    ],
)
def test_how_r_names_a_package(code, name):
    assert set(in_r(code)) == {("R package", name)}
    assert set(in_python(f"call({code!r})")) == {("R package", name)}


@pytest.mark.parametrize(
    "code", ["x[1::2]", "a.py::test_b", "library(name, character.only = TRUE)", "# abc::f", "x::2"]
)
def test_what_names_no_package(code):
    assert list(in_r(code)) == []


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ("def f():\n    import abc_d.e as g", ("Python module", "abc_d")),
        ("from abc_d.e import f\nfrom . import g", ("Python module", "abc_d")),
        ("subprocess.run(['abc', '-x'], check=True)", ("program", "abc")),
        ("subprocess.Popen(('abc', '-x'))", ("program", "abc")),
        ("shutil.which('abc')", ("program", "abc")),
    ],
)
def test_how_python_names_a_module_or_a_program(code, used):
    assert list(in_python(code)) == [used]


def test_programs_that_are_started_by_other_names():
    from_ours = "from processes import run\nrun('abc', '-x')\nother.run('def')\nrun('-c', 'x')"
    assert ("program", "abc") in in_python(from_ours)
    assert {kind for kind, name in in_python(from_ours) if name != "abc"} == {"Python module"}
    assert list(in_r("system2('abc', 1); Sys.which(\"def\")")) == [
        ("program", "abc"),
        ("program", "def"),
    ]


def test_a_page_is_read_in_each_of_its_languages():
    page = "`a1::f()` \\| `a2::g()`\n\n```r\nlibrary(a3)\n#> a4::f\n```\n"
    page += "``` python\n>>> import a5\n>>> 1\n1\n```\n```sh\na6::f\n```\n"
    page += "```{r, echo=FALSE}\nlibrary(a7)\n```\n"
    assert {name for _, name in in_page(page)} == {"a1", "a2", "a3", "a5", "a7"}


def test_the_tests_know_every_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = set(project["project"]["optional-dependencies"])
    assert listed(ROOT, "extra", ("setup", "tests")) == extras
    assert listed(ROOT, "extra", ("examples",)) < extras
    assert listed(ROOT, "group", ("setup", "tests")) < set(project["dependency-groups"])


# ---- The workflows, which bring an R of their own ------------------------------------------------


def jobs_that_test():
    """Return the steps of each job that runs all tests."""
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            commands = [step.get("run", "") for step in job["steps"]]
            if any(re.match("make (test|release|matrix)", command) for command in commands):
                yield job["steps"]


def test_the_workflows_install_what_the_list_names():
    """Those in DESCRIPTION are installed for each of them."""
    names = listed(ROOT, "package", ("tests",)) - described(ROOT, "Imports", "Suggests")
    jobs = list(jobs_that_test())
    assert len(jobs) == 3
    for steps in jobs:
        (packages,) = (
            step["with"]["extra-packages"]
            for step in steps
            if step.get("uses", "").startswith("r-lib/actions/setup-r-dependencies")
        )
        assert set(re.split(", *", packages)) == {f"any::{name}" for name in names}
        assert any("setup-pandoc" in step.get("uses", "") for step in steps)
