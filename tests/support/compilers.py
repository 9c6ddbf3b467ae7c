"""Have the compilers that tests meet optimise little: what they compile runs once, on small arrays.

What is proven, that a library compiles what pybridge asks for and what it then gives, is the same;
most of the time of the tests on JAX, and a third of those on `sparse`, went into optimising.
"""

import contextlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

FLAGS = " ".join(
    (
        "--xla_backend_optimization_level=0",
        # the older way to make code of an operation, which takes two thirds of the time
        "--xla_cpu_use_fusion_emitters=false",
    )
)
COMPILES = {
    "jax": "import jax; jax.jit(lambda x: x + 1)(1.0)",
    "tensorflow": "import tensorflow; tensorflow.function(lambda x: x, jit_compile=True)(1.0)",
}
"""The packages with an XLA of their own, and code that has it read its flags."""


def optimise_little() -> None:
    """Say so to XLA and to Numba, before they start."""
    os.environ.setdefault("NUMBA_OPT", "0")
    if all(takes_flags(package, code) for package, code in COMPILES.items()):
        os.environ.setdefault("XLA_FLAGS", FLAGS)


def takes_flags(package: str, code: str) -> bool:
    """Return whether a package, if it is there, knows the flags: XLA ends a process at others.

    A process of its own finds out, once for each file that is installed.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return True
    asked = f"{FLAGS} {spec.origin} {Path(spec.origin).stat().st_mtime_ns}"
    answers = Path(sys.prefix, f"flags-of-{package}")
    answer = answers.read_text(encoding="utf-8") if answers.exists() else ""
    if not answer.endswith(asked):
        flagged = {**os.environ, "XLA_FLAGS": FLAGS}
        ended = subprocess.run([sys.executable, "-c", code], env=flagged, capture_output=True)
        answer = f"{ended.returncode} {asked}"
        with contextlib.suppress(OSError):  # an environment that cannot be written asks each time
            answers.write_text(answer, encoding="utf-8")
    return answer.startswith("0 ")
