from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def one_batch_each(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Until now each file had the rows of one load; what is in it is described by `actions.migrations` afterwards."""
    apps.get_model("keepwell", "DataFile").objects.update(first_batch=F("last_batch"))


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0003_words_of_the_field")]

    operations = [
        migrations.RenameField("datafile", "batch", "last_batch"),
        migrations.AddField(
            "datafile", "first_batch", models.BigIntegerField(default=0), preserve_default=False
        ),
        migrations.RunPython(one_batch_each, migrations.RunPython.noop),
        migrations.AddField("datafile", "first_account", models.TextField(null=True)),
        migrations.AddField("datafile", "last_account", models.TextField(null=True)),
        migrations.AddField("datafile", "contents", models.JSONField(default=dict)),
        migrations.AddField(
            "datafile",
            "content_digest",
            models.CharField(max_length=32, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "datafile",
            "checksum",
            models.CharField(max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.AddField("datafile", "retired_by", models.BigIntegerField(null=True)),
        migrations.AddField(
            "datafile",
            "successor",
            models.CharField(max_length=300, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "datafile", models.Index(fields=["retired_at"], name="datafile_by_retirement")
        ),
        migrations.CreateModel(
            name="Manifest",
            fields=[
                ("number", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("generation", models.BigIntegerField()),
                ("batch", models.BigIntegerField()),
                ("files", models.BigIntegerField()),
                ("files_digest", models.CharField(max_length=32)),
                ("feeds_digest", models.CharField(max_length=32)),
                ("columns_digest", models.CharField(max_length=32)),
                ("checksum", models.CharField(max_length=64)),
            ],
        ),
        migrations.AddField("load", "contents", models.JSONField(default=list)),
        migrations.AddField("run", "engine_meaning", models.IntegerField(default=1)),
        migrations.RemoveConstraint("run", "one_run_per_inputs"),
        migrations.AddConstraint(
            "run",
            models.UniqueConstraint(
                fields=[
                    "kind",
                    "as_of",
                    "digest",
                    "through_batch",
                    "overridden",
                    "engine_meaning",
                ],
                name="one_run_per_inputs",
            ),
        ),
    ]
