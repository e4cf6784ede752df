"""This file names companies as is usual in their country: after founders, places, or invented."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np

from keepwell.simulate.words.people import COUNTRIES, first_name, last_name
from keepwell.simulate.words.phrasing import SLOT, happens, pick
from keepwell.simulate.words.sources import word_lists
from keepwell.simulate.words.spelling import slug, to_ascii

# Where names are taken, later attempts add a town, and then a founding year.
TOWN_FROM_ATTEMPT, YEAR_FROM_ATTEMPT, MAX_ATTEMPTS = 5, 10, 200
GROUP = re.compile(r"\s+(Group|Gruppe|Groep|Groupe|Grupo|Gruppen|Holdings?|plc|PLC)$")


def names(
    industries: Sequence[str], countries: Sequence[str], rng: np.random.Generator
) -> list[str]:
    """Name one company for each industry and country; no two share a name or a domain."""
    assert len(industries) == len(countries), "each company has an industry and a country"
    taken: set[str] = set()
    return [
        _new_name(industry, country, taken, rng)
        for industry, country in zip(industries, countries, strict=True)
    ]


def domain(name: str) -> str:
    """Make a company's internet domain from its name, without the legal form.

    >>> domain("Brandt Aufzüge GmbH"), domain("Hollis & Daughters Heating")
    ('brandt-aufzuege.example', 'hollisdaughtersheating.example')
    """
    words = [slug(word) for word in re.split(r"[\s/-]+", to_ascii(without_legal_form(name)))]
    words = [word for word in words if word] or ["company"]
    together = "".join(words)
    has_hyphens = len(together) > 22 or zlib.crc32(together.encode()) % 3 == 0
    return f"{'-'.join(words) if has_hyphens else together}.example"


def without_legal_form(name: str) -> str:
    """Shorten a company's name as people do.

    >>> without_legal_form("Bakker Liften B.V.")
    'Bakker Liften'
    >>> without_legal_form("Lehmann & Co. Elektro GmbH & Co. KG")
    'Lehmann & Co. Elektro'
    """
    for form in _legal_forms():
        if name.endswith(f" {form}") and len(name) > len(form) + 1:
            return name.removesuffix(f" {form}").rstrip(",")
    return name


def subsidiary(group: str, country: str, rng: np.random.Generator) -> str:
    """Name a group's subsidiary after its country (half of them), a region or a town."""
    stem = GROUP.sub("", without_legal_form(group))
    kind = rng.random()
    if kind < 0.5:
        places = word_lists("groups")[country]
    elif kind < 0.75:
        places = word_lists("groups")[f"regions {country}"]
    else:
        places = word_lists(f"companies_{country}")["towns"]
    return f"{stem} {pick(places, rng)}"


def _new_name(industry: str, country: str, taken: set[str], rng: np.random.Generator) -> str:
    words = word_lists(f"companies_{country}")
    for attempt in range(MAX_ATTEMPTS):
        name = _name_from_pattern(industry.replace("-", " "), country, rng)
        if attempt >= TOWN_FROM_ATTEMPT:
            town = pick(words["towns"], rng)
            if town not in name:
                name = f"{name} ({town})" if happens(0.3, rng) else f"{name} {town}"
        if attempt >= YEAR_FROM_ATTEMPT:
            name = f"{name} {int(rng.integers(1924, 2019))}"
        key = domain(name).replace("-", "")
        if key not in taken:
            taken.add(key)
            has_legal_form = happens(int(words["formed"][0]) / 100, rng)
            return f"{name} {pick(words['forms'], rng)}" if has_legal_form else name
    raise AssertionError(f"no name is left for {industry} in {country}")


def _name_from_pattern(industry: str, country: str, rng: np.random.Generator) -> str:
    words = word_lists(f"companies_{country}")
    last, other = last_name(country, rng), last_name(country, rng)
    while other == last:
        other = last_name(country, rng)
    after = pick(words[f"after {industry}"], rng)
    parts = {
        "last": last[:1].upper() + last[1:],
        "other": other[:1].upper() + other[1:],
        "owner": last if last.endswith("s") else f"{last}s",
        "first": first_name(country, rng),
        "initials": ".".join(pick("ABCDEFGHJKLMPRSTW", rng) for _ in range(1 + happens(0.7, rng)))
        + ".",
        "town": pick(words["towns"], rng),
        "coined": pick(words["coined"], rng),
        "kin": pick(words["kin"], rng),
        "after": after,
        "before": pick(words.get(f"before {industry}", (after,)), rng),
    }
    return SLOT.sub(lambda slot: parts[slot.group(1)], pick(words["patterns"], rng))


@cache
def _legal_forms() -> tuple[str, ...]:
    """Return every legal form, the longest first, so that `GmbH & Co. KG` is found before `KG`."""
    forms = {form for country in COUNTRIES for form in word_lists(f"companies_{country}")["forms"]}
    return tuple(sorted(forms, key=len, reverse=True))
