"""This file keeps the truth about a simulated company, which is never imported: who was about to leave, and what was planted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from keepwell.simulate import vendor
from keepwell.simulate.company import Company
from keepwell.simulate.world import days

# What carries the truth, by the names of tables, how long it lags behind what moves it, and which way it points.
SIGNALS = (
    ("seats in use", "usage", "grip", 5, "up is good"),
    ("active days", "usage", "grip", 5, "up is good"),
    ("features used", "usage", "worth", 25, "up is good"),
    ("data exports", "usage", "grip", 0, "up is bad: they take their data home before they go"),
    ("answers", "surveys", "regard", 12, "up is good"),
    ("tickets", "tickets", "grip", 0, "up is bad"),
    ("escalations", "tickets", "regard", 12, "up is bad"),
    ("meetings held", "meetings", "regard", 12, "up is good"),
    ("actions done", "meetings", "worth", 25, "up is good"),
    ("progress", "outcomes", "worth", 25, "up is good"),
    ("pulse", "pulses", "regard", 12, "up is good; one CSM sees everything too bright"),
    ("bad news", "signals", "means", 0, "up is bad, though most news says nothing"),
    ("days late", "invoices", "means", 0, "up is bad"),
    (vendor.NEWSLETTER, "readings", "", 0, "says nothing at all"),
)


def chances(company: Company) -> pa.Table:
    """Each account and week it was there: its chance to leave within a year, and the states behind it."""
    there = company.life.series("is_there").astype(bool)
    week, who = np.nonzero(there)
    columns = {
        "account_id": pa.array([company.id(each) for each in range(len(company.accounts))]).take(
            pa.array(who)
        ),
        "on": (company.world.first_day + 7 * week).astype("datetime64[D]"),
        "chance": company.life.series("chance")[week, who],
    }
    columns |= {
        name: company.life.series(name)[week, who]
        for name in ("grip", "habit", "regard", "worth", "means")
    }
    return pa.table(columns)


def accounts(company: Company) -> pa.Table:
    """One row for each account: how it ended and why, who looks after it, what was special about it."""
    lives, own = company.life, company.accounts
    return pa.table({
        "account_id": [company.id(who) for who in range(len(own))],
        "noticed_on": days(lives.noticed), "left_on": days(lives.left), "dark_on": days(lives.dark),
        "reason": pa.array([lives.reasons.get(who) for who in range(len(own))], pa.string()),
        "csm": [company.csms[at] for at in own.csm],
        "csm_is_optimistic": own.has_optimist,
        "is_stalled": own.is_stalled, "is_doomed_trial": own.is_doomed_trial, "fit": own.fit,
    })  # fmt: skip


def plays(company: Company) -> pa.Table:
    """What was tried with accounts in trouble, and whether it worked."""
    tried = [each for each in company.life.happenings if each.what in ("workshop", "discount talk")]
    return pa.table({
        "account_id": pa.array([company.id(each.account) for each in tried], pa.string()),
        "on": pa.array(np.array([each.day for each in tried], "datetime64[D]")),
        "play": pa.array([each.what for each in tried], pa.string()),
        "worked": pa.array([each.amount > 0 for each in tried], pa.bool_()),
    })  # fmt: skip


def signals() -> pa.Table:
    """What carries which state, how many weeks behind it, and which way."""
    names = ("signal", "table", "carries", "lag_weeks", "direction")
    return pa.table(dict(zip(names, map(list, zip(*SIGNALS, strict=True)), strict=True)))
