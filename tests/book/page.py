"""This file reads a page of the book: prose, tables of facts, a card, and what must come out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.scorecard import Definition
from keepwell.health.definition.table import Column, Table
from keepwell.health.engines import current_rows
from keepwell.health.explain.override import Override
from tests.book import expectations
from tests.book.expectations import Expected

PAGES = Path(__file__).parent / "pages"
LONG_AGO = date(2020, 1, 1)
CARDS = ("card", "card, version 2")
HEADER = """keepwell: 1
name: page
least_coverage: 50 %
bands:
  - {name: Green, from: 70, means: healthy}
  - {name: Amber, from: 40, means: watch}
  - {name: Red, from: 0, means: at risk}
"""


@dataclass(frozen=True)
class Page:
    """One page: its title and prose, its tables as written, facts as rows, feeds, cards, overrides,
    and what is expected."""

    name: str
    title: str
    prose: str
    written: list[tuple[str, list[dict[str, str]]]]
    texts: tuple[str, ...]
    cards: tuple[Definition, ...]
    tables: Mapping[str, Table]
    facts: Mapping[str, list[dict[str, Any]]]
    feeds: tuple[Feed, ...]
    overrides: tuple[Override, ...]
    expected: list[Expected]
    rejected: Mapping[str, list[dict[str, Any]]]

    @property
    def definition(self) -> Definition:
        return self.cards[0]

    def overrides_on(self, as_of: date) -> dict[str, Override]:
        """Give the overrides in force on a date, by account."""
        return {each.account_id: each for each in self.overrides if each.stands_on(as_of)}


@cache
def read(path: Path) -> Page:
    """Read a page.

    Its sections are `### facts: TABLE`, `### rejected: TABLE`, `### feeds`, `### overrides`, `### card`, and a second one
    as `### card, version 2`. What is expected is `### scores on DATE` and `### lines on DATE`, both
    also with `by version 2`, `after DATE, DATE` and `through load N`; `### change of ACCOUNT from
    DATE to DATE`, also `by version 2`, or `on DATE by version 2`, with the steps; `### history`, a
    date a row and an account a column, and from it `### moves on DATE`. A cell `DAY to DAY` of the
    facts stands for a row on each of these days.
    """
    head, *sections = re.split(r"^### (.+)$", path.read_text(), flags=re.MULTILINE)
    written = [
        (heading.strip(), body) for heading, body in zip(sections[::2], sections[1::2], strict=True)
    ]
    tables = [(heading, _table(body)) for heading, body in written if heading not in CARDS]
    raw = {
        heading.removeprefix("facts: "): _spread(rows)
        for heading, rows in tables
        if heading.startswith("facts: ")
    }
    expected = expectations.read(written, dict(tables))
    assert expected, f"{path.name} expects nothing"
    texts = tuple(_yaml(body) for heading, body in written if heading in CARDS)
    overrides = tuple(_override(row) for row in dict(tables).get("overrides", ()))
    made = _feeds(dict(tables).get("feeds", []), raw, max(e.as_of for e in expected))
    facts = {
        name: [_row(TABLES[name], row, at, made) for at, row in enumerate(rows)]
        for name, rows in raw.items()
    }
    title, _, prose = head.strip().removeprefix("# ").partition("\n")
    return Page(
        path.stem, title, prose.strip(), tables, texts, tuple(_card(text, path.name) for text in texts), TABLES, facts,
        _reached(made, facts), overrides, expected, _all_rejected(dict(tables), made),
    )  # fmt: skip


def _yaml(body: str) -> str:
    found = re.search(r"```yaml\n(.*?)```", body, re.DOTALL)
    assert found, "a card is written in YAML"
    return found[1]


def _card(text: str, name: str) -> Definition:
    whole = text if "bands:" in text else HEADER + text
    read_card = document.read(whole, file=name, tables=TABLES)
    assert read_card.definition is not None, [str(fault) for fault in read_card.faults]
    return read_card.definition


def _override(cells: Mapping[str, str]) -> Override:
    ended = date.fromisoformat(cells["ended"]) if cells.get("ended", "-") != "-" else None
    days = (date.fromisoformat(cells[name]) for name in ("from", "until"))
    return Override(
        cells["account_id"], float(cells["score"]), cells["because"], cells["by"], *days, ended
    )


def _spread(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Make a row for each day of a cell such as `2026-02-01 to 2026-02-05`."""
    spread: list[dict[str, str]] = []
    for row in rows:
        ranged = next(
            (name for name, cell in row.items() if re.fullmatch(r"[\d-]{10} to [\d-]{10}", cell)),
            None,
        )
        if ranged is None:
            spread.append(row)
            continue
        first, latest = (date.fromisoformat(day) for day in row[ranged].split(" to "))
        days = [first + timedelta(days=at) for at in range((latest - first).days + 1)]
        spread += [row | {ranged: day.isoformat()} for day in days]
    return spread


def _table(body: str) -> list[dict[str, str]]:
    lines = [line for line in body.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def _feeds(rows: list[dict[str, str]], raw: Mapping[str, Any], newest: date) -> list[Feed]:
    """The feeds of a page; without any, one that covers everything and has always been on time."""
    if not rows:
        return [Feed("all", tuple(TABLES), "all", LONG_AGO, 7, (), (), newest)]
    feeds = []
    for row in rows:
        days = [date.fromisoformat(day) for day in row.get("deliveries", "").split()]
        through = row.get("through")
        feeds.append(
            Feed(row["feed"], tuple(row["tables"].split()), row.get("covers", "all") or "all",  # type: ignore[arg-type]
                 date.fromisoformat(row["since"]) if row.get("since") else None,
                 int(row.get("expected_every_days") or 7), (), tuple(days), date.fromisoformat(through) if through else None,
                 int(row["stale_for_days"]) if row.get("stale_for_days") else None)
        )  # fmt: skip
    named = {table for feed in feeds for table in feed.tables}
    rest = tuple(table for table in TABLES if table not in named)
    return [*feeds, Feed("all", rest, "all", LONG_AGO, 7, (), (), newest)]


def _reached(feeds: list[Feed], facts: Mapping[str, list[dict[str, Any]]]) -> tuple[Feed, ...]:
    """Give each feed the days of its events, as the load does."""
    found = []
    for feed in feeds:
        days = {
            row["on"]
            for name, rows in facts.items()
            for row in rows
            if row["feed"] == feed.name and TABLES[name].time == "event"
        }
        found.append(replace(feed, event_days=tuple(sorted(days))))
    return tuple(found)


def _row(table: Table, cells: Mapping[str, str], at: int, feeds: list[Feed]) -> dict[str, Any]:
    """Make a whole row: typed cells, and what the load adds where the page leaves it out."""
    row: dict[str, Any] = {
        column.name: _cell(column, cells.get(column.name, ""))
        for column in current_rows.stored(table)
    }
    unknown = set(cells) - set(row) - {"id"}
    assert not unknown, f"{table.name} has no {unknown}"
    if "id" in table.names:
        row["id"] = cells.get("id") or f"{table.name}-{at:04}"
    if table.time == "state" and not row["valid_from"]:
        row["valid_from"] = LONG_AGO
    dates = [
        row[name].date() if isinstance(row[name], datetime) else row[name]
        for name in table.dated_by
        if row[name]
    ]
    row["on"] = min(dates)
    row["known_on"] = row["known_on"] or row["on"]
    row["loaded_at"] = datetime.combine(row["on"], datetime.min.time())
    row["batch"] = int(cells.get("batch") or 1)
    row["feed"] = cells.get("feed") or next(
        feed.name for feed in feeds if table.name in feed.tables
    )
    for column in table.columns:
        if column.type == "money":
            row[f"{column.name}_given"] = row[column.name]
    return row


def _all_rejected(
    tables: Mapping[str, list[dict[str, str]]], feeds: list[Feed]
) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for heading, rows in tables.items():
        if heading.startswith("rejected: "):
            name = heading.removeprefix("rejected: ")
            feed = next(feed.name for feed in feeds if name in feed.tables)
            found[name] = [
                each for nth, row in enumerate(rows) for each in _rejected(row, f"{nth}", feed)
            ]
    return found


def _rejected(cells: Mapping[str, str], key: str, feed: str) -> Iterator[dict[str, Any]]:
    """Give what loads say of a rejected row: that it was, and from which load on it is no longer."""
    account, day, ends, healed_in = (
        None if cells.get(name, "-") == "-" else cells[name]
        for name in ("account_id", "day", "ends", "healed_in")
    )
    days = [date.fromisoformat(each) for each in (day or "2999-01-01").split(" to ")]
    told = {
        "key": key, "account_id": account, "feed": cells.get("feed") or feed, "first_on": days[0] if day else None,
        "last_on": days[-1], "ends_on": date.fromisoformat(ends) if ends else None,
    }  # fmt: skip
    yield told | {"is_healed": False, "batch": int(cells["batch"])}
    if healed_in:
        yield told | {"is_healed": True, "batch": int(healed_in)}


def _cell(column: Column, text: str) -> Any:
    if text in ("", "-"):
        return None
    match column.type:
        case "date":
            return date.fromisoformat(text)
        case "moment":
            return datetime.fromisoformat(text)
        case "quantity" | "money":
            return Decimal(text).quantize(Decimal("0.000001"))
        case "flag":
            return text in ("yes", "true")
        case _:
            return text
