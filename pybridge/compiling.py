"""Marks for compilers of Python code: which functions to call without translating them.

PyTorch's and TensorFlow's compilers read these attributes; setting them imports neither.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Final, TypeVar, cast

from pybridge.errors import PybridgeError

F = TypeVar("F", bound=Callable[..., object])


def runs_as_python(function: F) -> F:
    """Mark a public function that compilers must not rewrite.

    TensorFlow's AutoGraph would rewrite it, though it has no tensor conditions. `torch.compile`
    inlines it into the graph of its caller, but does not compile it on its own: see `PUBLIC`.

    >>> hasattr(runs_as_python(lambda x: x), "autograph_info__")
    True
    """
    function.autograph_info__ = {}  # type: ignore[attr-defined]
    PUBLIC.add(function)
    return function


class Marked:
    """Functions with a mark, and the callbacks of compilers for each of them."""

    def __init__(self) -> None:
        self._functions: list[Callable[..., Any]] = []
        self._acts: list[Callable[[Any], object]] = []

    def add(self, function: Callable[..., Any]) -> None:
        """Mark a function."""
        self._functions.append(function)
        for act in self._acts:
            act(function)

    def watch(self, act: Callable[[Any], object]) -> None:
        """Call `act` on every function that is marked, now or later."""
        for function in self._functions:
            act(function)
        self._acts.append(act)


PUBLIC: Final = Marked()
"""The functions that `runs_as_python` marks.

If a compiler cannot take a call into its graph, the function must run as Python entirely: half
compiled, it would know some values and not others.
"""

IN_GRAPH: Final = Marked()
"""The functions that `in_graph` marks."""


def in_graph(function: F) -> F:
    """Let `torch.compile` put calls of a function into its graph without tracing it.

    Its arguments are tensors, or other values that a graph can hold: numbers, texts, slices, lists.
    """
    marked = _with_shown_errors(function)
    IN_GRAPH.add(marked)
    return marked


def gives_constants(function: F) -> F:
    """Let `torch.compile` call a function while tracing, and use the result as a constant.

    Its arguments must be constants of the traced code: numbers, texts, frozen values.
    """
    marked = _with_shown_errors(function)
    marked._dynamo_marked_constant = True  # type: ignore[attr-defined]
    return marked


def _with_shown_errors(function: F) -> F:
    """Raise each error as an IndexError too: the compiler replaces any other by its own."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except PybridgeError as error:
            if isinstance(error, IndexError):
                raise
            kind = type(error)
            also = type(kind.__name__, (kind, IndexError), {"__module__": kind.__module__})
            raise also(str(error), **error.fields) from None

    return cast("F", call)


def when_imported(name: str, act: Callable[[ModuleType], object]) -> None:
    """Call `act` on a module once it is imported, now if it has been.

    To import it here may cost a second, or end the process: PyTorch's compiler brings an LLVM that
    aborts where TensorFlow has loaded its own.
    """
    if name in sys.modules:
        act(importlib.import_module(name))
    else:
        sys.meta_path.insert(0, _Watcher(name, act))


class _Watcher:
    """A finder that has Python find one module as ever, and acts when it is loaded."""

    def __init__(self, name: str, act: Callable[[ModuleType], object]) -> None:
        self._name = name
        self._act = act

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return None for every other module."""
        spec = PathFinder.find_spec(name, path, target) if name == self._name else None
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                if self in sys.meta_path:
                    sys.meta_path.remove(self)
                    self._act(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
