"""This file names the companies: after founders, places and coined words, as is the custom of the country and the trade."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np

from keepwell.simulate.words.draw import SLOT, chance, one
from keepwell.simulate.words.people import COUNTRIES, first_name, last_name
from keepwell.simulate.words.sources import listed
from keepwell.simulate.words.spelling import plain, run_together

# After so many names that others have already, a town is added, and later the year of the founding.
TRIES_BY_PATTERN, TRIES_WITH_TOWN, TRIES_WITH_YEAR = 5, 10, 200
GROUP = re.compile(r"\s+(Group|Gruppe|Groep|Groupe|Grupo|Gruppen|Holdings?|plc|PLC)$")


def names(
    industries: Sequence[str], countries: Sequence[str], dice: np.random.Generator
) -> list[str]:
    """Name one company for each industry and country, all different, and different in their domains too."""
    assert len(industries) == len(countries), "each company has an industry and a country"
    taken: set[str] = set()
    return [
        _new(industry, country, taken, dice)
        for industry, country in zip(industries, countries, strict=True)
    ]


def domain(name: str) -> str:
    """Make the internet domain of a company from its name, without the legal form.

    >>> domain("Brandt Aufzüge GmbH"), domain("Hollis & Daughters Heating")
    ('brandt-aufzuege.example', 'hollisdaughtersheating.example')
    """
    words = [run_together(word) for word in re.split(r"[\s/-]+", plain(short(name)))]
    words = [word for word in words if word] or ["company"]
    together = "".join(words)
    with_hyphens = len(together) > 22 or zlib.crc32(together.encode()) % 3 == 0
    return f"{'-'.join(words) if with_hyphens else together}.example"


def short(name: str) -> str:
    """Say a company's name as people do, without its legal form.

    >>> short("Bakker Liften B.V."), short("Lehmann & Co. Elektro GmbH & Co. KG")
    ('Bakker Liften', 'Lehmann & Co. Elektro')
    """
    form = next(
        (form for form in _forms() if name.endswith(f" {form}") and len(name) > len(form) + 1), None
    )
    return name.removesuffix(f" {form}").rstrip(",") if form else name


def subsidiary(group: str, country: str, dice: np.random.Generator) -> str:
    """Name a group's daughter in a country: most by the country, some by a part of it, some by a town."""
    stem = GROUP.sub("", short(group))
    kind = dice.random()
    if kind < 0.5:
        return f"{stem} {one(listed('groups')[country], dice)}"
    if kind < 0.75:
        return f"{stem} {one(listed('groups')[f'regions {country}'], dice)}"
    return f"{stem} {one(listed(f'companies_{country}')['towns'], dice)}"


def _new(industry: str, country: str, taken: set[str], dice: np.random.Generator) -> str:
    for attempt in range(TRIES_WITH_YEAR):
        name = _drawn(industry.replace("-", " "), country, dice)
        if (
            attempt >= TRIES_BY_PATTERN
            and (town := one(listed(f"companies_{country}")["towns"], dice)) not in name
        ):
            name = f"{name} ({town})" if chance(0.3, dice) else f"{name} {town}"
        if attempt >= TRIES_WITH_TOWN:
            name = f"{name} {int(dice.integers(1924, 2019))}"
        if (key := domain(name).replace("-", "")) not in taken:
            taken.add(key)
            return _formed(name, country, dice)
    raise AssertionError(f"no name is left for {industry} in {country}")


def _drawn(industry: str, country: str, dice: np.random.Generator) -> str:
    words = listed(f"companies_{country}")
    last, other = last_name(country, dice), last_name(country, dice)
    while other == last:
        other = last_name(country, dice)
    after = one(words[f"after {industry}"], dice)
    parts = {
        "last": last[:1].upper() + last[1:],
        "other": other[:1].upper() + other[1:],
        "owner": last if last.endswith("s") else f"{last}s",
        "first": first_name(country, dice),
        "initials": ".".join(one("ABCDEFGHJKLMPRSTW", dice) for _ in range(1 + chance(0.7, dice)))
        + ".",
        "town": one(words["towns"], dice),
        "coined": one(words["coined"], dice),
        "kin": one(words["kin"], dice),
        "after": after,
        "before": one(words.get(f"before {industry}", (after,)), dice),
    }
    return SLOT.sub(lambda slot: parts[slot.group(1)], one(words["patterns"], dice))


def _formed(name: str, country: str, dice: np.random.Generator) -> str:
    words = listed(f"companies_{country}")
    return (
        f"{name} {one(words['forms'], dice)}"
        if chance(int(words["formed"][0]) / 100, dice)
        else name
    )


@cache
def _forms() -> tuple[str, ...]:
    """Every legal form, the longest first, so that `GmbH & Co. KG` is taken off before `KG`."""
    forms = {form for country in COUNTRIES for form in listed(f"companies_{country}")["forms"]}
    return tuple(sorted(forms, key=len, reverse=True))
