"""This room turns explanations into sentences; all their wording is here."""

from keepwell.health.explain.prose.calls import call
from keepwell.health.explain.prose.changes import change, rule_change, step
from keepwell.health.explain.prose.differences import difference
from keepwell.health.explain.prose.facts_behind import (
    cell,
    counted_row,
    number,
    reconciled,
    rejected_rows,
    window,
)
from keepwell.health.explain.prose.likelihoods import accounts_alike
from keepwell.health.explain.prose.numbers import (
    amount,
    bare_value,
    empty_cells,
    lacking,
    percent,
    points,
    reason,
    rejected,
    signed,
    tenths,
    value,
)
from keepwell.health.explain.prose.previews import effect, preview
from keepwell.health.explain.prose.scores import measured, part, sentence
from keepwell.health.explain.prose.standings import left_out, standing
from keepwell.health.explain.prose.trends import no_arrow

__all__ = [
    "accounts_alike",
    "amount",
    "bare_value",
    "call",
    "cell",
    "change",
    "counted_row",
    "difference",
    "effect",
    "empty_cells",
    "lacking",
    "left_out",
    "measured",
    "no_arrow",
    "number",
    "part",
    "percent",
    "points",
    "preview",
    "reason",
    "reconciled",
    "rejected",
    "rejected_rows",
    "rule_change",
    "sentence",
    "signed",
    "standing",
    "step",
    "tenths",
    "value",
    "window",
]
