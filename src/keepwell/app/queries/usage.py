"""This file answers who uses the product: everybody at an account who could, the last day on which they did, and with what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from keepwell.app.installation import Installation
from keepwell.app.models import integrity
from keepwell.app.models.feed_tables import FeedTable
from keepwell.app.models.people import Person, PersonalValue
from keepwell.app.queries import accounts, snapshots
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import Viewer
from keepwell.errors import NotReady
from keepwell.facts import row_changes
from keepwell.facts.duckdb_session import literal
from keepwell.health.engines import current_rows

if TYPE_CHECKING:
    import duckdb

UNUSED_DAYS = (
    28  # up to and with the newest day of usage: who has not been there on any of them uses no seat
)


class NoUsage(NotReady):
    """No usage has been imported yet, so nobody can be told from those who do not use the product."""

    code = "U101"


@dataclass(frozen=True)
class UserRow:
    """One person. `name` and `known_as` (their id outside) are none for whoever may not know them, `last_on` for who never came."""

    person: str
    name: str | None
    known_as: str | None
    role: str | None
    last_on: date | None
    feature: str | None
    days: int | None
    is_unused: bool


@dataclass(frozen=True)
class AccountUsage:
    """The people of an account on the newest day of its usage, who has been away longest first.

    `unmatched` counts contacts of whom nobody can say whether they use the product: their ids are those of another system.
    """

    account_id: str
    name: str
    newest_on: date
    since_on: date
    people: tuple[UserRow, ...]
    unmatched: int

    @property
    def unused(self) -> tuple[UserRow, ...]:
        return tuple(person for person in self.people if person.is_unused)


def newest_days(viewer: Viewer, day: date) -> dict[str, date]:
    """The newest day of usage up to a day, by feed, without opening a file; raises `NoUsage`.

    What came after the newest day of a feed is not known, and is no silence: a feed that is late makes nobody idle.
    """
    known = integrity.stored(
        FeedTable.objects.filter(table="usage", first_on__lte=day).values_list("feed", "latest_on")
    )
    if not known:
        raise NoUsage(
            "No usage has been imported yet, so nobody knows who uses what.",
            way_out="Map a file to the table `usage`, then keepwell import.",
        )
    return {feed: min(latest, day) for feed, latest in known}


def of_account(
    viewer: Viewer, installation: Installation, account_id: str, day: date
) -> AccountUsage:
    """Everybody known at an account on a day: its users, and its contacts who have not left.

    Raises `accounts.NoSuchAccount`, `NoUsage` and `IntegrityError`.
    """
    account = accounts.account(viewer, account_id)
    newest_by_feed = newest_days(viewer, day)
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        used, feeds = _used(con, snapshot, account_id, day)
        staying, gone = _contacts(con, snapshot, account_id, day)
    # Where nobody has used anything, any feed may be the one that would have said so.
    newest = max(newest_by_feed[feed] for feed in feeds & newest_by_feed.keys() or newest_by_feed)
    spaces = _spaces([*used, *staying])
    of_users = {spaces.get(person) for person in used}
    # A contact under the id of another system may well be one of the users. Where nobody has used anything, all are alike.
    matched = {person for person in staying if person in used or not used or spaces.get(person) in of_users}  # fmt: skip
    known = sorted((used.keys() | matched) - (gone - staying.keys()))
    may_see = viewer.may_see(account_id)
    names = _names(known) if may_see else {}
    outside = _outside_ids(known) if may_see else {}
    people = []
    for person in known:
        last_on, feature = used.get(person, (None, None))
        days = (newest - last_on).days if last_on else None
        people.append(
            UserRow(
                person,
                names.get(person),
                outside.get(person),
                staying.get(person),
                last_on,
                feature,
                days,
                is_unused=days is None or days >= UNUSED_DAYS,
            )
        )
    people.sort(key=lambda row: (row.last_on is not None, row.last_on or newest, row.person))
    return AccountUsage(
        account_id,
        account.label,
        newest,
        newest - timedelta(days=UNUSED_DAYS - 1),
        tuple(people),
        len(staying.keys() - matched),
    )


def _used(
    con: duckdb.DuckDBPyConnection, snapshot: Snapshot, account_id: str, day: date
) -> tuple[dict[str, tuple[date, str | None]], set[str]]:
    """Find everybody who ever used anything, with the last day and what they used most on it; and the feeds that say so."""
    rows = current_rows.views(snapshot.usage_by_day([account_id])).get("current_rollup")
    if rows is None:
        return {}, set()
    own = f"(SELECT * FROM ({rows}) WHERE account_id = {literal(account_id)} AND \"on\" <= DATE '{day}' AND events > 0)"
    found = con.execute(
        f'SELECT "user", max("on"), first(feature ORDER BY "on" DESC, events DESC, feature) FROM {own} '
        'WHERE "user" IS NOT NULL GROUP BY 1'
    ).fetchall()
    feeds = con.execute(f"SELECT DISTINCT feed FROM {own}").fetchall()
    return {user: (last_on, feature) for user, last_on, feature in found}, {
        feed for (feed,) in feeds
    }


def _contacts(
    con: duckdb.DuckDBPyConnection, snapshot: Snapshot, account_id: str, day: date
) -> tuple[dict[str, str | None], set[str]]:
    """Find the contacts at an account on a day, with their role, and those who have left it or the company."""
    rows = row_changes.current(snapshot.tables["contacts"], snapshot.existing("contacts"))
    found = con.execute(
        f"SELECT person, role, account_id = {literal(account_id)} AND (left_on IS NULL OR left_on > DATE '{day}') "
        f"FROM (SELECT * FROM {rows} WHERE valid_from <= DATE '{day}' "
        "QUALIFY row_number() OVER (PARTITION BY id ORDER BY valid_from DESC) = 1) "
        f"WHERE person IS NOT NULL AND id IN (SELECT id FROM {rows} WHERE account_id = {literal(account_id)}) ORDER BY id"
    ).fetchall()
    staying = {person: role for person, role, is_there in found if is_there}
    return staying, {person for person, _, is_there in found if not is_there}


def _numbers(people: Iterable[str]) -> list[int]:
    return [int(person[1:]) for person in people if person[1:].isdecimal()]


def _spaces(people: Iterable[str]) -> dict[str, str]:
    """Tell which system's ids people have."""
    found = Person.objects.filter(number__in=_numbers(people)).values_list("number", "space")
    return {f"u{number}": space for number, space in found}


def _outside_ids(people: Iterable[str]) -> dict[str, str]:
    found = Person.objects.filter(number__in=_numbers(people)).values_list("number", "outside_id")
    return {f"u{number}": outside_id for number, outside_id in found}


def _names(people: Iterable[str]) -> dict[str, str]:
    """Read people's names as their newest contact says them."""
    kept = PersonalValue.objects.filter(table="contacts", column="name", surrogate__in=list(people))
    return dict(kept.order_by("fact", "id").values_list("surrogate", "value"))
