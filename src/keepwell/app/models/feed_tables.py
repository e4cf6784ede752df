"""This file holds what each feed has brought into each table, counted load by load, so that nobody reads files to say it."""

from django.db import models


class FeedTable(models.Model):
    """The rows in force that one feed has brought into one table, and between which days they lie."""

    feed = models.CharField(max_length=200)
    table = models.CharField(max_length=100)
    rows = models.BigIntegerField()
    first_on = models.DateField()
    latest_on = models.DateField()
    checksum = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "table"], name="one_count_per_feed_and_table")
        ]
