"""Base R in a process of its own, for tests whose process must stay free of R.

`python -m pybridge.testing.own_process` is the other end: it reads pickled calls of `run_r` from
its input and writes the result of each. Only `OwnProcess` starts it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import Any

from pybridge.testing.oracle import RError, run_r


class OwnProcess:
    """R in a process of its own; call it as `run_r`. It starts at the first call.

    >>> with OwnProcess() as r:
    ...     int(r("sum(x)", x=[1, 2, 3])[0])
    6
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, source: str, **variables: Any) -> Any:
        """Evaluate R source, as `run_r` does; if R itself ends, the next call starts a new one."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump((source, variables), process.stdin)
            process.stdin.flush()
            kind, answer = pickle.load(process.stdout)
        except (EOFError, BrokenPipeError):
            status = process.wait()
            self.close()
            raise RError(f"R ended with status {status} while it ran:\n{source}") from None
        except BaseException:
            self.close()  # the answer to this call must not be read by the next one
            raise
        if kind == "value":
            return answer
        raise RError(answer)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self._process

    def close(self) -> None:
        """End the process if it is running."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def __enter__(self) -> OwnProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _serve() -> None:
    """Answer calls until the input ends; what R prints goes to the standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            source, variables = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = ("value", run_r(source, **variables))
        except Exception as error:
            answer = ("error", str(error))
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    _serve()
