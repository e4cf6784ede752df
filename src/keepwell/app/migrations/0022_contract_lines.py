"""This file adds how many contract lines an account has, and of how many the amount is not known; the next import fills them in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0021_withdrawn_facts")]
    operations = [
        migrations.AddField("account", "running_lines", models.IntegerField(null=True)),
        migrations.AddField("account", "unpriced_lines", models.IntegerField(null=True)),
    ]
