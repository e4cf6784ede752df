"""This file says in words what a backtest of a table of customers allows to be said, the most important first."""

from __future__ import annotations

from keepwell.health.judge import words
from keepwell.health.judge.leaks import ALARM
from keepwell.health.judge.table_auc import LEAST, Judged
from keepwell.health.judge.table_backtest import Backtest, Result, Way

NAMES: dict[Way, str] = {
    "card": "The card",
    "equal": "Equal weights",
    "suggested": "Suggested weights",
}
VERDICTS = {
    **{code: short for code, (short, _) in words.PREDICTIVE.items()},
    "too_few": f"too few to say: it takes {LEAST} accounts that left and {LEAST} that stayed",
    "leak": "leak alarm: do not believe it",
}


def history(found: Backtest) -> str:
    """Say whether there is enough to say anything."""
    judged = f"{found.judged_leavers:,} accounts that left and {found.judged_stayers:,} that stayed"
    if found.is_enough:
        return f"Enough to say something: {judged}."
    if min(found.judged_leavers, found.judged_stayers) < LEAST:
        return (
            f"Too few to say anything: {judged}, and it takes {LEAST} of each. No figure is shown."
        )
    return (
        f"Too few to say anything: before {found.later_from} there are {found.fitted_leavers:,} accounts that left and "
        f"{found.fitted_stayers:,} that stayed, and it takes {LEAST} of each. No figure is shown."
    )


def how(found: Backtest) -> str:
    """Say on what accounts the figures stand."""
    if found.later_from is not None:
        return f"Fitted on what came before {found.later_from}, judged on what came from then on."
    return "Fitted on four fifths of the accounts and judged on the other fifth, five times."


def verdict(found: Backtest, result: Result) -> str:
    """Give the code of the verdict of one way: that of its interval, unless it uses a column that leaks."""
    return "leak" if result.without_leaks or _reads_leak(found, result) else result.judged.verdict


def sentence(found: Backtest, result: Result) -> str:
    """Say how one way to score does: figures, verdict, and how it compares with equal weights."""
    parts = [f"{NAMES[result.way]}: {figures(result.judged)}{VERDICTS[verdict(found, result)]}."]
    if result.without_leaks:
        again = result.without_leaks
        parts.append(f"Without the leak: {figures(again)}{VERDICTS[again.verdict]}.")
    elif result.against_equal is not None and verdict(found, result) != "leak":
        parts.append(_against(*result.against_equal))
    if lacking := found.judged_rows - result.judged.rows:
        parts.append(
            f"{lacking:,} of {found.judged_rows:,} rows have no score: too little is known."
        )
    if result.way == "suggested" and all(each.suggested_weight is None for each in found.columns):
        parts.append("No weights are suggested.")
    return " ".join(parts)


def figures(judged: Judged) -> str:
    """Write an AUC with its interval.

    >>> figures(Judged(0.8449, 0.8193, 0.8704, 932, 1068, 2000, "yes"))
    'AUC 0.84 (0.82 to 0.87), '
    """
    if judged.value is None:
        return ""
    return f"AUC {judged.value:.2f} ({judged.low:.2f} to {judged.high:.2f}), "


def leaks(found: Backtest) -> str:
    """Say which columns give the answer away; empty where none does."""
    if not found.leaks:
        return ""
    named = ", ".join(f"`{each.name}` (AUC {each.alone.value:.2f})" for each in found.leaks)
    alone = "column alone tells" if len(found.leaks) == 1 else "columns tell, each alone,"
    return (
        f"Leak alarm: {len(found.leaks)} {alone} who left with an AUC of {ALARM} or more: {named}. What is that good was "
        "mostly written down after the account had decided. Ask when it is filled in; if it is after that, use --leave-out."
    )


def _reads_leak(found: Backtest, result: Result) -> bool:
    names = {each.name for each in found.leaks}
    if result.way == "card":
        return found.card is not None and not names.isdisjoint(found.card.columns.values())
    return bool(names)


def _against(value: float, low: float, high: float) -> str:
    interval = f"({low:+.2f} to {high:+.2f})"
    if high < 0:
        return f"Worse than equal weights by {-value:.2f} {interval}."
    if low > 0:
        return f"Better than equal weights by {value:.2f} {interval}."
    # Adding 0 makes a difference that rounds to nothing +0.00, not -0.00.
    return (
        f"Not clearly better or worse than equal weights: {round(value, 2) + 0.0:+.2f} {interval}."
    )
