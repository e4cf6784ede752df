"""This file answers what happened at an account: everything that has a day, the newest first, each in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from keepwell.app.installation import Installation
from keepwell.app.queries import (
    account_facts,
    accounts,
    contacts,
    happenings,
    intake,
    overrides,
    people,
    runs,
    scorecards,
    snapshots,
    trends,
)
from keepwell.app.queries.account_facts import Row
from keepwell.app.queries.contacts import ContactRow
from keepwell.app.queries.happenings import Event, Kind
from keepwell.app.viewers import SYSTEM, Viewer

ALL = 1_000_000  # events: whatever there is
# Kinds that people ask for together, and what that is called in an address.
KINDS: Mapping[str, tuple[Kind, ...]] = {
    "touches": ("call", "meeting", "email", "note"),
    "tickets": ("ticket",),
    "voices": ("pulse", "survey", "advocacy"),
    "contract": ("renewal",),
    "people": ("person",),
    "outcomes": ("outcome", "milestone"),
    "score": ("band", "card", "override"),
    "news": ("signal",),
}
TABLES: Mapping[str, tuple[str, ...]] = {
    "meetings": ("at", "kind", "status", "executive_present", "attendees", "actions_due", "actions_done"),
    "tickets": ("at", "resolved_at", "priority", "is_escalated", "satisfaction", "requester"),
    "surveys": ("at", "kind", "score", "worst", "best", "respondent"),
    "pulses": ("at", "pulse", "reason", "given_by"),
    "renewals": ("noticed_on", "decided_on", "effective_on", "due_on", "movement", "amount_due", "amount_renewed", "reason", "competitor"),
    "outcomes": ("at", "outcome", "value", "baseline", "target", "progress", "is_confirmed"),
    "milestones": ("milestone", "due_on", "reached_on"),
    "advocacy": ("at", "kind", "person"),
    "signals": ("at", "kind", "direction", "source"),
}  # fmt: skip
PEOPLE = ("requester", "respondent", "given_by", "person")  # columns that name somebody


@dataclass(frozen=True)
class Timeline:
    """Some of what happened; `total` is the number of all, `counts` how many there are of each group of kinds."""

    events: tuple[Event, ...]
    total: int
    counts: Mapping[str, int]


def of_account(
    viewer: Viewer,
    installation: Installation,
    account_id: str,
    *,
    on: date,
    limit: int = 100,
    kinds: Collection[Kind] = (),
    since: date | None = None,
) -> Timeline:
    """What happened at an account up to a day, the newest first; with `kinds` those alone, with `since` nothing before that day.

    Raises `accounts.NoSuchAccount` and `IntegrityError`.
    """
    accounts.account(viewer, account_id)
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        facts = account_facts.rows(viewer, con, snapshot, account_id, TABLES)
        known = contacts.within(viewer, con, snapshot, account_id, on, names_only=True)
    typed: dict[str, str] = {}
    for table in ("meetings", "pulses"):
        facts[table] += account_facts.waiting(viewer, installation, table, account_id)
        typed |= {row.message_id: row.by for row in intake.made(viewer, table, account_id)}
    found = [
        event
        for event in (
            *_of_facts(facts, on),
            *_of_people(known),
            *_of_scores(viewer, account_id, on),
            *_of_overrides(viewer, account_id, installation),
            *_of_cards(viewer, installation),
        )
        if event.on <= on and (since is None or event.on >= since)
    ]
    counts = Counter(group for event in found for group, of in KINDS.items() if event.kind in of)
    wanted = [event for event in found if not kinds or event.kind in kinds]
    wanted.sort(key=lambda event: (event.on, event.order, event.id), reverse=True)
    shown = _with_words(viewer, account_id, wanted[:limit], known, typed)
    return Timeline(tuple(shown), len(wanted), counts)


def _of_facts(facts: Mapping[str, Sequence[Row]], on: date) -> Iterable[Event]:
    for table, rows in facts.items():
        for row in rows:
            yield from happenings.of_row(table, row, on)


def _of_people(known: Sequence[ContactRow]) -> Iterable[Event]:
    """Who left; that they came is seen among the people."""
    for each in known:
        if each.left_on:
            part = each.parts[0].replace("decides", "decision maker") if each.parts else ""
            title = f"{part.capitalize()} left" if part else "Left"
            yield Event(
                each.left_on, "person", title, f": {each.label}", who=each.role or "", tone="bad" if part else "",
                id=each.id, weight=3 if each.is_sponsor or each.is_champion else 1 if part else 0,
            )  # fmt: skip


def _of_scores(viewer: Viewer, account_id: str, on: date) -> Iterable[Event]:
    """Where the band of one date is not that of the date before."""
    before = None
    for row in trends.published(viewer, account_id, on):
        if before is not None and row.band != before.band:
            yield happenings.of_band(before, row)
        before = row


def _of_overrides(viewer: Viewer, account_id: str, installation: Installation) -> Iterable[Event]:
    for each in overrides.history(viewer, account_id):
        yield Event(
            installation.day(each.at), "override", f"Override {each.score:g}", "", who=each.by, words=each.because,
            until=each.until_on, id=f"override {each.at.isoformat()}", order=str(each.at),
        )  # fmt: skip
        if each.ended_on:
            yield Event(
                each.ended_on, "override", f"Override {each.score:g} ended", "", who=each.ended_by or "",
                id=f"override {each.at.isoformat()} end", order=f"{each.at} end",
            )  # fmt: skip


def _of_cards(viewer: Viewer, installation: Installation) -> Iterable[Event]:
    """Versions that followed another and that something was scored with."""
    if runs.newest(SYSTEM) is None:
        return
    for version in scorecards.history(viewer)[:-1]:
        yield Event(
            installation.day(version.published_at), "card", f"Card version {version.number}", "", who=version.by,
            words=version.note, id=f"card {version.number}", order=str(version.published_at),
        )  # fmt: skip


def _with_words(
    viewer: Viewer,
    account_id: str,
    events: Sequence[Event],
    known: Sequence[ContactRow],
    typed: Mapping[str, str],
) -> list[Event]:
    """Add what people wrote, who they are as far as the viewer may know it, and who typed it in the app."""
    words: dict[str, dict[str, dict[str, str]]] = {}
    for table in {event.table for event in events if event.table}:
        facts = [event.id for event in events if event.table == table]
        words[table] = people.words(viewer, account_id, table, facts)
    persons = {event.person for event in events if event.person}
    named = people.of_account(viewer, account_id, persons)
    by_person = {each.person: each.label for each in known if each.person}
    labels = {each.id: each.label for each in known}
    labels |= {person: by_person.get(person) or row.label for person, row in named.items()}
    found = []
    for event in events:
        event = happenings.said(event, words.get(event.table, {}).get(event.id, {}), labels)
        by = typed.get(event.id, "") if event.table else ""
        found.append(replace(event, by="" if by == event.who else by))
    return found
