"""This file holds the people outside: who stands behind a surrogate, and the words and names that stay out of segments."""

from django.db import models


class Person(models.Model):
    number = models.BigIntegerField(
        primary_key=True
    )  # given out by the load, so that facts can carry it before it is kept
    space = models.CharField(max_length=200)
    outside_id = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "outside_id"], name="one_surrogate_per_person")
        ]


class PersonalValue(models.Model):
    """The newest value of a personal column of one fact, and the surrogate of the person it is about, where it is known."""

    table = models.CharField(max_length=100)
    fact = models.TextField()
    column = models.CharField(max_length=100)
    value = models.TextField()
    surrogate = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "fact", "column"], name="one_value_per_personal_column"
            )
        ]
        indexes = [models.Index(fields=["surrogate"], name="personal_by_surrogate")]
