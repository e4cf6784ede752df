"""This file makes up people: names of mixed origin, email addresses and job titles."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from keepwell.simulate.words.phrasing import happens, pick
from keepwell.simulate.words.sources import word_lists
from keepwell.simulate.words.spelling import slug

COUNTRIES = ("US", "GB", "IE", "DE", "NL", "FR", "SE", "ES")
ROLES = ("sponsor", "champion", "decision maker", "user")
# Share of people with a family name from abroad whose first name is from there too.
FOREIGN_FIRST_NAME = 0.65


@dataclass(frozen=True)
class Person:
    first: str
    last: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


def people(countries: Sequence[str], rng: np.random.Generator) -> list[Person]:
    """Make up a person for each country given; two may share a name, as in life."""
    return [_person(country, rng) for country in countries]


def email(person: Person, domain: str) -> str:
    """Return a person's address, in the style that their company uses for everybody.

    >>> email(Person("Jürgen", "de Groot"), "lahnkaelte.example")
    'jdegroot@lahnkaelte.example'
    """
    first, last = slug(person.first), slug(person.last)
    styles = (f"{first}.{last}",) * 6 + (
        f"{first[0]}.{last}",
        f"{first[0]}{last}",
        f"{first[0]}{last}",
        f"{first}-{last}",
    )
    return f"{styles[zlib.crc32(domain.encode()) % len(styles)]}@{domain}"


def title(role: str, rng: np.random.Generator) -> str:
    """Pick a job title for a role: sponsor, champion, decision maker or user."""
    return pick(word_lists("titles")[role], rng)


def last_name(country: str, rng: np.random.Generator) -> str:
    """Pick a family name that a company of the country may be named after."""
    if happens(0.92, rng):
        return pick(_names(country, "home")[1], rng)
    return _person(country, rng).last


def first_name(country: str, rng: np.random.Generator) -> str:
    """Pick a first name that a company of the country may be named after."""
    return pick(_names(country, "home")[0], rng)


def _person(country: str, rng: np.random.Generator) -> Person:
    origins, cumulated_shares = _origins(country)
    at = bisect_right(cumulated_shares, rng.random())
    origin = origins[min(at, len(origins) - 1)]
    firsts, lasts = _names(country, origin)
    if origin != "home" and not happens(FOREIGN_FIRST_NAME, rng):
        firsts, _ = _names(country, "home")
    return Person(pick(firsts, rng), pick(lasts, rng))


@cache
def _origins(country: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the origins of a country's people, with the running sum of their shares."""
    pairs = [pair.rsplit(" ", 1) for pair in word_lists(f"people_{country}")["origins"]]
    weights = np.array([float(weight) for _, weight in pairs])
    shares = np.cumsum(weights) / weights.sum()
    return tuple(origin for origin, _ in pairs), tuple(float(share) for share in shares)


def _names(country: str, origin: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = word_lists(f"people_{country}" if origin == "home" else "people_everywhere")
    return names[f"first {origin}"], names[f"last {origin}"]
