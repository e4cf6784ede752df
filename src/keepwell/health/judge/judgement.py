"""This file holds what a judgement of a scorecard takes and gives: scores at landmarks in, figures and losses out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from keepwell.health.definition.scorecard import Definition, Leaf, nominal_shares, walk
from keepwell.health.judge.bands import Alarms
from keepwell.health.judge.calibration import Calibration
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.frozen_likelihood import Likelihood, NotEnough
from keepwell.health.judge.leaving import LEFT
from keepwell.health.judge.partial_losses import PartialLoss
from keepwell.health.judge.rates import Part
from keepwell.health.judge.rows import Codes
from keepwell.health.judge.undated import Undated
from keepwell.health.judge.verdicts import Verdict
from keepwell.health.scoring.arrays import Numbers


@dataclass(frozen=True)
class BandNames:
    """The names of a card's bands, the worst first, and which of them mean at risk and healthy."""

    names: tuple[str, ...]
    at_risk: frozenset[int]
    healthy: frozenset[int]
    starts: tuple[float, ...] = ()  # where each band begins

    @property
    def alarming(self) -> float:
        """The points under which a measure by itself would be at risk, or in the worst band where none means that."""
        first = next((at for at in range(len(self.starts)) if at not in self.at_risk), 0)
        return self.starts[max(first, 1)] if len(self.starts) > 1 else 0.0

    @classmethod
    def of(cls, card: Definition) -> BandNames:
        worst_first = tuple(reversed(card.bands))
        at_risk, healthy = (
            frozenset(at for at, band in enumerate(worst_first) if band.meaning == meaning)
            for meaning in ("at risk", "healthy")
        )
        names, starts = zip(*((band.name, float(band.least)) for band in worst_first), strict=True)
        return cls(names, at_risk, healthy, starts)

    def place(self, name: str | None) -> int:
        """Give the place of a band, -1 for none and for one that the card does not have."""
        return self.names.index(name) if name in self.names else -1


@dataclass(frozen=True, eq=False)
class Scored:
    """What a card said at landmarks, in their order: not-a-number where it said nothing.

    `band` is a place in the names of the bands, -1 without a score. `points` are those of each measure with a
    weight, by its path. `segment` names that of each row, where there are any.
    """

    score: Numbers
    band: Codes
    bands: BandNames
    points: Mapping[str, Numbers] = field(default_factory=dict)
    segment: list[str] = field(default_factory=list)

    @classmethod
    def nothing(cls, card: Definition, rows: int) -> Scored:
        """Make room for what a card says at so many landmarks."""
        shares = nominal_shares(card.root)
        paths = (path for path, entry in walk(card.root) if isinstance(entry, Leaf))
        return cls(
            score=np.full(rows, np.nan),
            band=np.full(rows, -1),
            bands=BandNames.of(card),
            points={path: np.full(rows, np.nan) for path in paths if shares[path]},
            segment=[""] * rows,
        )

    def put(self, at: int, segment: str, score: float | None, band: str | None) -> None:
        """Keep what was scored at one landmark."""
        self.segment[at] = segment
        if score is not None:
            self.score[at], self.band[at] = score, self.bands.place(band)

    def put_points(self, at: int, path: str, points: float | None) -> None:
        """Keep the points of one measure at one landmark, where it has a weight and they are known."""
        if points is not None and path in self.points:
            self.points[path][at] = points

    def equal_weights(self) -> Numbers:
        """Score by the plain mean of the points that are known."""
        if not self.points:
            return np.full(len(self.score), np.nan)
        table = np.stack(list(self.points.values()))
        known = ~np.isnan(table)
        count = known.sum(axis=0)
        total = np.where(known, table, 0.0).sum(axis=0)
        mean: Numbers = np.divide(
            total, count, out=np.full(len(self.score), np.nan), where=count > 0
        )
        return mean


@dataclass(frozen=True)
class Lead:
    """What the score says so many days ahead.

    `headline` compares, within one month, accounts that decide within the lead; `everybody` all accounts, those that
    cannot leave yet apart. `deadline` is what the days to the next decision alone say of the same accounts, whichever way they
    say more, and `gain` how much better the score is. `unscored` had no score: so many accounts, of which so many left.
    """

    days: int
    headline: Estimate
    everybody: Estimate
    deadline: Estimate
    gain: Estimate
    unscored: int
    unscored_left: int


@dataclass(frozen=True)
class Money:
    """What accounts that left paid a year: all of them, those at risk at the landmark, the healthy, and whose amount is not known."""

    left: float
    at_risk: float
    healthy: float
    unknown: int


@dataclass(frozen=True)
class Loss:
    """One account that left, as the score had it at the last landmark from which the lead still held it."""

    account_id: str
    left_on: date
    seen_on: date
    score: float | None
    band: str | None
    revenue: float | None
    reason: str
    is_blindsided: bool  # it had been healthy, and no risk was open
    worst: tuple[str, ...]  # measures with the fewest points then
    measures: tuple[
        tuple[str, float], ...
    ] = ()  # the points of those that were known then, the fewest first
    told: tuple[str, ...] = ()  # those of them that would have been at risk by themselves
    open_risks: tuple[str, ...] = ()  # causes of the risks that were open then


@dataclass(frozen=True)
class FalseAlarm:
    """An account that turned at risk, on which nobody worked, and that stayed; score, band and measures are of its first month at risk."""

    account_id: str
    first_on: date
    last_on: date
    score: float | None
    band: str
    revenue: float | None
    worst: tuple[str, ...]


@dataclass(frozen=True)
class Treated:
    """Accounts at risk apart by whether a play ran between the score and what came of it.

    `treated` and `untreated` are the shares of rows at risk that left, `difference` the second less the first. Of the treated
    calls some left, some were `rescued`, which is renewed, and the others had nothing to renew yet. `plays` counts calls by kind of play.
    """

    accounts: int
    treated_accounts: int
    treated: Estimate
    untreated: Estimate
    difference: Estimate
    treated_calls: int
    treated_left: int
    rescued: int
    untreated_calls: int
    untreated_left: int
    plays: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Decided:
    """One account of the headline as it was scored: at the first landmark whose lead held its leaving, or the last before it stayed."""

    account_id: str
    seen_on: date
    score: float
    band: str | None
    has_left: bool


@dataclass(frozen=True)
class Measure:
    """What one measure says alone: by its points, and, whatever the shape of its curve, by its categories."""

    path: str
    points: Estimate
    alone: Estimate
    known: float  # share of the rows


@dataclass(frozen=True)
class RenewalLead:
    """What the score said of renewals so many days before their notice deadline, and how they went; some had no score (`unscored`)."""

    days: int
    renewals: int
    left: int
    auc: Estimate
    bands: tuple[Part, ...]
    unscored: int
    unscored_left: int


@dataclass(frozen=True)
class Seen:
    """How the score saw an account on the first of a month."""

    on: date
    score: float | None
    band: str | None


@dataclass(frozen=True)
class Moved:
    """A measure whose points changed, from the first month in which they were known to the last."""

    path: str
    before: float
    after: float


@dataclass(frozen=True)
class Noted:
    """What somebody wrote down of an account: what happened on a day, since when that was known, and of which kind it was."""

    on: date
    known_on: date
    what: str
    kind: str


@dataclass(frozen=True)
class Case:
    """One loss, told by itself: up to twelve months of the score before it, the measures that moved most, and what was written down meanwhile."""

    kind: str
    account_id: str
    lost_on: date
    revenue: float | None
    reason: str
    history: tuple[Seen, ...]
    moved: tuple[Moved, ...]
    noted: tuple[Noted, ...]


@dataclass(frozen=True)
class Legacy:
    """The score of another tool beside the card's, on the rows of the headline that both know; `difference` is the card less the other.

    So many `rows` of the headline have a score of the other (`known`).
    """

    name: str
    rows: int
    known: int
    theirs: Estimate
    ours: Estimate
    difference: Estimate


@dataclass(frozen=True)
class SegmentPart:
    """A segment by itself: the shares of its rows, and of those at risk, that left; its AUC, and what accounts that left paid."""

    name: str
    accounts: int
    rate: Estimate
    at_risk: Estimate
    auc: Estimate
    money: Money


@dataclass(frozen=True)
class LeftOut:
    """Accounts that are not judged, by a code that says why, and how many of them have left."""

    why: str
    accounts: int
    left: int


@dataclass(frozen=True)
class WithoutHistory:
    """What the card reads that has no history, and the headline without it: `auc` of the card scored again, `difference` of the
    card as it stands less that. Both are none where nothing is left to score by, or published scores are judged."""

    reads: Undated
    auc: Estimate | None = None
    difference: Estimate | None = None


@dataclass(frozen=True)
class Backtest:
    """A scorecard against who left.

    Bands and alarms are of all accounts that could be looked at; tenths, measures, segments, calibration and likelihood of
    those that decide within the lead, for only these can renew.

    `decided` has each account of the headline, where nothing more can be said of them: too few, or cannot tell yet.
    """

    first: date | None
    last: date | None
    until: date
    months: int
    accounts: int
    gone: int
    verdict: Verdict
    warnings: tuple[Verdict, ...]
    leads: tuple[Lead, ...]
    curve: tuple[tuple[int, Estimate], ...]
    bands: tuple[Part, ...]
    deciles: tuple[Part, ...]
    alarms: Alarms | None
    precision: Estimate | None
    calibration: Calibration | None
    likelihood: Likelihood | NotEnough
    measures: tuple[Measure, ...]
    equal_weights: Estimate
    against_equal_weights: Estimate
    segments: tuple[tuple[str, Estimate], ...]
    money: Money
    losses: tuple[Loss, ...]
    outcome: str = LEFT  # what counts as leaving
    is_proxy: bool = False  # it stands in for leaving, and is none
    partial_losses: tuple[PartialLoss, ...] = ()
    treated: Treated | None = None  # none where no plays are known
    has_risks: bool = False  # whether risks that somebody opened are known
    false_alarms: tuple[FalseAlarm, ...] = ()
    without_history: WithoutHistory | None = None  # none where all that is read has one
    cases: tuple[Case, ...] = ()  # where too few left for figures: every loss by itself
    ready_on: date | None = (
        None  # when there will be enough at the present rate, where that can be known
    )
    legacy: Legacy | None = None
    by_segment: tuple[SegmentPart, ...] = ()  # where there is more than one
    left_out: tuple[LeftOut, ...] = ()
    renewals: tuple[RenewalLead, ...] = ()  # empty where something else than leaving is judged
    decided: tuple[Decided, ...] = ()

    def lead(self, days: int) -> Lead:
        return next(each for each in self.leads if each.days == days)
