"""This file holds what of a card reads columns without a history, and that the card without it shares the weights as any other."""

from __future__ import annotations

from dataclasses import replace

from keepwell.facts.schema import TABLES
from keepwell.health.catalogue import undated
from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition, nominal_shares

CARD = """\
keepwell: 1
name: first
least_coverage: 50 %
bands:
  - {name: Green, from: 60, means: healthy}
  - {name: Red, from: 0, means: at risk}
segments:
  - {segment: large, when: employees >= 500, weights: {use: 3}}
  - {segment: starter, when: plan = Starter, weights: {use: 2, profile: 5}}
rules:
  - {cap: 40, when: size_points < 20, because: too small}
  - {cap: 30, when: uses = 0, because: silent}
health:
  - group: use
    weight: 1
    of:
      - {measure: uses, table: usage, take: count, window: 28 days, weight: 1, points: {worst: 0, best: 6}, missing: skip}
      - {measure: per_user, table: usage, take: count, window: 28 days, weight: 3, points: {own_target: target_users, worst: 0, best: 1}, missing: skip}
      - {measure: watched, table: accounts, take: latest employees, weight: 0, points: {worst: 0, best: 9}, missing: skip}
  - group: profile
    weight: 1
    of:
      - {measure: size, table: accounts, take: latest employees, weight: 1, points: {worst: 0, best: 9}, missing: skip}
"""


def read(text: str = CARD) -> Definition:
    return document.read(text, file="card.yaml", tables=TABLES).definition


def test_measures_segments_and_rules_that_read_a_column_are_found() -> None:
    found = undated.of(read(), ["accounts.employees", "accounts.country"], TABLES)
    assert found.columns == {"accounts.employees"}
    assert found.measures == ("profile.size",)  # a measure that does not count does no harm
    assert found.segments == ("large",)
    assert found.rules == ("too small",)


def test_the_rest_gives_the_weight_to_what_is_left() -> None:
    found = undated.of(read(), ["accounts.employees"], TABLES)
    rest = found.rest
    assert rest is not None
    shares = nominal_shares(rest.root)
    assert {path: share for path, share in shares.items() if share} == {
        "use.uses": 0.25, "use.per_user": 0.75
    }  # fmt: skip
    assert [each.because for each in rest.root.rules] == ["silent"]
    (left,) = rest.segments
    assert (left.name, left.amendment.weights) == ("starter", (("use", 2.0),))


def test_a_target_of_the_account_is_read_too() -> None:
    found = undated.of(read(), ["accounts.target_users"], TABLES)
    assert found.measures == ("use.per_user",)
    assert found.rest is not None
    shares = nominal_shares(found.rest.root)
    assert shares["use.uses"] == shares["profile.size"] == 0.5


def test_nothing_is_left_of_a_card_of_attributes_alone() -> None:
    card = read()
    alone = replace(card, root=replace(card.root, children=card.root.children[1:]), segments=())
    found = undated.of(alone, ["accounts.employees"], TABLES)
    assert (found.measures, found.rest) == (("profile.size",), None)
    assert not undated.of(card, [], TABLES).columns
