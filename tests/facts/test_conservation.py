"""This file tests with made-up dirty files that every row is staged or rejected, once, under its own line."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.facts.readers import Unreadable
from tests.facts.harness import readings, stage, write

WORDS = st.text(st.sampled_from("ab ,\"\n;é'=\t-"), max_size=8)
HEADER = "id,account,at,name,value"


@dataclass(frozen=True)
class Made:
    """A record as text, and what must become of it: nothing wrong, or the reason of its rejection."""

    text: str
    reason: str


def cells(*values: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue()[:-1]


@st.composite
def records(draw: st.DrawFn) -> Made:
    name = draw(WORDS.filter(lambda word: word.strip(" \t\xa0") == word))
    kind = draw(
        st.sampled_from(
            [
                "good",
                "good",
                "good",
                "short",
                "long",
                "date",
                "number",
                "account",
                "required",
                "large",
                "blank",
            ]
        )
    )
    good = ["1", "A-1", "2026-01-31", f"n{name}", "1.5"]
    match kind:
        case "short":
            return Made(cells(*good[:3]), "ragged")
        case "long":
            return Made(cells(*good, "more", "and more"), "ragged")
        case "date":
            return Made(
                cells(
                    "1",
                    "A-1",
                    draw(st.sampled_from(["2026-02-30", "31.01.2026", "soon", "26-01-31"])),
                    f"n{name}",
                    "1",
                ),
                "not_a_date",
            )
        case "number":
            return Made(
                cells(*good[:4], draw(st.sampled_from(["1,5", "many", "NaN", "1.2.3"]))),
                "not_a_number",
            )
        case "account":
            return Made(cells("1", "A-9", *good[2:]), "unknown_account")
        case "required":
            return Made(
                cells("1", "A-1", "2026-01-31", draw(st.sampled_from(["", " "])), "1"),
                "missing_required",
            )
        case "large":
            return Made(cells(*good[:4], "1000000000000"), "too_large")
        case "blank":
            return Made("", "blank")
    return Made(cells(*good), "")


def laid_out(made: list[Made], end: str) -> tuple[str, dict[int, str]]:
    """Write the records as a file; the fate of each by the line on which it begins."""
    text, line, fates = HEADER + end, 2, {}
    for record in made:
        if record.reason != "blank":
            fates[line] = record.reason
        text += record.text + end
        line += record.text.count("\n") + 1
    return text, fates


@settings(max_examples=20, deadline=None)
@given(st.lists(records(), min_size=1, max_size=25), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_row_is_staged_or_rejected_once_on_its_own_line(
    made: list[Made], end: str, is_cut: bool
) -> None:
    text, fates = laid_out([*made, Made(cells("1", "A-1", "2026-01-31", "last", "1"), "")], end)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), text.rstrip("\r\n") if is_cut else text)
        done = stage(Path(folder), readings(format='{delimiter: ","}'))
    staged, rejected = (
        dict.fromkeys((line for (line,) in done.rows("line")), ""),
        dict(done.rejected("line, reason")),
    )
    assert staged | rejected == fates
    assert len(done.rows()) + len(done.rejected()) == done.received == len(fates)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(st.sampled_from('ab,,"\n\r é'), max_size=30), min_size=1, max_size=12))
def test_whatever_a_file_contains_no_row_is_lost_or_counted_twice(junk: list[str]) -> None:
    text = (
        HEADER
        + "\n"
        + "".join(f"k{place},A-1,2026-01-31,{words},1\n" for place, words in enumerate(junk))
    )
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), text)
        try:
            done = stage(Path(folder), readings(format='{delimiter: ","}'))
        except Unreadable:
            return
    lines = text.split("\n")
    rows = done.rows("line, id")
    assert all(lines[line - 1].startswith(f"{key},") for line, key in rows if key.startswith("k"))
    found = [line for line, *_ in (*rows, *done.rejected())]
    assert len(set(found)) == len(found) == done.received
