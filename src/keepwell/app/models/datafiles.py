"""This file holds the manifest: which data files there are, what is in them, and checksums of both."""

from django.db import models


class DataFile(models.Model):
    """One data file. `contents` has for each batch its number of rows and their digest; results have none.

    A file that a merge has replaced is retired and names its successor, until nobody can be reading it any more.
    """

    class Kind(models.TextChoices):
        FACTS = "facts"
        ROLLED = "rolled"
        SUPERSEDED = "superseded"
        REJECTED = "rejected"
        RESULTS = "results"

    path = models.CharField(max_length=300, unique=True)  # relative to the data folder
    table = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    first_batch = models.BigIntegerField()
    last_batch = models.BigIntegerField()
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    first_account = models.TextField(null=True)  # none: the file has no accounts
    last_account = models.TextField(null=True)
    contents = models.JSONField(default=dict)
    content_digest = models.CharField(max_length=32)  # of all rows, in whatever order
    checksum = models.CharField(max_length=64)  # of what this row says of its file
    retired_at = models.DateTimeField(null=True)
    retired_by = models.BigIntegerField(null=True)  # the generation that no longer lists it
    successor = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "table"], name="datafile_by_table"),
            models.Index(fields=["retired_at"], name="datafile_by_retirement"),
        ]


class Manifest(models.Model):
    """The one row that says of what the manifest consists, so that a lost or added line is noticed.

    Every transaction that lists or retires data files of facts raises the generation. Result files are not part of it:
    they belong to their run.
    """

    number = models.SmallIntegerField(primary_key=True, default=1)
    generation = models.BigIntegerField()
    batch = models.BigIntegerField()  # the latest load
    files = models.BigIntegerField()
    files_digest = models.CharField(max_length=32)
    feeds_digest = models.CharField(max_length=32)  # declarations, event days and deliveries
    columns_digest = models.CharField(max_length=32)  # extra columns
    checksum = models.CharField(max_length=64)
