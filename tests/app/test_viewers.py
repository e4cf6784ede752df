"""This file holds that a viewer who may see no account is told of none: no row, no count, no name."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import Actor, Viewer
from keepwell.errors import NotFound
from tests.app.people import acting, add
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, line, use

AS_OF = date(2026, 3, 2)
NOBODY = Viewer("cleo@elsewhere.example")
CLEO = Actor("user", "cleo@elsewhere.example")  # whose viewer sees nothing


@pytest.fixture
def run(installation: Installation) -> ScoredRun:
    """Two accounts, one of which is overridden, and scores of two dates."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows("accounts", account("A-1", owner="Ana"), account("A-2", owner="Ana"))
    brought.rows("contracts", line("L-1", "A-2", annual_amount=700), line("L-2", "A-1"))
    brought.rows("usage", *(use(f"u{n}") for n in range(3)), use("u9", "A-2", day=1))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    text = CARD + (
        "  - {measure: among, table: usage, take: count, window: 28 days, points: {peers: all, better: higher}, weight: 0,"
        " missing: skip}\n"
    )
    actions.scorecards.publish(text=text, note="first", by=ANA, at=NOON, parent=None)
    actions.scores.run(installation=installation, as_of=AS_OF - timedelta(days=7), by=BEN, at=NOON)
    made = actions.scores.run(installation=installation, as_of=AS_OF, by=BEN, at=NOON)
    actions.overrides.override(
        installation=installation, account_id="A-2", score=3.0, because="gone", until=AS_OF, by=ANA, at=NOON
    )  # fmt: skip
    return queries.runs.by_id(VIEWER, made.run_id)


def answers(
    installation: Installation, run: ScoredRun, viewer: Viewer, out: Path
) -> dict[str, Any]:
    """What every query about accounts answers a viewer."""
    scores, accounts, evidence = queries.scores, queries.accounts, queries.evidence
    ids = ["A-1", "A-2"]
    return {
        "everyone": accounts.everyone(viewer),
        "some": accounts.by_id(viewer, ids),
        "names": accounts.names(viewer),
        "names of some": accounts.names(viewer, ids),
        "ids": accounts.ids(viewer),
        "count": accounts.count(viewer),
        "rows": scores.rows(viewer, run.run_id),
        "scores of some": scores.of_some(viewer, [run], ids),
        "listed": queries.portfolios.listed(viewer, run).rows,
        "points": scores.points(viewer, [run], ids),
        "points before": scores.points_before(viewer, run.kind, run.as_of),
        "bands before": scores.computed_bands(viewer, run.run_id),
        "page": queries.portfolios.page(viewer, run, on=AS_OF).rows,
        "page of a band": queries.portfolios.page(viewer, run, band="Red").rows,
        "portfolio": list(queries.portfolios.portfolio(viewer, run, owner="Ana")),
        "counts": scores.counts(viewer, run),
        "counts of a day": scores.counts(viewer, run, on=AS_OF),
        "bands": scores.bands(viewer, run, on=AS_OF),
        "today": queries.today.calls(viewer, installation, run, on=date(2026, 11, 15)).calls,
        "overridden": scores.overridden_on(viewer, run, AS_OF),
        "overrides": queries.overrides.history(viewer),
        "in force": queries.overrides.in_force(viewer, AS_OF),
        "uses": [use.accounts for use in queries.scorecards.uses(viewer).values() if use.accounts],
        "moves": queries.trends.moves(viewer, run, ids, on=AS_OF),
        "moves of one": queries.trends.moves_of(viewer, installation, run, "A-1"),
        "trend": queries.trends.published(viewer, "A-1"),
        "drags": queries.explanations.biggest_drags(viewer, installation, run, ids),
        "lines": queries.explanations.lines_of(viewer, installation, run, ids),
        "current lines": queries.current_lines.of_some(viewer, run, ids),
        "lines in files": evidence.lines(viewer, installation, run),
        "lines of some": evidence.lines(viewer, installation, run, ids),
        "line table": evidence.line_table(viewer, installation, run).to_pylist(),
        "measures": evidence.measures(viewer, installation, run).to_pylist(),
        "points in files": evidence.points(viewer, installation, [run], "A-1"),
        "whole points": evidence.whole_points(viewer, installation, run),
        "history": [
            table.to_pylist()
            for table in evidence.lines_with_history(viewer, installation, run, [run], ("A-1", "A-2"))
            if table.num_rows
        ],
        "peers": evidence.peers(viewer, installation, run),
        "scores exported": queries.exports.write_scores(viewer, installation, run, out / "s.csv"),
        "measures exported": queries.exports.write_measures(viewer, installation, run, out / "m.csv"),
        "usage exported": queries.exports.write_facts(viewer, installation, out / "u.csv", table="usage"),
        "facts exported": queries.exports.write_facts(viewer, installation, out / "f.csv"),
    }  # fmt: skip


@pytest.mark.both_databases
def test_whoever_sees_no_account_is_told_of_none(
    installation: Installation, run: ScoredRun, tmp_path: Path
) -> None:
    told = answers(installation, run, VIEWER, tmp_path)
    assert [name for name, answer in told.items() if not answer] == [], "each answers who sees all"
    told = answers(installation, run, NOBODY, tmp_path)
    assert {name: answer for name, answer in told.items() if answer} == {}
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.csv"))
    assert "A-1" not in written


def test_what_an_account_is_that_may_not_be_seen_is_not_told(
    installation: Installation, run: ScoredRun
) -> None:
    """A prospect, of whom a live score would say what it is instead."""
    brought = Import(since=date(2025, 1, 1), feed="crm").rows("accounts", account("A-3"))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    for by, told in ((ANA, "Account A-3 is a prospect"), (CLEO, "There is no account `A-3`")):
        with pytest.raises(NotFound, match=told):
            actions.live_scores.explained(
                installation=installation, account_id="A-3", as_of=AS_OF, by=by
            )


@pytest.mark.both_databases
def test_an_account_that_may_not_be_seen_is_as_good_as_none(
    installation: Installation, run: ScoredRun
) -> None:
    asked = {
        "find": lambda: queries.accounts.find(NOBODY, "A-1"),
        "name": lambda: queries.accounts.find(NOBODY, "Account"),
        "known": lambda: queries.accounts.account(NOBODY, "A-1"),
        "row": lambda: queries.scores.row(NOBODY, run, "A-1"),
        "explanation": lambda: queries.explanations.explanation(NOBODY, installation, run, "A-1"),
        "change": lambda: queries.changes.changed(NOBODY, installation, run, run, "A-1"),
        "override": lambda: actions.overrides.override(
            installation=installation, account_id="A-1", score=1.0, because="so", until=AS_OF, by=CLEO, at=NOON
        ),
        "end": lambda: actions.overrides.end(
            installation=installation, account_id="A-2", by=CLEO, at=NOON
        ),
        "live": lambda: actions.live_scores.explained(
            installation=installation, account_id="A-1", as_of=AS_OF, by=CLEO
        ),
        "versions": lambda: actions.comparisons.between_versions(
            installation=installation, account_id="A-1", first=1, second=1, as_of=AS_OF, by=CLEO
        ),
    }  # fmt: skip
    for name, question in asked.items():
        with pytest.raises(NotFound) as raised:
            question()
        assert "Account A" not in str(raised.value), name
    assert len(queries.overrides.history(VIEWER)) == 1
    found = actions.previews.try_out(installation=installation, text=CARD, as_of=AS_OF, by=CLEO)
    assert (found.rows, found.movers) == ((), ())


def test_who_reads_all_accounts_and_has_no_team_changes_their_own_alone(
    installation: Installation,
) -> None:
    """What somebody may change is not what they may see, though nobody's accounts are theirs to read alone."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows("accounts", account("A-1", owner="Eve Lund"), account("A-2"))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    eve = acting(add("Eve Lund", "executive", owner="Eve Lund")).viewer
    assert eve.seen == frozenset()
    assert [eve.may_see(each) for each in ("A-1", "A-2")] == [True, True]
    assert [eve.may_change(each) for each in ("A-1", "A-2")] == [True, False]
