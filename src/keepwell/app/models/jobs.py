"""This file holds the jobs: work that somebody asked for on a page, and how far it is."""

from django.db import models

from keepwell.app.models.users import User


class Job(models.Model):
    """One piece of work. `runner` is the process that does it; `heard_at` is when that said last that it still does."""

    class State(models.TextChoices):
        ASKED = "asked"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=20)
    what = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    by = models.CharField(max_length=200)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )  # none of the operator
    place = models.CharField(max_length=200)  # where they asked from
    at = models.DateTimeField()
    runner = models.CharField(max_length=100, default="")
    started_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    done = models.FloatField(default=0.0)  # how much of it, 0..1
    doing = models.CharField(max_length=200, default="")
    result = models.TextField(default="")  # one sentence: what was done, or why not

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(state__in=["asked", "running"]),
                name="one_job_of_a_kind_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="job_by_kind")]
