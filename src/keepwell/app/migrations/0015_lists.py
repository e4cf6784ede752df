"""This file lets lists of accounts be sorted by how far scores have moved, and by revenue; `migrate` then builds what pages read anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0014_audit_chain")]
    operations = [
        migrations.AddField("currentscore", "moved", models.FloatField(null=True)),
        migrations.AddIndex(
            "currentscore",
            models.Index(fields=["run", "moved", "account_id"], name="current_by_move"),
        ),
        migrations.AddIndex("account", models.Index(fields=["revenue"], name="account_by_revenue")),
    ]
