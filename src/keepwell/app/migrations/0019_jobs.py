"""This file adds the jobs: work that somebody asked for on a page."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0018_slim_read_model")]
    operations = [
        migrations.CreateModel(
            "Job",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("kind", models.CharField(max_length=20)),
                ("what", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        max_length=10,
                        choices=[
                            ("asked", "Asked"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="asked",
                    ),
                ),
                ("by", models.CharField(max_length=200)),
                ("place", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("runner", models.CharField(max_length=100, default="")),
                ("started_at", models.DateTimeField(null=True)),
                ("heard_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("done", models.FloatField(default=0.0)),
                ("doing", models.CharField(max_length=200, default="")),
                ("result", models.TextField(default="")),
                (
                    "user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        django.db.models.deletion.PROTECT,
                        null=True,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["kind"],
                        condition=models.Q(state__in=["asked", "running"]),
                        name="one_job_of_a_kind_at_a_time",
                    )
                ],
                "indexes": [models.Index(fields=["kind", "-id"], name="job_by_kind")],
            },
        ),
    ]
