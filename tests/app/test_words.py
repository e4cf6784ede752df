"""This file holds that a word of a filter which no row has is told by a check, and leaves a score missing until a row has it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from keepwell.app import actions
from keepwell.app.installation import Installation
from keepwell.app.queries import evidence
from keepwell.app.queries.runs import ScoredRun
from tests.cast import ANA, BEN, NOON, VIEWER, Import, account, use
from tests.filled import filled_once

AS_OF = date(2026, 3, 2)
BEGAN = date(2025, 1, 1)
CARD = """\
keepwell: 1
name: first
least_coverage: 0 %
bands:
  - {name: Green, from: 50, means: healthy}
  - {name: Red, from: 0, means: at risk}
health:
  - measure: typo
    table: usage
    where: feature = 'job bord'
    take: count
    window: 28 days
    points: {worst: 9, best: 0}
    weight: 1
    missing: skip
  - measure: listed
    table: usage
    where: feature in (imports, jobs)
    take: share where product = Core or product = Cora
    window: 28 days
    points: {worst: 0, best: 1}
    weight: 1
    missing: skip
"""


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Two accounts; one uses two features, and a third one is listed and unused."""
    brought = Import(since=BEGAN)
    brought.rows("accounts", *(account(name, started_on=BEGAN) for name in ("A-1", "A-2")))
    uses = [use(f"u{nth}", feature="job board", product="Core") for nth in range(3)]
    brought.rows("usage", *uses, use("u9", at=datetime(2026, 2, 20), feature="login"))
    listed = {"feature": "imports", "valid_from": BEGAN}
    brought.rows("features", listed)
    load(installation, brought)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    return installation


def load(installation: Installation, brought: Import) -> None:
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


def missing(
    installation: Installation, run: ScoredRun, path: str = "typo"
) -> dict[str, str | None]:
    lines = evidence.lines(VIEWER, installation, run)
    return {line.account_id: line.missing for line in lines if line.path == path}


def score(installation: Installation, as_of: date = AS_OF) -> ScoredRun:
    return actions.scores.run(installation=installation, as_of=as_of, by=BEN, at=NOON)


def live(installation: Installation, account_id: str, as_of: date) -> str | None:
    found = actions.live_scores.explained(
        installation=installation, by=ANA, account_id=account_id, as_of=as_of
    )
    return next(e.line.missing for e in found.explanation.root.children if e.line.path == "typo")


@pytest.mark.both_databases
def test_a_check_names_the_word_and_the_nearest_that_exist(existing: Installation) -> None:
    checked = actions.checks.card(
        installation=existing, by=ANA, text=CARD, file="card.yaml", today=AS_OF, as_of=AS_OF
    )
    told = {f.got: str(f) for f in checked.document.faults if f.code == "C805"}
    assert set(told) == {"job bord", "jobs", "Cora"}
    assert (
        "card.yaml:10 typo.where: names a word that no row of usage has in `feature`: `job bord`"
        in told["job bord"]
    )
    assert "Did you mean `job board` (3 rows)?" in told["job bord"]
    # The listed feature is one that exists, though no row has it.
    assert "It has `job board` (3 rows), `login` (1 row), `imports` (0 rows)." in told["jobs"]
    assert "listed.take" in told["Cora"]
    assert "Did you mean `Core` (3 rows)?" in told["Cora"]


ELSEWHERE = (
    CARD.replace(
        "health:\n",
        """\
segments:
  - {segment: large, when: segment = enterprize or segment = enterprise, weights: {typo: 2}}
rules:
  - {cap: 40, when: newest_use = logn or newest_use = login, because: They only come in.}
health:
  - measure: newest_use
    table: usage
    take: latest feature
    window: 28 days
    points: {lookup: {login: 0, exports: 100}, otherwise: 50}
    weight: 1
    missing: skip
  - measure: per_unit
    table: usage
    take: count
    per: units where product = Coer
    window: 28 days
    points: {worst: 0, best: 1}
    weight: 1
    missing: skip
""",
    )
)  # fmt: skip


def test_words_of_segments_rules_and_denominators_are_looked_for_as_those_of_filters(
    existing: Installation,
) -> None:
    """Without it a misspelt segment gets everybody's card, and a misspelt rule never acts, without a word."""
    others = Import(since=BEGAN).rows(
        "accounts", account("A-3", started_on=BEGAN, segment="enterprise")
    )
    load(existing, others)
    checked = actions.checks.card(
        installation=existing, by=ANA, text=ELSEWHERE, file="card.yaml", today=AS_OF, as_of=AS_OF
    )
    assert checked.document.definition, checked.document.faults
    told = {f.got: f for f in checked.document.faults if f.code == "C805"}
    assert set(told) == {"job bord", "jobs", "Cora", "enterprize", "logn", "exports", "Coer"}
    lines = ELSEWHERE.splitlines()
    for word, path in (
        ("enterprize", "segments[0]"),
        ("logn", "rules[0]"),
        ("Coer", "per_unit.per"),
    ):
        assert told[word].path == path
        assert word in lines[told[word].line - 1]
    assert "Did you mean `enterprise` (1 row)?" in str(told["enterprize"])
    assert "Did you mean `login` (1 row)?" in str(told["logn"])


def test_the_score_is_missing_for_everybody_until_one_row_has_it(existing: Installation) -> None:
    assert missing(existing, score(existing)) == {"A-1": "never_seen", "A-2": "never_seen"}
    assert missing(existing, score(existing), "listed") == {"A-1": "undefined", "A-2": "undefined"}
    later = AS_OF + timedelta(days=1)
    load(existing, Import(since=BEGAN).rows("usage", use("u10", "A-2", day=2, feature="job bord")))
    assert missing(existing, score(existing)) == {"A-1": "never_seen", "A-2": "never_seen"}
    assert missing(existing, score(existing, later)) == {"A-1": None, "A-2": None}


def test_a_live_score_looks_at_everybodys_rows(existing: Installation) -> None:
    """What another account has done shows that the word exists."""
    later = AS_OF + timedelta(days=1)
    assert [live(existing, name, AS_OF) for name in ("A-1", "A-2")] == ["never_seen"] * 2
    load(existing, Import(since=BEGAN).rows("usage", use("u10", "A-2", day=2, feature="job bord")))
    assert [live(existing, name, later) for name in ("A-1", "A-2")] == [None, None]
    assert [live(existing, name, AS_OF) for name in ("A-1", "A-2")] == ["never_seen"] * 2


def test_many_dates_say_what_each_says_alone(existing: Installation) -> None:
    load(existing, Import(since=BEGAN).rows("usage", use("u10", "A-2", day=2, feature="job bord")))
    dates = [AS_OF + timedelta(days=days) for days in range(-2, 4)]
    runs = actions.scores.runs(installation=existing, dates=dates, by=BEN, at=NOON)
    found = [missing(existing, run)["A-1"] for run in runs]
    assert found == ["never_seen", "never_seen", "never_seen", None, None, None]
    for run in runs:
        assert (
            actions.replays.replay(installation=existing, by=ANA, run_id=run.run_id).different == 0
        )
