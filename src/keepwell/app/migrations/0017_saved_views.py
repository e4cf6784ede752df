"""This file adds the saved views of the list of accounts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0016_attempts")]
    operations = [
        migrations.CreateModel(
            "SavedView",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=100)),
                ("query", models.TextField()),
                ("is_shared", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        django.db.models.deletion.PROTECT,
                        related_name="views",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["user", "name"], name="one_view_per_person_and_name"
                    )
                ]
            },
        ),
    ]
