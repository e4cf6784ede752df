"""This file runs metrics of the catalogue on small tables of facts, on every engine, against numbers worked by hand."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health import catalogue
from tests.book import engines, page
from tests.book.checking import match_rows
from tests.conftest import EVERYTHING

ENGINES = ["oracle", "duckdb", "duckdb without the roll-up"]
PAGES = sorted((Path(__file__).parent / "pages").glob("*.md"))


def names(text: str) -> list[str]:
    """The metrics that a page is about: each is worked out in its `### lines`."""
    return re.findall(r"^\| \w+ \| ([a-z_]+) \|", text[text.index("### lines") :], re.MULTILINE)


def with_card(text: str) -> str:
    """Write the card of a page: every metric that its lines name, side by side."""
    entries = [
        catalogue.find(TABLES, name).entry("1")
        for name in dict.fromkeys(names(text))
        if name != "path"
    ]
    listed = "".join("  - " + textwrap.indent(entry, "    ").lstrip() for entry in entries)
    return text.replace("### lines", f"### card\n```yaml\nhealth:\n{listed}```\n\n### lines", 1)


@pytest.mark.parametrize("engine", ENGINES if EVERYTHING else ENGINES[:2])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_numbers_are_those_worked_by_hand(path: Path, engine: str, tmp_path: Path) -> None:
    whole = tmp_path / path.name
    whole.write_text(with_card(path.read_text(encoding="utf-8")), encoding="utf-8")
    read = page.read(whole)
    for expected in read.expected:
        given = (
            read.tables,
            read.facts,
            read.feeds,
            read.definition,
            expected.as_of,
            expected.through_batch,
        )
        is_duckdb = engine != "oracle"
        result = (
            engines.duckdb(*given, tmp_path, rolled=engine == "duckdb")
            if is_duckdb
            else engines.reference(*given)
        )
        match_rows(result.lines(), expected.rows)


def test_half_of_the_catalogue_is_worked_by_hand() -> None:
    by_hand = {name for path in PAGES for name in names(path.read_text(encoding="utf-8"))}
    known = {metric.name for metric in catalogue.metrics(TABLES)}
    assert len(by_hand & known) >= len(known) / 2
