"""This file tests that a suggested mapping is valid, stages most of what it found, and marks what to check."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.facts import mapping
from keepwell.facts.mapping import InvalidMapping
from keepwell.facts.mapping.type_inference import infer
from keepwell.facts.schema import TABLES
from tests.facts.harness import stage, write
from tests.outside import ROOT, outside


def suggested(folder: Path) -> str:
    return mapping.suggest(folder, TABLES)


def counts(folder: Path) -> dict[str, tuple[str, int, int]]:
    done = stage(folder, suggested(folder), accounts=(), currency="USD")
    return {
        source.file: (source.table, source.received, source.rejected)
        for source in done.stage.sources
    }


def test_the_suggestion_for_messy_exports_stages_every_row() -> None:
    assert counts(outside("ravenstack")) == {
        "ravenstack_accounts.csv": ("accounts", 500, 0),
        "ravenstack_subscriptions.csv": ("contracts", 5000, 0),
        "ravenstack_feature_usage.csv": ("usage", 25000, 0),
        "ravenstack_support_tickets.csv": ("tickets", 2000, 0),
        "ravenstack_churn_events.csv": ("renewals", 600, 0),
    }


def test_the_suggestion_for_the_starter_finds_the_same_tables_as_its_mapping() -> None:
    folder = ROOT / "examples/starter/exports"
    written_by_hand = mapping.read(
        (ROOT / "examples/starter/mapping.yaml").read_text(encoding="utf-8")
    )
    found = {source.file: source.table.name for source in mapping.read(suggested(folder)).sources}
    assert found == {source.file: source.table.name for source in written_by_hand.sources}


def columns(
    folder: Path, header: str, *rows: str, name: str = "tickets.csv", encoding: str = "utf-8"
) -> str:
    write(folder, "\n".join([header, *rows, ""]).encode(encoding), name)
    return suggested(folder)


def test_dates_are_read_day_first_where_a_day_is_after_the_twelfth(tmp_path: Path) -> None:
    text = columns(tmp_path, "id,account,opened_at", "1,A-1,03/02/2026", "2,A-1,31/01/2026")
    assert 'at: {column: opened_at, date: "%d/%m/%Y"}\n' in text


def test_dates_that_could_be_read_either_way_are_marked(tmp_path: Path) -> None:
    text = columns(tmp_path, "id,account,opened_at", "1,A-1,03/02/2026", "2,A-1,01/02/2026")
    assert (
        'at: {column: opened_at, date: "%d/%m/%Y"}  # check: read as day first; could also be %m/%d/%Y'
        in text
    )


def test_values_that_are_no_choice_are_translated_and_marked(tmp_path: Path) -> None:
    text = columns(
        tmp_path,
        "id,account,opened_at,priority",
        "1,A-1,2026-01-01,Medium",
        "2,A-1,2026-01-02,P9",
        "3,A-1,2026-01-03,high",
    )
    assert (
        'priority: {column: priority, values: {"Medium": normal, "P9": ~}}  # check: what do these values mean?'
        in text
    )


def test_encoding_and_decimal_comma_are_inferred(tmp_path: Path) -> None:
    rows = ("1;A-1;2026-01-01;1.234,50;Müller", "2;A-1;2026-01-02;3,5;x")
    text = columns(
        tmp_path, "id;account;opened_at;satisfaction;requester", *rows, encoding="latin-1"
    )
    assert 'format: {encoding: windows-1252, decimal: ",", thousands: "."}' in text
    assert counts(tmp_path) == {"tickets.csv": ("tickets", 2, 2)}, (
        "staged, but the account is unknown"
    )


def test_a_file_that_fits_no_table_is_commented_out(tmp_path: Path) -> None:
    text = columns(tmp_path, "colour,shape", "red,round", name="things.csv")
    assert "# things.csv  # check: no table fits" in text
    with pytest.raises(InvalidMapping, match="there are no sources"):
        mapping.read(text)


def test_a_file_that_cannot_be_read_is_a_comment(tmp_path: Path) -> None:
    text = columns(tmp_path, "id,id", "1,2", name="twice.csv")
    assert (
        "# twice.csv:1: duplicate column name `id`. Rename one of them.  # check: skipped" in text
    )


def test_a_file_name_cannot_add_lines_to_the_suggestion(tmp_path: Path) -> None:
    text = columns(tmp_path, "colour,shape", "red,round", name="a\nsources: [evil]\n.csv")
    assert "\nsources: [evil]" not in text


@pytest.mark.parametrize(
    ("values", "kind", "dates"),
    [
        (["2026-01-31", "2026-01-31 10:00:00"], "date", ()), (["31.01.2026", "1.2.2026 09:30"], "date", ("%d.%m.%Y %H:%M", "%d.%m.%Y")),
        (["01/31/2026"], "date", ("%m/%d/%Y",)), (["31 Jan 2026"], "date", ("%d %b %Y",)), (["20260131", "20260201"], "date", ("%Y%m%d",)),
        (["1769868300", "1769868301"], "date", ("unix",)), (["TRUE", "FALSE"], "flag", ()), (["0", "1"], "flag", ()), (["1", "1"], "number", ()),
        (["1.5", "-2"], "number", ()), (["1,5", "2"], "number", ()), (["1,234", "5"], "number", ()), (["a", "b"], "text", ()), (["", " "], "empty", ()),
    ],
)  # fmt: skip
def test_the_type_of_a_column_is_inferred(
    values: list[str], kind: str, dates: tuple[str, ...]
) -> None:
    found = infer(values)
    assert (found.kind, found.dates) == (kind, dates)


def test_a_few_unexpected_values_do_not_hide_the_type_of_the_others() -> None:
    found = infer([*map(str, range(20)), "n/a"])
    assert (found.kind, found.check) == ("number", "unexpected values: `n/a`")


NAMES = st.sampled_from(
    [
        "id",
        "account",
        "at",
        "user_id",
        "name",
        "Value",
        "score",
        "kind",
        "on",
        "line",
        "yes",
        "a: b",
        "# c",
        "'",
        "é",
        "[x]",
        "1st",
    ]
)
CELLS = st.sampled_from(
    [
        "",
        "1",
        "2,5",
        "yes",
        "2026-01-01",
        "31.12.2025",
        "nps",
        "é",
        "- x",
        "{a}",
        "*",
        "&",
        "!!python/object",
    ]
)


@settings(max_examples=15, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=8, unique=True), st.data())
def test_a_suggestion_is_always_valid(header: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(*[CELLS] * len(header)), min_size=1, max_size=4))
    name = data.draw(st.sampled_from(["usage", "accounts", "nps_surveys", "x", "billing"]))
    lines = ["\t".join(cells) for cells in [tuple(header), *rows]]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), "\n".join(lines) + "\n", f"{name}.tsv")
        text = suggested(Path(folder))
    if "\n  - file:" in text:
        assert len(mapping.read(text).sources) == 1
    else:
        with pytest.raises(InvalidMapping, match="there are no sources"):
            mapping.read(text)
