"""This file holds the judgements of published cards, and the likelihoods to renew that were frozen from them: never edited."""

from django.db import models

from keepwell.app.models.scorecards import Scorecard


class Judgement(models.Model):
    """What was found of one version by those who had left before `until`; `found` is written and read by `judged`."""

    version = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+")
    until = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    found = models.TextField()
    checksum = models.CharField(max_length=32)


class Likelihood(models.Model):
    """The curve from a version's scores to the likelihood to renew, as it stands until the next one is frozen."""

    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+")
    note = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    curve = models.TextField()
    checksum = models.CharField(max_length=32)
