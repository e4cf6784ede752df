"""This file holds the audit: who did what, when, to which thing."""

from django.db import models


class AuditEntry(models.Model):
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    verb = models.CharField(max_length=50)
    object = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)
