"""The exceptions and warnings of pybridge: one hierarchy, each a class with fields.

Every exception is a `PybridgeError` and also the built-in that a Python user would catch
(`IndexError`, `ValueError`, `TypeError`). Messages speak R's language: positions and axes count
from one. The fields hold what the message says, for programs. `r_class` is the class that the
same condition carries in R.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import TYPE_CHECKING, Any, ClassVar


class _WithFields(type):
    """Makes an error of a message and its fields, around `Exception.__init__` itself.

    TensorFlow's AutoGraph raises an exception of user code anew, with the same class, only where
    the class has that very constructor; any other arrives as its own StagingError.
    """

    def __call__(cls, message: str, **fields: Any) -> Any:
        error = super().__call__(_shortened(message))
        error.fields = fields
        error.__dict__.update(fields)
        return error


def value_text(value: object) -> str:
    """Write what was met into a message, whatever it is.

    >>> value_text("K"), value_text([1] * 100)[-20:]
    ("'K'", '1, 1, 1, 1, 1, 1, 1]')
    """
    try:
        text = repr(value)
    except Exception:  # an object that cannot print itself
        return f"<{type(value).__name__}>"
    return text if len(text) <= 100 else f"{text[:60]} ... {text[-30:]}"


LONGEST_MESSAGE = 480
"""How many characters a message has at most, whatever the user wrote; its end says what to do."""


def _shortened(message: str) -> str:
    if len(message) <= LONGEST_MESSAGE:
        return message
    return f"{message[:280]} ... {message[-190:]}"


class PybridgeError(Exception, metaclass=_WithFields):
    """The root of the hierarchy; `fields` maps each declared field to its value.

    >>> error = SubscriptOutOfBoundsError("too far", subscript="29", position=29, axis=2, size=28)
    >>> isinstance(error, IndexError), error.position, error.size
    (True, 29, 28)
    """

    r_class: ClassVar[str] = "pybridge_error"

    fields: dict[str, Any]

    if TYPE_CHECKING:

        def __init__(self, message: str, **fields: Any) -> None: ...
    else:
        __init__ = Exception.__init__

    def __init_subclass__(cls, r: str = "") -> None:
        """Name the class `r` of the condition in R, without what all of them begin with."""
        if r:
            cls.r_class = f"{PybridgeError.r_class}_{r}"


def r_classes(error: BaseException) -> list[str]:
    """Return the condition classes of `error` in R, most specific first."""
    found = (vars(cls).get("r_class") for cls in type(error).__mro__)
    return [name for name in found if name is not None]


class ArgumentError(PybridgeError, ValueError, r="argument"):
    """An argument other than a subscript or a tensor has a value that is never valid."""


class SubscriptError(PybridgeError, IndexError, r="subscript"):
    """A subscript does not fit; the root of everything that is wrong with subscripts."""

    subscript: str
    """The subscript as the user wrote it, in R notation."""


class SubscriptOutOfBoundsError(SubscriptError, r="subscript_oob"):
    """A position lies beyond its axis."""

    position: int
    """The offending position, one-based or negative from the end."""
    axis: int
    """The axis, one-based."""
    size: int
    """The size of that axis."""


class SubscriptLabelError(SubscriptError, LookupError, r="subscript_label"):
    """A name is no label of its axis, or the label of several positions."""

    label: str
    """The name as it was written."""
    axis: int
    """The axis, one-based."""
    nearest: tuple[str, ...]
    """The labels of that axis that come nearest to an unknown name, the nearest first."""
    positions: tuple[int, ...]
    """The first few of several positions that have the label."""


class SubscriptTypeError(SubscriptError, TypeError, r="subscript_type"):
    """A subscript has a type or a fractional part that can never select anything."""


class SubscriptMissingError(SubscriptError, ValueError, r="subscript_missing"):
    """A subscript holds `NA` where a position is needed."""


class SubscriptCountError(SubscriptError, r="subscript_count"):
    """There are more subscripts than axes, or R wants exactly one for each axis."""

    count: int
    """How many axes the subscripts name."""
    ndim: int
    """How many axes the tensor has."""


class SubscriptRangeError(SubscriptError, ValueError, r="subscript_range"):
    """A range contradicts itself: step zero, or a step that leads away from its end."""


class SubscriptMaskError(SubscriptError, ValueError, r="subscript_mask"):
    """A logical subscript has a length or shape that does not fit the tensor."""


class SubscriptSyntaxError(SubscriptError, ValueError, r="subscript_syntax"):
    """Subscript text that the grammar does not know; `offset` points at the character."""

    offset: int
    """Where in the text, zero-based."""


class ShapeError(PybridgeError, ValueError, r="shape"):
    """Shapes that do not go together."""


class ReshapeError(ShapeError, r="reshape"):
    """The sizes of a new shape do not fit the tensor."""


class RecyclingError(ShapeError, r="recycling"):
    """R's arithmetic would refuse these shapes."""


class BroadcastError(ShapeError, r="broadcast"):
    """NumPy's arithmetic would refuse these shapes."""


class AssignmentError(PybridgeError, ValueError, r="assignment"):
    """A value cannot be assigned into a selection; the tensor is as it was."""


class LossyValueError(AssignmentError, TypeError, r="assignment_lossy"):
    """A value would lose information in the tensor's dtype."""

    dtype: str
    """The dtype of the tensor."""


class ImmutableTensorError(AssignmentError, TypeError, r="assignment_immutable"):
    """The tensor cannot be written in place; `r_assign` returns an updated one."""


class MissingValueError(PybridgeError, ValueError, r="missing_value"):
    """The result holds `NA`, and its dtype has no missing value."""

    dtype: str
    """The dtype that has no missing value."""


class UnsupportedTensorError(PybridgeError, TypeError, r="tensor"):
    """The object is not a tensor of any library that pybridge serves."""


class OperationError(PybridgeError, TypeError, ValueError, r="operation"):
    """`R(x)` does not do this; the message says what does."""


class TracingError(PybridgeError, TypeError, r="tracing"):
    """A library cannot do this inside compiled or traced code."""


class ConversionError(PybridgeError, ValueError, r="conversion"):
    """A value cannot cross between R and Python without loss; a policy must be named."""


class PybridgeWarning(UserWarning):
    """The root of pybridge's warnings."""


class RecyclingWarning(PybridgeWarning):
    """R's warning that a shorter vector does not fit evenly into a longer one."""


class SummaryWarning(PybridgeWarning):
    """R's warning about a summary of nothing, or about a vector that does not fit evenly."""


class SubscriptWarning(PybridgeWarning):
    """R's warning that it takes a subscript otherwise than it is written."""


_COLLECTOR: ContextVar[list[PybridgeWarning] | None] = ContextVar("_COLLECTOR", default=None)


@contextmanager
def collected_warnings() -> Iterator[list[PybridgeWarning]]:
    """Collect the warnings of pybridge in a list, in this thread alone, instead of showing them.

    The filters and the functions of the module `warnings` belong to all threads and stay as they
    are.

    >>> with collected_warnings() as collected:
    ...     warn("longer object length", RecyclingWarning)
    >>> collected
    [RecyclingWarning('longer object length')]
    """
    collected: list[PybridgeWarning] = []
    token = _COLLECTOR.set(collected)
    try:
        yield collected
    finally:
        _COLLECTOR.reset(token)


def warn(message: str, category: type[PybridgeWarning]) -> None:
    """Warn, pointing at the first caller outside this package."""
    collected = _COLLECTOR.get()
    if collected is not None:
        collected.append(category(_shortened(message)))
        return
    package = __name__.partition(".")[0]
    level = 2
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame = frame.f_back
        level += 1
    warnings.warn(_shortened(message), category, stacklevel=level)
