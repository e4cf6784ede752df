"""This file matches an export to a table of facts: by its name, by what its columns are called, by what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from keepwell.facts.mapping.profiling import File, Seen, singular
from keepwell.health.definition.table import Column, Table, Type

# What exports of a table are called, beyond the table's own name.
CALLED = {
    "accounts": "account customer company organization client tenant",
    "contacts": "contact people person",
    "contracts": "contract subscription billing line licence license plan deal",
    "usage": "usage event activity use log",
    "features": "feature type catalog list page",
    "surveys": "survey nps csat ces answer feedback response",
    "tickets": "ticket support case helpdesk request",
    "meetings": "meeting call calendar visit",
    "renewals": "renewal churn cancellation decision",
    "invoices": "invoice bill payment",
    "outcomes": "outcome goal objective plan success",
    "milestones": "milestone onboarding step task",
    "advocacy": "advocacy reference review referral",
    "signals": "signal news market",
    "pulses": "pulse sentiment",
    "readings": "reading metric",
    "rates": "rate exchange currency fx",
}
# What exports call a field, beyond what the tables say themselves.
ALIASES = {
    "account_id": ("customer", "company", "client", "organization", "organisation"),
    "at": ("when", "opened", "created", "sent", "received", "read_on", "answered"),
    "starts_on": ("from", "begins", "starts"), "ends_on": ("until", "to", "ends", "expires"),
    "kind": ("about", "act", "topic", "category"), "person": ("who",), "given_by": ("by",), "product": ("part_of",),
    "user": ("who",), "status": ("result",),
}  # fmt: skip
WHOSE = ("account", "customer", "company")
NUMBERS = ("id", "no", "nr", "number", "key")
NEARLY_UNIQUE = 0.95  # some exports repeat a few numbers
ALIKE = 0.85
HOLDS: dict[Type, tuple[str, ...]] = {
    "date": ("date", "empty"), "moment": ("date", "empty"), "quantity": ("number", "flag", "empty"),
    "money": ("number", "flag", "empty"), "flag": ("flag", "empty"), "text": ("text", "number", "flag", "empty", "date"),
}  # fmt: skip


@dataclass(frozen=True)
class Lookup:
    """By which column of a file its account is found: in which other file, under which column, to which account."""

    by: Seen
    file: File
    key: Seen
    account: Seen


@dataclass
class Matched:
    """A file with the table that it seems to fill: columns by field, why some are unsure, and how the account is looked up."""

    file: File
    table: Table
    columns: dict[str, Seen] = field(default_factory=dict)
    unsure: dict[str, str] = field(default_factory=dict)
    lookup: Lookup | None = None

    @property
    def missing(self) -> list[str]:
        """What the table cannot do without and the file does not have; a day counts as one."""
        filled = {*self.columns, *(["account_id"] if self.lookup else [])}
        needed = [
            column.name
            for column in self.table.columns
            if column.required and column.name not in filled
        ]
        is_dated = self.table.time == "state" or filled & set(self.table.dated_by)
        return list(dict.fromkeys([*needed, *([] if is_dated else self.table.dated_by[:1])]))

    @property
    def score(self) -> float:
        """How well the table suits: its name counts, most of all the last word, then every field that is found."""
        called = {self.table.name, singular(self.table.name), *CALLED[self.table.name].split()}
        named = sum(2 + place / 10 for place, word in enumerate(self.file.words) if word in called)
        choices = {column.name for column in self.table.columns if column.choices}
        hard = [name for name in self.missing if name != "id" and name not in choices]
        return named + len(self.columns) - len(self.unsure) / 2 - 3 * len(hard)


def matched(file: File, tables: Mapping[str, Table], files: Sequence[File]) -> Matched:
    """Find the table that suits a file best."""
    return max(
        (_match(file, table, files) for table in tables.values()), key=lambda match: match.score
    )


def _match(file: File, table: Table, files: Sequence[File]) -> Matched:
    match = Matched(file, table)
    # What must be filled chooses first; an identity can be made, so it takes what is left.
    fields = sorted(table.columns, key=lambda column: (not column.required, column.name == "id"))
    for find in (_by_name, _alike):
        for column in fields:
            if column.name not in match.columns and (seen := find(match, column)):
                match.columns[column.name] = seen
    if table.per_account and "account_id" not in match.columns:
        match.lookup = _lookup(file, files)
    for name in match.missing:
        filling = table.column(name)
        if filling and filling.type not in ("text", "flag") and (seen := _only(match, filling)):
            match.columns[name] = seen
            match.unsure[name] = "the first column that could be it"
    return match


def _free(match: Matched, column: Column) -> list[Seen]:
    """The columns that are not used yet and hold what the field needs."""
    used = {seen.name for seen in match.columns.values()}
    return [
        seen
        for seen in match.file.columns
        if seen.name not in used and seen.guess.kind in HOLDS[column.type]
    ]


def _names(table: Table, column: Column) -> tuple[str, ...]:
    own = column.name
    bare = own.removeprefix("is_").removesuffix("_on").removesuffix("_at")
    also = () if own == "account_id" and table.name == "accounts" else ALIASES.get(own, ())
    return (own, *column.known_as, *([bare] if bare != own else []), *also)


def _by_name(match: Matched, column: Column) -> Seen | None:
    free = {seen.folded: seen for seen in reversed(_free(match, column))}
    if column.name == "id":
        return _identity(match, list(free.values()))
    return next((free[name] for name in _names(match.table, column) if name in free), None)


def _identity(match: Matched, free: list[Seen]) -> Seen | None:
    """A column in which hardly a value repeats, called a number or after the file or the table, as in `ticket_id`."""
    table = match.table
    about = {*match.file.words, *map(singular, table.name.split("_")), *CALLED[table.name].split()}
    known = (table.column("id") or table.columns[0]).known_as
    for seen in free:
        if len(set(seen.values)) < NEARLY_UNIQUE * seen.rows or seen.folded in WHOSE:
            continue
        stem, _, ending = seen.folded.rpartition("_")
        is_own = (
            bool(stem)
            and stem not in WHOSE
            and {singular(word) for word in stem.split("_")} <= about
        )
        if (
            seen.folded in (*NUMBERS, *known)
            or singular(seen.folded) in about
            or (ending in NUMBERS and is_own)
        ):
            return seen
    return None


def _alike(match: Matched, column: Column) -> Seen | None:
    """A column that is called nearly the same."""
    if column.name in ("id", "account_id"):
        return None
    for seen in _free(match, column):
        if any(
            SequenceMatcher(None, seen.folded, name).ratio() >= ALIKE
            for name in _names(match.table, column)
        ):
            match.unsure[column.name] = "it is called nearly the same"
            return seen
    return None


def _only(match: Matched, column: Column) -> Seen | None:
    """The first free column with dates or numbers, for what must be filled."""
    return next(
        (seen for seen in _free(match, column) if seen.guess.kind in ("date", "number")), None
    )


def _lookup(file: File, files: Sequence[File]) -> Lookup | None:
    """Another file that knows the account: it shares a column with this one, and there each value stands once."""
    names = ("account_id", "account", "customer_id", "company_id", "organization_id", "customer")
    for other in files:
        account = next((seen for name in names if (seen := other.column(name))), None)
        if account is None or other is file:
            continue
        for seen in file.columns:
            there = other.column(seen.folded)
            if (
                there
                and there.is_unique
                and there is not account
                and set(seen.values[:50]) & set(there.values)
            ):
                return Lookup(seen, other, there, account)
    return None
