"""For the compilers that look into Python code: what they should run and not translate.

PyTorch's and TensorFlow's compilers read these attributes; setting them imports neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pybridge.errors import PybridgeError

F = TypeVar("F", bound=Callable[..., object])


def runs_as_python(function: F) -> F:
    """Keep TensorFlow's AutoGraph from rewriting a function that has no tensor conditions.

    >>> hasattr(runs_as_python(lambda x: x), "autograph_info__")
    True
    """
    function.autograph_info__ = {}  # type: ignore[attr-defined]
    return function


def gives_constants(function: F) -> F:
    """Let `torch.compile` call a function while it traces, and keep what it returned.

    Its arguments must be constants of the traced code: numbers, texts, frozen values.
    """
    function._dynamo_marked_constant = True  # type: ignore[attr-defined]
    return function


@contextmanager
def errors_shown() -> Iterator[None]:
    """Raise an error of ours as an IndexError too: the compiler hides any other behind its own.

    Subscript errors are IndexErrors by themselves.
    """
    try:
        yield
    except PybridgeError as error:
        if isinstance(error, IndexError):
            raise
        kind = type(error)
        shown = type(kind.__name__, (kind, IndexError), {"__module__": kind.__module__})
        raise shown(str(error), **error.fields) from None
