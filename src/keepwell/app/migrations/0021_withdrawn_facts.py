"""This file lets facts that people made in the app be undone: who did so, when, and which load took them from among the facts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0020_tokens")]
    operations = [
        migrations.AddField("intake", "by_user", models.BigIntegerField(null=True)),
        migrations.AddField("intake", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.AddField("intake", "withdrawn_by", models.CharField(default="", max_length=200)),
        migrations.AddField("intake", "withdrawn_in", models.BigIntegerField(null=True)),
        migrations.AddIndex(
            "intake",
            models.Index(
                fields=["id"],
                condition=models.Q(("withdrawn_at__isnull", False)),
                name="intake_withdrawn",
            ),
        ),
    ]
