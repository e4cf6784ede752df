"""This file holds the runs and their scores: one row per account and run, never deleted."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models

from keepwell.app import score_row
from keepwell.app.models.accounts import REVENUE_DIGITS
from keepwell.app.models.scorecards import Scorecard

NO_SCORE = 1000.0  # the `sort_score` of an account without a score: it stands behind all others


class Run(models.Model):
    """One computation of all scores for a date. Until `is_complete` it is being written, and nobody reads it."""

    run_id = models.CharField(max_length=36, primary_key=True)
    kind = models.CharField(max_length=20)
    as_of = models.DateField()
    version = models.ForeignKey(
        Scorecard, null=True, on_delete=models.PROTECT
    )  # none: a draft, known by its digest alone
    digest = models.CharField(max_length=64)
    through_batch = models.BigIntegerField()
    inputs = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    engine = models.CharField(max_length=50)
    engine_meaning = models.IntegerField(default=1)  # of the engine that computed it
    before = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+"
    )  # whose bands the card's hysteresis held on to; none: the plain bands
    overridden = models.CharField(
        max_length=64, blank=True
    )  # fingerprint of the overrides in force; empty: there was none
    results = models.CharField(
        max_length=36
    )  # the data files of its lines; runs written together share them
    accounts = models.BigIntegerField()
    scores_checksum = models.CharField(max_length=32)  # the sum of its scores' checksums
    checksum = models.CharField(max_length=64)  # of all of the above that decides a number
    is_complete = models.BooleanField(default=False)
    is_current = models.BooleanField(default=False)  # its lines are in the read model
    history = models.CharField(
        max_length=32, blank=True
    )  # fingerprint of the runs whose points those lines carry; empty: they are being written

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "kind",
                    "as_of",
                    "digest",
                    "through_batch",
                    "overridden",
                    "engine_meaning",
                ],
                condition=models.Q(is_complete=True),
                name="one_run_per_inputs",
            ),
        ]
        indexes = [models.Index(fields=["kind", "as_of"], name="run_by_date")]


class Score(models.Model):
    """One account's score in a run. Its columns are those fields of `ScoreRow` that the run does not know itself."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="scores", db_index=False)
    checksum = models.CharField(max_length=32)  # of the row: it can be trusted without the others

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "account_id"], name="one_score_per_run_and_account"
            )
        ]
        indexes = [models.Index(fields=["account_id", "as_of"], name="score_by_account")]


COLUMN_OF: dict[object, tuple[type[models.Field[Any, Any]], bool]] = {
    str: (models.TextField, False),
    str | None: (models.TextField, True),
    float | None: (models.FloatField, True),
    date: (models.DateField, False),
}
for name in score_row.STORED:
    kind, is_null = COLUMN_OF[score_row.TYPES[name]]
    Score.add_to_class(name, kind(null=is_null))


class RunCount(models.Model):
    """How many accounts of an owner and a segment had a band in a run, and their revenue a year.

    Of the current run it follows the accounts as they are now; of earlier ones it stays.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="counts", db_index=False)
    owner = models.TextField()
    segment = models.TextField()
    band = models.TextField()  # empty: no score
    meaning = models.TextField()
    accounts = models.BigIntegerField()
    # Of those accounts where it is known.
    revenue = models.DecimalField(max_digits=REVENUE_DIGITS, decimal_places=6)
    without_revenue = models.BigIntegerField()
    checksum = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "owner", "segment", "band"], name="one_count_per_run_and_cell"
            )
        ]


class CurrentScore(models.Model):
    """The read model of one account: where it stands among the others, in a row so small that lists look through all of them.

    Rebuilt at will from scores and accounts. Rows of a run that is not current are being written, or old.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    account_id = models.TextField()
    sort_score = models.FloatField()  # the score; of an account without one a number above all
    band = models.TextField()
    owner = models.TextField()
    segment = models.TextField()
    is_overridden = models.BooleanField()
    moved = models.FloatField(
        null=True
    )  # points over the card's look-back; none where there is no trend
    # As the account is now: what lists are sorted and sifted by.
    folded_name = models.TextField()
    revenue = models.DecimalField(max_digits=REVENUE_DIGITS, decimal_places=6, null=True)
    next_notice_on = models.DateField(null=True)
    next_renewal_on = models.DateField(null=True)
    last_touch_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "account_id"], name="one_current_score")
        ]
        indexes = [
            models.Index(fields=["run", *by, "sort_score", "account_id"], name=name)
            for name, by in {
                "current_by_score": [],
                "current_by_band": ["band"],
                "current_by_owner": ["owner"],
                "current_by_segment": ["segment"],
            }.items()
        ] + [
            models.Index(fields=["run", "moved", "account_id"], name="current_by_move"),
            models.Index(fields=["run", "revenue", "account_id"], name="current_by_revenue"),
            models.Index(fields=["run", "folded_name", "account_id"], name="current_by_name"),
            # With the account in it, or SQLite takes another index and looks through all rows of the run.
            models.Index(
                fields=["run", "account_id"],
                condition=models.Q(is_overridden=True),
                name="current_overridden",
            ),
        ]


class CurrentLines(models.Model):
    """The read model's lines behind the newest score of one account, packed, apart from what lists look through."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    account_id = models.TextField()
    lines = models.BinaryField()
    checksum = models.CharField(max_length=32)  # of `lines`, and whose they are

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "account_id"], name="one_lot_of_current_lines")
        ]
