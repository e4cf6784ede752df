"""This file draws one sentence from many, fills its slots, and lets it be written in a hurry now and then."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

SLOT = re.compile(r"\{(\w+)\}")
BEGINS = re.compile(r"(^|[.?]\"? )$")  # where a number written as a word has a capital
NAMES = frozenset({"champion", "sponsor", "csm", "account"})
TRIES = 12  # at saying something that was not said before
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
MONTHS = (
    "January",
    "March",
    "April",
    "May",
    "June",
    "September",
    "October",
    "November",
    "December",
)
SLIPS = {
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


def one(choices: Sequence[str], dice: np.random.Generator) -> str:
    """Draw one of several."""
    assert choices, "there must be something to draw from"
    return choices[int(dice.integers(len(choices)))]


def chance(share: float, dice: np.random.Generator) -> bool:
    """Throw for an event that comes to pass in this share of cases."""
    return bool(dice.random() < share)


def afresh(write: Callable[[], str], said: set[str]) -> str:
    """Write something that does not begin as anything `said` before does, as far as there is such; note its beginning.

    >>> said = {"ok"}
    >>> draws = iter(["OK.", "ok", "Works."])
    >>> afresh(lambda: next(draws), said), sorted(said)
    ('Works.', ['ok', 'works'])
    """
    for _ in range(TRIES):
        text = write()
        beginning = "".join(letter for letter in text.casefold() if letter.isalpha())[:14]
        if beginning not in said:
            break
    said.add(beginning)
    return text


def fillable(texts: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Leave out the sentences that name somebody who is not known."""
    known = {slot for slot, name in names.items() if name}
    return [text for text in texts if not (set(SLOT.findall(text)) & NAMES) - known]


def filled(text: str, names: Mapping[str, str], dice: np.random.Generator) -> str:
    """Fill every slot: names as given, days and numbers by dice; a slot that comes twice says the same twice."""
    words = dict(names)

    def fill(slot: re.Match[str]) -> str:
        name = slot.group(1)
        while name not in words:
            word = _specific(name, dice)
            if word not in words.values():
                words[name] = word
        word = words[name]
        return (
            word
            if name in NAMES or not BEGINS.search(text[: slot.start()])
            else word[:1].upper() + word[1:]
        )

    return SLOT.sub(fill, text)


def _specific(slot: str, dice: np.random.Generator) -> str:
    match slot:
        case "weekday":
            return one(WEEKDAYS, dice)
        case "monthname":
            return one(MONTHS, dice)
        case "few":
            return one(("two", "two", "three", "three", "four", "five", "3", "4", "six"), dice)
        case "digit":
            return str(int(dice.integers(2, 7)))
        case "some":
            return (
                str(int(dice.integers(7, 24)))
                if chance(0.7, dice)
                else one(("20", "25", "30", "40"), dice)
            )
        case "percent":
            return (
                str(int(dice.integers(2, 7)) * 5)
                if chance(0.6, dice)
                else str(int(dice.integers(8, 34)))
            )
        case "jobnumber":
            return str(int(dice.integers(10_400, 98_999)))
        case "clock":
            return f"{int(dice.integers(6, 9))}:{one(('00', '10', '15', '30', '40', '45'), dice)}"
    raise AssertionError(f"nothing is known to fill the slot {slot}")


def hurried(text: str, share: float, dice: np.random.Generator, kept: Collection[str] = ()) -> str:
    """Write as people in a hurry do, in this share of cases: a small first letter, no full stop, a slip.

    The names that are `kept` keep their capitals.
    """
    if not chance(share, dice):
        return text
    kind = int(dice.integers(4))
    if kind in (0, 3) and re.match(r"[A-Z][a-z']", text) and not text.startswith(tuple(kept)):
        text = text[0].lower() + text[1:]
    if kind in (1, 3):
        text = text.removesuffix(".")
    return _slip(text, dice) if kind == 2 else text


def _slip(text: str, dice: np.random.Generator) -> str:
    places = [
        match for match in re.finditer(r"(?<!\S)[a-z']+(?!\S)", text) if match.group() in SLIPS
    ]
    if not places:
        return text
    place = places[int(dice.integers(len(places)))]
    return text[: place.start()] + SLIPS[place.group()] + text[place.end() :]
