"""This file holds what every engine takes and gives: facts in, scores and their lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, TypeAlias

from keepwell.health.definition.band import Meaning
from keepwell.health.definition.customer import Kind
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.scorecard import Definition
from keepwell.health.definition.segment import EVERYONE
from keepwell.health.definition.table import Table

MEANING = 3
"""The version of what a number means, stored with every run.

Raise it by one in the same commit as any change after which some account's score, line or frozen
peers could differ, even in the last bit, for the same facts and the same definition: another rule
of the engine, another order of additions, a new field of `Score` or `Line`. A faster query or a
renamed function that gives the same bits leaves it alone. A run of an older meaning stays readable;
a replay of it says so and compares nothing.
"""

Status = Literal["scored", "not enough data", "left out"]  # whom the card is not for
Peers: TypeAlias = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True)
class Source:
    """Facts as files: for each table its data files up to a load, what was superseded among them,
    and the feeds.

    `tables` are the declared tables with the workspace's extra columns; `rolled` are the files of the usage roll-up;
    `superseded` lists (id, batch, superseded_by) of rows that a later load replaced; `rejected` are the files of the rows
    that loads could not use, by the table that lacks them. With `known_before` only rows count that were known before that
    day, as a backtest needs it. Where these are the files of some accounts only, `everyone` has
    those of all, for what a measure asks of the company as a whole.
    """

    tables: Mapping[str, Table]
    files: Mapping[str, Sequence[str]]
    feeds: tuple[Feed, ...]
    through_batch: int
    rolled: Sequence[str] = ()
    superseded: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rejected: Mapping[str, Sequence[str]] = field(default_factory=dict)
    everyone: Source | None = None
    known_before: date | None = None


@dataclass(frozen=True)
class Standing:
    """What an account is on a date, and the last day of its last recurring line if that has ended."""

    kind: Kind
    ended: date | None


@dataclass(frozen=True)
class Score:
    """The health of one account on one date.

    These are the fields of a score everywhere: tables, records, exports and JSON take them from
    here (`dataclasses.fields`, or `results.SCORES` as Arrow columns). `score` is 0..100, none where
    too little is known; `coverage` is a share; `freshness_days` the mean age of the data behind it,
    by effective weight; `segment` is whose card applied, and why.
    """

    account_id: str
    as_of: date
    score: float | None
    band: str | None
    meaning: Meaning | None
    coverage: float
    freshness_days: float | None
    status: Status
    segment: str = EVERYONE
    segment_why: str = ""


@dataclass(frozen=True)
class Line:
    """One entry of the tree for one account: a measure with its value, or a group, and what it
    contributes to the score.

    `weight` is as written; `effective_weight` is the share of the whole after gaps are shared out;
    `contribution` is effective weight times points. A rule's points are what it adds to its group's
    or takes from them: the contributions of measures and rules add up to the score. `peer_group` is
    the group that a measure was ranked in. With `never` there is no value, for it would be beyond every
    number: days since what has not happened. A parent's points are made by its children: each is a
    line `child:ACCOUNT` with its score and band, and the parent's own measures contribute nothing. A
    parent that pays for itself is one of them: a line `own:` with its score, and below it
    (`own:adoption.logins`) its measures by what its contract covers, whose contributions add up to its.
    Where rows behind a measure were rejected, `rejected_rows` of `rejected_of` were, in the imports
    that `rejected_in` lists (`4, 7`): so much of its weight is not covered. Of the rows that it keeps,
    `empty_rows` of `empty_of` lack the number that it is made of: so much is not covered either, and
    of both the larger share.
    """

    account_id: str
    as_of: date
    path: str
    kind: Literal["group", "measure", "rule", "child", "own"]
    name: str
    value: float | None
    label: str | None
    target: float | None
    points: float | None
    weight: float
    effective_weight: float
    contribution: float
    missing: str | None
    is_stale: bool
    data_age_days: int | None
    carried_days: int | None
    peer_group: str | None = None
    never: bool = False
    rejected_rows: int | None = None
    rejected_of: int | None = None
    rejected_in: str | None = None
    empty_rows: int | None = None
    empty_of: int | None = None


class Result(Protocol):
    """What one date gives, in the order of account ids and, within an account, of the tree."""

    @property
    def as_of(self) -> date: ...

    @property
    def peers(self) -> Peers:
        """The sorted known values of each measure that is ranked among peers, by path and then by
        `peer_group`."""
        ...

    @property
    def bands(self) -> Mapping[str, str]:
        """The band of every account that has one: where a card has hysteresis, the next date starts
        from these."""
        ...

    def scores(self) -> list[Score]: ...

    def lines(self) -> list[Line]: ...


class Engine(Protocol):
    """Computes a definition on one date; every engine gives the same numbers to 1e-9."""

    def score(
        self, definition: Definition, as_of: date, before: Mapping[str, str] | None = None
    ) -> Result:
        """Score every account; `before` are the bands that accounts had, for a definition with
        hysteresis."""
        ...

    def scores(
        self, definition: Definition, dates: Sequence[date], before: Mapping[str, str] | None = None
    ) -> Iterator[Result]:
        """Score every account on many dates, rising: a result for each, with the bands of the one
        before as `before`."""
        ...
