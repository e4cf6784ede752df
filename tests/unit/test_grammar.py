"""This file tests the grammar of conditions: what can be said, and how everything else is rejected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import condition, grammar
from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    AsOf,
    Beside,
    Compare,
    IsMissing,
    Not,
    OneOf,
)
from keepwell.health.definition.operand import End, Progress, Span

TICKETS = TABLES["tickets"]
LOW, URGENT = Compare("priority", "=", "low"), Compare("priority", "=", "urgent")
ESCALATED = Compare("is_escalated", "=", True)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("priority = low", LOW),
        ("priority == 'low'", LOW),
        ('priority="low"', LOW),
        ("is_escalated", ESCALATED),
        ("is_escalated = no", Compare("is_escalated", "=", False)),
        ("satisfaction >= 4", Compare("satisfaction", ">=", Decimal(4))),
        ("satisfaction < -0.5", Compare("satisfaction", "<", Decimal("-0.5"))),
        ("satisfaction > 80 %", Compare("satisfaction", ">", Decimal("0.8"))),
        ("at < 2026-03-31", Compare("at", "<", date(2026, 3, 31))),
        ("at < as_of", Compare("at", "<", AsOf())),
        ("at < as_of - 30", Compare("at", "<", AsOf(30))),
        ("at < as_of -30", Compare("at", "<", AsOf(30))),
        ("priority in (low, urgent)", OneOf("priority", ("low", "urgent"))),
        ("priority is missing", IsMissing("priority")),
        ("priority IS NOT missing", Not(IsMissing("priority"))),
        ("feed = zendesk", Compare("feed", "=", "zendesk")),
        ("batch > 3", Compare("batch", ">", Decimal(3))),
        ("resolved_at > at", Compare("resolved_at", ">", Beside("at"))),
        (
            "satisfaction < resolution_hours",
            Compare("satisfaction", "<", Beside("resolution_hours")),
        ),
        (
            "hours from at to resolved_at > 4",
            Compare(Span("hours", End("at"), End("resolved_at")), ">", Decimal(4)),
        ),
        (
            "days from at to resolved_at or as_of > 2 or is_escalated",
            AnyOf(
                (
                    Compare(Span("days", End("at"), End("resolved_at", True)), ">", Decimal(2)),
                    ESCALATED,
                )
            ),
        ),
        (
            "days from as_of to on less satisfaction is missing",
            IsMissing(Span("days", End(), End("on"), "satisfaction")),
        ),
        (
            "progress of as_of from at to resolved_at >= progress of satisfaction from batch to resolution_hours",
            Compare(
                Progress(End(), End("at"), End("resolved_at")),
                ">=",
                Beside(Progress(End("satisfaction"), End("batch"), End("resolution_hours"))),
            ),
        ),
    ],
)
def test_a_condition_says_one_thing(text: str, meaning: condition.Condition) -> None:
    assert grammar.read(text, TICKETS) == meaning


def test_not_in_leaves_empty_cells_out() -> None:
    read = grammar.read("priority not in (low)", TICKETS)
    assert read == AllOf((Not(OneOf("priority", ("low",))), Not(IsMissing("priority"))))


def test_and_binds_closer_than_or_and_not_closest() -> None:
    read = grammar.read("priority = low or not is_escalated and priority = urgent", TICKETS)
    assert read == AnyOf((LOW, AllOf((Not(ESCALATED), URGENT))))


def test_brackets_change_what_belongs_together() -> None:
    read = grammar.read("(priority = low or is_escalated) and priority = urgent", TICKETS)
    assert read == AllOf((AnyOf((LOW, ESCALATED)), URGENT))


@pytest.mark.parametrize(
    ("text", "what", "got", "way_out"),
    [
        ("", "a column should stand where this is", "nothing", ""),
        ("prioritty = low", "unknown column", "prioritty", "Did you mean `priority`?"),
        ("subject = x", "a personal column cannot be read by a measure", "subject", ""),
        (
            "priority",
            "a sign is missing after",
            "priority",
            "Write for example `= value` or `is missing`.",
        ),
        ("priority =", "a value for `priority` is missing", "", ""),
        ("priority = hihg", "`priority` never holds", "hihg", "Did you mean `high`?"),
        ("priority > high", "`>` needs a number or a date, and this is text", "priority", ""),
        (
            "is_escalated > yes",
            "`>` needs a number or a date, and this is flag",
            "is_escalated",
            "",
        ),
        ("is_escalated = maybe", "`is_escalated` is yes or no, not", "maybe", ""),
        ("satisfaction > 'x'", "`satisfaction` is compared with a number, not", "'x'", ""),
        ("satisfaction > nan", "`satisfaction` is compared with a number, not", "nan", ""),
        (
            "satisfaction > Infinity",
            "`satisfaction` is compared with a number, not",
            "Infinity",
            "",
        ),
        (
            "satisfaction > 1000000000000",
            "`satisfaction` never holds a number as large as",
            "1000000000000",
            "",
        ),
        (
            "satisfaction > 0.1234567890123",
            "`satisfaction` is compared with a number of at most 12 decimals, not",
            "0.1234567890123",
            "",
        ),
        (
            "at > yesterday",
            "`at` is compared with a day",
            "yesterday",
            "Write it like 2026-03-31 or as_of.",
        ),
        (
            "at > 2026-02-30",
            "`at` is compared with a day",
            "2026-02-30",
            "Write it like 2026-03-31 or as_of.",
        ),
        ("at > as_of - x", "a whole number of days should follow `as_of -`", "x", ""),
        ("at > as_of - 1.5", "a whole number of days should follow `as_of -`", "1.5", ""),
        ("at > as_of - 123456", "a whole number of days should follow `as_of -`", "123456", ""),
        ("at > as_of -", "a whole number of days should follow `as_of -`", "", ""),
        ("priority in low", "a list in brackets should follow `in`", "low", ""),
        ("priority in (low", "a bracket is not closed", "", ""),
        ("(priority = low", "a bracket is not closed", "", ""),
        ("priority = low)", "does not go on like this", ")", "Join tests by `and` or `or`."),
        (
            "priority = low is_escalated",
            "does not go on like this",
            "is_escalated",
            "Join tests by `and` or `or`.",
        ),
        ("priority = low and", "a column should stand where this is", "nothing", ""),
        ("days from at > 3", "`to` should stand where this is", ">", ""),
        (
            "days from as_of to as_of > 3",
            "goes from nowhere to nowhere",
            "as_of to as_of",
            "One end has to be a column.",
        ),
        (
            "days from at to priority > 3",
            "days run from one date or moment to another, not",
            "priority",
            "",
        ),
        (
            "hours from at to on > 3",
            "hours run from one moment to another, not",
            "on",
            "Write `days` where one is a date without a time.",
        ),
        ("days from at to on less priority > 3", "days less a number of days, not", "priority", ""),
        ("at > satisfaction", "`at` is not compared with what is quantity:", "satisfaction", ""),
        (
            "progress of at from satisfaction to on > 1",
            "progress is of a number between two numbers, or of a day between two days, not",
            "at",
            "",
        ),
        (
            "progress of satisfaction or as_of from at to on > 1",
            "`or as_of` stands for a day, and this is",
            "satisfaction",
            "",
        ),
    ],
)
def test_a_mistake_is_said_with_its_way_out(text: str, what: str, got: str, way_out: str) -> None:
    with pytest.raises(grammar.Unclear) as rejected:
        grammar.read(text, TICKETS)
    assert (rejected.value.what, rejected.value.got, rejected.value.way_out) == (what, got, way_out)


@pytest.mark.parametrize(
    "text",
    [
        "open('/etc/passwd')",
        "__import__('os').system('ls')",
        "satisfaction > read_csv('/etc/passwd')",
        "priority = 'low'; DROP TABLE usage",
        "priority = low -- and more",
        "satisfaction.__class__ = 1",
        "satisfaction > 1 + 1",
        "satisfaction > (select 1)",
        "priority = ${HOME}",
        "priority = `ls`",
        "priority = 'low' 'high'",
        "priority = \x00",
    ],
)
def test_what_would_run_or_read_something_cannot_be_said(text: str) -> None:
    with pytest.raises(grammar.Unclear):
        grammar.read(text, TICKETS)


def test_a_quote_inside_a_value_stays_a_value() -> None:
    read = grammar.read("""requester = "' OR 1=1 --" """, TICKETS)
    assert read == Compare("requester", "=", "' OR 1=1 --")
    assert grammar.read(condition.write(read), TICKETS) == read


@pytest.mark.parametrize(
    "text", ["(" * 21 + "is_escalated" + ")" * 21, "not " * 21 + "is_escalated", "(" * 1900]
)
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(grammar.Unclear, match="nested more than 20 deep"):
        grammar.read(text, TICKETS)


def test_twenty_deep_is_still_read() -> None:
    assert grammar.read("(" * 20 + "is_escalated" + ")" * 20, TICKETS) == ESCALATED


def test_a_long_condition_is_refused_and_the_longest_is_read() -> None:
    with pytest.raises(grammar.Unclear, match="longer than 2000 characters"):
        grammar.read("is_escalated".ljust(2001), TICKETS)
    assert grammar.read("is_escalated".ljust(2000), TICKETS) == ESCALATED


@pytest.mark.parametrize(
    "text",
    [
        "not (priority = 'low' and is_escalated = yes)",
        "priority not in ('low', 'high') and is_escalated = yes",
        "not priority not in ('low')",
        "(priority = 'low' or is_escalated = yes) and at >= as_of - 30",
        "is_escalated = yes and (priority = 'low' and batch > 1)",
        "satisfaction > 0.0000001",
        "priority is not missing or at < 2026-03-31",
    ],
)
def test_a_condition_is_written_as_it_was_read(text: str) -> None:
    assert condition.write(grammar.read(text, TICKETS)) == text


def test_the_columns_that_a_condition_reads_are_known() -> None:
    read = grammar.read("not (priority = low or at < as_of) and is_escalated", TICKETS)
    assert list(condition.columns(read)) == ["priority", "at", "is_escalated"]
