"""This file holds the manifest: which segment files exist, what is in them, and their fingerprints."""

from django.db import models


class DataFile(models.Model):
    class Kind(models.TextChoices):
        FACTS = "facts"
        ROLLED = "rolled"
        SUPERSEDED = "superseded"
        RESULTS = "results"

    path = models.CharField(max_length=300, unique=True)  # relative to the data folder
    table = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    batch = models.BigIntegerField()
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "table"], name="datafile_by_table")]
