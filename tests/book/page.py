"""This file reads a page of the book: prose, tables of facts, a card, and what must come out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from keepwell.facts.schema import TABLES
from keepwell.health.engines import live
from keepwell.health.spec import document
from keepwell.health.spec.feed import Feed
from keepwell.health.spec.scorecard import Definition
from keepwell.health.spec.table import Column, Table

PAGES = Path(__file__).parent / "pages"
LONG_AGO = date(2020, 1, 1)
HEADER = """keepwell: 1
name: page
least_coverage: 50 %
bands:
  - {name: Green, from: 70, means: healthy}
  - {name: Amber, from: 40, means: watch}
  - {name: Red, from: 0, means: at risk}
"""


@dataclass(frozen=True)
class Expected:
    """What must come out on a date: scores by account, or lines by account and path; text cells by column."""

    kind: str
    as_of: date
    rows: list[dict[str, str]]


@dataclass(frozen=True)
class Page:
    """One page: its title and source text, facts as rows, feeds, the card, and what is expected."""

    name: str
    title: str
    text: str
    card: str
    definition: Definition
    tables: Mapping[str, Table]
    facts: Mapping[str, list[dict[str, Any]]]
    feeds: tuple[Feed, ...]
    expected: list[Expected]
    through_batch: int = 1_000_000
    extras: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)


def read(path: Path) -> Page:
    """Read a page. Its sections are `### facts: TABLE`, `### feeds`, `### card`, `### scores on DATE`, `### lines on DATE`."""
    text = path.read_text()
    sections = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    raw: dict[str, list[dict[str, str]]] = {}
    expected: list[Expected] = []
    feeds: list[dict[str, str]] = []
    card = ""
    for heading, body in zip(sections[1::2], sections[2::2], strict=True):
        kind, _, rest = heading.strip().partition(" ")
        if kind == "facts:":
            raw[rest.strip()] = _table(body)
        elif kind == "feeds":
            feeds = _table(body)
        elif kind == "card":
            card = re.search(r"```yaml\n(.*?)```", body, re.DOTALL)[1]  # type: ignore[index]
        else:
            expected.append(Expected(kind, date.fromisoformat(rest.removeprefix("on ").strip()), _table(body)))
    assert expected, f"{path.name} expects nothing"
    whole = card if "bands:" in card else HEADER + card
    read_card = document.read(whole, file=path.name, tables=TABLES)
    assert read_card.definition is not None, [str(fault) for fault in read_card.faults]
    made = _feeds(feeds, raw, max(e.as_of for e in expected))
    facts = {name: [_row(TABLES[name], row, at, made) for at, row in enumerate(rows)] for name, rows in raw.items()}
    title = re.search(r"^# (.+)$", text, re.MULTILINE)[1]  # type: ignore[index]
    return Page(path.stem, title, text, whole, read_card.definition, TABLES, facts, _reached(made, facts), expected)


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
        days = [date.fromisoformat(day) for day in row.get("arrivals", "").split()]
        through = row.get("through")
        feeds.append(
            Feed(row["feed"], tuple(row["tables"].split()), row.get("covers", "all") or "all",  # type: ignore[arg-type]
                 date.fromisoformat(row["since"]) if row.get("since") else None,
                 int(row.get("rhythm_days") or 7), (), tuple(days), date.fromisoformat(through) if through else None)
        )  # fmt: skip
    named = {table for feed in feeds for table in feed.tables}
    rest = tuple(table for table in TABLES if table not in named)
    return [*feeds, Feed("all", rest, "all", LONG_AGO, 7, (), (), newest)]


def _reached(feeds: list[Feed], facts: Mapping[str, list[dict[str, Any]]]) -> tuple[Feed, ...]:
    """Give each feed the days of the events that it brought, as landing does."""
    found = []
    for feed in feeds:
        days = {row["on"] for name, rows in facts.items() for row in rows if row["feed"] == feed.name and TABLES[name].time == "event"}
        found.append(Feed(feed.name, feed.tables, feed.covers, feed.since, feed.rhythm_days, tuple(sorted(days)), feed.arrivals, feed.through))
    return tuple(found)


def _row(table: Table, cells: Mapping[str, str], at: int, feeds: list[Feed]) -> dict[str, Any]:
    """Make a whole row: typed cells, and what landing adds where the page leaves it out."""
    row: dict[str, Any] = {column.name: _cell(column, cells.get(column.name, "")) for column in live.stored(table)}
    unknown = set(cells) - set(row) - {"id"}
    assert not unknown, f"{table.name} has no {unknown}"
    if "id" in table.names:
        row["id"] = cells.get("id") or f"{table.name}-{at:04}"
    if table.time == "state" and not row["valid_from"]:
        row["valid_from"] = LONG_AGO
    dates = [row[name].date() if isinstance(row[name], datetime) else row[name] for name in table.dated_by if row[name]]
    row["on"] = min(dates)
    row["known_on"] = row["known_on"] or row["on"]
    row["loaded_at"] = datetime.combine(row["on"], datetime.min.time())
    row["batch"] = int(cells.get("batch") or 1)
    row["feed"] = cells.get("feed") or next(feed.name for feed in feeds if table.name in feed.tables)
    for column in table.columns:
        if column.type == "money":
            row[f"{column.name}_given"] = row[column.name]
    return row


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


def weeks(start: date, count: int) -> list[date]:
    """A date and the weeks after it."""
    return [start + timedelta(days=7 * at) for at in range(count)]
