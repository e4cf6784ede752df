"""This file judges the published card and keeps what was found, for pages to show."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from keepwell.app import judged
from keepwell.app.actions import audit, backtests
from keepwell.app.actions.backtests import Progress
from keepwell.app.installation import Installation
from keepwell.app.judged import Judged
from keepwell.app.models import checksums
from keepwell.app.models.judgements import Judgement
from keepwell.app.queries import judgements
from keepwell.app.queries.judgements import KeptJudgement
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import WrongUse


def run(
    *, installation: Installation, by: Actor, at: datetime, progress: Progress | None = None
) -> KeptJudgement:
    """Judge the published card by all that was known in each month, and keep it; raises what `backtests.run` raises."""
    found = backtests.run(installation=installation, by=by, progress=progress)
    return keep(found=found, by=by, at=at)


def keep(*, found: Judged, by: Actor, at: datetime) -> KeptJudgement:
    """Keep a judgement of a published version; raises `WrongUse` for one of a card that is not published."""
    by.require("publish")
    if found.version is None:
        raise WrongUse(
            f"{found.file} is not published, so its judgement cannot be kept.",
            way_out="Publish the card, then judge it again.",
        )
    row = Judgement(
        version_id=found.version,
        until=found.backtest.until,
        at=at.astimezone(UTC),
        by=by.name,
        found=judged.as_text(found),
    )
    row.checksum = checksums.of_judgement(row)
    with transaction.atomic():
        row.save(force_insert=True)
        audit.write(
            verb="judge", object=f"version {found.version}", by=by, at=at, judgement=row.pk, verdict=found.backtest.verdict.code
        )  # fmt: skip
    kept = judgements.latest(SYSTEM)
    assert kept is not None, "it was written just now"
    return kept
