"""This file remembers, in the last line of a card's file, which published version the file was made from."""

from __future__ import annotations

import re
from pathlib import Path

_MARK = re.compile(r"(?:\n|\A)# published as version (\d+)[ \t]*\n?\Z")


def taken_apart(text: str) -> tuple[str, int | None]:
    """Part a card's text from its mark.

    >>> taken_apart("name: x\\n# published as version 3\\n")
    ('name: x\\n', 3)
    >>> taken_apart("name: x\\n")
    ('name: x\\n', None)
    """
    found = _MARK.search(text)
    if not found:
        return text, None
    body = text[: found.start()]
    return (body + "\n" if body else ""), int(found[1])


def mark(path: Path, version: int) -> bool:
    """Write the version under the card, the rest byte for byte as it was; False where the file cannot be written to."""
    body, known = taken_apart(path.read_bytes().decode("utf-8"))
    if known == version:
        return True
    try:
        path.write_bytes((body.rstrip("\n") + f"\n# published as version {version}\n").encode("utf-8"))
    except OSError:
        return False
    return True
