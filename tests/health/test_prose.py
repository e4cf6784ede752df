"""This file holds the wording of explanations: the one place where a test says how the parts read as sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from keepwell.health.definition.measure import REASONS
from keepwell.health.definition.trend import Trend
from keepwell.health.engines.protocol import Score
from keepwell.health.explain import prose
from keepwell.health.explain.card_difference import Difference, Given, Kind, Place
from keepwell.health.explain.effects import Earned, Effect
from keepwell.health.explain.reading import Reading
from keepwell.health.explain.score_change import RuleChange, Side, Step
from keepwell.health.explain.summary import Part, Summary
from keepwell.health.explain.trend import Move

AS_OF = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        (Reading(0.8, is_percent=True), "80 %"), (Reading(0.045, is_percent=True), "4.5 %"),
        (Reading(-0.0863, is_percent=True, is_change=True), "-8.6 %"),
        (Reading(0.5, is_percent=True, is_change=True), "+50 %"), (Reading(1.0, unit="sponsors"), "1 sponsor"),
        (Reading(1.0, unit="sponsors", target=1.0), "1 of 1 sponsors"), (Reading(12.0, target=20.0), "12 of 20"),
        (Reading(80.0, baseline=120.0), "80 vs baseline 120"), (Reading(1234567.0), "1,234,567"),
        (Reading(4.567, unit="hours"), "4.57 hours"), (Reading(2.0, unit="times the fee"), "2 times the fee"),
        (Reading(label="amber"), "amber"), (Reading(52.46, "Amber"), "Amber at 52.4"),
        (Reading(0.8, is_percent=True, carried_days=14), "80 %, carried over from 14 days earlier"),
        (Reading(missing="no_baseline"), "not enough history"),
    ],
)  # fmt: skip
def test_a_value_reads_as_people_write_it(reading: Reading, text: str) -> None:
    assert prose.value(reading) == text


def test_a_value_beside_another_is_written_without_what_it_is_compared_with() -> None:
    assert prose.bare_value(Reading(12.0, unit="users", target=20.0, carried_days=7)) == "12 users"


def test_every_reason_is_a_few_words() -> None:
    assert REASONS == {
        "not_covered": "not covered by any feed", "feed_stopped": "feed stopped", "too_young": "account too new", "no_rows": "no data", "no_number": "too many empty cells",
        "never_seen": "unknown word in the filter", "undefined": "no denominator", "no_baseline": "not enough history", "few_peers": "too few peers",
        "no_target": "no target set", "not_known": "its inputs are missing", "no_match": "value not in the lookup", "not_scored": "not enough data",
        "no_revenue": "no revenue on record", "rows_rejected": "too many rows rejected",
    }  # fmt: skip


DRAG = Part("biggest_drag", "seats", "Seats in use", -20.0, 0.2, Reading(0.0, is_percent=True))
BEST = Part("biggest_contributor", "progress", "Progress", 15.04, 0.2, Reading(87.8, unit="points"))
GAP = Part("not_scored", "usage", "Usage against own baseline", reason="no_baseline")
CAP = Part("cap", "rule_1", points=-14.8, limit=49, reason="Nobody has logged in for 30 days.")


def summed(*parts: Part, score: float | None = 49.0, band: str | None = "Red") -> Summary:
    return Summary("Sommer", score, band, score, band, 0.8, parts)


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        (
            summed(CAP, DRAG, GAP),
            "Sommer is Red at 49: capped at 49 (Nobody has logged in for 30 days). "
            "Biggest drag: Seats in use, 0 % (-20). Not scored: Usage against own baseline (not enough history).",
        ),
        (summed(score=81.0, band="Green"), "Sommer is Green at 81."),
        (
            summed(DRAG, BEST),
            "Sommer is Red at 49. Biggest drag: Seats in use, 0 % (-20). Biggest contributor: Progress, 87.8 points (+15).",
        ),
        (
            summed(Part("band_held", limit=3.0), CAP, score=68.2, band="Green"),
            "Sommer is Green at 68.2 (band held: a change needs 3 points past the threshold): "
            "capped at 49 (Nobody has logged in for 30 days).",
        ),
        (
            summed(Part("low_coverage", weight=0.25, limit=0.5), GAP, score=None, band=None),
            "Sommer has no score: coverage is 25 %, 50 % is required. "
            "Not scored: Usage against own baseline (not enough history).",
        ),
        (
            summed(GAP, replace(GAP, title="NPS", reason="no_rows"), GAP, GAP),
            "Sommer is Red at 49. Not scored: Usage against own baseline (not enough history), NPS (no data) and 2 more.",
        ),
        (
            summed(Part("default_points", "nps", "NPS", reason="no_rows", limit=50.0)),
            "Sommer is Red at 49. Default points: NPS (no data, counts as 50).",
        ),
        (
            summed(Part("late_data", "seats", "Seats"), Part("late_data", "days", "Days"), Part("late_data", "x", "X")),
            "Sommer is Red at 49. Late data, latest known values used: Seats, Days and 1 more.",
        ),
    ],
)  # fmt: skip
def test_a_summary_reads_as_a_few_short_sentences(summary: Summary, text: str) -> None:
    assert prose.sentence(summary) == text


def test_an_override_is_said_before_what_was_computed() -> None:
    override = Part("override", points=41.0, reason="They signed (Ana, until 2026-04-01)")
    computed = summed(override, CAP, DRAG)
    assert prose.sentence(replace(computed, score=90.0, band="Green")) == (
        "Sommer is Green at 90 by override: They signed (Ana, until 2026-04-01). "
        "Computed: Red at 49, capped at 49 (Nobody has logged in for 30 days). Biggest drag: Seats in use, 0 % (-20)."
    )
    unknown = summed(override, Part("low_coverage", weight=0.25, limit=0.5), score=None, band=None)
    assert prose.sentence(replace(unknown, score=90.0, band="Green")).endswith(
        "Computed: no score, coverage is 25 %, 50 % is required."
    )


def test_a_parent_is_explained_with_its_heaviest_child() -> None:
    child = Part("biggest_drag", "child:n", "North", -12.0, 0.5, Reading(40.0, "Red"))
    north = Summary("North", 40.0, "Red", 40.0, "Red", 1.0, (DRAG,))
    gap = Part("not_scored", "child:e", "East", reason="not_scored")
    assert prose.sentence(replace(summed(gap, child), below=north)) == (
        "Sommer is Red at 49. Not scored: East (not enough data). Biggest drag: North, Red at 40 (-12). "
        "North is Red at 40. Biggest drag: Seats in use, 0 % (-20)."
    )


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (CAP, "capped at 49 (Nobody has logged in for 30 days)"),
        (replace(CAP, title="Support"), "Support capped at 49 (-14.8; Nobody has logged in for 30 days)"),
        (Part("floor", points=8.0, limit=40.0, reason="They learn."), "raised to 40 (They learn)"),
        (Part("boost", points=7.5, limit=10.0, reason="They speak for us."), "boosted by 7.5 (They speak for us)"),
        (Part("boost", points=-5.0, limit=-5.0, reason="They pay late."), "lowered by 5 (They pay late)"),
        (Part("override", reason="They signed (Ana)"), "overridden: They signed (Ana)"),
        (DRAG, "Biggest drag: Seats in use, 0 % (-20)"),
        (Part("late_data", title="Seats"), "Seats"),
    ],
)  # fmt: skip
def test_each_part_reads_alone(part: Part, text: str) -> None:
    assert prose.part(part) == text
    assert prose.measured(DRAG) == "Seats in use, 0 %"


def test_two_rules_are_joined_and_a_third_is_left_to_the_table() -> None:
    boost = Part("boost", points=5.0, reason="They grow.")
    text = prose.sentence(summed(CAP, boost, boost))
    assert text.endswith("(Nobody has logged in for 30 days) and boosted by 5 (They grow).")


BEFORE, AFTER = Side(85.0, "version 1"), Side(51.0, "version 2")


def read(then: Any, now: Any, cause: Any = "data", points: float = -9.0) -> Step:
    return Step(cause, points, "seats", "seats", then, now)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (read(Reading(80.0), Reading(68.0)), "seats fell from 80 to 68"),
        (read(Reading(0.5, is_percent=True), Reading(0.6, is_percent=True)), "seats rose from 50 % to 60 %"),
        (read(Reading(label="green"), Reading(label="red")), "seats went from green to red"),
        (read(Reading(5.001), Reading(5.002)), "seats rose slightly, still about 5"),
        (read(Reading(5.0, target=10.0), Reading(5.0, target=20.0)), "seats stayed at 5, but its target went from 10 to 20"),
        (read(Reading(5.0, baseline=10.0), Reading(5.0, baseline=4.0)), "seats stayed at 5, but its baseline went from 10 to 4"),
        (read(Reading(5.0), Reading(5.0, target=20.0)), "seats stayed at 5, but its target went from none to 20"),
        (read(Reading(5.0), Reading(5.0)), "seats stayed at 5"),
        (read(Reading(5.0), Reading(missing="too_young"), "missing"), "seats has no value now: account too new"),
        (read(Reading(missing="no_rows"), Reading(label="green"), "missing"), "seats has a value now: green"),
        (read(Reading(5.0), Reading(5.0), "peers"), "the peers for seats changed"),
        (Step("definition", 4.0), "scored with version 2 instead of version 1"),
        (Step("rules", -26.0, rules=(RuleChange("cap", 49, "They leave.", True),)), "a cap of 49 now applies: They leave"),
        (Step("rules", 26.0, rules=(RuleChange("cap", 49, "They leave.", False),)), "a cap of 49 no longer applies: They leave"),
        (Step("rules", 3.0), "the same rules now have a different effect"),
        (Step("children", 3.0, has_children=True), "now scored from the accounts below"),
        (Step("children", 3.0), "no longer scored from the accounts below"),
        (read(Reading(60.0, "Amber"), Reading(40.0, "Red"), "children"), "seats fell from 60 to 40"),
        (read(Reading(60.0, "Amber"), Reading(60.0, "Amber"), "children"), "seats stayed at 60, but its weight changed"),
        (read(Reading(60.0, "Amber"), None, "children"), "seats no longer counts"),
        (read(None, Reading(60.0, "Amber"), "children"), "seats now counts, at 60"),
    ],
)  # fmt: skip
def test_a_step_reads_as_a_clause(step: Step, text: str) -> None:
    assert prose.step(step, BEFORE, AFTER) == text


def test_an_override_that_began_or_ended_is_said_with_its_reason() -> None:
    signed = replace(AFTER, override="They signed (Ana)")
    assert prose.step(Step("override", 9.0), BEFORE, signed) == "overridden: They signed (Ana)"
    assert prose.step(Step("override", 9.0), signed, BEFORE) == "override ended: They signed (Ana)"


def test_a_change_is_said_with_its_steps_the_largest_first() -> None:
    mood = Step("data", -25.0, "mood", "mood", Reading(label="green"), Reading(label="red"))
    assert prose.change(BEFORE, AFTER, (read(Reading(80.0), Reading(68.0)), mood)) == (
        "Fell 34 points, from 85 to 51: mood went from green to red (-25); seats fell from 80 to 68 (-9)."
    )


def test_small_and_further_steps_are_said_together() -> None:
    steps = [read(Reading(60.0), Reading(48.0), points=-2.0)] * 6
    assert prose.change(Side(60.0), Side(48.0), steps).endswith(
        "seats fell from 60 to 48 (-2); other changes (-4)."
    )


@pytest.mark.parametrize(
    ("then", "now", "text"),
    [
        (80.0, None, "Lost its score of 80."), (None, 80.0, "Now scored, at 80."),
        (None, None, "No score before or after."), (80.0, 80.04, "Unchanged at 80."),
        (69.92, 81.0, "Rose 11.1 points, from 69.9 to 81."),
    ],
)  # fmt: skip
def test_a_change_begins_with_how_far_it_went(
    then: float | None, now: float | None, text: str
) -> None:
    assert prose.change(Side(then), Side(now), ()) == text


def earned(points: float | None, weight: float = 0.5, missing: str | None = None) -> Earned:
    return Earned(points, weight, weight * (points or 0.0), missing)


@pytest.mark.parametrize(
    ("effect", "text"),
    [
        (Effect("weight", "s", "Seats", 20.0, earned(80), earned(80, 0.75)), "Seats weighs 75 % of the score, was 50 %"),
        (Effect("points", "s", "Seats", -15.0, earned(80), earned(50)), "Seats earns 50 points, was 80"),
        (
            Effect("points and weight", "s", "Seats", -2.5, earned(80), earned(50, 0.75)),
            "Seats earns 50 points, was 80, and weighs 75 % of the score, was 50 %",
        ),
        (Effect("added", "s", "Seats", 40.0, None, earned(80)), "Seats is added"),
        (Effect("removed", "s", "Seats", -40.0, earned(80), None), "Seats is removed"),
        (Effect("points", "s", "Seats", -40.0, earned(80), earned(None, 0.5, "no_rows")), "Seats has no value now: no data"),
        (Effect("points", "s", "Seats", 40.0, earned(None, 0.5, "no_rows"), earned(80)), "Seats has a value now and earns 80 points"),
        (
            Effect("rule", "rule_1", "boost 10: they grow", 10.0, earned(0, 1.0), earned(10, 1.0)),
            "boost 10: they grow, +10 instead of no effect",
        ),
    ],
)  # fmt: skip
def test_an_effect_reads_as_a_clause(effect: Effect, text: str) -> None:
    assert prose.effect(effect) == text


def score(points: float | None, band: str | None, segment: str = "everyone") -> Score:
    status: Any = "scored" if points is not None else "not enough data"
    return Score("A-1", AS_OF, points, band, None, 1.0, None, status, segment)


SEATS = Effect("weight", "s", "Seats", 20.0, earned(80), earned(80, 0.75))
DAYS = Effect("weight", "d", "Days", -10.0, earned(40), earned(40, 0.25))


@pytest.mark.parametrize(
    ("before", "after", "effects", "text"),
    [
        (
            score(60, "Red"), score(70, "Green"), (SEATS, DAYS),
            "Acme rises 10 points, from 60 (Red) to 70 (Green): Seats weighs 75 % of the score, was 50 % (+20); "
            "Days weighs 25 % of the score, was 50 % (-10).",
        ),
        (
            score(60, "Red"), score(79.9, "Green"), (SEATS, replace(DAYS, points=-0.1)),
            "Acme rises 19.9 points, from 60 (Red) to 79.9 (Green): Seats weighs 75 % of the score, was 50 % (+20); 1 other (-0.1).",
        ),
        (
            score(60, "Red"), score(60.5, "Red"), (replace(SEATS, points=0.3), replace(DAYS, points=0.2)),
            "Acme rises 0.5 points, from 60 (Red) to 60.5 (Red): 2 small changes.",
        ),
        (
            score(60, "Red", "large"), score(80, "Green", "small"), (SEATS,),
            "Acme rises 20 points, from 60 (Red) to 80 (Green): segment small instead of large; Seats weighs 75 % of the score, was 50 % (+20).",
        ),
        (score(80, "Green"), score(60, "Red"), (), "Acme falls 20 points, from 80 (Green) to 60 (Red)."),
        (score(80, "Green"), score(None, None), (), "Acme loses its score."),
        (score(None, None), score(80, "Green"), (), "Acme gains a score."),
    ],
)  # fmt: skip
def test_a_preview_reads_as_one_sentence(
    before: Score, after: Score, effects: tuple[Effect, ...], text: str
) -> None:
    assert prose.preview("Acme", before, after, effects) == text


@pytest.mark.parametrize(
    ("move", "text"),
    [
        (Move(10.0, "up"), ""),
        (Move(why="no_score"), "no score on this date"),
        (Move(why="no_earlier_score", card=Trend(7, 5.0)), "no score from 7 days earlier"),
        (Move(2.0, "flat", why="below_least_move"), "below the 5 points that count as a move"),
        (Move(8.0, "flat", 10.0, why="within_usual"), "moves of up to 10 points are usual for this account"),
        (Move(6.0, "flat", 6.01, why="within_usual"), "moves of up to 6.1 points are usual for this account"),
    ],
)  # fmt: skip
def test_a_missing_arrow_is_said_with_its_reason(move: Move, text: str) -> None:
    assert prose.no_arrow(move) == text


def changed(
    what: str, label: str, field: str, before: object, after: object, is_percent: bool = False
) -> Difference:
    sides = (Given(field, each, is_percent) for each in (before, after))
    return Difference("changed", "path", what, label, field, *sides)  # type: ignore[arg-type]


SCALE = {"worst": 0.2, "best": 0.8}
CAP_RULE = {"cap": 49, "when": "sponsor < 1", "because": "Nobody there."}
FADING = {"boost": 10, "when": "asked < 90", "halves": "30 days", "since": "asked", "because": "So."}  # fmt: skip


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (
            replace(changed("group", "Product usage", "weight", 35, 30), was_at=Place("", 35, 0.35), is_at=Place("", 30, 30 / 95)),
            "Product usage: weight is now 30, was 35 (32 % of the score, was 35 %).",
        ),
        (changed("measure", "Seats in use", "points", SCALE, {**SCALE, "worst": 0.25}, True),
         "Seats in use: scale is now from 25 % (worst) to 80 % (best), was from 20 % (worst) to 80 % (best)."),
        (changed("measure", "active days", "points", {"worst": 2, "best": 18}, {"worst": 2.5, "best": 18}),
         "Active days: scale is now from 2.5 (worst) to 18 (best), was from 2 (worst) to 18 (best)."),
        (changed("measure", "Tickets", "points", {"steps": [{"below": 1, "points": 100}, {"otherwise": 0}]}, {"lookup": {"green": 100}, "otherwise": 30}),
         "Tickets: scale is now green 100, anything else 30, was 100 below 1, else 0."),
        (changed("measure", "Days", "points", {"peers": "segment", "better": "lower"}, {"own_target": "target_users", **SCALE}),
         "Days: scale is now from 20 % (worst) to 80 % (best) of its own target users, was percentile among accounts of the same segment, lower is better."),
        (changed("measure", "Days", "points", {"peers": "all", "better": "higher"}, {"baseline": "84 days", **SCALE}),
         "Days: scale is now from 20 % (worst) to 80 % (best) of its own mean over the previous 84 days, was percentile among all accounts, higher is better."),
        (changed("band", "Amber", "from", 50, 45), "Band Amber: threshold is now 45, was 50."),
        (changed("band", "Amber", "means", "watch", "at risk"), "Band Amber: meaning is now at risk, was watch."),
        (changed("card", "", "least_coverage", 0.5, 0.6), "Card: required coverage is now 60 %, was 50 %."),
        (changed("card", "", "band_margin", None, 3), "Card: band margin is now 3, was not set."),
        (changed("measure", "NPS", "where", "kind = 'nps'", None), "NPS: filter is now all rows, was kind = 'nps'."),
        (changed("measure", "Seats", "per", "seat", None), "Seats: denominator is now none, was seat."),
        (changed("measure", "Seats", "grace", None, "30 days"), "Seats: grace period is now 30 days, was none."),
        (changed("measure", "Seats", "missing", "skip", "carry 56 days"), "Seats: policy for missing data is now carry 56 days, was skip."),
        (changed("measure", "Seats", "least_tenure", "28 days", "56 days"), "Seats: minimum tenure is now 56 days, was 28 days."),
        (changed("measure", "Days", "why", "Habits show.", "Habits last."), 'Days: reason is now "Habits last.", was "Habits show.".'),
        (changed("measure", "Days", "why", "Habits last.", "Habits  last."), "Days: reason differs in spacing only."),
        (changed("measure", "Days", "name", "days", "busy_days"), "Days: name is now busy_days, was days."),
        (changed("group", "Usage", "combine", None, "lowest"), "Usage: combination is now lowest, was mean."),
        (replace(changed("rule", "", "limit", 49, 40), details=(Given("rule", CAP_RULE),)),
         "The whole card, rule cap 49 when sponsor < 1: number of points is now 40, was 49."),
        (Difference("changed", "s", "segment", "large", "weight", Given("weight", 50, of="Usage"), Given("weight", None, of="Usage")),
         "Segment large: weight of Usage is now as on the card, was 50."),
        (Difference("changed", "", "card", ""), "The cards differ in a way that no card can express."),
    ],
)  # fmt: skip
def test_a_changed_field_reads_as_one_sentence(found: Difference, text: str) -> None:
    assert prose.difference(found) == text


PLACE = Place("Product usage", 40, 0.14)
SEATS_FIELDS = (
    Given("take", "distinct user", True), Given("table", "usage", True), Given("window", "28 days", True),
    Given("per", "units where unit = call", True), Given("grace", "30 days", True), Given("points", SCALE, True),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "fields", "text"),
    [
        ("added", {"what": "rule", "label": "", "details": (Given("rule", CAP_RULE),)},
         "Added a rule to the whole card: cap 49 when sponsor < 1 (Nobody there.)."),
        ("removed", {"what": "rule", "label": "Usage", "details": (Given("rule", FADING),)},
         "Removed a rule from Usage: boost 10 when asked < 90, halved every 30 days of asked (So.)."),
        ("added", {"what": "rule", "label": "Usage", "position": (2, 3), "details": (Given("rule", CAP_RULE),)},
         "Added a rule to Usage, number 2 of 3: cap 49 when sponsor < 1 (Nobody there.)."),
        ("removed", {"what": "measure", "label": "Seats", "was_at": PLACE},
         "Removed measure Seats from Product usage (weight 40, 14 % of the score)."),
        ("added", {"what": "measure", "label": "Seats", "is_at": PLACE, "details": SEATS_FIELDS},
         "Added measure Seats to Product usage (weight 40, 14 % of the score): distinct user of usage, "
         "per unit where unit = call (30 days of grace), window 28 days, from 20 % (worst) to 80 % (best)."),
        ("added", {"what": "group", "label": "Value", "is_at": Place("", 10, 0.1), "details": (Given("combine", "lowest"),)},
         "Added group Value to the whole card (weight 10, 10 % of the score), combined by lowest."),
        ("moved", {"what": "measure", "label": "Seats", "was_at": PLACE, "is_at": Place("Adoption", 1, 0.1)},
         "Moved measure Seats from Product usage to Adoption."),
        ("moved", {"what": "group", "label": "Usage", "field": "order", "before": Given("order", ("A", "B")), "after": Given("order", ("B", "A"))},
         "Usage: order is now B, A."),
        ("moved", {"what": "segments", "label": "", "field": "order", "before": Given("order", ("a", "b")), "after": Given("order", ("b", "a"))},
         "Segments: order is now b, a."),
        ("moved", {"what": "rules", "label": "", "field": "rules", "before": Given("rules", (CAP_RULE, FADING)), "after": Given("rules", (FADING, CAP_RULE))},
         "The whole card: rules now apply in the order boost 10 when asked < 90, halved every 30 days of asked; cap 49 when sponsor < 1."),
        ("added", {"what": "segment", "label": "large", "position": (1, 2), "details": (
            Given("when", "employees >= 500"), Given("weight", 50, of="Usage"), Given("points", SCALE, True, "Seats"))},
         "Added segment large, number 1 of 2 (condition employees >= 500; weight of Usage 50; scale of Seats from 20 % (worst) to 80 % (best))."),
        ("removed", {"what": "band", "label": "Amber"}, "Removed band Amber."),
    ],
)  # fmt: skip
def test_what_came_went_or_moved_reads_as_one_sentence(
    kind: Kind, fields: dict[str, Any], text: str
) -> None:
    assert prose.difference(Difference(kind, "path", **fields)) == text
