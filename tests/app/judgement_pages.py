"""This file lays out judgements for a reader, so that tests read the pages and the tables of them."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

from keepwell.app import formats
from keepwell.app.documents import files, judgements
from keepwell.app.documents.judgements import Document
from keepwell.app.judged import Judged
from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition

HOSTILE = "<script>alert('x')</script> & **Söhne**"
NAMES = {"A-1": HOSTILE, "A-2": "Berger"}
TODAY = date(2026, 8, 2)


def read(text: str) -> Definition:
    found = document.read(text, file="card.yaml", tables=TABLES).definition
    assert found is not None
    return found


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
