"""This file holds what a preview promises: both cards on the same facts, who turns and by what, and nothing kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from keepwell.app.actions import engines, loads, previews, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.scorecards import Scorecard
from keepwell.app.models.scores import Run
from keepwell.app.queries import scores as questions
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, line, use
from tests.filled import filled_once

AS_OF = date(2026, 3, 2)
STRICT = CARD.replace("best: 4", "best: 8")
TWO = (
    CARD
    + """\
  - measure: open_lines
    table: contracts
    take: count
    points: {worst: 0, best: 1}
    weight: 1
    missing: skip
    indicator: lagging
"""
)


def load(installation: Installation, brought: Import) -> None:
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Three accounts: A-1 used the product three times, A-2 never, A-3 has no contract; a card is published."""
    since = {"started_on": date(2025, 1, 1)}
    accounts = [
        account("A-1", segment="small", **since),
        account("A-2", segment="large", **since),
        account("A-3", **since),
    ]
    lines = [
        line("L-1", annual_amount=Decimal(1200), kind="recurring"),
        line("L-2", annual_amount=Decimal(500), kind="services"),
        line("L-3", account_id="A-2", annual_amount=Decimal(300), ends_on=date(2026, 3, 1)),
    ]
    brought = Import(since=date(2025, 1, 1)).rows("accounts", *accounts).rows("contracts", *lines)
    load(installation, brought.rows("usage", *(use(f"u{n}") for n in range(3)), use("u9", day=2)))
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    return installation


@pytest.mark.both_databases
def test_who_turns_is_told_with_revenue_and_segment(existing: Installation) -> None:
    found = previews.try_out(
        installation=existing,
        by=ANA,
        text=STRICT.replace("health:", "for: customers and prospects\nhealth:"),
        as_of=AS_OF,
    )
    assert (found.version, found.as_of, found.through_batch, found.currency) == (1, AS_OF, 1, "EUR")
    told = [
        (
            row.account_id,
            row.name,
            row.segment,
            row.revenue,
            row.before.score,
            row.after.score,
            row.turn,
        )
        for row in found.rows
    ]
    assert told == [
        ("A-1", "Account A-1", "small", Decimal(1200), 75.0, 37.5, "worse"),
        (
            "A-2",
            "Account A-2",
            "large",
            Decimal(0),
            0.0,
            0.0,
            None,
        ),  # its line ended the day before
        ("A-3", "Account A-3", None, None, None, 0.0, "gains a score"),
    ]


def test_who_moves_is_explained(existing: Installation) -> None:
    (mover,) = previews.try_out(installation=existing, by=ANA, text=STRICT, as_of=AS_OF).movers
    assert (mover.account.before.score, mover.account.after.score) == (75.0, 37.5)
    assert [(each.kind, each.path, each.points) for each in mover.effects] == [
        ("points", "uses", -37.5)
    ]


def test_a_new_measure_and_a_lost_weight_are_both_told_of(existing: Installation) -> None:
    found = previews.try_out(installation=existing, by=ANA, text=TWO, as_of=AS_OF)
    effects = {mover.account.account_id: mover.effects for mover in found.movers}
    assert [(each.kind, each.label, each.points) for each in effects["A-1"]] == [
        ("added", "open lines", 50.0),
        ("weight", "uses", -37.5),
    ]


def test_a_preview_gives_what_scoring_gives(existing: Installation) -> None:
    found = previews.try_out(installation=existing, by=ANA, text=STRICT, as_of=AS_OF)
    now = questions.rows(
        VIEWER, scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON).run_id
    )
    scorecards.publish(text=STRICT, note="stricter", by=ANA, at=NOON, parent=1)
    then = questions.rows(
        VIEWER, scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON).run_id
    )
    assert [(row.before.score, row.before.band) for row in found.rows] == [
        (row.score, row.band) for row in now
    ]
    assert [(row.after.score, row.after.band) for row in found.rows] == [
        (row.score, row.band) for row in then
    ]


def test_a_preview_publishes_and_keeps_nothing(existing: Installation) -> None:
    before = (
        AuditEntry.objects.count(),
        DataFile.objects.count(),
        sorted((existing.data / "datafiles").rglob("*")),
    )
    previews.try_out(installation=existing, by=ANA, text=STRICT, as_of=AS_OF)
    assert (
        AuditEntry.objects.count(),
        DataFile.objects.count(),
        sorted((existing.data / "datafiles").rglob("*")),
    ) == before
    assert (Run.objects.count(), Scorecard.objects.count()) == (0, 1)


def test_the_published_card_beside_itself_changes_nothing(existing: Installation) -> None:
    found = previews.try_out(installation=existing, by=ANA, text=CARD, as_of=AS_OF)
    assert (found.movers, {row.turn for row in found.rows}, {row.points for row in found.rows}) == (
        (),
        {None},
        {0.0},
    )


def test_segments_of_the_draft_are_told_of(existing: Installation) -> None:
    other = TWO + "segments:\n  - {segment: little, when: segment = small, weights: {uses: 3}}\n"
    found = previews.try_out(installation=existing, by=ANA, text=other, as_of=AS_OF)
    segments = {row.account_id: (row.before.segment, row.after.segment) for row in found.rows}
    assert segments["A-1"] == ("everyone", "little")
    assert segments["A-2"] == ("everyone", "everyone")


def test_without_a_published_card_or_facts_there_is_nothing_to_compare(
    installation: Installation,
) -> None:
    with pytest.raises(scores.NothingPublished, match="nothing to compare with"):
        previews.try_out(installation=installation, by=ANA, text=CARD, as_of=AS_OF)
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    with pytest.raises(engines.NothingLoaded):
        previews.try_out(installation=installation, by=ANA, text=STRICT, as_of=AS_OF)


def test_a_draft_with_faults_is_refused(existing: Installation) -> None:
    with pytest.raises(scorecards.Faulty, match=r"draft.yaml:9 uses.table: .*`usages`"):
        previews.try_out(
            installation=existing,
            by=ANA,
            text=STRICT.replace("usage", "usages"),
            as_of=AS_OF,
            file="draft.yaml",
        )
