"""This file reads cards from files, and notes in a file's last line which published version it was made from."""

from __future__ import annotations

import re
from pathlib import Path

from keepwell.errors import Invalid, WrongUse
from keepwell.facts import atomic_files

LARGEST = 1_000_000  # bytes; a card written by hand has a few thousand
_NOTE = re.compile(r"^# published as version (\d+)[ \t]*\r?(?:\n|\Z)", re.MULTILINE)


def read(path: Path) -> str:
    """Read a card's text, without the note of its version."""
    return split(read_whole(path))[0]


def read_whole(path: Path) -> str:
    """Read a card's file."""
    if not path.is_file():
        raise WrongUse(f"There is no file `{path}`.")
    if path.stat().st_size > LARGEST:
        raise Invalid(f"{path} has {path.stat().st_size:,} bytes. A card is a few pages of text.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None


def split(text: str) -> tuple[str, int | None]:
    """Part a card's text from its note, also where somebody went on writing below it; the text ends with one line break.

    >>> split("name: x\\n# published as version 3\\n")
    ('name: x\\n', 3)
    >>> split("name: x")
    ('name: x\\n', None)
    """
    versions = [int(found[1]) for found in _NOTE.finditer(text)]
    body = _NOTE.sub("", text).rstrip("\n")
    return (body + "\n" if body else ""), versions[-1] if versions else None


def with_note(text: str, version: int) -> str:
    """Note a version under a text, the rest as it was.

    >>> with_note("name: x", 3)
    'name: x\\n# published as version 3\\n'
    """
    body, _ = split(text)
    return body.rstrip("\n") + f"\n# published as version {version}\n"


def note_version(path: Path, version: int) -> bool:
    """Note a version in a card's file, the rest byte for byte as it was; False where the file cannot be written to."""
    text = path.read_bytes().decode("utf-8")
    if split(text)[1] == version:
        return True
    try:
        atomic_files.write_bytes(path, with_note(text, version).encode("utf-8"))
    except OSError:
        return False
    return True
