"""This file holds the current accounts: a projection of the facts, rebuilt at will, so that pages need no engine."""

from django.db import models


class Account(models.Model):
    account_id = models.TextField(primary_key=True)
    name = models.TextField(blank=True)
    owner = models.TextField(blank=True)
    segment = models.TextField(blank=True)
    parent_id = models.CharField(
        max_length=300, blank=True
    )  # plain text: a parent may be imported later than its child
    started_on = models.DateField(null=True)
    revenue = models.DecimalField(
        max_digits=18, decimal_places=6, null=True
    )  # recurring, a year, in the workspace's currency
    next_notice_on = models.DateField(null=True)
    next_renewal_on = models.DateField(null=True)
    current_on = models.DateField()  # the day for which all this holds
    checksum = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["name"], name="account_by_name")]


class Projection(models.Model):
    """The one line that says of which accounts the projection consists, so that a lost line is noticed."""

    number = models.SmallIntegerField(primary_key=True, default=1)
    current_on = models.DateField()
    accounts = models.BigIntegerField()
    checksum = models.CharField(max_length=64)
