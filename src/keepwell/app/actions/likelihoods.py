"""This file freezes the likelihood to renew of a judgement: it stands until somebody reviews it and freezes the next."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.db import transaction

from keepwell.app.actions import audit
from keepwell.app.models import checksums
from keepwell.app.models.judgements import Likelihood
from keepwell.app.queries import judgements, likelihoods, scorecards
from keepwell.app.queries.likelihoods import Frozen
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Invalid, NotReady
from keepwell.health.judge import words
from keepwell.health.judge.frozen_likelihood import NotEnough

LONGEST_NOTE = 500  # characters


class NothingToFreeze(NotReady):
    """No judgement of the published card has a likelihood."""

    code = "J103"


class NoNote(Invalid):
    """Nobody would know why the likelihood was changed."""

    code = "J104"


def freeze(*, note: str, by: Actor, at: datetime) -> Frozen:
    """Let the likelihood of the newest judgement of the published version stand for its scores from now on.

    Raises `NothingToFreeze` where that was not judged, or there is not enough history, and `NoNote`.
    """
    by.require("publish")
    said = " ".join(note.split())
    if not said or len(said) > LONGEST_NOTE:
        raise NoNote(
            f"The note must have 1 to {LONGEST_NOTE} characters.",
            way_out="Say what was reviewed, such as: yearly review with the CSMs.",
        )
    version = scorecards.latest(SYSTEM)
    kept = judgements.latest(SYSTEM, version.number) if version else None
    if version is None or kept is None:
        raise NothingToFreeze(
            "The published card has not been judged.",
            way_out="Judge it first: keepwell backtest --keep",
        )
    curve = kept.judged.backtest.likelihood
    if isinstance(curve, NotEnough):
        raise NothingToFreeze(words.not_enough(curve), way_out="Wait until more have left.")
    before = likelihoods.in_force(SYSTEM, version.number)
    row = Likelihood(
        judgement_id=kept.number,
        version_id=version.number,
        note=said,
        at=at.astimezone(UTC),
        by=by.name,
        curve=json.dumps(curve.as_data()),
    )
    row.checksum = checksums.of_likelihood(row)
    with transaction.atomic():
        row.save(force_insert=True)
        audit.write(
            verb="freeze likelihood", object=f"version {version.number}", by=by, at=at, judgement=kept.number, note=said,
            before={"likelihood": before.number} if before else None, after={"likelihood": row.pk},
        )  # fmt: skip
    frozen = likelihoods.in_force(SYSTEM, version.number)
    assert frozen is not None, "it was written just now"
    return frozen
