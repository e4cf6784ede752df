"""This file adds the table of facts that people make in the app."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0008_stopped_feeds")]
    operations = [
        migrations.CreateModel(
            name="Intake",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=200)),
                ("message_id", models.CharField(max_length=200)),
                ("table", models.CharField(max_length=100)),
                ("account_id", models.TextField()),
                ("row", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("received_at", models.DateTimeField()),
                ("moved_in", models.BigIntegerField(null=True)),
                ("checksum", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("moved_in", None)),
                        fields=["id"],
                        name="intake_waiting",
                    ),
                    models.Index(fields=["account_id"], name="intake_by_account"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "message_id"), name="one_row_per_message_of_a_source"
                    )
                ],
            },
        ),
    ]
