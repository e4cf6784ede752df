"""This file gives the shape of what went wrong: an error with its code and its parts, and faults in a document."""

from __future__ import annotations

from collections.abc import Iterable

from keepwell.app.representations.values import Json
from keepwell.errors import Fault, KeepwellError

INTERNAL = "E900"


def error(raised: KeepwellError) -> Json:
    """Show an error: `error` is the sentence for people, `code` is for scripts."""
    return {
        "code": raised.code,
        "error": sentence(raised),
        "place": raised.place or None,
        "got": raised.got or None,
        "way_out": raised.way_out or None,
        "faults": [fault(each) for each in raised.faults],
    }


def internal_error(sentence: str, reference: str) -> Json:
    """Show a fault of ours; its details are in the log under the reference."""
    return {"code": INTERNAL, "error": sentence, "reference": reference, "faults": []}


def fault(found: Fault) -> Json:
    """Show one fault, or one piece of advice."""
    return {
        "code": found.code,
        "file": found.file,
        "line": found.line,
        "path": found.path,
        "what": found.what,
        "got": found.got,
        "way_out": found.way_out,
        "is_error": found.is_error,
    }


def sentence(raised: KeepwellError) -> str:
    """Say what went wrong in one sentence; of a document with faults, how many there are."""
    return str(raised) if raised.what else f"{counted(raised.faults)}; nothing was changed."


def counted(faults: Iterable[Fault]) -> str:
    """Say how many faults there are, advice left out.

    >>> counted([Fault("C101", "card.yaml", 14, "usage", "unknown column")])
    '1 fault'
    """
    count = sum(1 for found in faults if found.is_error)
    return f"{count} fault{'' if count == 1 else 's'}"
