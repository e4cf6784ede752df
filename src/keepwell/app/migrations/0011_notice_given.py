"""This file adds the day on which an account gave notice to what pages read of it; `migrate` then builds that anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0010_rejected_rows")]
    operations = [
        migrations.AddField("account", "notice_given_on", models.DateField(null=True)),
    ]
