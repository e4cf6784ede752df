"""This file answers who is behind the numbers that facts have in place of people: their names, and their ids outside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from keepwell.app.models.people import Person, PersonalValue
from keepwell.app.viewers import Viewer


@dataclass(frozen=True)
class PersonRow:
    """One person: what facts call them, their name, and their id outside; none where it is not known."""

    person: str
    name: str | None
    known_as: str | None

    @property
    def label(self) -> str:
        return self.name or self.known_as or self.person


def of_account(viewer: Viewer, account_id: str, people: Collection[str]) -> dict[str, PersonRow]:
    """Some people of an account; whoever may not see the account learns neither names nor ids."""
    may_see = viewer.may_see(account_id)
    names = _names(people) if may_see else {}
    outside = _outside_ids(people) if may_see else {}
    return {each: PersonRow(each, names.get(each), outside.get(each)) for each in people}


def words(
    viewer: Viewer, account_id: str, table: str, facts: Collection[str]
) -> dict[str, dict[str, str]]:
    """What some facts of an account say in personal columns, by fact and column; nothing for whoever may not see the account."""
    if not viewer.may_see(account_id) or not facts:
        return {}
    kept = PersonalValue.objects.filter(table=table, fact__in=list(facts))
    found: dict[str, dict[str, str]] = {}
    for fact, column, value in kept.values_list("fact", "column", "value"):
        found.setdefault(fact, {})[column] = value
    return found


def spaces(viewer: Viewer, people: Collection[str]) -> dict[str, str]:
    """Tell which system's ids people have."""
    found = Person.objects.filter(number__in=_numbers(people)).values_list("number", "space")
    return {f"u{number}": space for number, space in found}


def _numbers(people: Collection[str]) -> list[int]:
    return [int(person[1:]) for person in people if person[1:].isdecimal()]


def _outside_ids(people: Collection[str]) -> dict[str, str]:
    found = Person.objects.filter(number__in=_numbers(people)).values_list("number", "outside_id")
    return {f"u{number}": outside_id for number, outside_id in found}


def _names(people: Collection[str]) -> dict[str, str]:
    """Read people's names as their newest contact says them."""
    kept = PersonalValue.objects.filter(table="contacts", column="name", surrogate__in=list(people))
    return dict(kept.order_by("fact", "id").values_list("surrogate", "value"))
