"""This file judges a scorecard against who really left: scored as it would have been on the first of every month, with what was known then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from keepwell.app.actions import (
    circumstances,
    engines,
    landmark_scores,
    legacy_scores,
    scorecards,
)
from keepwell.app.installation import Installation
from keepwell.app.judged import Judged, Scores
from keepwell.app.queries import contract_history, runs
from keepwell.app.queries import landmark_scores as published_scores
from keepwell.app.queries import scorecards as versions
from keepwell.app.queries.contract_history import History
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import NotReady, UserError, WrongUse, did_you_mean
from keepwell.health.definition import grammar
from keepwell.health.engines import losses
from keepwell.health.judge import bootstrap, landmarks, leaving
from keepwell.health.judge.backtest import judge
from keepwell.health.judge.circumstances import Losses
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.judgement import Scored
from keepwell.health.judge.landmark_table import deciding_rows
from keepwell.health.judge.landmarks import Landmarks

SEED = 1
OF_SCORING = 0.8  # of the whole work
Progress = Callable[[str, float], None]  # what is being done, and how far it is (0..1)


class NoOutcome(UserError):
    """What should list losses does not."""

    code = "J102"


class NothingToJudge(NotReady):
    """No month can be judged yet."""

    code = "J108"


def run(
    *,
    installation: Installation,
    by: Actor,
    text: str | None = None,
    file: str = "the published card",
    against: tuple[str, str] | None = None,
    first: date | None = None,
    until: date | None = None,
    last_days: int | None = None,
    outcome: str | None = None,
    legacy: str | None = None,
    made: Scores = "known",
    draws: int = bootstrap.DRAWS,
    progress: Progress | None = None,
) -> Judged:
    """Judge a card, or the published one, over all months that can be judged, or some; publishes and keeps nothing.

    Months are looked at from `first` on, and no more than `last_days` before the last day of which anything is known.
    `against` is the text and the name of another card. Scores are `made` anew from what was known at each month, or had
    happened by then, or are those that were published. `outcome` is a table with a row for each loss, with a condition where
    only some of its rows are one, or names a proxy: `lost product` or `downsell`.
    `legacy` is a column with another tool's scores, with a condition where only some of its rows are one. Raises `NothingToJudge` with what is missing,
    `engines.NothingLoaded`, `scorecards.Faulty` and `IntegrityError`.
    """
    by.require("publish")
    if made == "published" and (text is not None or against):
        raise WrongUse("Published scores are of the cards that were published; name no card.")
    tell = progress or (lambda what, share: None)
    version = versions.latest(SYSTEM) if text is None else None
    if text is None and version is None:
        raise NothingToJudge("No scorecard is published yet. Name a card: keepwell backtest CARD")
    card = scorecards.read(version.text if version else text or "", file=file)
    other = scorecards.read(against[0], file=against[1]) if against else None
    with engines.latest(installation) as snapshot:
        history = contract_history.read(SYSTEM, installation, snapshot)
        until = min(until or history.until, history.until)
        if last_days is not None:
            first = max(first or date.min, until - timedelta(days=last_days))
        around = circumstances.read(
            installation, snapshot, history, outcome, until, as_happened=made == "happened"
        )
        lost = around.proxy_days()
        if outcome and lost is None:
            lost = _losses(snapshot, outcome, until)
        if made == "published":
            first = max(first or date.min, _first_published(until))
        found, survivors_until = _landmarks(
            history, lost, first, until, as_happened=made == "happened", is_proxy=around.is_proxy
        )
        if legacy:
            theirs = legacy_scores.read(
                snapshot, legacy, found, until, as_happened=made == "happened"
            )
            around = replace(around, legacy=legacy, legacy_scores=theirs)
        later: list[date] = []
        cards = [card, *([other] if other else [])]
        undated = [circumstances.undated(installation, snapshot, each, found) for each in cards]
        rescored: list[Scored | None] = [None] * len(cards)
        if made == "published":
            of_runs, later = published_scores.published(SYSTEM, installation, card, found)
            scored = [of_runs]
        else:
            without = [rest for _, rest in undated if rest]
            scored = landmark_scores.of_cards(
                snapshot,
                [*cards, *without],
                found,
                _part(tell, 0.0, OF_SCORING),
                as_happened=made == "happened",
            )
            more = iter(scored[len(cards) :])
            rescored = [next(more) if rest else None for _, rest in undated]
            scored = scored[: len(cards)]
    rest = _part(tell, OF_SCORING, 1.0)
    one, *others = (
        judge(
            found,
            each,
            until,
            seed=SEED,
            draws=draws,
            progress=rest,
            circumstances=replace(around, undated=parts, scored_without=again),
        )
        for each, (parts, _), again in zip(scored, undated, rescored, strict=True)
    )
    judged = Judged(
        file=file,
        version=version.number if version else None,
        scores=made,
        backtest=one,
        survivors_until=survivors_until,
        scored_later=sum(on <= (one.last or date.min) for on in later),
    )
    if not against:
        return judged
    difference = _difference(found, scored, until, draws)
    return replace(judged, against=(against[1], others[0]), difference=difference)


def _first_published(until: date) -> date:
    """Give the day of the first published score; raises `NothingToJudge` where there is none."""
    published = runs.latest_by_date(SYSTEM, runs.PUBLISHED, until)
    if not published:
        raise NothingToJudge("Nothing was scored yet.", way_out="Score first: keepwell score")
    return published[0].as_of


def _losses(snapshot: Snapshot, outcome: str, until: date) -> Losses:
    """Read the days of a table's rows by account, or of those that fit `TABLE where CONDITION`; raises `NoOutcome`."""
    name, _, text = (part.strip() for part in outcome.partition(" where "))
    table = snapshot.tables.get(name)
    if table is None or not table.per_account:
        named = [each.name for each in snapshot.tables.values() if each.per_account]
        raise NoOutcome(
            f"`{name}` is no table with rows of accounts.", way_out=did_you_mean(name, named)
        )
    try:
        chosen = grammar.read(text, table) if text else None
    except grammar.Unclear as error:
        raise NoOutcome(
            f"`{text}` does not choose rows of {name}: {error.what} {error.got}".rstrip(),
            way_out=error.way_out,
        ) from None
    with engines.opened(snapshot) as engine:
        return losses.days(engine, name, chosen, until)


def _landmarks(
    history: History,
    lost: Losses | None,
    first: date | None,
    until: date,
    *,
    as_happened: bool,
    is_proxy: bool,
) -> tuple[Landmarks, date | None]:
    """Look at all accounts on the first of every month that can be judged; raises `NothingToJudge` where there is none."""
    if not history.lines:
        raise NothingToJudge(
            "There are no recurring contract lines, so nobody knows who left.",
            way_out="Import `contracts` with the lines of former customers too.",
        )
    terms = leaving.terms(history.lines, history.notices, until)
    known = min(line.starts_on if as_happened else line.known_on for line in history.lines)
    begin = max(known + timedelta(days=1), first or date.min, history.since or date.min)
    survivors_until = None
    loaded = history.first_load
    days = (
        (term.left_on for own in terms.values() for term in own)
        if lost is None or is_proxy  # whoever lost only a product has survived
        else (day for own in lost.values() for day in own)
    )
    if begin < loaded and not any(day and day < loaded for day in days):
        begin, survivors_until = loaded, loaded
    last = landmarks.last_month(until, landmarks.LEADS[0])
    dates = list(landmarks.months(begin, last)) if begin <= last else []
    found = landmarks.of(dates, terms, history.lines, as_happened=as_happened)
    if lost is not None:
        found = landmarks.by_list(found, lost, is_proxy=is_proxy)
    if not found.rows:
        said, way_out = _why_nothing(begin, last, survivors_until, as_happened=as_happened)
        raise NothingToJudge(said, way_out=way_out)
    return found, survivors_until


def _why_nothing(begin: date, last: date, survivors_until: date | None, *, as_happened: bool) -> tuple[str, str]:  # fmt: skip
    if survivors_until:
        return (
            f"The contracts that were imported on {survivors_until} hold nobody who had left before, so earlier months show survivors alone; "
            f"and who left after a month is known only {landmarks.LEADS[0] + leaving.GAP.days} days later.",
            "Import the lines of former customers too, or wait.",
        )
    said = f"Nothing was known of contracts before {begin}, and the last month that can be judged is that of {last}."
    if as_happened:
        return said, "Import older contract lines."
    return (
        said,
        "If the import held years of history, say in the mapping how late its rows are known (`lag: 1 day` in their feeds) and "
        "import them again, or count rows from the day they happened: --scores happened",
    )


def _difference(found: Landmarks, scored: Sequence[Scored], until: date, draws: int) -> Estimate:
    """Compare two cards on the accounts of the headline that both score."""
    rows, place = deciding_rows(found, until)
    one, other = (each.score[place] for each in scored)
    return bootstrap.difference(rows, one, other, seed=SEED, draws=draws)


def _part(tell: Progress, begin: float, end: float) -> Progress:
    return lambda what, share: tell(what, begin + (end - begin) * share)
