"""Have the compilers that tests meet optimise little: what they compile runs once, on small arrays.

What is proven, that a library compiles what pybridge asks for and what it then gives, is the same;
most of the time of the tests on JAX, and a third of those on `sparse`, went into optimising.
"""

import mmap
import os
from importlib.util import find_spec
from pathlib import Path

XLA = {
    "xla_backend_optimization_level": "0",
    # the older way to make code of an operation, which takes two thirds of the time
    "xla_cpu_use_fusion_emitters": "false",
}
HOLDERS = {"jaxlib": "libjax_common.so", "tensorflow": "libtensorflow_cc.so.2"}
"""The packages with an XLA of their own, and the file that it is in."""


def are_known(flags: list[str], package: str, file: str) -> bool:
    """Return whether a library, if it is there, names all flags; XLA ends at an unknown one."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        return True
    path = Path(next(iter(found.submodule_search_locations)), file)
    if not path.exists():  # another system has other names
        return False
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as held:
        return all(held.find(flag.encode()) != -1 for flag in flags)


def optimise_little() -> None:
    """Say so to XLA and to Numba, before they start."""
    os.environ.setdefault("NUMBA_OPT", "0")
    if all(are_known(list(XLA), *holder) for holder in HOLDERS.items()):
        os.environ.setdefault("XLA_FLAGS", " ".join(f"--{k}={v}" for k, v in XLA.items()))
