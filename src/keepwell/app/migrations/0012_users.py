"""This file adds the people who use Keepwell, and the links by which they come in."""

import django.db.models.deletion
from django.apps import apps
from django.conf import settings
from django.db import migrations, models

# What names a user in its first migration, where it is installed: only processes that serve pages have it.
AFTER = ("account", "mfa", "socialaccount", "usersessions")


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0011_notice_given")]
    run_before = [
        (config.label, "0001_initial")
        for config in apps.get_app_configs()
        if config.name.startswith("allauth.") and config.label in AFTER
    ]
    operations = [
        migrations.CreateModel(
            "User",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("password", models.CharField(max_length=128)),
                ("last_login", models.DateTimeField(null=True, blank=True)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("role", models.CharField(max_length=20)),
                ("team", models.CharField(max_length=100, blank=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            "SignInLink",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        django.db.models.deletion.PROTECT,
                        related_name="links",
                    ),
                ),
            ],
        ),
    ]
