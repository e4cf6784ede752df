"""This file holds the identity: which installation this database is of, as the data folder says of itself."""

from django.db import models


class Identity(models.Model):
    """The one row with the installation's id, and the version by which an older Keepwell knows that it is older."""

    number = models.SmallIntegerField(primary_key=True, default=1)
    installation = models.CharField(max_length=32)
    version = models.CharField(max_length=50)  # of the Keepwell that last migrated the database
