"""This file holds the extra columns: what a mapping added to a table, and of which type."""

from django.db import models


class ExtraColumn(models.Model):
    table = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=20)
    meaning = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "name"], name="one_type_per_extra_column")
        ]
