"""This file generates the accounts' contacts, from sponsor to user, and when they leave."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.simulate import vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.history import History
from keepwell.simulate.words import people
from keepwell.simulate.words.people import Person
from keepwell.simulate.world import World

STARTING_CONTACTS = (2, 4, 7)  # by segment


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


def generate(
    world: World, accounts: Accounts, history: History, domains: list[str]
) -> list[list[Contact]]:
    """Generate the contacts of every account."""
    changes: dict[int, list[tuple[int, str]]] = {}
    for event in history.events:
        if event.kind in ("champion left", "champion found"):
            changes.setdefault(event.account, []).append((event.day, event.kind))
    return [
        _contacts(world, accounts, history, account, domains[account], changes.get(account, []))
        for account in range(len(accounts))
    ]


def _contacts(
    world: World,
    accounts: Accounts,
    history: History,
    account: int,
    domain: str,
    changes: list[tuple[int, str]],
) -> list[Contact]:
    rng = world.rng("contacts", str(account))
    country = vendor.COUNTRIES[int(accounts.country[account])]
    count = STARTING_CONTACTS[int(accounts.segment[account])] + int(rng.integers(0, 3))
    persons = people.people(
        [country] * (2 * (count + len(changes)) + 4), world.rng("names of contacts", str(account))
    )
    # No two contacts of an account share an email address.
    unused = iter({people.email(person, domain): person for person in persons}.items())
    start = int(accounts.started[account])
    contacts: list[Contact] = []

    def add(role: str, since: int, left: int | None = None) -> None:
        email, person = next(unused)
        contact_id = f"C-{100_000 + account}-{len(contacts) + 1:02d}"
        title = people.title(role, rng)
        contacts.append(Contact(contact_id, account, person, email, title, role, since, left))

    if accounts.has_sponsor[account]:
        add("sponsor", start)
    has_champion = bool(history.weeks[0].has_champion[account])
    for since, left in _champion_spells(has_champion, start, sorted(changes)):
        add("champion", since, left)
    add("decision maker", start)
    while len(contacts) < count:
        add("user", start + int(rng.integers(0, 200)))
    end = min(world.end_day, int(history.leave_day[account]))
    return [each for each in contacts if each.since < end]


def _champion_spells(
    has_champion: bool, start: int, changes: list[tuple[int, str]]
) -> list[tuple[int, int | None]]:
    """Return when each champion in turn starts and leaves (None: still there)."""
    spells: list[tuple[int, int | None]] = []
    since = start if has_champion else None
    for day, kind in changes:
        if kind == "champion left" and since is not None:
            spells.append((since, max(day, since + 1)))
            since = None
        elif kind == "champion found" and since is None:
            since = day
    return [*spells, (since, None)] if since is not None else spells
