"""This file holds what else is known of the accounts that are judged, beside their scores and whether they left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from keepwell.health.judge.judgement import Scored
from keepwell.health.judge.leaving import LEFT, Term
from keepwell.health.judge.partial_losses import PartialLoss
from keepwell.health.judge.renewals import Due
from keepwell.health.judge.spells import Spell
from keepwell.health.judge.undated import Undated
from keepwell.health.scoring.arrays import Numbers

Losses: TypeAlias = Mapping[str, Sequence[date]]  # days by account


@dataclass(frozen=True)
class Circumstances:
    """What a judgement shows beside the scores; `outcome` names what counts as leaving, and whether that is only a proxy for it."""

    outcome: str = LEFT
    is_proxy: bool = False
    partial_losses: tuple[PartialLoss, ...] = ()
    treatments: tuple[Spell, ...] | None = None  # none where no plays are known
    risks: tuple[Spell, ...] | None = None
    undated: Undated | None = None  # what the card reads that has no history
    scored_without: Scored | None = None  # by the card without that, where it was scored
    renewals: tuple[Due, ...] = ()
    terms: Mapping[str, Sequence[Term]] = field(default_factory=dict)
    legacy: str = ""  # what another tool's scores were read from
    legacy_scores: Numbers | None = None  # one for each landmark

    def proxy_days(self) -> Losses | None:
        """Give the days of the losses that stand in for leaving by account; none where leaving is judged by something else."""
        if not self.is_proxy:
            return None
        found: dict[str, list[date]] = defaultdict(list)
        for loss in self.partial_losses:
            if loss.kind == self.outcome:
                found[loss.account_id].append(loss.lost_on)
        return found
