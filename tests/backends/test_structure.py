"""The structure of the backends: each has the protocol's methods, and none depends on another."""

import ast
import inspect
import re
import tomllib
from importlib import import_module

import pytest
from backends.adapters import ALL, STORES
from processes import ROOT, python

from pybridge import backends
from pybridge.backends.protocol import Backend

FOLDER = ROOT / "pybridge" / "backends"
FILES = {"numpy": "numpy"} | {
    give.__name__.removeprefix("_"): module.partition(".")[0]
    for module, give in backends.LIBRARIES.items()
}
HELPERS = {
    "__init__",
    "registry",
    "protocol",
    "keys",
    "traits",
    "foreign",
    "dense",
    "stores",
    "tables",
}
PARTS = {"torch_memory": "torch", "scipy_entries": "scipy"}
"""Other modules of a backend, and its library."""
METHODS = [
    name
    for name, value in vars(Backend).items()
    if inspect.isfunction(value) and not name.startswith("_")
]


def classes():
    return [backends.NUMPY] + [give() for give in backends.LIBRARIES.values()]


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
    *("pybridge.backends.protocol", "pybridge.backends.traits", "pybridge.backends.dense"),
    *("pybridge.backends.keys", "pybridge.backends.tables"),
    *("pybridge.backends.torch_memory", "pybridge.backends.scipy_entries"),
    *("pybridge.backends.stores", "pybridge.backends.numpy"),  # a backend may build on NumPy's
    *("pybridge.dialects.labels", "pybridge.subscripts"),
    *("pybridge.compiling", "pybridge.errors", "pybridge.dialects.selections"),
    *("pybridge.shape", "pybridge.axis"),
    "pybridge.backends.pandas",  # labels of an index
}


FACTS = {
    "name",
    "takes_numbers",
    "is_store",
    "is_table",
    "keeps_axes",
    "writes_in_place",
    "names_another",
    "sums_unsigned",
    "variables_take_keys",
}
SECOND = {"anndata_parts"}
"""Backends of more classes of a library that has a backend with an adapter; their tests are own."""
NEEDED = {"xarray": {"pandas"}}
"""Libraries without which a library is not there."""


def test_every_backend_has_a_file_an_extra_and_a_row_in_the_adapters():
    assert {path.stem for path in FOLDER.glob("*.py")} - HELPERS - set(PARTS) == set(FILES)
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


@pytest.mark.parametrize(("file", "library"), (FILES | PARTS).items())
def test_a_backend_imports_its_own_library_alone(file, library):
    source = (FOLDER / f"{file}.py").read_text()
    assert imported(source) - ALLOWED - {library} - NEEDED.get(file, set()) == set()


@pytest.mark.parametrize("file", sorted(HELPERS))
def test_what_the_backends_share_imports_no_library(file):
    source = (FOLDER / f"{file}.py").read_text()
    assert imported(source) & (set(FILES.values()) - {"numpy"}) == set()


def test_no_other_module_imports_a_library():
    for path in (ROOT / "pybridge").rglob("*.py"):
        if path.parent != FOLDER:
            assert imported(path.read_text()) & (set(FILES.values()) - {"numpy"}) == set(), path


def test_the_import_test_can_fail():
    assert imported("import torch.nn as nn\nfrom jax import numpy") == {"torch", "jax"}
    assert imported("from pybridge.errors import X") == {"pybridge.errors"}


@pytest.mark.parametrize("method", METHODS)
def test_every_backend_has_the_protocols_methods_with_its_parameters(method):
    wanted = inspect.signature(getattr(Backend, method)).parameters
    for backend in classes():
        found = inspect.signature(getattr(type(backend), method)).parameters
        assert list(found) == list(wanted), type(backend)
        assert [p.default for p in found.values()] == [p.default for p in wanted.values()]


def test_no_backend_has_a_public_method_of_its_own():
    for backend in classes():
        kinds = [kind for kind in type(backend).__mro__ if kind.__module__.startswith("pybridge")]
        public = {name for kind in kinds for name in vars(kind) if not name.startswith("_")}
        assert public == {*METHODS, *FACTS}, type(backend)


def test_each_backend_has_the_file_of_its_giver():
    found = [type(backend).__module__.rpartition(".")[2] for backend in classes()]
    assert found == list(FILES)


def test_backends_are_told_apart_by_name():
    assert sorted(backend.name for backend in classes()) == sorted(["numpy", *ALL, *SECOND])


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
libraries = {{name.partition(".")[0] for name in pybridge.backends.LIBRARIES}} - {{"numpy"}}
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
        assert backends.backend_of(tensor).name == name
        if name in STORES:
            continue
        with pytest.raises(AssertionError):
            adapter.read(np.arange(3.0))
    assert import_module("pybridge.backends.numpy").NumpyBackend is type(backends.NUMPY)
