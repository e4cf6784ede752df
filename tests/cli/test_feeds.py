"""This file tests what commands say and score while feeds are late, and once they have stopped."""

from __future__ import annotations

import csv
from pathlib import Path

from keepwell.app.queries.feeds import LateFeed
from keepwell.cli import feeds
from tests.cli.conftest import AS_OF, Terminal
from tests.cli.test_json import documented

SEVEN_MONTHS_LATER = "2027-06-01"


def scored(terminal: Terminal, day: str) -> list[dict[str, object]]:
    assert terminal.type("score", "--as-of", day).code == 0
    rows: list[dict[str, object]] = terminal.type("scores", "--as-of", day, "--json").json
    return rows


def test_seven_months_after_the_last_delivery_nobody_is_green_and_the_list_says_why(
    own: Terminal, tmp_path: Path
) -> None:
    rows = scored(own, SEVEN_MONTHS_LATER)
    assert {row["band"] for row in rows} == {None}
    assert all("product" in row["late_feeds"] for row in rows)  # type: ignore[operator]
    said = own.type("scores", "--as-of", SEVEN_MONTHS_LATER).out.splitlines()[1]
    assert said.startswith("14 of 14 feeds are late; the oldest, product, stands at 2026-10-31.")
    tree = own.type("explain", "A-102", "--as-of", SEVEN_MONTHS_LATER, "--json").json["tree"]
    seats = tree["children"][0]["children"][0]
    assert (seats["name"], seats["missing"], seats["points"]) == ("seats_in_use", "feed_stopped", None)  # fmt: skip
    out = tmp_path / "scores.csv"
    own.type("export", "scores", "--out", str(out), "--as-of", SEVEN_MONTHS_LATER)
    with out.open(encoding="utf-8", newline="") as file:
        assert all("product" in row["late_feeds"] for row in csv.DictReader(file))


def test_a_feed_that_is_ten_days_late_moves_no_band(own: Terminal) -> None:
    # Everything is ten days late: no delivery vouches for a day after the last facts.
    before = {row["account_id"]: row["band"] for row in scored(own, AS_OF)}
    usage_alone = own.folder / "cards" / "usage.yaml"
    usage_alone.write_text(
        "keepwell: 1\nname: usage\nleast_coverage: 0 %\nbands: [{name: Green, from: 50, means: healthy}, {name: Red, from: 0, means: at risk}]\n"
        "health:\n"
        "  - {measure: days, table: usage, take: active days, window: 28 days, weight: 1, points: {worst: 0, best: 20}, missing: skip}\n"
        "  - {measure: since, table: usage, take: days since, weight: 1, least_tenure: none, points: {worst: 30, best: 0}, missing: skip}\n",
        encoding="utf-8",
    )
    found = []
    for day in (AS_OF, "2026-11-11"):
        assert own.type("score", "--as-of", day, "--card", str(usage_alone)).code == 0
        rows = own.type("scores", "--as-of", day, "--draft", "--json").json
        found.append({row["account_id"]: (row["score"], row["band"]) for row in rows})
    assert found[0] == found[1]
    assert len({band for _, band in found[0].values()}) > 1
    assert len(before) == len(found[0])


def test_score_names_what_is_late_in_the_documented_shape(own: Terminal) -> None:
    done = own.type("score", "--as-of", "2026-11-18", "--json").json
    assert list(done) == documented("score")
    assert done["late_feeds"] == [
        {"feed": "product", "watermark_on": "2026-10-31", "has_stopped": True}
    ]
    assert "product" in own.type("score", "--as-of", "2026-11-18").out


def test_the_sentence_about_late_feeds() -> None:
    from datetime import date

    crm, nps = LateFeed("crm", date(2026, 10, 18), False), LateFeed("nps", date(2026, 11, 1), True)
    assert feeds.sentence(16, ()) == ""
    assert feeds.sentence(16, (crm,)) == "1 of 16 feeds is late; the oldest, crm, stands at 2026-10-18."  # fmt: skip
    assert feeds.sentence(16, (crm, nps)) == (
        "2 of 16 feeds are late; the oldest, crm, stands at 2026-10-18. Stopped, so nothing is known from it: nps."
    )
