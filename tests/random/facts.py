"""This file makes random facts: accounts, feeds on time, late or dead, rows with gaps, and rows
that supersede others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from keepwell.facts.schema import TABLES
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Column, Table
from keepwell.health.engines import current_rows

TODAY = date(2026, 3, 1)
LONG_AGO = date(2020, 1, 1)
ACCOUNTS = ("a", "B", "a b", "Ä", "漢字", "it's", '"', "🙂")
FEEDS = ("one", "two's")
READ = (
    "usage",
    "tickets",
    "surveys",
    "contracts",
    "contacts",
    "pulses",
    "invoices",
    "outcomes",
    "features",
)
# Of these growth is measured most often, so that rejected rows meet two windows often enough.
GROWING = ("usage", "tickets", "invoices")
# Where windows begin and end is where engines differ first, so days near those edges come often.
EDGES = (1, 2, 7, 8, 28, 29, 0, 30, 31, -1)
TIMES = (time(0), time(9, 30), time(23, 59, 59))
NUMBERS = tuple(
    Decimal(text)
    for text in (
        "0",
        "0.1",
        "0.3",
        "0.1004",
        "1",
        "1",
        "2.5",
        "7",
        "10",
        "-3",
        "99999999999.999999",
        "-0.000001",
    )
)
WORDS = {
    "user": ("ann", "bob", "Ç", "it's"),
    "feature": ("export", "Export", "re port"),
    "product": ("Core", "Add-on"),
    "unit": ("seat", "seat", "hour"),
    "person": ("ann", "x", "it's"),
    "plan": ("Pro", "Starter", "'"),
}


@dataclass(frozen=True)
class Facts:
    """Facts of one company: rows by table, each with what the load adds, and the feeds that
    delivered them."""

    seed: tuple[int, int, int]
    rows: Mapping[str, list[dict[str, Any]]] = field(
        repr=False
    )  # a thousand lines; `company(*seed)` makes them again
    feeds: tuple[Feed, ...]
    rejected: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)


def companies() -> st.SearchStrategy[Facts]:
    """Make companies of a size that shrinks, filled from a seed: cell by cell would take longer
    than scoring them."""
    return st.builds(
        company,
        st.integers(0, 2**32),
        st.integers(1, 8),
        st.integers(0, 30).map(lambda less: 30 - less),
    )


def company(seed: int, size: int, most_rows: int, read: Sequence[str] = READ) -> Facts:
    """Make a company with rows in the tables `read`, the same for the same numbers."""
    chance = Random(seed)
    accounts = chance.sample(ACCOUNTS, size)
    # Who is still a customer is read from these, whatever the card reads.
    read = list(dict.fromkeys([*read, *(("contracts", "renewals") if size % 2 else ())]))
    bringing = {
        name: chance.choice((FEEDS, FEEDS, FEEDS[:1], FEEDS[:1], FEEDS[1:], FEEDS[1:], ()))
        for name in read
    }
    feeds = [
        _feed(chance, name, tuple(table for table in read if name in bringing[table]))
        for name in FEEDS
    ]
    rest = Feed("rest", ("accounts",), "all", LONG_AGO, 7, (), (), TODAY)
    rows = {"accounts": _rows(chance, TABLES["accounts"], accounts, ("rest",), size * 2)}
    for name in read:
        ghosts = (
            *accounts,
            *accounts,
            "ghost",
        )  # rows of an account that nobody declared change nothing
        rows[name] = (
            _rows(chance, TABLES[name], ghosts, bringing[name], most_rows) if bringing[name] else []
        )
    above = (None, *accounts[:2], *accounts[:2], "nobody") if chance.random() < 0.6 else (None,)
    rows["accounts"] = [row | {"parent_id": chance.choice(above)} for row in rows["accounts"]]
    if "contracts" in rows and bringing["contracts"]:
        rows["contracts"] = _of_parents(
            chance, rows["contracts"], accounts[:2], bringing["contracts"]
        )
    known = {row["account_id"] for row in rows["accounts"]}
    rows["accounts"] += [
        _row(TABLES["accounts"], {"account_id": name, "feed": "rest"})
        for name in accounts
        if name not in known
    ]
    rejected = {
        name: _rejected(chance, accounts, bringing[name], most_rows)
        for name in read
        if bringing[name]
        and TABLES[name].per_account
        and chance.random() < (0.8 if name in GROWING else 0.4)
    }
    whole = (*(_reached(feed, rows) for feed in feeds), rest)
    return Facts((seed, size, most_rows), rows, whole, rejected)


def _rejected(
    chance: Random, accounts: Sequence[str], feeds: Sequence[str], most: int
) -> list[dict[str, Any]]:
    """Make rejected rows: of accounts and days that could be read or not, and some of them healed or
    rejected again by a later load."""
    rows = []
    for nth in range(chance.randint(0, most // 4)):
        last_on = _day(chance)
        is_open = chance.random() < 0.2
        first = {
            "key": f"k{nth}",
            "account_id": chance.choice((*accounts, *accounts, *accounts, "ghost", None)),
            "feed": chance.choice(feeds),
            "first_on": None
            if is_open
            else last_on - timedelta(days=chance.choice((0, 0, 0, 3, 40))),
            "last_on": last_on,
            "ends_on": chance.choice((None, None, _day(chance))),
            "is_healed": False,
            "batch": chance.choice((1, 1, 2)),
        }
        rows.append(first)
        if chance.random() < 0.3:
            rows.append(first | {"is_healed": True, "batch": first["batch"] + 1})
            if chance.random() < 0.3:
                rows.append(first | {"batch": first["batch"] + 2})
    return rows


def _of_parents(
    chance: Random, contracts: list[dict[str, Any]], parents: Sequence[str], feeds: Sequence[str]
) -> list[dict[str, Any]]:
    """Give parents a recurring line of their own that begins, runs or has ended; or none at all."""
    fate = chance.choice(("as it comes", "own", "own", "never", "group", "trials"))
    if fate == "as it comes":
        return contracts
    if (
        fate == "group"
    ):  # nobody but the parents has signed anything: prospects stand beside their children
        contracts = [row for row in contracts if row["account_id"] in parents]
    if fate == "trials":
        return [row | {"kind": "trial"} for row in contracts]
    if fate == "never":
        return [row for row in contracts if row["account_id"] not in parents]
    own = [
        _row(
            TABLES["contracts"],
            {
                **(chance.choice(contracts) if contracts else {}),  # of units and products, too
                "id": f"own{nth}",
                "account_id": account,
                "feed": chance.choice(feeds),
                "kind": chance.choice((None, "recurring")),
                "starts_on": chance.choice((LONG_AGO, LONG_AGO, _day(chance))),
                "ends_on": chance.choice((None, None, _day(chance))),
                "annual_amount": chance.choice((None, *NUMBERS[3:9], Decimal(12000))),
            },
        )
        for nth, account in enumerate(parents)
    ]
    return [*contracts, *own]


def _feed(chance: Random, name: str, tables: tuple[str, ...]) -> Feed:
    return Feed(
        name=name,
        tables=tables,
        covers=chance.choice(("all", "all", "all", "named")),
        since=chance.choice((LONG_AGO, LONG_AGO, LONG_AGO, None, _day(chance))),
        expected_every_days=chance.choice((1, 3, 7, 30)),
        deliveries=tuple(sorted(_day(chance) for _ in range(chance.randint(0, 2)))),
        through=chance.choice((TODAY, TODAY, None, _day(chance))),
        stale_for_days=chance.choice((None, None, 0, 10, 400)),
    )


def _reached(feed: Feed, rows: Mapping[str, list[dict[str, Any]]]) -> Feed:
    """Give a feed the days of its events, as the load does; one with any rows has delivered."""
    brought = [
        (TABLES[name], row)
        for name, found in rows.items()
        for row in found
        if row["feed"] == feed.name
    ]
    on = sorted({row["on"] for table, row in brought if table.time == "event"})
    deliveries = feed.deliveries or tuple(
        [min(TODAY, max(row["on"] for _, row in brought))] if brought else []
    )
    return replace(feed, event_days=tuple(on), deliveries=deliveries)


def _rows(
    chance: Random, table: Table, accounts: Sequence[str], feeds: Sequence[str], most: int
) -> list[dict[str, Any]]:
    """Make rows; of two with the same identity, the later load's supersedes the other."""
    existing: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(most):
        cells = {
            column.name: _cell(chance, column) for column in table.columns if not column.personal
        }
        if table.time != "state" and not any(cells[name] for name in table.dated_by):
            continue  # a load rejects a row without a day
        placed = {
            "account_id": chance.choice(accounts),
            "feed": chance.choice(feeds),
            "batch": chance.choice((1, 1, 1, 2, 3)),
        }
        row = _row(table, cells | placed)
        identity = (row[table.entity], row["on"]) if table.time == "state" else (row["id"],)
        existing[*identity, row["batch"]] = row
    return list(existing.values())


def _day(chance: Random) -> date:
    return TODAY - timedelta(
        days=chance.choice((*EDGES, *(chance.randint(-20, 70) for _ in EDGES)))
    )


def _cell(chance: Random, column: Column) -> Any:
    if column.name == "id":
        return f"r{chance.randint(0, 20)}"
    if column.name in ("started_on", "valid_from"):
        return chance.choice((None, LONG_AGO, LONG_AGO, _day(chance)))
    if not column.required and chance.random() < (
        0.05 if column.name in ("units", "annual_amount") else 0.2
    ):
        return None
    match column.type:
        case "text":
            return chance.choice(words_of(column))
        case "date":
            return _day(chance)
        case "moment":
            return datetime.combine(_day(chance), chance.choice(TIMES))
        case "flag":
            return chance.random() < 0.5
        case _:
            odd = Decimal(chance.randint(-(10**8), 10**8)).scaleb(-6)
            return chance.choice((*NUMBERS, odd)).quantize(Decimal("0.000001"))


def words_of(column: Column) -> tuple[str, ...]:
    """List the words that a column of random facts holds."""
    name = column.name.rpartition(".")[2]
    return FEEDS if name == "feed" else column.choices or WORDS.get(name, ("x", "y"))


def _row(table: Table, cells: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        column.name: cells.get(column.name) for column in current_rows.stored(table)
    }
    if table.time == "state":
        row["valid_from"] = row["valid_from"] or LONG_AGO
    dates = [
        row[name].date() if isinstance(row[name], datetime) else row[name]
        for name in table.dated_by
        if row[name]
    ]
    row["on"] = row["known_on"] = min(dates)
    row["loaded_at"], row["batch"] = datetime.combine(TODAY, time(6)), cells.get("batch", 1)
    return row | {
        f"{column.name}_given": row[column.name]
        for column in table.columns
        if column.type == "money"
    }
