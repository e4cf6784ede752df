"""This file picks sentences at random, fills their slots, and makes some look typed in a hurry."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

SLOT = re.compile(r"\{(\w+)\}")
SENTENCE_START = re.compile(r"(^|[.?]\"? )$")  # a number in words gets a capital there
NAMES = frozenset({"champion", "sponsor", "csm", "account"})
MAX_TRIES = 12  # to write something new before repeating
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
MONTHS = (
    "January", "March", "April", "May", "June", "September", "October", "November", "December",
)  # fmt: skip
TYPOS = {
    "definitely": "definately",
    "received": "recieved",
    "separate": "seperate",
    "calendar": "calender",
    "until": "untill",
    "because": "becuase",
    "doesn't": "doesnt",
    "can't": "cant",
    "don't": "dont",
    "isn't": "isnt",
    "it's": "its",
    "won't": "wont",
    "didn't": "didnt",
    "their": "thier",
    "which": "wich",
    "with": "wiht",
    "invoices": "invocies",
    "engineers": "enginners",
    "before": "befor",
    "tomorrow": "tommorow",
    "really": "realy",
    "again": "agian",
    "customers": "custumers",
}


def pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    """Pick one of the choices."""
    assert choices, "there must be something to pick from"
    return choices[int(rng.integers(len(choices)))]


def happens(probability: float, rng: np.random.Generator) -> bool:
    """Return True with the given probability."""
    return bool(rng.random() < probability)


def without_repeats(write: Callable[[], str], used: set[str]) -> str:
    """Write a text that begins unlike those before, if possible; `used` collects beginnings.

    >>> used = {"ok"}
    >>> drafts = iter(["OK.", "ok", "Works."])
    >>> without_repeats(lambda: next(drafts), used), sorted(used)
    ('Works.', ['ok', 'works'])
    """
    for _ in range(MAX_TRIES):
        text = write()
        beginning = "".join(letter for letter in text.casefold() if letter.isalpha())[:14]
        if beginning not in used:
            break
    used.add(beginning)
    return text


def fillable(texts: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return the sentences that mention nobody whose name is unknown."""
    known = {slot for slot, name in names.items() if name}
    return [text for text in texts if not (set(SLOT.findall(text)) & NAMES) - known]


def fill(text: str, names: Mapping[str, str], rng: np.random.Generator) -> str:
    """Fill the slots: names as given, days and numbers at random, equal slots with equal words."""
    words = dict(names)

    def word_for(slot: re.Match[str]) -> str:
        name = slot.group(1)
        while name not in words:
            word = _random_word(name, rng)
            if word not in words.values():
                words[name] = word
        word = words[name]
        if name not in NAMES and SENTENCE_START.search(text[: slot.start()]):
            return word[:1].upper() + word[1:]
        return word

    return SLOT.sub(word_for, text)


def _random_word(slot: str, rng: np.random.Generator) -> str:
    match slot:
        case "weekday":
            return pick(WEEKDAYS, rng)
        case "monthname":
            return pick(MONTHS, rng)
        case "few":
            return pick(("two", "two", "three", "three", "four", "five", "3", "4", "six"), rng)
        case "digit":
            return str(int(rng.integers(2, 7)))
        case "some":
            if happens(0.7, rng):
                return str(int(rng.integers(7, 24)))
            return pick(("20", "25", "30", "40"), rng)
        case "percent":
            if happens(0.6, rng):
                return str(int(rng.integers(2, 7)) * 5)
            return str(int(rng.integers(8, 34)))
        case "jobnumber":
            return str(int(rng.integers(10_400, 98_999)))
        case "clock":
            return f"{int(rng.integers(6, 9))}:{pick(('00', '10', '15', '30', '40', '45'), rng)}"
    raise AssertionError(f"nothing fills the slot {slot}")


def roughen(
    text: str, probability: float, rng: np.random.Generator, names: Collection[str] = ()
) -> str:
    """Make a text look typed in a hurry: a small first letter, no full stop, or a typo.

    A text that begins with one of the names keeps its capital.
    """
    if not happens(probability, rng):
        return text
    kind = int(rng.integers(4))
    if kind == 2:
        return _with_typo(text, rng)
    if kind in (0, 3) and re.match(r"[A-Z][a-z']", text) and not text.startswith(tuple(names)):
        text = text[0].lower() + text[1:]
    return text.removesuffix(".") if kind in (1, 3) else text


def _with_typo(text: str, rng: np.random.Generator) -> str:
    places = [
        match for match in re.finditer(r"(?<!\S)[a-z']+(?!\S)", text) if match.group() in TYPOS
    ]
    if not places:
        return text
    place = places[int(rng.integers(len(places)))]
    return text[: place.start()] + TYPOS[place.group()] + text[place.end() :]
