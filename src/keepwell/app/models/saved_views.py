"""This file holds the saved views: filters and an order of the list of accounts, under a name."""

from django.db import models

from keepwell.app.models.users import User


class SavedView(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="views")
    name = models.CharField(max_length=100)
    query = models.TextField()  # as it stands in the address
    is_shared = models.BooleanField(default=False)  # everybody sees it
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_view_per_person_and_name")
        ]
