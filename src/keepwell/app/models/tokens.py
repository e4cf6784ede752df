"""This file holds the tokens by which programs use the API in somebody's name; only their hashes are kept."""

from django.db import models

from keepwell.app.models.users import User


class ApiToken(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()  # a list of names
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)  # a day: whoever polls would write a row each time
    revoked_at = models.DateTimeField(null=True)
