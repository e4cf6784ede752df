"""This file answers who is who at an account: their part in the decision, when they were last reached, and whether they use the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from keepwell.app.installation import Installation
from keepwell.app.queries import account_facts, accounts, people, snapshots, usage
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import Viewer
from keepwell.facts import row_changes
from keepwell.facts.duckdb_session import literal

if TYPE_CHECKING:
    import duckdb

UNREACHED_DAYS = 90  # who was not spoken to and said nothing for so long is not reached
COLUMNS = (
    "id", "person", "role", "is_sponsor", "is_champion", "is_decision_maker", "left_on", "valid_from",
)  # fmt: skip


@dataclass(frozen=True)
class ContactRow:
    """One contact of an account. `name` is none where it is not known or the reader may not know it.

    `since` is the day from which they are known there. Days are none where none is known: of a touch with them, of what they
    answered or asked, of a survey that they left unanswered, of their last use. `uses` is none where nobody can say.
    """

    id: str
    person: str | None
    name: str | None
    known_as: str | None
    role: str | None
    is_sponsor: bool
    is_champion: bool
    is_decision_maker: bool
    since: date | None
    left_on: date | None
    last_contact_on: date | None
    last_reply_on: date | None
    asked_on: date | None
    last_use_on: date | None
    uses: bool | None
    is_unreached: bool

    @property
    def label(self) -> str:
        return self.name or self.known_as or self.id

    @property
    def parts(self) -> tuple[str, ...]:
        """What they are to the decision, the weightiest first."""
        held = (
            (self.is_sponsor, "sponsor"),
            (self.is_champion, "champion"),
            (self.is_decision_maker, "decides"),
        )
        return tuple(part for is_held, part in held if is_held)

    @property
    def has_left(self) -> bool:
        return self.left_on is not None


def of_account(
    viewer: Viewer, installation: Installation, account_id: str, *, on: date
) -> tuple[ContactRow, ...]:
    """Everybody at an account on a day: sponsors first, then champions, who decides, the others, and at last who has left.

    Raises `accounts.NoSuchAccount` and `IntegrityError`.
    """
    accounts.account(viewer, account_id)
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        return within(viewer, con, snapshot, account_id, on, usage.if_known(viewer, on))


def within(
    viewer: Viewer,
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    account_id: str,
    on: date,
    newest_by_feed: Mapping[str, date] | None = None,
    *,
    names_only: bool = False,
) -> tuple[ContactRow, ...]:
    """What `of_account` gives, read from a snapshot that is taken; without `newest_by_feed` nobody's use is looked at.

    With `names_only` nobody's touches and replies are either.
    """
    if not viewer.may_see(account_id):
        return ()
    states = _states(con, snapshot, account_id, on)
    keys = {f"{row['id']}@{row['valid_from']}" for row in states}
    written = people.words(viewer, account_id, "contacts", keys)
    persons = {row["person"] for row in states if row["person"]}
    named = people.of_account(viewer, account_id, persons)
    touched, replied, asked = (
        ({}, {}, {}) if names_only else _reached(viewer, con, snapshot, account_id, on, states)
    )
    used, can_use, newest = _use(viewer, con, snapshot, account_id, on, persons, newest_by_feed)
    found = []
    for row in states:
        person = row["person"]
        name = written.get(f"{row['id']}@{row['valid_from']}", {}).get("name")
        if name is None and person:
            name = named[person].name
        last = max(filter(None, (touched.get(row["id"]), replied.get(person))), default=None)
        last_use = used.get(person)
        uses = None
        if person in can_use and newest:
            uses = last_use is not None and (newest - last_use).days < usage.UNUSED_DAYS
        left = row["left_on"] if row["left_on"] and row["left_on"] <= on else None
        found.append(
            ContactRow(
                row["id"], person, name, named[person].known_as if person else None, row["role"],
                bool(row["is_sponsor"]), bool(row["is_champion"]), bool(row["is_decision_maker"]),
                row["since"], left, touched.get(row["id"]), replied.get(person), asked.get(person), last_use, uses,
                left is None and (last is None or (on - last) > timedelta(days=UNREACHED_DAYS)),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=_order))


def _order(row: ContactRow) -> tuple[Any, ...]:
    place = (not row.is_sponsor, not row.is_champion, not row.is_decision_maker)
    return (row.has_left, *place, row.label.casefold(), row.id)


def _states(
    con: duckdb.DuckDBPyConnection, snapshot: Snapshot, account_id: str, on: date
) -> list[dict[str, Any]]:
    """Read the newest state of everybody who is at the account then; who has moved to another account is no contact here."""
    rows = row_changes.current(snapshot.tables["contacts"], snapshot.existing("contacts"))
    listed = ", ".join(COLUMNS)
    own = f"account_id = {literal(account_id)}"
    found = con.execute(
        f"SELECT {listed}, since FROM (SELECT {listed}, account_id, min(valid_from) FILTER ({own}) OVER (PARTITION BY id) AS since "
        f"FROM (SELECT * FROM {rows} WHERE valid_from <= DATE '{on}' AND id IN (SELECT id FROM {rows} WHERE {own})) "
        f"QUALIFY row_number() OVER (PARTITION BY id ORDER BY valid_from DESC) = 1) WHERE {own}"
    ).fetchall()
    return [dict(zip((*COLUMNS, "since"), row, strict=True)) for row in found]


def _reached(
    viewer: Viewer,
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    account_id: str,
    on: date,
    states: list[dict[str, Any]],
) -> tuple[dict[str, date], dict[str | None, date], dict[str | None, date]]:
    """Find the last touch by contact; by person their last answer or ticket, and the last survey that they left unanswered."""
    facts = account_facts.rows(
        viewer, con, snapshot, account_id,
        {"meetings": ("status",), "surveys": ("respondent", "score"), "tickets": ("requester",)}, until=on,
    )  # fmt: skip
    meetings = [
        *account_facts.waiting(viewer, snapshot.installation, "meetings", account_id),
        *(row for row in facts["meetings"] if row["status"] == "held"),
    ]
    known = {row["id"] for row in states}
    touched: dict[str, date] = {}
    for row in account_facts.with_words(viewer, account_id, "meetings", meetings):
        if row["status"] == "held":
            for each in attended(row):
                if each in known:
                    touched[each] = max(row["on"], touched.get(each, row["on"]))
    replied: dict[str | None, date] = {}
    asked: dict[str | None, date] = {}
    for row in facts["surveys"]:
        into = asked if row["score"] is None else replied
        into.setdefault(row["respondent"], row["on"])
    for row in facts["tickets"]:
        replied[row["requester"]] = max(row["on"], replied.get(row["requester"], row["on"]))
    return touched, replied, asked


def attended(meeting: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the contacts who attended a meeting, where that was written down."""
    return tuple(
        filter(None, (each.strip() for each in (meeting.get("attended_by") or "").split(",")))
    )


def _use(
    viewer: Viewer,
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    account_id: str,
    on: date,
    persons: set[str],
    newest_by_feed: Mapping[str, date] | None,
) -> tuple[dict[str | None, date], set[str], date | None]:
    """Find who used anything last when, and of whom it can be said: contacts under the ids of another system cannot be told."""
    if not newest_by_feed:
        return {}, set(), None
    used, feeds = usage.last_uses(viewer, con, snapshot, account_id, on)
    newest = max(newest_by_feed[feed] for feed in feeds & newest_by_feed.keys() or newest_by_feed)
    spaces = people.spaces(viewer, [*used, *persons])
    of_users = {spaces.get(person) for person in used}
    can_use = {each for each in persons if each in used or not used or spaces.get(each) in of_users}
    return {person: last_on for person, (last_on, _) in used.items()}, can_use, newest
