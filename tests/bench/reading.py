"""This file measures what pages cost over two years of scores, and how long others wait for the database while a run is published."""

from __future__ import annotations

import multiprocessing
import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import duckdb
import numpy as np
import pyarrow as pa
from django.db import connection, transaction

from keepwell.app import actions, queries, workspace
from keepwell.app.actions.score_writer import ScoreWriter
from keepwell.app.installation import Installation
from keepwell.app.models.scores import Run
from keepwell.app.viewers import SYSTEM, operator
from keepwell.health import cards
from keepwell.health.definition.band import band_of
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scorecard import Definition, Leaf, walk_with_rules
from keepwell.health.engines.protocol import Score
from keepwell.health.engines.results import LINES, RunResult
from tests import installations
from tests.bench import waiting

AT, BY = datetime(2026, 11, 2, 9, tzinfo=UTC), operator("bench")
AS_OF = date(2026, 11, 2)
WEEKS = [AS_OF - timedelta(weeks=ago) for ago in range(103, -1, -1)]
LOOKED_AT = (
    28  # weeks whose lines a trend looks at; older ones are given the line of the whole alone
)
ASKED = 40  # accounts and pages that are asked for
READY = "b2b-saas"
MAPPING = """
sources:
  - file: accounts.csv
    table: accounts
    feed: {name: crm, covers: all, since: 2024-01-01, expected_every: 7 days}
    backdate: since_start
    fields: {account_id: account_id, name: name, owner: owner, segment: segment, started_on: started_on}
  - file: contracts.csv
    table: contracts
    feed: {name: billing, covers: all, since: 2024-01-01, expected_every: 7 days}
    fields: {id: id, account_id: account_id, starts_on: starts_on, ends_on: ends_on, annual_amount: amount}
  - file: usage.parquet
    table: usage
    feed: {name: product, covers: all, since: 2024-01-01, expected_every: 7 days}
    fields: {id: id, account_id: account_id, at: at, user: user, feature: feature}
"""


@dataclass(frozen=True)
class Made:
    """One date of made-up results, as an engine would give them."""

    as_of: date
    made_scores: list[Score]
    lines_arrow: pa.Table

    peers: Any = None

    def scores(self) -> list[Score]:
        return self.made_scores


def owners(accounts: int) -> int:
    """How many people own so many accounts, each a hundred: the book of one is then as long for few as for many."""
    return max(1, accounts // 100)


def prepared(
    folder: Path, accounts: int, database_url: str = ""
) -> tuple[Installation, Definition]:
    """A workspace with so many accounts of so many owners, imported, and a ready card published."""
    place = folder / f"reading-{accounts}-{uuid.uuid4().hex[:8]}"
    workspace.create(place, name="Bench", currency="EUR")
    (place / "mapping.yaml").write_text(MAPPING)
    exports = place / "exports"
    exports.mkdir()
    con = duckdb.connect()
    rows = f"range({accounts}) AS numbers(i)"
    con.execute(f"""COPY (SELECT {_id("i")} AS account_id, 'Company ' || i || ' of ' || substr(md5(i::VARCHAR), 1, 8) AS name,
        'Owner ' || i % {owners(accounts)} AS owner, ['small', 'mid-market', 'enterprise'][1 + i % 3] AS segment, DATE '2024-01-01' AS started_on
        FROM {rows}) TO '{exports}/accounts.csv'""")
    con.execute(f"""COPY (SELECT 'L' || i AS id, {_id("i")} AS account_id, DATE '2024-01-01' AS starts_on, DATE '2027-01-01' AS ends_on,
        1000 + i % 977 AS amount FROM {rows}) TO '{exports}/contracts.csv'""")
    # One use a week by each account: what an account's live score reads must not grow with the uses of all others.
    con.execute(f"""COPY (SELECT i || '-' || w AS id, {_id("i")} AS account_id, 'U' || i || '-' || (w % 5) AS user, 'F' || (i + w) % 9 AS feature,
        TIMESTAMP '{AS_OF} 12:00' - to_days((7 * w + 1 + i % 7)::INTEGER) AS at FROM {rows}, range({len(WEEKS)}) AS weeks(w))
        TO '{exports}/usage.parquet'""")
    installation = installations.serve(place, database_url=database_url)
    actions.imports.run(installation=installation, paths=exports, by=BY, at=AT)
    text = cards.ready(READY)
    actions.scorecards.publish(text=text, note="ready", by=BY, at=AT, parent=None)
    return installation, queries.scorecards.read(SYSTEM, text)


def _id(number: str) -> str:
    return f"'A' || lpad({number}::VARCHAR, 6, '0')"


def made(definition: Definition, accounts: int, as_of: date, *, is_whole: bool) -> Made:
    """Points that walk at random from week to week, with all lines of the card or the whole one alone."""
    ids = [f"A{nth:06d}" for nth in range(accounts)]
    entries = list(walk_with_rules(definition.root))
    leaves = [at for at, (_, entry) in enumerate(entries) if isinstance(entry, Leaf)]
    steady = np.random.default_rng(7).uniform(0, 100, (accounts, len(entries)))
    moved = np.random.default_rng(as_of.toordinal()).normal(0, 8, (accounts, len(entries)))
    points = np.clip(steady + moved, 0, 100)
    share = 1 / len(leaves)
    points[:, 0] = points[:, leaves].mean(axis=1)
    tables = []
    for at, (path, entry) in enumerate(entries if is_whole else entries[:1]):
        is_rule = isinstance(entry, Rule)
        own = np.zeros(accounts) if is_rule else points[:, at]
        constant = {
            "as_of": as_of, "path": path, "weight": 0.0 if is_rule else entry.weight, "effective_weight": share, "is_stale": False, "never": False,
            "kind": "rule" if is_rule else "measure" if isinstance(entry, Leaf) else "group",
            "name": entry.label if is_rule else entry.name, "data_age_days": 3 if isinstance(entry, Leaf) else None,
        }  # fmt: skip
        columns = {
            "account_id": pa.array(ids),
            "points": pa.array(own),
            "contribution": pa.array(own * share),
            "value": pa.array(own / 7 if isinstance(entry, Leaf) else np.full(accounts, np.nan), from_pandas=True),
        }  # fmt: skip
        tables.append(
            pa.table(
                {
                    field.name: columns.get(field.name, pa.repeat(pa.scalar(constant.get(field.name), field.type), accounts))
                    for field in LINES
                },
                schema=LINES,
            )
        )  # fmt: skip
    order = np.arange(len(tables) * accounts).reshape(len(tables), accounts).T.ravel()
    scores = [
        Score(
            name, as_of, points_, (band := band_of(points_, definition.bands)).name, band.meaning, 1.0, 3.0, "scored", "everyone", "",
        )
        for name, points_ in zip(ids, points[:, 0].tolist(), strict=True)
    ]  # fmt: skip
    return Made(as_of, scores, pa.concat_tables(tables).take(pa.array(order)), {})


def publish(installation: Installation, definition: Definition, results: Iterator[Made]) -> None:
    """Write results as runs, as scoring does."""
    before: dict[str, float | None] = {}
    writer: ScoreWriter | None = None
    for result in results:
        writer = writer or ScoreWriter(installation, definition, lambda days: {}, BY)
        run = Run(
            run_id=str(uuid.uuid4()), kind="published", as_of=result.as_of, version_id=1, digest="bench", through_batch=1,
            inputs="bench", at=AT, by="bench", engine="bench",
        )  # fmt: skip
        rows = writer.add(run, cast(RunResult, result), before, {})
        before = {row.account_id: row.score for row in rows}
        if writer.is_full:
            writer.write()
            writer = None
    if writer:
        writer.write()
    actions.read_model.follow_scores(installation)


@contextmanager
def transactions_timed() -> Iterator[list[float]]:
    """Note how long each transaction lasts, from its beginning to after its commit."""
    lasted: list[float] = []
    begin, end, began = transaction.Atomic.__enter__, transaction.Atomic.__exit__, [0.0]

    def beginning(atomic: transaction.Atomic) -> None:
        is_outermost = not connection.in_atomic_block
        begin(atomic)
        if is_outermost:
            began[0] = time.perf_counter()

    def ending(atomic: transaction.Atomic, *error: Any) -> None:
        end(atomic, *error)
        if not connection.in_atomic_block:
            lasted.append(time.perf_counter() - began[0])

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = beginning, ending  # type: ignore[method-assign,assignment]
    try:
        yield lasted
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = begin, end  # type: ignore[method-assign]


def measured(folder: Path, accounts: int, weeks: int = len(WEEKS)) -> dict[str, str]:
    """Publish two years, then the newest run under watch, then ask as pages do; gives what each took."""
    installation, definition = prepared(folder, accounts)
    dates = WEEKS[-weeks:]
    publish(
        installation,
        definition,
        (made(definition, accounts, on, is_whole=on >= WEEKS[-LOOKED_AT]) for on in dates[:-1]),
    )
    context = multiprocessing.get_context("spawn")
    ready, done, waits = context.Event(), context.Event(), context.Queue()
    database = str(installation.data / "keepwell.db")
    other = context.Process(
        target=waiting.write_again_and_again, args=(database, ready, done, waits)
    )
    other.start()
    ready.wait()
    newest = made(definition, accounts, dates[-1], is_whole=True)
    began = time.perf_counter()
    with transactions_timed() as lasted:
        publish(installation, definition, iter([newest]))
    took = time.perf_counter() - began
    done.set()
    longest = waits.get()
    other.join()
    found = {
        "publishing the newest run": f"{took:.1f} s, {len(lasted)} transactions",
        "longest transaction": f"{max(lasted) * 1000:.0f} ms",
        "longest waits of another writer": ", ".join(f"{each * 1000:.0f}" for each in reversed(longest)) + " ms",
    }  # fmt: skip
    return found | asked(installation, accounts) | {
        "size of the database": f"{(installation.data / 'keepwell.db').stat().st_size / 1e6:,.0f} MB"
    }  # fmt: skip


def asked(installation: Installation, accounts: int) -> dict[str, str]:
    """Ask for accounts and pages picked at random."""
    picked = random.Random(5)

    def one() -> str:
        return f"A{picked.randrange(accounts):06d}"

    def run() -> queries.runs.ScoredRun:
        found = queries.runs.newest(SYSTEM)
        assert found is not None
        return found

    def explain() -> None:
        account_id = queries.accounts.find(SYSTEM, one()).account_id
        queries.explanations.explanation(SYSTEM, installation, run(), account_id, on=AS_OF)
        queries.trends.moves_of(SYSTEM, installation, run(), account_id, on=AS_OF)

    def page(**wanted: str) -> None:
        after = queries.pages.Cursor(picked.uniform(45, 55), False, "")
        found = queries.portfolios.page(SYSTEM, run(), after=after, on=AS_OF, **wanted)
        ids = [row.account.account_id for row in found.rows]
        queries.trends.moves(SYSTEM, found.run, ids, on=AS_OF)
        queries.explanations.biggest_drags(SYSTEM, installation, found.run, ids)

    def changed() -> None:
        newest = run()
        before = queries.runs.before(SYSTEM, newest)
        assert before is not None
        queries.changes.changed(SYSTEM, installation, before, newest, one(), on=AS_OF)

    def status() -> None:
        queries.loads.latest(SYSTEM), queries.loads.tables(SYSTEM)
        queries.feeds.status(SYSTEM, installation, AS_OF)
        queries.scorecards.latest(SYSTEM), run(), queries.accounts.count(SYSTEM)

    def live() -> None:
        actions.live_scores.explained(
            installation=installation, account_id=one(), as_of=AS_OF, by=BY
        )

    band = next(each for each in queries.scores.counts(SYSTEM, run()) if each.meaning == "watch")
    pages: dict[str, Callable[[], None]] = {
        "one account explained": explain,
        "a page of 50 of a band": lambda: page(band=band.band or ""),
        "a page of 50 of an owner": lambda: page(owner="Owner 7"),
        "counts by owner, segment and band": lambda: queries.scores.counts(SYSTEM, run(), on=AS_OF),
        "status": status,
        "a live score of one account": live,
        "an account by a part of its name": lambda: queries.accounts.find(SYSTEM, f"pany {one()[1:].lstrip('0') or '0'} of"),
        "what changed since the week before": changed,
    }  # fmt: skip
    return {name: _times(call) for name, call in pages.items()}


def _times(call: Callable[[], None]) -> str:
    call()
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
    return f"{statistics.median(took):.0f} ms ({max(took):.0f})"
