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
    Compare,
    IsMissing,
    Not,
    OneOf,
    OtherOperand,
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
        ("resolved_at > at", Compare("resolved_at", ">", OtherOperand("at"))),
        (
            "satisfaction < resolution_hours",
            Compare("satisfaction", "<", OtherOperand("resolution_hours")),
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
                OtherOperand(Progress(End("satisfaction"), End("batch"), End("resolution_hours"))),
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
    ("text", "got"),
    [
        ("", "end of text"),
        ("prioritty = low", "prioritty"),
        ("subject = x", "subject"),
        ("priority", "priority"),
        ("priority =", "end of text"),
        ("priority = hihg", "hihg"),
        ("priority > high", "priority"),
        ("is_escalated > yes", "is_escalated"),
        ("is_escalated = maybe", "maybe"),
        ("satisfaction > 'x'", "'x'"),
        ("satisfaction > nan", "nan"),
        ("satisfaction > Infinity", "Infinity"),
        ("satisfaction > 1000000000000", "1000000000000"),
        ("satisfaction > 0.1234567890123", "0.1234567890123"),
        ("at > yesterday", "yesterday"),
        ("at > 2026-02-30", "2026-02-30"),
        ("at > as_of - x", "x"),
        ("at > as_of - 1.5", "1.5"),
        ("at > as_of - 123456", "123456"),
        ("at > as_of -", "end of text"),
        ("priority in low", "low"),
        ("priority in (low", "end of text"),
        ("(priority = low", "end of text"),
        ("priority = low)", ")"),
        ("priority = low is_escalated", "is_escalated"),
        ("priority = low and", "end of text"),
        ("days from at > 3", ">"),
        ("days from as_of to as_of > 3", "as_of to as_of"),
        ("days from at to priority > 3", "priority"),
        ("hours from at to on > 3", "on"),
        ("days from at to on less priority > 3", "priority"),
        ("at > satisfaction", "satisfaction"),
        ("progress of at from satisfaction to on > 1", "at"),
        ("progress of satisfaction or as_of from at to on > 1", "satisfaction"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_where_it_stands(text: str, got: str) -> None:
    with pytest.raises(grammar.Unclear) as rejected:
        grammar.read(text, TICKETS)
    assert rejected.value.got == got


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
    with pytest.raises(grammar.Unclear, match="20"):
        grammar.read(text, TICKETS)


def test_twenty_deep_is_still_read() -> None:
    assert grammar.read("(" * 20 + "is_escalated" + ")" * 20, TICKETS) == ESCALATED


def test_a_long_condition_is_refused_and_the_longest_is_read() -> None:
    with pytest.raises(grammar.Unclear, match="2000"):
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
