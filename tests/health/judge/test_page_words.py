"""This file holds the wording of every sentence that a page has beside its figures, and when it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition
from keepwell.health.judge import page_words, verdicts, words
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.judgement import Backtest
from keepwell.health.judge.rates import Part
from tests.cast import CARD
from tests.judgements import judged


@pytest.fixture(scope="module")
def card() -> Definition:
    from keepwell.facts.schema import TABLES

    found = document.read(CARD, file="card.yaml", tables=TABLES).definition
    assert found is not None
    return found


@pytest.fixture(scope="module")
def found(card: Definition) -> Backtest:
    return judged(card, leavers=40, stayers=60).backtest


def share(value: float | None, low: float | None = None, high: float | None = None) -> Estimate:
    return Estimate(value, low, high, 40, 60, 500, "wilson")


def part(
    name: str, value: float | None, low: float | None, high: float | None, lift: float | None = None
) -> Part:
    return Part(name, share(value, low, high), share(lift), 9, 10.0, 20.0)


def test_every_verdict_has_its_answer_and_its_word() -> None:
    codes = {verdicts.of_auc(*each) for each in (
        (0.4, 0.3, 0.45), (0.5, 0.4, 0.6), (0.6, 0.4, 0.9), (0.6, 0.55, 0.64), (0.8, 0.55, 0.9), (0.8, 0.7, 0.9),
    )} | {"too_few"}  # fmt: skip
    assert codes == words.ANSWERS.keys() == words.BRIEFLY.keys()


def test_an_auc_is_said_in_pairs() -> None:
    assert page_words.pairs(share(0.5)).endswith("in **50 of 100 pairs**; guessing gives 50.")
    assert page_words.pairs(share(None)) == (
        "There was no leaver beside a stayer of the same month, so no pair can be compared."
    )


def test_too_few_says_how_many_it_takes_and_vouches_for_no_interval() -> None:
    few = verdicts.too_few(4, 20)
    assert few is not None
    assert page_words.undecided(few, share(0.79, 0.41, 1.0)) == (
        "Only **4 leavers and 20 stayers** are known, and it takes 30 of each to judge a score. With so few the score may look better "
        "or worse than it is: the interval runs from **0.41** to **1.00**."
    )
    assert page_words.undecided(few, share(None)).endswith("it takes 30 of each to judge a score.")
    assert page_words.more_leavers(few) == (
        "More decisions.", "4 of 30 leavers and 20 of 30 stayers so far.",
    )  # fmt: skip
    late = verdicts.too_few(15, 400, months=12)
    assert late is not None
    assert page_words.more_leavers(late)[1] == (
        "15 of 30 leavers so far. At the present rate of leaving there are enough in about 12 months."
    )
    assert page_words.lacking(late.numbers) == ("leavers", 15, 30)
    assert page_words.lacking(few.numbers) == ("leavers", 4, 30)


def test_what_cannot_be_told_says_why() -> None:
    verdict = verdicts.predictive(share(0.6, 0.45, 0.75))
    assert verdict.code == "cannot_tell_yet"
    assert page_words.undecided(verdict, share(0.6, 0.45, 0.75)) == (
        "The interval runs from **0.45** to **0.75** over 40 leavers. It holds 0.5, which is guessing, and it reaches far above: "
        "the score may know nothing or a lot."
    )
    assert page_words.more_leavers(verdict) == (
        "More leavers.", "40 leavers so far. Four times as many make the interval half as wide.",
    )  # fmt: skip
    assert page_words.lacking(verdict.numbers) is None


def test_bands_that_overlap_are_named() -> None:
    red, amber, green = part("Red", 0.3, 0.2, 0.4), part("Amber", 0.2, 0.1, 0.25), part("Green", 0.01, 0.0, 0.02)  # fmt: skip
    assert page_words.overlaps([red, amber, green]) == "The intervals of Red and Amber overlap."
    assert page_words.overlaps([red, green]) == ""
    assert page_words.overlaps([red, part("Amber", None, None, None), green]) == ""
    assert page_words.worst_band(part("Red", None, None, None)) == ""


def test_who_was_missed_is_counted_over_all_healthy_bands(found: Backtest) -> None:
    losses = [replace(each, is_blindsided=nth < 3) for nth, each in enumerate(found.losses[:5])]
    assert page_words.missed(
        losses, ["Best", "Good"], lead_days=90, paid="€455k", lost="€700k"
    ) == (
        "**3 of 5 that left had been Best or Good** up to 90 days before, with €455k of the €700k a year that was lost."
    )


@pytest.mark.parametrize(
    ("lowest", "highest", "said"),
    [
        (0.3, 0.1, "The lowest tenth left **3.0 times** as often as the highest (30 % against 10 %)."),
        (0.3, 0.0, "Of the lowest tenth 30 % left, of the highest nobody."),
        (0.1, 0.3, "The lowest tenth left less often than the highest (10 % against 30 %)."),
        (None, 0.3, ""),
    ],
)  # fmt: skip
def test_the_ends_of_the_scores_are_compared(
    lowest: float | None, highest: float, said: str
) -> None:
    assert page_words.ends_of_tenths([part("1", lowest, None, None), part("10", highest, None, None)]) == said  # fmt: skip


@pytest.mark.parametrize(
    ("lows", "said"),
    [
        ([0.6, 0.6, 0.6], "Best 2 months before (0.80); it tells 3 months before already."),
        ([0.6, 0.6, 0.4], "Best 2 months before (0.80); from 3 months on it may be guessing."),
        ([0.6, 0.4, 0.6], "Best 2 months before (0.80); it tells 3 months before already."),
        ([0.4, 0.4, None], "Best 2 months before (0.80); it may be guessing all along."),
    ],
)
def test_lead_times_say_from_when_on_it_may_be_guessing(lows: list[float | None], said: str) -> None:  # fmt: skip
    curve = [
        (30 * month, share(value, low, low and 0.9))
        for month, (value, low) in enumerate(zip((0.7, 0.8, 0.75), lows, strict=True), start=1)
    ]
    assert page_words.lead_times(curve) == said
    assert page_words.lead_times([(30, share(None))]) == "Nothing is known of any lead time."


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.01, 0.2, "help."), (-0.2, -0.01, "**the weights do harm**."), (-0.1, 0.1, "cannot be told.")],
)  # fmt: skip
def test_weights_are_compared_with_equal_ones(
    found: Backtest, low: float, high: float, said: str
) -> None:
    less = share((low + high) / 2, low, high)
    told = page_words.equal_weights(
        replace(found, equal_weights=share(0.69), against_equal_weights=less)
    )
    assert told.startswith("With equal weights the same measures reach 0.69: ")
    assert told.endswith(said)
    assert page_words.equal_weights(replace(found, equal_weights=share(None))) == ""


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.01, 0.2, "the score knows more."), (-0.2, -0.01, "**the score knows less than the calendar**."), (-0.1, 0.1, "cannot be told.")],
)  # fmt: skip
def test_the_score_is_compared_with_the_calendar(
    found: Backtest, low: float, high: float, said: str
) -> None:
    lead = replace(found.lead(90), deadline=share(0.66), gain=share((low + high) / 2, low, high))
    told = page_words.deadline(replace(found, leads=(lead,)), lead_days=90)
    assert told.startswith("The days to the next decision alone reach 0.66: ")
    assert told.endswith(said)


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.5, 0.9, "too extreme"), (1.1, 2.0, "too timid"), (0.8, 1.2, "about right")]
)  # fmt: skip
def test_likelihoods_say_how_they_held(
    card: Definition, low: float, high: float, said: str
) -> None:
    large = judged(card, leavers=120, stayers=120).backtest
    assert large.calibration is not None
    tried = replace(large.calibration, slope=share((low + high) / 2, low, high))
    told = page_words.likelihood(replace(large, calibration=tried))
    assert f"Tried on later months: the numbers are {said} (slope " in told
    assert "cannot be checked yet" in page_words.likelihood(replace(large, calibration=None))


def test_what_would_help_names_what_to_do() -> None:
    assert page_words.older_history(date(2026, 1, 5), "January 2026")[0] == "Those who have left."
    assert "`lag: 1 day`" in page_words.older_history(None, "January 2026")[1]
    assert "`keepwell backtest --outcome" in page_words.other_outcome()[1]
    assert page_words.precision(share(0.3, 0.2, 0.4), 0.1) == (
        "Average precision 30 % (20 % to 40 %); guessing reaches 10 %."
    )
    assert page_words.scored_later(1).startswith("The scores of 1 month were computed more than a week")  # fmt: skip
