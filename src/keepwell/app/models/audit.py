"""This file holds the audit: who did what, when, from where, to which thing, and how it was before; nothing in it is changed."""

from django.db import models


class AuditEntry(models.Model):
    """One line. Each carries a checksum of itself and of the line before; triggers keep out changes and deletions."""

    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    verb = models.CharField(max_length=50)
    object = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    place = models.CharField(max_length=200, blank=True)
    chain = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["by", "-id"], name="audit_by_person"),
            models.Index(fields=["object", "-id"], name="audit_by_object"),
        ]


class AuditEnd(models.Model):
    """The one row that says with which line the audit ends, so that a lost one is noticed; it is locked by whoever writes."""

    number = models.SmallIntegerField(primary_key=True, default=1)
    entries = models.BigIntegerField()
    chain = models.CharField(max_length=32)
    checksum = models.CharField(max_length=32)
