"""This file prints the judgement of a scorecard: first whether it tells who leaves, then what that stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.app import actions, queries, representations
from keepwell.cli import (
    card_files,
    cases,
    clock,
    formats,
    html_files,
    legacy_scores,
    output,
    partial_losses,
    renewals,
    segments,
    treated,
    undated,
    workspaces,
)
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from keepwell.app.judged import Judged, Scores
    from keepwell.health.judge.judgement import Backtest, Loss

HEADLINE, LEADS = 90, (30, 60, 90, 180)  # days
SHOWN = 10  # losses
SCORES = {
    "known": "with what was known then",
    "happened": "with what was true then",
    "published": "with the scores that were published",
}


def run(
    workspace: Path,
    card: Path | None,
    *,
    against: Path | None,
    first: date | None,
    until: date | None,
    outcome: str | None,
    legacy: str | None,
    leads: Sequence[int] | None,
    by_segment: bool,
    made: Scores,
    keep: bool,
    by: str | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Judge a card, or the published one, against who left, print it, and keep it or write it as a page where that is asked for."""
    if keep and (card or first or until or outcome or legacy or made != "known"):
        raise WrongUse(
            "--keep is for the whole history of the published card, with what was known then."
        )
    if strange := sorted(set(leads or ()) - set(LEADS)):
        raise WrongUse(f"--lead is {strange[0]}; it must be one of {', '.join(map(str, LEADS))}.")
    if html:
        html_files.check(html)
    here = workspaces.open(workspace)
    text = card_files.read(card) if card else None
    with output.progress("Scoring past months") as progress:
        found = actions.backtests.run(
            installation=here,
            by=clock.operator(by),
            text=text,
            file=str(card) if card else "the published card",
            against=(card_files.read(against), str(against)) if against else None,
            first=first,
            until=until,
            outcome=outcome,
            legacy=legacy,
            made=made,
            progress=progress,
        )
    if keep:
        actions.judgements.keep(found=found, by=clock.operator(by), at=clock.now())
    if html:
        html_files.judgement(html, here, found, text, by)
    if as_json:
        output.print_json(representations.backtests.judged(found))
        return
    names = queries.accounts.names(VIEWER)
    _print(output.console(), found, names, here.currency, leads or LEADS, by_segment=by_segment)
    if keep:
        _say(
            output.console(),
            "This judgement is there for the pages now. To freeze its likelihood to renew: keepwell likelihood --freeze --note WHY",
        )


def _print(
    console: Console,
    found: Judged,
    names: Mapping[str, str],
    currency: str,
    leads: Sequence[int],
    *,
    by_segment: bool,
) -> None:
    from keepwell.health.judge import words

    judged = found.backtest
    _say(
        console,
        f"Does {found.file} tell {words.asked(judged)}? {words.sentence(judged.verdict)}",
        "bold",
    )
    if judged.is_proxy:
        _say(console, words.proxy(judged.outcome), "bold")
    for warning in judged.warnings:
        _say(console, words.sentence(warning), "bold")
    _print_history(console, found)
    if found.against and found.difference:
        other, against = found.against
        _say(console, f"{other}: {words.sentence(against.verdict)}")
        _say(console, f"Difference in AUC: {words.auc(found.difference)}; above 0 {found.file} is better.")  # fmt: skip
    _print_leads(console, judged, leads)
    _print_bands(console, judged)
    if by_segment:
        segments.show(console, judged, currency)
    legacy_scores.show(console, judged)
    renewals.show(console, judged)
    treated.show(console, judged)
    undated.show(console, judged)
    _print_measures(console, judged)
    _print_losses(console, judged, names, currency)
    partial_losses.show(console, judged, names, currency)
    cases.show(console, judged, names, currency)
    _say(console, "What the figures mean: docs/judging.md. All of them: --json")


def _print_history(console: Console, found: Judged) -> None:
    from keepwell.health.judge import words

    judged = found.backtest
    _say(
        console,
        f"Stands on {formats.count(judged.accounts, 'account')}, looked at on the first of {formats.count(judged.months, 'month')} "
        f"from {judged.first} to {judged.last}, {SCORES[found.scores]}. "
        f"Who left is known until {judged.until}.",
    )
    if found.survivors_until:
        _say(
            console,
            f"Months before {found.survivors_until} are left out: what was imported then holds nobody who had left before.",
        )
    if found.scores == "happened":
        _say(
            console,
            "Rows count from the day they happened, also where they were known later: this flatters a score.",
        )
    if judged.left_out:
        _say(console, words.not_judged(judged.left_out))
    if found.scored_later:
        _say(
            console,
            f"The scores of {formats.count(found.scored_later, 'month')} were computed more than a week after their day, with whatever "
            "was known by then.",
        )


def _print_leads(console: Console, judged: Backtest, leads: Sequence[int]) -> None:
    from keepwell.health.judge import words

    columns = [
        output.Column("Days before", is_number=True),
        output.Column("AUC of those who decide"),
        output.Column("Leavers", is_number=True),
        output.Column("Stayers", is_number=True),
        output.Column("Days to the deadline alone"),
        output.Column("Without a score", is_number=True),
    ]
    rows = [
        [
            Text(str(lead.days)),
            Text(words.auc_if_enough(lead.headline)),
            Text(str(lead.headline.leavers)),
            Text(str(lead.headline.stayers)),
            Text(words.auc_if_enough(lead.deadline)),
            Text(f"{lead.unscored} ({lead.unscored_left} left)" if lead.unscored else "0"),
        ]
        for lead in judged.leads
        if lead.days in leads
    ]
    output.print_list(columns, rows)


def _print_bands(console: Console, judged: Backtest) -> None:
    from keepwell.health.judge import words

    if not judged.alarms:
        return
    _say(console, f"Within {HEADLINE} days of a month's first, by band", "bold")
    columns = [
        output.Column("Band"),
        output.Column("Left"),
        output.Column("Of", is_number=True),
        output.Column("Lift"),
        output.Column("Leavers seen so", is_number=True),
    ]
    seen = dict(judged.alarms.leavers_by_band)
    rows = [
        [
            Text(output.printable(part.name)),
            Text(words.rate(part.rate)),
            Text(f"{part.rate.rows:,}"),
            Text(words.lift(part.lift)),
            Text(str(seen.get(part.name, 0))),
        ]
        for part in judged.bands
    ]
    rows.append([
        Text(formats.NO_SCORE), Text(""), Text(""), Text(""), Text(str(judged.alarms.leavers_without_band)),
    ])  # fmt: skip
    output.print_list(columns, rows)
    _say(
        console,
        f"{words.of_at_risk(judged.alarms, lead_days=HEADLINE)} {words.of_calls(judged.alarms)}",
    )
    if judged.precision:
        _say(console, words.of_precision(judged.precision, judged.bands))


def _print_measures(console: Console, judged: Backtest) -> None:
    from keepwell.health.judge import words

    if not judged.measures:
        return
    _say(console, f"Each measure alone, {HEADLINE} days ahead", "bold")
    columns = [
        output.Column("Measure"),
        output.Column("AUC"),
        output.Column("Known", is_number=True),
    ]
    strongest = sorted(judged.measures, key=lambda each: -(each.points.value or 0.0))
    rows = [
        [
            Text(output.printable(each.path)),
            Text(words.auc(each.points)),
            Text(formats.share(each.known)),
        ]
        for each in strongest
    ]
    output.print_list(columns, rows)
    _say(console, f"With equal weights: {words.auc(judged.equal_weights)}.")


def _print_losses(console: Console, judged: Backtest, names: Mapping[str, str], currency: str) -> None:  # fmt: skip
    from keepwell.health.judge import words

    green = [each for each in judged.losses if each.is_blindsided]
    if not judged.losses:
        return
    losses = f"{len(judged.losses)} {'loss' if len(judged.losses) == 1 else 'losses'}"
    missed, whole = (sum(each.revenue or 0.0 for each in own) for own in (green, judged.losses))
    paid = f"{currency} {missed:,.0f} a year of {whole:,.0f}"
    unknown = f"; of {judged.money.unknown} the amount is not known" if judged.money.unknown else ""
    by = f", judged by {judged.outcome}, a proxy," if judged.is_proxy else ""
    said = f"{len(green)} of {losses}{by} were {words.missed(judged)} up to {HEADLINE} days before: {paid}{unknown}."
    _say(console, said, "bold")
    if not green:
        return
    most = sorted(green, key=lambda loss: -(loss.revenue or 0.0))[:SHOWN]
    print_losses(console, most, names, currency)
    if len(green) > SHOWN:
        _say(console, f"{len(green) - SHOWN} more: keepwell blindsided")


def print_losses(
    console: Console, losses: Sequence[Loss], names: Mapping[str, str], currency: str
) -> None:
    """Print accounts that left, with what the score was then and which measures would have told."""
    from keepwell.health.judge import words

    columns = [
        output.Column("Account", folds=True),
        output.Column("Left"),
        output.Column("Score then", is_number=True),
        output.Column(f"{currency} a year", is_number=True),
        output.Column("Reason"),
        output.Column("At risk then", folds=True),
    ]
    rows = [
        [
            Text(output.printable(names.get(each.account_id, each.account_id))),
            Text(str(each.left_on)),
            Text(formats.points(each.score, None)),
            Text("" if each.revenue is None else f"{each.revenue:,.0f}"),
            Text(output.printable(each.reason)),
            Text(output.printable(words.told(each))),
        ]
        for each in losses
    ]
    output.print_list(columns, rows)


def _say(console: Console, said: str, style: str = "") -> None:
    console.print(Text(output.printable(said), style=style), soft_wrap=True)
