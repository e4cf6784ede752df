"""This file makes people: first and last names of mixed origin as in life, addresses and titles."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from keepwell.simulate.words.draw import chance, one
from keepwell.simulate.words.sources import listed
from keepwell.simulate.words.spelling import run_together

COUNTRIES = ("US", "GB", "IE", "DE", "NL", "FR", "SE", "ES")
ROLES = ("sponsor", "champion", "decision maker", "user")
# Of those whose family came from elsewhere, this share has a first name from there too.
FIRST_NAME_FROM_THERE = 0.65


@dataclass(frozen=True)
class Person:
    """Somebody, by name."""

    first: str
    last: str

    @property
    def name(self) -> str:
        """The whole name, as people say it."""
        return f"{self.first} {self.last}"


def people(countries: Sequence[str], dice: np.random.Generator) -> list[Person]:
    """Make one person for each country given; two may share a name, as in life."""
    return [_person(country, dice) for country in countries]


def email(person: Person, domain: str) -> str:
    """Write an address the way that the company of the domain writes all of them.

    >>> email(Person("Jürgen", "de Groot"), "lahnkaelte.example")
    'jdegroot@lahnkaelte.example'
    """
    first, last = run_together(person.first), run_together(person.last)
    styles = (f"{first}.{last}",) * 6 + (
        f"{first[0]}.{last}",
        f"{first[0]}{last}",
        f"{first[0]}{last}",
        f"{first}-{last}",
    )
    return f"{styles[zlib.crc32(domain.encode()) % len(styles)]}@{domain}"


def titles(role: str, dice: np.random.Generator) -> str:
    """Draw a job title for a role: sponsor, champion, decision maker or user."""
    return one(listed("titles")[role], dice)


def last_name(country: str, dice: np.random.Generator) -> str:
    """Draw a family name that a company of the country may bear."""
    return (
        one(_lists(country, "home")[1], dice) if chance(0.92, dice) else _person(country, dice).last
    )


def first_name(country: str, dice: np.random.Generator) -> str:
    """Draw a first name that a company of the country may bear."""
    return one(_lists(country, "home")[0], dice)


def _person(country: str, dice: np.random.Generator) -> Person:
    origins, shares = _origins(country)
    origin = origins[min(bisect_right(shares, dice.random()), len(origins) - 1)]
    firsts, lasts = _lists(country, origin)
    if origin != "home" and not chance(FIRST_NAME_FROM_THERE, dice):
        firsts, _ = _lists(country, "home")
    return Person(one(firsts, dice), one(lasts, dice))


@cache
def _origins(country: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The origins of a country's people, with the running sum of their shares."""
    pairs = [pair.rsplit(" ", 1) for pair in listed(f"people_{country}")["origins"]]
    weights = np.array([float(weight) for _, weight in pairs])
    shares = np.cumsum(weights) / weights.sum()
    return tuple(origin for origin, _ in pairs), tuple(float(share) for share in shares)


def _lists(country: str, origin: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = listed(f"people_{country}" if origin == "home" else "people_everywhere")
    return names[f"first {origin}"], names[f"last {origin}"]
