"""This file holds what is said of a mistake in a document: where it is, what it is, and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_GOT = (
    60  # characters of what was found: enough to find it again, and a page of it hides the others
)
LONGEST_WORDS = 400


@dataclass(frozen=True)
class Fault:
    """One mistake (or, with `is_error=False`, one piece of advice) in a document that a person wrote.

    What was found is shown by its first 60 characters.

    >>> print(Fault("C101", "card.yaml", 14, "adoption.seats", "unknown column", "seat", "Did you mean `seats`?"))
    card.yaml:14 adoption.seats: unknown column `seat`. Did you mean `seats`?
    """

    code: str
    file: str
    line: int
    path: str
    what: str
    got: str = ""
    way_out: str = ""
    is_error: bool = True

    def __post_init__(self) -> None:
        for name, most in (
            ("got", LONGEST_GOT),
            ("path", 2 * LONGEST_GOT),
            ("what", LONGEST_WORDS),
            ("way_out", LONGEST_WORDS),
        ):
            object.__setattr__(self, name, shortened(getattr(self, name), most))

    def __str__(self) -> str:
        got = f" `{self.got}`" if self.got else ""
        way_out = f" {self.way_out}" if self.way_out else ""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.path}: {self.what}{got}.{way_out}".replace(" : ", ": ")


def shortened(text: str, most: int) -> str:
    """Cut a text that is longer than it may be, and show that it was.

    >>> shortened("a word", 60), shortened("abcdefgh", 6)
    ('a word', 'abc...')
    """
    return text if len(text) <= most else text[: most - 3] + "..."


def did_you_mean(got: str, known: Iterable[str]) -> str:
    """Suggest the nearest known name, else list what is known.

    >>> did_you_mean("seat", ["seats", "amount"])
    'Did you mean `seats`?'
    """
    names = sorted(set(known))
    lowered = {name.lower(): name for name in names}
    near = difflib.get_close_matches(got.lower(), lowered, n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{lowered[near[0]]}`?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"Known here: {shown}." if names else ""
