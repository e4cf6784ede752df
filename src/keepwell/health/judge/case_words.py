"""This file says a loss in a few plain lines: what was lost, how the score had gone, what moved, and what was written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from keepwell.health.judge.judgement import Backtest, Case, Seen
from keepwell.health.judge.partial_losses import KINDS


def heading(found: Backtest, day: Callable[[date], str] = str) -> str:
    """Say why losses are told one by one, and when there will be figures."""
    when = (
        f"At the present rate there will be enough around {day(found.ready_on)}."
        if found.ready_on
        else "When there will be enough cannot be known yet."
    )
    return f"Too few left for figures, so here is every loss by itself. {when}"


def lines(case: Case, name: str, currency: str) -> list[str]:
    """Say one loss.

    >>> from datetime import date
    >>> lone = Case("downsell", "A-1", date(2026, 3, 4), 1200.0, "budget", (Seen(date(2026, 1, 1), 71.4, "Green"),), (), ())
    >>> print(*lines(lone, "Harbour", "EUR"), sep="\\n")
    Harbour: downsell on 2026-03-04, EUR 1,200 a year, budget. A proxy: the account stayed.
      Score: 71 Green in 2026-01.
      No measure moved. Nothing was written down.
    """
    paid = "" if case.revenue is None else f"{currency} {case.revenue:,.0f}"
    said = [f"{name}: {what(case, paid)}"]
    said.append(f"  Score: {history(case)}.")
    said.append(f"  {moved(case)} {noted(case)}")
    return said


def what(case: Case, paid: str, day: Callable[[date], str] = str) -> str:
    """Say what was lost and when; `paid` is what of it was paid a year, empty where that is not known."""
    amount = f"{paid} a year" if paid else "amount unknown"
    reason = f", {case.reason}" if case.reason else ""
    proxy = " A proxy: the account stayed." if case.kind in KINDS else ""
    return f"{case.kind} on {day(case.lost_on)}, {amount}{reason}.{proxy}"


def moved(case: Case, labels: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say which measures moved most, by their labels where there are any."""
    each = ", ".join(
        f"{labels.get(one.path, one.path)} {one.before:.0f} to {one.after:.0f}"
        for one in case.moved
    )
    return f"Moved most: {each}." if each else "No measure moved."


def noted(case: Case, day: Callable[[date], str] = str) -> str:
    """Say what was written down of an account before it was lost."""
    each = "; ".join(
        f"{one.what} {day(one.on)}"
        + (f" ({one.kind})" if one.kind else "")
        + (f", known {day(one.known_on)}" if one.known_on > one.on else "")
        for one in case.noted
    )
    return f"Written down: {each}." if each else "Nothing was written down."


def history(case: Case, month: Callable[[date], str] = "{:%Y-%m}".format) -> str:
    """Say the months in which the score or its band changed, and the last one."""
    if not case.history:
        return "none, as it was no customer on the first of a month that is judged"
    told: list[Seen] = []
    for at, seen in enumerate(case.history):
        is_last = at == len(case.history) - 1
        if not told or is_last or (seen.band, seen.score) != (told[-1].band, told[-1].score):
            told.append(seen)
    return ", ".join(
        f"{'not enough data' if each.score is None else f'{each.score:.0f} {each.band}'} in {month(each.on)}"
        for each in told
    )
