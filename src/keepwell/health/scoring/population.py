"""This file scores all accounts of a date, each by the card that is its own: that of its segment,
or of an exemption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from keepwell.health.definition import segment
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scorecard import Definition, walk
from keepwell.health.definition.segment import Variant
from keepwell.health.scoring import peers, scores
from keepwell.health.scoring.arrays import Flags, Numbers, Rows
from keepwell.health.scoring.peers import Distributions
from keepwell.health.scoring.scores import ScoreArrays
from keepwell.health.scoring.values import Values


@dataclass(frozen=True)
class ScoredCard:
    """The accounts of one card, the values of its measures by name, and their scores, all in the
    order of `accounts`."""

    variant: Variant
    accounts: list[str]
    values: Mapping[str, Values]
    scores: ScoreArrays


def score(
    definition: Definition,
    accounts: Sequence[str],
    segments: Rows,
    values: Mapping[Measure, Values],
    among: Mapping[Measure, Distributions],
    frozen: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
) -> Iterator[ScoredCard]:
    """Score some accounts; `segments` holds the place of each one's segment in the definition, -1
    for none.

    They are ranked in the distributions `among`, or in `frozen`: the peers of an earlier run, by path
    and group.
    """
    for variant, rows in split_by_card(definition, accounts, segments):
        measures = variant.definition.measures
        own = {measure.name: values[measure].take(rows) for measure in measures}
        ranked = {measure.name: among[measure] for measure in measures if measure in among}
        if frozen is not None:
            ranked = {
                path.rpartition(".")[2]: _arrays(frozen.get(path, {}))
                for path, _ in walk(variant.definition.root)
            }
        found = scores.score(variant.definition, own, ranked)
        yield ScoredCard(variant, [accounts[row] for row in rows], own, found)


def distributions(values: Mapping[Measure, Values]) -> dict[Measure, Distributions]:
    """Collect the values that each measure is ranked in, of accounts that are each other's
    peers."""
    # Across cards: two segments may share a measure and be judged by it side by side.
    return {
        measure: peers.distributions(each)
        for measure, each in values.items()
        if each.peers is not None
    }


def first_segment(matches: Sequence[Flags], count: int) -> Rows:
    """Find for each of so many accounts the place of the first segment whose condition it passes;
    -1 where it passes none.

    >>> first_segment([np.array([False, True, False]), np.array([True, True, False])], 3).tolist()
    [1, 0, -1]
    """
    places = np.full(count, -1, dtype=np.intp)
    for nth in reversed(range(len(matches))):
        places = np.where(matches[nth], nth, places)
    return places


def split_by_card(
    definition: Definition, accounts: Sequence[str], segments: Rows
) -> Iterator[tuple[Variant, Rows]]:
    """Give each card that applies to anybody with the places of its accounts; an exempt account has
    a card of its own."""
    exempt = {each.account_id: each for each in definition.exemptions}
    is_exempt = np.array([account in exempt for account in accounts], dtype=np.bool_)
    for place in sorted(set(segments.tolist())):
        own = definition.segments[place] if place >= 0 else None
        if len(rows := np.flatnonzero((segments == place) & ~is_exempt)):
            yield segment.variant(definition, own, None), rows
        for row in np.flatnonzero((segments == place) & is_exempt):
            yield segment.variant(definition, own, exempt[accounts[int(row)]]), np.array([row])
    if not len(accounts):  # a company without accounts has a result without rows, and not none
        yield segment.variant(definition, None, None), np.array([], dtype=np.intp)


def _arrays(groups: Mapping[str, Sequence[float]]) -> dict[str, Numbers]:
    return {group: np.array(numbers) for group, numbers in groups.items()}
