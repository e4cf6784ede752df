"""This file tests how windows are read and where they begin."""

from __future__ import annotations

from datetime import date

import pytest

from keepwell.health.definition import window
from keepwell.health.definition.window import Window


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("28 days", Window(28)),
        ("1 day", Window(1)),
        ("4 weeks", Window(28)),
        ("all", Window()),
        ("now", Window(is_now=True)),
    ],
)
def test_a_window_is_days_weeks_all_or_now(text: str, read: Window) -> None:
    assert window.read(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 days",
        "3661 days",
        "-7 days",
        "28",
        "28 months",
        "1.5 days",
        "99999 weeks",
        "NOW",
        "28 days ",
    ],
)
def test_any_other_text_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(ValueError, match="at most 3660 days"):
        window.read(text)


def test_a_window_begins_so_many_days_before_its_date() -> None:
    assert Window(7).first(date(2026, 3, 8)) == date(2026, 3, 1)
    assert Window(365).first(date(2025, 3, 1)) == date(2024, 3, 1)
    assert Window().first(date(2026, 3, 8)) is None


@pytest.mark.parametrize("text", ["28 days", "all", "now"])
def test_a_window_is_written_as_it_was_read(text: str) -> None:
    assert str(window.read(text)) == text


@pytest.mark.parametrize(
    ("text", "days"), [("none", 0), ("all", 0), ("now", 0), ("7 days", 7), ("4 weeks", 28)]
)
def test_a_tenure_is_days_or_none_and_earlier_words_for_none_are_read(text: str, days: int) -> None:
    assert window.read_tenure(text) == days


@pytest.mark.parametrize("text", ["0 days", "7", "soon", "4000 days"])
def test_a_field_names_only_what_it_accepts(text: str) -> None:
    for read, accepts in (
        (window.read, True),
        (window.read_tenure, False),
        (window.read_days, False),
    ):
        with pytest.raises(ValueError, match="28 days") as rejected:
            read(text)
        assert ("`all`" in str(rejected.value)) == accepts
