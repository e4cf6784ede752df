"""This file lets the revenue of an account, and that of many, be as large as the sum of any lines that were accepted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0006_identity")]
    operations = [
        migrations.AlterField(
            model_name="account",
            name="revenue",
            field=models.DecimalField(decimal_places=6, max_digits=38, null=True),
        ),
        migrations.AlterField(
            model_name="runcount",
            name="revenue",
            field=models.DecimalField(decimal_places=6, max_digits=38),
        ),
    ]
