"""Show docstrings as the reference needs them: an extension of mkdocstrings' reader.

Examples become Python sessions, a constant shows its name alone, and the class of an error links to
its message.
"""

import re
from pathlib import Path
from typing import Any

import griffe

ERRORS = Path(__file__).resolve().parent.parent / "docs/errors.md"
HEADINGS = re.findall(r"^### .* \{#(\w+)\}$", ERRORS.read_text(encoding="utf-8"), re.MULTILINE)
SESSION = re.compile(r"^>>> (?:.|\n(?!\n)|\n\n(?=>>> ))*", re.MULTILINE)


class Sessions(griffe.Extension):
    """Put a fence around each session, and what it prints; leave out what says nothing."""

    def on_attribute(self, *, attr: griffe.Attribute, **_: Any) -> None:
        """Leave out `Final` and the value behind it."""
        if str(attr.annotation).startswith("Final"):
            attr.annotation = attr.value = None

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Link an error to its heading on the page of error messages."""
        if cls.docstring is not None and cls.name in HEADINGS:
            cls.docstring.value += f"\n\n[Message, cause and fix](errors.md#{cls.name})"

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change the docstring of an object when it has been read."""
        if obj.docstring is not None:
            text = SESSION.sub(lambda found: f"```pycon\n{found[0]}\n```", obj.docstring.value)
            obj.docstring.value = text
