"""This file puts the simulated company together: its accounts, their lives, and all that its systems know of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from keepwell.simulate import accounts as drawing
from keepwell.simulate import (
    contacts,
    contracts,
    invoices,
    life,
    meetings,
    outcomes,
    pulses,
    signals,
    surveys,
    tickets,
    usage,
    vendor,
)
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.outcomes import Act, Reading, Step
from keepwell.simulate.words import companies, people
from keepwell.simulate.world import World

Progress = Callable[[str, float], None]  # what is being done, and how much of the whole is, 0..1


@dataclass(frozen=True)
class Company:
    """All of it; lists are in the order of time, and `account` in their rows is a place in `accounts`."""

    world: World
    accounts: Accounts
    life: life.Life
    names: list[str]
    domains: list[str]
    csms: list[str]
    contacts: list[list[contacts.Contact]]
    contracts: contracts.Contracts
    invoices: list[invoices.Invoice]
    tickets: list[tickets.Ticket]
    surveys: list[surveys.Answer]
    meetings: list[meetings.Meeting]
    pulses: list[pulses.Pulse]
    outcomes: list[Reading]
    milestones: list[Step]
    advocacy: list[Act]
    signals: list[signals.Signal]

    def id(self, who: int) -> str:
        """The account's number in the CRM."""
        return f"FH-{10_001 + who}"

    def uses(self) -> Iterator[pa.Table]:
        """All uses of the product, drawn while they are asked for: they are too many to be held together."""
        return usage.used(self.world, self.accounts, self.life, self.contracts)


def founded(world: World, progress: Progress | None = None) -> Company:
    """Simulate a company; the same world gives the same one."""
    tell = progress or (lambda what, share: None)
    drawn = drawing.drawn(world)
    tell("Living three years", 0.05)
    lived = life.lived(world, drawn)
    names = _names(world, drawn)
    domains = [companies.domain(name) for name in names]
    tell("Meeting people", 0.2)
    met = contacts.met(world, drawn, lived, domains)
    csms = [
        person.name
        for person in people.people(["IE", "GB"] * drawing.csms(len(drawn)), world.dice("csms"))
    ]
    csms = csms[: drawing.csms(len(drawn))]
    signed = contracts.written(world, drawn, lived)
    tell("Asking, meeting, judging", 0.4)
    return Company(
        world=world,
        accounts=drawn,
        life=lived,
        names=names,
        domains=domains,
        csms=csms,
        contacts=met,
        contracts=signed,
        invoices=invoices.billed(world, drawn, lived, signed),
        tickets=tickets.opened(world, drawn, lived, met),
        surveys=surveys.answered(world, drawn, lived, met),
        meetings=meetings.held(world, drawn, lived),
        pulses=pulses.given(world, drawn, lived, met, names, csms),
        outcomes=outcomes.read(world, drawn, lived),
        milestones=outcomes.onboarded(world, drawn, lived),
        advocacy=outcomes.recommended(world, drawn, lived, met),
        signals=signals.heard(world, drawn, lived, names),
    )


def _names(world: World, accounts: Accounts) -> list[str]:
    """A name for each; daughters of a group carry the group's."""
    dice = world.dice("names")
    industries = [vendor.INDUSTRIES[at] for at in accounts.industry]
    countries = [vendor.COUNTRIES[at] for at in accounts.country]
    names: list[str] = companies.names(industries, countries, dice)
    taken = set(names)
    for who, above in _daughters(accounts):
        for _ in range(8):
            name = companies.subsidiary(names[above], countries[who], dice)
            if name not in taken:
                taken.add(name)
                names[who] = name
                break
    return names


def _daughters(accounts: Accounts) -> Iterator[tuple[int, int]]:
    return ((who, int(above)) for who, above in enumerate(accounts.parent) if above >= 0)
