"""This file reads scores and lines out of the columns that a compiled definition gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.health.compile.frame import Flags, Numbers
from keepwell.health.compile.values import CODES, Values
from keepwell.health.definition.band import band_of
from keepwell.health.definition.rule import NOT_KNOWN, Rule
from keepwell.health.definition.scorecard import Definition, Leaf, walk, walk_with_rules
from keepwell.health.definition.segment import Variant
from keepwell.health.engines import parents
from keepwell.health.engines.parents import Child, Family
from keepwell.health.engines.protocol import Line, Peers, Score
from keepwell.health.scoring.scores import Scored

LINES = pa.schema(
    [
        ("account_id", pa.string()),
        ("as_of", pa.date32()),
        ("path", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("value", pa.float64()),
        ("label", pa.string()),
        ("target", pa.float64()),
        ("points", pa.float64()),
        ("weight", pa.float64()),
        ("effective_weight", pa.float64()),
        ("contribution", pa.float64()),
        ("missing", pa.string()),
        ("is_stale", pa.bool_()),
        ("data_age_days", pa.int64()),
        ("carried_days", pa.int64()),
        ("peer_group", pa.string()),
    ]
)
REASON_WORDS = pa.array([None, *list(CODES)[1:]], pa.string())


@dataclass(frozen=True)
class CardResult:
    """The accounts that one card applies to, as columns in the order of `accounts`."""

    variant: Variant
    as_of: date
    accounts: list[str]
    values: Mapping[str, Values]
    scored: Scored
    before: Mapping[str, str] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        return self.variant.definition

    def scores(self) -> list[Score]:
        columns = (self.scored.score, self.scored.coverage, self.scored.freshness_days)
        cells = zip(
            self.accounts, *(_nullable(column).to_pylist() for column in columns), strict=True
        )
        return [self._score(*row) for row in cells]

    def _score(
        self, account_id: str, score: float | None, coverage: float, freshness_days: float | None
    ) -> Score:
        known, whose = (coverage, freshness_days), (self.variant.segment, self.variant.why)
        if score is None:
            return Score(
                account_id, self.as_of, None, None, None, *known, "not enough data", *whose
            )
        had, margin = self.before.get(account_id), self.definition.band_margin
        band = band_of(score, self.definition.bands, had, margin)
        return Score(
            account_id, self.as_of, score, band.name, band.meaning, *known, "scored", *whose
        )

    def peers(self) -> Iterator[tuple[str, Mapping[str, Sequence[float]]]]:
        """The peers' values that these accounts were placed among, by path and group."""
        for path, entry in walk(self.definition.root):
            words = self.values[entry.name].peers if isinstance(entry, Leaf) else None
            groups = set(words if words is not None else ()) - {None}
            if groups:
                frozen = self.scored.peers[entry.name]
                yield path, {group: frozen[group].tolist() for group in groups}

    def lines(self) -> list[Line]:
        return [Line(**row) for row in self.lines_arrow.to_pylist()]

    @cached_property
    def lines_arrow(self) -> pa.Table:
        """All lines as one Arrow table (`LINES`), by account and, within it, in the order of the tree."""
        entries = list(self._entries())
        by_entry = np.arange(len(entries) * len(self.accounts)).reshape(
            len(entries), len(self.accounts)
        )
        return pa.concat_tables(entries).take(pa.array(by_entry.T.ravel()))

    def _entries(self) -> Iterator[pa.Table]:
        """One table an entry: its own line of every account; a group's rules follow what is below it."""
        for path, entry in walk_with_rules(self.definition.root):
            if isinstance(entry, Rule):
                yield self._ruled(path, entry)
                continue
            points, share = self.scored.points[path], self.scored.shares[path]
            columns = {
                "account_id": pa.array(self.accounts, pa.string()),
                "as_of": self._constant(self.as_of, pa.date32()),
                "path": self._constant(path, pa.string()),
                "kind": self._constant(
                    "measure" if isinstance(entry, Leaf) else "group", pa.string()
                ),
                "name": self._constant(entry.name, pa.string()),
                "points": _nullable(points),
                "weight": self._constant(entry.weight, pa.float64()),
                "effective_weight": pa.array(share),
                "contribution": pa.array(np.nan_to_num(points) * share),
                "is_stale": self._constant(False, pa.bool_()),
            }
            if isinstance(entry, Leaf):
                columns |= self._measured(path, self.values[entry.name])
            yield self._table(columns)

    def _ruled(self, path: str, rule: Rule) -> pa.Table:
        """A rule's line: the points that it adds to its group's or takes from them; its reason where it applied."""
        group, nth = (
            path.rpartition(".rule_")[::2] if "." in path else ("", path.removeprefix("rule_"))
        )
        effect, share = self.scored.effects[group][int(nth) - 1], self.scored.shares[group]
        return self._table(
            {
                "account_id": pa.array(self.accounts, pa.string()),
                "as_of": self._constant(self.as_of, pa.date32()),
                "path": self._constant(path, pa.string()),
                "kind": self._constant("rule", pa.string()),
                "name": self._constant(rule.label, pa.string()),
                "label": _said(rule.because, effect.applied),
                "points": pa.array(effect.points),
                "weight": self._constant(0.0, pa.float64()),
                "effective_weight": pa.array(share),
                "contribution": pa.array(effect.points * share),
                "missing": _said(NOT_KNOWN, effect.undecided),
                "is_stale": self._constant(False, pa.bool_()),
            }
        )

    def _table(self, columns: Mapping[str, pa.Array]) -> pa.Table:
        absent = {name: self._constant(None, LINES.field(name).type) for name in LINES.names}
        return pa.table(
            {name: columns.get(name, absent[name]) for name in LINES.names}, schema=LINES
        )

    def _measured(self, path: str, values: Values) -> dict[str, pa.Array]:
        columns = {
            "value": _nullable(values.numbers),
            "target": _nullable(values.targets),
            "missing": REASON_WORDS.take(pa.array(self.scored.missing[path])),
            "is_stale": pa.array(values.is_stale),
            "data_age_days": _nullable(values.ages).cast(pa.int64()),
            "carried_days": _nullable(values.carried).cast(pa.int64()),
        }
        words = {"label": values.labels, "peer_group": values.peers}
        return columns | {
            name: pa.array(cells, pa.string()) for name, cells in words.items() if cells is not None
        }

    def _constant(self, value: object, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), len(self.accounts))


@dataclass(frozen=True)
class RunResult:
    """One run's result: a part for each card that applies to anybody; together in the order of account ids.

    `asked` are the accounts of interest where more were looked at; none for all. With a `family` parents get their health
    from their children, each in the band of `before` where that holds on.
    """

    as_of: date
    parts: Sequence[CardResult]
    asked: frozenset[str] | None = None
    family: Family | None = None
    before: Mapping[str, str] = field(default_factory=dict)

    def of(self, accounts: Iterable[str]) -> RunResult:
        """The result of some accounts."""
        return replace(self, asked=frozenset(accounts))

    @property
    def peers(self) -> Peers:
        found: dict[str, dict[str, Sequence[float]]] = {}
        for part in self.parts:
            for path, frozen in part.peers():
                found.setdefault(path, {}).update(frozen)
        return found

    @property
    def bands(self) -> Mapping[str, str]:
        return {score.account_id: score.band for score in self.scores() if score.band}

    def scores(self) -> list[Score]:
        return self._scores

    @cached_property
    def _scores(self) -> list[Score]:
        kept = [
            score
            for score in self._together[0].values()
            if self.asked is None or score.account_id in self.asked
        ]
        return sorted(kept, key=lambda score: score.account_id)

    @cached_property
    def _together(self) -> tuple[Mapping[str, Score], Mapping[str, tuple[Child, ...]]]:
        """The score of every account, and the children of each parent that has its health from them."""
        found = [score for part in self.parts for score in part.scores()]
        if self.family is None:
            return {score.account_id: score for score in found}, {}
        return self.family.scored(found, self.before)

    def lines(self) -> list[Line]:
        return [Line(**row) for row in self.lines_arrow.to_pylist()]

    @cached_property
    def lines_arrow(self) -> pa.Table:
        """All lines as one Arrow table (`LINES`), by account and, within it, in the order of the tree."""
        lines = pa.concat_tables([part.lines_arrow for part in self.parts])
        lines = self._with_children(lines)
        if self.asked is not None:
            lines = lines.filter(
                pc.is_in(lines["account_id"], pa.array(sorted(self.asked), pa.string()))
            )
        if len(self.parts) == 1 and not self._together[1]:
            return lines
        keyed = lines.select(["account_id"]).append_column(
            "nth", pa.array(range(lines.num_rows), pa.int64())
        )
        return lines.take(
            pc.sort_indices(keyed, [("account_id", "ascending"), ("nth", "ascending")])
        )

    def _with_children(self, lines: pa.Table) -> pa.Table:
        """Give parents the lines of their children."""
        children = self._together[1]
        if not children:
            return lines
        is_parent = pc.is_in(lines["account_id"], pa.array(sorted(children), pa.string()))
        own: dict[str, list[Line]] = {}
        for row in lines.filter(is_parent).to_pylist():
            own.setdefault(row["account_id"], []).append(Line(**row))
        told = [
            line
            for parent, theirs in own.items()
            for line in parents.lines(theirs, children[parent])
        ]
        rows = pa.Table.from_pylist([asdict(line) for line in told], LINES)
        return pa.concat_tables([lines.filter(pc.invert(is_parent)), rows])


def _nullable(numbers: Numbers) -> pa.Array:
    return pa.array(numbers, pa.float64(), from_pandas=True)


def _said(words: str, where: Flags) -> pa.Array:
    """The same words for some accounts, and nothing for the others."""
    return pa.array([words if applies else None for applies in where], pa.string())
