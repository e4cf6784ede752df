"""This file tests the contracts of a simulated company: terms follow each other, and what is lost ends when it is said to."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from keepwell.simulate import accounts as drawing
from keepwell.simulate import contracts, life, vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contracts import Contracts
from keepwell.simulate.life import Life
from keepwell.simulate.world import NEVER, World

WORLD = World(400, 3, date(2026, 11, 2))
Made = tuple[Accounts, Life, Contracts]


@pytest.fixture(scope="module")
def made() -> Made:
    accounts = drawing.drawn(WORLD)
    lived = life.lived(WORLD, accounts)
    return accounts, lived, contracts.written(WORLD, accounts, lived)


def test_lines_of_a_product_follow_each_other_without_overlap(made: Made) -> None:
    lines = defaultdict(list)
    for line in made[2].lines:
        if line.kind == "recurring":
            lines[line.account, line.product].append(
                (line.start, line.end if line.end is not None else NEVER)
            )
    assert len(lines) > 400
    for own in lines.values():
        own.sort()
        assert all(start < end for start, end in own)
        assert all(end <= start for (_, end), (start, _) in pairwise(own))


def test_a_lost_account_has_no_line_after_it_left_and_one_decision_to_go(made: Made) -> None:
    accounts, lived, written = made
    gone = {
        who
        for who in range(400)
        if lived.noticed[who] < WORLD.end_day and not accounts.is_doomed_trial[who]
    }
    assert len(gone) > 60
    decided = [each.account for each in written.decisions if each.movement == "churn"]
    assert sorted(decided) == sorted(gone)
    for line in written.lines:
        if line.account in gone and line.kind == "recurring":
            assert line.end is not None
            assert line.end <= lived.left[line.account]


def test_who_stays_has_a_running_line_or_signs_late(made: Made) -> None:
    accounts, lived, written = made
    last = WORLD.end_day - 1
    running = {
        line.account
        for line in written.lines
        if line.product == vendor.JOBS and line.start <= last < (line.end or NEVER)
    }
    stays = {
        who
        for who in range(400)
        if lived.left[who] > last
        and lived.noticed[who] > last
        and accounts.started[who] + 31 < last
    }
    overdue = stays - running
    assert len(overdue) < 12
    ends = {
        who: max(line.end or 0 for line in written.lines if line.account == who) for who in overdue
    }
    assert all(last - 40 <= end <= last + 1 for end in ends.values())


def test_terms_are_renewed_early_and_late_and_shrunk_on_the_way(made: Made) -> None:
    renewed = [each for each in made[2].decisions if each.movement != "churn"]
    assert any(each.decided > each.due for each in renewed)
    assert any(each.decided < each.due - 120 for each in renewed)
    lines = {(line.account, line.start) for line in made[2].lines if line.product == vendor.JOBS}
    assert {each.movement for each in renewed} == {"renewed", "upsell", "downsell", "price"}
    assert all((each.account, each.effective) in lines for each in renewed)


def test_the_chance_to_leave_says_who_leaves(made: Made) -> None:
    """The truth is one: of the third that had the worst chances far more were lost than of the best third."""
    accounts, lived, _ = made
    there = lived.series("is_there").astype(bool)
    chance = np.where(there, lived.series("chance"), np.nan)
    mean = np.array(
        [np.nanmean(chance[:, who]) if there[:, who].any() else np.nan for who in range(400)]
    )
    known = np.flatnonzero(~np.isnan(mean) & ~accounts.is_doomed_trial & (accounts.segment == 0))
    order = known[np.argsort(mean[known])]
    third = len(order) // 3
    lost = lived.noticed < WORLD.end_day
    assert lost[order[-third:]].mean() > 2 * lost[order[:third]].mean()
