"""This file tests how a card's YAML is read, written and amended."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document, edit, node
from keepwell.health.definition.denominator import Denominator
from keepwell.health.definition.scale import Linear, Steps
from keepwell.health.definition.scorecard import Group, Leaf
from keepwell.health.definition.trend import Trend
from keepwell.health.definition.window import Window
from tests.health.cards import CARD


def read(text: str) -> document.Document:
    return document.read(text, file="card.yaml", tables=TABLES)


def found(text: str) -> list[tuple[object, ...]]:
    return [(fault.code, fault.line, fault.path, fault.got) for fault in read(text).faults]


def test_a_card_is_read_as_it_is_written() -> None:
    card = read(CARD).definition
    assert card is not None
    adoption, view = card.root.children
    assert (card.name, card.title, card.least_coverage, len(card.bands)) == (
        "our-card",
        "Our card",
        0.5,
        2,
    )
    assert isinstance(adoption, Group)
    assert adoption.weight == 3.0
    seats, features = adoption.children
    assert isinstance(seats, Leaf)
    assert isinstance(features, Leaf)
    assert (seats.policy, seats.carry_days, seats.weight, seats.measure.per) == (
        "carry",
        56,
        2.0,
        Denominator("seat"),
    )
    assert (seats.measure.window, seats.measure.scale) == (Window(28), Linear(0.0, 0.8))
    assert (features.measure.label, features.measure.scale) == (
        "Key features",
        Steps(((1.0, 0.0),), 100.0),
    )
    assert isinstance(view, Leaf)
    assert (view.policy, view.measure.is_manual, view.measure.is_leading) == (
        "neutral",
        True,
        False,
    )


def test_each_entry_knows_its_line() -> None:
    assert read(CARD).lines == {
        "": 1,
        "adoption": 10,
        "adoption.seats_in_use": 14,
        "adoption.key_features": 23,
        "our_view": 33,
    }


def test_silence_asks_for_tenure_as_long_as_the_window_unless_the_card_says_otherwise() -> None:
    card = read(CARD).definition
    assert card is not None
    assert [measure.least_tenure_days for measure in card.measures] == [28, 28, 0]
    shorter = read(
        CARD.replace("        per: seat\n", "        per: seat\n        least_tenure: 7 days\n")
    ).definition
    assert shorter is not None
    assert shorter.measures[0].least_tenure_days == 7
    none = read(
        CARD.replace("        per: seat\n", "        per: seat\n        least_tenure: none\n")
    ).definition
    assert none is not None
    assert none.measures[0].least_tenure_days == 0
    assert "least_tenure: none" in document.write(none)


def test_a_card_written_and_read_again_is_the_same() -> None:
    card = read(CARD).definition
    assert card is not None
    assert read(document.write(card)).definition == card


def test_all_faults_are_found_at_once() -> None:
    broken = (
        CARD.replace("name: our-card", "name: Our card")
        .replace("least_coverage: 50 %", "least_coverage: 500 %")
        .replace("means: at risk", "means: risky")
        .replace("table: pulses", "table: pulse")
        .replace("missing: carry 56 days", "missing: carry")
        .replace("take: distinct feature", "take: distinct featur")
        .replace("worst: 0, best: 80 %", "worst: 1, best: 1")
        .replace("    weight: 3\n", "    wieght: 3\n")
        .replace("source: manual", "source: by hand")
    )
    assert found(broken) == [
        ("C107", 5, "least_coverage", "500 %"),
        ("C105", 3, "name", "Our card"),
        ("C104", 8, "bands[1].means", "risky"),
        ("C102", 10, "adoption.weight", ""),
        ("C308", 21, "adoption.seats_in_use.missing", "carry"),
        ("C201", 20, "adoption.seats_in_use.points.best", "1"),
        ("C207", 27, "adoption.key_features.take", "featur"),
        ("C111", 11, "adoption.wieght", "wieght"),
        ("C104", 34, "our_view.table", "pulse"),
        ("C104", 40, "our_view.source", "by hand"),
    ]
    assert read(broken).definition is None


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("keepwell: 1", "keepwell: 2", ("C104", 2, "keepwell", "2")),
        ("key_features", "seats_in_use", ("C307", 23, "adoption.seats_in_use.measure", "seats_in_use")),
        ("- measure: our_view", "- group: adoption\n    of: []", ("C304", 34, "adoption.of", "")),
        ("- measure: our_view", "- mesure: our_view", ("C306", 33, "[1]", "")),
        ("window: 4 weeks", "window: 4 months", ("C110", 17, "adoption.seats_in_use.window", "4 months")),
        ("        window: 28 days\n", "", ("C210", 23, "adoption.key_features.window", "")),
        ("window: 90 days", "window: now", ("C211", 36, "our_view.window", "")),
        ("take: distinct feature", "take: days since", ("C212", 28, "adoption.key_features.window", "")),
        ("take: distinct feature", "take: mean feature", ("C208", 27, "adoption.key_features.take", "")),
        ("take: distinct feature", "take: mean progress of quantity from quantity to quantity", ("C208", 27, "adoption.key_features.take", "")),
        ("take: distinct feature", "take: sum days from at to quantity", ("C207", 27, "adoption.key_features.take", "quantity")),
        ("take: distinct feature", "take: distinct person.email", ("C207", 27, "adoption.key_features.take", "person.email")),
        ("take: distinct feature", "take: distinct loaded_at", ("C207", 27, "adoption.key_features.take", "loaded_at")),
        ("        take: distinct feature\n", "        take: distinct feature\n        each: first per user\n", ("C222", 28, "adoption.key_features.each", "first per user")),
        ("        take: distinct feature\n", "        take: distinct feature\n        each: latest per usr\n", ("C207", 28, "adoption.key_features.each", "usr")),
        ("take: distinct feature", "take: often", ("C206", 27, "adoption.key_features.take", "often")),
        ("not product = Lab", "not prodct = Lab", ("C209", 26, "adoption.key_features.where", "prodct")),
        ("take: latest pulse", "take: count", ("C213", 38, "our_view.points", "")),
        ("{lookup: {green: 100, amber: 50, red: 0}}", "{worst: 0, best: 1}", ("C213", 38, "our_view.points", "")),
        ("green: 100", "grene: 100", ("C215", 38, "our_view.points", "grene")),
        ("take: distinct user", "take: share where user = ann", ("C214", 18, "adoption.seats_in_use.per", "")),
        ("table: pulses\n    take: latest pulse", "table: features\n    take: count", ("C216", 34, "our_view.table", "features")),
        ("per: seat", "per: chair", ("C104", 18, "adoption.seats_in_use.per", "chair")),
        ("take: latest pulse", "take: latest note", ("C207", 35, "our_view.take", "note")),
        ("health:\n", "health: []\nrest:\n", ("C304", 9, "health", "")),
    ],
)  # fmt: skip
def test_a_card_with_one_mistake_says_which(old: str, new: str, fault: tuple[object, ...]) -> None:
    assert old in CARD
    faults = found(CARD.replace(old, new))
    assert fault in faults, faults


def test_a_text_that_is_no_card_has_one_fault() -> None:
    assert found("") == [("Y002", 1, "", "")]
    assert found("- a list") == [("C100", 1, "", "a list")]
    other = "sources:\n  - file: a.csv\n    table: usage\nversion: 3\n"
    assert found(other) == [("C100", 1, "", "sources, version")]


def test_what_was_found_is_shown_by_its_first_words() -> None:
    faults = read(CARD.replace("4 weeks", "x" * 5000).replace("our_view", "y" * 5000)).faults
    assert {len(fault.got) for fault in faults} == {60}
    assert max(len(str(fault)) for fault in faults) < 500


def test_amending_changes_one_field_and_keeps_every_comment() -> None:
    amended = edit.amend(CARD, {"adoption.key_features": {"weight": 2}, "": {"title": "Ours"}})
    differing = [
        (old, new)
        for old, new in zip(CARD.splitlines(), amended.splitlines(), strict=True)
        if old.split() != new.split()
    ]
    assert differing == [
        ("title: Our card", "title: Ours"),
        ("        weight: 1   # tried since March", "        weight: 2   # tried since March"),
    ]


def test_amending_takes_a_field_out_and_puts_one_in() -> None:
    amended = edit.amend(CARD, {"our_view": {"source": None, "why": "We know them."}})
    card = read(amended).definition
    assert card is not None
    assert (card.measures[2].is_manual, card.measures[2].why) == (False, "We know them.")


def test_amending_what_is_not_there_or_not_a_card_is_refused() -> None:
    with pytest.raises(KeyError, match="adoption.seats"):
        edit.amend(CARD, {"adoption.seats": {"weight": 2}})
    with pytest.raises(node.Unreadable):
        edit.amend("a: !!python/name:os.system ''", {"": {"title": "x"}})


def test_hysteresis_and_a_trend_are_read_and_amended() -> None:
    assert (document.read(CARD, file="c", tables=TABLES).definition or 0).trend == Trend(28, 5.0)  # type: ignore[union-attr]
    lines = "band_margin: 3\ntrend: {look_back: 4 weeks, least_move: 2.5}\nhealth:"
    text = edit.amend(CARD.replace("health:", lines), {"": {"band_margin": 4}})
    read = document.read(text, file="card.yaml", tables=TABLES).definition
    assert read is not None
    assert (read.hysteresis, read.trend) == (4.0, Trend(28, 2.5))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("band_margin: 21", "C107"), ("band_margin: -1", "C107"), ("band_margin: few", "C106"),
        ("trend: {look_back: now}", "C110"), ("trend: {look_back: 0 days}", "C110"), ("trend: {least_move: 101}", "C107"),
        ("trend: {look: 28 days}", "C111"), ("trend: 28 days", "C101"),
    ],
)  # fmt: skip
def test_hysteresis_or_a_trend_that_cannot_be_is_rejected(line: str, code: str) -> None:
    read = document.read(
        CARD.replace("health:", f"{line}\nhealth:"), file="card.yaml", tables=TABLES
    )
    assert [each.code for each in read.faults] == [code]


def test_hysteresis_as_wide_as_a_band_is_rejected() -> None:
    narrow = CARD.replace(
        "  - {name: Red", "  - {name: Amber, from: 60, means: watch}\n  - {name: Red"
    )
    for hysteresis, codes in ((9, []), (10, ["C312"])):
        read = document.read(
            narrow.replace("health:", f"band_margin: {hysteresis}\nhealth:"),
            file="c",
            tables=TABLES,
        )
        assert [each.code for each in read.faults] == codes
