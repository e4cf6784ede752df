"""This file remembers, in the last line of a card's file, which published version the file was made from."""

from __future__ import annotations

import re
from pathlib import Path

_MARK = re.compile(r"^# published as version (\d+)[ \t]*\r?(?:\n|\Z)", re.MULTILINE)


def taken_apart(text: str) -> tuple[str, int | None]:
    """Part a card's text from its mark, also where somebody went on writing below it; the text ends with one line break.

    >>> taken_apart("name: x\\n# published as version 3\\n")
    ('name: x\\n', 3)
    >>> taken_apart("name: x")
    ('name: x\\n', None)
    """
    marks = [int(found[1]) for found in _MARK.finditer(text)]
    body = _MARK.sub("", text).rstrip("\n")
    return (body + "\n" if body else ""), marks[-1] if marks else None


def marked(text: str, version: int) -> str:
    """Put a version's mark under a text, the rest as it was.

    >>> marked("name: x", 3)
    'name: x\\n# published as version 3\\n'
    """
    body, _ = taken_apart(text)
    return body.rstrip("\n") + f"\n# published as version {version}\n"


def mark(path: Path, version: int) -> bool:
    """Write the version under the card, the rest byte for byte as it was; False where the file cannot be written to."""
    text = path.read_bytes().decode("utf-8")
    if taken_apart(text)[1] == version:
        return True
    try:
        path.write_bytes(marked(text, version).encode("utf-8"))
    except OSError:
        return False
    return True
