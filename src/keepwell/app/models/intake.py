"""This file holds the intake: facts that people make in the app, kept from the moment they are made until a load moves them."""

from django.db import models


class Intake(models.Model):
    """One fact. `row` has text for each column of its table; `moved_in` is the load that moved it, none until then.

    A fact that was undone stays here with who did so and when; `withdrawn_in` is the load that took it from among the facts,
    where one had moved it.
    """

    source = models.CharField(max_length=200)
    message_id = models.CharField(max_length=200)  # the same message sent again is the same fact
    table = models.CharField(max_length=100)
    account_id = models.TextField()
    row = models.JSONField(default=dict)
    at = models.DateTimeField()  # when it happened
    by = models.CharField(max_length=200)
    by_user = models.BigIntegerField(null=True)  # names change; none where no user made it
    received_at = models.DateTimeField()
    moved_in = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, default="")
    withdrawn_in = models.BigIntegerField(null=True)
    checksum = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "message_id"], name="one_row_per_message_of_a_source"
            )
        ]
        indexes = [
            # Every import and every run asks what waits: nearly always nothing.
            models.Index(fields=["id"], condition=models.Q(moved_in=None), name="intake_waiting"),
            models.Index(
                fields=["id"],
                condition=models.Q(withdrawn_at__isnull=False),
                name="intake_withdrawn",
            ),
            models.Index(fields=["account_id"], name="intake_by_account"),
        ]
