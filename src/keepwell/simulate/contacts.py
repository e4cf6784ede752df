"""This file peoples the accounts: sponsors, champions and users, who come and go as lives say."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.simulate import vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.life import Life
from keepwell.simulate.words import people
from keepwell.simulate.words.people import Person
from keepwell.simulate.world import World

NUMBERS = (2, 4, 7)  # contacts of an account by segment, at the start


@dataclass(frozen=True)
class Contact:
    id: str
    account: int
    person: Person
    email: str
    title: str
    role: str
    since: int
    left: int | None

    def is_there(self, day: int) -> bool:
        return self.since <= day and (self.left is None or day < self.left)


def met(world: World, accounts: Accounts, life: Life, domains: list[str]) -> list[list[Contact]]:
    """The contacts of every account."""
    moves: dict[int, list[tuple[int, str]]] = {}
    for each in life.happenings:
        if each.what in ("champion left", "champion found"):
            moves.setdefault(each.account, []).append((each.day, each.what))
    return [
        _of(world, accounts, life, who, domains[who], moves.get(who, []))
        for who in range(len(accounts))
    ]


def _of(
    world: World,
    accounts: Accounts,
    life: Life,
    who: int,
    domain: str,
    moves: list[tuple[int, str]],
) -> list[Contact]:
    dice = world.dice("contacts", str(who))
    country = vendor.COUNTRIES[int(accounts.country[who])]
    count = NUMBERS[int(accounts.segment[who])] + int(dice.integers(0, 3))
    met = people.people(
        [country] * (2 * (count + len(moves)) + 4), world.dice("names of contacts", str(who))
    )
    crowd = list({people.email(person, domain): person for person in met}.values())
    start = int(accounts.started[who])
    found: list[Contact] = []

    def add(role: str, since: int, left: int | None = None) -> None:
        person = crowd[len(found)]
        number = f"C-{100_000 + who}-{len(found) + 1:02d}"
        found.append(
            Contact(
                number,
                who,
                person,
                people.email(person, domain),
                people.titles(role, dice),
                role,
                since,
                left,
            )
        )

    if accounts.has_sponsor[who]:
        add("sponsor", start)
    spells = _spells(bool(life.weeks[0].has_champion[who]), start, sorted(moves))
    for since, left in spells:
        add("champion", since, left)
    add("decision maker", start)
    while len(found) < count:
        add("user", start + int(dice.integers(0, 200)))
    return [each for each in found if each.since < min(world.end_day, int(life.left[who]))]


def _spells(
    has_one: bool, start: int, moves: list[tuple[int, str]]
) -> list[tuple[int, int | None]]:
    """From when until when somebody spoke for us inside."""
    spells: list[tuple[int, int | None]] = []
    since = start if has_one else None
    for day, what in moves:
        if what == "champion left" and since is not None:
            spells.append((since, max(day, since + 1)))
            since = None
        elif what == "champion found" and since is None:
            since = day
    return [*spells, (since, None)] if since is not None else spells
