from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def rename_counts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What each file brought is kept as JSON, under the same words as the columns."""
    load = apps.get_model("keepwell", "Load")
    for row in load.objects.all():
        for source in row.sources:
            source["rejected"] = source.pop("refused", {})
        row.save(update_fields=["sources"])


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0002_dates_and_overrides")]

    operations = [
        migrations.RenameModel("Landing", "Load"),
        migrations.RenameModel("Segment", "DataFile"),
        migrations.RenameModel("Extra", "ExtraColumn"),
        migrations.RenameModel("AuditLine", "AuditEntry"),
        migrations.RenameModel("Arrival", "Delivery"),
        migrations.RenameField("load", "refused", "rejected"),
        migrations.RenameField("load", "refusals", "rejects"),
        migrations.RenameField("load", "seal", "checksum"),
        migrations.RenameField("run", "seal", "checksum"),
        migrations.RenameField("account", "seal", "checksum"),
        migrations.RenameField("projection", "seal", "checksum"),
        migrations.RenameField("override", "seal", "checksum"),
        migrations.RenameField("declaration", "rhythm_days", "expected_every_days"),
        migrations.RenameIndex("datafile", "datafile_by_table", old_name="segment_by_table"),
        migrations.RemoveConstraint("declaration", "one_declaration_per_landing"),
        migrations.AddConstraint(
            "declaration",
            models.UniqueConstraint(fields=("feed", "batch"), name="one_declaration_per_load"),
        ),
        migrations.RemoveConstraint("delivery", "one_line_per_arrival_day"),
        migrations.AddConstraint(
            "delivery",
            models.UniqueConstraint(fields=("feed", "on"), name="one_line_per_delivery_day"),
        ),
        migrations.RunPython(rename_counts, migrations.RunPython.noop),
    ]
