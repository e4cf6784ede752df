"""This file matches an export to a table of facts: by the file's name, its columns' names and what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from keepwell.facts.mapping.profiling import ColumnProfile, FileProfile, singular
from keepwell.health.definition.table import Column, Table, Type

# Words in the names of exports of each table, beyond the table's own name.
FILE_WORDS = {
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
    "risks": "risk red alert",
    "treatments": "treatment play playbook intervention",
}
# Names of columns in exports, beyond those that the tables list themselves.
ALIASES = {
    "account_id": ("customer", "company", "client", "organization", "organisation"),
    "at": ("when", "opened", "created", "sent", "received", "read_on", "answered"),
    "starts_on": ("from", "begins", "starts"), "ends_on": ("until", "to", "ends", "expires"),
    "kind": ("about", "act", "topic", "category"), "person": ("who",), "given_by": ("by",), "product": ("part_of",),
    "user": ("who",), "status": ("result",),
}  # fmt: skip
ACCOUNT_NAMES = ("account", "customer", "company")
ID_NAMES = ("id", "no", "nr", "number", "key")
NEARLY_UNIQUE = 0.95  # an id column: some exports repeat a few of their numbers
SIMILAR = 0.85
INFERRED: dict[Type, tuple[str, ...]] = {
    "date": ("date", "empty"), "moment": ("date", "empty"), "quantity": ("number", "flag", "empty"),
    "money": ("number", "flag", "empty"), "flag": ("flag", "empty"), "text": ("text", "number", "flag", "empty", "date"),
}  # fmt: skip


@dataclass(frozen=True)
class AccountLookup:
    """How a file without accounts gets them: its column `by` equals `key` of another file, which has `account`."""

    by: ColumnProfile
    file: FileProfile
    key: ColumnProfile
    account: ColumnProfile


@dataclass
class Match:
    """A file with the table that it seems to fill: columns by field, what to check about some, and where its account is."""

    file: FileProfile
    table: Table
    columns: dict[str, ColumnProfile] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    lookup: AccountLookup | None = None

    @property
    def missing(self) -> list[str]:
        """The fields that the table requires and the file does not have, among them a date."""
        filled = {*self.columns, *(["account_id"] if self.lookup else [])}
        required = [column.name for column in self.table.columns if column.required]
        missing = [name for name in required if name not in filled]
        if self.table.time != "state" and not filled & set(self.table.dated_by):
            missing += self.table.dated_by[:1]
        return list(dict.fromkeys(missing))

    @property
    def score(self) -> float:
        """How well the table fits: by its name, of which the last word counts most, and by the fields that are found."""
        named = {
            self.table.name,
            singular(self.table.name),
            *FILE_WORDS[self.table.name].split(),
        }
        by_name = sum(2 + place / 10 for place, word in enumerate(self.file.words) if word in named)
        # An id can be made and a choice be constant, so it is no great loss if they are missing.
        choices = {column.name for column in self.table.columns if column.choices}
        lost = [name for name in self.missing if name != "id" and name not in choices]
        return by_name + len(self.columns) - len(self.checks) / 2 - 3 * len(lost)


def best_match(
    file: FileProfile, tables: Mapping[str, Table], files: Sequence[FileProfile]
) -> Match:
    """Find the table that a file fits best."""
    matches = (_match(file, table, files) for table in tables.values())
    return max(matches, key=lambda match: match.score)


def _match(file: FileProfile, table: Table, files: Sequence[FileProfile]) -> Match:
    match = Match(file, table)
    # Required fields choose their column first; an id can be made, so it comes last.
    fields = sorted(table.columns, key=lambda column: (not column.required, column.name == "id"))
    for find in (_by_name, _by_similar_name):
        for column in fields:
            if column.name not in match.columns and (profile := find(match, column)):
                match.columns[column.name] = profile
    if table.per_account and "account_id" not in match.columns:
        match.lookup = _account_lookup(file, files)
    for name in match.missing:
        needed = table.column(name)
        if not needed or needed.type in ("text", "flag"):
            continue
        free = [each for each in _free(match, needed) if each.type.kind in ("date", "number")]
        if free:
            match.columns[name] = free[0]
            match.checks[name] = "a guess: the first column of this type"
    return match


def _free(match: Match, column: Column) -> list[ColumnProfile]:
    """The file's columns that are not used yet and hold what the field needs."""
    used = {profile.name for profile in match.columns.values()}
    return [
        profile
        for profile in match.file.columns
        if profile.name not in used and profile.type.kind in INFERRED[column.type]
    ]


def _names(table: Table, column: Column) -> tuple[str, ...]:
    """The names under which a field can be found, the best first."""
    own = column.name
    bare = own.removeprefix("is_").removesuffix("_on").removesuffix("_at")
    # A file of accounts has its own account in `id`, and in `company` the account's name.
    also = () if own == "account_id" and table.name == "accounts" else ALIASES.get(own, ())
    return (own, *column.known_as, *([bare] if bare != own else []), *also)


def _by_name(match: Match, column: Column) -> ColumnProfile | None:
    free = {profile.snake_name: profile for profile in reversed(_free(match, column))}
    if column.name == "id":
        return _id_column(match, list(free.values()))
    return next((free[name] for name in _names(match.table, column) if name in free), None)


def _id_column(match: Match, free: list[ColumnProfile]) -> ColumnProfile | None:
    """Find a nearly unique column that is called an id or a number, or after the file or table, as `ticket_id` is."""
    table = match.table
    own_words = {
        *match.file.words,
        *map(singular, table.name.split("_")),
        *FILE_WORDS[table.name].split(),
    }
    known = (table.column("id") or table.columns[0]).known_as
    for profile in free:
        name = profile.snake_name
        if len(set(profile.values)) < NEARLY_UNIQUE * profile.rows or name in ACCOUNT_NAMES:
            continue
        stem, _, ending = name.rpartition("_")
        is_own = bool(stem) and stem not in ACCOUNT_NAMES
        is_own = is_own and {singular(word) for word in stem.split("_")} <= own_words
        if (
            name in (*ID_NAMES, *known)
            or singular(name) in own_words
            or (ending in ID_NAMES and is_own)
        ):
            return profile
    return None


def _by_similar_name(match: Match, column: Column) -> ColumnProfile | None:
    if column.name in ("id", "account_id"):
        return None
    for profile in _free(match, column):
        if any(
            SequenceMatcher(None, profile.snake_name, name).ratio() >= SIMILAR
            for name in _names(match.table, column)
        ):
            match.checks[column.name] = "similar name"
            return profile
    return None


def _account_lookup(file: FileProfile, files: Sequence[FileProfile]) -> AccountLookup | None:
    """Find another file that knows the account and shares a column with this one, in which there each value is unique."""
    names = ("account_id", "account", "customer_id", "company_id", "organization_id", "customer")
    for other in files:
        account = next((found for name in names if (found := other.column(name))), None)
        if account is None or other is file:
            continue
        for profile in file.columns:
            key = other.column(profile.snake_name)
            if (
                key
                and key.is_unique
                and key is not account
                and set(profile.values[:50]) & set(key.values)
            ):
                return AccountLookup(profile, other, key, account)
    return None
