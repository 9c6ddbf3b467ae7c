"""For the compilers that look into Python code: what they should run and not translate.

PyTorch's and TensorFlow's compilers read these attributes; setting them imports neither.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import CodeType
from typing import Any, Final, TypeVar, cast

from pybridge.errors import PybridgeError

F = TypeVar("F", bound=Callable[..., object])


def runs_as_python(function: F) -> F:
    """Mark a public function, which compilers leave as it is written.

    TensorFlow's AutoGraph would rewrite it, though it has no tensor conditions. `torch.compile`
    takes it into the graph of its caller, but compiles no call of it by itself: see `on_public`.

    >>> hasattr(runs_as_python(lambda x: x), "autograph_info__")
    True
    """
    function.autograph_info__ = {}  # type: ignore[attr-defined]
    code: CodeType = function.__code__
    _PUBLIC.append(code)
    for act in _WATCHING:
        act(code)
    return function


_PUBLIC: Final[list[CodeType]] = []
_WATCHING: Final[list[Callable[[CodeType], None]]] = []


def on_public(act: Callable[[CodeType], None]) -> None:
    """Call `act` on the code of every function that is or will be marked by `runs_as_python`.

    A compiler may find that it cannot take a call into its graph. Then the function must run whole:
    one that runs half as Python and half compiled would both know values and not know them.
    """
    for code in _PUBLIC:
        act(code)
    _WATCHING.append(act)


def gives_constants(function: F) -> F:
    """Let `torch.compile` call a function while it traces, and keep what it returned.

    Its arguments must be constants of the traced code: numbers, texts, frozen values. Its errors
    are raised as IndexErrors too, since the compiler hides any other behind its own.
    """

    @functools.wraps(function)
    def constant(*given: Any) -> Any:
        try:
            return function(*given)
        except PybridgeError as error:
            if isinstance(error, IndexError):
                raise
            kind = type(error)
            shown = type(kind.__name__, (kind, IndexError), {"__module__": kind.__module__})
            raise shown(str(error), **error.fields) from None

    constant._dynamo_marked_constant = True  # type: ignore[attr-defined]
    return cast("F", constant)
