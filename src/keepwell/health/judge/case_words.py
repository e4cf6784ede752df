"""This file says a loss in a few plain lines: what was lost, how the score had gone, what moved, and what was written down."""

from __future__ import annotations

from keepwell.health.judge.judgement import Backtest, Case, Seen
from keepwell.health.judge.partial_losses import KINDS


def heading(found: Backtest) -> str:
    """Say why losses are told one by one, and when there will be figures."""
    when = (
        f"At the present rate there will be enough around {found.ready_on}."
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
    paid = "amount unknown" if case.revenue is None else f"{currency} {case.revenue:,.0f} a year"
    reason = f", {case.reason}" if case.reason else ""
    proxy = " A proxy: the account stayed." if case.kind in KINDS else ""
    said = [f"{name}: {case.kind} on {case.lost_on}, {paid}{reason}.{proxy}"]
    said.append(f"  Score: {_history(case)}.")
    moved = ", ".join(f"{each.path} {each.before:.0f} to {each.after:.0f}" for each in case.moved)
    noted = "; ".join(
        f"{each.what} {each.on}"
        + (f" ({each.kind})" if each.kind else "")
        + (f", known {each.known_on}" if each.known_on > each.on else "")
        for each in case.noted
    )
    moved = f"Moved most: {moved}." if moved else "No measure moved."
    said.append(f"  {moved} {f'Written down: {noted}.' if noted else 'Nothing was written down.'}")
    return said


def _history(case: Case) -> str:
    """Say the months in which the score or its band changed, and the last one."""
    if not case.history:
        return "none, as it was no customer on the first of a month that is judged"
    told: list[Seen] = []
    for at, seen in enumerate(case.history):
        is_last = at == len(case.history) - 1
        if not told or is_last or (seen.band, seen.score) != (told[-1].band, told[-1].score):
            told.append(seen)
    return ", ".join(
        f"{'not enough data' if each.score is None else f'{each.score:.0f} {each.band}'} in {each.on:%Y-%m}"
        for each in told
    )
