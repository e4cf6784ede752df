"""This file says in sentences what a page shows of a judgement; what counts most of one stands between two asterisks each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from keepwell.health.judge import words
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.frozen_likelihood import NotEnough
from keepwell.health.judge.judgement import Backtest, LeftOut, Legacy, Loss, RenewalLead
from keepwell.health.judge.leaving import LEFT
from keepwell.health.judge.rates import Part
from keepwell.health.judge.verdicts import CHANCE, NEEDED, Number, Verdict

DAYS_A_MONTH = 30  # of the lead-time curve
MADE = {
    "known": "anew, by facts known then",
    "happened": "anew, by what had happened then",
    "published": "as published then",
}
FLATTERS = "Facts count from the day they happened, also where they were known later: this flatters a score."


def answer(verdict: Verdict) -> str:
    """Answer whether the score tells who leaves.

    >>> answer(Verdict("yes_with_care", {}))
    'Yes, with care.'
    """
    return words.ANSWERS[verdict.code]


def pairs(headline: Estimate) -> str:
    """Say an AUC as a count of pairs.

    >>> pairs(Estimate(0.61, 0.52, 0.7, 68, 90, 400, "bootstrap_by_account"))
    'Of a leaver and a stayer, the score had the leaver lower in **61 of 100 pairs**; the truth lies between 52 and 70, and guessing gives 50.'
    """
    if headline.value is None:
        return "There was no leaver beside a stayer of the same month, so no pair can be compared."
    said = f"Of a leaver and a stayer, the score had the leaver lower in **{_hundredths(headline.value)} of 100 pairs**"
    if headline.low is None or headline.high is None:
        return f"{said}; guessing gives 50."
    low, high = _hundredths(headline.low), _hundredths(headline.high)
    return f"{said}; the truth lies between {low} and {high}, and guessing gives 50."


def undecided(verdict: Verdict, headline: Estimate) -> str:
    """Say why it cannot be told yet."""
    numbers = verdict.numbers
    low, high = headline.low, headline.high
    if verdict.code == "too_few":
        said = f"Only **{words.leavers(numbers['leavers'])} and {words.stayers(numbers['stayers'])}** are known, and it takes {numbers['needed']} of each to judge a score."
        if low is None or high is None:
            return said
        return f"{said} With so few the score may look better or worse than it is: the interval runs from **{low:.2f}** to **{high:.2f}**."
    if low is None or high is None:
        return "The score may know nothing or a lot: there is no interval yet."
    return (
        f"The interval runs from **{low:.2f}** to **{high:.2f}** over {words.leavers(headline.leavers)}. It holds {CHANCE}, which is guessing, "
        "and it reaches far above: the score may know nothing or a lot."
    )


def worst_band(part: Part) -> str:
    """Say how much more often the worst band left.

    >>> few = Estimate(0.39, 0.22, 0.59, 9, 14, 23, "wilson")
    >>> worst_band(Part("Red", few, Estimate(1.5, 0.9, 2.6, 9, 14, 23, "clustered_linear"), 9))
    'Red accounts left **1.5 times** as often as all.'
    """
    if part.lift.value is None:
        return ""
    return f"{part.name} accounts left **{part.lift.value:.1f} times** as often as all."


def missed(
    losses: Sequence[Loss],
    bands: Sequence[str],
    *,
    lead_days: int,
    paid: str,
    lost: str,
    has_risks: bool = False,
) -> str:
    """Say how many of those that left had looked healthy, and what they paid of what all paid."""
    count = sum(each.is_blindsided for each in losses)
    named = " or ".join(bands) + (" with no open risk" if has_risks else "")
    return f"**{count} of {len(losses)} that left had been {named}** up to {lead_days} days before, with {paid} of the {lost} a year that was lost."


def blindsided(found: Backtest, *, lead_days: int) -> str:
    """Say what an account was that left by surprise: known risks count too."""
    if found.has_risks:
        return f"healthy, and no risk was open, up to {lead_days} days before"
    return f"healthy up to {lead_days} days before"


def asked(found: Backtest) -> str:
    """Ask what a judgement answers."""
    return f"Does this score tell {words.asked(found)}?"


def leaving(found: Backtest) -> tuple[str, str]:
    """Say what counts as leaving, and plainly where that is a proxy: a name, and what it says."""
    if found.is_proxy:
        return "Judged by", f"{found.outcome}, a proxy"
    means = "account left: noticed, decided or ended" if found.outcome == LEFT else found.outcome
    return "Leaving means", means


def overlaps(bands: Sequence[Part]) -> str:
    """Say which neighbouring bands cannot be told apart by their intervals."""
    said = [
        f"{one.name} and {other.name}"
        for one, other in pairwise(bands)
        if _reaches(one.rate, other.rate)
    ]
    return f"The intervals of {', and of '.join(said)} overlap." if said else ""


def ends_of_tenths(deciles: Sequence[Part]) -> str:
    """Compare the lowest tenth of the scores with the highest."""
    rates = [each.rate.value for each in deciles]
    if len(rates) < 2 or rates[0] is None or rates[-1] is None:
        return ""
    between = f"{words.percent(rates[0])} against {words.percent(rates[-1])}"
    if not rates[-1]:
        return f"Of the lowest tenth {words.percent(rates[0])} left, of the highest nobody."
    times = rates[0] / rates[-1]
    if times >= 1:
        return f"The lowest tenth left **{times:.1f} times** as often as the highest ({between})."
    return f"The lowest tenth left less often than the highest ({between})."


def lead_times(curve: Sequence[tuple[int, Estimate]]) -> str:
    """Say how long before the score tells most, and from when on it may be guessing."""
    known = [(days // DAYS_A_MONTH, each) for days, each in curve if each.value is not None]
    if not known:
        return "Nothing is known of any lead time."
    months, best = max(known, key=lambda each: each[1].value or 0.0)
    said = f"Best {_months(months)} before ({best.value:.2f})"
    unsure = [month for month, each in known if each.low is None or each.low <= CHANCE]
    sure = [month for month, _ in known if month not in unsure]
    if not sure:
        return f"{said}; it may be guessing all along."
    from_ = min((month for month in unsure if month > max(sure)), default=None)
    if from_ is None:
        return f"{said}; it tells {_months(max(sure))} before already."
    return f"{said}; from {_months(from_)} on it may be guessing."


def equal_weights(found: Backtest) -> str:
    """Say how the same measures do with equal weights."""
    equal, less = found.equal_weights, found.against_equal_weights
    if equal.value is None or less.value is None:
        return ""
    said = f"With equal weights the same measures reach {equal.value:.2f}"
    if less.low is None or less.high is None:
        return f"{said}."
    if less.low > 0:
        return f"{said}: the weights help."
    if less.high < 0:
        return f"{said}: **the weights do harm**."
    return f"{said}: whether the weights help cannot be told."


def deadline(found: Backtest, *, lead_days: int) -> str:
    """Compare the score with what the days to the next decision alone say."""
    lead = found.lead(lead_days)
    if lead.deadline.value is None or lead.gain.value is None:
        return ""
    said = f"The days to the next decision alone reach {lead.deadline.value:.2f}"
    if lead.gain.low is not None and lead.gain.low > 0:
        return f"{said}: the score knows more."
    if lead.gain.high is not None and lead.gain.high < 0:
        return f"{said}: **the score knows less than the calendar**."
    return f"{said}: whether the score knows more cannot be told."


def calibration(found: Backtest) -> str:
    """Say how the likelihoods of earlier months held on later accounts."""
    told = found.calibration
    if told is None or told.slope.value is None or told.intercept.value is None:
        return "Whether such numbers hold on later months cannot be checked yet: that takes 30 leavers in the earlier months alone."
    low, high = told.slope.low, told.slope.high
    spread = "the numbers are about right"
    if low is not None and high is not None and high < 1:
        spread = "the numbers are too extreme"
    elif low is not None and low > 1:
        spread = "the numbers are too timid"
    return f"Tried on later months: {spread} (slope {told.slope.value:.2f}, and 1 is right)."


def likelihood(found: Backtest) -> str:
    """Say what the likelihoods stand on, and how they hold."""
    told = found.likelihood
    if isinstance(told, NotEnough):
        return words.not_enough(told)
    return f"Of accounts with such a score, not of a single one. {calibration(found)}"


def precision(found: Estimate, everybody: float | None) -> str:
    """Say the average precision beside that of guessing."""
    said = f"Average precision {words.rate(found)}"
    return (
        f"{said}." if everybody is None else f"{said}; guessing reaches {words.percent(everybody)}."
    )


def losses(missed: int, lost: int) -> str:
    """Count the losses that are listed."""
    return f"{missed} of {lost} that left"


def renewals(leads: Sequence[RenewalLead]) -> str:
    """Say what a table of renewals compares.

    >>> few = Estimate(0.6, 0.5, 0.7, 40, 60, 400, "bootstrap_by_account")
    >>> renewals([RenewalLead(30, 558, 110, few, (), 0, 0), RenewalLead(60, 535, 108, few, (), 0, 0)])
    '558 renewals came due; each is set beside the score that stood 30 to 60 days before its notice deadline.'
    """
    most = max(each.renewals for each in leads)
    days = sorted(each.days for each in leads)
    between = f"{days[0]} to {days[-1]}" if len(days) > 1 else f"{days[0]}"
    came = "1 renewal" if most == 1 else f"{most:,} renewals"
    return f"{came} came due; each is set beside the score that stood {between} days before its notice deadline."


def by_segment(found: Backtest) -> str:
    """Say which segment lost most of its accounts."""
    known = [(each.rate.value, each) for each in found.by_segment if each.rate.value is not None]
    if not known:
        return "Of no segment the share that left is known."
    share, most = max(known, key=lambda each: each[0])
    of = f", the most of {len(known)} segments" if len(known) > 1 else ""
    return f"{most.name}: {words.percent(share)} left within 90 days of a month's first{of}. Revenue is what accounts that left paid a year."


def kinds_of_loss(found: Backtest) -> str:
    """Say that what else was lost is beside what the score is judged by."""
    lost = len(found.partial_losses)
    by = "accounts that left" if found.outcome == LEFT else found.outcome
    losses = "1 loss" if lost == 1 else f"{lost:,} losses"
    return f"{losses} of accounts that stayed; the score is judged by {by}."


def largest(shown: int, lost: int) -> str:
    """Say how many of the losses of accounts that stayed are listed."""
    if shown == lost:
        return "All of them, the largest first."
    return f"The {shown} largest of {lost:,}."


def legacy(found: Legacy) -> str:
    """Say on how many rows a card stands beside another score."""
    return f"It scores {found.known:,} of {found.rows:,} rows. On the {found.ours.rows:,} that both score the two are compared; above 0 this card is better."


def left_out(found: Sequence[LeftOut]) -> str:
    """Count accounts that are not judged, and those of them that have left.

    >>> left_out([LeftOut("no_score", 4, 1), LeftOut("too_young", 1, 0)])
    '5 accounts are not judged, and 1 of them has left.'
    """
    accounts, left = sum(each.accounts for each in found), sum(each.left for each in found)
    are = "1 account is" if accounts == 1 else f"{accounts:,} accounts are"
    return f"{are} not judged, and {left:,} of them {'has' if left == 1 else 'have'} left."


def survivors(until: str) -> str:
    """Say why months before the first import are left out."""
    return f"Months before {until} are left out: what was imported then holds nobody who had left before."


def scored_later(count: int) -> str:
    """Say of how many months published scores were computed later."""
    return f"The scores of {_months(count)} were computed more than a week after their day, with whatever was known by then."


def more_leavers(verdict: Verdict) -> tuple[str, str]:
    """Say how far it is to enough leavers and stayers, and when they will be there."""
    numbers = verdict.numbers
    if verdict.code != "too_few":
        return (
            "More leavers.",
            f"{words.leavers(numbers['leavers'])} so far. Four times as many make the interval half as wide.",
        )
    lacking = [
        f"{numbers[name]} of {numbers['needed']} {name}"
        for name in ("leavers", "stayers")
        if (numbers[name] or 0) < (numbers["needed"] or NEEDED)
    ]
    said = f"{' and '.join(lacking)} so far."
    ready = numbers["ready_in_months"]
    if ready is None:
        return "More decisions.", said
    months = "about a month" if ready == 1 else f"about {ready} months"
    return "More decisions.", f"{said} At the present rate of leaving there are enough in {months}."


def older_history(survivors_until: date | None, first: str) -> tuple[str, str]:
    """Say what import would bring months to judge."""
    if survivors_until:
        return (
            "Those who have left.",
            f"Months before {first} are left out, as the import holds nobody who had left before. Import the contracts of former customers too.",
        )
    return (
        "Older history.",
        f"The first month that can be judged is {first}. Import older contracts, and say in the mapping how late their rows are known (`lag: 1 day`).",
    )


def other_outcome() -> tuple[str, str]:
    """Say how to judge by what happens more often than leaving."""
    return (
        "A softer outcome.",
        'Downgrades are more frequent than losses. Judge by them: `keepwell backtest --outcome "renewals where movement = downsell"`',
    )


def lacking(numbers: Mapping[str, Number]) -> tuple[str, int, int] | None:
    """Give what lacks most of leavers and stayers, how many there are, and how many it takes."""
    needed = int(numbers.get("needed") or 0)
    name = min(("leavers", "stayers"), key=lambda each: numbers.get(each) or 0)
    return (name, int(numbers.get(name) or 0), needed) if needed else None


def _reaches(one: Estimate, other: Estimate) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low <= other.high and other.low <= one.high


def _hundredths(share: float) -> int:
    return round(share * 100)


def _months(count: int) -> str:
    return "1 month" if count == 1 else f"{count} months"
