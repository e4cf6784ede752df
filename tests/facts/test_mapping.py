"""This file tests that all faults of a mapping are reported at once, each with its line, what was found and the way out."""

from __future__ import annotations

import time
from datetime import date

import pytest

from keepwell.facts import mapping
from keepwell.facts.mapping import InvalidMapping
from tests.facts.harness import readings
from tests.outside import ROOT

SOURCE = "sources:\n  - file: a.csv\n    table: readings\n"
FIELDS = "{id: a, account_id: b, at: c, name: d, value: e}"


def faults(text: str) -> list[str]:
    with pytest.raises(InvalidMapping) as caught:
        mapping.read(text)
    return [str(fault) for fault in caught.value.faults]


def field(rule: str, name: str = "value") -> str:
    others = {"id": "a", "account_id": "b", "at": "c", "name": "d", "value": "e"} | {name: rule}
    return (
        SOURCE
        + "    fields:\n"
        + "".join(f"      {key}: {value}\n" for key, value in others.items())
    )


@pytest.mark.parametrize(
    "source",
    [
        f"{SOURCE}    feed: app\n    fields: {FIELDS}\n",
        f"{SOURCE}    feed: {{name: app, covers: all}}\n    fields: {FIELDS}\n",
        f"{SOURCE}    fields: {FIELDS}\n".replace("a.csv", "app.csv"),
    ],
)
def test_the_feed_of_what_people_type_is_taken(source: str) -> None:
    (said,) = faults(source)
    assert "sources[0].feed: reserved name: `app`. It is that of what people type" in said


@pytest.mark.parametrize("example", ["ravenstack", "churnsim", "starter"])
def test_the_examples_are_valid(example: str) -> None:
    assert mapping.read(
        (ROOT / f"examples/{example}/mapping.yaml").read_text(encoding="utf-8")
    ).sources


def test_all_faults_are_reported_at_once_in_the_order_of_their_lines() -> None:
    reported = faults(
        """\
zone: Europe/Belrin
sources:
  - file: a.csv
    table: usages
  - file: subs.csv
    table: contracts
    feeed: crm
    fields:
      id: id
      account_id: account
      starts_on: {column: start, date: "%q"}
      seats: seats
      annual_amount: {column: mrr, money: dollars, times: twelve}
"""
    )
    assert reported == [
        "mapping.yaml:1 zone: unknown time zone `Europe/Belrin`. Did you mean `Europe/Berlin`?",
        "mapping.yaml:4 sources[0].table: unknown table `usages`. Did you mean `usage`?",
        "mapping.yaml:7 sources[1].feeed: unknown key `feeed`. Did you mean `feed`?",
        'mapping.yaml:11 sources[1].fields.starts_on.date: not a date format: `%q`. Write it like "%d.%m.%Y", "%m/%d/%Y %H:%M", unix or unix_ms.',
        "mapping.yaml:12 sources[1].fields.seats: `contracts` has no field `seats`. It is called `units` here.",
        "mapping.yaml:13 sources[1].fields.annual_amount.money: not a currency code: `dollars`. Use a three-letter code such as EUR.",
        "mapping.yaml:13 sources[1].fields.annual_amount.times: not a number: `twelve`.",
    ]


def test_a_required_field_that_nothing_fills_is_reported() -> None:
    reported = faults(SOURCE + "    fields: {id: a, account_id: b, at: c}\n")
    assert reported == [
        "mapping.yaml:4 sources[0].fields: `readings` needs `name` (the metric).",
        "mapping.yaml:4 sources[0].fields: `readings` needs `value` (the number).",
    ]


def test_a_table_without_a_date_is_reported() -> None:
    reported = faults(
        "sources:\n  - file: a.csv\n    table: renewals\n    fields: {id: a, account_id: b, movement: c}\n"
    )
    assert reported == [
        "mapping.yaml:4 sources[0].fields: `renewals` needs a date: fill `noticed_on` or `decided_on` or `effective_on` or `due_on`."
    ]


@pytest.mark.parametrize(
    ("rule", "reported"),
    [
        ("{}", "needs one of `column`, `first`, `join`, `constant` or `make`, has none of them."),
        (
            "{column: a, constant: 1}",
            "needs one of `column`, `first`, `join`, `constant` or `make`, has `column` and `constant`.",
        ),
        ("{column: a, more: 1}", "unknown key `more`."),
        (
            "{column: a, date: '%Y'}",
            "`date` cannot be used for a quantity, only for date and moment.",
        ),
        ("{column: a, money: EUR}", "`money` cannot be used for a quantity, only for money."),
        ("{column: a, otherwise: reject}", "`otherwise` needs `values` beside it."),
        (
            "{column: a, lookup: {file: b.csv, match: c}}",
            "a lookup needs `file`, `match` and `take`.",
        ),
        ("{constant: many}", "not a value for `value`: `many`. Use a number."),
        (
            "{column: a, values: {x: 1, X: 2}}",
            "duplicate value (upper and lower case are the same).",
        ),
        ("[a, b]", "expected keys with values here."),
        ("", "no source column. Name the column, or remove the field."),
    ],
)
def test_a_rule_that_makes_no_sense_is_reported(rule: str, reported: str) -> None:
    assert any(
        reported in fault and fault.startswith("mapping.yaml:9 sources[0].fields.value")
        for fault in faults(field(rule))
    )


def test_a_constant_that_is_not_one_of_the_choices_is_reported() -> None:
    text = "sources:\n  - file: a.csv\n    table: surveys\n    fields: {id: a, account_id: b, at: c, kind: {constant: npps}}\n"
    assert faults(text) == [
        "mapping.yaml:4 sources[0].fields.kind.constant: not a value for `kind`: `npps`. Did you mean `nps`?"
    ]


@pytest.mark.parametrize(
    "name", ["on", "batch", "line", "rowid", "value_given", "Upper", "a b", "x; drop", "id", "1st"]
)
def test_an_extra_column_needs_a_valid_name_that_is_not_reserved(name: str) -> None:
    text = field("e") + f"    extras:\n      {name!r}: {{column: x, type: text}}\n"
    assert len(faults(text)) == 1


def test_an_extra_column_needs_a_type() -> None:
    assert (
        "unknown type `texts`. Did you mean `text`?"
        in faults(field("e") + "    extras: {note: {column: x, type: texts}}\n")[0]
    )


def test_a_feed_is_what_one_of_its_sources_says() -> None:
    text = (
        SOURCE
        + f"    feed: {{name: m, covers: named, since: 2026-01-01, expected_every: 2 weeks, lag: 3 days, through: load}}\n    fields: {FIELDS}\n"
    )
    text += f"  - file: b.csv\n    table: readings\n    feed: m\n    fields: {FIELDS}\n"
    feed = mapping.read(text).feeds["m"]
    assert (
        feed.covers,
        feed.since,
        feed.expected_every_days,
        feed.lag_days,
        feed.through_load,
    ) == (
        "named",
        date(2026, 1, 1),
        14,
        3,
        True,
    )


def test_a_feed_that_is_described_in_two_ways_is_reported() -> None:
    text = SOURCE + f"    feed: {{name: m, expected_every: 1 day}}\n    fields: {FIELDS}\n"
    text += f"  - file: b.csv\n    table: readings\n    feed: {{name: m, expected_every: 2 days}}\n    fields: {FIELDS}\n"
    assert faults(text) == [
        "mapping.yaml:6 sources[1].feed: the feed `m` is described twice, differently. Describe it once; elsewhere its name is enough."
    ]


def test_what_yaml_would_turn_into_booleans_dates_or_numbers_stays_text() -> None:
    rules = (
        mapping.read(field("{column: No, values: {yes: 1, 2026-01-01: 2, 0x1F: 3, TRUE: 4}}"))
        .sources[0]
        .rules
    )
    assert rules[-1].values == (("yes", "1"), ("2026-01-01", "2"), ("0x1f", "3"), ("true", "4"))


HOSTILE = {
    "a Python object": "a: !!python/object/apply:os.system ['true']\n",
    "any tag": "sources: !mine\n  - file: a.csv\n",
    "a billion laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    ),
    "an alias to itself": "a: &a [*a]\n",
    "deep nesting": "[" * 100_000,
    "deep keys": "".join(" " * n + f"a{n}:\n" for n in range(200)),
    "ten megabytes": "a: " + "x" * 10_000_000,
    "a key written twice": "sources: []\nsources: []\n",
    "a merge key": "<<: {a: 1}\n",
    "a list as a key": "? [a, b]\n: 1\n",
    "an unknown alias": "a: *nowhere\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "a NUL": "a: \0\n",
    "a tab": "\t- a\n",
    "nothing": "",
    "only a comment": "# hello\n",
    "a bare word": "hello\n",
    "no sources": "sources: []\n",
    "sources that are no list": "sources: 3\n",
    "a lone surrogate": "a: \udc80\n",
    "a million items": "a: [" + "x," * 400_000 + "]\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_yaml_is_one_clear_fault(text: str) -> None:
    began = time.perf_counter()
    reported = faults(text)
    assert len(reported) == 1
    assert len(reported[0]) < 300
    assert time.perf_counter() - began < 5


def test_the_mapping_that_other_tests_use_is_valid() -> None:
    assert mapping.read(readings()).tables == ("readings",)
