"""This file is a small company whose exports have rows that cannot be read, and what is then known of its accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from keepwell.app.actions import imports, scores
from keepwell.app.actions.imports import Summary
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.app.queries import evidence
from keepwell.app.queries.runs import ScoredRun
from keepwell.facts import datafiles
from keepwell.health.engines.protocol import Line
from tests.cast import ANA, NOON, VIEWER

FEED = "since: 2025-01-01, covers: all, expected_every: 30 days, through: load"
SOURCES = {
    "accounts": f"""\
  - file: accounts.csv
    table: accounts
    feed: {{name: crm, {FEED}}}
    fields: {{account_id: id, name: company, valid_from: from, started_on: from}}
""",
    "usage": f"""\
  - file: usage.csv
    table: usage
    feed: {{name: product, {FEED}}}
    fields: {{id: id, account_id: account, at: at, user: user, quantity: quantity}}
""",
    "logins": f"""\
  - file: logins.csv
    table: usage
    feed: {{name: logins, {FEED}}}
    fields: {{id: {{make: [at, account]}}, account_id: account, at: at}}
""",
    "contracts": f"""\
  - file: contracts.csv
    table: contracts
    feed: {{name: billing, {FEED}}}
    fields: {{id: id, account_id: account, starts_on: from, ends_on: until, annual_amount: amount}}
""",
    "contacts": f"""\
  - file: contacts.csv
    table: contacts
    feed: {{name: people, {FEED}}}
    fields: {{id: id, account_id: account, valid_from: from, is_sponsor: sponsor}}
""",
    "milestones": f"""\
  - file: milestones.csv
    table: milestones
    feed: {{name: projects, {FEED}}}
    fields: {{id: id, account_id: account, milestone: name, planned_on: planned, due_on: due}}
""",
}
CARD = """\
keepwell: 1
name: health
least_coverage: 1 %
bands:
  - {name: Green, from: 50, means: healthy}
  - {name: Red, from: 0, means: at risk}
health:
  - {measure: uses, table: usage, take: count, window: 28 days, weight: 1, points: {worst: 0, best: 10}, missing: skip}
  - {measure: revenue, table: contracts, take: sum annual_amount, weight: 1, points: {worst: 0, best: 10}, missing: skip}
"""
AS_OF = date(2026, 3, 3)
HEADS = {
    "accounts": "id,company,from",
    "usage": "id,account,at,user,quantity",
    "logins": "at,account",
    "contracts": "id,account,from,until,amount",
    "contacts": "id,account,from,sponsor",
    "milestones": "id,account,name,planned,due",
}


@dataclass
class Company:
    """A workspace with two accounts, A-1 and A-2, each import a day after the one before."""

    installation: Installation
    days: int = 0

    @property
    def now(self) -> datetime:
        return NOON + timedelta(days=self.days)

    def delivered(self, after_days: int = 1, **rows: Sequence[str]) -> Summary:
        """Import files with these rows, by table."""
        folder = self.installation.folder / "exports"
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        mapping = "sources:\n" + "".join(SOURCES[name] for name in rows)
        self.installation.mapping.write_text(mapping, encoding="utf-8")
        for name, lines in rows.items():
            text = "\n".join([HEADS[name], *lines]) + "\n"
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        summary = imports.run(installation=self.installation, paths=folder, by=ANA, at=self.now)
        self.days += after_days
        return summary

    def run(self, as_of: date = AS_OF, text: str = CARD) -> ScoredRun:
        return scores.run(
            installation=self.installation, as_of=as_of, by=ANA, at=self.now, definition=text
        )

    def line(
        self, account: str = "A-1", path: str = "uses", as_of: date = AS_OF, text: str = CARD
    ) -> Line:
        lines = evidence.lines(VIEWER, self.installation, self.run(as_of, text), [account])
        return next(line for line in lines if line.path == path)

    def rejected(
        self, account: str = "A-1", path: str = "uses", as_of: date = AS_OF
    ) -> tuple[int, int, str] | None:
        """Say how many rows of how many were rejected behind a measure, and in which imports."""
        line = self.line(account, path, as_of)
        if line.rejected_rows is None or line.rejected_of is None:
            return None
        return line.rejected_rows, line.rejected_of, line.rejected_in or ""

    def noted(self, columns: str = "account_id, batch, is_healed") -> list[tuple[Any, ...]]:
        """Give what loads have said of rejected rows."""
        files = DataFile.objects.filter(kind="rejected", retired_at=None)
        paths = [self.installation.data / each.path for each in files]
        if not paths:
            return []
        with self.installation.duckdb.cursor() as con:
            query = f"SELECT {columns} FROM {datafiles.rows_of(paths)} ORDER BY batch, account_id"
            return con.execute(query).fetchall()


def founded(installation: Installation) -> Company:
    """Found the company."""
    company = Company(installation)
    company.delivered(0, accounts=["A-1,Harbour,2025-01-01", "A-2,Kiln,2025-01-01"])
    return company
