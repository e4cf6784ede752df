"""This file answers who uses the product: everybody at an account who could, the last day on which they did, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from keepwell.app.installation import Installation
from keepwell.app.models import integrity
from keepwell.app.models.feed_tables import FeedTable
from keepwell.app.queries import accounts, people, snapshots
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


def if_known(viewer: Viewer, day: date) -> dict[str, date]:
    """What `newest_days` gives; empty where no usage has been imported."""
    try:
        return newest_days(viewer, day)
    except NoUsage:
        return {}


def of_account(
    viewer: Viewer, installation: Installation, account_id: str, day: date
) -> AccountUsage:
    """Everybody known at an account on a day: its users, and its contacts who have not left.

    Raises `accounts.NoSuchAccount`, `NoUsage` and `IntegrityError`.
    """
    account = accounts.account(viewer, account_id)
    newest_by_feed = newest_days(viewer, day)
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        used, feeds = last_uses(viewer, con, snapshot, account_id, day)
        staying, gone = _contacts(con, snapshot, account_id, day)
    # Where nobody has used anything, any feed may be the one that would have said so.
    newest = max(newest_by_feed[feed] for feed in feeds & newest_by_feed.keys() or newest_by_feed)
    spaces = people.spaces(viewer, [*used, *staying])
    of_users = {spaces.get(person) for person in used}
    # A contact under the id of another system may well be one of the users. Where nobody has used anything, all are alike.
    matched = {person for person in staying if person in used or not used or spaces.get(person) in of_users}  # fmt: skip
    known = sorted((used.keys() | matched) - (gone - staying.keys()))
    named = people.of_account(viewer, account_id, known)
    rows = []
    for person in known:
        last_on, feature = used.get(person, (None, None))
        days = (newest - last_on).days if last_on else None
        rows.append(
            UserRow(
                person,
                named[person].name,
                named[person].known_as,
                staying.get(person),
                last_on,
                feature,
                days,
                is_unused=days is None or days >= UNUSED_DAYS,
            )
        )
    rows.sort(key=lambda row: (row.last_on is not None, row.last_on or newest, row.person))
    return AccountUsage(
        account_id,
        account.label,
        newest,
        newest - timedelta(days=UNUSED_DAYS - 1),
        tuple(rows),
        len(staying.keys() - matched),
    )


def last_uses(
    viewer: Viewer,
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    account_id: str,
    day: date,
) -> tuple[dict[str, tuple[date, str | None]], set[str]]:
    """Everybody at an account who ever used anything, with the last day and what they used most on it; and the feeds that say so."""
    if not viewer.may_see(account_id):
        return {}, set()
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


@dataclass(frozen=True)
class FeatureUse:
    """One feature over the last 28 days of usage, and on how many people it was."""

    feature: str
    events: int
    people: int
    last_on: date
    is_key: bool


@dataclass(frozen=True)
class WeeksOfUse:
    """How an account used the product lately: people and uses a week up to the newest day, the features, and days of use by person.

    A week is named by its last day.
    """

    newest_on: date
    weeks: tuple[tuple[date, int, int], ...]
    features: tuple[FeatureUse, ...]
    days_by_person: dict[str, int]


def weeks(
    viewer: Viewer, installation: Installation, account_id: str, day: date, *, count: int = 26
) -> WeeksOfUse:
    """The last weeks of an account's usage up to a day; raises `accounts.NoSuchAccount`, `NoUsage` and `IntegrityError`."""
    accounts.account(viewer, account_id)
    newest_by_feed = newest_days(viewer, day)
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        rows = current_rows.views(snapshot.usage_by_day([account_id])).get("current_rollup")
        if rows is None:
            return WeeksOfUse(max(newest_by_feed.values()), (), (), {})
        con.execute(
            "CREATE OR REPLACE TEMP TABLE used AS SELECT * FROM "
            f"({rows}) WHERE account_id = {literal(account_id)} AND \"on\" <= DATE '{day}' AND events > 0"
        )
        newest = _newest(con, "used", newest_by_feed)
        since = newest - timedelta(days=UNUSED_DAYS - 1)
        weekly = con.execute(
            f"""SELECT (DATE '{newest}' - "on") // 7, count(DISTINCT "user"), sum(events)::BIGINT FROM used """
            f"""WHERE "on" > DATE '{newest}' - {7 * count} AND "on" <= DATE '{newest}' GROUP BY 1"""
        ).fetchall()
        features = con.execute(
            f"""SELECT feature, sum(events)::BIGINT, count(DISTINCT "user"), max("on") FROM used WHERE feature IS NOT NULL """
            f"""AND "on" BETWEEN DATE '{since}' AND DATE '{newest}' GROUP BY 1 ORDER BY 2 DESC, 1"""
        ).fetchall()
        by_person = con.execute(
            f"""SELECT "user", count(DISTINCT "on") FROM used WHERE "user" IS NOT NULL """
            f"""AND "on" BETWEEN DATE '{since}' AND DATE '{newest}' GROUP BY 1"""
        ).fetchall()
        key = _key_features(con, snapshot, day)
    by_week = {ago: (people, events) for ago, people, events in weekly}
    return WeeksOfUse(
        newest,
        tuple(
            (newest - timedelta(days=7 * ago), *by_week.get(ago, (0, 0)))
            for ago in reversed(range(count))
        ),
        tuple(
            FeatureUse(feature, events, people, last_on, feature in key)
            for feature, events, people, last_on in features
        ),
        dict(by_person),
    )


def people_by_product(
    viewer: Viewer,
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    account_id: str,
    day: date,
) -> dict[str | None, int]:
    """How many people used each product in the 28 days up to the newest day of usage; all of them are under none."""
    newest_by_feed = if_known(viewer, day)
    rows = current_rows.views(snapshot.usage_by_day([account_id])).get("current_rollup")
    if rows is None or not newest_by_feed or not viewer.may_see(account_id):
        return {}
    own = f"(SELECT * FROM ({rows}) WHERE account_id = {literal(account_id)} AND \"on\" <= DATE '{day}' AND events > 0)"
    newest = _newest(con, own, newest_by_feed)
    found = con.execute(
        f"""SELECT product, count(DISTINCT "user") FROM {own} """
        f"""WHERE "on" BETWEEN DATE '{newest}' - {UNUSED_DAYS - 1} AND DATE '{newest}' GROUP BY ROLLUP (product) """
        "ORDER BY grouping(product)"
    ).fetchall()
    return dict(found)


def _newest(con: duckdb.DuckDBPyConnection, used: str, newest_by_feed: Mapping[str, date]) -> date:
    """The newest day of the feeds that an account's use comes from; where nobody has used anything, of any."""
    feeds = {feed for (feed,) in con.execute(f"SELECT DISTINCT feed FROM {used}").fetchall()}
    return max(newest_by_feed[feed] for feed in feeds & newest_by_feed.keys() or newest_by_feed)


def _key_features(con: duckdb.DuckDBPyConnection, snapshot: Snapshot, day: date) -> frozenset[str]:
    rows = row_changes.current(snapshot.tables["features"], snapshot.existing("features"))
    found = con.execute(
        f"SELECT feature FROM {rows} WHERE valid_from <= DATE '{day}' "
        "QUALIFY row_number() OVER (PARTITION BY feature ORDER BY valid_from DESC) = 1 AND is_key"
    ).fetchall()
    return frozenset(feature for (feature,) in found)
