"""This room turns explanations into sentences; all their wording is here."""

from keepwell.health.explain.prose.calls import call
from keepwell.health.explain.prose.changes import change, step
from keepwell.health.explain.prose.differences import difference
from keepwell.health.explain.prose.numbers import (
    bare_value,
    percent,
    points,
    reason,
    signed,
    tenths,
    value,
)
from keepwell.health.explain.prose.previews import effect, preview
from keepwell.health.explain.prose.scores import measured, part, sentence
from keepwell.health.explain.prose.trends import no_arrow

__all__ = [
    "bare_value",
    "call",
    "change",
    "difference",
    "effect",
    "measured",
    "no_arrow",
    "part",
    "percent",
    "points",
    "preview",
    "reason",
    "sentence",
    "signed",
    "step",
    "tenths",
    "value",
]
