"""This file holds that every code of a check has its entry in docs/checks.md, and that its example makes it and unmakes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.checks import check, codes
from keepwell.health.checks.evidence import Evidence, Measured
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.field import Faults, Fields
from keepwell.health.definition.node import MOST_BYTES, parse
from keepwell.health.definition.word import Word
from tests.house import checks

DAY = date(2026, 3, 2)
SEEN = Measured(accounts=50, known=50, at_worst=10, at_best=10)
# What an example in words says, tried: the finding, and beside it what is without.
SURROUNDINGS = {
    "C613": (Evidence(accounts=400, without_score=90), Evidence(accounts=400, without_score=40)),
    "C625": (Evidence(feeds=(Feed("p", ("usage",), expected_every_days=30),)), Evidence(feeds=(Feed("p", ("usage",), expected_every_days=28),))),
    "C626": (
        Evidence(scored_on=(date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1))),
        Evidence(scored_on=tuple(DAY + timedelta(days=7 * week) for week in range(5))),
    ),
    "C741": (
        Evidence(published_on=(date(2026, 2, 10), date(2026, 3, 3))),
        Evidence(published_on=(date(2026, 2, 10), date(2026, 8, 11))),
    ),
    "C801": (replace(SEEN, known=0, reason="not_covered"), replace(SEEN, known=12, reason="not_covered", at_best=0)),
    "C802": (replace(SEEN, known=9, reason="no_rows"), replace(SEEN, known=10)),
    "C803": (replace(SEEN, only_value="1"), replace(SEEN, known=9, accounts=10, only_value="1")),
    "C805": (
        Evidence(unseen={Word("usage", "feature", "close"): (("closing", 12),)}),
        Evidence(unseen={Word("usage", "feature", "another"): ()}),
    ),
    "C804": (replace(SEEN, at_best=45), replace(SEEN, at_best=44)),
}  # fmt: skip
HABIT = """\
        window: 28 days
        points: {worst: 2, best: 18}
        weight: 2
        missing: skip
"""
HABIT_BY_DAY = """\
        window: {} days
        points: {{baseline: {} days, worst: 0, best: 1}}
        weight: 2
        missing: {}
"""
TEXTS = {
    "Y001": ("#" * (MOST_BYTES + 1), "#" * (MOST_BYTES // 2) + "\n" + checks.card()),
    "Y002": ("# only a comment\n", checks.card()),
    "C100": ("sources: []\n", checks.card()),
    "C112": (
        checks.card().replace("name: Green", f"name: {'Green' * 13}"),
        checks.card().replace("name: Green", f"name: {'Green' * 12}"),
    ),
    "C113": (
        checks.card().replace(HABIT, HABIT_BY_DAY.format(1, 3660, "carry 3660 days")),
        checks.card().replace(HABIT, HABIT_BY_DAY.format(28, 364, "carry 56 days")),
    ),
    "C903": (
        checks.card().replace("weight: 0\n", "weight: 2\n        indicator: lagging\n"),
        checks.card(),
    ),
}


def found(text: str, evidence: Evidence = check.NOTHING_KNOWN) -> set[str]:
    """The codes of all findings; each has a line and a way to be printed."""
    document = check.check(text, file="card.yaml", tables=TABLES, evidence=evidence)
    assert all(
        str(fault) and (fault.line or fault.code.startswith("Y")) for fault in document.faults
    )
    return {fault.code for fault in document.faults}


def test_in_the_card_of_the_examples_nothing_is_found() -> None:
    faults = check.check(checks.card(), file="card.yaml", tables=TABLES).faults
    assert [str(fault) for fault in faults] == []


def test_every_code_has_its_entry_and_no_entry_is_left_over() -> None:
    written = [entry.code for entry in checks.entries()]
    assert sorted(written) == sorted(checks.codes() | set(codes.ADVICE))


@pytest.mark.parametrize("entry", checks.entries(), ids=lambda entry: entry.code)
def test_an_entry_says_what_it_means_why_it_matters_and_what_to_do(entry: checks.Entry) -> None:
    assert all(part in entry.text for part in checks.PARTS)
    assert entry.hunks or ("Before:" in entry.example and "After:" in entry.example)
    if entry.code in codes.ADVICE:
        assert entry.name == codes.ADVICE[entry.code].name


@pytest.mark.parametrize(
    "entry", [entry for entry in checks.entries() if entry.hunks], ids=lambda entry: entry.code
)
def test_an_example_makes_its_finding(entry: checks.Entry) -> None:
    assert entry.code in found(entry.before(checks.card()))


@pytest.mark.parametrize("code", SURROUNDINGS)
def test_what_is_known_around_a_card_makes_its_finding(code: str) -> None:
    makes, unmakes = (
        Evidence(measured={"usage.seats_in_use": each}) if isinstance(each, Measured) else each
        for each in SURROUNDINGS[code]
    )
    assert code in found(checks.card(), makes)
    assert code not in found(checks.card(), unmakes)


@pytest.mark.parametrize("code", TEXTS)
def test_a_whole_text_makes_its_finding(code: str) -> None:
    makes, unmakes = TEXTS[code]
    assert code in found(makes)
    assert code not in found(unmakes)


@pytest.mark.parametrize(
    ("changes", "code", "is_found"),
    [
        ((("least_coverage: 50 %", "least_coverage: 90 %"),), "C611", False),
        (
            (
                (
                    "take: distinct user\n        window: 62",
                    "take: distinct user\n        window: 365",
                ),
            ),
            "C621",
            True,
        ),
        (
            (
                (
                    "take: distinct user\n        window: 62",
                    "take: distinct user\n        window: 365",
                ),
                (
                    "leading\n        playbook: Ask who closes",
                    "lagging\n        playbook: Ask who closes",
                ),
            ),
            "C621",
            False,
        ),
        (
            (
                ("    matters_to: [enterprise]\n", ""),
                (
                    "weight: 2\n        missing: skip\n        indicator: leading\n        playbook: Go",
                    "weight: 0\n        missing: skip\n        indicator: leading\n        playbook: Go",
                ),
            ),
            "C733",
            True,
        ),
        (
            (
                ("matters_to: [enterprise]", "matters_to: [everyone]"),
                ("{support: 30}", "{value.days_to_close: 0}"),
            ),
            "C733",
            False,
        ),
    ],
)
def test_beside_an_example_lies_what_is_none(
    changes: tuple[tuple[str, str], ...], code: str, is_found: bool
) -> None:
    text = checks.card()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    assert (code in found(text)) == is_found


def test_neither_yes_nor_no_is_found() -> None:
    faults = Faults("card.yaml")
    fields = Fields(parse("a: maybe\nb: yes\n", "card.yaml"), "", faults)
    assert (fields.flag("a"), fields.flag("b")) == (False, True)
    assert [fault.code for fault in faults.found] == ["C108"]


def test_every_code_without_an_example_in_lines_is_tried_here() -> None:
    apart = {entry.code for entry in checks.entries() if not entry.hunks}
    assert apart == {*SURROUNDINGS, *TEXTS, "C108"}
