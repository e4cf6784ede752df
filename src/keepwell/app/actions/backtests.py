"""This file judges a scorecard against who really left: scored as it would have been on the first of every month, with what was known then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
import pyarrow.compute as pc

from keepwell.app.actions import engines, scorecards
from keepwell.app.installation import Installation
from keepwell.app.queries import contract_history
from keepwell.app.queries import scorecards as versions
from keepwell.app.queries.contract_history import History
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import NotReady, UserError, did_you_mean
from keepwell.health.definition import grammar
from keepwell.health.definition.scorecard import Definition, Leaf, nominal_shares, walk
from keepwell.health.engines import losses
from keepwell.health.engines.results import RunResult
from keepwell.health.judge import bootstrap, landmarks, leaving
from keepwell.health.judge.backtest import judge
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.judgement import Backtest, BandNames, Scored
from keepwell.health.judge.landmark_table import deciding_rows
from keepwell.health.judge.landmarks import Landmarks

SEED = 1
OF_SCORING = 0.8  # of the whole work
Progress = Callable[[str, float], None]  # what is being done, and how far it is (0..1)


Losses: TypeAlias = Mapping[str, Sequence[date]]  # days by account


class NoOutcome(UserError):
    """What should list losses does not."""

    code = "J102"


class NothingToJudge(NotReady):
    """No month can be judged yet."""

    code = "J101"


@dataclass(frozen=True)
class Judged:
    """A backtest of one card; `file` names it. `as_happened` says that rows count from the day they happened, not were known.

    `survivors_until` is the day of the first load, where everything known before it is of customers that were still there:
    months before it are not judged. `against` is how another card did over the same months, and `difference` the AUC of
    this card less that of the other.
    """

    file: str
    card: Definition
    backtest: Backtest
    as_happened: bool
    survivors_until: date | None
    against: tuple[str, Backtest] | None = None
    difference: Estimate | None = None


def run(
    *,
    installation: Installation,
    by: Actor,
    text: str | None = None,
    file: str = "the published card",
    against: tuple[str, str] | None = None,
    first: date | None = None,
    until: date | None = None,
    outcome: str | None = None,
    as_happened: bool = False,
    draws: int = bootstrap.DRAWS,
    progress: Progress | None = None,
) -> Judged:
    """Judge a card, or the published one, over all months that can be judged, or some; publishes and keeps nothing.

    `against` is the text and the name of another card. Only what was known at each month counts, unless `as_happened`.
    `outcome` is a table with a row for each loss, with a condition where only some of its rows are one.
    Raises `NothingToJudge` with what is missing, `engines.NothingLoaded`, `scorecards.Faulty` and `IntegrityError`.
    """
    by.require("publish")
    tell = progress or (lambda what, share: None)
    if text is None:
        version = versions.latest(SYSTEM)
        if version is None:
            raise NothingToJudge(
                "No scorecard is published yet. Name a card: keepwell backtest CARD"
            )
        text = version.text
    card = scorecards.read(text, file=file)
    other = scorecards.read(against[0], file=against[1]) if against else None
    with engines.latest(installation) as snapshot:
        history = contract_history.read(SYSTEM, installation, snapshot)
        until = min(until or history.until, history.until)
        lost = _losses(snapshot, outcome, until) if outcome else None
        found, survivors_until = _landmarks(history, lost, first, until, as_happened=as_happened)
        cards = [card, *([other] if other else [])]
        scored = _scored(snapshot, cards, found, tell, as_happened=as_happened)
    one, *others = (
        judge(found, each, until, seed=SEED, draws=draws, progress=_later(tell)) for each in scored
    )
    judged = Judged(file, card, one, as_happened, survivors_until)
    if not against:
        return judged
    difference = _difference(found, scored, until, draws)
    return replace(judged, against=(against[1], others[0]), difference=difference)


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
    history: History, lost: Losses | None, first: date | None, until: date, *, as_happened: bool
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
        if lost is None
        else (day for own in lost.values() for day in own)
    )
    if begin < loaded and not any(day and day < loaded for day in days):
        begin, survivors_until = loaded, loaded
    last = landmarks.last_month(until, landmarks.LEADS[0])
    dates = list(landmarks.months(begin, last)) if begin <= last else []
    found = landmarks.of(dates, terms, history.lines, as_happened=as_happened)
    if lost is not None:
        found = landmarks.by_list(found, lost)
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
        "import them again, or count rows from the day they happened: --as-happened",
    )


def _scored(
    snapshot: Snapshot,
    cards: Sequence[Definition],
    found: Landmarks,
    tell: Progress,
    *,
    as_happened: bool,
) -> list[Scored]:
    """Score the accounts of each landmark by each card, with what was known then."""
    whole = snapshot.source()
    places = {(row.account_id, row.on): at for at, row in enumerate(found.rows)}
    tables = [_Scores(card, len(found.rows)) for card in cards]
    if as_happened:  # the same facts for all months, so that one engine can score them together
        with engines.over(snapshot, whole) as engine:
            for at, table in enumerate(tables):
                for nth, result in enumerate(engine.scores(table.card, found.months)):
                    tell(
                        f"Scoring {result.as_of:%B %Y}",
                        OF_SCORING * (at + nth / len(found.months)) / len(tables),
                    )
                    table.add(result, places)
        return [table.scored for table in tables]
    for nth, on in enumerate(found.months):
        tell(f"Scoring {on:%B %Y}", OF_SCORING * nth / len(found.months))
        with engines.over(snapshot, replace(whole, known_before=on)) as engine:
            for table in tables:
                table.add(engine.score(table.card, on, table.bands), places)
    return [table.scored for table in tables]


class _Scores:
    """What one card says at the landmarks, month by month."""

    def __init__(self, card: Definition, rows: int) -> None:
        self.card = card
        worst_first = tuple(reversed(card.bands))
        names = tuple(band.name for band in worst_first)
        self.places = {name: place for place, name in enumerate(names)}
        shares = nominal_shares(card.root)
        paths = [
            path for path, entry in walk(card.root) if isinstance(entry, Leaf) and shares[path]
        ]
        self.segment = ["" for _ in range(rows)]
        self.bands: Mapping[str, str] | None = (
            None  # of the month before, where a card has a hysteresis
        )
        self.scored = Scored(
            score=np.full(rows, np.nan),
            band=np.full(rows, -1),
            bands=BandNames(
                names,
                frozenset(at for at, band in enumerate(worst_first) if band.meaning == "at risk"),
                frozenset(at for at, band in enumerate(worst_first) if band.meaning == "healthy"),
            ),
            points={path: np.full(rows, np.nan) for path in paths},
            segment=self.segment,
        )

    def add(self, result: RunResult, places: Mapping[tuple[str, date], int]) -> None:
        on, self.bands = result.as_of, result.bands if self.card.hysteresis else None
        for score in result.scores():
            at = places.get((score.account_id, on))
            if at is not None:
                self.segment[at] = score.segment
                if score.score is not None and score.band is not None:
                    self.scored.score[at] = score.score
                    self.scored.band[at] = self.places[score.band]
        lines = result.lines_arrow
        lines = lines.filter(
            pc.and_(pc.equal(lines["kind"], "measure"), pc.is_null(lines["missing"]))
        )
        for account, path, points in zip(
            *(lines[name].to_pylist() for name in ("account_id", "path", "points")), strict=True
        ):
            at, own = places.get((account, on)), self.scored.points.get(path)
            if at is not None and own is not None and points is not None:
                own[at] = points


def _difference(found: Landmarks, scored: Sequence[Scored], until: date, draws: int) -> Estimate:
    """Compare two cards on the accounts of the headline that both score."""
    rows, place = deciding_rows(found, until)
    one, other = (each.score[place] for each in scored)
    return bootstrap.difference(rows, one, other, seed=SEED, draws=draws)


def _later(tell: Progress) -> Progress:
    return lambda what, share: tell(what, OF_SCORING + (1 - OF_SCORING) * share)
