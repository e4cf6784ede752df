"""This file turns scored arrays into the result of a date: scores as objects, lines as one Arrow
table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.health.definition.band import Meaning, band_of
from keepwell.health.definition.parents import OWN
from keepwell.health.definition.rule import NOT_KNOWN, Rule
from keepwell.health.definition.scorecard import Definition, Leaf, walk, walk_with_rules
from keepwell.health.engines.protocol import Line, Peers, Score, Status
from keepwell.health.scoring import parents
from keepwell.health.scoring.arrays import Flags, Numbers
from keepwell.health.scoring.parents import Child, Health, ParentScoring
from keepwell.health.scoring.population import ScoredCard
from keepwell.health.scoring.values import REASON_CODES, Values

ARROW_TYPES = {
    "str": pa.string(),
    "date": pa.date32(),
    "float": pa.float64(),
    "int": pa.int64(),
    "bool": pa.bool_(),
}
# `take` turns codes into words without a Python object for each of millions of lines.
REASONS = pa.array([None, *list(REASON_CODES)[1:]], pa.string())


def schema(row: type[Score] | type[Line]) -> pa.Schema:
    """Give a result's fields as Arrow columns; whatever is none of `ARROW_TYPES` is one of a few
    words."""
    kinds = {each.name: str(each.type).removesuffix(" | None") for each in fields(row)}
    return pa.schema([(name, ARROW_TYPES.get(kind, pa.string())) for name, kind in kinds.items()])


SCORES = schema(Score)
LINES = schema(Line)


@dataclass(frozen=True)
class CardResult:
    """The result of the accounts of one card; `before` are the bands that they had."""

    as_of: date
    card: ScoredCard
    before: Mapping[str, str] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        return self.card.variant.definition

    def scores(self) -> list[Score]:
        arrays, variant = self.card.scores, self.card.variant
        columns = [
            _nullable(column).to_pylist()
            for column in (arrays.score, arrays.coverage, arrays.freshness_days)
        ]
        found = []
        for account, score, coverage, freshness in zip(self.card.accounts, *columns, strict=True):
            band, meaning, status = _band(score, self.definition, self.before.get(account))
            found.append(  # by place: names cost time in a line that runs half a million times
                Score(
                    account, self.as_of, score, band, meaning, coverage, freshness, status,
                    variant.segment, variant.why,
                )
            )  # fmt: skip
        return found

    def peers(self) -> Iterator[tuple[str, Mapping[str, Sequence[float]]]]:
        """Give the peers that these accounts were ranked among, by path and group."""
        for path, entry in walk(self.definition.root):
            words = self.card.values[entry.name].peers if isinstance(entry, Leaf) else None
            groups = set(words if words is not None else ()) - {None}
            if groups:
                frozen = self.card.scores.peers[entry.name]
                yield path, {group: frozen[group].tolist() for group in groups}

    @cached_property
    def lines_arrow(self) -> pa.Table:
        """All lines as one table (`LINES`), by account and, within it, in the order of the tree."""
        entries = list(self._entries())
        # The entries come one after the other, each with all accounts; reading the grid by column
        # puts accounts first.
        count = len(self.card.accounts)
        grid = np.arange(len(entries) * count).reshape(len(entries), count)
        return pa.concat_tables(entries).take(pa.array(grid.T.ravel()))

    def _entries(self) -> Iterator[pa.Table]:
        """Make one table for each entry, with its line of every account; a group's rules follow
        what is below it."""
        arrays = self.card.scores
        for path, entry in walk_with_rules(self.definition.root):
            if isinstance(entry, Rule):
                yield self._rule_lines(path, entry)
                continue
            points, share = arrays.points[path], arrays.shares[path]
            columns = {
                "kind": self._constant("kind", "measure" if isinstance(entry, Leaf) else "group"),
                "points": _nullable(points),
                "weight": self._constant("weight", entry.weight),
                "effective_weight": pa.array(share),
                "contribution": pa.array(np.nan_to_num(points) * share),
            }
            if isinstance(entry, Leaf):
                columns |= self._measured(path, self.card.values[entry.name])
            yield self._table(path, entry.name, columns)

    def _measured(self, path: str, values: Values) -> dict[str, pa.Array]:
        never = np.isinf(values.numbers)
        columns = {
            "value": _nullable(np.where(never, np.nan, values.numbers)),
            "never": pa.array(never),
            "target": _nullable(values.targets),
            "missing": REASONS.take(pa.array(self.card.scores.missing[path])),
            "is_stale": pa.array(values.is_stale),
            "data_age_days": _nullable(values.ages).cast(pa.int64()),
            "carried_days": _nullable(values.carried).cast(pa.int64()),
        }
        if values.rejected is not None:
            columns |= {
                "rejected_rows": _nullable(values.rejected.rows).cast(pa.int64()),
                "rejected_of": _nullable(values.rejected.of).cast(pa.int64()),
                "rejected_in": pa.array(values.rejected.imports, pa.string()),
            }
        if values.empty is not None:
            columns |= {
                "empty_rows": _nullable(values.empty.rows).cast(pa.int64()),
                "empty_of": _nullable(values.empty.of).cast(pa.int64()),
            }
        words = {"label": values.labels, "peer_group": values.peers}
        return columns | {
            name: pa.array(cells, pa.string()) for name, cells in words.items() if cells is not None
        }

    def _rule_lines(self, path: str, rule: Rule) -> pa.Table:
        """Make a rule's lines: the points that it adds or takes, and its reason where it
        applied."""
        effect, share = self.card.scores.effects[path], self.card.scores.shares[path]
        return self._table(
            path,
            rule.label,
            {
                "kind": self._constant("kind", "rule"),
                "label": _where(effect.applied, rule.because),
                "points": pa.array(effect.points),
                "weight": self._constant("weight", 0.0),
                "effective_weight": pa.array(share),
                "contribution": pa.array(effect.points * share),
                "missing": _where(effect.undecided, NOT_KNOWN),
            },
        )

    def _table(self, path: str, name: str, columns: Mapping[str, pa.Array]) -> pa.Table:
        """Complete some columns of an entry to a table of `LINES`; what is not given is empty."""
        given = {
            "account_id": pa.array(self.card.accounts, pa.string()),
            "as_of": self._constant("as_of", self.as_of),
            "path": self._constant("path", path),
            "name": self._constant("name", name),
            "is_stale": self._constant("is_stale", False),
            "never": self._constant("never", False),
            **columns,
        }
        cells = {each: given.get(each, self._constant(each, None)) for each in LINES.names}
        return pa.table(cells, schema=LINES)

    def _constant(self, column: str, value: object) -> pa.Array:
        return pa.repeat(pa.scalar(value, LINES.field(column).type), len(self.card.accounts))


@dataclass(frozen=True)
class RunResult:
    """The result of one date: a part for each card that applies to anybody, together in the order
    of account ids.

    `only` are the accounts that were asked for, where others were scored with them; none for all.
    With `parents`, parents get their scores from their children; `itself` has those that are among
    their own children, scored by what their contracts cover.
    """

    as_of: date
    parts: Sequence[CardResult]
    only: frozenset[str] | None = None
    parents: ParentScoring | None = None
    before: Mapping[str, str] = field(default_factory=dict)
    itself: Sequence[CardResult] = ()

    def take(self, accounts: Iterable[str]) -> RunResult:
        """Keep some accounts of the result."""
        return replace(self, only=frozenset(accounts))

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

    # Cached: the writer, the checksum and the bands of the next date each ask for them.
    @cached_property
    def _scores(self) -> list[Score]:
        all_scores, _ = self._scores_and_children
        kept = [
            score
            for account, score in all_scores.items()
            if self.only is None or account in self.only
        ]
        return sorted(kept, key=lambda score: score.account_id)

    @cached_property
    def _scores_and_children(self) -> tuple[Mapping[str, Score], Mapping[str, tuple[Child, ...]]]:
        """The score of every account, and the children of each parent that is scored by them."""
        own = {score.account_id: score for part in self.parts for score in part.scores()}
        if self.parents is None:
            return own, {}
        itself = {score.account_id: score for part in self.itself for score in part.scores()}
        return score_parents(own, self.parents, self.before, itself)

    def lines(self) -> list[Line]:
        return [Line(**row) for row in self.lines_arrow.to_pylist()]

    @cached_property
    def lines_arrow(self) -> pa.Table:
        """All lines as one table (`LINES`), by account and, within it, in the order of the tree."""
        lines = self._with_children(pa.concat_tables([part.lines_arrow for part in self.parts]))
        if self.only is not None:
            only = pa.array(sorted(self.only), pa.string())
            lines = lines.filter(pc.is_in(lines["account_id"], only))
        if len(self.parts) == 1 and not self._scores_and_children[1]:
            return lines
        # Arrow's sort is not stable: the place that a line has now decides among those of one
        # account.
        keyed = lines.select(["account_id"]).append_column(
            "nth", pa.array(range(lines.num_rows), pa.int64())
        )
        order = pc.sort_indices(keyed, [("account_id", "ascending"), ("nth", "ascending")])
        return lines.take(order)

    def _with_children(self, lines: pa.Table) -> pa.Table:
        """Replace the lines of parents by those that their children make."""
        scores, children = self._scores_and_children
        if not children:
            return lines
        is_parent = pc.is_in(lines["account_id"], pa.array(sorted(children), pa.string()))
        own = _by_account([lines.filter(is_parent)])
        itself = _by_account([part.lines_arrow for part in self.itself])
        made = [
            vars(line)
            for parent, theirs in own.items()
            for line in parent_lines(theirs, children[parent], scores, itself.get(parent, ()))
        ]
        rows = pa.Table.from_pylist(made, LINES)
        return pa.concat_tables([lines.filter(pc.invert(is_parent)), rows])


def score_parents(
    own: Mapping[str, Score],
    scoring: ParentScoring,
    before: Mapping[str, str],
    itself: Mapping[str, Score] | None = None,
) -> tuple[dict[str, Score], dict[str, tuple[Child, ...]]]:
    """Replace the own scores of parents by those that their children make; gives all scores, and
    each parent's children.

    `itself` are the scores of parents that are among their own children, by what their contracts
    cover.
    """
    scores = dict(own)
    health, children = scoring.score(_health(own), _health(itself or {}))
    for parent in children:
        its = health[parent]
        band, meaning, status = _band(its.score, scoring.definition, before.get(parent))
        scores[parent] = replace(
            own[parent], **vars(its), band=band, meaning=meaning, status=status
        )
    return scores, children


def _health(scores: Mapping[str, Score]) -> dict[str, Health]:
    return {
        account: Health(score.score, score.coverage, score.freshness_days)
        for account, score in scores.items()
    }


def _by_account(tables: Iterable[pa.Table]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for table in tables:
        for row in table.to_pylist():
            found.setdefault(row["account_id"], []).append(Line(**row))
    return found


def parent_lines(
    own: Sequence[Line],
    children: Sequence[Child],
    scores: Mapping[str, Score],
    itself: Sequence[Line] = (),
) -> list[Line]:
    """Make a parent's lines: what its children contribute, and its own measures, which contribute
    nothing.

    `itself` are the lines of the parent by what its contract covers, where it is among its children.
    """
    root, *measures = own
    points = parents.points(children)
    share = 0.0 if points is None else 1.0
    head = replace(root, points=points, effective_weight=share, contribution=points or 0.0)
    below = []
    for child in children:
        line = replace(
            root,
            path=OWN if child.is_itself else f"child:{child.account_id}",
            kind="own" if child.is_itself else "child",
            name=child.account_id,
            # The account has one band, that of the score which its children make together.
            label=None if child.is_itself else scores[child.account_id].band,
            points=child.health.score,
            weight=child.weight or 0.0,
            effective_weight=child.share,
            contribution=child.contribution,
            missing=child.missing,
        )
        below.append(line)
        if child.is_itself:
            below += [
                replace(
                    each,
                    path=f"{OWN}{each.path}",
                    effective_weight=each.effective_weight * child.share,
                    contribution=each.contribution * child.share,
                )
                for each in itself
                if each.path
            ]
    return [
        head,
        *below,
        *(replace(line, effective_weight=0.0, contribution=0.0) for line in measures),
    ]


def _band(
    score: float | None, definition: Definition, before: str | None
) -> tuple[str | None, Meaning | None, Status]:
    """Find the band of a score, its meaning, and the status; with hysteresis it depends on the band
    before."""
    if score is None:
        return None, None, "not enough data"
    band = band_of(score, definition.bands, before, definition.hysteresis)
    return band.name, band.meaning, "scored"


def _nullable(numbers: Numbers) -> pa.Array:
    # `from_pandas` makes nulls of not-a-numbers, which Parquet, SQL and JSON would keep as NaN.
    return pa.array(numbers, pa.float64(), from_pandas=True)


def _where(applies: Flags, words: str) -> pa.Array:
    """Repeat the same words for some accounts, and nothing for the others."""
    return pa.array([words if each else None for each in applies], pa.string())
