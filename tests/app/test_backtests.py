"""This file holds that a card is judged by who really left: with what was known then, over months that can tell."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from keepwell.app import actions, representations
from keepwell.app import judged as kept_text
from keepwell.app.actions.backtests import NoOutcome, NothingToJudge
from keepwell.app.installation import Installation
from keepwell.app.judged import Judged
from keepwell.app.rights import NotAllowed
from keepwell.app.viewers import Actor
from keepwell.errors import WrongUse
from keepwell.health.judge import kinds_of_loss, landmarks
from tests.app.leavers import BEGAN, CARD, LEAVERS, LOADED, OTHER_WAY, STAYERS, company, loaded
from tests.cast import ANA, Import, account, line, ticket, use
from tests.filled import filled_once


@pytest.fixture
@filled_once
def known(installation: Installation) -> Installation:
    return loaded(installation, company(BEGAN))


def judged(installation: Installation, **more: object) -> Judged:
    return actions.backtests.run(installation=installation, by=ANA, draws=100, **more)  # type: ignore[arg-type]


@pytest.mark.both_databases
def test_a_card_that_tells_who_leaves_is_told_so(known: Installation) -> None:
    found = judged(known).backtest
    headline = found.lead(90).headline
    assert headline.value is not None
    assert headline.value > 0.7
    assert (headline.leavers, headline.stayers) == (LEAVERS, STAYERS)
    assert found.verdict.code in ("yes", "yes_with_care")
    assert not found.warnings
    assert [each.name for each in found.bands] == ["Red", "Amber", "Green"]
    rates = {each.name: each.rate.value or 0.0 for each in found.bands}
    assert rates["Green"] < rates["Amber"]
    assert found.until == date(2026, 6, 1)


def test_nothing_later_than_its_month_reaches_a_score(known: Installation) -> None:
    """The same months judged half a year sooner say the same of everybody's score."""
    whole, sooner = (judged(known, until=until).backtest for until in (None, date(2025, 11, 1)))
    assert sooner.last == date(
        2025, 6, 1
    )  # of which it is known, a late signature later, who left within 90 days
    now = {(each.account_id, each.seen_on): each.score for each in whole.losses}
    then = {(each.account_id, each.seen_on): each.score for each in sooner.losses}
    assert then
    assert then.items() <= now.items()


def test_rows_that_came_later_do_not_count_in_the_months_before(known: Installation) -> None:
    """The same import with a year of uses that nobody knew of: all looked healthy, had they been known."""
    before = judged(known).backtest
    late = Import(since=BEGAN, on_load=LOADED.date())
    uses = [
        use(f"late-{nth}-{day}", f"L-{nth}", at=datetime(2025, 1, 1, 9) + timedelta(days=day))
        for nth in range(LEAVERS)
        for day in range(0, 250, 5)
    ]
    late.rows("usage", *uses)
    actions.loads.load(late.stage, con=late.con, installation=known, by=ANA, at=LOADED)
    after, flattered = judged(known).backtest, judged(known, made="happened").backtest
    assert after.lead(90).headline.value == before.lead(90).headline.value
    assert after.losses == before.losses
    assert flattered.lead(90).headline.value != before.lead(90).headline.value


def test_losses_are_listed_with_what_was_seen_before(known: Installation) -> None:
    found = judged(known).backtest
    assert len(found.losses) == LEAVERS
    by_name = {each.account_id: each for each in found.losses}
    noticed = by_name["L-9"]
    assert (noticed.left_on, noticed.reason) == (date(2025, 8, 3) - timedelta(days=20), "price")
    blind = {name for name, each in by_name.items() if each.is_blindsided}
    assert blind == {f"L-{nth}" for nth in range(0, LEAVERS, 6)}
    assert found.money.left == sum(100 + nth for nth in range(LEAVERS))
    assert found.money.healthy == sum(100 + int(name[2:]) for name in blind)


def test_months_begin_when_contracts_are_known_and_all_of_them(installation: Installation) -> None:
    brought = company(date(2025, 3, 1))
    brought.since = date(2025, 4, 2)
    assert judged(loaded(installation, brought)).backtest.first == date(2025, 5, 1)


def test_on_the_day_on_which_contracts_are_known_first_nobody_is_looked_at(
    installation: Installation,
) -> None:
    found = judged(loaded(installation, company(date(2025, 3, 1)))).backtest
    assert found.first == date(2025, 4, 1)


def test_judged_as_of_an_earlier_day_nothing_later_is_known(known: Installation) -> None:
    until = date(2025, 9, 1)
    found = judged(known, until=until, outcome="renewals where movement = churn").backtest
    by_contracts = judged(known, until=until).backtest
    for each in (found, by_contracts):
        assert each.losses
        assert max(loss.left_on for loss in each.losses) < until
    # Whose line ended less than 60 days before may still sign: who gave no notice has not left by then.
    unsaid = [each.left_on for each in by_contracts.losses if not each.reason]
    assert max(unsaid) < until - timedelta(60)
    assert judged(known, until=date(2030, 1, 1)).backtest.until == LOADED.date()


def test_measures_with_a_weight_are_judged_by_what_was_known_and_segments_apart(
    known: Installation,
) -> None:
    more = """\
  - {measure: calm, table: tickets, take: count, window: 28 days, weight: 1, points: {worst: 9, best: 0}, missing: neutral}
  - {measure: days, table: usage, take: active days, window: 28 days, weight: 0, points: {worst: 0, best: 6}, missing: skip}
"""
    card = CARD.replace("health:\n", "segments:\n  - segment: big\n    when: segment = large\nhealth:\n")  # fmt: skip
    found = judged(known, text=card + more).backtest
    assert {each.path: each.known for each in found.measures} == {"uses": 1.0, "calm": 0.0}
    assert len(found.segments) == 2
    assert sum(each.leavers for _, each in found.segments) == LEAVERS


def test_a_band_is_held_from_month_to_month_where_the_card_says_so(known: Installation) -> None:
    def bands(text: str) -> list[tuple[str, float | None]]:
        return [(each.name, each.rate.value) for each in judged(known, text=text).backtest.bands]

    # Those who come often swing between 67 and 83 points: past 75, a margin of 12 holds them.
    swinging = CARD.replace("from: 60", "from: 75")
    held = swinging.replace("least_coverage", "band_margin: 12\nleast_coverage")
    assert bands(held) != bands(swinging)


def test_the_money_is_that_of_the_losses_listed(known: Installation) -> None:
    """Also of those in months that are too late for a verdict."""
    found = judged(known, until=date(2025, 12, 1)).backtest
    assert found.last is not None
    assert max(each.seen_on for each in found.losses) > found.last
    assert found.money.left == sum(each.revenue or 0.0 for each in found.losses)
    assert found.money.unknown == 0


def test_a_card_that_points_the_wrong_way_is_told_so_and_compared(known: Installation) -> None:
    found = judged(known, text=OTHER_WAY, file="other.yaml", against=(CARD, "card.yaml"))
    assert found.backtest.verdict.code == "wrong_way"
    assert found.against is not None
    assert found.difference is not None
    value = found.difference.value
    one, other = (each.lead(90).headline.value for each in (found.backtest, found.against[1]))
    assert value == pytest.approx((one or 0.0) - (other or 0.0))
    assert (found.difference.high or 0.0) < 0


def test_a_list_of_losses_takes_the_place_of_ended_contracts(known: Installation) -> None:
    found = judged(known, outcome="renewals where movement = churn").backtest
    headline = found.lead(90).headline
    assert headline.leavers == LEAVERS / 3
    assert found.verdict.code == "too_few"
    # With so few, each account that decided is shown by itself: as it was seen before it left, or the last time before it stayed.
    assert [each.has_left for each in found.decided].count(True) == headline.leavers
    assert [each.has_left for each in found.decided].count(False) == headline.stayers
    assert len({each.account_id for each in found.decided}) == len(found.decided)
    left_on = {each.account_id: each.left_on for each in found.losses}
    for each in found.decided:
        if each.has_left:  # so soon after it that the lead held it
            assert timedelta(0) <= left_on[each.account_id] - each.seen_on < timedelta(days=90)
    for outcome, said in (("renewal", "renewals"), ("renewals where move = churn", "movement")):
        with pytest.raises(NoOutcome) as caught:
            judged(known, outcome=outcome)
        assert said in str(caught.value)


def test_who_decided_is_listed_by_itself_only_where_nothing_more_can_be_said(
    known: Installation,
) -> None:
    assert judged(known).backtest.decided == ()


def test_what_was_imported_yesterday_was_not_known_a_year_ago(installation: Installation) -> None:
    here = loaded(installation, company(LOADED.date()))
    with pytest.raises(NothingToJudge) as caught:
        judged(here)
    assert "lag: 1 day" in str(caught.value)
    found = judged(here, made="happened")
    assert found.scores == "happened"
    assert found.backtest.verdict.code in ("yes", "yes_with_care")


def test_a_list_of_survivors_is_not_judged_before_it(installation: Installation) -> None:
    """What was imported first holds nobody who had left before: all that it shows of earlier months is who is still there."""
    brought = Import(since=BEGAN, on_load=BEGAN)
    brought.rows("accounts", account("A-1", started_on=BEGAN, valid_from=BEGAN))
    brought.rows("contracts", line("L-1", starts_on=BEGAN, ends_on=None))
    brought.rows("usage", use("u", at=datetime(2026, 5, 30, 9)))
    with pytest.raises(NothingToJudge) as caught:
        judged(loaded(installation, brought))
    assert "nobody who had left before" in str(caught.value)


def test_a_list_of_losses_says_itself_whether_it_is_of_survivors(installation: Installation) -> None:  # fmt: skip
    """Contracts of survivors alone do no harm where a list of its own says who was lost before."""
    brought = Import(since=BEGAN, on_load=BEGAN)
    brought.rows("accounts", account("A-1", started_on=BEGAN, valid_from=BEGAN))
    brought.rows("contracts", line("L-1", starts_on=BEGAN, ends_on=None))
    brought.rows("tickets", ticket("T-1", at=datetime(2025, 6, 2, 9)))
    brought.rows("usage", use("u", at=datetime(2026, 5, 30, 9)))
    found = judged(loaded(installation, brought), outcome="tickets")
    assert found.survivors_until is None
    assert [each.left_on for each in found.backtest.losses] == [date(2025, 6, 2)]


def test_only_who_may_publish_judges(known: Installation) -> None:
    with pytest.raises(NotAllowed):
        actions.backtests.run(installation=known, by=Actor("user", "somebody"), draws=10)


def test_the_scores_that_people_saw_are_judged_as_they_were_published(known: Installation) -> None:
    """Scored on the first of every month from the same facts, they say what is said anew with what had happened by then."""
    anew = judged(known, made="happened")
    last = landmarks.last_month(anew.backtest.until, 30)
    months = list(landmarks.months(anew.backtest.first or BEGAN, last))
    actions.scores.runs(installation=known, dates=months, by=ANA, at=LOADED)
    found = judged(known, made="published")
    assert found.backtest.verdict.code in ("yes", "yes_with_care")
    assert found.backtest.bands == judged(known).backtest.bands
    assert found.scored_later == found.backtest.months
    assert {each.path for each in found.backtest.measures}
    with pytest.raises(WrongUse):
        judged(known, made="published", text=CARD)


def test_nothing_is_judged_where_nothing_was_published(known: Installation) -> None:
    with pytest.raises(NothingToJudge, match="Nothing was scored yet"):
        judged(known, made="published")


def test_a_score_that_was_published_long_before_says_nothing(known: Installation) -> None:
    actions.scores.run(installation=known, as_of=date(2025, 6, 1), by=ANA, at=LOADED)
    found = judged(known, made="published")
    assert found.backtest.first == date(2025, 6, 1)
    assert {each.seen_on for each in found.backtest.losses if each.score is not None} <= {
        date(2025, 6, 1), date(2025, 7, 1),
    }  # fmt: skip
    assert sum(part.rate.rows for part in found.backtest.bands) < 4 * (LEAVERS + STAYERS)


def test_what_is_kept_is_read_back_to_the_bit(known: Installation) -> None:
    found = judged(known, against=(OTHER_WAY, "other.yaml"))
    text = kept_text.as_text(found)
    assert kept_text.from_text(text) == found
    with pytest.raises(kept_text.Outdated, match="another version"):
        kept_text.from_text(text.replace('"verdict"', '"opinion"', 1))


def test_what_is_lost_of_accounts_that_stay_is_told_apart_and_can_stand_in_for_leaving(
    known: Installation,
) -> None:
    """Nine of those that stay pay half from their second year on, and three have a product that nothing followed."""
    less = Import(since=BEGAN, on_load=BEGAN)
    lines = []
    for nth in range(9):
        ends = date(2025, 6, 1) + timedelta(days=7 * nth)
        later = ends + timedelta(days=365)
        lines.append(line(f"S-{nth}-2", f"S-{nth}", product="Plus", starts_on=ends, ends_on=later, annual_amount=(100 + nth) / 2))  # fmt: skip
    for nth in range(9, 12):
        lines.append(line(f"S-{nth}-3", f"S-{nth}", product="More", starts_on=BEGAN, ends_on=date(2025, 5, 1), annual_amount=10))  # fmt: skip
    actions.loads.load(
        less.rows("contracts", *lines).stage, con=less.con, installation=known, by=ANA, at=LOADED
    )
    found = judged(known).backtest
    kinds = [(each.kind, each.losses, each.revenue) for each in kinds_of_loss.by_kind(found)]
    assert kinds == [
        ("lost account", LEAVERS, sum(100 + nth for nth in range(LEAVERS))),
        ("lost product", 3, 30),
        ("downsell", 9, sum(100 + nth for nth in range(9)) / 2),
    ]
    assert {each.band for each in found.partial_losses} == {"Green", "Amber"}
    assert found.lead(90).headline.leavers == LEAVERS

    by_proxy = judged(known, outcome="downsell").backtest
    assert (by_proxy.outcome, by_proxy.is_proxy) == ("downsell", True)
    assert {each.account_id for each in by_proxy.losses} == {f"S-{nth}" for nth in range(9)}
    assert by_proxy.lead(90).headline.leavers == 9
    assert "lost account" not in [each.kind for each in kinds_of_loss.by_kind(by_proxy)]
    shown = representations.backtests.backtest(by_proxy)
    assert (shown["outcome"], shown["outcome_is_proxy"]) == ("downsell", True)
    assert shown["losses_by_kind"][1]["losses"] == len(shown["partial_losses"]) - 3 == 9
