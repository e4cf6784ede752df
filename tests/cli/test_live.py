"""This file tests `keepwell explain --live`: labeled as live, compatible with overrides, stored nowhere."""

from __future__ import annotations

import pytest

from keepwell.app.actions.scores import NothingPublished
from tests.cli.conftest import AS_OF, Terminal
from tests.cli.test_json import documented

pytestmark = pytest.mark.usefixtures("in_november")

AMONG = """
  - measure: among
    table: usage
    take: active days
    window: 28 days
    points: {peers: all, better: higher}
    weight: 5
    missing: skip
    indicator: leading
"""


def test_it_equals_a_run_made_now_without_being_one(own: Terminal) -> None:
    day = own.type("score", "--json").json["as_of"]
    kept = own.type("explain", "Northgate", "--as-of", day, "--json").json
    live = own.type("explain", "Northgate", "--live", "--json").json
    assert list(live) == list(kept) == documented("explain")
    assert (live["kind"], live["run_id"], live["version"]) == ("live", None, 1)
    assert {**live, "kind": kept["kind"], "run_id": kept["run_id"]} == kept


def test_it_says_that_it_is_live_and_leaves_no_trace(own: Terminal) -> None:
    before = [own.type(*words, "--json").out for words in (["status"], ["scores"])]
    shown = own.type("explain", "Northgate", "--live")
    assert shown.code == 0, shown.err
    assert "Live score for " in shown.out
    assert "Live" not in own.type("explain", "Northgate").out
    assert [own.type(*words, "--json").out for words in (["status"], ["scores"])] == before


def test_an_override_stands_beside_it(own: Terminal) -> None:
    said = ["--score", "30", "--because", "Their sponsor leaves", "--until", "2099-12-31"]
    assert own.type("override", "Northgate", *said).code == 0
    live = own.type("explain", "Northgate", "--live", "--json").json
    assert (live["score"], live["band"], live["override"]) == (
        30.0,
        "Red",
        "Their sponsor leaves (Ana, until 2099-12-31)",
    )
    assert live["computed_score"] == live["tree"]["contribution"]


def test_peers_come_from_a_run_and_are_missing_without_one(own: Terminal) -> None:
    card = own.folder / "cards" / "health.yaml"
    text = card.read_text(encoding="utf-8")
    at = text.index("health:\n") + len("health:\n")
    card.write_text(text[:at] + AMONG.lstrip("\n") + text[at:], encoding="utf-8")
    published = own.type("publish", str(card), "--note", "among peers")
    assert published.code == 0, published.err

    def among() -> dict[str, object]:
        return own.type("explain", "Northgate", "--live", "--json").json["tree"]["children"][0]

    assert (among()["name"], among()["missing"], among()["points"]) == ("among", "few_peers", None)
    assert "No run has stored peers" in own.type("explain", "Northgate", "--live").out
    day = own.type("score", "--json").json["as_of"]
    kept = own.type("explain", "Northgate", "--as-of", day, "--json").json
    assert among() == kept["tree"]["children"][0]
    assert f"peers of the run for {day}" in own.type("explain", "Northgate", "--live").out


@pytest.mark.parametrize("more", [["--as-of", AS_OF], ["--card", "cards/health.yaml"]])
def test_live_has_its_own_date_and_card(starter: Terminal, more: list[str]) -> None:
    answer = starter.type("explain", "Northgate", "--live", *more)
    assert (answer.code, "--live" in answer.err) == (2, True)


def test_it_needs_a_known_account_and_a_published_card(fresh: Terminal) -> None:
    assert fresh.type("explain", "Kiln", "--live", "--json").json["code"] == "A101"
    (fresh.folder / "exports" / "accounts.csv").write_text(
        "account_id,name,started_on\nA-1,Kiln,2024-01-01\n", encoding="utf-8"
    )
    (fresh.folder / "mapping.yaml").write_text(
        "sources:\n  - {file: accounts.csv, table: accounts, feed: {name: crm}, backdate: since_start,\n"
        "     fields: {account_id: account_id, name: name, started_on: started_on}}\n", encoding="utf-8",
    )  # fmt: skip
    assert fresh.type("import").code == 0
    rejected = fresh.type("explain", "Kiln", "--live", "--json")
    assert (rejected.code, rejected.json["code"]) == (1, NothingPublished.code)
