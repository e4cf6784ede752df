"""This file holds the oracle's result of one date: scores and lines as lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from keepwell.health.engines.protocol import Line, Peers, Score


@dataclass(frozen=True)
class Result:
    """Scores by account, lines by account and place in the tree, and the peers that values were
    ranked among."""

    as_of: date
    scored: list[Score]
    explained: list[Line]
    peers: Peers

    @property
    def bands(self) -> Mapping[str, str]:
        return {score.account_id: score.band for score in self.scored if score.band}

    def scores(self) -> list[Score]:
        return self.scored

    def lines(self) -> list[Line]:
        return self.explained
