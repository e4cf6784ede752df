"""This file spells names in ASCII as internet addresses do: ö is oe in German, o in Swedish."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from keepwell.simulate.words.sources import word_lists

LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "\u0131": "i", "đ": "d", "Æ": "Ae", "Ø": "O",
    "Ł": "L", "Đ": "D",
})  # fmt: skip
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def to_ascii(text: str) -> str:
    """Spell a text in ASCII.

    >>> to_ascii("Jürgen Weiß"), to_ascii("Åsa Sjöberg"), to_ascii("Łukasz Wójcik")
    ('Juergen Weiss', 'Asa Sjoberg', 'Lukasz Wojcik')
    """
    swedish = _swedish_words()
    words = [
        word if word in swedish else word.translate(GERMAN)
        for word in unicodedata.normalize("NFC", text).split()
    ]
    letters = unicodedata.normalize("NFKD", " ".join(words).translate(LETTERS))
    return letters.encode("ascii", "ignore").decode("ascii")


def slug(text: str) -> str:
    """Keep only lower-case letters and digits.

    >>> slug("Hollis & Daughters")
    'hollisdaughters'
    """
    return re.sub(r"[^a-z0-9]", "", to_ascii(text).lower())


@cache
def _swedish_words() -> frozenset[str]:
    lists = [*word_lists("people_SE").values(), *word_lists("companies_SE").values()]
    words = {word for phrases in lists for phrase in phrases for word in phrase.split()}
    return frozenset(words | {f"{word}s" for word in words})
