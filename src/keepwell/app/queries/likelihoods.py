"""This file answers how likely accounts are to renew, by the curve that was frozen for their card's version."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from keepwell.app.models import checksums, integrity
from keepwell.app.models.judgements import Likelihood
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError

if TYPE_CHECKING:
    from keepwell.app.queries.explanations import Explanation
    from keepwell.health.judge.frozen_likelihood import Likelihood as Curve


@dataclass(frozen=True)
class Frozen:
    """A curve as it was frozen: its number, of which judgement of which version, and why then."""

    number: int
    judgement: int
    version: int
    note: str
    at: datetime
    by: str
    curve: Curve


@dataclass(frozen=True)
class Likely:
    """The share of accounts with a score (0..100) that renew, and the interval in which that share lies (0..1).

    `beside` are the paths of the measures whose points count besides the score, where the curve has some.
    """

    score: float
    share: float
    low: float
    high: float
    beside: tuple[str, ...] = ()


def in_force(viewer: Viewer, version: int | None) -> Frozen | None:
    """The curve that stands for the scores of a version; none where none was frozen, or the viewer may not see likelihoods.

    A curve says nothing of the scores of another version, which are other numbers.
    """
    if version is None or not viewer.may("see likelihood"):
        return None
    newest = Likelihood.objects.filter(version=version).order_by("-id")[:1]
    return next((_frozen(row) for row in integrity.stored(newest)), None)


def of_explanation(viewer: Viewer, found: Explanation) -> Likely | None:
    """How likely the account of an explanation is to renew, as `of_row` says it."""
    points = {leaf.line.path: leaf.line.points for leaf in found.root.leaves()}
    return of_row(viewer, found.row, points)


def of_row(
    viewer: Viewer, row: ScoreRow, points: Mapping[str, float | None] | None = None
) -> Likely | None:
    """How likely the account of a row is to renew by its computed score; none where it has none, or no curve stands for it.

    `points` are those of its measures by path, for a curve that counts some besides the score.
    """
    if row.computed_score is None:
        return None
    frozen = in_force(viewer, row.version)
    if frozen is None:
        return None
    score, beside = _with_measures(frozen, row.computed_score, points or {})
    return replace(_at(frozen, [score])[0], score=row.computed_score, beside=beside)


def table(viewer: Viewer, frozen: Frozen, *, every: int) -> list[Likely]:
    """How likely accounts are to renew with a score of 0, of 100 and of each so many points between, all measures being as good."""
    return _at(frozen, [float(score) for score in range(0, 101, every)])


def verify(viewer: Viewer) -> Iterator[IntegrityError]:
    """Compare every curve with its checksum."""
    for row in integrity.stored(Likelihood.objects.order_by("id")):
        if checksums.of_likelihood(row) != row.checksum:
            yield _damaged(row)


def _frozen(row: Likelihood) -> Frozen:
    if checksums.of_likelihood(row) != row.checksum:
        raise _damaged(row)
    from keepwell.health.judge import frozen_likelihood

    curve = frozen_likelihood.from_data(json.loads(row.curve))
    return Frozen(row.pk, row.judgement_id, row.version_id, row.note, row.at, row.by, curve)


def _with_measures(
    frozen: Frozen, score: float, points: Mapping[str, float | None]
) -> tuple[float, tuple[str, ...]]:
    """Mix a score with the measures that the curve counts besides it, of those that have a value."""
    added = [(path, share) for path, share in frozen.curve.added if points.get(path) is not None]
    if not added:
        return score, ()
    import numpy as np

    from keepwell.health.judge.added_measures import Added, mixed

    known = {path: np.array([points[path]], dtype=float) for path, _ in added}
    found = mixed(np.array([score]), known, tuple(Added(*each) for each in added))
    return float(found[0]), tuple(path for path, _ in added)


def _at(frozen: Frozen, scores: Sequence[float]) -> list[Likely]:
    import numpy as np  # where no curve stands, nothing has to wait for it

    at = np.array(scores)
    low, high = frozen.curve.between(at)
    each = (column.tolist() for column in (at, frozen.curve.at(at), low, high))
    return [Likely(*row) for row in zip(*each, strict=True)]


def _damaged(row: Likelihood) -> IntegrityError:
    return IntegrityError(
        f"The app database's likelihood {row.pk} is not what was written.",
        way_out=integrity.WAY_OUT,
        code="I162",
    )
