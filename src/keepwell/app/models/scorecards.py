"""This file holds the published versions of the definition: one document, one version, never edited."""

from django.db import models


class Scorecard(models.Model):
    number = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=300)
    text = models.TextField()
    note = models.TextField(blank=True)
    published_at = models.DateTimeField()
    by = models.CharField(max_length=200)
    parent = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64)
