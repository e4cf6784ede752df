"""This file makes the first tables of the desk."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("verb", models.CharField(max_length=50)),
                ("object", models.CharField(max_length=300)),
                ("detail", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Landing",
            fields=[
                ("batch", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("mapping", models.CharField(blank=True, max_length=64)),
                ("received", models.BigIntegerField()),
                ("accepted", models.BigIntegerField()),
                ("repeated", models.BigIntegerField()),
                ("refused", models.BigIntegerField()),
                ("sources", models.JSONField(default=list)),
                ("refusals", models.CharField(blank=True, max_length=500)),
                ("seal", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Projection",
            fields=[
                ("number", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("current_on", models.DateField()),
                ("accounts", models.BigIntegerField()),
                ("seal", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Scorecard",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=300)),
                ("text", models.TextField()),
                ("note", models.TextField(blank=True)),
                ("published_at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("parent", models.BigIntegerField(null=True)),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("account_id", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField(blank=True)),
                ("owner", models.TextField(blank=True)),
                ("segment", models.TextField(blank=True)),
                ("parent_id", models.CharField(blank=True, max_length=300)),
                ("started_on", models.DateField(null=True)),
                ("revenue", models.DecimalField(decimal_places=6, max_digits=18, null=True)),
                ("next_notice_on", models.DateField(null=True)),
                ("next_renewal_on", models.DateField(null=True)),
                ("current_on", models.DateField()),
                ("seal", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["name"], name="account_by_name")],
            },
        ),
        migrations.CreateModel(
            name="Arrival",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feed", models.CharField(max_length=200)),
                ("on", models.DateField()),
                ("batch", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("feed", "on"), name="one_line_per_arrival_day")],
            },
        ),
        migrations.CreateModel(
            name="Declaration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feed", models.CharField(max_length=200)),
                ("batch", models.BigIntegerField()),
                ("tables", models.JSONField(default=list)),
                ("covers", models.CharField(max_length=10)),
                ("since", models.DateField(null=True)),
                ("rhythm_days", models.IntegerField()),
                ("lag_days", models.IntegerField(null=True)),
                ("through", models.DateField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("feed", "batch"), name="one_declaration_per_landing")],
            },
        ),
        migrations.CreateModel(
            name="Extra",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=100)),
                ("type", models.CharField(max_length=20)),
                ("meaning", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("table", "name"), name="one_type_per_extra_column")],
            },
        ),
        migrations.CreateModel(
            name="FeedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feed", models.CharField(max_length=200)),
                ("on", models.DateField()),
                ("batch", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("feed", "on"), name="one_line_per_event_day")],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("space", models.CharField(max_length=200)),
                ("outside_id", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("space", "outside_id"), name="one_surrogate_per_person")
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonalValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=100)),
                ("fact", models.TextField()),
                ("column", models.CharField(max_length=100)),
                ("value", models.TextField()),
                ("surrogate", models.CharField(blank=True, max_length=30)),
            ],
            options={
                "indexes": [models.Index(fields=["surrogate"], name="personal_by_surrogate")],
                "constraints": [
                    models.UniqueConstraint(fields=("table", "fact", "column"), name="one_value_per_personal_column")
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("run_id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("as_of", models.DateField()),
                ("digest", models.CharField(max_length=64)),
                ("through_batch", models.BigIntegerField()),
                ("inputs", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("engine", models.CharField(max_length=50)),
                ("seal", models.CharField(max_length=64)),
                (
                    "version",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="records.scorecard"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=300, unique=True)),
                ("table", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("facts", "Facts"),
                            ("rolled", "Rolled"),
                            ("superseded", "Superseded"),
                            ("results", "Results"),
                        ],
                        max_length=20,
                    ),
                ),
                ("batch", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("first_on", models.DateField(null=True)),
                ("last_on", models.DateField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "table"], name="segment_by_table")],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.TextField()),
                ("as_of", models.DateField()),
                ("card", models.CharField(blank=True, max_length=300)),
                ("score", models.FloatField(null=True)),
                ("computed_score", models.FloatField(null=True)),
                ("band", models.CharField(blank=True, max_length=100)),
                ("meaning", models.CharField(blank=True, max_length=20)),
                ("override", models.CharField(blank=True, max_length=500)),
                ("coverage", models.FloatField(null=True)),
                ("freshness_days", models.FloatField(null=True)),
                ("status", models.CharField(blank=True, max_length=40)),
                ("trend", models.FloatField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scores", to="records.run"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account_id", "as_of"], name="score_by_account")],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "account_id"), name="one_score_per_run_and_account")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                fields=("kind", "as_of", "digest", "through_batch"), name="one_run_per_inputs"
            ),
        ),
    ]
