"""This file is `keepwell score`: every account gets its score, for a date or for many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app import actions, queries, representations
from keepwell.cli import (
    card_files,
    clock,
    dates,
    feeds,
    formats,
    output,
    rejected_rows,
    reporting,
    runs,
    workspaces,
)
from keepwell.cli.options import (
    HERE,
    AsJson,
    AsOf,
    By,
    Debug,
    Every,
    Folder,
    FromDay,
    ToDay,
    UnpublishedCard,
)
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.runs import ScoredRun
    from keepwell.app.queries.scores import Bands

MOST_DATES = 4_000  # eleven years of days: more is a slip of the finger


def score(
    as_of: AsOf = None,
    from_: FromDay = None,
    to: ToDay = None,
    every: Every = None,
    card: UnpublishedCard = None,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Score every account on a date (default: tomorrow, so that all facts count), or on many dates with --from."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        at, actor = clock.now(), clock.operator(by)
        text, file = (card_files.read(card), str(card)) if card else (None, "scorecard")
        if not (from_ or to or every):
            with output.working("Scoring"):
                run = actions.scores.run(
                    installation=here,
                    as_of=dates.chosen(here, "live", as_of),
                    by=actor,
                    at=at,
                    definition=text,
                    file=file,
                )
                bands = queries.scores.bands(VIEWER, run)
            hint = "" if as_of else _hint(run)
            if as_json:
                _, late = queries.feeds.late(VIEWER, here, run)
                rejected = queries.evidence.accounts_with_rejected_rows(VIEWER, here, run)
                left = queries.population.count(VIEWER, here, run)
                output.print_json(
                    representations.scores.run(run, bands, late, rejected, left, hint)
                )
            else:
                _print(here, run, bands, hint, card)
            return
        days = _dates(here, as_of, from_, to, every)
        with output.progress("Scoring") as progress:
            made = actions.scores.runs(
                installation=here,
                dates=days,
                by=actor,
                at=at,
                definition=text,
                file=file,
                progress=progress,
            )
        bands = queries.scores.bands(VIEWER, made[-1])
        if as_json:
            _, late = queries.feeds.late(VIEWER, here, made[-1])
            rejected = queries.evidence.accounts_with_rejected_rows(VIEWER, here, made[-1])
            left = queries.population.count(VIEWER, here, made[-1])
            output.print_json(representations.scores.runs(made, bands, late, rejected, left, at))
            return
        known = sum(1 for run in made if run.at != at)
        existing = f" ({known} of them existed already)" if known else ""
        output.say(
            f"Scored {formats.count(len(made), 'date')}, {made[0].as_of} to {made[-1].as_of}{existing}. The latest:"
        )
        _print(here, made[-1], bands, "", card)


def _dates(
    here: Installation,
    as_of: date | None,
    first: date | None,
    latest: date | None,
    every: str | None,
) -> Sequence[date]:
    from keepwell.health.definition import interval

    if as_of:
        raise WrongUse("Use --as-of for one date, or --from and --to for many.")
    if first is None:
        raise WrongUse("Give --from too: the first date.")
    until = dates.chosen(here, "live", latest)
    if until < first:
        raise WrongUse(f"--from {first} is after --to {until}.")
    try:
        days = list(islice(interval.read(every or "week").dates(first, until), MOST_DATES + 1))
    except ValueError as error:
        raise WrongUse(f"--every `{every}` is not an interval. {error}") from None
    if len(days) > MOST_DATES:
        raise WrongUse(
            f"{first} to {until} is more than {MOST_DATES:,} dates. Score fewer at a time."
        )
    return days


def _print(here: Installation, run: ScoredRun, bands: Bands, hint: str, file: Path | None) -> None:
    from keepwell.health.explain import prose

    console = output.console()
    card = f"version {run.version}" if run.version else f"the draft {output.escaped(str(file))}"
    console.print(f"{formats.count(sum(bands.values()), 'account')} on {run.as_of} by {card}:")
    formats.print_bands(console, bands)
    if left := queries.population.count(VIEWER, here, run):
        console.print(f"Left out: {prose.left_out(left)}.")
    feeds.print_late(here, run)
    rejected_rows.print_accounts(here, run)
    if hint:
        console.print(hint)
    # Without these the next command would show the published card, or another draft or date.
    given = output.escaped(runs.options(run, file))
    output.say(f"Next: keepwell scores{given}, then keepwell explain ACCOUNT{given}")


def _hint(run: ScoredRun) -> str:
    """Suggest the date that was probably meant, where the newest events are far behind the date of the scores."""
    feeds = [feed for feed in queries.facts.feeds(VIEWER, run.through_batch) if feed.event_days]
    if not feeds:
        return ""
    often = min(feed.expected_every_days for feed in feeds)
    newest = max(feed.event_days[-1] for feed in feeds if feed.expected_every_days == often)
    behind = (run.as_of - timedelta(days=1) - newest).days
    if behind <= max(often, 7):
        return ""
    return f"The newest facts are from {newest}, so their feeds count as late. Try --as-of {newest + timedelta(days=1)}"
