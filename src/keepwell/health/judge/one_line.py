"""This file says a whole judgement in one sentence or two: whether the score tells who leaves, and whom it missed."""

from __future__ import annotations

from keepwell.health.judge import words
from keepwell.health.judge.judgement import Backtest
from keepwell.health.judge.landmarks import HEADLINE


def one_line(judged: Backtest) -> str:
    """Say how well the score of a card tells who leaves, and how many losses it had called healthy."""
    if judged.verdict.code == "too_few":
        said = words.sentence(judged.verdict)
    else:
        said = words.headline(judged.lead(HEADLINE).headline, lead_days=HEADLINE)
    if judged.is_proxy:
        said = f"{words.proxy(judged.outcome)} {said}"
    if not judged.losses:
        return said
    missed = sum(each.is_blindsided for each in judged.losses)
    losses = "loss" if len(judged.losses) == 1 else "losses"
    return f"{said} {missed} of {len(judged.losses)} {losses} had been {words.missed(judged)} up to {HEADLINE} days before."
