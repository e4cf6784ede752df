"""This file tests `keepwell preview`: a draft tried on all accounts before it is published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keepwell.app.actions.engines import NothingLoaded
from keepwell.app.actions.scores import NothingPublished
from keepwell.health.cards import ready
from tests.cli.conftest import AS_OF, Terminal
from tests.cli.test_json import documented


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The ready card with more weight on usage and a higher Amber."""
    path = tmp_path / "draft.yaml"
    path.write_text(
        ready("b2b-saas").replace("weight: 35", "weight: 70").replace("from: 50", "from: 60"),
        encoding="utf-8",
    )
    return path


def test_a_preview_shows_who_changes_band_and_why(starter: Terminal, draft: Path) -> None:
    shown = starter.type("preview", str(draft)).out
    assert f"version 1 on {AS_OF}" in shown
    assert "28 accounts" in shown
    for heading in ("Worse: ", "Better: ", "With the draft", "Segment", "Biggest moves"):
        assert heading in shown
    assert "EUR a year" in shown
    assert "Seats in use weighs" in shown


def test_a_preview_in_json_has_every_account(starter: Terminal, draft: Path) -> None:
    answer = starter.type("preview", str(draft), "--json").json
    assert list(answer) == documented("preview")
    assert (answer["accounts"], len(answer["rows"]), answer["as_of"], answer["version"]) == (
        28,
        28,
        AS_OF,
        1,
    )
    assert sum(cell["accounts"] for cell in answer["transitions"]) == 28
    for when in ("before", "after"):
        spread = answer["scores"][when]
        assert sum(spread["bins"]) + spread["without_score"] == 28
        assert sum(spread["bands"].values()) + spread["without_score"] == 28
    assert sum(part["accounts"] for part in answer["segments"]) == 28
    changed = [row for row in answer["rows"] if row["band_change"]]
    assert sum(answer["band_changes"].values()) == len(changed) > 0
    assert len(answer["movers"]) == 10
    for mover in answer["movers"]:
        assert sum(effect["points"] for effect in mover["effects"]) == pytest.approx(
            mover["points"], abs=1e-9
        )


def test_a_preview_agrees_with_the_scores_that_are_published(
    starter: Terminal, draft: Path
) -> None:
    before = {
        row["account_id"]: row["score"]
        for row in starter.type("scores", "--as-of", AS_OF, "--json").json
    }
    rows = starter.type("preview", str(draft), "--json").json["rows"]
    assert {row["account_id"]: row["before"]["score"] for row in rows} == before


def test_revenue_is_what_the_accounts_pay_in_the_files(starter: Terminal, draft: Path) -> None:
    answer = starter.type("preview", str(draft), "--json").json
    rows: list[dict[str, Any]] = answer["rows"]
    whole = sum(row["revenue"] for row in rows if row["revenue"] is not None)
    cells = answer["transitions"]
    assert sum(cell["revenue"] or 0 for cell in cells) == pytest.approx(whole)
    unknown = sum(1 for row in rows if row["revenue"] is None)
    assert sum(cell["without_revenue"] for cell in cells) == unknown
    assert whole > 0


def test_a_preview_of_another_date_is_of_that_date(starter: Terminal, draft: Path) -> None:
    assert (
        starter.type("preview", str(draft), "--as-of", "2026-10-01", "--json").json["as_of"]
        == "2026-10-01"
    )


def test_before_the_first_account_there_is_nothing_to_compare(
    starter: Terminal, draft: Path
) -> None:
    shown = starter.type("preview", str(draft), "--as-of", "1990-01-01").out
    assert "nothing to compare" in shown
    answer = starter.type("preview", str(draft), "--as-of", "1990-01-01", "--json").json
    assert (answer["accounts"], answer["rows"], answer["scores"]["after"]["mean"]) == (0, [], None)


def test_a_preview_leaves_the_workspace_as_it_was(starter: Terminal, draft: Path) -> None:
    before = (
        starter.type("status", "--json").json,
        starter.type("scores", "--draft", "--json").json,
    )
    text = draft.read_bytes()
    starter.type("preview", str(draft))
    assert (
        starter.type("status", "--json").json,
        starter.type("scores", "--draft", "--json").json,
    ) == before
    assert draft.read_bytes() == text


def test_the_published_card_compared_with_itself_moves_nobody(starter: Terminal) -> None:
    card = str(starter.folder / "cards/health.yaml")
    assert "Biggest moves" not in starter.type("preview", card).out
    answer = starter.type("preview", card, "--json").json
    assert (sum(answer["band_changes"].values()), answer["movers"]) == (0, [])


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_narrow_terminal_still_shows_every_name(
    starter: Terminal, draft: Path, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    answer = starter.type("preview", str(draft))
    assert answer.code == 0
    assert "…" not in answer.out
    for line in ("small  ", "mid-market  ", "enterprise  "):
        assert f"\n{line}" in answer.out


def test_a_preview_needs_a_published_card_and_a_valid_draft(fresh: Terminal) -> None:
    card = fresh.folder / "cards" / "health.yaml"
    rejected = fresh.type("preview", str(card), "--json")
    assert (rejected.code, rejected.json["code"]) == (1, NothingPublished.code)
    fresh.type("publish", str(card), "--note", "first")
    assert fresh.type("preview", str(card), "--json").json["code"] == NothingLoaded.code
    card.write_text(
        card.read_text(encoding="utf-8").replace("take: active days", "take: active hours"),
        encoding="utf-8",
    )
    rejected = fresh.type("preview", str(card))
    assert (rejected.code, "active hours" in rejected.err) == (1, True)
    assert fresh.type("preview", "nowhere.yaml").code == 2
