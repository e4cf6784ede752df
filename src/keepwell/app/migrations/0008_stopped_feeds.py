"""This file adds for how long a late feed's values count, and by which files a delivery is known again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0007_wide_revenue")]

    operations = [
        migrations.AddField("declaration", "stale_for_days", models.IntegerField(null=True)),
        migrations.AddField("delivery", "content", models.CharField(max_length=64, default="")),
    ]
