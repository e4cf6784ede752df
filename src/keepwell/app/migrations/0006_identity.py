from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0005_read_model")]

    operations = [
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "number",
                    models.SmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("installation", models.CharField(max_length=32)),
                ("version", models.CharField(max_length=50)),
            ],
        ),
    ]
