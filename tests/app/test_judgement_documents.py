"""This file holds what a judgement looks like for its reader: which state it is in, that all figures are its own, and that a file of it needs nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from keepwell.app.documents import marked
from keepwell.app.judged import Judged
from keepwell.app.representations import backtests
from keepwell.health.definition.scorecard import Definition
from tests.app.judgement_pages import Tables, page, read, shown
from tests.cast import CARD
from tests.judgements import judged, with_cases, with_everything


@pytest.fixture(scope="module")
def card() -> Definition:
    return read(CARD)


@pytest.fixture(scope="module")
def full(card: Definition) -> Judged:
    return judged(card, leavers=40, stayers=60, accounts=("A-1", "A-2"))


@pytest.fixture(scope="module")
def few(card: Definition) -> Judged:
    return judged(card, leavers=12, stayers=40, accounts=("A-1", "A-2"))


@pytest.fixture(scope="module")
def everything(full: Judged) -> Judged:
    return with_everything(full, ("A-1", "A-2"))


@pytest.fixture(scope="module")
def cases(few: Judged) -> Judged:
    return with_cases(few, ("A-1", "A-2"))


def test_every_figure_of_the_page_is_that_of_the_json(full: Judged, card: Definition) -> None:
    tables = Tables(page(shown(full, card))).found
    json = backtests.judged(full)

    def two(each: dict[str, float]) -> tuple[str, str]:
        return f"{each['value']:.2f}", f"{each['low']:.2f} to {each['high']:.2f}"

    curve = [[str(each["days"] // 30), *two(each["auc"]), str(each["auc"]["leavers"])] for each in json["curve"] if each["auc"]["value"] is not None]  # fmt: skip
    assert [row for row in tables["curve"][1:] if row[1] != "\N{EN DASH}"] == curve
    for row, part in zip(tables["tenths"][1:], json["deciles"], strict=True):
        assert float(row[1].rstrip(" %")) == pytest.approx(part["rate"]["value"] * 100, abs=0.51)
        assert row[3] == f"{part['left']:,} of {part['rate']['rows']:,}"
        low, high = row[2].removesuffix(" %").split("\N{EN DASH}")
        assert float(low) == pytest.approx(part["rate"]["low"] * 100, abs=0.51)
        assert float(high) == pytest.approx(part["rate"]["high"] * 100, abs=0.51)
    bands = {row[0]: row for row in tables[""] if len(row) == 4 and "of" in row[3]}
    for part in json["bands"]:
        row = bands[part["name"]]
        assert row[3] == f"{part['lift']['value']:.1f}× {part['left']:,} of {part['rate']['rows']:,}"  # fmt: skip
        assert float(row[2].split(" %")[0]) == pytest.approx(part["rate"]["value"] * 100, abs=0.51)
    measures = {path: two(each["points"]) for each in json["measures"] for path in [each["path"]]}
    drawn = {(row[3]) for row in tables["measures"][1:]}
    assert drawn == {f"{value} ({between})" for value, between in measures.values()}
    for row, lead in zip(tables["leads"][1:], json["leads"], strict=True):
        value, between = two(lead["auc"])
        assert row[:4] == [f"{lead['days']} days", f"{value} ({between})", str(lead["auc"]["leavers"]), str(lead["auc"]["stayers"])]  # fmt: skip
        assert row[4:6] == ["{} ({})".format(*two(lead[name])) for name in ("everybody", "deadline_alone")]  # fmt: skip
    money = [re.sub(r"\D", "", row[1]) for row in tables["money"][1:]]
    revenue = json["revenue"]
    assert money == [str(round(revenue[name])) for name in ("left", "left_at_risk", "left_while_healthy")]  # fmt: skip
    blind = sum(each["is_blindsided"] for each in json["losses"])
    listed = [row for name in ("blindsided", "") for row in tables[name] if len(row) == 6 and row[0] != "Score"]  # fmt: skip
    assert len(listed) == blind
    segments = {row[0]: row[2] for row in tables["segments"][1:]}
    assert segments == {
        each["segment"]: "{} ({})".format(*two(each["auc"])) for each in json["segments"]
    }


def test_a_decided_judgement_has_its_answer_and_its_curves(full: Judged, card: Definition) -> None:
    found = shown(full, card)
    assert found.is_decided
    assert found.answer == "Yes, it tells who leaves."
    assert len(found.said) == 3
    assert found.tenths
    assert found.leads
    assert found.strips is None
    assert found.helps == ()
    html = page(found)
    assert "Is a higher score safer?" in html
    assert "What would make it tell" not in html


def test_with_too_few_only_the_decisions_are_drawn(few: Judged, card: Definition) -> None:
    found = shown(few, card)
    assert not found.is_decided
    assert found.answer == "Too few to tell."
    assert found.tenths is None
    assert found.leads is None
    assert found.strips
    assert found.strips.count("<circle") == 52 == found.decided
    assert len(found.leavers) == 12
    assert found.progress
    assert found.progress.said == "12 of 30 leavers"
    html = page(found)
    assert "The 12 who left" in html
    assert "Power of each measure" not in html
    assert 'class="bar"' not in html[html.index('id="not-drawn"') :], "raw figures are not drawn"


def test_nobody_who_left_is_shown_as_nobody(card: Definition) -> None:
    html = page(shown(judged(card, leavers=0, stayers=3), card))
    assert "Nobody has left yet." in html
    assert "0 leavers and 3 stayers" in html
    assert "0.50</text>" not in html


def test_a_score_that_points_the_wrong_way_is_told_so(card: Definition) -> None:
    found = shown(judged(card, leavers=40, stayers=60, knows=-1.0), card)
    assert found.answer == "It points the wrong way."
    assert {each.word for each in found.measures} >= {"wrong way"}


def test_names_from_outside_are_text(
    full: Judged, few: Judged, everything: Judged, cases: Judged, card: Definition
) -> None:
    other = read(CARD.replace("Green", '"<i>Green</i>"'))
    strange = replace(judged(other, leavers=40, stayers=60, accounts=("A-1", "A-2")), file="<i>x</i>", version=None)  # fmt: skip
    for found, of in ((full, card), (few, card), (strange, other), (everything, card), (cases, card)):  # fmt: skip
        html = page(shown(found, of))
        assert "<script" not in html
        assert "<i>" not in html
        assert "<b>Jobs" not in html
        assert "<b>Söhne" not in html
    assert "&lt;script&gt;" in page(shown(few, card))
    assert "&lt;i&gt;Green" in page(shown(strange, other))
    assert "Beside &lt;i&gt;old tool" in page(shown(everything, card))
    assert "&lt;script&gt;champion" in page(shown(cases, card))


def test_a_file_needs_nothing_else(everything: Judged, cases: Judged, card: Definition) -> None:
    for found in (everything, cases):
        html = page(shown(found, card, linked=False))
        assert "src=" not in html
        assert set(re.findall(r'href="([^"]*)"', html)) == {"data:,"}
        assert set(re.findall(r"url\(\"?([a-z]+:)", html)) == {"data:"}
        assert "@import" not in html
        assert "default-src 'none'" in html


def test_accounts_lead_to_their_pages_where_there_are_pages(few: Judged, card: Definition) -> None:
    linked = page(shown(few, card, linked=True))
    assert re.findall(r'href="(/accounts/[^"]*)"', linked) == 2 * ["/accounts/A-1"], (
        "an account that is no more has no page"
    )


def test_dates_and_money_are_written_as_the_reader_does(full: Judged, card: Definition) -> None:
    english, german = (page(shown(full, card, language)) for language in ("en", "de-DE"))
    assert "January 2025 to December 2025" in english
    assert "Januar 2025" in german
    assert re.search(r"\d\.\d{3}\s€", german)
    assert re.search(r"€\d+,\d{3}", english)


def test_what_is_not_known_is_a_dash(full: Judged, card: Definition) -> None:
    without = tuple(
        replace(each, revenue=None, reason="", score=None, band=None, measures=(), told=())
        for each in full.backtest.losses
    )
    found = replace(full, backtest=replace(full.backtest, losses=without))
    line = shown(found, card).losses[0]
    dash = "\N{EN DASH}"
    assert (line.score, line.paid, line.reason, line.band) == (dash, dash, dash, "No score")
    assert line.told == "nothing in the data"


def test_another_card_and_what_flatters_are_told(full: Judged, card: Definition) -> None:
    headline = full.backtest.lead(90).headline
    found = replace(
        full, scores="happened", against=("other.yaml", full.backtest), difference=headline, survivors_until=date(2025, 2, 1),
        scored_later=2,
    )  # fmt: skip
    html = page(shown(found, card))
    assert "Beside other.yaml" in html
    assert "this flatters a score" in html
    assert "Months before 1 Feb 2025 are left out" in html
    assert "The scores of 2 months were computed more than a week after their day" in html


def test_only_what_stands_between_marks_is_strong() -> None:
    assert marked.of("2 ** 3 and `<b>`") == "2 ** 3 and <code>&lt;b&gt;</code>"
