"""The files of records: JSON in `__r__` next to the tests, written completely or not at all."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FORMAT = 1
FOLDER = "__r__"
AGAIN = "Run pytest with --r-record where R is, and read what changed in the record."


class RecordError(Exception):
    """A record no longer agrees with the test or with R; the text says where they differ.

    It is not an `AssertionError`, so a test that expects an `AssertionError` does not catch it.
    """


def read_file(file: Path) -> dict[str, Any]:
    """Return the records of a file by test; none where there is no file.

    Raises `RecordError` for a file that is not a record of this format.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except ValueError as error:
        raise RecordError(f"{file} is not JSON: {error}. {AGAIN}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise RecordError(f"{file} is not a record of format {FORMAT}. {AGAIN}")
    records: dict[str, Any] = found["records"]
    return records


def write_file(file: Path, new: Mapping[str, Any], collected: set[str] | None = None) -> None:
    """Put records into a file, whole or not at all; keep those of other tests.

    `collected` are the names of all tests that the module has and of the fixtures that they use;
    records of others are dropped.
    """
    try:
        records = read_file(file)
    except RecordError:
        records = {}  # it is written anew
    if collected is not None:
        records = {
            name: record
            for name, record in records.items()
            if name in collected or _fixture_of(name) in collected
        }
    records.update(new)
    if not records:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(exist_ok=True)
    text = json_text({"format": FORMAT, "records": records})
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, prefix=f".{file.stem}", delete=False, encoding="utf-8"
    ) as written:
        written.write(text + "\n")
    os.chmod(written.name, 0o644)
    os.replace(written.name, file)


def _fixture_of(name: str) -> str:
    """Return the name of a fixture without its parameter and where it was used."""
    return re.sub(r"^(fixture \w+).*", r"\1", name)


def json_text(value: Any, indent: str = "") -> str:
    """Return JSON whose diffs are read with ease: sorted, and ten elements of a vector a line.

    >>> print(json_text({"b": [1, None], "a": {"x": "NaN"}}))
    {
     "a": {
      "x": "NaN"
     },
     "b": [1, null]
    }
    """
    inner = indent + " "
    if isinstance(value, dict) and value:
        parts = [
            f"{inner}{json.dumps(name, ensure_ascii=False)}: {json_text(value[name], inner)}"
            for name in sorted(value)
        ]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    if isinstance(value, list) and any(map(_has_a_line_of_its_own, value)):
        parts = [f"{inner}{json_text(entry, inner)}" for entry in value]
        return "[\n" + ",\n".join(parts) + f"\n{indent}]"
    if isinstance(value, list) and len(value) > 10:
        entries = [json.dumps(entry, ensure_ascii=False) for entry in value]
        rows = [f"{inner}{', '.join(entries[k : k + 10])}" for k in range(0, len(entries), 10)]
        return "[\n" + ",\n".join(rows) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _has_a_line_of_its_own(entry: Any) -> bool:
    """Return whether an entry of a list is shown alone: a question, a line of code."""
    return isinstance(entry, dict) or (isinstance(entry, str) and " " in entry)
