"""This file adds the kind of data file that holds rejected rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0009_intake")]

    operations = [
        migrations.AlterField(
            "datafile",
            "kind",
            models.CharField(
                max_length=20,
                choices=[
                    ("facts", "Facts"),
                    ("rolled", "Rolled"),
                    ("superseded", "Superseded"),
                    ("rejected", "Rejected"),
                    ("results", "Results"),
                ],
            ),
        ),
    ]
