"""Today's tables at once, for a new database; one that has some of the steps goes on by the steps: docs/decisions/0017."""

from decimal import Decimal
from importlib import import_module

import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.models.campaigns
import accounts.models.intelligence
import accounts.models.kpis
import accounts.models.plans
import accounts.models.sessions
import accounts.models.voice
import common.models

# Functions and triggers, which no model states: as the steps that brought them have them.
RULES = (
    "0013_map_history",
    "0019_map_lines_and_remains",
)


class _Last(migrations.RunSQL):
    """After the keys and indexes, which Django makes at the end of a migration."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.deferred_sql.append(self.sql)


def _rules():
    steps = (import_module(f"accounts.migrations.{name}").Migration for name in RULES)
    return [
        _Last(made.sql, made.reverse_sql)
        for step in steps
        for made in step.operations
        if isinstance(made, migrations.RunSQL)
    ]


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_action_audience"),
        ("accounts", "0003_deal_stages"),
        ("accounts", "0004_moves_from_trail"),
        ("accounts", "0005_network"),
        ("accounts", "0006_commitments"),
        ("accounts", "0007_pursuits"),
        ("accounts", "0008_voice_and_health"),
        ("accounts", "0009_plan_chain"),
        ("accounts", "0010_kpis"),
        ("accounts", "0011_intelligence"),
        ("accounts", "0012_contact_network"),
        ("accounts", "0013_map_history"),
        ("accounts", "0014_asks"),
        ("accounts", "0015_campaigns"),
        ("accounts", "0016_white_space"),
        ("accounts", "0017_planning_sessions"),
        ("accounts", "0018_notes_for_clients"),
        ("accounts", "0019_map_lines_and_remains"),
    ]

    initial = True

    dependencies = [
        ("people", "0003_leave"),
    ]

    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("strategic", "Strategic"),
                            ("key", "Key"),
                            ("growth", "Growth"),
                            ("maintain", "Maintain"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect"),
                            ("onboarding", "Onboarding"),
                            ("active", "Active"),
                            ("at_risk", "At risk"),
                            ("lost", "Lost"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("industry", models.CharField(blank=True, default="", max_length=80)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="accounts.client",
                    ),
                ),
                ("currency", common.models.CurrencyField(default="USD", max_length=3)),
                ("country", models.CharField(blank=True, default="", max_length=6)),
                ("timezone", models.CharField(default="UTC", max_length=40)),
                ("fiscal_year_start", models.PositiveSmallIntegerField(default=1)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="owned_clients",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("salesforce_id", models.CharField(blank=True, default="", max_length=40)),
                ("hubspot_id", models.CharField(blank=True, default="", max_length=40)),
                ("finance_code", models.CharField(blank=True, default="", max_length=40)),
                ("notes", models.TextField(blank=True, default="")),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tier__in", ["", "strategic", "key", "growth", "maintain"])),
                        name="client_tier_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["prospect", "onboarding", "active", "at_risk", "lost"])),
                        name="client_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="client_not_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fiscal_year_start__gte", 1), ("fiscal_year_start__lte", 12)),
                        name="client_fiscal_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                        name="client_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KpiDefinition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.kpis.new_kpi_key, max_length=80, unique=True)),
                ("name", models.CharField(max_length=160)),
                ("unit", models.CharField(default="count", max_length=20)),
                (
                    "direction",
                    models.CharField(
                        choices=[("up", "Higher is better"), ("down", "Lower is better"), ("range", "Inside a range")],
                        default="up",
                        max_length=5,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        blank=True, default="", help_text="how it is measured, from which source", max_length=500
                    ),
                ),
                (
                    "frequency",
                    models.CharField(
                        choices=[("month", "Monthly"), ("quarter", "Quarterly"), ("year", "Yearly")],
                        default="month",
                        max_length=7,
                    ),
                ),
                ("category", models.CharField(blank=True, default="", max_length=60)),
                (
                    "gathers",
                    models.CharField(
                        choices=[("last", "The last reading stands"), ("sum", "Readings add up")],
                        default="last",
                        max_length=4,
                    ),
                ),
            ],
            options={
                "ordering": ["category", "name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                            models.Q(("unit", ""), _negated=True),
                        ),
                        name="kpi_definition_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["up", "down", "range"])),
                        name="kpi_definition_direction_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("frequency__in", ["month", "quarter", "year"])),
                        name="kpi_definition_frequency_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gathers__in", ["last", "sum"])), name="kpi_definition_gathers_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offering",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                ("price", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", common.models.CurrencyField(blank=True, default="", max_length=3)),
                ("margin", models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True)),
                ("roles", models.CharField(blank=True, default="", max_length=500)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["service_line", "name", "key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                        name="offering_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price", None),
                            models.Q(("price__gt", 0), models.Q(("currency", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="offering_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("margin", None), models.Q(("margin__gte", -1), ("margin__lte", 1)), _connector="OR"
                        ),
                        name="offering_margin_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HealthRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weights", models.JSONField(default=dict)),
                ("margin_target", models.DecimalField(decimal_places=4, default=Decimal("0.4000"), max_digits=5)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=254)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("margin_target__gt", 0), ("margin_target__lte", 1)),
                        name="health_margin_target",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StakeState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.BigIntegerField()),
                ("contact_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("present", models.BooleanField(default=True)),
                ("name", models.CharField(blank=True, default="", max_length=161)),
                ("title", models.CharField(blank=True, default="", max_length=120)),
                ("reports_to_id", models.BigIntegerField(null=True)),
                ("buying_role", models.CharField(blank=True, default="", max_length=12)),
                ("power", models.PositiveSmallIntegerField(null=True)),
                ("interest", models.PositiveSmallIntegerField(null=True)),
                ("stance", models.SmallIntegerField(null=True)),
                ("level", models.PositiveSmallIntegerField(null=True)),
                ("level_wanted", models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["client_id", "contact_id", "-at", "-id"], name="stake_state_of_client")
                ],
            },
        ),
        migrations.CreateModel(
            name="LineState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.BigIntegerField()),
                ("source_id", models.BigIntegerField()),
                ("target_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("strength", models.PositiveSmallIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("present", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["client_id", "source_id", "target_id", "kind", "-at", "-id"],
                        name="line_state_of_client",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("commit", "Commit"),
                            ("best_case", "Best case"),
                            ("pipeline", "Pipeline"),
                            ("omitted", "Omitted"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("probability", models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True)),
                ("stale_days", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("name"), name="stage_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name__iexact", "won"), _negated=True),
                            models.Q(("name__iexact", "lost"), _negated=True),
                        ),
                        name="stage_is_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("probability", None),
                            models.Q(("probability__gte", 0), ("probability__lte", 1)),
                            _connector="OR",
                        ),
                        name="stage_probability",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stale_days", None), ("stale_days__gte", 1), _connector="OR"),
                        name="stage_stale_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Theme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=60, unique=True)),
                ("words", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="theme_named")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="accounts.client"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="client_duties",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "duty",
                    models.CharField(
                        choices=[
                            ("manager", "Account manager"),
                            ("finance", "Finance partner"),
                            ("delivery", "Delivery lead"),
                            ("member", "Team member"),
                        ],
                        default="member",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("client", "person"), name="client_member_once"),
                    models.CheckConstraint(
                        condition=models.Q(("duty__in", ["manager", "finance", "delivery", "member"])),
                        name="client_member_duty",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="accounts.client",
                    ),
                ),
                ("first_name", models.CharField(max_length=80)),
                ("last_name", models.CharField(max_length=80)),
                ("title", models.CharField(blank=True, default="", max_length=120)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("alumni", "Alumni of ours or of a client"),
                            ("board", "Board member"),
                            ("analyst", "Analyst"),
                            ("partner", "Partner"),
                            ("press", "Press"),
                            ("other", "Other"),
                        ],
                        db_default="",
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "employer",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="of no client of ours", max_length=120
                    ),
                ),
                (
                    "identified",
                    models.BooleanField(default=True, help_text="False: a seat whose holder nobody knows yet"),
                ),
            ],
            options={
                "ordering": ["last_name", "first_name", "id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("key", ""), _negated=True), name="contact_key_given"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["", "alumni", "board", "analyst", "partner", "press", "other"])
                        ),
                        name="contact_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BusinessUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="business_units", to="accounts.client"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="accounts.businessunit",
                    ),
                ),
                ("spend", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", common.models.CurrencyField(blank=True, default="", max_length=3)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="business_units",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["client_id", "name", "key"],
                "indexes": [models.Index(fields=["client", "name"], name="business_unit_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                        name="business_unit_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="business_unit_not_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("spend", None),
                            models.Q(("spend__gte", 0), models.Q(("currency", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="business_unit_spend",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("net_revenue", "Net revenue"),
                            ("gross_profit", "Gross profit"),
                            ("bookings", "Bookings"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="accounts.client",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("month", models.DateField()),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("currency", common.models.CurrencyField(max_length=3)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("measure", "client", "owner", "month"), name="target_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("measure__in", ["net_revenue", "gross_profit", "bookings"])),
                        name="target_measure_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="target_month_first_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Commitment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="commitments", to="accounts.client"
                    ),
                ),
                ("side", models.CharField(choices=[("ours", "Ours"), ("theirs", "Theirs")], max_length=6)),
                ("text", models.CharField(max_length=300)),
                ("due", models.DateField()),
                ("kept_on", models.DateField(blank=True, null=True)),
                ("dropped_on", models.DateField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="commitments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["due", "id"],
                "indexes": [models.Index(fields=["client", "due"], name="commitment_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("text", ""), _negated=True)),
                        name="commitment_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["ours", "theirs"])), name="commitment_side_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kept_on", None), ("dropped_on", None), _connector="OR"),
                        name="commitment_ends_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HealthReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="health_readings",
                        to="accounts.client",
                    ),
                ),
                ("day", models.DateField()),
                (
                    "rules",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="accounts.healthrules"
                    ),
                ),
                ("components", models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("caps", models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("score", models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ("known", models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True)),
                ("status", models.CharField(default="unknown", max_length=8)),
                ("read_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["client", "-day"],
                "indexes": [models.Index(fields=["client", "-day"], name="health_of_client")],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "day"), name="health_reading_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["on_track", "watch", "at_risk", "unknown"])),
                        name="health_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score", None), models.Q(("score__gte", 0), ("score__lte", 100)), _connector="OR"
                        ),
                        name="health_score_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IntelligenceNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "key",
                    models.CharField(default=accounts.models.intelligence.new_note_key, max_length=80, unique=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("industry", "Industry"),
                            ("client", "Client"),
                            ("competitor", "Competitor"),
                            ("regulatory", "Regulation"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("so_what", models.CharField(max_length=600)),
                ("for_client", models.CharField(blank=True, default="", max_length=600)),
                ("detail", models.TextField(blank=True, default="")),
                ("source", models.CharField(blank=True, default="", max_length=500)),
                (
                    "industry",
                    models.CharField(
                        blank=True, default="", help_text="of all clients of this industry", max_length=80
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="intelligence",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("noted_on", models.DateField()),
                ("expires_on", models.DateField()),
                ("happens_on", models.DateField(blank=True, null=True)),
                ("clients", models.ManyToManyField(blank=True, related_name="intelligence", to="accounts.client")),
            ],
            options={
                "ordering": ["-noted_on", "-id"],
                "indexes": [models.Index(fields=["expires_on"], name="intelligence_expires")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True),
                            models.Q(("title", ""), _negated=True),
                            models.Q(("so_what", ""), _negated=True),
                        ),
                        name="intelligence_says",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["industry", "client", "competitor", "regulatory"])),
                        name="intelligence_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_on__gte", models.F("noted_on"))), name="intelligence_expires_after"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="plan", to="accounts.client"
                    ),
                ),
                ("ambition", models.TextField(blank=True, default="", help_text="where this client and we want to be")),
                ("starts_on", models.DateField()),
                ("horizon_years", models.PositiveSmallIntegerField(default=3)),
                (
                    "depth",
                    models.CharField(
                        blank=True, choices=[("full", "Full plan"), ("six", "Six questions")], default="", max_length=4
                    ),
                ),
                (
                    "known_to_client",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no", "No, it is ours only"),
                            ("partly", "In part"),
                            ("yes", "Yes, we made it with them"),
                        ],
                        default="",
                        max_length=6,
                    ),
                ),
                ("quarter_focus", models.TextField(blank=True, default="")),
                ("field_of_play", models.TextField(blank=True, default="")),
                ("our_value", models.TextField(blank=True, default="")),
                ("their_gain", models.TextField(blank=True, default="")),
                ("our_gain", models.TextField(blank=True, default="")),
                ("reviewed_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("horizon_years__gte", 1), ("horizon_years__lte", 10)), name="plan_horizon"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("depth__in", ["", "full", "six"])), name="plan_depth_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("known_to_client__in", ["", "no", "partly", "yes"])),
                        name="plan_known_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanningSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.sessions.new_session_key, max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planning_sessions",
                        to="accounts.client",
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                ("purpose", models.CharField(blank=True, default="", max_length=300)),
                ("held_on", models.DateField()),
                (
                    "facilitator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="led_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("gather", "Gather ideas"),
                            ("vote", "Vote"),
                            ("decide", "Decide"),
                            ("closed", "Closed"),
                        ],
                        default="gather",
                        max_length=6,
                    ),
                ),
                ("dots", models.PositiveSmallIntegerField(default=5)),
                ("hidden", models.BooleanField(default=False)),
                ("revealed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.TextField(blank=True, default="", help_text="what was concluded, in the minutes' own words"),
                ),
                (
                    "people",
                    models.ManyToManyField(blank=True, related_name="planning_sessions", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "ordering": ["-held_on", "-id"],
                "indexes": [models.Index(fields=["client", "-held_on"], name="planning_session_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True), models.Q(("title", ""), _negated=True)
                        ),
                        name="planning_session_titled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("phase__in", ["gather", "vote", "decide", "closed"])),
                        name="planning_session_phase_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("dots__gte", 1), ("dots__lte", 20)), name="planning_session_dots"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExitCriterion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="criteria", to="accounts.stage"
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "exit criteria",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="surveys",
                        to="accounts.client",
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                (
                    "scale",
                    models.CharField(
                        choices=[("nps", "Would recommend, 0 to 10"), ("csat", "Satisfied, 1 to 5")],
                        default="nps",
                        max_length=4,
                    ),
                ),
                ("question", models.CharField(max_length=300)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="surveys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("closes_on", models.DateField()),
            ],
            options={
                "ordering": ["-closes_on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True),
                            models.Q(("title", ""), _negated=True),
                            models.Q(("question", ""), _negated=True),
                        ),
                        name="survey_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scale__in", ["nps", "csat"])), name="survey_scale_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Insight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="insights", to="accounts.client"
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="insights",
                        to="accounts.theme",
                    ),
                ),
                (
                    "said",
                    models.CharField(
                        help_text="what the client said, in one sentence that may be shown to them", max_length=300
                    ),
                ),
                ("kind", models.CharField(choices=[("product", "Product"), ("service", "Service")], max_length=8)),
                ("action", models.CharField(max_length=300)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="insights",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("raised_on", models.DateField()),
                ("due", models.DateField(blank=True, null=True)),
                ("done_on", models.DateField(blank=True, null=True)),
                ("told_on", models.DateField(blank=True, null=True)),
                ("told_how", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["due", "id"],
                "indexes": [models.Index(fields=["client", "due"], name="insight_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True),
                            models.Q(("said", ""), _negated=True),
                            models.Q(("action", ""), _negated=True),
                        ),
                        name="insight_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["product", "service"])), name="insight_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("told_on", None), ("told_on__gte", models.F("raised_on")), _connector="OR"),
                        name="insight_told_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebMetric",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=40, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="web_metrics", to="accounts.client"
                    ),
                ),
                ("property", models.CharField(blank=True, default="", max_length=120)),
                ("report", models.CharField(max_length=120)),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("dimensions", models.CharField(blank=True, default="", max_length=120)),
                ("value", models.CharField(blank=True, default="", max_length=600)),
                ("channel", models.CharField(blank=True, default="", max_length=80)),
                ("metric", models.CharField(max_length=60)),
                ("amount", models.DecimalField(decimal_places=6, max_digits=24)),
            ],
            options={
                "ordering": ["-last", "report", "id"],
                "indexes": [models.Index(fields=["client", "metric", "first"], name="web_metric_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True),
                            models.Q(("report", ""), _negated=True),
                            models.Q(("metric", ""), _negated=True),
                        ),
                        name="web_metric_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lte", models.F("last"))), name="web_metric_days"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stakeholding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stakeholdings", to="accounts.contact"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stakeholdings", to="accounts.client"
                    ),
                ),
                (
                    "reports_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to="accounts.contact",
                    ),
                ),
                (
                    "buying_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("economic", "Economic buyer"),
                            ("technical", "Technical buyer"),
                            ("user", "User"),
                            ("coach", "Coach"),
                            ("sponsor", "Sponsor"),
                            ("champion", "Champion"),
                            ("influencer", "Influencer"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                (
                    "power",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
                (
                    "interest",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
                (
                    "stance",
                    models.SmallIntegerField(
                        blank=True,
                        choices=[(-2, "Opponent"), (-1, "Sceptic"), (0, "Neutral"), (1, "Supporter"), (2, "Advocate")],
                        null=True,
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "None"),
                            (1, "Vendor"),
                            (2, "Credible source"),
                            (3, "Problem solver"),
                            (4, "Trusted adviser"),
                        ],
                        null=True,
                    ),
                ),
                (
                    "level_wanted",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "None"),
                            (1, "Vendor"),
                            (2, "Credible source"),
                            (3, "Problem solver"),
                            (4, "Trusted adviser"),
                        ],
                        null=True,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="relationships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cadence_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("evidence", models.TextField(blank=True, default="")),
                ("judged_on", models.DateField(blank=True, null=True)),
                ("judged_by", models.CharField(blank=True, default="", max_length=254)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "client"), name="stakeholding_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("power", None), models.Q(("power__gte", 1), ("power__lte", 5)), _connector="OR"
                        ),
                        name="stakeholding_power",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("interest", None), models.Q(("interest__gte", 1), ("interest__lte", 5)), _connector="OR"
                        ),
                        name="stakeholding_interest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stance", None), models.Q(("stance__gte", -2), ("stance__lte", 2)), _connector="OR"
                        ),
                        name="stakeholding_stance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level", None), models.Q(("level__gte", 0), ("level__lte", 4)), _connector="OR"
                        ),
                        name="stakeholding_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level_wanted", None),
                            models.Q(("level_wanted__gte", 0), ("level_wanted__lte", 4)),
                            _connector="OR",
                        ),
                        name="stakeholding_level_wanted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "buying_role__in",
                                ["", "economic", "technical", "user", "coach", "sponsor", "champion", "influencer"],
                            )
                        ),
                        name="stakeholding_buying_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reports_to", None),
                            models.Q(("reports_to", models.F("contact")), _negated=True),
                            _connector="OR",
                        ),
                        name="stakeholding_not_own_boss",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Touchpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source_ref", models.CharField(max_length=120, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="touchpoints", to="accounts.client"
                    ),
                ),
                ("date", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("meeting", "Meeting"),
                            ("call", "Call"),
                            ("email", "E-mail"),
                            ("event", "Event"),
                            ("other", "Other"),
                        ],
                        default="meeting",
                        max_length=10,
                    ),
                ),
                ("notes", models.TextField(blank=True, default="")),
                ("theirs", models.ManyToManyField(blank=True, related_name="touchpoints", to="accounts.contact")),
                ("ours", models.ManyToManyField(blank=True, related_name="touchpoints", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-date", "-id"],
                "indexes": [models.Index(fields=["client", "-date"], name="touchpoint_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["meeting", "call", "email", "event", "other"])),
                        name="touchpoint_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Ask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="asks", to="accounts.client"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="asks",
                        to="accounts.contact",
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("asked_on", models.DateField()),
                ("due", models.DateField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="asks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_on", models.DateField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "ordering": ["asked_on", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_on", None)), fields=["client", "asked_on"], name="ask_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("text", ""), _negated=True)),
                        name="ask_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_on", None), ("answered_on__gte", models.F("asked_on")), _connector="OR"
                        ),
                        name="ask_answered_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Kpi",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.kpis.new_kpi_key, max_length=80, unique=True)),
                ("name", models.CharField(max_length=160)),
                ("unit", models.CharField(default="count", max_length=20)),
                (
                    "direction",
                    models.CharField(
                        choices=[("up", "Higher is better"), ("down", "Lower is better"), ("range", "Inside a range")],
                        default="up",
                        max_length=5,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        blank=True, default="", help_text="how it is measured, from which source", max_length=500
                    ),
                ),
                (
                    "frequency",
                    models.CharField(
                        choices=[("month", "Monthly"), ("quarter", "Quarterly"), ("year", "Yearly")],
                        default="month",
                        max_length=7,
                    ),
                ),
                ("category", models.CharField(blank=True, default="", max_length=60)),
                (
                    "gathers",
                    models.CharField(
                        choices=[("last", "The last reading stands"), ("sum", "Readings add up")],
                        default="last",
                        max_length=4,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="kpis", to="accounts.client"
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="kpis",
                        to="accounts.kpidefinition",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="kpis",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="kpis",
                        to="accounts.contact",
                    ),
                ),
                ("baseline", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("target", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("target_low", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("target_high", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("due", models.DateField(blank=True, null=True)),
                (
                    "web_metric",
                    models.CharField(
                        blank=True, default="", help_text="read from web analytics, if any", max_length=60
                    ),
                ),
                (
                    "web_channel",
                    models.CharField(blank=True, default="", help_text="of one channel; blank: of all", max_length=80),
                ),
                ("standing", models.CharField(blank=True, default="", editable=False, max_length=8)),
                (
                    "attained",
                    models.DecimalField(blank=True, decimal_places=4, editable=False, max_digits=12, null=True),
                ),
                ("stood_on", models.DateField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["category", "name", "id"],
                "indexes": [models.Index(fields=["client", "category"], name="kpi_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                            models.Q(("unit", ""), _negated=True),
                        ),
                        name="kpi_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["up", "down", "range"])), name="kpi_direction_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("frequency__in", ["month", "quarter", "year"])), name="kpi_frequency_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gathers__in", ["last", "sum"])), name="kpi_gathers_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("target_low", None),
                            ("target_high", None),
                            ("target_low__lt", models.F("target_high")),
                            _connector="OR",
                        ),
                        name="kpi_range_has_width",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None), ("due", None), ("starts_on__lt", models.F("due")), _connector="OR"
                        ),
                        name="kpi_due_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("gathers", "sum"), _negated=True),
                            models.Q(("due__isnull", False), ("starts_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="kpi_sum_between_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WhiteSpaceCell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cells", to="accounts.businessunit"
                    ),
                ),
                (
                    "offering",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cells", to="accounts.offering"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not said"),
                            ("potential", "Potential"),
                            ("blocked", "Blocked"),
                            ("competitor", "With a competitor"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, default="", max_length=200)),
                ("amount", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", common.models.CurrencyField(blank=True, default="", max_length=3)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                (
                    "judged_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("judged_on", models.DateField()),
            ],
            options={
                "ordering": ["unit_id", "offering_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "offering"), name="white_space_cell_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["", "potential", "blocked", "competitor"])),
                        name="white_space_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["blocked", "competitor"]), _negated=True),
                            models.Q(("why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="white_space_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount", None),
                            models.Q(("amount__gte", 0), models.Q(("currency", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="white_space_amount",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opportunity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="opportunities", to="accounts.client"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("stage", models.CharField(max_length=60)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")], default="open", max_length=4
                    ),
                ),
                ("amount", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", common.models.CurrencyField(blank=True, default="", max_length=3)),
                ("opened_on", models.DateField(blank=True, null=True)),
                ("close_on", models.DateField(blank=True, null=True)),
                ("probability", models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True)),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("commit", "Commit"),
                            ("best_case", "Best case"),
                            ("pipeline", "Pipeline"),
                            ("omitted", "Omitted"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("delivery_start", models.DateField(blank=True, null=True)),
                ("delivery_months", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "offering",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="key or name of one of ours; other words stand as they are",
                        max_length=120,
                    ),
                ),
                (
                    "business_unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="opportunities",
                        to="accounts.businessunit",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("new", "New"), ("expansion", "Expansion"), ("renewal", "Renewal")],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "renews",
                    models.CharField(
                        blank=True, default="", help_text="number of the contract it renews", max_length=60
                    ),
                ),
                (
                    "contract",
                    models.CharField(
                        blank=True, default="", help_text="number of the contract it became", max_length=60
                    ),
                ),
                ("next_step", models.CharField(blank=True, default="", max_length=300)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="opportunities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "opportunities",
                "ordering": ["close_on", "id"],
                "indexes": [
                    models.Index(fields=["client", "outcome"], name="opportunity_of_client"),
                    models.Index(fields=["outcome", "close_on"], name="opportunity_open"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["open", "won", "lost"])), name="opportunity_outcome_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("probability", None),
                            models.Q(("probability__gte", 0), ("probability__lte", 1)),
                            _connector="OR",
                        ),
                        name="opportunity_probability",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", None), ("amount__gte", 0), _connector="OR"),
                        name="opportunity_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount", None), models.Q(("currency", ""), _negated=True), _connector="OR"
                        ),
                        name="opportunity_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "won"), _negated=True),
                            models.Q(("amount__isnull", False), ("close_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="opportunity_won_is_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("delivery_months", None), ("delivery_months__gte", 1), _connector="OR"),
                        name="opportunity_delivery_months",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Introduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="introduces", to="accounts.contact"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="introduced_by", to="accounts.contact"
                    ),
                ),
                (
                    "strength",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
                ("evidence", models.CharField(blank=True, default="", max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("possible", "Could be made"),
                            ("asked", "Asked for"),
                            ("made", "Made"),
                            ("declined", "Declined"),
                        ],
                        default="possible",
                        max_length=8,
                    ),
                ),
                ("on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "target"), name="introduction_once"),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="introduction_between_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["possible", "asked", "made", "declined"])),
                        name="introduction_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("strength", None), models.Q(("strength__gte", 1), ("strength__lte", 5)), _connector="OR"
                        ),
                        name="introduction_strength",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges", to="accounts.contact"
                    ),
                ),
                ("gone_key", models.CharField(max_length=80)),
                ("gone_name", models.CharField(max_length=161)),
                ("record", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=254)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="DistinctPair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "one",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.contact"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.contact"
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other"), name="distinct_pair_once"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="distinct_pair_in_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="erasure", to="accounts.contact"
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("done_at", models.DateTimeField()),
                ("done_by", models.CharField(max_length=254)),
                ("key_hash", models.CharField(db_index=True, max_length=64)),
                ("email_hash", models.CharField(blank=True, db_index=True, default="", max_length=64)),
                ("counts", models.JSONField(default=dict)),
                ("remains", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Influence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="influences", to="accounts.client"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="influences_from",
                        to="accounts.contact",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="influences_to", to="accounts.contact"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("influence", "Influence"), ("alliance", "Alliance"), ("conflict", "Conflict")],
                        max_length=10,
                    ),
                ),
                (
                    "strength",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("client", "source", "target", "kind"), name="influence_once"),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True), name="influence_between_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["influence", "alliance", "conflict"])),
                        name="influence_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("strength", None), models.Q(("strength__gte", 1), ("strength__lte", 5)), _connector="OR"
                        ),
                        name="influence_strength",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Imperative",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.plans.new_plan_key, max_length=80, unique=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="imperatives", to="accounts.plan"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("why", models.TextField(blank=True, default="")),
                (
                    "sponsor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sponsored_imperatives",
                        to="accounts.contact",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="imperatives",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("confirmed_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("key", ""), _negated=True)
                        ),
                        name="imperative_titled",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.plans.new_plan_key, max_length=80, unique=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="accounts.plan"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("currency", common.models.CurrencyField(max_length=3)),
            ],
            options={
                "ordering": ["year"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "year"), name="plan_target_once"),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 2000), ("year__lte", 2199)), name="plan_target_year"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="plan_target_amount"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="accounts.plan"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("body", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("kept", "Kept"),
                            ("submitted", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("returned", "Sent back"),
                        ],
                        default="kept",
                        max_length=10,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("submitted_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_note", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "number"), name="plan_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["kept", "submitted", "approved", "returned"])),
                        name="plan_version_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="plan_version_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["kept", "submitted"]), ("decided_at__isnull", False), _connector="OR"
                        ),
                        name="plan_version_decided_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="accounts.planningsession"
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("title", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[("ideas", "Ideas"), ("premortem", "Pre-mortem"), ("talk", "Talk, no ideas")],
                        default="ideas",
                        max_length=9,
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(default=15)),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="session_item_titled"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["ideas", "premortem", "talk"])), name="session_item_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 480)), name="session_item_minutes"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="accounts.survey"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="accounts.client"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="accounts.contact"
                    ),
                ),
                ("word", models.CharField(default=accounts.models.voice.new_word, max_length=24)),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "mail_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not mailed"),
                            ("queued", "Waiting to be mailed"),
                            ("sent", "Mailed"),
                            ("kept", "Kept, not sent: no mail server is set"),
                            ("failed", "Could not be mailed"),
                        ],
                        default="",
                        max_length=6,
                    ),
                ),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                ("mail_error", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("survey", "contact"), name="invitation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("mail_state__in", ["", "queued", "sent", "kept", "failed"])),
                        name="invitation_mail_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ratings", to="accounts.stakeholding"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("power", "Power"),
                            ("interest", "Interest"),
                            ("level", "Relationship"),
                            ("stance", "Stance"),
                        ],
                        max_length=8,
                    ),
                ),
                ("answers", models.JSONField(help_text="by question: what was answered")),
                ("value", models.SmallIntegerField()),
                ("note", models.TextField(blank=True, default="")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=254)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("what__in", ["power", "interest", "level", "stance"])),
                        name="rating_of_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KpiTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kpi",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="phases", to="accounts.kpi"
                    ),
                ),
                ("period", models.CharField(max_length=7)),
                ("ends", models.DateField()),
                ("target", models.DecimalField(decimal_places=4, max_digits=18)),
            ],
            options={
                "ordering": ["ends", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("kpi", "period"), name="kpi_target_once"),
                    models.CheckConstraint(
                        condition=models.Q(("period", ""), _negated=True), name="kpi_target_period_given"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KpiReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kpi",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="readings", to="accounts.kpi"
                    ),
                ),
                ("period", models.CharField(max_length=7)),
                ("starts", models.DateField()),
                ("ends", models.DateField()),
                ("actual", models.DecimalField(decimal_places=4, max_digits=18)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                (
                    "source",
                    models.CharField(
                        choices=[("typed", "By hand, file or REST"), ("web", "Computed from web analytics")],
                        default="typed",
                        max_length=5,
                    ),
                ),
            ],
            options={
                "ordering": ["-ends", "-starts", "-id"],
                "indexes": [models.Index(fields=["kpi", "-ends", "-starts"], name="kpi_reading_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("kpi", "period"), name="kpi_reading_once"),
                    models.CheckConstraint(
                        condition=models.Q(("starts__lte", models.F("ends"))), name="kpi_reading_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["typed", "web"])), name="kpi_reading_source_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "key",
                    models.CharField(default=accounts.models.campaigns.new_campaign_key, max_length=80, unique=True),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="campaigns", to="accounts.client"
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                ("aim", models.CharField(blank=True, default="", max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("running", "Running"),
                            ("ended", "Ended"),
                            ("stopped", "Stopped"),
                        ],
                        default="planned",
                        max_length=7,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("currency", common.models.CurrencyField(max_length=3)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="campaigns",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("kpis", models.ManyToManyField(blank=True, related_name="campaigns", to="accounts.kpi")),
            ],
            options={
                "ordering": ["-starts_on", "-id"],
                "indexes": [models.Index(fields=["client", "-starts_on"], name="campaign_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                        name="campaign_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lte", models.F("ends_on"))), name="campaign_ends_after"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "running", "ended", "stopped"])),
                        name="campaign_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DealClosing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "opportunity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="closing", to="accounts.opportunity"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("price", "Price"),
                            ("fit", "Fit of the proposal"),
                            ("relationship", "Relationship"),
                            ("capability", "Capability or proof"),
                            ("capacity", "Our capacity or timing"),
                            ("incumbent", "Incumbent kept or replaced"),
                            ("terms", "Contract terms"),
                            ("no_decision", "No decision, or budget gone"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                ("competitor", models.CharField(blank=True, default="", max_length=120)),
                ("lesson", models.CharField(blank=True, default="", max_length=500)),
                ("by", models.CharField(max_length=254)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "price",
                                    "fit",
                                    "relationship",
                                    "capability",
                                    "capacity",
                                    "incumbent",
                                    "terms",
                                    "no_decision",
                                    "other",
                                ],
                            )
                        ),
                        name="deal_closing_reason_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Bond",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "stake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bonds", to="accounts.stakeholding"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bonds", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "None"),
                            (1, "Vendor"),
                            (2, "Credible source"),
                            (3, "Problem solver"),
                            (4, "Trusted adviser"),
                        ]
                    ),
                ),
                (
                    "level_wanted",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "None"),
                            (1, "Vendor"),
                            (2, "Credible source"),
                            (3, "Problem solver"),
                            (4, "Trusted adviser"),
                        ],
                        null=True,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stake", "person"), name="bond_once"),
                    models.CheckConstraint(condition=models.Q(("level__gte", 0), ("level__lte", 4)), name="bond_level"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level_wanted", None),
                            models.Q(("level_wanted__gte", 0), ("level_wanted__lte", 4)),
                            _connector="OR",
                        ),
                        name="bond_level_wanted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objective",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.plans.new_plan_key, max_length=80, unique=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="objectives", to="accounts.plan"
                    ),
                ),
                (
                    "imperative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objectives",
                        to="accounts.imperative",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="objectives",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("not_started", "Not started"),
                            ("on_track", "On track"),
                            ("watch", "Watch"),
                            ("at_risk", "At risk"),
                            ("done", "Done"),
                            ("dropped", "Dropped"),
                        ],
                        default="not_started",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["not_started", "on_track", "watch", "at_risk", "done", "dropped"])
                        ),
                        name="objective_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("key", ""), _negated=True)
                        ),
                        name="objective_titled",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.plans.new_plan_key, max_length=80, unique=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="facts", to="accounts.plan"
                    ),
                ),
                (
                    "imperative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facts",
                        to="accounts.imperative",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("strength", "Strength of ours"),
                            ("weakness", "Weakness of ours"),
                            ("opportunity", "Opening"),
                            ("threat", "Threat"),
                            ("competitor", "Competitor"),
                            ("risk", "Risk"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("detail", models.TextField(blank=True, default="")),
                ("response", models.TextField(blank=True, default="")),
                ("source", models.CharField(blank=True, default="", help_text="how we know", max_length=200)),
                ("likelihood", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("impact", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="plan_facts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("key", ""), _negated=True)
                        ),
                        name="plan_fact_titled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["strength", "weakness", "opportunity", "threat", "competitor", "risk"])
                        ),
                        name="plan_fact_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("likelihood", None),
                            models.Q(("likelihood__gte", 1), ("likelihood__lte", 5)),
                            _connector="OR",
                        ),
                        name="plan_fact_likelihood",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("impact", None), models.Q(("impact__gte", 1), ("impact__lte", 5)), _connector="OR"
                        ),
                        name="plan_fact_impact",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to="accounts.opportunity"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("edition", models.PositiveSmallIntegerField(default=1)),
                ("amount", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", common.models.CurrencyField(blank=True, default="", max_length=3)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("sent", "Sent"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("sent_on", models.DateField(blank=True, null=True)),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "ordering": ["-sent_on", "-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("opportunity", "edition"), name="proposal_edition_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "sent", "accepted", "declined", "withdrawn"])),
                        name="proposal_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", None), ("amount__gte", 0), _connector="OR"),
                        name="proposal_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount", None), models.Q(("currency", ""), _negated=True), _connector="OR"
                        ),
                        name="proposal_currency",
                    ),
                    models.CheckConstraint(condition=models.Q(("edition__gte", 1)), name="proposal_edition"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "withdrawn"]), ("sent_on__isnull", False), _connector="OR"
                        ),
                        name="proposal_sent_on",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pitch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pitches", to="accounts.client"
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="pitches",
                        to="accounts.opportunity",
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("considering", "To be decided"),
                            ("pitching", "Pitching"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("declined", "Declined by us"),
                        ],
                        default="considering",
                        max_length=12,
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                (
                    "decision",
                    models.CharField(blank=True, choices=[("go", "Go"), ("no_go", "No-go")], default="", max_length=5),
                ),
                ("decided_on", models.DateField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=254)),
                ("cost", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", common.models.CurrencyField(blank=True, default="", max_length=3)),
                ("fit", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("relationship", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("odds", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("margin", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("capacity", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("strategic", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
                ("team", models.ManyToManyField(blank=True, related_name="pitches", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name_plural": "pitches",
                "ordering": ["due_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["considering", "pitching", "won", "lost", "declined"])),
                        name="pitch_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["", "go", "no_go"])), name="pitch_decision_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cost", None),
                            models.Q(("cost__gte", 0), models.Q(("currency", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="pitch_cost",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fit", None), ("fit__range", (1, 5)), _connector="OR"),
                        name="pitch_fit_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("relationship", None), ("relationship__range", (1, 5)), _connector="OR"),
                        name="pitch_relationship_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("odds", None), ("odds__range", (1, 5)), _connector="OR"),
                        name="pitch_odds_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("margin", None), ("margin__range", (1, 5)), _connector="OR"),
                        name="pitch_margin_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity", None), ("capacity__range", (1, 5)), _connector="OR"),
                        name="pitch_capacity_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("strategic", None), ("strategic__range", (1, 5)), _connector="OR"),
                        name="pitch_strategic_1_to_5",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Idea",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ideas", to="accounts.sessionitem"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="ideas",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("part_kind", models.CharField(blank=True, default="", max_length=10)),
                ("part_key", models.CharField(blank=True, default="", max_length=80)),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("part_key", ""), _negated=True), fields=["part_key"], name="idea_of_part"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="idea_says_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("part_key", ""), ("part_kind", "")),
                            models.Q(
                                models.Q(("part_kind", ""), _negated=True), models.Q(("part_key", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="idea_became_one_thing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CriterionMet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria_met",
                        to="accounts.opportunity",
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="met", to="accounts.exitcriterion"
                    ),
                ),
                ("evidence", models.CharField(blank=True, default="", max_length=300)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=254)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("opportunity", "criterion"), name="criterion_met_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StageMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="accounts.opportunity"
                    ),
                ),
                ("before", models.CharField(blank=True, default="", max_length=60)),
                ("after", models.CharField(max_length=60)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")],
                        help_text="of the deal once it had moved",
                        max_length=4,
                    ),
                ),
                ("stated", models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=254)),
                (
                    "source",
                    models.CharField(
                        choices=[("edit", "A person"), ("file", "A file"), ("trail", "Read back from the audit trail")],
                        default="edit",
                        max_length=5,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", help_text="why it moved without its criteria", max_length=300
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["opportunity", "-at"], name="stage_move_of_deal")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("before", models.F("after")), _negated=True), name="stage_move_moves"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["open", "won", "lost"])), name="stage_move_outcome_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source_ref", models.CharField(max_length=120, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="feedback", to="accounts.client"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="feedback",
                        to="accounts.contact",
                    ),
                ),
                (
                    "invitation",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="feedback",
                        to="accounts.invitation",
                    ),
                ),
                ("date", models.DateField()),
                (
                    "scale",
                    models.CharField(
                        blank=True,
                        choices=[("nps", "Would recommend, 0 to 10"), ("csat", "Satisfied, 1 to 5")],
                        default="",
                        max_length=4,
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("comment", models.TextField(blank=True, default="")),
                (
                    "quote",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("may_quote", "May be quoted by name"),
                            ("anonymised", "May be quoted without a name"),
                            ("not", "Not to be quoted"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "insight",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="feedback",
                        to="accounts.insight",
                    ),
                ),
                ("replied_on", models.DateField(blank=True, null=True)),
                ("themes", models.ManyToManyField(blank=True, related_name="feedback", to="accounts.theme")),
            ],
            options={
                "ordering": ["-date", "-id"],
                "indexes": [models.Index(fields=["client", "-date"], name="feedback_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source_ref", ""), _negated=True), name="feedback_ref_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score", None),
                            models.Q(("scale", "nps"), ("score__gte", 0), ("score__lte", 10)),
                            models.Q(("scale", "csat"), ("score__gte", 1), ("score__lte", 5)),
                            _connector="OR",
                        ),
                        name="feedback_score_on_scale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("score", None), _negated=True),
                            models.Q(("comment", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="feedback_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quote__in", ["", "may_quote", "anonymised", "not"])),
                        name="feedback_quote_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scale__in", ["", "nps", "csat"])), name="feedback_scale_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignChannel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="channels", to="accounts.campaign"
                    ),
                ),
                ("channel", models.CharField(max_length=80)),
                ("budget", common.models.AmountField(decimal_places=4, max_digits=18)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "channel"), name="campaign_channel_once"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("channel", ""), _negated=True), ("budget__gte", 0)),
                        name="campaign_channel_holds",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Initiative",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.plans.new_plan_key, max_length=80, unique=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                (
                    "objective",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="initiatives", to="accounts.objective"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="initiatives",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("not_started", "Not started"),
                            ("on_track", "On track"),
                            ("watch", "Watch"),
                            ("at_risk", "At risk"),
                            ("done", "Done"),
                            ("dropped", "Dropped"),
                        ],
                        default="not_started",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["not_started", "on_track", "watch", "at_risk", "done", "dropped"])
                        ),
                        name="initiative_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("key", ""), _negated=True)
                        ),
                        name="initiative_titled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None),
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="initiative_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanMeasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.plans.new_plan_key, max_length=80, unique=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                (
                    "objective",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="measures", to="accounts.objective"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("source", models.CharField(default="reading", max_length=90)),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("money", "Money"),
                            ("ratio", "Share (0.45 is 45%)"),
                            ("count", "Count"),
                            ("score", "Score"),
                        ],
                        default="count",
                        max_length=6,
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("up", "Higher is better"), ("down", "Lower is better")], default="up", max_length=4
                    ),
                ),
                ("baseline", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("target", models.DecimalField(decimal_places=4, max_digits=18)),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("due", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("key", ""), _negated=True)
                        ),
                        name="plan_measure_titled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="plan_measure_source"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit__in", ["money", "ratio", "count", "score"])),
                        name="plan_measure_unit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["up", "down"])), name="plan_measure_direction_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposalDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="documents", to="accounts.proposal"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("body", models.BinaryField()),
                ("added_by", models.CharField(max_length=254)),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-added_at", "-id"],
                "constraints": [models.UniqueConstraint(fields=("proposal", "sha256"), name="proposal_document_once")],
            },
        ),
        migrations.CreateModel(
            name="Dots",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "idea",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="dots", to="accounts.idea"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="idea_dots",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("count", models.PositiveSmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("idea", "person"), name="dots_once"),
                    models.CheckConstraint(condition=models.Q(("count__gte", 1)), name="dots_are_some"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignSpend",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="spend", to="accounts.campaignchannel"
                    ),
                ),
                ("month", models.DateField()),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
            ],
            options={
                "ordering": ["month", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "month"), name="campaign_spend_once"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="campaign_spend_month"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.plans.new_plan_key, max_length=80, unique=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                (
                    "objective",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="actions", to="accounts.objective"
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="accounts.initiative",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="plan_actions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due", models.DateField(blank=True, null=True)),
                ("next_step", models.CharField(blank=True, default="", max_length=300)),
                (
                    "audience",
                    models.CharField(
                        choices=[("internal", "Ours only"), ("client", "Shared with client")],
                        default="internal",
                        max_length=8,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("not_started", "Not started"),
                            ("on_track", "On track"),
                            ("watch", "Watch"),
                            ("at_risk", "At risk"),
                            ("done", "Done"),
                            ("dropped", "Dropped"),
                        ],
                        default="not_started",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["not_started", "on_track", "watch", "at_risk", "done", "dropped"])
                        ),
                        name="action_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("key", ""), _negated=True)
                        ),
                        name="action_titled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["internal", "client"])), name="action_audience_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanMilestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=accounts.models.plans.new_plan_key, max_length=80, unique=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="milestones", to="accounts.initiative"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="plan_milestones",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due", models.DateField()),
                ("reached_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["due", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("key", ""), _negated=True)
                        ),
                        name="plan_milestone_titled",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "measure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="readings", to="accounts.planmeasure"
                    ),
                ),
                ("read_on", models.DateField()),
                ("value", models.DecimalField(decimal_places=4, max_digits=18)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["-read_on", "-id"],
                "constraints": [models.UniqueConstraint(fields=("measure", "read_on"), name="measure_reading_once")],
            },
        ),
        *_rules(),
    ]
