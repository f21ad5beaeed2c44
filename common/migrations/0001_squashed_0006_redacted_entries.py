"""Today's tables at once, for a new database; one that has some of the steps goes on by the steps: docs/decisions/0017."""

import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import common.models


class Migration(migrations.Migration):
    replaces = [
        ("common", "0001_initial"),
        ("common", "0002_job_holder"),
        ("common", "0003_saved_views"),
        ("common", "0004_view_pins"),
        ("common", "0005_fx_rate_record"),
        ("common", "0006_redacted_entries"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="InputVersion",
            fields=[
                ("object_ref", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("value", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("object_ref", models.CharField(help_text="kind:id of what the job is about", max_length=80)),
                ("input_version", models.BigIntegerField(help_text="the version of the inputs it was asked for")),
                ("params", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Waiting"),
                            ("leased", "Running"),
                            ("done", "Done"),
                            ("superseded", "Overtaken by a newer edit"),
                            ("failed", "Failed, will be tried again"),
                            ("dead", "Set aside after repeated failure"),
                        ],
                        default="ready",
                        max_length=12,
                    ),
                ),
                ("priority", models.SmallIntegerField(default=5, help_text="smaller goes first")),
                ("token", models.BigIntegerField(default=0, help_text="fencing token: grows with every lease")),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                (
                    "holder",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="the database session that holds the lease",
                        max_length=40,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, help_text="leases taken")),
                (
                    "failures",
                    models.PositiveSmallIntegerField(
                        db_default=0, default=0, help_text="leases that ended in an error"
                    ),
                ),
                ("run_after", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("done_steps", models.PositiveIntegerField(default=0)),
                ("total_steps", models.PositiveIntegerField(default=0)),
                ("doing", models.CharField(blank=True, default="", max_length=200)),
                ("error", models.TextField(blank=True, default="")),
                ("result", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("asked_by", models.CharField(blank=True, default="", max_length=254)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["ready", "leased", "failed"])),
                        fields=["priority", "id"],
                        name="job_open",
                    ),
                    models.Index(fields=["kind", "object_ref", "-id"], name="job_of_object"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_ref", "input_version"), name="job_once_per_input"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["ready", "leased", "done", "superseded", "failed", "dead"])),
                        name="job_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "actor",
                    models.CharField(help_text="e-mail of the person, or the name of the process", max_length=254),
                ),
                ("verb", models.CharField(max_length=60)),
                ("object_kind", models.CharField(max_length=40)),
                ("object_id", models.CharField(max_length=80)),
                ("object_label", models.CharField(blank=True, default="", max_length=200)),
                (
                    "client_id",
                    models.BigIntegerField(blank=True, help_text="whose reader may see the entry", null=True),
                ),
                (
                    "changes",
                    models.JSONField(
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="field: [before, after]",
                    ),
                ),
                (
                    "field_class",
                    models.CharField(
                        blank=True, default="", help_text="strictest class among the changes", max_length=10
                    ),
                ),
                ("request_id", models.CharField(blank=True, default="", max_length=40)),
                ("seal_no", models.BigIntegerField(null=True, unique=True)),
                ("seal", models.CharField(blank=True, default="", max_length=64)),
                (
                    "redacted_by",
                    models.BigIntegerField(
                        blank=True,
                        help_text="the entry that tells why a person's name was taken out of this one",
                        null=True,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["object_kind", "object_id", "-id"], name="audit_of_object"),
                    models.Index(fields=["client_id", "-id"], name="audit_of_client"),
                    models.Index(condition=models.Q(("seal_no", None)), fields=["id"], name="audit_unsealed"),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=255)),
                ("method_path", models.CharField(max_length=300)),
                ("body_hash", models.CharField(max_length=64)),
                (
                    "status",
                    models.PositiveSmallIntegerField(help_text="null while the first request is in flight", null=True),
                ),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField(default=b"")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user_id", "key"), name="idempotency_key_once")],
            },
        ),
        migrations.CreateModel(
            name="FxRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("month", models.DateField()),
                ("base", common.models.CurrencyField(max_length=3)),
                ("quote", common.models.CurrencyField(max_length=3)),
                ("average", models.DecimalField(decimal_places=8, max_digits=18)),
                ("closing", models.DecimalField(blank=True, decimal_places=8, max_digits=18, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("month", "base", "quote"), name="fx_once"),
                    models.CheckConstraint(condition=models.Q(("average__gt", 0)), name="fx_average_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("closing", None), ("closing__gt", 0), _connector="OR"),
                        name="fx_closing_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("base", models.F("quote")), _negated=True), name="fx_two_currencies"
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="fx_month_first_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosedPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(unique=True)),
                ("closed_at", models.DateTimeField()),
                ("closed_by", models.CharField(max_length=254)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="closed_month_first_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("source", models.CharField(default="neutral", max_length=40)),
                ("file_name", models.CharField(max_length=255)),
                ("file_hash", models.CharField(max_length=64)),
                (
                    "bundle",
                    models.CharField(blank=True, default="", help_text="files loaded together share it", max_length=64),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Being read"),
                            ("checked", "Checked, nothing written"),
                            ("loaded", "Loaded"),
                            ("refused", "Refused, nothing written"),
                            ("undone", "Undone"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("options", models.JSONField(default=dict)),
                ("loaded_by", models.CharField(blank=True, default="", max_length=254)),
                ("read", models.PositiveIntegerField(default=0)),
                ("created", models.PositiveIntegerField(default=0)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
                ("notes", models.JSONField(default=list, help_text="[{text, count, examples}]")),
                ("error", models.TextField(blank=True, default="")),
                ("upload", models.BinaryField(help_text="the file itself, until it is loaded or refused", null=True)),
                ("rejects", models.BinaryField(help_text="CSV: each refused row with its line and reason", null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "running", "checked", "loaded", "refused", "undone"])
                        ),
                        name="import_state_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "page",
                    models.CharField(
                        help_text="the name the page is registered under in common.saved_views", max_length=40
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "query",
                    models.CharField(blank=True, default="", help_text="the address after its ?", max_length=2000),
                ),
                ("owner_id", models.BigIntegerField()),
                (
                    "shared",
                    models.BooleanField(default=False, help_text="whether colleagues see its name and filters too"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["page"], name="saved_view_of_page")],
                "constraints": [
                    models.UniqueConstraint(fields=("owner_id", "page", "name"), name="saved_view_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="common.importbatch"
                    ),
                ),
                ("table", models.CharField(help_text="app_label.model", max_length=60)),
                ("object_id", models.BigIntegerField()),
                (
                    "before",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="null: the import created the row",
                        null=True,
                    ),
                ),
                (
                    "version_after",
                    models.PositiveIntegerField(help_text="undo refuses when the row was edited since", null=True),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["table", "object_id"], name="import_change_object")],
            },
        ),
        migrations.CreateModel(
            name="ViewPin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "view",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pins", to="common.savedview"
                    ),
                ),
                ("owner_id", models.BigIntegerField(help_text="whose cockpit")),
                ("position", models.PositiveSmallIntegerField(help_text="lower stands first")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner_id", "view"), name="view_pinned_once")],
            },
        ),
    ]
