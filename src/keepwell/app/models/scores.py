"""This file holds the runs and their scores: one line per account and run, kept for good."""

from django.db import models

from keepwell.app.models.scorecards import Scorecard


class Run(models.Model):
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
    )  # whose bands the card's margin held on to; none: the plain bands
    overridden = models.CharField(
        max_length=64, blank=True
    )  # fingerprint of the overrides in force; empty: none was
    results = models.CharField(
        max_length=36
    )  # the segments of measure values; runs kept together share them
    checksum = models.CharField(max_length=64)  # over the run's score lines

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
                name="one_run_per_inputs",
            ),
        ]
        indexes = [models.Index(fields=["kind", "as_of"], name="run_by_date")]


class Score(models.Model):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="scores")
    account_id = models.TextField()
    as_of = models.DateField()
    card = models.CharField(max_length=300, blank=True)
    score = models.FloatField(null=True)
    computed_score = models.FloatField(null=True)
    band = models.CharField(max_length=100, blank=True)
    computed_band = models.CharField(
        max_length=100, blank=True
    )  # what the next date's margin holds on to
    meaning = models.CharField(max_length=20, blank=True)
    override = models.TextField(blank=True)
    coverage = models.FloatField(null=True)
    freshness_days = models.FloatField(null=True)
    status = models.CharField(max_length=40, blank=True)
    trend = models.FloatField(null=True)
    segment = models.CharField(max_length=60)
    segment_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "account_id"], name="one_score_per_run_and_account"
            )
        ]
        indexes = [models.Index(fields=["account_id", "as_of"], name="score_by_account")]
