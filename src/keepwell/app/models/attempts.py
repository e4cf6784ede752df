"""This file holds what is counted to slow down those who guess, and codes that were used: Django's cache, in the database."""

from django.db import models


class Attempt(models.Model):
    """One entry of the cache. Django reads and writes it by its columns; `value` is pickled and means nothing to people."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)
