"""This file answers what was published about accounts before landmarks: the scores that people went by."""

from __future__ import annotations

from datetime import date, timedelta

from keepwell.app.installation import Installation
from keepwell.app.queries import evidence, runs, scores
from keepwell.app.viewers import Viewer
from keepwell.health.definition.scorecard import Definition
from keepwell.health.judge.judgement import Scored
from keepwell.health.judge.landmarks import Landmarks

OLDEST = timedelta(days=35)  # of a score that still stands at a landmark: a month and some days
LATER = timedelta(days=7)  # from when on a score was computed in hindsight


def published(
    viewer: Viewer, installation: Installation, card: Definition, found: Landmarks
) -> tuple[Scored, list[date]]:
    """The newest published score of each landmark's account that is no older than 35 days, whichever version gave it.

    Points are those of the measures that the card still has. What a person put in a score's place does not count: it is
    the card that is judged. Beside them: the months whose scores were computed more than a week after their day.
    """
    scored, later = Scored.nothing(card, len(found.rows)), []
    for on in found.months:
        newest = runs.latest_by_date(viewer, runs.PUBLISHED, on, on - OLDEST)
        if not newest:
            continue
        run = newest[-1]
        if run.at.date() > run.as_of + LATER:
            later.append(on)
        places = {row.account_id: at for at, row in enumerate(found.rows) if row.on == on}
        for row in scores.rows(viewer, run.run_id):
            if row.account_id in places:
                scored.put(
                    places[row.account_id], row.segment, row.computed_score, row.computed_band
                )
        for account_id, path, points in evidence.measure_points(viewer, installation, run):
            if account_id in places:
                scored.put_points(places[account_id], path, points)
    return scored, later
