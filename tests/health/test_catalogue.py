"""This file tests the catalogue: what each metric says, and how one is put into a card."""

from __future__ import annotations

from functools import cache

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health import cards, catalogue
from keepwell.health.catalogue import Metric, NoSuchMetric, NotAdded
from keepwell.health.catalogue.metric import BY_MEANING, NO_FIGURE
from keepwell.health.checks import check
from keepwell.health.definition import document
from keepwell.health.definition.scale import Lookup
from keepwell.health.definition.scorecard import Definition, Leaf, walk
from keepwell.health.definition.table import LOAD_COLUMNS
from tests.health.cards import CARD

METRICS = catalogue.metrics(TABLES)
READY = cards.ready("b2b-saas")
SMALL = CARD.replace("seats_in_use", "seats").replace("our_view", "view")


@cache
def read(text: str) -> Definition:
    found = document.read(text, file="card.yaml", tables=TABLES)
    assert found.definition is not None, [str(fault) for fault in found.faults]
    return found.definition


def put(text: str, name: str, group: str = "", weight: str = "0") -> tuple[str, str]:
    metric = catalogue.find(TABLES, name)
    return catalogue.add(text, read(text), metric, group=group, weight=weight, tables=TABLES)


def by_name(metric: Metric) -> str:
    return metric.name


def test_what_a_metric_is_divided_by_is_needed_too() -> None:
    needs = {metric.name: [str(need) for need in metric.needs] for metric in METRICS}
    assert needs["calls_used"][1] == "contracts (unit: api call, units)"
    assert needs["key_feature_adoption"][1] == "features (feature, is_key)"
    assert needs["breadth_of_adoption"][1] == "features (feature)"
    assert needs["return_on_investment"][1] == "contracts (annual_amount)"
    assert needs["settled_seats_in_use"][1] == "contracts (unit, units)"


def test_there_are_at_least_sixty_in_ten_areas() -> None:
    assert len(METRICS) >= 60
    assert len(catalogue.areas(TABLES)) == 10
    assert all(len(area.metrics) >= 5 for area in catalogue.areas(TABLES))


def test_names_and_titles_stand_for_one_metric_each() -> None:
    for names in ([metric.name for metric in METRICS], [metric.title for metric in METRICS]):
        assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("metric", METRICS, ids=by_name)
def test_every_table_and_column_is_one_that_can_be_imported(metric: Metric) -> None:
    for need in metric.needs:
        known = {*TABLES[need.table].names, *(column.name for column in LOAD_COLUMNS)}
        assert set(need.columns) <= known
        personal = {column.name for column in TABLES[need.table].columns if column.personal}
        assert not set(need.columns) & personal


@pytest.mark.parametrize("metric", METRICS, ids=by_name)
def test_a_target_comes_with_its_source_and_a_source_with_a_target(metric: Metric) -> None:
    assert bool(metric.target) == (metric.figure != NO_FIGURE)
    assert metric.published is None or any(sign.isdigit() for sign in metric.figure), (
        "a source without its figure"
    )
    if metric.figure not in (NO_FIGURE, BY_MEANING):
        assert len(metric.figure) > 20


@pytest.mark.parametrize("metric", METRICS, ids=by_name)
def test_every_sentence_is_a_plain_one(metric: Metric) -> None:
    texts = (
        metric.definition,
        metric.why,
        metric.beware,
        *([metric.playbook] if metric.is_leading else []),
    )
    for text in texts:
        assert text.endswith(".")
        assert text[0].isupper()
        assert len(text) < 220, "one or two sentences"
    assert (
        metric.measure.unit
        or metric.measure.take in ("share", "ratio")
        or _speaks_for_itself(metric)
    )


def _speaks_for_itself(metric: Metric) -> bool:
    """Whether its number is a share, a place among others, a word, or an answer on a scale that its definition names."""
    measure = metric.measure
    is_share = (
        measure.is_growth
        or bool(measure.per)
        or type(measure.scale).__name__ in ("Baseline", "OwnTarget", "Peers")
    )
    return (
        is_share
        or isinstance(measure.scale, Lookup)
        or " to " in metric.definition
        or "Amount" in metric.definition
    )


@pytest.mark.parametrize("metric", METRICS, ids=by_name)
def test_every_metric_can_be_put_into_a_card_and_is_read_back(metric: Metric) -> None:
    text, path = put(SMALL, metric.name, "adoption", "12.5")
    found = dict(walk(read(text).root))[path]
    assert isinstance(found, Leaf)
    assert (found.measure, found.weight, found.policy) == (metric.measure, 12.5, metric.missing)


def test_a_card_of_all_metrics_is_in_order() -> None:
    entries = "".join(
        f"  - {metric.entry('1').replace(chr(10), chr(10) + '    ').rstrip()}\n"
        for metric in METRICS
    )
    checked = check.check(SMALL + entries, file="card.yaml", tables=TABLES)
    assert [str(fault) for fault in checked.faults if fault.is_error] == []
    assert checked.definition is not None
    assert len(checked.definition.measures) == len(METRICS) + 3


def test_what_the_ready_cards_share_with_the_catalogue_reads_the_same_rows() -> None:
    for measure in read(READY).measures:
        metric = catalogue.find(TABLES, measure.name).measure
        assert (metric.table, metric.take, metric.column, metric.where, metric.part, metric.window, metric.per) == (
            measure.table, measure.take, measure.column, measure.where, measure.part, measure.window, measure.per,
        )  # fmt: skip


def test_the_metric_stands_behind_the_last_entry_of_its_group_and_no_other_line_moves() -> None:
    text, path = put(READY, "pulse", "sentiment")
    assert path == "sentiment.pulse"
    before, after = READY.splitlines(), text.splitlines()
    at = next(nth for nth, line in enumerate(after) if line.strip() == "- measure: pulse")
    assert after[:at] == before[:at]
    length = len(after) - len(before)
    assert after[at + length :] == before[at:]
    assert after[at + length : at + length + 2] == ["", "  - group: engagement"]


def test_comments_stay_where_they_are() -> None:
    text, _ = put(CARD, "red_pulses", "adoption")
    assert [line for line in text.splitlines() if "#" in line] == [
        line for line in CARD.splitlines() if "#" in line
    ]
    assert text.index("red_pulses") < text.index("our_view")


def test_a_comment_about_what_follows_stays_with_it() -> None:
    card = CARD.replace("  - measure: our_view", "\n  # What we think.\n  - measure: our_view")
    text, _ = put(card, "red_pulses", "adoption")
    assert "\n\n  # What we think.\n  - measure: our_view" in text
    assert text.index("red_pulses") < text.index("# What we think.")


def test_a_card_with_one_group_needs_no_group_said() -> None:
    assert put(CARD, "red_pulses")[1] == "adoption.red_pulses"


def test_a_card_without_groups_takes_it_at_the_top() -> None:
    card = CARD[: CARD.index("  - group:")] + CARD[CARD.index("  - measure: our_view") :]
    text, path = put(card, "red_pulses")
    assert (path, read(text).measures[-1].name) == ("red_pulses", "red_pulses")


def test_line_ends_and_a_missing_last_one_stay() -> None:
    text, _ = put(READY.replace("\n", "\r\n").rstrip("\r\n"), "pulse", "value")
    assert text.count("\r\n") == text.count("\n")
    bare = READY.partition("\n# Where accounts differ")[0].rstrip("\n")
    text, _ = put(bare, "pulse", "value")
    assert text.startswith(bare + "\n      - measure: pulse")


@pytest.mark.parametrize(
    ("name", "group", "part"),
    [
        ("seats_in_use", "value", ", at usage.seats_in_use"),
        ("pulse", "", "--group usage"),
        ("pulse", "valu", "Did you mean `value`?"),
        ("pulse", "usage.seats_in_use", "has no group"),
    ],
)
def test_what_cannot_be_added_says_why_and_the_way_out(name: str, group: str, part: str) -> None:
    with pytest.raises(NotAdded) as rejected:
        put(READY, name, group)
    assert part in str(rejected.value)


def test_a_name_that_a_group_has_is_taken_too() -> None:
    with pytest.raises(NotAdded, match=", at advocacy"):
        put(READY.replace("- group: value", "- group: advocacy"), "advocacy", "usage")


def test_a_group_on_one_line_takes_nothing() -> None:
    card = CARD.replace("health:\n", "health:\n  - {group: flat, weight: 1, of: [{measure: calls, table: tickets, take: count,"
                        " window: 7 days, points: {worst: 1, best: 0}, weight: 1, missing: skip}]}\n")  # fmt: skip
    with pytest.raises(NotAdded, match="a line of its own"):
        put(card, "red_pulses", "flat")


def test_a_group_whose_end_is_not_seen_takes_nothing() -> None:
    points = "points: {steps: [{below: 1, points: 0}, {otherwise: 100}]}"
    card = CARD.replace(points, "points: {steps: [{below: 1, points: 0},\n {otherwise: 100}]}")
    assert read(card) == read(CARD)
    card = card.replace("        missing: skip\n        indicator: leading\n", "").replace(
        "        weight: 1   #", "        missing: skip\n        weight: 1   #"
    )
    with pytest.raises(NotAdded, match="other lines"):
        put(card, "red_pulses", "adoption")


def test_a_search_finds_what_says_every_word_in_any_case() -> None:
    found = {metric.name for metric in catalogue.search(TABLES, "CHAMPIONS who left")}
    assert found == {"champions", "champions_lost"}
    assert catalogue.search(TABLES, "no such words") == ()
    assert {metric.area for metric in catalogue.search(TABLES, area="support")} == {"support"}


def test_a_name_that_is_not_there_gives_the_nearest_or_a_search() -> None:
    with pytest.raises(NoSuchMetric, match="Did you mean `seats_in_use`"):
        catalogue.find(TABLES, "seat_in_use")
    with pytest.raises(NoSuchMetric, match="--search weather"):
        catalogue.find(TABLES, "weather")
