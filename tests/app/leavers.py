"""This file makes a small company in which half of the customers leave, and its card that mostly tells who."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from keepwell.app import actions
from keepwell.app.installation import Installation
from tests.cast import ANA, Import, account, line, use

BEGAN = date(2025, 1, 1)
LOADED = datetime(2026, 6, 1, 12, tzinfo=UTC)
LEAVERS, STAYERS = 36, 36
CARD = """\
keepwell: 1
name: first
least_coverage: 50 %
bands:
  - {name: Green, from: 60, means: healthy}
  - {name: Amber, from: 30, means: watch}
  - {name: Red, from: 0, means: at risk}
health:
  - {measure: uses, table: usage, take: count, window: 28 days, weight: 1, points: {worst: 0, best: 6}, missing: skip}
"""
OTHER_WAY = CARD.replace("worst: 0, best: 6", "worst: 6, best: 0")


def company(known_on: date) -> Import:
    """Accounts whose contracts end one after another through 2025; those that leave come half as often, but for a few."""
    brought = Import(since=BEGAN, on_load=known_on)
    names = [f"L-{nth}" for nth in range(LEAVERS)] + [f"S-{nth}" for nth in range(STAYERS)]
    brought.rows("accounts", *(
        account(name, started_on=BEGAN, valid_from=BEGAN, segment="large" if int(name[2:]) % 2 else "small") for name in names
    ))  # fmt: skip
    lines, notices, uses = [], [], []
    for name in names:
        nth, leaves = int(name[2:]), name[0] == "L"
        ends = date(2025, 6, 1) + timedelta(days=7 * nth)
        lines.append(
            line(f"{name}-1", name, starts_on=BEGAN, ends_on=ends, annual_amount=100 + nth)
        )
        if not leaves:
            later = ends + timedelta(days=365)
            lines.append(line(f"{name}-2", name, product="Plus", starts_on=ends, ends_on=later))
        elif nth % 3 == 0:
            notices.append({
                "id": f"N-{name}", "account_id": name, "movement": "churn", "due_on": ends, "reason": "price",
                "noticed_on": ends - timedelta(days=20), "effective_on": ends,
            })  # fmt: skip
        is_quiet = leaves != (nth % 6 == 0)  # a sixth of either kind looks like the other
        for day in range(0, 400, 14 if is_quiet else 6):
            on = BEGAN + timedelta(days=day)
            if not leaves or on < ends:
                uses.append(use(f"{name}-{day}", name, at=datetime(on.year, on.month, on.day, 9)))
    # Somebody is active until the load: the feed goes on.
    uses += [use(f"on-{nth}", "S-1", at=datetime(2026, 3, 1, 9) + timedelta(days=nth)) for nth in range(92)]  # fmt: skip
    return brought.rows("contracts", *lines).rows("renewals", *notices).rows("usage", *uses)


def loaded(installation: Installation, brought: Import) -> Installation:
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=LOADED)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=LOADED, parent=None)
    return installation
