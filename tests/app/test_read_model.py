"""This file holds what the read model promises: the newest scores with their reasons, without a file, until a newer run follows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from keepwell.app import actions, queries
from keepwell.app.actions import bulk_writes
from keepwell.app.installation import Installation
from keepwell.app.models.accounts import Account
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.scores import CurrentLines, CurrentScore, Run, RunCount, Score
from keepwell.app.queries.portfolios import Page, PortfolioRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.errors import IntegrityError
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, line, use
from tests.filled import filled_once

LATEST = date(2026, 3, 2)
WEEKS = [LATEST - timedelta(days=7 * nth) for nth in reversed(range(5))]
NAMES = [f"A-{nth}" for nth in range(1, 8)]
USES = {
    name: nth for nth, name in enumerate(NAMES)
}  # 0 of A-1 up to 6 of A-7; four give 100 points
OWNERS = {"A-1": "Ana", "A-2": "Ben", "A-3": "Ana", "A-4": "Ben", "A-5": "Ana", "A-6": "", "A-7": "Ben"}  # fmt: skip


def load(installation: Installation, brought: Import, at: datetime = NOON) -> None:
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=at)


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Seven accounts of two owners and two segments, each used more than the one before; a card is published."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "accounts",
        *(
            account(name, started_on=date(2025, 1, 1), owner=OWNERS[name] or None,
                    segment="large" if nth % 2 else "small")
            for nth, name in enumerate(NAMES)
        ),
    )  # fmt: skip
    brought.rows(
        "contracts",
        *(
            line(f"L-{n}", n, annual_amount=100 * (USES[n] + 1) if n != "A-7" else None)
            for n in NAMES
        ),
    )
    brought.rows(
        "usage",
        *(use(f"{name}-{nth}", name) for name in NAMES for nth in range(USES[name])),
        *(
            use(
                f"then-{day}",
                "A-7",
                at=datetime.combine(day - timedelta(days=1), datetime.min.time()),
            )
            for day in WEEKS
        ),
    )
    load(installation, brought)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    return installation


def score(installation: Installation, as_of: date = LATEST) -> ScoredRun:
    return actions.scores.run(installation=installation, as_of=as_of, by=BEN, at=NOON)


def backfill(installation: Installation, dates: list[date] = WEEKS) -> tuple[ScoredRun, ...]:
    return actions.scores.runs(installation=installation, dates=dates, by=BEN, at=NOON)


def newest() -> ScoredRun:
    found = queries.runs.newest(VIEWER)
    assert found is not None
    return found


def listed(found: Page | Iterator[PortfolioRow]) -> list[tuple[str, float | None]]:
    rows = found.rows if isinstance(found, Page) else found
    return [(row.account.account_id, row.score.score) for row in rows]


def pages(**wanted: Any) -> list[list[str]]:
    """The ids of all pages of three."""
    found, after = [], None
    while True:
        page = queries.portfolios.page(VIEWER, newest(), after=after, limit=3, **wanted)
        found.append([row.account.account_id for row in page.rows])
        if (after := page.next) is None:
            return found


def without_files(installation: Installation) -> None:
    """Take all files away: whoever still answers has opened none."""
    shutil.rmtree(installation.data / "datafiles")
    installation.duckdb.close()


@pytest.mark.both_databases
def test_the_newest_run_is_current_and_an_older_one_does_not_replace_it(
    existing: Installation,
) -> None:
    run = score(existing)
    assert newest() == run
    backfill(existing, WEEKS[:-1])
    assert newest() == run
    assert [each.run_id for each in Run.objects.filter(is_current=True)] == [run.run_id]
    later = score(existing, LATEST + timedelta(days=7))
    assert newest() == later
    assert Run.objects.get(is_current=True).run_id == later.run_id


def test_one_account_is_explained_without_opening_a_file(existing: Installation) -> None:
    run = backfill(existing)[-1]
    by_files = queries.evidence.lines(VIEWER, existing, run, ["A-3"])
    moves = queries.trends.moves_of(VIEWER, existing, run, "A-3")
    without_files(existing)
    found = queries.explanations.explanation(VIEWER, existing, newest(), "A-3", on=LATEST)
    assert [found.root.line, found.root.children[0].line] == by_files
    assert queries.trends.moves_of(VIEWER, existing, newest(), "A-3", on=LATEST) == moves
    assert {path: move.points for path, move in moves.items()} == {"": 50.0, "uses": 50.0}


@pytest.mark.both_databases
def test_pages_run_from_the_lowest_score_to_accounts_without_one(existing: Installation) -> None:
    run = score(existing)
    without_files(existing)
    expected = [("A-1", 0.0), ("A-2", 25.0), ("A-3", 50.0), ("A-4", 75.0), ("A-5", 100.0), ("A-6", 100.0), ("A-7", 100.0)]  # fmt: skip
    assert listed(queries.portfolios.portfolio(VIEWER, run)) == expected
    assert pages() == [NAMES[:3], NAMES[3:6], NAMES[6:]]
    assert pages(band="Red") == [["A-1", "A-2"]]
    assert pages(band="Green", owner="Ben") == [["A-4", "A-7"]]
    assert pages(owner="Ana", segment="small") == [["A-1", "A-3", "A-5"]]
    assert pages(owner="nobody") == [[]]


@pytest.mark.both_databases
def test_an_older_run_has_the_same_pages_out_of_its_scores(existing: Installation) -> None:
    older = score(existing)
    before = [listed(queries.portfolios.page(VIEWER, older, limit=3, **wanted)) for wanted in ({}, {"band": "Red"}, {"owner": "Ben", "segment": "large"})]  # type: ignore[arg-type]  # fmt: skip
    score(existing, LATEST + timedelta(days=7))
    older = queries.runs.by_id(VIEWER, older.run_id)
    assert not older.is_current
    assert [listed(queries.portfolios.page(VIEWER, older, limit=3, **wanted)) for wanted in ({}, {"band": "Red"}, {"owner": "Ben", "segment": "large"})] == before  # type: ignore[arg-type]  # fmt: skip
    after = queries.portfolios.page(VIEWER, older, limit=4).next
    assert listed(queries.portfolios.page(VIEWER, older, after=after)) == [("A-5", 100.0), ("A-6", 100.0), ("A-7", 100.0)]  # fmt: skip


def test_accounts_without_a_score_have_a_page_of_their_own(existing: Installation) -> None:
    card = CARD.replace("least_coverage: 50 %", "least_coverage: 100 %") + (
        "  - {measure: rated, table: tickets, take: mean satisfaction, window: 28 days, points: {worst: 0, best: 5},"
        " weight: 1, missing: skip}\n"
    )
    actions.scorecards.publish(text=card, note="more", by=ANA, at=NOON, parent=1)
    run = score(existing)
    page = queries.portfolios.page(VIEWER, run, band="", limit=2)
    assert listed(page) == [("A-1", None), ("A-2", None)]
    assert listed(queries.portfolios.page(VIEWER, run, band="", after=page.next, limit=2)) == [("A-3", None), ("A-4", None)]  # fmt: skip
    assert queries.scores.bands(VIEWER, run) == {(None, None): 7}


@pytest.mark.both_databases
def test_every_run_counts_accounts_and_revenue_by_owner_segment_and_band(
    existing: Installation,
) -> None:
    run = score(existing)
    counted = [
        (each.owner, each.segment, each.band, each.meaning, each.accounts, int(each.revenue), each.without_revenue)
        for each in queries.scores.counts(VIEWER, run)
    ]  # fmt: skip
    assert counted == [
        ("", "large", "Green", "healthy", 1, 600, 0),
        ("Ana", "small", "Green", "healthy", 2, 800, 0),
        ("Ana", "small", "Red", "at risk", 1, 100, 0),
        ("Ben", "large", "Green", "healthy", 1, 400, 0),
        ("Ben", "large", "Red", "at risk", 1, 200, 0),
        ("Ben", "small", "Green", "healthy", 1, 0, 1),
    ]


def test_an_older_date_counts_the_segment_and_the_revenue_that_accounts_had_then(
    existing: Installation,
) -> None:
    brought = Import()
    brought.rows("accounts", account("A-1", valid_from=date(2025, 1, 1), started_on=date(2025, 1, 1), segment="tiny", owner="Ana"))  # fmt: skip
    brought.rows("contracts", line("L-0", "A-1", annual_amount=7, starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1)))  # fmt: skip
    load(existing, brought)
    backfill(existing, [date(2025, 12, 1), LATEST])
    older = queries.runs.latest(VIEWER, "published", date(2025, 12, 1))
    assert older is not None
    first = next(each for each in queries.scores.counts(VIEWER, older) if each.segment == "tiny")
    assert (first.owner, int(first.revenue), first.accounts) == ("Ana", 7, 1)
    assert not any(each.segment == "tiny" for each in queries.scores.counts(VIEWER, newest()))


@pytest.mark.both_databases
def test_the_current_run_follows_owners_and_contracts(existing: Installation) -> None:
    older, run = score(existing, WEEKS[0]), score(existing)
    before = queries.scores.counts(VIEWER, older)
    brought = Import()
    brought.rows("accounts", account("A-2", valid_from=date(2026, 1, 1), started_on=date(2025, 1, 1), owner="Ana", segment="large"))  # fmt: skip
    load(existing, brought.rows("contracts", line("L-A-1", "A-1", annual_amount=5000)))
    assert newest() == run, "the load scored nothing"
    assert pages(owner="Ana", band="Red") == [["A-1", "A-2"]]
    counted = {
        (each.owner, each.segment, each.band): int(each.revenue)
        for each in queries.scores.counts(VIEWER, newest())
    }
    assert counted["Ana", "small", "Red"] == 5000
    assert counted["Ana", "large", "Red"] == 200
    assert ("Ben", "large", "Red") not in counted
    assert queries.scores.counts(VIEWER, older) == before, "what was counted then stays"
    load(existing, Import().rows("contracts", line("L-A-1", "A-1", annual_amount=5000)))
    assert list(actions.read_model.verify(existing)) == []


@pytest.mark.both_databases
def test_dates_scored_later_join_the_trends_of_the_current_run(existing: Installation) -> None:
    run = score(existing)
    assert queries.trends.moves_of(VIEWER, existing, run, "A-3")["uses"].points is None
    backfill(existing, WEEKS[:-1])
    assert newest() == run
    by_files = queries.trends.moves_of(VIEWER, existing, run, "A-3")
    without_files(existing)
    assert queries.trends.moves_of(VIEWER, existing, newest(), "A-3") == by_files
    assert by_files["uses"].points == 50.0


def test_trend_points_are_one_a_date(existing: Installation) -> None:
    backfill(existing)
    load(existing, Import(since=date(2025, 1, 1)).rows("usage", use("more", "A-3")))
    score(existing)
    published = queries.trends.published(VIEWER, "A-3")
    assert tuple((row.as_of, row.score) for row in published) == (
        *((day, 0.0) for day in WEEKS[:-1]),
        (LATEST, 75.0),
    )


@pytest.mark.both_databases
@pytest.mark.parametrize("table", ["keepwell_score", "keepwell_runcount", "keepwell_currentscore"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_writer_that_dies_leaves_the_run_before_and_the_next_one_clears_up(
    existing: Installation, monkeypatch: pytest.MonkeyPatch, table: str, nth: int
) -> None:
    run = score(existing)
    expected = list(queries.portfolios.portfolio(VIEWER, run))
    monkeypatch.setattr(bulk_writes, "SCORES", 3)
    monkeypatch.setattr(bulk_writes, "PACKED_LINES", 3)
    met = 0

    def dying(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal met
        met += sql.startswith("INSERT") and table in sql
        if met == nth:
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dying), pytest.raises(KeyboardInterrupt):
        score(existing, LATEST + timedelta(days=7))
    assert newest() == run
    assert list(queries.portfolios.portfolio(VIEWER, newest())) == expected
    later = score(existing, LATEST + timedelta(days=7))
    assert newest() == later
    assert Run.objects.filter(is_complete=False).count() == 0
    assert Score.objects.count() == 2 * len(NAMES)
    assert CurrentScore.objects.filter(run=later.run_id).count() == len(NAMES)
    assert DataFile.objects.filter(kind="results").count() == Run.objects.values("results").distinct().count()  # fmt: skip
    assert list(actions.read_model.verify(existing)) == []


def test_no_transaction_of_a_run_holds_more_rows_than_it_may(
    existing: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_writes, "SCORES", 2)
    monkeypatch.setattr(bulk_writes, "PACKED_LINES", 2)
    held: list[int] = []
    begin = transaction.Atomic.__enter__

    def beginning(atomic: transaction.Atomic) -> None:
        if not connection.in_atomic_block:
            held.append(0)
        begin(atomic)

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # Counts are few, one for each owner, segment and band, and replaced as a whole.
        is_of_account = sql.startswith("INSERT") and RunCount._meta.db_table not in sql
        if is_of_account and connection.in_atomic_block:
            held[-1] += len(params) if many else 1
        return execute(sql, params, many, context)

    monkeypatch.setattr(transaction.Atomic, "__enter__", beginning)
    with connection.execute_wrapper(counting):
        score(existing)
    assert max(held) <= 2 * 2  # of each account a row for lists, and its lines
    assert sum(held) > 2 * len(NAMES)


OVERWRITTEN: list[tuple[type, dict[str, object], str, str]] = [
    (Score, {"band": "Green"}, "score of account A-1 in run .* is not what was computed", "I141"),
    (CurrentLines, {"lines": b"x"}, "lines of account A-1 in run .* are not what was written", "I148"),
    (CurrentScore, {"sort_score": 99.0}, "row of account A-1 in run .* is not what its score and its account say", "I143"),
    (CurrentScore, {"owner": "Ben"}, "row of account A-1 in run .* is not what its score and its account say", "I143"),
    (Account, {"owner": "Ben"}, "row of account A-1 is not what was written", "I142"),
    (RunCount, {"accounts": 2}, "counts of run .* are not what was counted", "I144"),
    (Run, {"through_batch": 0}, "row of run .* is not what was written", "I145"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "wrong", "said", "code"), OVERWRITTEN)
def test_a_row_that_somebody_wrote_over_is_named_and_not_shown(
    existing: Installation, model: Any, wrong: dict[str, object], said: str, code: str
) -> None:
    score(existing)
    own = {"account_id": "A-1"} if hasattr(model, "account_id") else {}
    model.objects.filter(**own).update(**wrong)

    def read_all() -> None:
        run = newest()
        for owner in ("Ana", "Ben"):
            queries.portfolios.page(VIEWER, run, owner=owner)
        queries.scores.counts(VIEWER, run)
        queries.explanations.explanation(VIEWER, existing, run, "A-1")

    with pytest.raises(IntegrityError, match=said) as raised:
        read_all()
    assert raised.value.code == code
    assert list(actions.read_model.verify(existing)) != []


@pytest.mark.parametrize("model", [Score, CurrentScore, RunCount, Account])
def test_a_row_that_was_lost_is_noticed(existing: Installation, model: Any) -> None:
    score(existing)
    first = model.objects.order_by("pk").first()
    first.delete()
    assert list(actions.read_model.verify(existing)) != []


@pytest.mark.both_databases
def test_it_is_rebuilt_from_facts_scores_and_files(existing: Installation) -> None:
    backfill(existing)
    kept = [list(queries.portfolios.portfolio(VIEWER, newest())), queries.scores.counts(VIEWER, newest())]  # fmt: skip
    moves = queries.trends.moves_of(VIEWER, existing, newest(), "A-3")
    Account.objects.filter(account_id="A-1").delete()
    Account.objects.filter(account_id="A-2").update(owner="Mallory")
    Account.objects.create(account_id="Z-1", checksum="")
    CurrentLines.objects.filter(account_id="A-1").update(lines=b"x")
    CurrentScore.objects.filter(account_id="A-2").delete()
    RunCount.objects.all().delete()
    assert actions.read_model.rebuild(installation=existing, by=ANA, at=NOON) == len(NAMES)
    assert [list(queries.portfolios.portfolio(VIEWER, newest())), queries.scores.counts(VIEWER, newest())] == kept  # fmt: skip
    assert list(actions.read_model.verify(existing)) == []
    without_files(existing)
    assert queries.trends.moves_of(VIEWER, existing, newest(), "A-3") == moves


def test_the_latest_meeting_that_was_held_is_the_last_touch(existing: Installation) -> None:
    def met(id: str, on: date, status: str, **more: Any) -> dict[str, Any]:
        at = datetime.combine(on, datetime.min.time())
        return {"id": id, "account_id": "A-1", "at": at, "status": status, **more}

    meetings = [
        met("m1", date(2026, 2, 1), "held"), met("m2", date(2026, 2, 8), "held", attendees=0), met("m3", date(2026, 2, 9), "no-show"),
        met("m4", date(2026, 3, 9), "held"), met("m5", date(2026, 3, 1), "planned"),
    ]  # fmt: skip
    load(existing, Import().rows("meetings", *meetings))
    assert queries.accounts.account(VIEWER, "A-1").last_touch_on == date(2026, 2, 1)
    assert queries.accounts.account(VIEWER, "A-2").last_touch_on is None
    assert Path(existing.data).exists()
