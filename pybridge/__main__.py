"""The command line: `pybridge explain "x[NA:5, , 8:-8]" --shape 60000,28,28`.

`python -m pybridge` is the same, also with the copy that the R package carries.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from pybridge.errors import ArgumentError, PybridgeError
from pybridge.explaining import doctor, explain


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 2 for invalid input, 1 if a check failed."""
    is_module = os.path.basename(sys.argv[0]) in ("__main__.py", "-m")
    parser = argparse.ArgumentParser(
        prog="python -m pybridge" if is_module else "pybridge",
        description="R-style subscripts for tensors.",
    )
    parser.add_argument("--version", action="version", version=f"pybridge {doctor.version()}")
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(metavar="command")
    command = commands.add_parser(
        "explain",
        help="explain what subscripts select, how Python writes it, and where R and Python differ",
    )
    command.add_argument("subscripts", help='R text, as in "x[NA:5, , 8:-8]"')
    command.add_argument("--shape", required=True, help="the sizes of the axes, as in 60000,28,28")
    command.add_argument("--dialect", choices=("tensor", "base"), default="tensor")
    command.add_argument(
        "--keep-axes", action="store_true", help="keep the axis of a number, as drop=FALSE does"
    )
    command.set_defaults(run=_explain)
    command = commands.add_parser("doctor", help="check the R and Python set-up")
    command.set_defaults(run=lambda parsed: doctor.examine())
    parsed = parser.parse_args(arguments)
    if parsed.run is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        result = parsed.run(parsed)
    except PybridgeError as error:
        print(error, file=sys.stderr)
        return 2
    print(result)
    return result.exit_status if isinstance(result, doctor.Report) else 0


def _explain(parsed: argparse.Namespace) -> str:
    shape, drop = shape_from_text(parsed.shape), not parsed.keep_axes
    return str(explain(shape, parsed.subscripts, dialect=parsed.dialect, drop=drop))


def shape_from_text(text: str) -> tuple[int, ...]:
    """Read a shape such as `60000,28,28`; without sizes, that of a tensor without axes.

    >>> shape_from_text("60000, 28,28"), shape_from_text("")
    ((60000, 28, 28), ())
    """
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise ArgumentError(f"--shape takes sizes with commas, as in 60000,28,28, not {text!r}")
    return tuple(map(int, parts))


if __name__ == "__main__":
    sys.exit(main())
