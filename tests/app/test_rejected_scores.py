"""This file holds that runs, live scores and changes agree about what was rejected."""

from __future__ import annotations

import math
import zlib
from datetime import timedelta

import pytest

from keepwell.app import packed_lines
from keepwell.app.actions import live_scores, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.queries import changes, current_lines, evidence, explanations
from keepwell.app.queries.runs import ScoredRun
from tests.app.rejecting import AS_OF, CARD, Company, founded
from tests.cast import ANA, NOON, VIEWER

pytestmark = pytest.mark.both_databases
FEW = ["u1,A-1,2026-02-20,mia,1", "u2,A-1,2026-02-21,mia,1", "u3,A-2,2026-03-01,jo,1"]


@pytest.fixture
def company(installation: Installation) -> Company:
    company = founded(installation)
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    return company


def published(company: Company, days: int = 0) -> ScoredRun:
    as_of = AS_OF + timedelta(days=days)
    return scores.run(installation=company.installation, as_of=as_of, by=ANA, at=company.now)


def test_the_read_model_and_files_hold_the_same(company: Company) -> None:
    company.delivered(usage=[*FEW, "u4,A-1,2026-02-22,mia,x"])
    run = published(company)
    packed = current_lines.of(VIEWER, run, "A-1")
    assert packed is not None
    assert list(packed.lines) == evidence.lines(VIEWER, company.installation, run, ["A-1"])
    assert {line.path: line.rejected_rows for line in packed.lines}["uses"] == 1
    found = explanations.explanation(VIEWER, company.installation, run, "A-1")
    (part,) = found.summary.of_kind("partly_known")
    assert part.reading is not None
    assert part.reading.rejected == (1, 3, (2,))


def test_lines_that_were_packed_before_are_read_without(company: Company) -> None:
    company.delivered(usage=FEW)
    columns = {name: [None] for name in packed_lines.COLUMNS} | {"path": [""], "kind": ["group"]}
    stored = packed_lines.pack(columns, [], b"")
    text = zlib.decompress(stored).partition(b"\n")[0].decode()
    for name in ("rejected_rows", "rejected_of", "rejected_in"):
        text = text.replace(f',"{name}":[null]', "")
    assert "rejected" not in text
    (line,) = packed_lines.unpack(zlib.compress(text.encode() + b"\n"), "A-1", AS_OF).lines
    assert (line.path, line.rejected_rows, line.rejected_in) == ("", None, None)


def test_a_live_score_lacks_what_the_run_of_its_date_lacks(company: Company) -> None:
    company.delivered(usage=[*FEW, "u4,A-1,2026-02-22,mia,x", "u5,,2026-02-22,mia,1"])
    run = published(company)
    for account in ("A-1", "A-2"):
        live = live_scores.explained(
            installation=company.installation, account_id=account, as_of=AS_OF, by=ANA
        )
        stored = explanations.explanation(VIEWER, company.installation, run, account)
        assert live.explanation.row.coverage == stored.row.coverage
        assert [leaf.line for leaf in live.explanation.root.leaves()] == [
            leaf.line for leaf in stored.root.leaves()
        ]
        assert stored.row.coverage is not None
        assert stored.row.coverage < 0.5


def test_a_change_by_rejected_rows_adds_up(company: Company) -> None:
    company.delivered(
        usage=[*FEW, "u4,A-2,2026-02-22,jo,1"],
        contracts=["c1,A-1,2025-01-01,2027-01-01,5", "c2,A-2,2025-01-01,2027-01-01,5"],
    )
    before = published(company)
    company.delivered(
        usage=[
            "u5,A-2,2026-02-22,jo,1",
            "u6,A-1,2026-02-22,mia,x",
            "u7,A-1,2026-02-22,mia,x",
            "u8,A-2,2026-02-22,jo,x",
        ]
    )
    after = published(company, 1)
    causes = {}
    for account in ("A-1", "A-2"):
        found = changes.changed(VIEWER, company.installation, before, after, account)
        assert found.before.score is not None
        assert found.after.score is not None
        moved = found.after.score - found.before.score
        assert math.isclose(sum(step.points for step in found.steps), moved, abs_tol=1e-9)
        causes[account] = set(found.causes)
    # Half of the rows of A-1 are rejected now, which is another cause than what A-2 used.
    assert causes == {"A-1": {"missing"}, "A-2": {"data"}}


def test_many_dates_lack_what_each_lacks_alone(company: Company) -> None:
    company.delivered(usage=[*FEW, "u4,A-1,soon,mia,x", "u5,,2026-02-22,mia,1"])
    company.delivered(usage=["u6,A-1,2026-02-25,mia,1", "u7,A-1,2026-02-26,mia,x"])
    dates = [AS_OF + timedelta(days=7 * nth) for nth in range(-5, 6)]
    together = scores.runs(installation=company.installation, dates=dates, by=ANA, at=company.now)
    for run in together:
        alone = company.run(run.as_of)
        ours, theirs = (evidence.lines(VIEWER, company.installation, each) for each in (run, alone))
        assert ours == theirs
