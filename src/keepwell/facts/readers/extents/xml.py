"""This file reads the XML of spreadsheets piece by piece, and rejects what no spreadsheet program writes."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from keepwell.facts.readers.unreadable import unreadable

Attributes = dict[str, str]
Feed = Callable[[bytes], None]


def plain(tag: str) -> str:
    """Give a name without its prefix."""
    return tag.rpartition(":")[2]


def parser(
    name: str,
    started: Callable[[str, Attributes], None],
    ended: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Feed:
    """Make something to feed XML to, piece by piece."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = text

    def declared(*_: object) -> None:
        # Entities are declared there. No spreadsheet has any, and they can name other files or grow without end.
        what = "declares XML entities, as no spreadsheet program does"
        raise unreadable("F110", name, what, "Save it again with Excel or LibreOffice.")

    parser.StartDoctypeDeclHandler = declared

    def feed(chunk: bytes) -> None:
        try:
            parser.Parse(chunk, False)
        except expat.ExpatError as error:
            what = f"not a valid spreadsheet: {error}"
            raise unreadable("F110", name, what) from None

    return feed
