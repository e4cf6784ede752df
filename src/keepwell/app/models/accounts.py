"""This file holds the current accounts: a projection of the facts, rebuilt at will, so that pages need no engine."""

from decimal import Context, Decimal

from django.db import models

# One amount has 12 digits before the point, and millions of them may be added up: a DECIMAL(38,6), as DuckDB adds them.
REVENUE_DIGITS = 38
_KEPT = Context(
    prec=15
)  # all the digits that SQLite keeps of a decimal, and so all that are kept anywhere


def kept_revenue(revenue: Decimal) -> Decimal:
    """Round a sum of amounts to the 15 digits that are kept of it: below a billion to the last of its six decimals.

    >>> kept_revenue(Decimal("1920000000000.000001"))
    Decimal('1920000000000.00')
    """
    return _KEPT.plus(revenue)


class Account(models.Model):
    """One account as it is on the projection's day, with the dates that a page shows."""

    account_id = models.TextField(primary_key=True)
    name = models.TextField(blank=True)
    folded_name = models.TextField(blank=True)  # whatever the case in which somebody types it
    owner = models.TextField(blank=True)  # whoever was given the account here, else as imported
    imported_owner = models.TextField(blank=True)
    folded_owner = models.TextField(blank=True)  # the imported one, as it is compared
    segment = models.TextField(blank=True)
    parent_id = models.CharField(
        max_length=300, blank=True
    )  # plain text: a parent may be imported later than its child
    started_on = models.DateField(null=True)
    revenue = models.DecimalField(
        max_digits=REVENUE_DIGITS, decimal_places=6, null=True
    )  # recurring, a year, in the workspace's currency
    # Recurring contract lines that run, rejected ones that may among them, and those of them without a known amount; none
    # in rows that were written before they were counted.
    running_lines = models.IntegerField(null=True)
    unpriced_lines = models.IntegerField(null=True)
    next_notice_on = models.DateField(null=True)
    next_renewal_on = models.DateField(null=True)
    last_touch_on = models.DateField(null=True)  # the latest meeting that was held with them
    notice_given_on = models.DateField(null=True)  # of a term that is not over yet
    checksum = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["folded_name"], name="account_by_name"),
            models.Index(fields=["parent_id"], name="account_by_parent"),
            models.Index(fields=["folded_owner"], name="account_by_owner"),
        ]


class Projection(models.Model):
    """The one row that says of which accounts the projection consists, so that a lost one is noticed."""

    number = models.SmallIntegerField(primary_key=True, default=1)
    current_on = models.DateField()  # the day for which the accounts hold
    accounts = models.BigIntegerField()
    checksum = models.CharField(max_length=64)
    version = models.SmallIntegerField(default=0)  # of the read model that was built last
