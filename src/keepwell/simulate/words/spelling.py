"""This file spells names in plain ASCII, as addresses on the internet do: German with ue, Swedish with a and o."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from keepwell.simulate.words.sources import listed

LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "\u0131": "i",
        "đ": "d",
        "Æ": "Ae",
        "Ø": "O",
        "Ł": "L",
        "Đ": "D",
    }
)
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def plain(text: str) -> str:
    """Spell a text in ASCII.

    >>> plain("Jürgen Weiß"), plain("Åsa Sjöberg"), plain("Łukasz Wójcik")
    ('Juergen Weiss', 'Asa Sjoberg', 'Lukasz Wojcik')
    """
    swedish = _swedish()
    words = [
        word if word in swedish else word.translate(GERMAN)
        for word in unicodedata.normalize("NFC", text).split()
    ]
    letters = unicodedata.normalize("NFKD", " ".join(words).translate(LETTERS))
    return letters.encode("ascii", "ignore").decode("ascii")


def run_together(text: str) -> str:
    """Keep small letters and digits alone.

    >>> run_together("Hollis & Daughters")
    'hollisdaughters'
    """
    return re.sub(r"[^a-z0-9]", "", plain(text).lower())


@cache
def _swedish() -> frozenset[str]:
    lists = [*listed("people_SE").values(), *listed("companies_SE").values()]
    words = {word for phrases in lists for phrase in phrases for word in phrase.split()}
    return frozenset(words | {f"{word}s" for word in words})
