"""This file tests on which date each command is where none is given, and that it names it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from keepwell.cli import clock
from tests.cli.conftest import AS_OF, Answer, Terminal

NEWEST, TODAY, TOMORROW = AS_OF, "2026-11-20", "2026-11-21"
FACTS = "2026-10-31"  # the newest in the starter: nothing later is known
ANY = "Harbour Books"


@pytest.fixture
def late_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some days after the newest scores, so that dates cannot agree by chance."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))


def _first(answer: Answer) -> str:
    return answer.out.splitlines()[0]


# What is typed, the key of its JSON that has the date, the date, and what the text calls it.
TABLE: list[tuple[list[str], tuple[Any, ...], str]] = [
    (["scores"], (0, "as_of"), NEWEST),
    (["explain", ANY], ("as_of",), NEWEST),
    (["changed", ANY], ("after", "as_of"), NEWEST),
    (["changed", ANY, "--versions", "1", "1"], ("after", "as_of"), NEWEST),
    (["export", "scores", "--out", "{out}"], ("as_of",), NEWEST),
    (["export", "measures", "--out", "{out}"], ("as_of",), NEWEST),
    (["today"], ("as_of",), NEWEST),
    (["preview", "{card}"], ("as_of",), NEWEST),
    (["check", "{card}"], ("as_of",), NEWEST),
    (["explain", ANY, "--card", "{card}"], ("as_of",), NEWEST),
    (["explain", ANY, "--live"], ("as_of",), TOMORROW),
    (["score"], ("as_of",), TOMORROW),
    (["score", "--card", "{card}"], ("as_of",), TOMORROW),
    (["usage", ANY], ("newest_on",), FACTS),
    (["features"], ("newest_on",), FACTS),
]


@pytest.mark.usefixtures("late_november")
@pytest.mark.parametrize(("words", "key", "day"), TABLE, ids=lambda each: str(each))
def test_a_command_without_a_date_takes_the_one_of_the_rule_and_names_it(
    own: Terminal, tmp_path: Path, words: list[str], key: tuple[Any, ...], day: str
) -> None:
    card = str(own.folder / "cards/health.yaml")
    given = [word.format(card=card, out=tmp_path / "out.csv") for word in words]
    answer = own.type(*given, "--json")
    assert answer.code == 0, answer.err
    found = answer.json
    for each in key:
        found = found[each]
    assert found == day
    text = own.type(*given)
    assert text.code == 0, text.err
    # Usage is known up to its newest day, which both name; a check names its date where it says how the card stands.
    head = text.out if words[0] == "check" else _first(text)
    assert day in head


@pytest.mark.usefixtures("late_november")
def test_before_any_scores_a_card_is_tried_on_the_day_after_the_newest_facts(
    fresh: Terminal, starter: Terminal
) -> None:
    for name in ("mapping.yaml", "cards/health.yaml"):
        (fresh.folder / name).write_bytes((starter.folder / name).read_bytes())
    assert fresh.type("import", str(starter.folder / "exports")).code == 0
    card = str(fresh.folder / "cards/health.yaml")
    after = str(date.fromordinal(date.fromisoformat(FACTS).toordinal() + 1))
    assert fresh.type("check", card, "--json").json["as_of"] == after
    assert fresh.type("publish", card, "--note", "Our first card").code == 0
    assert fresh.type("preview", card, "--json").json["as_of"] == after
    # Where only a draft was scored, its date is the newest.
    assert fresh.type("score", "--card", card, "--as-of", "2026-10-15").code == 0
    assert fresh.type("preview", card, "--json").json["as_of"] == "2026-10-15"
    assert fresh.type("explain", ANY, "--card", card, "--json").json["as_of"] == "2026-10-15"


def test_tomorrow_is_that_of_the_zone_of_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    days = [str(clock.tomorrow(zone)) for zone in ("UTC", "Europe/Berlin")]
    assert days == ["2026-11-21", "2026-11-22"]
