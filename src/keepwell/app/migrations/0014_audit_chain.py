"""This file lets the audit say what was before, what is after and from where, and closes it: lines are added, and none is changed."""

from typing import Any

from django.db import migrations, models

from keepwell.app.migrations import _checksums_0014 as checksums

SQLITE = """
CREATE TRIGGER keepwell_audit_no_{verb} BEFORE {verb} ON keepwell_auditentry
BEGIN SELECT RAISE(ABORT, 'the audit is added to, and never changed'); END
"""
POSTGRESQL = (
    """
    CREATE FUNCTION keepwell_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit is added to, and never changed'; END $$
    """,
    """
    CREATE TRIGGER keepwell_audit_no_change BEFORE UPDATE OR DELETE ON keepwell_auditentry
    FOR EACH ROW EXECUTE FUNCTION keepwell_audit_refuse()
    """,
    """
    CREATE TRIGGER keepwell_audit_no_truncate BEFORE TRUNCATE ON keepwell_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION keepwell_audit_refuse()
    """,
)


def chain(apps: Any, schema_editor: Any) -> None:
    """Give each line the checksum of itself and of the one before."""
    entry, end = apps.get_model("keepwell", "AuditEntry"), apps.get_model("keepwell", "AuditEnd")
    before, count, part = "", 0, []
    for each in entry.objects.order_by("id").iterator():
        each.chain = before = checksums.of_audit(each, before)
        count += 1
        part.append(each)
        if len(part) == 500:
            entry.objects.bulk_update(part, ["chain"])
            part = []
    entry.objects.bulk_update(part, ["chain"])
    row = end(number=1, entries=count, chain=before)
    row.checksum = checksums.of_audit_end(row)
    row.save(force_insert=True)


def close(apps: Any, schema_editor: Any) -> None:
    """A later migration that makes SQLite build the table anew has to call this again."""
    sqlite = [SQLITE.format(verb=verb) for verb in ("UPDATE", "DELETE")]
    with schema_editor.connection.cursor() as cursor:
        for statement in sqlite if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)


class Migration(migrations.Migration):
    atomic = True
    dependencies = [("keepwell", "0013_ownership")]
    operations = [
        migrations.AddField("auditentry", "before", models.JSONField(null=True)),
        migrations.AddField("auditentry", "after", models.JSONField(null=True)),
        migrations.AddField("auditentry", "place", models.CharField(max_length=200, blank=True, default=""), preserve_default=False),
        migrations.AddField("auditentry", "chain", models.CharField(max_length=32, blank=True, default=""), preserve_default=False),
        migrations.AddIndex("auditentry", models.Index(fields=["by", "-id"], name="audit_by_person")),
        migrations.AddIndex("auditentry", models.Index(fields=["object", "-id"], name="audit_by_object")),
        migrations.CreateModel(
            "AuditEnd",
            [
                ("number", models.SmallIntegerField(primary_key=True, default=1)),
                ("entries", models.BigIntegerField()),
                ("chain", models.CharField(max_length=32)),
                ("checksum", models.CharField(max_length=32)),
            ],
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.RunPython(close, migrations.RunPython.noop),
    ]  # fmt: skip
