"""This file gathers a company's ground truth, which is never imported."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from keepwell.simulate import vendor
from keepwell.simulate.company import Company
from keepwell.simulate.world import to_dates

# For each signal its table, the hidden state it reflects, its lag in weeks, and its direction.
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


def churn_chances(company: Company) -> pa.Table:
    """Return for each account and week the chance to leave within a year, and the hidden states."""
    is_there = company.history.series("is_there").astype(bool)
    week, account = np.nonzero(is_there)
    ids = pa.array([company.account_id(each) for each in range(len(company.accounts))])
    columns = {
        "account_id": ids.take(pa.array(account)),
        "on": (company.world.first_day + 7 * week).astype("datetime64[D]"),
    }
    for name in ("chance", "grip", "habit", "regard", "worth", "means"):
        columns[name] = company.history.series(name)[week, account]
    return pa.table(columns)


def accounts(company: Company) -> pa.Table:
    """Return for each account when and why it left, its CSM, and what was special about it."""
    history, everyone = company.history, company.accounts
    reasons = [history.reasons.get(account) for account in range(len(everyone))]
    return pa.table({
        "account_id": [company.account_id(account) for account in range(len(everyone))],
        "noticed_on": to_dates(history.notice_day),
        "left_on": to_dates(history.leave_day),
        "dark_on": to_dates(history.dark_day),
        "reason": pa.array(reasons, pa.string()),
        "csm": [company.csms[at] for at in everyone.csm],
        "csm_is_optimistic": everyone.has_optimistic_csm,
        "is_stalled": everyone.is_stalled,
        "is_doomed_trial": everyone.is_doomed_trial,
        "fit": everyone.fit,
    })  # fmt: skip


def plays(company: Company) -> pa.Table:
    """Return what was tried with accounts in trouble, and whether it worked."""
    tried = [each for each in company.history.events if each.kind in ("workshop", "discount talk")]
    return pa.table({
        "account_id": pa.array([company.account_id(each.account) for each in tried], pa.string()),
        "on": pa.array(np.array([each.day for each in tried], "datetime64[D]")),
        "play": pa.array([each.kind for each in tried], pa.string()),
        "worked": pa.array([each.amount > 0 for each in tried], pa.bool_()),
    })  # fmt: skip


def signals() -> pa.Table:
    """Return which signal reflects which hidden state, with what lag, and in which direction."""
    names = ("signal", "table", "carries", "lag_weeks", "direction")
    return pa.table(dict(zip(names, map(list, zip(*SIGNALS, strict=True)), strict=True)))
