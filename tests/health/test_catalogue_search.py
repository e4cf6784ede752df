"""This file tests how metrics are found by what people call them."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health import catalogue
from keepwell.health.catalogue import Metric

METRICS = catalogue.metrics(TABLES)


def found(words: str, area: str = "") -> list[str]:
    return [metric.name for metric in catalogue.search(TABLES, words, area)]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("ROI", ["outcomes_confirmed", "return_on_investment", "return_claimed", "return_stated"]),
        ("roi value", ["outcomes_confirmed", "return_on_investment", "return_claimed", "return_stated"]),
        ("ARR", ["amount_a_year"]),
        ("CES", ["effort"]),
        ("time to value", ["days_to_first_value"]),
        ("churn", ["lines_ended", "terms_renewed", "amount_renewed", "decided_to_leave"]),
        ("QBR", ["meetings_held", "reviews_held"]),
        ("M&A", ["acquisitions"]),
        ("net retention", ["amount_renewed"]),
        ("uptime", ["availability"]),
        ("use_to_own_past", ["use_to_own_past"]),
    ],
)  # fmt: skip
def test_a_metric_is_found_by_what_people_call_it(words: str, names: list[str]) -> None:
    assert found(words) == names


def test_net_promoter_score_is_found_in_both_ways() -> None:
    assert set(found("net promoter score")) <= {each.name for each in METRICS if each.area == "sentiment"}  # fmt: skip
    assert "recommendation" in found("net promoter score")
    assert "recommendation" in found("nps")


def test_a_word_is_looked_for_where_words_begin() -> None:
    assert "amount_a_year" not in found("evenue")
    assert "amount_a_year" in found("reven")
    assert found("rr") == []


def test_where_nothing_is_called_so_the_texts_are_searched() -> None:
    assert not any(metric.is_called("hopeful") for metric in METRICS)
    assert found("hopeful") == ["pulse"]
    assert found("hopeful renewal pulse") == ["pulse"], "each word may stand elsewhere"
    assert found("hopeful", "usage") == []


def test_without_words_all_are_found() -> None:
    assert found("") == [metric.name for metric in METRICS]
    assert found("", "value") == [metric.name for metric in METRICS if metric.area == "value"]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: str(metric.name))
def test_what_it_is_also_called_adds_to_its_name(metric: Metric) -> None:
    assert 1 <= len(metric.also) <= 6, "a small list"
    assert len(set(metric.also)) == len(metric.also)
    own = {metric.name.replace("_", " "), metric.title.lower()}
    assert not own & {name.lower() for name in metric.also}
    assert all(len(name) <= 40 for name in metric.also)
    assert len(metric.title) <= 44, "with its name it stands on one line of 80 columns"
    assert len(metric.name) + len(metric.title) <= 76
