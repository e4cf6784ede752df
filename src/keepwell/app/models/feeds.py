"""This file holds the feeds: what each declared, the days of its events, and the days on which it delivered."""

from django.db import models


class Declaration(models.Model):
    """What a feed promised, from a load on; an older replay reads what was promised then."""

    feed = models.CharField(max_length=200)
    batch = models.BigIntegerField()
    tables = models.JSONField(default=list)
    covers = models.CharField(max_length=10)
    since = models.DateField(null=True)
    expected_every_days = models.IntegerField()
    stale_for_days = models.IntegerField(null=True)
    lag_days = models.IntegerField(null=True)
    through = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "batch"], name="one_declaration_per_load")
        ]


class FeedDay(models.Model):
    """A day on which the feed has events, and the first load that brought one."""

    feed = models.CharField(max_length=200)
    on = models.DateField()
    batch = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "on"], name="one_line_per_event_day")
        ]


class Delivery(models.Model):
    """A day on which the feed delivered files that it had not delivered before; `content` is their fingerprint."""

    feed = models.CharField(max_length=200)
    on = models.DateField()
    batch = models.BigIntegerField()
    content = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "on"], name="one_line_per_delivery_day")
        ]
