"""This file adds who has which account, the tree of accounts, and imported owners apart from given ones; `migrate` then builds what pages read anew."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def name_users(apps: Any, schema_editor: Any) -> None:
    """Let an imported address find its user."""
    user, name = apps.get_model("keepwell", "User"), apps.get_model("keepwell", "OwnerName")
    for each in user.objects.all():
        name.objects.get_or_create(folded_text=each.email.casefold(), defaults={"user": each})


def to_user(related_name: str) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, django.db.models.deletion.PROTECT, related_name=related_name
    )


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0012_users")]
    operations = [
        migrations.AddField("account", "imported_owner", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField("account", "folded_owner", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddIndex("account", models.Index(fields=["folded_owner"], name="account_by_owner")),
        migrations.CreateModel(
            "AccountTree",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("ancestor_id", models.TextField()),
                ("account_id", models.TextField()),
            ],
            {
                "constraints": [models.UniqueConstraint(fields=["ancestor_id", "account_id"], name="one_way_down")],
                "indexes": [models.Index(fields=["account_id"], name="tree_by_account")],
            },
        ),
        migrations.CreateModel(
            "Ownership",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("account_id", models.TextField()),
                ("user", to_user("+")),
                ("kind", models.CharField(max_length=20)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(null=True)),
                ("handover_note", models.TextField(blank=True)),
                ("made_by", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
            {"indexes": [models.Index(fields=["account_id", "kind"], name="ownership_by_account")]},
        ),
        migrations.CreateModel(
            "Absence",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("user", to_user("absences")),
                ("covered_by", to_user("covered")),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("made_by", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            "OwnerName",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("folded_text", models.TextField(unique=True)),
                ("user", to_user("owner_names")),
            ],
        ),
        migrations.CreateModel(
            "Team",
            [
                ("name", models.CharField(max_length=100, primary_key=True)),
                ("sees_each_other", models.BooleanField(default=True)),
            ],
        ),
        migrations.RunPython(name_users, migrations.RunPython.noop),
    ]  # fmt: skip
