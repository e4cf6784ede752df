"""This file holds the loads: what each import brought, under its batch number."""

from django.db import models


class Load(models.Model):
    batch = models.BigIntegerField(
        primary_key=True
    )  # numbered by the load itself: 1, 2, 3 without gaps
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    mapping = models.CharField(max_length=64, blank=True)
    received = models.BigIntegerField()
    accepted = models.BigIntegerField()
    repeated = models.BigIntegerField()
    rejected = models.BigIntegerField()
    sources = models.JSONField(default=list)
    rejects = models.CharField(max_length=500, blank=True)
    # By table and kind of data file, rows and digest of what the load brought: merging files changes neither.
    contents = models.JSONField(default=list)
    checksum = models.CharField(max_length=64)  # with what the load added to the feeds
