"""This file tests simulated contracts: terms follow each other, and end when accounts leave."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from keepwell.simulate import accounts, contracts, history, vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contracts import Contracts
from keepwell.simulate.history import History
from keepwell.simulate.world import NEVER, World

WORLD = World(400, 3, date(2026, 11, 2))
Simulated = tuple[Accounts, History, Contracts]


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    everyone = accounts.generate(WORLD)
    lives = history.simulate(WORLD, everyone)
    return everyone, lives, contracts.generate(WORLD, everyone, lives)


def test_lines_of_a_product_follow_each_other_without_overlap(simulated: Simulated) -> None:
    lines = defaultdict(list)
    for line in simulated[2].lines:
        if line.kind == "recurring":
            lines[line.account, line.product].append(
                (line.start, line.end if line.end is not None else NEVER)
            )
    assert len(lines) > 400
    for own in lines.values():
        own.sort()
        assert all(start < end for start, end in own)
        assert all(end <= start for (_, end), (start, _) in pairwise(own))


def test_a_lost_account_has_one_churn_decision_and_no_line_after_it_left(
    simulated: Simulated,
) -> None:
    everyone, lives, signed = simulated
    lost = {
        account
        for account in range(400)
        if lives.notice_day[account] < WORLD.end_day and not everyone.is_doomed_trial[account]
    }
    assert len(lost) > 60
    decided = [each.account for each in signed.decisions if each.movement == "churn"]
    assert sorted(decided) == sorted(lost)
    for line in signed.lines:
        if line.account in lost and line.kind == "recurring":
            assert line.end is not None
            assert line.end <= lives.leave_day[line.account]


def test_an_account_that_stays_has_a_running_line_or_signs_late(simulated: Simulated) -> None:
    everyone, lives, signed = simulated
    last_day = WORLD.end_day - 1
    running = {
        line.account
        for line in signed.lines
        if line.product == vendor.JOBS and line.start <= last_day < (line.end or NEVER)
    }
    staying = {
        account
        for account in range(400)
        if lives.leave_day[account] > last_day
        and lives.notice_day[account] > last_day
        and everyone.started[account] + 31 < last_day
    }
    overdue = staying - running
    assert len(overdue) < 12
    ends = {
        account: max(line.end or 0 for line in signed.lines if line.account == account)
        for account in overdue
    }
    assert all(last_day - 40 <= end <= last_day + 1 for end in ends.values())


def test_some_terms_are_signed_early_some_late_and_some_are_reduced(simulated: Simulated) -> None:
    renewed = [each for each in simulated[2].decisions if each.movement != "churn"]
    assert any(each.decided > each.due for each in renewed)
    assert any(each.decided < each.due - 120 for each in renewed)
    lines = {
        (line.account, line.start) for line in simulated[2].lines if line.product == vendor.JOBS
    }
    assert {each.movement for each in renewed} == {"renewed", "upsell", "downsell", "price"}
    assert all((each.account, each.effective) in lines for each in renewed)


def test_accounts_with_a_higher_chance_to_leave_are_lost_more_often(simulated: Simulated) -> None:
    """The third with the highest chances loses more than twice as many as the lowest third."""
    everyone, lives, _ = simulated
    is_there = lives.series("is_there").astype(bool)
    chance = np.where(is_there, lives.series("chance"), np.nan)
    mean = np.array(
        [
            np.nanmean(chance[:, account]) if is_there[:, account].any() else np.nan
            for account in range(400)
        ]
    )
    is_known = ~np.isnan(mean) & ~everyone.is_doomed_trial & (everyone.segment == 0)
    known = np.flatnonzero(is_known)
    order = known[np.argsort(mean[known])]
    third = len(order) // 3
    is_lost = lives.notice_day < WORLD.end_day
    assert is_lost[order[-third:]].mean() > 2 * is_lost[order[:third]].mean()
