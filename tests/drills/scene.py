"""This file sets the scene of the drills: a small workspace with a history, and all its numbers in one value to compare."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from keepwell.app import actions, databases, queries, workspace
from keepwell.app.actions import scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, evidence, explanations, loads, snapshots
from keepwell.app.queries import scores as questions
from keepwell.facts import datafiles, duckdb_session, rollup, row_changes
from keepwell.facts.atomic_files import Disk
from tests import installations
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, line, ticket, use
from tests.drills import places

AS_OF = date(2026, 3, 2)
SCORED = ("scores", "lines", "page", "shown", "explained", "counts")  # numbers that scoring makes
NUMBERED = itertools.count(1)
COVERED = date(2025, 1, 1)


def begin(folder: Path) -> Path:
    """Make a workspace with one load and a published card; drills work on copies of it."""
    workspace.create(folder, name="Drill", zone="Europe/Berlin", currency="EUR")
    installation = opened(folder)
    load(installation, first())
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    close()
    return folder


def copied(template: Path) -> Path:
    return places.copied(template, template.parent / f"case-{next(NUMBERED)}")


def opened(folder: Path, disk: Disk | None = None) -> Installation:
    return installations.serve(folder, disk=disk, database_url=places.address(folder))


def close() -> None:
    """Let go of the database as a process does that ends: what was not committed is gone."""
    databases.disconnect()


def load(installation: Installation, brought: Import, at: datetime = NOON) -> int | None:
    return actions.loads.load(
        brought.stage, con=brought.con, installation=installation, by=ANA, at=at
    )[0]


@contextmanager
def merging() -> Iterator[None]:
    """Let two small data files be enough to merge them, so that few loads meet what many do."""
    compaction = actions.compaction
    many, compaction.MANY = compaction.MANY, 2
    try:
        yield
    finally:
        compaction.MANY = many


def first() -> Import:
    """The first load: two accounts, their contracts, some use and tickets."""
    brought = Import(since=COVERED, feed="all")
    brought.rows(
        "accounts",
        account("A-1", started_on=COVERED, owner="Ana"),
        account("A-2", started_on=COVERED),
    )
    brought.rows("contracts", line("L-1", annual_amount=1000), line("L-2", "A-2", annual_amount=50))
    brought.rows(
        "usage", *(use(f"u{n}", quantity=n, day=1 + n % 3) for n in range(12)), use("v1", "A-2")
    )
    return brought.rows("tickets", ticket("T-1", subject="One"), ticket("T-2", priority="low"))


def second() -> Import:
    """The second load: something new, something repeated, something that replaces what was there, and a conflict."""
    brought = Import(since=COVERED, feed="all")
    brought.rows("accounts", account("A-3", started_on=COVERED), account("A-2", started_on=COVERED))
    replacing, repeated = use("u1", quantity=50), use("u2", quantity=2, day=3)
    return brought.rows(
        "usage", replacing, repeated, use("w1", "A-3"), use("w2", "A-3"), use("w2", "A-1")
    )


def third() -> Import:
    """The third load, long enough after the second that what was merged then can be removed: a late row and a new ticket."""
    brought = Import(since=COVERED, feed="all")
    return brought.rows("usage", use("x1", "A-2", day=1)).rows("tickets", ticket("T-3"))


def score(installation: Installation) -> str:
    return scores.run(installation=installation, as_of=AS_OF, by=ANA, at=NOON).run_id


def numbers(installation: Installation, *, scored: bool = True) -> dict[str, Any]:
    """Every number that the workspace can tell, in a value that compares; raises `IntegrityError` like any question."""
    told: dict[str, Any] = {}
    con = duckdb_session.connect(None)
    with snapshots.take(VIEWER, installation) as snapshot:
        told |= {"batch": snapshot.batch, "feeds": [str(feed) for feed in snapshot.feeds]}
        for name in ("accounts", "contracts", "usage", "tickets"):
            table = snapshot.tables[name]
            columns = ", ".join(
                f'"{field.name}"' for field in datafiles.fields(table) if field.name != "loaded_at"
            )
            rows = row_changes.current(table, snapshot.existing(name))
            told[name] = con.execute(f"SELECT {columns} FROM {rows} ORDER BY ALL").fetchall()
        rolled = datafiles.relation(
            rollup.FIELDS, [Path(path) for path in snapshot.source().rolled]
        )
        query = f'SELECT account_id, "on", sum(events), sum(quantity) FROM {rolled} GROUP BY ALL HAVING sum(events) <> 0 ORDER BY ALL'
        told["rolled"] = con.execute(query).fetchall()
    told["tables"] = [asdict(row) | {"bytes": 0, "datafiles": 0} for row in loads.tables(VIEWER)]
    told["portfolio"] = accounts.everyone(VIEWER)
    run = queries.runs.newest(VIEWER) if scored else None
    if run:
        told["scores"] = [
            asdict(row) | {"run_id": ""} for row in questions.rows(VIEWER, run.run_id)
        ]
        told["lines"] = evidence.lines(VIEWER, installation, run)
        page = list(queries.portfolios.portfolio(VIEWER, run))
        told["page"] = [row.account.account_id for row in page]
        told["shown"] = [(row.account, asdict(row.score) | {"run_id": ""}) for row in page]
        told["explained"] = explanations.lines_of(VIEWER, installation, run, told["page"])
        told["counts"] = questions.counts(VIEWER, run)
    return told
