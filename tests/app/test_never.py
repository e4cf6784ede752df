"""This file holds how `never` is kept and shown: in lines, in the read model, in explanations, exports and checks."""

from __future__ import annotations

import csv
import math
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from keepwell.app import actions, databases, queries, representations
from keepwell.app.installation import Installation
from keepwell.app.models.accounts import Projection
from keepwell.app.models.scores import CurrentLines
from keepwell.app.queries import evidence, exports
from keepwell.app.queries.runs import ScoredRun
from tests.cast import ANA, BEN, NOON, VIEWER, Import, account
from tests.filled import filled_once

AS_OF = date(2026, 3, 2)
NAMES = [f"A-{nth:02}" for nth in range(1, 25)]
MET = {"A-01": 3, "A-02": 40}  # days before
CARD = """\
keepwell: 1
name: first
least_coverage: 50 %
bands:
  - {name: Green, from: 50, means: healthy}
  - {name: Red, from: 0, means: at risk}
rules:
  - boost: 20
    when: since >= 0
    halves: 30 days
    since: since
    because: We met.
health:
  - measure: since
    table: meetings
    where: status = held
    take: days since
    points: {worst: 60, best: 0}
    weight: 1
    missing: skip
  - measure: among
    table: meetings
    where: status = held
    take: days since
    points: {peers: all, better: lower}
    weight: 1
    missing: skip
"""


def meeting(account_id: str, days_before: int) -> dict[str, object]:
    at = datetime.combine(AS_OF - timedelta(days=days_before + 1), datetime.min.time())
    return {
        "id": f"m-{account_id}-{days_before}",
        "account_id": account_id,
        "at": at,
        "status": "held",
    }


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Twenty-four accounts, two of which ever met us; a card is published."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows("accounts", *(account(name, started_on=date(2025, 1, 1)) for name in NAMES))
    brought.rows("meetings", *(meeting(name, days) for name, days in MET.items()))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    return installation


def score(installation: Installation) -> ScoredRun:
    return actions.scores.run(installation=installation, as_of=AS_OF, by=BEN, at=NOON)


@pytest.mark.both_databases
def test_it_is_the_same_in_files_and_in_the_read_model(existing: Installation) -> None:
    run = score(existing)
    lines = evidence.lines(VIEWER, existing, run)
    since = {line.account_id: line for line in lines if line.path == "since"}
    assert {name for name, line in since.items() if line.never} == set(NAMES) - MET.keys()
    assert {since[name].value for name in MET} == {3.0, 40.0}
    assert (since["A-03"].value, since["A-03"].points, since["A-03"].missing) == (None, 0.0, None)
    for name in ("A-01", "A-03"):
        packed = queries.current_lines.of(VIEWER, run, name)
        assert packed
        assert list(packed.lines) == [line for line in lines if line.account_id == name]


def test_a_read_model_from_before_is_built_anew(existing: Installation) -> None:
    """Its lines did not say whether a value is never."""
    run = score(existing)
    Projection.objects.update(version=1)
    CurrentLines.objects.update(lines=b"", checksum="")
    assert not databases.state().has_read_model
    actions.migrations.run(installation=existing, by=BEN, at=NOON)
    assert databases.state().has_read_model
    packed = queries.current_lines.of(VIEWER, run, "A-03")
    assert packed
    assert [line.never for line in packed.lines if line.kind == "measure"] == [True, True]


def test_a_replay_gives_the_same_bits_and_the_same_peers(existing: Installation) -> None:
    run = score(existing)
    replay = actions.replays.replay(installation=existing, by=ANA, run_id=run.run_id)
    assert (replay.different, replay.peers) == (0, 1)
    ((_, groups),) = evidence.peers(VIEWER, existing, run).items()
    ((_, ranked),) = groups.items()
    assert ranked == (3.0, 40.0, *[math.inf] * 22)


def test_the_live_score_is_the_run_of_its_date(existing: Installation) -> None:
    run = score(existing)
    for name in ("A-01", "A-03"):
        live = actions.live_scores.explained(
            installation=existing, by=ANA, account_id=name, as_of=AS_OF
        )
        wanted = queries.explanations.explanation(VIEWER, existing, run, name)
        assert live.explanation.root == wanted.root
        assert live.explanation.row.score == wanted.row.score


def test_json_says_null_and_never(existing: Installation) -> None:
    run = score(existing)
    found = queries.explanations.explanation(VIEWER, existing, run, "A-03")
    profile = queries.profiles.profile(VIEWER, existing, found.row)
    shown = representations.explanations.explanation(found, {}, profile)
    children = {child["path"]: child for child in shown["tree"]["children"]}
    assert (children["since"]["value"], children["since"]["never"]) == (None, True)
    assert (children["rule_1"]["points"], children["rule_1"]["never"]) == (0.0, False)
    (drag,) = [part for part in shown["parts"] if part["kind"] == "biggest_drag"]
    assert (drag["reading"]["number"], drag["reading"]["never"]) == (None, True)
    assert "since, never (" in shown["sentence"]


def test_an_exported_file_of_measures_has_a_column(existing: Installation, tmp_path: Path) -> None:
    path = tmp_path / "measures.csv"
    exports.write_measures(VIEWER, existing, score(existing), path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["account_id"]: row for row in csv.DictReader(file) if row["path"] == "since"}
    assert (rows["A-01"]["value"], rows["A-01"]["never"]) == ("3.0", "false")
    assert (rows["A-03"]["value"], rows["A-03"]["never"]) == ("", "true")


def test_a_check_counts_never_as_a_value(existing: Installation) -> None:
    text = CARD.replace("status = held", "status = no-show")
    # A word of the column's own list is no mistake, whether it ever came or not.
    checked = actions.checks.card(
        installation=existing, by=ANA, text=text, file="card.yaml", today=AS_OF, as_of=AS_OF
    )
    (told,) = [
        fault for fault in checked.document.faults if (fault.code, fault.path) == ("C803", "since")
    ]
    assert told.got == "never"
