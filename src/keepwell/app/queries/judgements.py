"""This file answers what was found of the published cards: judgements as they were kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from keepwell.app.models import checksums, integrity
from keepwell.app.models.judgements import Judgement
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError

if TYPE_CHECKING:
    from keepwell.app.judged import Judged


@dataclass(frozen=True)
class KeptJudgement:
    """One judgement, when it was made and by whom."""

    number: int
    version: int
    at: datetime
    by: str
    judged: Judged


def latest(viewer: Viewer, version: int | None = None) -> KeptJudgement | None:
    """The newest judgement that was kept, of all versions or one; none for whoever may not publish, as it names accounts.

    Raises `IntegrityError` where it is not what was written, and `judged.Outdated` where another version of Keepwell wrote it.
    """
    if not viewer.may("publish"):
        return None
    kept = Judgement.objects.order_by("-id")
    if version is not None:
        kept = kept.filter(version=version)
    return next((_kept(row) for row in integrity.stored(kept[:1])), None)


def verify(viewer: Viewer) -> Iterator[IntegrityError]:
    """Compare every judgement with its checksum."""
    for row in integrity.stored(Judgement.objects.order_by("id")):
        if checksums.of_judgement(row) != row.checksum:
            yield _damaged(row)


def _kept(row: Judgement) -> KeptJudgement:
    # Its shapes bring statistics with them, which checking a checksum does not need.
    from keepwell.app import judged

    if checksums.of_judgement(row) != row.checksum:
        raise _damaged(row)
    return KeptJudgement(row.pk, row.version_id, row.at, row.by, judged.from_text(row.found))


def _damaged(row: Judgement) -> IntegrityError:
    return IntegrityError(
        f"The app database's judgement {row.pk} is not what was written.",
        way_out=integrity.WAY_OUT,
        code="I161",
    )
