"""Base R in a process of its own, for tests whose process must stay free of R.

`python -m pybridge.testing.own_process` is the other end: it reads pickled questions from its input
and writes R's answer to each. Only `OwnProcess` starts it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from pybridge.testing.oracle import RError, RNotFoundError, ask_r, plain_answer
from pybridge.testing.python_values import as_r
from pybridge.testing.r_values import Answer, RValue


class OwnProcess:
    """R in a separate process; call it like `run_r`. It starts at the first call.

    >>> with OwnProcess() as r:
    ...     int(r("sum(x)", x=[1, 2, 3])[0])
    6
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, source: str, /, **variables: Any) -> Any:
        """Evaluate R source, as `run_r` does; if R itself ends, the next call starts a new one."""
        inputs = {name: as_r(value) for name, value in variables.items()}
        return plain_answer(self.ask(source, inputs))

    def ask(self, source: str, inputs: Mapping[str, RValue], /) -> Answer:
        """Return all that R answers to source with inputs by name."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump((source, dict(inputs)), process.stdin)
            process.stdin.flush()
            answer = pickle.load(process.stdout)
        except (EOFError, BrokenPipeError):
            status = process.wait()
            self.close()
            raise RError(f"R ended with status {status} while it ran:\n{source}") from None
        except BaseException:
            self.close()  # the answer to this call must not be read by the next one
            raise
        if isinstance(answer, Answer):
            return answer
        raise answer

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
    """Answer questions until the input ends; what R prints goes to the standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            source, inputs = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: Answer | Exception
        try:
            answer = ask_r(source, inputs)
        except RNotFoundError as error:
            answer = RNotFoundError(str(error))
        except Exception as error:
            answer = RError(str(error))
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    _serve()
