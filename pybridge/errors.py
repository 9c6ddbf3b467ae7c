"""The exceptions and warnings of pybridge: one hierarchy, each a class with fields.

Every exception is a `PybridgeError`, and also the built-in exception that a Python user would catch
(`IndexError`, `ValueError`, `TypeError`). In messages positions and axes count from one, as in R.
The fields hold the values in the message, for use in programs. `r_class` is the class of the
same condition in R.
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
    """Metaclass whose call sets the fields, so that classes keep `Exception.__init__` itself.

    TensorFlow's AutoGraph re-raises an exception of user code with its class only if the class has
    that constructor; any other becomes a StagingError.
    """

    def __call__(cls, message: str, **fields: Any) -> Any:
        error = super().__call__(_shortened(message))
        error.fields = fields
        error.__dict__.update(fields)
        return error


def value_text(value: object) -> str:
    """Return the text of any value for a message, abbreviated.

    >>> value_text("K"), value_text([1] * 100)[-20:]
    ("'K'", '1, 1, 1, 1, 1, 1, 1]')
    """
    try:
        text = repr(value)
    except Exception:  # an object whose repr fails
        return f"<{type(value).__name__}>"
    return text if len(text) <= 100 else f"{text[:60]} ... {text[-30:]}"


LONGEST_MESSAGE = 480
"""The maximal length of a message; its end, which gives advice, is kept."""


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
        """Store `r`, the class of the condition in R without the common prefix."""
        if r:
            cls.r_class = f"{PybridgeError.r_class}_{r}"


def r_classes(error: BaseException) -> list[str]:
    """Return the condition classes of `error` in R, most specific first."""
    classes = (vars(cls).get("r_class") for cls in type(error).__mro__)
    return [name for name in classes if name is not None]


class ArgumentError(PybridgeError, ValueError, r="argument"):
    """An argument other than a subscript or a tensor has a value that is never valid."""


class SubscriptError(PybridgeError, IndexError, r="subscript"):
    """A subscript does not fit; the base class of all subscript errors."""

    subscript: str
    """The subscript as the user wrote it, in R notation."""


class SubscriptOutOfBoundsError(SubscriptError, r="subscript_oob"):
    """A position is beyond the end of its axis."""

    position: int
    """The offending position, one-based or negative from the end."""
    axis: int
    """The axis, one-based."""
    size: int
    """The size of that axis."""


class SubscriptLabelError(SubscriptError, LookupError, r="subscript_label"):
    """A name is not a label of its axis, or is the label of several positions."""

    label: str
    """The name as it was written."""
    axis: int
    """The axis, one-based."""
    nearest: tuple[str, ...]
    """The labels of that axis closest to an unknown name, the closest first."""
    positions: tuple[int, ...]
    """The first few of several positions that have the label."""


class SubscriptTypeError(SubscriptError, TypeError, r="subscript_type"):
    """A subscript has a wrong type or a fractional part, and can never select anything."""


class SubscriptMissingError(SubscriptError, ValueError, r="subscript_missing"):
    """A subscript holds `NA` where a position is needed."""


class SubscriptCountError(SubscriptError, r="subscript_count"):
    """There are more subscripts than axes, or R needs exactly one for each axis."""

    count: int
    """How many axes the subscripts name."""
    ndim: int
    """How many axes the tensor has."""


class SubscriptRangeError(SubscriptError, ValueError, r="subscript_range"):
    """A range has step zero, or a step that leads away from its end."""


class SubscriptMaskError(SubscriptError, ValueError, r="subscript_mask"):
    """A logical subscript has a length or shape that does not fit the tensor."""


class SubscriptSyntaxError(SubscriptError, ValueError, r="subscript_syntax"):
    """Subscript text is not valid; `offset` is the index of the wrong character."""

    offset: int
    """Where in the text, zero-based."""


class ShapeError(PybridgeError, ValueError, r="shape"):
    """Shapes cannot be combined."""


class ReshapeError(ShapeError, r="reshape"):
    """The sizes of a new shape do not fit the tensor."""


class RecyclingError(ShapeError, r="recycling"):
    """R's arithmetic fails for these shapes."""


class BroadcastError(ShapeError, r="broadcast"):
    """NumPy's arithmetic fails for these shapes."""


class AssignmentError(PybridgeError, ValueError, r="assignment"):
    """A value cannot be assigned into a selection; the tensor is unchanged."""


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
    """The object is not a tensor of any library that pybridge supports."""


class OperationError(PybridgeError, TypeError, ValueError, r="operation"):
    """`R(x)` does not support this; the message says what to use."""


class TracingError(PybridgeError, TypeError, r="tracing"):
    """A library cannot do this inside compiled or traced code."""


class ConversionError(PybridgeError, ValueError, r="conversion"):
    """A value cannot be converted between R and Python without loss."""


class PybridgeWarning(UserWarning):
    """The base class of pybridge's warnings."""


class RecyclingWarning(PybridgeWarning):
    """R's warning that a longer length is not a multiple of a shorter length."""


class SummaryWarning(PybridgeWarning):
    """R's warning about an empty summary, or about lengths that are not multiples."""


class SubscriptWarning(PybridgeWarning):
    """R's warning that it reads a subscript in another way than it is written."""


_COLLECTOR: ContextVar[list[PybridgeWarning] | None] = ContextVar("_COLLECTOR", default=None)


@contextmanager
def collected_warnings() -> Iterator[list[PybridgeWarning]]:
    """Collect pybridge's warnings of this thread in a list instead of emitting them.

    The state of the module `warnings`, which all threads share, is unchanged.

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
