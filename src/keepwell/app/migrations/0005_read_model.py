from typing import Any

import django.db.models.deletion
from django.db import connection, migrations, models

from keepwell.app.migrations import _checksums_0005 as checksums


def check(apps: Any, schema_editor: Any) -> None:
    checksums.check(apps)


def name_what_is_unknown(apps: Any, schema_editor: Any) -> None:
    """A text that a score does not have was empty; it is NULL now, like a number that it does not have."""
    score = apps.get_model("keepwell", "Score")
    for name in ("band", "meaning", "override", "computed_band"):
        score.objects.filter(**{name: ""}).update(**{name: None})


def write_checksums(apps: Any, schema_editor: Any) -> None:
    """Give every score a checksum of its own; of a run's scores the sum is kept, and the run's own covers that."""
    run_model, score_model = apps.get_model("keepwell", "Run"), apps.get_model("keepwell", "Score")
    table = connection.ops.quote_name(score_model._meta.db_table)
    with connection.cursor() as cursor:
        for run in list(run_model.objects.order_by("as_of", "run_id")):
            made = []
            for number, *stored in score_model.objects.filter(run=run).values_list(
                "id", *checksums.SCORE
            ):
                made.append((checksums.of_score(run.run_id, tuple(stored)), number))
            cursor.executemany(f"UPDATE {table} SET checksum = %s WHERE id = %s", made)
            run.accounts = len(made)
            run.scores_checksum = checksums.added([each for each, _ in made])
            run.is_complete = True
            run.checksum = checksums.of_run(run)
            run.save()
    account_model = apps.get_model("keepwell", "Account")
    accounts = []
    for account in account_model.objects.iterator():
        account.folded_name = account.name.casefold()
        account.checksum = checksums.of_account(account)
        accounts.append(account)
    account_model.objects.bulk_update(accounts, ["folded_name", "checksum"], batch_size=500)
    whole = checksums._checksum(sorted(account.checksum for account in accounts))
    apps.get_model("keepwell", "Projection").objects.update(checksum=whole)


class Migration(migrations.Migration):
    dependencies = [("keepwell", "0004_manifest")]

    operations = [
        migrations.RunPython(check, migrations.RunPython.noop),
        migrations.CreateModel(
            name="FeedTable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("feed", models.CharField(max_length=200)),
                ("table", models.CharField(max_length=100)),
                ("rows", models.BigIntegerField()),
                ("first_on", models.DateField()),
                ("latest_on", models.DateField()),
                ("checksum", models.CharField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("feed", "table"), name="one_count_per_feed_and_table"
                    )
                ],
            },
        ),
        migrations.RemoveConstraint("run", "one_run_per_inputs"),
        migrations.AddField("run", "accounts", models.BigIntegerField(default=0), False),
        migrations.AddField(
            "run", "scores_checksum", models.CharField(max_length=32, default=""), False
        ),
        migrations.AddField("run", "is_complete", models.BooleanField(default=False)),
        migrations.AddField("run", "is_current", models.BooleanField(default=False)),
        migrations.AddField(
            "run", "history", models.CharField(max_length=32, blank=True, default=""), False
        ),
        migrations.AlterField(
            "score",
            "run",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="scores",
                to="keepwell.run",
            ),
        ),
        migrations.AlterField("score", "card", models.TextField()),
        migrations.AlterField("score", "status", models.TextField()),
        migrations.AlterField("score", "segment", models.TextField()),
        migrations.AlterField("score", "segment_why", models.TextField()),
        migrations.AlterField("score", "band", models.TextField(null=True)),
        migrations.AlterField("score", "computed_band", models.TextField(null=True)),
        migrations.AlterField("score", "meaning", models.TextField(null=True)),
        migrations.AlterField("score", "override", models.TextField(null=True)),
        migrations.AddField(
            "score", "checksum", models.CharField(max_length=32, default=""), False
        ),
        migrations.RemoveIndex("account", "account_by_name"),
        migrations.RemoveField("account", "current_on"),
        migrations.AddField(
            "account", "folded_name", models.TextField(blank=True, default=""), False
        ),
        migrations.AddField("account", "last_touch_on", models.DateField(null=True)),
        migrations.AddField("projection", "version", models.SmallIntegerField(default=0)),
        migrations.CreateModel(
            name="RunCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="keepwell.run",
                    ),
                ),
                ("owner", models.TextField()),
                ("segment", models.TextField()),
                ("band", models.TextField()),
                ("meaning", models.TextField()),
                ("accounts", models.BigIntegerField()),
                ("revenue", models.DecimalField(decimal_places=6, max_digits=24)),
                ("without_revenue", models.BigIntegerField()),
                ("checksum", models.CharField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "owner", "segment", "band"),
                        name="one_count_per_run_and_cell",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CurrentScore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="keepwell.run",
                    ),
                ),
                ("account_id", models.TextField()),
                ("sort_score", models.FloatField()),
                ("band", models.TextField()),
                ("owner", models.TextField()),
                ("segment", models.TextField()),
                ("is_overridden", models.BooleanField()),
                ("lines", models.BinaryField()),
                ("checksum", models.CharField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "account_id"), name="one_current_score")
                ],
                "indexes": [
                    models.Index(
                        fields=["run", "sort_score", "account_id"], name="current_by_score"
                    ),
                    models.Index(
                        fields=["run", "band", "sort_score", "account_id"], name="current_by_band"
                    ),
                    models.Index(
                        fields=["run", "owner", "sort_score", "account_id"],
                        name="current_by_owner",
                    ),
                    models.Index(
                        fields=["run", "segment", "sort_score", "account_id"],
                        name="current_by_segment",
                    ),
                    models.Index(
                        fields=["run"],
                        condition=models.Q(is_overridden=True),
                        name="current_overridden",
                    ),
                ],
            },
        ),
        migrations.AddIndex("override", models.Index(fields=["until_on"], name="override_by_end")),
        # Before any row is changed: afterwards PostgreSQL lets nobody alter these tables in the same transaction.
        migrations.AddIndex(
            "account", models.Index(fields=["folded_name"], name="account_by_name")
        ),
        migrations.AddIndex(
            "account", models.Index(fields=["parent_id"], name="account_by_parent")
        ),
        migrations.AddConstraint(
            "run",
            models.UniqueConstraint(
                condition=models.Q(("is_complete", True)),
                fields=("kind", "as_of", "digest", "through_batch", "overridden", "engine_meaning"),
                name="one_run_per_inputs",
            ),
        ),
        migrations.RunPython(name_what_is_unknown, migrations.RunPython.noop),
        migrations.RunPython(write_checksums, migrations.RunPython.noop),
    ]
