"""A test kit for code that connects R and Python, with base R as the oracle.

Only tests use it: a package does not need pybridge when it runs. To compare, and to replay R's
recorded answers, the kit needs NumPy, and pytest for the fixture `r`. To ask R it needs rpy2
and R. The `strategies` need Hypothesis. `import pybridge` does not import the kit. In a
`conftest.py`, `pytest_plugins = ["pybridge.testing.plugin"]` gives pytest the fixture `r`.

>>> import numpy as np
>>> from pybridge import R
>>> from pybridge.testing import assert_same_as_r
>>> x = np.arange(1, 31).reshape(2, 3, 5)
>>> assert_same_as_r(R(x)[2, [3, 1]], "x[2, c(3, 1), ]", x=x)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pybridge.testing.asserting import assert_same_as_r
    from pybridge.testing.corpus import cases
    from pybridge.testing.oracle import RError, RNotFoundError, RWarning, run_r
    from pybridge.testing.own_process import OwnProcess
    from pybridge.testing.plugin import RecordedR
    from pybridge.testing.r_source import r_text
    from pybridge.testing.record_files import RecordError

__all__ = [
    "OwnProcess",
    "RError",
    "RNotFoundError",
    "RWarning",
    "RecordError",
    "RecordedR",
    "assert_same_as_r",
    "cases",
    "r_text",
    "run_r",
]

_MODULES = {
    "OwnProcess": "own_process",
    "RError": "oracle",
    "RNotFoundError": "oracle",
    "RWarning": "oracle",
    "RecordError": "record_files",
    "RecordedR": "plugin",
    "assert_same_as_r": "asserting",
    "cases": "corpus",
    "r_text": "r_source",
    "run_r": "oracle",
}


def __getattr__(name: str) -> object:
    """Import a part of the kit when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module 'pybridge.testing' has no attribute {name!r}")
    return getattr(import_module(f"pybridge.testing.{_MODULES[name]}"), name)
