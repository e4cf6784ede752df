"""This file answers how the key features do over all accounts: who uses each, who could and does not, and the likely cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, population, snapshots, usage
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import Viewer
from keepwell.errors import NotFound, NotReady, did_you_mean
from keepwell.facts import row_changes
from keepwell.facts.duckdb_session import literal
from keepwell.health.definition import limit
from keepwell.health.definition.window import RHYTHM_DAYS
from keepwell.health.engines import current_rows

if TYPE_CHECKING:
    import duckdb

Cause = Literal["never tried", "tried once", "given up"]
CAUSES: tuple[Cause, ...] = ("never tried", "tried once", "given up")
USUAL_DAYS = 28  # for which a use counts where nothing is known of the feature's rhythm


class NoKeyFeatures(NotReady):
    """No feature is said to be a key feature, so there is nothing to look at."""

    code = "U102"


class NoSuchFeature(NotFound):
    """No key feature is called so; the message proposes the nearest."""

    code = "U103"


@dataclass(frozen=True)
class AccountFlag:
    """An account that could use a feature and does not: the likely cause, and the last day of use where there was one."""

    account_id: str
    name: str
    cause: Cause
    last_on: date | None
    days_used: int


@dataclass(frozen=True)
class FeatureUse:
    """One key feature. `could` counts the accounts that could use it; a use counts for `window_days`."""

    feature: str
    product: str | None
    rhythm: str | None
    window_days: int
    could: int
    using: int
    users: int
    flags: tuple[AccountFlag, ...]

    @property
    def share(self) -> float | None:
        return self.using / self.could if self.could else None

    def count(self, cause: Cause) -> int:
        """Count the accounts with a flag of one cause."""
        return sum(flag.cause == cause for flag in self.flags)


@dataclass(frozen=True)
class FeaturePortfolio:
    """All key features, the least used first; `left_out` counts accounts that are no customers on the newest day.

    Each account is looked at on the newest day of its own feeds, of which `newest_on` is the latest.
    """

    newest_on: date
    accounts: int
    left_out: int
    features: tuple[FeatureUse, ...]

    def feature(self, name: str) -> FeatureUse:
        """One key feature by its name; raises `NoSuchFeature`."""
        for each in self.features:
            if each.feature.casefold() == name.casefold():
                return each
        known = [each.feature for each in self.features]
        raise NoSuchFeature(f"`{limit.shown(name)}` is no key feature. {did_you_mean(name, known)}")


@dataclass(frozen=True)
class _Key:
    """A key feature, as the table of features has it."""

    feature: str
    product: str | None
    rhythm: str | None

    @property
    def window_days(self) -> int:
        return RHYTHM_DAYS.get(self.rhythm or "", USUAL_DAYS)


@dataclass(frozen=True)
class _Use:
    """What one account did with one feature: on how many days ever, when last, whether it still counts, and for how many people."""

    days: int
    last_on: date
    counts: bool
    users: int


def portfolio(viewer: Viewer, installation: Installation, day: date) -> FeaturePortfolio:
    """How the key features do on the newest day of usage up to a day; raises `usage.NoUsage` and `NoKeyFeatures`.

    An account could use a feature where its usage is covered and, of a product that contracts name, a line of it runs.
    """
    newest_by_feed = usage.newest_days(viewer, day)
    newest = max(newest_by_feed.values())
    everyone = accounts.everyone(viewer)
    standings = population.standings_on(viewer, installation, newest + timedelta(days=1))
    customers = {name for name, each in standings.items() if each.kind == "customer"}
    current = [row for row in everyone if row.account_id in customers]
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        keys = _keys(con, snapshot, newest, day)
        rows = (
            f"(SELECT * FROM ({current_rows.views(snapshot.usage_by_day())['current_rollup']}) "
            f"WHERE \"on\" <= DATE '{newest}' AND events > 0)"
        )
        known = _known(rows, newest_by_feed)
        found = con.execute(f"SELECT account_id FROM ({known})").fetchall()
        active = {account_id for (account_id,) in found}
        uses = {key.feature: _uses(con, rows, known, key) for key in keys}
        bought = _bought(con, snapshot, newest)
    covers_all = any("usage" in feed.tables and feed.covers == "all" for feed in snapshot.feeds)
    above = {row.parent_id for row in everyone}
    # A group that has no usage of its own uses the product through the accounts below it.
    able = [
        row for row in current
        if row.account_id in active or (covers_all and row.account_id not in above)
    ]  # fmt: skip
    features = [_of_feature(key, able, uses[key.feature], bought) for key in keys]
    features.sort(key=lambda each: (1.0 if each.share is None else each.share, each.feature))
    left_out = len(standings) - len(customers)
    return FeaturePortfolio(newest, len(current), left_out, tuple(features))


def _keys(
    con: duckdb.DuckDBPyConnection, snapshot: Snapshot, newest: date, day: date
) -> list[_Key]:
    rows = row_changes.current(snapshot.tables["features"], snapshot.existing("features"))
    found = con.execute(
        f"SELECT feature, product, rhythm FROM (SELECT * FROM {rows} WHERE valid_from <= DATE '{day}' "
        "QUALIFY row_number() OVER (PARTITION BY feature ORDER BY valid_from DESC) = 1) "
        f"WHERE is_key AND coalesce(released_on <= DATE '{newest}', true) AND coalesce(retired_on > DATE '{newest}', true) "
        "ORDER BY feature"
    ).fetchall()
    if not found:
        raise NoKeyFeatures(
            "No feature is marked as a key feature.",
            way_out="Map a list of features to the table `features`, with `is_key`, then keepwell import.",
        )
    return [_Key(*row) for row in found]


def _known(rows: str, newest_by_feed: Mapping[str, date]) -> str:
    """Write the query for the newest day of each account that has usage, by the feeds that it comes from."""
    listed = ", ".join(f"({literal(feed)}, DATE '{on}')" for feed, on in newest_by_feed.items())
    return (
        f"SELECT account_id, max(newest) AS newest FROM (SELECT DISTINCT account_id, feed FROM {rows}) "
        f"JOIN (VALUES {listed}) AS feeds(feed, newest) USING (feed) GROUP BY account_id"
    )


def _uses(con: duckdb.DuckDBPyConnection, rows: str, known: str, key: _Key) -> dict[str, _Use]:
    """Find what every account did with a feature; a use counts for `window_days`, the newest day included."""
    counts = f'"on" > newest - {key.window_days}'
    found = con.execute(
        f'SELECT account_id, count(DISTINCT "on"), max("on"), bool_or({counts}), count(DISTINCT "user") FILTER ({counts}) '
        f"FROM {rows} JOIN ({known}) USING (account_id) WHERE feature = {literal(key.feature)} GROUP BY account_id"
    ).fetchall()
    return {account_id: _Use(*rest) for account_id, *rest in found}


def _bought(con: duckdb.DuckDBPyConnection, snapshot: Snapshot, day: date) -> dict[str, set[str]]:
    """Find for each product of which there ever was a contract line the accounts where one runs on a day."""
    rows = row_changes.current(snapshot.tables["contracts"], snapshot.existing("contracts"))
    found = con.execute(
        f"SELECT product, account_id, starts_on <= DATE '{day}' AND coalesce(ends_on > DATE '{day}', true) "
        f"FROM {rows} WHERE product IS NOT NULL"
    ).fetchall()
    bought: dict[str, set[str]] = {}
    for product, account_id, runs in found:
        bought.setdefault(product, set()).update({account_id} if runs else ())
    return bought


def _of_feature(
    key: _Key,
    able: list[AccountRow],
    uses: dict[str, _Use],
    bought: dict[str, set[str]],
) -> FeatureUse:
    of_product = bought.get(key.product or "")
    could = [row for row in able if of_product is None or row.account_id in of_product]
    using, users, flags = 0, 0, []
    for row in could:
        use = uses.get(row.account_id)
        if use and use.counts:
            using, users = using + 1, users + use.users
        else:
            flags.append(_flag(row, use))
    flags.sort(key=lambda flag: (CAUSES.index(flag.cause), flag.last_on or date.min, flag.name))
    return FeatureUse(
        key.feature,
        key.product,
        key.rhythm,
        key.window_days,
        len(could),
        using,
        users,
        tuple(flags),
    )


def _flag(row: AccountRow, use: _Use | None) -> AccountFlag:
    if use is None:
        return AccountFlag(row.account_id, row.label, "never tried", None, 0)
    cause: Cause = "tried once" if use.days == 1 else "given up"
    return AccountFlag(row.account_id, row.label, cause, use.last_on, use.days)
