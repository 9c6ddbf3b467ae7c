"""A line that says how far a long loop is: count, rate and time left. The same in R: progress.R."""

from __future__ import annotations

import sys
import time
from typing import Self, TextIO

SECONDS_BETWEEN_LINES = 0.2


class Progress:
    """Rewrites one line on a terminal; prints nothing if the stream is a file or a pipe."""

    def __init__(self, total: int, label: str, unit: str, stream: TextIO | None = None) -> None:
        self.total, self.label, self.unit = total, label, unit
        self.stream = sys.stderr if stream is None else stream
        self.is_shown = self.stream.isatty()
        self.done = 0
        self.began = self.last_line = time.perf_counter()

    def advance(self, count: int = 1) -> None:
        """Count `count` more as done."""
        self.done += count
        if not self.is_shown:
            return
        now = time.perf_counter()
        if now - self.last_line >= SECONDS_BETWEEN_LINES:
            self.last_line = now
            self.stream.write(f"\r{self.line(now - self.began)}\x1b[K")
            self.stream.flush()

    def line(self, seconds: float) -> str:
        """Return what the line says `seconds` after the start."""
        rate = self.done / seconds
        minutes, left = divmod(round((self.total - self.done) / rate), 60)
        return (
            f"{self.label}: {self.done}/{self.total} {self.unit}, "
            f"{rate:.1f}/s, {minutes}:{left:02d} left"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        if self.is_shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
