"""This file adds the table of what is counted to slow down those who guess."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0015_lists")]
    operations = [
        migrations.CreateModel(
            "Attempt",
            [
                ("cache_key", models.CharField(max_length=255, primary_key=True)),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
