"""This file tests who is no customer any more, on both engines: the gap, what was said, what runs below, and what nobody knows."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from keepwell.health.compile.former import NEVER_ENDS, ContractEnds
from keepwell.health.engines.oracle.customers import is_former

ENDED = date(2026, 3, 1)
LEFT = {"movement": "churn", "noticed_on": date(2026, 1, 5), "effective_on": ENDED}


def line(ends_on: date | None = ENDED, **more: object) -> dict[str, object]:
    return {"on": date(2025, 3, 1), "ends_on": ends_on, "kind": None, **more}


def on_arrays(lines: list[dict], renewals: list[dict], as_of: date) -> bool:  # type: ignore[type-arg]
    """The production rule for one account; as its queries give the rows."""
    lines = [each for each in lines if each["kind"] in (None, "recurring")]
    leaves = [each for each in renewals if each["movement"] == "churn"]
    said = [
        min(d for d in (each.get("noticed_on"), each.get("decided_on")) if d) for each in leaves
    ]
    effective = [each.get("effective_on") or each.get("due_on") or NEVER_ENDS for each in leaves]
    ends = ContractEnds(
        1,
        np.zeros(len(lines), np.intp),
        np.array([each["on"] for each in lines], "datetime64[D]"),
        np.array([each["ends_on"] or NEVER_ENDS for each in lines], "datetime64[D]"),
        np.zeros(len(leaves), np.intp),
        np.array(said, "datetime64[D]"),
        np.array(effective, "datetime64[D]"),
    )
    return bool(ends.former(as_of)[0])


@pytest.mark.parametrize("rule", [on_arrays, is_former])
@pytest.mark.parametrize(
    ("lines", "renewals", "days_after", "is_gone"),
    [
        ([line()], [], 60, False),  # late to sign
        ([line()], [], 61, True),
        ([line()], [LEFT], 0, False),  # until its last day
        ([line()], [LEFT], 1, True),
        ([line()], [LEFT | {"effective_on": ENDED - timedelta(days=365)}], 1, False),  # of an earlier term
        ([line()], [LEFT | {"effective_on": None, "due_on": ENDED}], 1, True),
        ([line()], [LEFT | {"effective_on": None}], 1, True),
        ([line()], [LEFT | {"noticed_on": ENDED + timedelta(days=9)}], 1, False),  # not said yet
        ([line()], [LEFT | {"noticed_on": None, "decided_on": date(2026, 2, 1)}], 1, True),
        ([line()], [LEFT | {"movement": "renewed"}], 1, False),
        ([line(), line(None)], [LEFT], 400, False),  # another line runs
        ([line(), line(ENDED + timedelta(days=365))], [LEFT], 60, False),
        ([line(), line(None, kind="services")], [], 61, True),
        ([line(kind="trial")], [], 400, False),  # never a customer, and never gone
        ([], [LEFT], 400, False),
        ([line(on=ENDED + timedelta(days=500), ends_on=None), line()], [], 61, True),  # begins later
    ],
)  # fmt: skip
def test_an_account_is_gone(rule, lines, renewals, days_after, is_gone) -> None:  # type: ignore[no-untyped-def]
    assert rule(lines, renewals, ENDED + timedelta(days=days_after)) == is_gone
