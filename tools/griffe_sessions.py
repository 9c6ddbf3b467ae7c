"""Show the examples of docstrings as sessions of Python: an extension of mkdocstrings' reader."""

import re
from typing import Any

import griffe

SESSION = re.compile(r"^>>> (?:.|\n(?!\n)|\n\n(?=>>> ))*", re.MULTILINE)


class Sessions(griffe.Extension):
    """Put a fence around each session, and what it prints."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change the docstring of an object when it has been read."""
        if obj.docstring is not None:
            text = SESSION.sub(lambda found: f"```pycon\n{found[0]}\n```", obj.docstring.value)
            obj.docstring.value = text
