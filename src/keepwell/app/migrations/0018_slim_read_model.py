"""This file takes packed lines out of the rows that lists look through, and gives those what lists are sorted by; `migrate` then builds both anew."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0017_saved_views")]
    operations = [
        migrations.RemoveIndex("account", "account_by_revenue"),
        migrations.RunSQL("DELETE FROM keepwell_currentscore", migrations.RunSQL.noop),
        migrations.RemoveField("currentscore", "lines"),
        migrations.RemoveField("currentscore", "checksum"),
        migrations.AddField(
            "currentscore", "folded_name", models.TextField(default=""), preserve_default=False
        ),
        migrations.AddField(
            "currentscore",
            "revenue",
            models.DecimalField(max_digits=38, decimal_places=6, null=True),
        ),
        migrations.AddField("currentscore", "next_notice_on", models.DateField(null=True)),
        migrations.AddField("currentscore", "next_renewal_on", models.DateField(null=True)),
        migrations.AddField("currentscore", "last_touch_on", models.DateField(null=True)),
        migrations.AddIndex(
            "currentscore",
            models.Index(fields=["run", "revenue", "account_id"], name="current_by_revenue"),
        ),
        migrations.RemoveIndex("currentscore", "current_overridden"),
        migrations.AddIndex(
            "currentscore",
            models.Index(
                fields=["run", "account_id"],
                condition=models.Q(is_overridden=True),
                name="current_overridden",
            ),
        ),
        migrations.AddIndex(
            "currentscore",
            models.Index(fields=["run", "folded_name", "account_id"], name="current_by_name"),
        ),
        migrations.CreateModel(
            "CurrentLines",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("account_id", models.TextField()),
                ("lines", models.BinaryField()),
                ("checksum", models.CharField(max_length=32)),
                (
                    "run",
                    models.ForeignKey(
                        "keepwell.run",
                        django.db.models.deletion.CASCADE,
                        related_name="+",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["run", "account_id"], name="one_lot_of_current_lines"
                    )
                ]
            },
        ),
    ]
