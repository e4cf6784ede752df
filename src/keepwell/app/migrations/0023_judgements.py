"""This file adds the judgements of cards, and the likelihoods to renew that were frozen from them."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def _version() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        to="keepwell.scorecard", on_delete=django.db.models.deletion.PROTECT, related_name="+"
    )


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0022_contract_lines")]
    operations = [
        migrations.CreateModel(
            "Judgement",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("until", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("found", models.TextField()),
                ("checksum", models.CharField(max_length=32)),
                ("version", _version()),
            ],
        ),
        migrations.CreateModel(
            "Likelihood",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("curve", models.TextField()),
                ("checksum", models.CharField(max_length=32)),
                (
                    "judgement",
                    models.ForeignKey(to="keepwell.judgement", on_delete=django.db.models.deletion.PROTECT, related_name="+"),
                ),
                ("version", _version()),
            ],
        ),
    ]  # fmt: skip
