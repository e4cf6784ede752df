"""This file says verdicts and figures in plain sentences, the number first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from keepwell.health.judge import verdicts
from keepwell.health.judge.bands import Alarms
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.frozen_likelihood import NotEnough
from keepwell.health.judge.judgement import (
    Backtest,
    LeftOut,
    Loss,
    Treated,
    WithoutHistory,
)
from keepwell.health.judge.rates import Part
from keepwell.health.judge.verdicts import Number, Verdict

# In short, and what that means.
PREDICTIVE = {
    "not_predictive": ("not predictive", "The score does not tell who leaves."),
    "cannot_tell_yet": ("cannot tell yet", "The score may know nothing or a lot; more leavers will tell."),
    "a_little": ("a little, not enough alone", "Look at what else you know before you act on it."),
    "yes": ("yes", "The score tells who leaves."),
    "yes_with_care": ("yes, with care", "The score tells who leaves; how well is not certain yet."),
    "wrong_way": ("points the wrong way", "Accounts with a higher score left more often."),
}  # fmt: skip
# As a heading: does this score tell who leaves?
ANSWERS = {
    "too_few": "Too few to tell.",
    "not_predictive": "No, it does not tell.",
    "cannot_tell_yet": "Cannot tell yet.",
    "a_little": "A little, and not enough to rely on alone.",
    "yes": "Yes, it tells who leaves.",
    "yes_with_care": "Yes, with care.",
    "wrong_way": "It points the wrong way.",
}
# In a cell, of a measure or a segment by itself.
BRIEFLY = {
    "too_few": "too few",
    "not_predictive": "does not tell",
    "cannot_tell_yet": "cannot tell",
    "a_little": "tells a little",
    "yes": "tells",
    "yes_with_care": "tells",
    "wrong_way": "wrong way",
}
# Of one account, and of several.
LEFT_OUT = {
    "no_score": ("never had a score", "never had a score"),
    "too_young": ("is too young", "are too young"),
    "gone_before": ("left before the first month", "left before the first month"),
    "not_known": ("was known on the first of no month", "were known on the first of no month"),
}
# What stands in past months for values without a history.
UNDATED = {
    "backdated": "today's, as if always so",
    "imported": "missing before their import",
}
BANDS = {
    "bands_out_of_order": "The bands are out of order.",
    "bands_may_be_out_of_order": "The bands may be out of order; it may also be chance.",
}


def sentence(verdict: Verdict) -> str:
    """Say a verdict.

    >>> sentence(Verdict("mostly_treated", {"treated": 31, "at_risk": 40}))
    '31 of 40 at-risk accounts were in a play: read this with care. One that was saved stayed, and counts against the score.'
    """
    numbers, names = verdict.numbers, verdict.names
    match verdict.code:
        case "too_few":
            return _too_few(numbers)
        case code if code in PREDICTIVE:
            short, means = PREDICTIVE[code]
            return f"AUC {_auc(numbers)} over {leavers(numbers['leavers'])}: {short}. {means}"
        case "leak":
            listed = ", ".join(f"`{name}`" for name in names)
            each = "alone reaches" if len(names) == 1 else "each reach"
            return (
                f"AUC {_two(numbers['auc'])} from one measure: {listed} {each} {_two(numbers['alarm'])} or more. Measures that "
                "good were often filled in after the decision. Check when this is known, or leave it out."
            )
        case "worse_than_equal_weights":
            less = {"auc": numbers["difference"], "low": numbers["low"], "high": numbers["high"]}
            return f"AUC {_auc(less)} against equal weights: worse than equal weights. Give every measure the same weight, or rework them."
        case code if code in BANDS:
            worse, better = names
            left, of_worse = _apart(numbers["better_rate"], numbers["worse_rate"])
            return f"{left} of {better} left, and {of_worse} of {worse}. {BANDS[code]}"
        case "without_history":
            listed = ", ".join(f"`{name}`" for name in names)
            have, are = (
                ("have", "They are today's, or missing, in the months before their import")
                if len(names) > 1
                else ("has", "It is today's, or missing, in the months before its import")
            )
            what = "part of the card reads" if numbers["parts"] == 1 else "parts of the card read"
            again = (
                "" if numbers["auc"] is None else f" Without what reads that: AUC {_auc(numbers)}."
            )
            return f"{numbers['parts']} {what} what {have} no history: {listed}. {are}.{again}"
        case "unscored":
            return (
                f"{numbers['without']} of {numbers['leavers']} that left had no score before: the verdict is of the others alone. "
                "Find out which data those lacked."
            )
        case "mostly_treated":
            return (
                f"{numbers['treated']} of {numbers['at_risk']} at-risk accounts were in a play: read this with care. "
                "One that was saved stayed, and counts against the score."
            )
    raise AssertionError(f"no sentence for the verdict {verdict.code}")


def asked(found: Backtest) -> str:
    """Say what a card was asked to tell."""
    return f"who has a {found.outcome}" if found.is_proxy else "who leaves"


def proxy(outcome: str) -> str:
    """Say that something else stands in for leaving.

    >>> proxy("downsell")
    'Judged by downsell, a proxy: a "leaver" below is an account with a downsell. Accounts that left outright are left aside.'
    """
    return (
        f'Judged by {outcome}, a proxy: a "leaver" below is an account with a {outcome}. '
        "Accounts that left outright are left aside."
    )


def auc(estimate: Estimate) -> str:
    """Write an AUC, or a difference of two, with its interval.

    >>> auc(Estimate(0.71, 0.62, 0.79, 60, 90, 400, "bootstrap_by_account"))
    '.71 (.62 to .79)'
    """
    return _auc({"auc": estimate.value, "low": estimate.low, "high": estimate.high})


def auc_if_enough(estimate: Estimate) -> str:
    """Write an AUC as `auc` does, or that too few left or stayed: one leaver says 1.00 or .00, whatever the score knows.

    >>> auc_if_enough(Estimate(1.0, 0.03, 1.0, 1, 90, 400, "bootstrap_by_account"))
    'too few'
    """
    if verdicts.too_few(estimate.leavers, estimate.stayers):
        return "too few"
    return auc(estimate)


def rate(estimate: Estimate) -> str:
    """Write a share with its interval.

    >>> rate(Estimate(0.096, 0.056, 0.16, 8, 60, 292, "clustered_wilson"))
    '9.6 % (5.6 % to 16 %)'
    """
    between = (
        f" ({percent(estimate.low)} to {percent(estimate.high)})"
        if estimate.low is not None
        else ""
    )
    return f"{percent(estimate.value)}{between}"


def lift(estimate: Estimate) -> str:
    """Write how many times as many left as of all, with its interval.

    >>> lift(Estimate(2.31, 1.4, 3.82, 8, 60, 292, "clustered_linear"))
    '2.3 (1.4 to 3.8)'
    """
    if estimate.value is None:
        return "unknown"
    between = "" if estimate.low is None else f" ({estimate.low:.1f} to {estimate.high:.1f})"
    return f"{estimate.value:.1f}{between}"


def of_precision(found: Estimate, bands: Sequence[Part]) -> str:
    """Say the average precision, and what a score that knows nothing would reach: the share that left of all rows with a band."""
    rows = sum(part.rate.rows for part in bands)
    said = f"Average precision {rate(found)}"
    if not rows or found.value is None:
        return f"{said}."
    return f"{said}; a score that knows nothing reaches {percent(sum(part.left for part in bands) / rows)}."


def headline(estimate: Estimate, *, lead_days: int) -> str:
    """Say the headline of a backtest in one line."""
    counted = leavers(estimate.leavers)
    if estimate.value is None:
        return f"No AUC for leaving within {lead_days} days: {counted}, {estimate.stayers} stayers."
    return f"This score tells who leaves within {lead_days} days with AUC {auc(estimate)} over {counted}."


def of_leavers(alarms: Alarms, band: str, *, lead_days: int) -> str:
    """Say how many leavers had been in a band."""
    count = dict(alarms.leavers_by_band)[band]
    return f"{count} of {leavers(alarms.leavers)} had been {band} {lead_days} days before."


def of_calls(alarms: Alarms) -> str:
    """Say how many calls went to accounts that stayed."""
    calls = f"{alarms.calls} {'call' if alarms.calls == 1 else 'calls'}"
    each = alarms.false_calls_per_leaver
    saved = f", {alarms.rescued} rescued by a play" if alarms.rescued else ""
    said = f"{calls}{saved}, {alarms.false_calls} of them false alarms"
    if each is None:
        return f"{said}: no leaver was called."
    return f"{said}: {each:.1f} for each leaver that was called."


def of_treated(found: Treated) -> str:
    """Say how the leaving rates of accounts at risk with and without a play differ, and what that does not show."""
    if found.difference.value is None:
        return "Rates with and without a play cannot be compared: there is only one of them."
    value, low, high = (found.difference.value, found.difference.low, found.difference.high)
    more = "more" if value >= 0 else "fewer"
    between = (
        f" ({low * 100:+.0f} to {high * 100:+.0f})" if low is not None and high is not None else ""
    )
    return (
        f"Without a play {abs(value) * 100:.0f} points {more} left{between}. Who got one was chosen, not drawn by lot: "
        "this does not show what plays do."
    )


def missed(found: Backtest) -> str:
    """Say what an account was that a score missed."""
    return "healthy with no open risk" if found.has_risks else "healthy"


def not_judged(found: Sequence[LeftOut]) -> str:
    """Say who is left out, and what became of them.

    >>> not_judged([LeftOut("no_score", 4, 1), LeftOut("too_young", 1, 0)])
    'Not judged: 4 accounts that never had a score (1 has left), 1 account that is too young (0 have left).'
    """
    each = (
        f"{part.accounts:,} {'account' if part.accounts == 1 else 'accounts'} that "
        f"{LEFT_OUT[part.why][part.accounts != 1]} ({part.left:,} {'has' if part.left == 1 else 'have'} left)"
        for part in found
    )
    return f"Not judged: {', '.join(each)}."


def told(loss: Loss, labels: Mapping[str, str] = MappingProxyType({})) -> str:
    """Name the measures that were at risk by themselves when an account was last seen before it left, with their points."""
    points = dict(loss.measures)
    named = (f"{labels.get(path, path)} {points[path]:.0f}" for path in loss.told)
    return ", ".join(named) or "nothing in the data"


def readers(found: WithoutHistory, labels: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Say which measures, segments and rules read values without a history, a sentence each."""
    reads = found.reads
    measures = tuple(labels.get(path, path) for path in reads.measures)
    kinds = ("Measures", measures), ("Segments", reads.segments), ("Rules", reads.rules)
    return [f"{kind} that read them: {', '.join(names)}." for kind, names in kinds if names]


def without_history(found: WithoutHistory) -> str:
    """Say what a card tells without what has no history."""
    if found.auc is None or found.difference is None:
        return "The card is not scored without them: nothing would be left, or published scores are judged."
    return f"AUC without them: {auc_if_enough(found.auc)}. What they add: {auc_if_enough(found.difference)}."


def of_at_risk(alarms: Alarms, *, lead_days: int) -> str:
    """Say what share of the rows at risk left."""
    if alarms.at_risk.value is None:
        return "No account was at risk."
    return f"{rate(alarms.at_risk)} of accounts at risk left within {lead_days} days."


def likely(value: float, low: float, high: float) -> str:
    """Say a likelihood to renew: of accounts with such a score, not of this one."""
    return (
        f"{percent(value)} of accounts with this score renew ({percent(low)} to {percent(high)})."
    )


def not_enough(answer: NotEnough) -> str:
    """Say why there is no likelihood to renew."""
    return (
        f"Not enough history: {leavers(answer.leavers)} and {stayers(answer.stayers)}, "
        f"and it takes {answer.needed} of each."
    )


def percents(low: float | None, high: float | None) -> str:
    """Write an interval of shares briefly; empty where there is none.

    >>> ascii(percents(0.056, 0.16)), percents(None, None)
    ("'5.6\\\\u201316 %'", '')
    """
    if low is None or high is None:
        return ""
    return f"{percent(low).removesuffix(' %')}\N{EN DASH}{percent(high)}"


def score(number: float | None) -> str:
    """Write a score as the end of a range, cut to tenths.

    >>> score(52.1325), score(70.0)
    ('52.1', '70')
    """
    return "unknown" if number is None else f"{math.floor(number * 10 + 1e-8) / 10:g}"


def _too_few(numbers: Mapping[str, Number]) -> str:
    counted = f"{leavers(numbers['leavers'])}, {stayers(numbers['stayers'])}"
    said = f"{counted}: too few. It takes {numbers['needed']} of each to judge a score."
    ready = numbers["ready_in_months"]
    if ready is None:
        return said
    months = "in about a month" if ready == 1 else f"in about {ready} months"
    return f"{said} At the present rate of leaving there are enough {months}."


def leavers(count: Number) -> str:
    """Count leavers."""
    return f"{count} {'leaver' if count == 1 else 'leavers'}"


def stayers(count: Number) -> str:
    """Count stayers."""
    return f"{count} {'stayer' if count == 1 else 'stayers'}"


def _auc(numbers: Mapping[str, Number]) -> str:
    value, low, high = (numbers[name] for name in ("auc", "low", "high"))
    return _two(value) if low is None else f"{_two(value)} ({_two(low)} to {_two(high)})"


def _two(number: Number) -> str:
    """Write two decimals, without the 0 in front of them, as an AUC is written."""
    if number is None:
        return "unknown"
    return f"{number:.2f}".replace("0.", ".", 1)


def _apart(first: Number, second: Number) -> tuple[str, str]:
    """Write two shares, with a decimal where whole percents would read as the same."""
    whole = percent(first), percent(second)
    if whole[0] != whole[1] or first is None or second is None:
        return whole
    return f"{first * 100:.1f} %", f"{second * 100:.1f} %"


def percent(share: Number) -> str:
    """Write a share as a percentage, below ten with one decimal, as everywhere.

    >>> percent(0.0449), percent(0.31), percent(0.0), percent(1.0)
    ('4.5 %', '31 %', '0 %', '100 %')
    """
    if share is None:
        return "unknown"
    hundredths = share * 100
    return f"{round(hundredths, 1):g} %" if abs(hundredths) < 9.95 else f"{hundredths:.0f} %"
