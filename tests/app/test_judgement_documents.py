"""This file holds what a judgement looks like for its reader: which state it is in, that all figures are its own, and that a file of it needs nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from keepwell.app import formats
from keepwell.app.documents import files, judgements, marked
from keepwell.app.documents.judgements import Document
from keepwell.app.judged import Judged
from keepwell.app.representations import backtests
from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition
from tests.cast import CARD
from tests.judgements import judged

HOSTILE = "<script>alert('x')</script> & **Söhne**"
NAMES = {"A-1": HOSTILE, "A-2": "Berger"}
TODAY = date(2026, 8, 2)


def read(text: str) -> Definition:
    found = document.read(text, file="card.yaml", tables=TABLES).definition
    assert found is not None
    return found


@pytest.fixture(scope="module")
def card() -> Definition:
    return read(CARD)


@pytest.fixture(scope="module")
def full(card: Definition) -> Judged:
    return judged(card, leavers=40, stayers=60, accounts=("A-1", "A-2"))


@pytest.fixture(scope="module")
def few(card: Definition) -> Judged:
    return judged(card, leavers=12, stayers=40, accounts=("A-1", "A-2"))


def shown(found: Judged, card: Definition, language: str = "en", linked: bool = False) -> Document:
    def url(account_id: str) -> str:
        return f"/accounts/{account_id}"

    return judgements.document(
        found, card, NAMES, formats.of(language, TODAY), "EUR", url=url if linked else None
    )


class Tables(HTMLParser):
    """The tables of a page: by name, the texts of the cells of each row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.at, self.in_cell, self.skip = "", False, 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self.at = given.get("data-table") or ""
            self.found.setdefault(self.at, [])
        elif tag == "tr":
            self.found[self.at].append([])
        elif tag in ("td", "th"):
            self.found[self.at][-1].append("")
            self.in_cell = True
        elif tag == "br" and self.in_cell:
            self.found[self.at][-1][-1] += " "
        self.skip += tag == "svg"

    def handle_endtag(self, tag: str) -> None:
        self.in_cell = self.in_cell and tag not in ("td", "th")
        self.skip -= tag == "svg"

    def handle_data(self, data: str) -> None:
        if self.in_cell and not self.skip:
            self.found[self.at][-1][-1] += data


def page(found: Document) -> str:
    return files.judgement(found, company="Harbour", made="Judged today by Ana")


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


def test_names_from_outside_are_text(full: Judged, few: Judged, card: Definition) -> None:
    other = read(CARD.replace("Green", '"<i>Green</i>"'))
    strange = replace(judged(other, leavers=40, stayers=60, accounts=("A-1", "A-2")), file="<i>x</i>", version=None)  # fmt: skip
    for found, of in ((full, card), (few, card), (strange, other)):
        html = page(shown(found, of))
        assert "<script" not in html
        assert "<i>" not in html
        assert "<b>Söhne" not in html
    assert "&lt;script&gt;" in page(shown(few, card))
    assert "&lt;i&gt;Green" in page(shown(strange, other))


def test_a_file_needs_nothing_else(full: Judged, few: Judged, card: Definition) -> None:
    for found in (full, few):
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
