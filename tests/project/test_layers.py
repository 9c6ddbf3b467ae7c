"""The layers: a module imports from its own folder and from those above it in the list."""

import ast
import re
from pathlib import Path

import pytest
from processes import ROOT

HOUSE = ROOT / "pybridge"
LAYERS = (
    "errors",
    "answers",
    "shape",
    "axis",
    "lossless",
    "part_fields",
    "compiling",
    "subscripts",
    "annotations",
    "dialects",
    "backends",
    "holders",
    "subsetting",
    "shapes",
    "r_functions",
    "conversion",
    "explaining",
    "rbridge",
    "testing",
    "__main__",
)
"""From the first to the last; the package itself belongs to the last."""
ROOM_FOR_THE_PACKAGE = {"rbridge", "testing", "__main__", "explaining"}
"""Who may import the package itself: it must be complete by then."""


def modules():
    return [path.relative_to(HOUSE) for path in sorted(HOUSE.rglob("*.py"))]


def layer_of(parts):
    return LAYERS.index(parts[0])


def imported(source):
    """Return what source imports of pybridge, also within functions, as parts of the names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "pybridge":
            own = [alias.name if alias.name in LAYERS else "" for alias in node.names]
            names = [f"pybridge.{name}".rstrip(".") for name in own]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module]
        found |= {tuple(name.split(".")[1:]) for name in names if name.split(".")[0] == "pybridge"}
    return found


def upward(path, source):
    """Return what a module imports from below its own layer."""
    own = path.with_suffix("").parts
    if own == ("__init__",):
        return []
    wrong = []
    for parts in imported(source):
        if not parts:
            if own[0] not in ROOM_FOR_THE_PACKAGE:
                wrong.append("pybridge")
        elif layer_of(parts) > layer_of(own):
            wrong.append(".".join(parts))
    return wrong


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_imports_from_no_layer_below_its_own(path):
    assert upward(path, (HOUSE / path).read_text()) == []


def test_every_folder_and_module_has_its_layer():
    found = {path.with_suffix("").parts[0] for path in modules()} - {"__init__"}
    assert found == set(LAYERS)


def circles(graph):
    """Return the modules that import each other in a circle; packages are left out."""
    found = []
    for start in graph:
        seen, ahead = set(), [*graph[start]]
        while ahead:
            here = ahead.pop()
            if here in graph and here not in seen:
                seen.add(here)
                ahead += graph[here]
        if start in seen:
            found.append(start)
    return found


def test_modules_import_each_other_in_no_circle():
    graph = {path.with_suffix("").parts: imported((HOUSE / path).read_text()) for path in modules()}
    assert circles(graph) == []
    assert circles({("a",): {("b",)}, ("b",): {("a",)}, ("c",): {("a",)}}) == [("a",), ("b",)]


def test_the_test_can_fail():
    assert upward(Path("dialects/tensor.py"), "from pybridge.backends import NUMPY") == ["backends"]
    assert upward(Path("errors.py"), "def f():\n    import pybridge.rbridge") == ["rbridge"]
    assert upward(Path("shapes/reshaping.py"), "import pybridge") == ["pybridge"]
    assert upward(Path("shapes/reshaping.py"), "from pybridge import R") == ["pybridge"]
    assert upward(Path("backends/torch.py"), "from pybridge.subscripts import NA") == []


def test_files_with_the_same_rules_name_each_other():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    pairs = re.findall(r"^\|.*\| `(pybridge/\S+\.py)` \| `(r/R/\S+\.R)` \|$", text, re.MULTILINE)
    assert len(pairs) > 5
    for python, r in pairs:
        assert r in (ROOT / python).read_text(), python
        assert python in (ROOT / r).read_text(), r


def test_the_tests_mirror_the_folders():
    folders = {name for name in LAYERS if (HOUSE / name).is_dir()}
    assert folders <= {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}


def test_no_function_of_r_is_defined_twice():
    """In the one namespace of an R package the last one would replace the others."""
    places = {}
    for path in sorted((ROOT / "r" / "R").glob("*.R")):
        for name in re.findall(r"^`?([\w.<-]+?)`? <- ", path.read_text(encoding="utf-8"), re.M):
            places.setdefault(name, []).append(path.name)
    assert len(places) > 300
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
