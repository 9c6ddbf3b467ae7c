"""For the compilers that look into Python code: what they should run and not translate.

PyTorch's and TensorFlow's compilers read these attributes; setting them imports neither.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from pybridge.errors import PybridgeError

F = TypeVar("F", bound=Callable[..., object])


def runs_as_python(function: F) -> F:
    """Mark a public function, which compilers leave as it is written.

    TensorFlow's AutoGraph would rewrite it, though it has no tensor conditions. `torch.compile`
    takes it into the graph of its caller, but compiles no call of it by itself: see `PUBLIC`.

    >>> hasattr(runs_as_python(lambda x: x), "autograph_info__")
    True
    """
    function.autograph_info__ = {}  # type: ignore[attr-defined]
    PUBLIC.add(function)
    return function


class Marked:
    """Functions that carry a mark, and what compilers do with each of them, now or later."""

    def __init__(self) -> None:
        self._functions: list[Callable[..., Any]] = []
        self._acts: list[Callable[[Any], object]] = []

    def add(self, function: Callable[..., Any]) -> None:
        """Mark a function."""
        self._functions.append(function)
        for act in self._acts:
            act(function)

    def watch(self, act: Callable[[Any], object]) -> None:
        """Call `act` on every function that is or will be marked."""
        for function in self._functions:
            act(function)
        self._acts.append(act)


PUBLIC: Final = Marked()
"""What `runs_as_python` marks.

A compiler may find that it cannot take a call into its graph. Then the function must run whole: one
that runs half as Python and half compiled would both know values and not know them.
"""

IN_GRAPH: Final = Marked()
"""What `in_graph` marks."""


def in_graph(function: F) -> F:
    """Let `torch.compile` put a call of a function into its graph without reading it.

    Its arguments are tensors and what a graph can hold beside them: numbers, texts, slices, lists.
    """
    marked = _with_shown_errors(function)
    IN_GRAPH.add(marked)
    return marked


def gives_constants(function: F) -> F:
    """Let `torch.compile` call a function while it traces, and keep what it returned.

    Its arguments must be constants of the traced code: numbers, texts, frozen values.
    """
    marked = _with_shown_errors(function)
    marked._dynamo_marked_constant = True  # type: ignore[attr-defined]
    return marked


def _with_shown_errors(function: F) -> F:
    """Raise each error as an IndexError too, since the compiler hides any other behind its own."""

    @functools.wraps(function)
    def shown(*given: Any) -> Any:
        try:
            return function(*given)
        except PybridgeError as error:
            if isinstance(error, IndexError):
                raise
            kind = type(error)
            also = type(kind.__name__, (kind, IndexError), {"__module__": kind.__module__})
            raise also(str(error), **error.fields) from None

    return cast("F", shown)
