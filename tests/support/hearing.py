"""Record the warnings of a call, without those of garbage that Python collects meanwhile."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heard_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Record every warning, once for each time that it is raised.

    What another test left open, a file or a process, may be collected at any moment, and then warns
    as if the code that runs just now had left it.
    """
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)
        yield heard
