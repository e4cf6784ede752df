"""This file holds that what is written is read back as the same, and that no text makes the readers
fall over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepwell.facts.schema import TABLES
from keepwell.health.checks import check
from keepwell.health.definition import condition, document, edit, grammar
from keepwell.health.definition.scorecard import Definition
from tests.random.cards import definitions
from tests.random.conditions import conditions

WORDS = ("and", "or", "not", "in", "is", "missing", "(", ")", ",", "=", "!=", "<", ">=", "-", "as_of", "yes", "priority", "low",
         "quantity", "at", "is_escalated", "satisfaction", "12", "80 %", "2026-01-01", "'a'", '"', "nan", "\n", "é")  # fmt: skip


@given(definitions(), st.text(max_size=40))
def test_a_written_card_reads_back_as_the_same(made: Definition, title: str) -> None:
    text = document.write(made)
    read = document.read(text, file="card.yaml", tables=TABLES)
    assert read.definition == made, [str(fault) for fault in read.faults]
    assert document.write(read.definition) == text
    amended = document.read(
        edit.amend(text, {"": {"title": title.strip()}}), file="card.yaml", tables=TABLES
    )
    if title.strip().isprintable():
        assert amended.definition is not None
        assert amended.definition.title == title.strip()


@given(
    st.sampled_from(list(TABLES.values())).flatmap(
        lambda table: st.tuples(st.just(table), conditions(table, 3))
    )
)
def test_a_written_condition_reads_back_as_the_same(
    given_: tuple[object, condition.Condition],
) -> None:
    table, made = given_
    assert grammar.read(condition.write(made), table) == made  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=60))
def test_any_words_are_a_condition_or_a_plain_error(text: str) -> None:
    try:
        made = grammar.read(text, TABLES["tickets"])
    except grammar.Unclear:
        return
    assert grammar.read(condition.write(made), TABLES["tickets"]) == made


@given(
    definitions(),
    st.integers(0, 10_000),
    st.sampled_from((":", "- ", "\t", "{", "]", "'", "&a ", "*a", "!!x ", "\x00", "nan", "")),
)
def test_a_damaged_card_is_read_or_refused_with_a_line(
    made: Definition, at: int, damage: str
) -> None:
    text = document.write(made)
    at %= len(text)
    read = check.check(text[:at] + damage + text[at + 1 :], file="card.yaml", tables=TABLES)
    assert read.definition is not None or any(fault.is_error for fault in read.faults)
    assert all(fault.line or fault.code.startswith("Y") for fault in read.faults)
