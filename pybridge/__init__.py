"""R-style subscripts, row-major reshaping and recycling for NumPy and the tensor libraries."""

import sys
from importlib import import_module
from types import FunctionType
from typing import TYPE_CHECKING


def _stop(problem: str, advice: str) -> None:
    """Report why pybridge cannot be imported; on the command line as the doctor does."""
    if sys.argv and sys.argv[0].removesuffix(".exe").endswith(("-m", "/pybridge", "\\pybridge")):
        sys.exit(f"fail  {problem}\n      {advice}")
    raise ImportError(f"{problem}: {advice}")


if sys.version_info < (3, 11):  # noqa: UP036 -- checked before importing what this Python cannot parse
    _stop(f"this Python, {sys.executable}, is too old", "pybridge needs Python 3.11 or newer")
try:
    import numpy  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "numpy":
        raise
    _stop("pybridge needs NumPy, which is not installed", f"{sys.executable} -m pip install numpy")

from pybridge.compiling import runs_as_python
from pybridge.shapes.reshaping import array_reshape
from pybridge.subscripts import NA, Subscripts, newaxis
from pybridge.subsetting import R, all_but, r_assign, r_slice, r_subscripts, result_shape

if TYPE_CHECKING:
    from pybridge.conversion import from_r, rpy2_converter, to_r
    from pybridge.explaining import explain
    from pybridge.r_functions.positions import order, which, which_max, which_min
    from pybridge.shapes.explaining import explain_shapes
    from pybridge.shapes.recycling import broadcast, recycle, recycled

__version__ = "0.1.0"

__all__ = [
    "NA",
    "R",
    "Subscripts",
    "all_but",
    "array_reshape",
    "broadcast",
    "explain",
    "explain_shapes",
    "from_r",
    "newaxis",
    "order",
    "r_assign",
    "r_slice",
    "r_subscripts",
    "recycle",
    "recycled",
    "result_shape",
    "rpy2_converter",
    "to_r",
    "which",
    "which_max",
    "which_min",
]

_MODULES = {
    "broadcast": "shapes.recycling",
    "explain": "explaining",
    "explain_shapes": "shapes.explaining",
    "from_r": "conversion",
    "order": "r_functions.positions",
    "recycle": "shapes.recycling",
    "recycled": "shapes.recycling",
    "rpy2_converter": "conversion",
    "to_r": "conversion",
    "which": "r_functions.positions",
    "which_max": "r_functions.positions",
    "which_min": "r_functions.positions",
}


def __getattr__(name: str) -> object:
    """Import names that few programs need at their first use, so `import pybridge` stays fast."""
    if name not in _MODULES:
        raise AttributeError(f"module 'pybridge' has no attribute {name!r}")
    value: object = getattr(import_module(f"pybridge.{_MODULES[name]}"), name)
    if isinstance(value, FunctionType):
        runs_as_python(value)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    dunder = [name for name in globals() if name.startswith("__")]
    return sorted([*__all__, "errors", "testing", *dunder])
