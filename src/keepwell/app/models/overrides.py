"""This file holds the overrides: a person's judgement that stands in place of a computed score, for a while and with a reason."""

from django.db import models


class Override(models.Model):
    account_id = models.TextField()
    score = models.FloatField()
    because = models.TextField()
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    from_on = models.DateField()
    until_on = models.DateField()  # the latest date of a score for which it stands
    ended_on = models.DateField(
        null=True
    )  # from this date on it does not; none: nobody ended it early
    ended_by = models.CharField(max_length=200, blank=True)
    checksum = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id"],
                condition=models.Q(ended_on=None),
                name="one_override_per_account",
            ),
        ]
        indexes = [models.Index(fields=["until_on"], name="override_by_end")]
