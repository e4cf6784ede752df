"""This file simulates the whole company: its accounts and all that its systems record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from keepwell.simulate import (
    accounts,
    contacts,
    contracts,
    history,
    invoices,
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
from keepwell.simulate.words import companies, people
from keepwell.simulate.world import World

Progress = Callable[[str, float], None]  # the current step, and the share of all work done, 0 to 1


@dataclass(frozen=True)
class Company:
    """The simulated company; lists are in order of time, `account` in their rows is an index."""

    world: World
    accounts: Accounts
    history: history.History
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
    readings: list[outcomes.Reading]
    milestones: list[outcomes.Milestone]
    advocacy: list[outcomes.Advocacy]
    signals: list[signals.Signal]

    def account_id(self, account: int) -> str:
        """Return an account's id in the CRM."""
        return f"FH-{10_001 + account}"

    def usage(self) -> Iterator[pa.Table]:
        """Yield all usage, generated on demand: it would not fit in memory."""
        return usage.generate(self.world, self.accounts, self.history, self.contracts)


def simulate(world: World, progress: Progress | None = None) -> Company:
    """Simulate a company; the same world always gives the same company."""
    report = progress or (lambda step, share: None)
    everyone = accounts.generate(world)
    report("Simulating accounts", 0.05)
    lives = history.simulate(world, everyone)
    names = _names(world, everyone)
    domains = [companies.domain(name) for name in names]
    report("Simulating people", 0.2)
    known = contacts.generate(world, everyone, lives, domains)
    csm_count = accounts.csm_count(len(everyone))
    csms = [person.name for person in people.people(["IE", "GB"] * csm_count, world.rng("csms"))]
    csms = csms[:csm_count]
    signed = contracts.generate(world, everyone, lives)
    report("Simulating activity", 0.4)
    return Company(
        world=world,
        accounts=everyone,
        history=lives,
        names=names,
        domains=domains,
        csms=csms,
        contacts=known,
        contracts=signed,
        invoices=invoices.generate(world, everyone, lives, signed),
        tickets=tickets.generate(world, everyone, lives, known),
        surveys=surveys.generate(world, everyone, lives, known),
        meetings=meetings.generate(world, everyone, lives),
        pulses=pulses.generate(world, everyone, lives, known, names, csms),
        readings=outcomes.generate_readings(world, everyone, lives),
        milestones=outcomes.generate_milestones(world, everyone, lives),
        advocacy=outcomes.generate_advocacy(world, everyone, lives, known),
        signals=signals.generate(world, everyone, lives, names),
    )


def _names(world: World, everyone: Accounts) -> list[str]:
    """Name every account; subsidiaries carry the name of their group."""
    rng = world.rng("names")
    industries = [vendor.INDUSTRIES[at] for at in everyone.industry]
    countries = [vendor.COUNTRIES[at] for at in everyone.country]
    names: list[str] = companies.names(industries, countries, rng)
    taken = set(names)
    for account, parent in enumerate(everyone.parent):
        if parent < 0:
            continue
        for _ in range(8):
            name = companies.subsidiary(names[parent], countries[account], rng)
            if name not in taken:
                taken.add(name)
                names[account] = name
                break
    return names
