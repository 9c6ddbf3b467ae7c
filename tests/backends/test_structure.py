"""The structure of backends and holders: each has its protocol's methods and needs no other."""

import ast
import inspect
import re
import tomllib
from importlib import import_module

import pytest
from backends.adapters import ALL, STORES
from processes import ROOT, python

from pybridge import holders
from pybridge.backends.protocol import Backend
from pybridge.holders.arrays import Arrays
from pybridge.holders.protocol import Holder, not_served

FOLDERS = {name: ROOT / "pybridge" / name for name in ("backends", "holders")}
FILES = {"numpy": "numpy"} | {
    give.__name__.removeprefix("_"): module.partition(".")[0]
    for module, give in holders.LIBRARIES.items()
}
HELPERS = {
    *("backends/__init__", "backends/protocol", "backends/keys", "backends/traits"),
    *("backends/dense", "holders/__init__", "holders/protocol", "holders/registry"),
    *("holders/arrays", "holders/reading", "holders/writing", "holders/growing"),
    *("holders/fitting", "holders/array_likes", "holders/foreign", "holders/tables"),
    *("holders/stores", "holders/wrappers", "holders/arrow_tables"),
}
PARTS = {"backends/torch_memory": "torch", "backends/scipy_entries": "scipy"}
"""Other modules of a library, and its name."""


def methods_of(protocol):
    return [
        name
        for name, value in vars(protocol).items()
        if inspect.isfunction(value) and not name.startswith("_")
    ]


METHODS = [(protocol, name) for protocol in (Backend, Holder) for name in methods_of(protocol)]


def all_holders():
    return [holders.ARRAYS_OF_NUMPY] + [give() for give in holders.LIBRARIES.values()]


def all_backends():
    return [each.backend for each in all_holders() if isinstance(each, Arrays)]


def files():
    """Return the path of each module of a library, without its ending, and the library."""
    found = dict(PARTS)
    for folder, place in FOLDERS.items():
        for path in place.glob("*.py"):
            if (name := f"{folder}/{path.stem}") not in HELPERS | set(PARTS):
                found[name] = FILES.get(path.stem, f"none for {path.stem}")
    return found


def imported(source):
    """Return the top-level modules that source imports, pybridge's own with their path."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return {name if name.startswith("pybridge") else name.partition(".")[0] for name in found}


ALLOWED = {
    *("__future__", "types", "typing", "math", "collections", "functools", "itertools", "numpy"),
    "decimal",
    *("pybridge.backends.protocol", "pybridge.backends.traits", "pybridge.backends.dense"),
    *("pybridge.backends.keys", "pybridge.backends.numpy"),  # a backend may build on NumPy's
    *("pybridge.backends.torch_memory", "pybridge.backends.scipy_entries"),
    *("pybridge.holders.protocol", "pybridge.holders.stores", "pybridge.holders.tables"),
    "pybridge.holders.arrow_tables",
    "pybridge.lossless",
    *("pybridge.holders.wrappers", "pybridge.subscripts"),
    *(
        "pybridge.compiling",
        "pybridge.errors",
        "pybridge.subscripts.selections",
        "pybridge.dialects",
    ),
    *("pybridge.dialects.base_assignment", "pybridge.shape", "pybridge.axis"),
    "pybridge.holders.pandas",  # labels of an index
    *("pybridge.backends.scipy", "pybridge.holders.reading"),  # of sparse parts of a file
}


FACTS = {
    Backend: {"name", "takes_numbers", "writes_in_place", "sums_unsigned"},
    Holder: {"name", "list_axis", "adding", "has_fixed_axes"},
}
SECOND = {"anndata_parts", "anndata_backed"}
"""Holders of more classes of a library that has one with an adapter; their tests are own."""
NEEDED = {"holders/xarray": {"pandas"}}
"""Libraries without which a library is not there."""


def test_every_library_has_a_file_an_extra_and_a_row_in_the_adapters():
    assert sorted(
        {path.partition("/")[2] for path in files()} - {path.partition("/")[2] for path in PARTS}
    ) == sorted(FILES)
    assert set(ALL) == set(FILES) - {"numpy"} - SECOND
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    declared = " ".join(text for group in extras.values() for text in group)
    assert [name for name in ALL if name.replace("_", "-") not in declared] == []


LISTS_OF_NO_LIBRARY = (
    "Makefile",
    "tools/conformance.py",
    "tools/noxfile.py",
    "tools/setup",
    "tests/support/missing.py",
    "pybridge/explaining/doctor.py",
)
"""What serves every backend: the registry, the extras or the adapters name the libraries."""


@pytest.mark.parametrize("name", LISTS_OF_NO_LIBRARY)
def test_no_other_file_lists_the_libraries(name):
    libraries = "|".join(set(FILES.values()) - {"numpy"})
    for line in (ROOT / name).read_text().splitlines():
        named = set(re.findall(rf"\b({libraries})\b", line))
        assert len(named) < 2 or "for backend in" in line, line


@pytest.mark.parametrize(("file", "library"), files().items())
def test_a_module_of_a_library_imports_that_alone(file, library):
    source = (ROOT / "pybridge" / f"{file}.py").read_text()
    assert imported(source) - ALLOWED - {library} - NEEDED.get(file, set()) == set()


@pytest.mark.parametrize("file", sorted(HELPERS))
def test_what_the_libraries_share_imports_none(file):
    source = (ROOT / "pybridge" / f"{file}.py").read_text()
    assert imported(source) & (set(FILES.values()) - {"numpy"}) == set()


def test_no_other_module_imports_a_library():
    for path in (ROOT / "pybridge").rglob("*.py"):
        if path.parent not in FOLDERS.values():
            assert imported(path.read_text()) & (set(FILES.values()) - {"numpy"}) == set(), path


def test_the_import_test_can_fail():
    assert imported("import torch.nn as nn\nfrom jax import numpy") == {"torch", "jax"}
    assert imported("from pybridge.errors import X") == {"pybridge.errors"}


@pytest.mark.parametrize(("protocol", "method"), METHODS)
def test_all_have_the_protocols_methods_with_their_parameters(protocol, method):
    wanted = inspect.signature(getattr(Holder if protocol is Holder else Backend, method))
    for each in all_holders() if protocol is Holder else all_backends():
        own = inspect.getattr_static(type(each), method)
        if isinstance(own, not_served):
            continue
        found = inspect.signature(own).parameters
        assert list(found) == list(wanted.parameters), type(each)
        defaults = [parameter.default for parameter in wanted.parameters.values()]
        assert [parameter.default for parameter in found.values()] == defaults


@pytest.mark.parametrize("protocol", [Backend, Holder])
def test_none_has_a_public_method_of_its_own(protocol):
    """What the classes share declares more: for its own subclasses, and nobody asks a holder."""
    shared = {"inner", "dtype", "refuse_read_only", "backend"}
    for each in all_holders() if protocol is Holder else all_backends():
        kinds = [kind for kind in type(each).__mro__ if kind.__module__.startswith("pybridge")]
        public = {name for kind in kinds for name in vars(kind) if not name.startswith("_")}
        allowed = {*methods_of(protocol), *FACTS[protocol]}
        assert public - (shared if protocol is Holder else set()) == allowed, type(each)


KINDS = ("is_store", "is_table", "keeps_axes", "names_another", "variables_take_keys")


def test_nobody_asks_a_holder_for_its_kind():
    for path in (ROOT / "pybridge").rglob("*.py"):
        source = path.read_text()
        assert [kind for kind in KINDS if kind in source.split()] == [], path
        if path.parent not in FOLDERS.values():
            asked = re.findall(r"isinstance\([^)]*(?:Arrays|Store|Table|Wrapper)\b", source)
            assert asked == [], path


def refusing_alone(source):
    """Return the methods of classes in source that do nothing but raise, abstract ones apart."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = [each for each in node.body if not isinstance(each, ast.Expr)]
            if len(body) == 1 and isinstance(body[0], ast.Raise):
                found.append(node.name)
    return found


@pytest.mark.parametrize("path", sorted(FOLDERS["holders"].glob("*.py")), ids=lambda p: p.stem)
def test_what_is_not_served_is_declared(path):
    assert [name for name in refusing_alone(path.read_text()) if name != "refuse"] == []


def test_the_test_of_refusals_can_fail():
    assert refusing_alone("class A:\n    def f(self):\n        raise ValueError('no')") == ["f"]


def test_each_holder_has_the_file_of_its_giver():
    found = [
        type(getattr(each, "backend", each)).__module__.rpartition(".")[2] for each in all_holders()
    ]
    assert found == list(FILES)


def test_holders_are_told_apart_by_name():
    assert sorted(each.name for each in all_holders()) == sorted(["numpy", *ALL, *SECOND])


def run(source):
    done = python("-c", source)
    return done.returncode, done.stdout.strip(), done.stderr


WATCH = """
import sys
import numpy as np
import pybridge
from pybridge import R, r_assign, r_slice
x = np.arange(30).reshape(2, 3, 5)
R(x)[1, [3, 1]], r_assign(x, 1, value=0), r_slice(x, "1, , c(2, 2)")
r_slice(x, 3, dialect="base"), pybridge.array_reshape(x, (5, 6))
try:
    R(object())[1]
except pybridge.errors.UnsupportedTensorError:
    pass
{extra}
libraries = {{name.partition(".")[0] for name in pybridge.holders.LIBRARIES}} - {{"numpy"}}
print(sorted(libraries & set(sys.modules)))
"""


def test_using_pybridge_on_numpy_imports_no_library():
    code, found, complaint = run(WATCH.format(extra=""))
    assert (code, found) == (0, "[]"), complaint


def test_the_test_of_imports_can_fail():
    code, found, complaint = run(WATCH.format(extra="import dask"))
    assert (code, found) == (0, "['dask']"), complaint


SLOW = """
import sys
import numpy
before = set(sys.modules)
import pybridge
{extra}
print(sorted({{"dataclasses", "inspect", "numpy.typing", "re"}} & (set(sys.modules) - before)))
"""


@pytest.mark.parametrize(
    ("extra", "expected"), [("", "[]"), ("import numpy.typing", "['numpy.typing']")]
)
def test_importing_pybridge_imports_nothing_slower_than_itself(extra, expected):
    code, found, complaint = run(SLOW.format(extra=extra))
    assert (code, found) == (0, expected), complaint


def test_an_adapter_answers_for_its_own_library():
    import numpy as np

    for name, adapter in ALL.items():
        tensor = adapter.make(np.arange(3.0))
        assert holders.holder_of(tensor).name == name
        if name in STORES:
            continue
        with pytest.raises(AssertionError):
            adapter.read(np.arange(3.0))
    backend = import_module("pybridge.backends.numpy").NumpyBackend
    assert backend is type(holders.ARRAYS_OF_NUMPY.backend)


FIRST = {
    "torch": "import torch; x = torch.arange(6.0)",
    "tensorflow": "import tensorflow; x = tensorflow.range(6.0)",
    "jax": "import jax; x = jax.numpy.arange(6.0)",
    "keras": "import keras; x = keras.ops.arange(6.0)",
    "both": "import tensorflow, torch; x = torch.arange(6.0)",
}
FIRST_READ = """
import sys
{make}
before = set(sys.modules)
from pybridge import R, r_assign
R(x)[2:3], R(x)[[1, 2]], r_assign(x, 1, value=0) if {assigns} else None
{extra}
new = {{name.partition(".")[0] for name in set(sys.modules) - before}}
loaded = [name for name in ("torch._dynamo", "triton") if name in set(sys.modules) - before]
libraries = "torch", "tensorflow", "jax", "keras", "triton", "sympy", "pandas", "scipy", "rpy2"
print(sorted({{*libraries}} & new - {{*{allowed}}}), loaded)
"""


def first_read(library, extra=""):
    allowed = {library, *(("torch", "tensorflow") if library == "both" else ())}
    assigns = library in ("torch", "both")
    source = FIRST_READ.format(make=FIRST[library], assigns=assigns, extra=extra, allowed=allowed)
    code, found, complaint = run(source)
    return code, found or complaint


@pytest.mark.parametrize("library", FIRST)
def test_a_first_read_imports_no_compiler_and_no_other_library(library):
    pytest.importorskip("torch" if library == "both" else library)
    assert first_read(library) == (0, "[] []")


def test_the_test_of_first_reads_can_fail():
    pytest.importorskip("torch")
    code, found = first_read("torch", "import torch._dynamo")
    assert (code, "'torch._dynamo'" in found) == (0, True), found
