"""Today's tables at once, for a new database; one that has some of the steps goes on by the steps: docs/decisions/0017."""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.math
from django.conf import settings
from django.db import migrations, models

import common.models
import financials.models.forecast

# Functions and triggers, which no model states: as the steps that brought them have them.
RULES = (
    "0002_ledger_rules",
    "0004_time_rules",
    "0005_close_history",
    "0008_ladder_triggers",
    "0013_labour_in_ladder",
    "0027_forecast_line_keys",
)


class _Last(migrations.RunSQL):
    """After the keys and indexes, which Django makes at the end of a migration."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.deferred_sql.append(self.sql)


def _rules():
    steps = (import_module(f"financials.migrations.{name}").Migration for name in RULES)
    return [
        _Last(made.sql, made.reverse_sql)
        for step in steps
        for made in step.operations
        if isinstance(made, migrations.RunSQL)
    ]


class Migration(migrations.Migration):
    replaces = [
        ("financials", "0001_initial"),
        ("financials", "0002_ledger_rules"),
        ("financials", "0003_money_core"),
        ("financials", "0004_time_rules"),
        ("financials", "0005_close_history"),
        ("financials", "0006_change_order_moves_the_end"),
        ("financials", "0007_ladder_cells"),
        ("financials", "0008_ladder_triggers"),
        ("financials", "0009_close_indexes"),
        ("financials", "0010_newest_entry"),
        ("financials", "0011_ladder_hundredths"),
        ("financials", "0012_allocations"),
        ("financials", "0013_forecast_layers"),
        ("financials", "0013_labour_in_ladder"),
        ("financials", "0014_forecast_layers_checked"),
        ("financials", "0015_forecast_proof"),
        ("financials", "0016_role_lead"),
        ("financials", "0017_renewal_plans"),
        ("financials", "0018_scenarios"),
        ("financials", "0019_forecast_calls"),
        ("financials", "0020_drop_forecast_cost"),
        ("financials", "0021_ladder_light"),
        ("financials", "0022_forecast_call_record"),
        ("financials", "0023_forecast_costs"),
        ("financials", "0024_budget_hours"),
        ("financials", "0025_read_indexes"),
        ("financials", "0026_alignment"),
        ("financials", "0027_forecast_line_keys"),
        ("financials", "0028_own_rates"),
        ("financials", "0029_index_readings"),
        ("financials", "0030_white_space"),
        ("financials", "0031_new_work"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0019_map_lines_and_remains"),
        ("people", "0003_leave"),
    ]

    operations = [
        migrations.CreateModel(
            name="ForecastScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forecast_scores",
                        to="accounts.client",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("kept", "Forecasts that were made"), ("backtest", "Made again for past months")],
                        max_length=8,
                    ),
                ),
                ("method", models.CharField(blank=True, default="", max_length=20)),
                ("layer", models.CharField(blank=True, default="", max_length=12)),
                ("person", models.CharField(blank=True, default="", help_text="e-mail", max_length=254)),
                ("lead", models.PositiveSmallIntegerField()),
                ("n", models.PositiveIntegerField()),
                ("missed", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("signed", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("actual", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("size", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("banded", models.PositiveIntegerField(default=0)),
                ("inside", models.PositiveIntegerField(default=0)),
                ("before", common.models.AmountField(decimal_places=4, max_digits=18, null=True)),
                ("closed_through", models.DateField()),
                ("computed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "source", "method", "layer", "person", "lead"), name="forecast_score_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("inside__lte", models.F("banded"))), name="forecast_score_inside"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.CharField(max_length=60, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("msa", "Master services agreement"),
                            ("sow", "Statement of work"),
                            ("change_order", "Change order"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="financials.contract",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="accounts.client"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("start", models.DateField()),
                ("end", models.DateField(blank=True, null=True)),
                ("amount", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", common.models.CurrencyField(max_length=3)),
                (
                    "billing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("retainer", "Retainer"),
                            ("time_and_materials", "Time and materials"),
                            ("fixed_fee", "Fixed fee"),
                            ("milestone", "Milestone"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                (
                    "offering",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="key or name of one of ours; blank: its opportunity's",
                        max_length=120,
                    ),
                ),
                (
                    "business_unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="contracts",
                        to="accounts.businessunit",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="contracts",
                        to="accounts.opportunity",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("review", "Internal review"),
                            ("negotiation", "Negotiation"),
                            ("signed", "Signed"),
                            ("active", "Active"),
                            ("completed", "Completed"),
                            ("terminated", "Terminated"),
                            ("expired", "Expired"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("signed_on", models.DateField(blank=True, null=True)),
                ("country", models.CharField(blank=True, default="", max_length=6)),
                (
                    "renewal",
                    models.CharField(
                        blank=True,
                        choices=[("fixed", "Fixed term"), ("auto", "Renews automatically"), ("evergreen", "Evergreen")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("notice_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "notice_rule",
                    models.CharField(
                        blank=True,
                        choices=[("calendar", "Calendar days"), ("business", "Business days")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("uplift", models.CharField(blank=True, default="", max_length=40)),
                ("probability", models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True)),
                (
                    "billing_timing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("monthly_advance", "Monthly in advance"),
                            ("monthly_arrears", "Monthly in arrears"),
                            ("quarterly_advance", "Quarterly in advance"),
                            ("quarterly_arrears", "Quarterly in arrears"),
                            ("upfront", "All at the start"),
                            ("completion", "All at the end"),
                            ("milestones", "On acceptance of each milestone"),
                            ("as_worked", "As worked, monthly in arrears"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "scope_hours",
                    models.DecimalField(
                        blank=True, decimal_places=2, help_text="hours the fee pays for", max_digits=10, null=True
                    ),
                ),
                ("scope", models.TextField(blank=True, default="", help_text="what is and is not in scope, in words")),
                (
                    "ended_on",
                    models.DateField(
                        blank=True, help_text="last day in force, where terminated before the end", null=True
                    ),
                ),
                (
                    "new_end",
                    models.DateField(
                        blank=True,
                        help_text="of a change order: the day the contract it changes then ends on",
                        null=True,
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="supersedes",
                        to="financials.contract",
                    ),
                ),
            ],
            options={
                "ordering": ["start", "number"],
                "indexes": [models.Index(fields=["client", "kind"], name="contract_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["msa", "sow", "change_order"])), name="contract_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "review",
                                    "negotiation",
                                    "signed",
                                    "active",
                                    "completed",
                                    "terminated",
                                    "expired",
                                ],
                            )
                        ),
                        name="contract_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("billing__in", ["", "retainer", "time_and_materials", "fixed_fee", "milestone"])
                        ),
                        name="contract_billing_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("renewal__in", ["", "fixed", "auto", "evergreen"])),
                        name="contract_renewal_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("notice_rule__in", ["", "calendar", "business"])),
                        name="contract_notice_rule_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end", None), ("end__gte", models.F("start")), _connector="OR"),
                        name="contract_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("renewal", "evergreen"), _negated=True), ("end", None), _connector="OR"
                        ),
                        name="contract_evergreen_has_no_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("kind", "msa"), _negated=True), ("parent", None), _connector="OR"),
                        name="contract_msa_is_a_root",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "change_order"), _negated=True),
                            ("parent__isnull", False),
                            _connector="OR",
                        ),
                        name="contract_change_order_has_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "change_order"), ("amount", None), ("amount__gte", 0), _connector="OR"
                        ),
                        name="contract_amount_sign",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("probability", None),
                            models.Q(("probability__gte", 0), ("probability__lte", 1)),
                            _connector="OR",
                        ),
                        name="contract_probability",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="contract_not_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "billing_timing__in",
                                [
                                    "",
                                    "monthly_advance",
                                    "monthly_arrears",
                                    "quarterly_advance",
                                    "quarterly_arrears",
                                    "upfront",
                                    "completion",
                                    "milestones",
                                    "as_worked",
                                ],
                            )
                        ),
                        name="contract_billing_timing_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope_hours", None), ("scope_hours__gte", 0), _connector="OR"),
                        name="contract_scope_hours",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_on", None), ("ended_on__gte", models.F("start")), _connector="OR"),
                        name="contract_ended_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("new_end", None),
                            models.Q(("kind", "change_order"), ("new_end__gte", models.F("start"))),
                            _connector="OR",
                        ),
                        name="contract_new_end_of_a_change_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("superseded_by", None),
                            models.Q(("superseded_by", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="contract_not_its_own_successor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleLead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("role", models.CharField(max_length=80, unique=True)),
                ("weeks", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["role"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("role", ""), _negated=True), name="role_lead_named"),
                    models.CheckConstraint(condition=models.Q(("weeks__lte", 104)), name="role_lead_two_years"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="forecast_runs", to="accounts.client"
                    ),
                ),
                ("input_version", models.BigIntegerField()),
                ("as_of", models.DateField(help_text="the day it was computed for, in the client's time zone")),
                ("closed_through", models.DateField(help_text="last closed month when it ran", null=True)),
                ("computed_at", models.DateTimeField()),
                ("is_current", models.BooleanField(default=True)),
                ("formula_version", models.PositiveSmallIntegerField(default=1)),
                (
                    "unpriced",
                    models.PositiveIntegerField(default=0, help_text="open deals without amount or probability"),
                ),
                (
                    "short_history",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="too few closed months for a run-rate: it is unknown, not zero",
                    ),
                ),
                (
                    "own_odds",
                    models.PositiveIntegerField(
                        db_default=0,
                        default=0,
                        help_text="deals of its layers that count at what own history says of their stage",
                    ),
                ),
                (
                    "bands_at",
                    models.DateTimeField(
                        help_text="when its bands were simulated; null while they were not", null=True
                    ),
                ),
                (
                    "labour_rate",
                    financials.models.forecast.CostRateField(
                        decimal_places=6,
                        help_text="delivery labour over net revenue of months not closed; null: not known",
                        max_digits=10,
                        null=True,
                    ),
                ),
                (
                    "freelancers_rate",
                    financials.models.forecast.CostRateField(decimal_places=6, max_digits=10, null=True),
                ),
                (
                    "direct_rate",
                    financials.models.forecast.CostRateField(
                        decimal_places=6, help_text="direct expenses", max_digits=10, null=True
                    ),
                ),
                (
                    "cost_months",
                    models.PositiveSmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="of the twelve closed months before, those whose cost was known",
                    ),
                ),
                (
                    "cost_origin",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="own, filled or house; blank: no rate",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("client", "input_version", "as_of"), name="forecast_run_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)), fields=("client",), name="forecast_run_one_current"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastOverride",
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
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="accounts.client",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portfolio_overrides",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="financials.forecastoverride",
                    ),
                ),
                ("level", models.CharField(choices=[("manager", "Manager"), ("director", "Director")], max_length=10)),
                ("first_month", models.DateField()),
                ("last_month", models.DateField()),
                ("amount", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("delta", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("reason", models.CharField(max_length=500)),
                ("expires_on", models.DateField(help_text="the last day it counts")),
                ("author", models.CharField(max_length=254)),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_by", models.CharField(blank=True, default="", max_length=254)),
                ("revoked_why", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "ordering": ["made_at", "id"],
                "indexes": [models.Index(fields=["client", "revoked_at"], name="override_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["manager", "director"])), name="override_level_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_month__day", 1),
                            ("last_month__day", 1),
                            ("last_month__gte", models.F("first_month")),
                        ),
                        name="override_months",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount", None), ("delta__isnull", False)),
                            models.Q(("amount__isnull", False), ("delta", None)),
                            _connector="OR",
                        ),
                        name="override_amount_or_delta",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="override_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("client", None), ("owner__isnull", False)),
                            models.Q(("client__isnull", False), ("owner", None)),
                            _connector="OR",
                        ),
                        name="override_client_or_portfolio",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", "")),
                            models.Q(("revoked_at__isnull", False), models.Q(("revoked_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="override_revoked_by",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("closed_through", models.DateField()),
                ("closed_at", models.DateTimeField()),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                ("clients", models.PositiveIntegerField()),
                ("labour_rate", financials.models.forecast.CostRateField(decimal_places=6, max_digits=10, null=True)),
                (
                    "freelancers_rate",
                    financials.models.forecast.CostRateField(decimal_places=6, max_digits=10, null=True),
                ),
                ("direct_rate", financials.models.forecast.CostRateField(decimal_places=6, max_digits=10, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("closed_through", "closed_at", "service_line"), name="house_rate_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taken_on", models.DateField()),
                ("newest", models.BigIntegerField()),
                ("stage", models.CharField(help_text="casefolded", max_length=60)),
                ("age", models.PositiveSmallIntegerField()),
                ("won", models.PositiveIntegerField()),
                ("deals", models.PositiveIntegerField()),
                ("prior", models.DecimalField(decimal_places=6, max_digits=7)),
                ("value", models.DecimalField(decimal_places=6, max_digits=7)),
                ("usual", models.DecimalField(decimal_places=6, max_digits=7)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("taken_on", "newest", "stage", "age"), name="own_rate_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NewWorkRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taken_on", models.DateField()),
                ("closed_through", models.DateField()),
                ("closed_at", models.DateTimeField()),
                ("tier", models.CharField(blank=True, default="", max_length=10)),
                ("clients", models.PositiveIntegerField()),
                ("contracts", models.PositiveIntegerField()),
                ("monthly", common.models.AmountField(decimal_places=4, max_digits=18, null=True)),
                ("weight", models.PositiveSmallIntegerField(null=True)),
                (
                    "shares",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=6, max_digits=7), default=list, size=None
                    ),
                ),
                ("size", common.models.AmountField(decimal_places=4, max_digits=18, null=True)),
                ("length", models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("taken_on", "closed_through", "closed_at", "tier"), name="new_work_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forecast_calls",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("level", models.CharField(choices=[("manager", "Manager"), ("director", "Director")], max_length=10)),
                ("year", models.PositiveSmallIntegerField()),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                (
                    "system",
                    common.models.AmountField(
                        decimal_places=4,
                        help_text="the forecast then; null while a rate was missing",
                        max_digits=18,
                        null=True,
                    ),
                ),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("reason", models.CharField(max_length=500)),
                (
                    "asks",
                    models.CharField(blank=True, default="", help_text="what leadership is asked for", max_length=1000),
                ),
                (
                    "client_ids",
                    models.JSONField(default=list, help_text="ids of the clients it is about: those in sight that day"),
                ),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_why", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "indexes": [models.Index(fields=["person", "year", "-made_at"], name="forecast_call_of_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["manager", "director"])), name="forecast_call_level_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="forecast_call_has_a_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CloseCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("name", models.CharField(max_length=40)),
                ("done", models.BooleanField(default=False)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("by", models.CharField(blank=True, default="", max_length=254)),
                ("at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["month", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("month", "name"), name="close_check_once"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="close_check_month_first_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CloseEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("kind", models.CharField(choices=[("closed", "Closed"), ("reopened", "Opened again")], max_length=10)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=254)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("ledger_no", models.BigIntegerField(help_text="the newest ledger entry then")),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["month", "-id"], name="close_event_of_month")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="close_event_month_first_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "closed"), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="close_event_reopened_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OverheadRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts", models.DateField(unique=True)),
                (
                    "driver",
                    models.CharField(
                        choices=[
                            ("delivery_labour", "Delivery labour"),
                            ("net_revenue", "Net revenue"),
                            ("hours", "Hours worked"),
                            ("none", "Not spread"),
                        ],
                        max_length=16,
                    ),
                ),
                ("set_by", models.CharField(max_length=254)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["starts"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("starts__day", 1)), name="overhead_rule_first_day"),
                    models.CheckConstraint(
                        condition=models.Q(("driver__in", ["delivery_labour", "net_revenue", "hours", "none"])),
                        name="overhead_driver_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndexReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("index", models.CharField(max_length=20)),
                ("month", models.DateField()),
                ("value", models.DecimalField(decimal_places=4, max_digits=12)),
                ("source", models.CharField(help_text="who published it, and where", max_length=200)),
            ],
            options={
                "ordering": ["index", "-month"],
                "constraints": [
                    models.UniqueConstraint(fields=("index", "month"), name="index_reading_once"),
                    models.CheckConstraint(condition=models.Q(("value__gt", 0)), name="index_reading_level"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="index_reading_month"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("index", ""), _negated=True), models.Q(("source", ""), _negated=True)
                        ),
                        name="index_reading_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastLook",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="forecast_look",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("looked_at", models.DateTimeField()),
                ("before", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scenarios",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("steps", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "name"), name="scenario_name_once"),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="scenario_has_a_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduleLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="schedule", to="financials.contract"
                    ),
                ),
                ("month", models.DateField()),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
            ],
            options={
                "ordering": ["month"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "month"), name="schedule_line_once"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="schedule_month_first_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="financials.contract"
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("payment_days", "Payment days"),
                            ("notice_days", "Notice period, days"),
                            ("notice_rule", "How notice days count"),
                            ("uplift", "Uplift at renewal"),
                            ("liability_cap", "Liability cap"),
                            ("scope_hours", "Hours in scope"),
                            ("billing_timing", "When the fee is invoiced"),
                            ("expenses", "Expenses"),
                            ("ip", "Intellectual property"),
                            ("confidentiality", "Confidentiality"),
                            ("termination", "Termination"),
                            ("governing_law", "Governing law"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("value", models.CharField(max_length=300)),
                ("starts", models.DateField(help_text="in force from this day")),
                ("note", models.TextField(blank=True, default="")),
            ],
            options={
                "ordering": ["topic", "-starts"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "topic", "starts"), name="term_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "topic__in",
                                [
                                    "payment_days",
                                    "notice_days",
                                    "notice_rule",
                                    "uplift",
                                    "liability_cap",
                                    "scope_hours",
                                    "billing_timing",
                                    "expenses",
                                    "ip",
                                    "confidentiality",
                                    "termination",
                                    "governing_law",
                                    "other",
                                ],
                            )
                        ),
                        name="term_topic_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value", ""), _negated=True), name="term_says_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="milestones", to="financials.contract"
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("title", models.CharField(max_length=200)),
                ("due", models.DateField()),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("accepted_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["due", "key"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "key"), name="milestone_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="milestone_amount"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Estimate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="estimates", to="financials.contract"
                    ),
                ),
                ("month", models.DateField()),
                (
                    "cost_to_go",
                    common.models.AmountField(decimal_places=4, help_text="in the contract's currency", max_digits=18),
                ),
                ("judged_by", models.CharField(blank=True, default="", max_length=254)),
            ],
            options={
                "ordering": ["month"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "month"), name="estimate_once"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="estimate_month_first_day"),
                    models.CheckConstraint(condition=models.Q(("cost_to_go__gte", 0)), name="estimate_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BillingPlanLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="billing_plan",
                        to="financials.contract",
                    ),
                ),
                ("due", models.DateField(help_text="when the invoice is to be raised")),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("label", models.CharField(blank=True, default="", max_length=200)),
                (
                    "by_hand",
                    models.BooleanField(default=False, help_text="written by a person: a rebuild leaves it alone"),
                ),
            ],
            options={
                "ordering": ["due", "id"],
                "indexes": [models.Index(fields=["contract", "due"], name="billing_plan_of_contract")],
            },
        ),
        migrations.CreateModel(
            name="ContractDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="documents", to="financials.contract"
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
                "constraints": [models.UniqueConstraint(fields=("contract", "sha256"), name="contract_document_once")],
            },
        ),
        migrations.CreateModel(
            name="StatusChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="status_changes",
                        to="financials.contract",
                    ),
                ),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("review", "Internal review"),
                            ("negotiation", "Negotiation"),
                            ("signed", "Signed"),
                            ("active", "Active"),
                            ("completed", "Completed"),
                            ("terminated", "Terminated"),
                            ("expired", "Expired"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("review", "Internal review"),
                            ("negotiation", "Negotiation"),
                            ("signed", "Signed"),
                            ("active", "Active"),
                            ("completed", "Completed"),
                            ("terminated", "Terminated"),
                            ("expired", "Expired"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=254)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("before", models.F("after")), _negated=True), name="status_change_moves"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "after__in",
                                [
                                    "draft",
                                    "review",
                                    "negotiation",
                                    "signed",
                                    "active",
                                    "completed",
                                    "terminated",
                                    "expired",
                                ],
                            )
                        ),
                        name="status_change_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("week", models.DateField()),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("role", models.CharField(blank=True, default="", max_length=80)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="financials.contract",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="accounts.opportunity",
                    ),
                ),
                ("hours", models.DecimalField(decimal_places=2, max_digits=7)),
                ("firm", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["week", "id"],
                "indexes": [
                    models.Index(fields=["client", "week"], name="allocation_of_client"),
                    models.Index(fields=["person", "week"], name="allocation_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("week", "person", "role", "client", "contract"),
                        name="allocation_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("week__iso_week_day", 1)), name="allocation_week_is_a_monday"
                    ),
                    models.CheckConstraint(condition=models.Q(("hours__gte", 0)), name="allocation_hours_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person", None), models.Q(("role", ""), _negated=True)),
                            models.Q(("person__isnull", False), ("role", "")),
                            _connector="OR",
                        ),
                        name="allocation_person_or_role",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastInput",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="inputs",
                        serialize=False,
                        to="financials.forecastrun",
                    ),
                ),
                ("digest", models.CharField(help_text="SHA-256 of the body", max_length=64)),
                ("body", models.TextField(help_text="JSON, as financials.calc.forecast_file writes it")),
            ],
        ),
        migrations.CreateModel(
            name="ForecastLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="financials.forecastrun",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="financials.contract",
                    ),
                ),
                ("opportunity_key", models.CharField(blank=True, default="", max_length=80)),
                (
                    "override",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="financials.forecastoverride",
                    ),
                ),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                ("month", models.DateField()),
                (
                    "layer",
                    models.CharField(
                        choices=[
                            ("recognised", "Recognised"),
                            ("contracted", "Contracted"),
                            ("renewal", "Renewal"),
                            ("commit", "Commit"),
                            ("best_case", "Best case"),
                            ("pipeline", "Pipeline"),
                            ("run_rate", "Run-rate"),
                            ("override", "Override"),
                        ],
                        max_length=12,
                    ),
                ),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("currency", common.models.CurrencyField(max_length=3)),
                (
                    "unopened",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="of the run-rate: expected of deals that nobody has opened yet",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["run", "month"], name="forecast_line_of_run")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "layer__in",
                                [
                                    "recognised",
                                    "contracted",
                                    "renewal",
                                    "commit",
                                    "best_case",
                                    "pipeline",
                                    "run_rate",
                                    "override",
                                ],
                            )
                        ),
                        name="forecast_layer_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rates",
                        to="financials.forecastrun",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="financials.contract"
                    ),
                ),
                ("labour_rate", financials.models.forecast.CostRateField(decimal_places=6, max_digits=10)),
                ("freelancers_rate", financials.models.forecast.CostRateField(decimal_places=6, max_digits=10)),
                ("direct_rate", financials.models.forecast.CostRateField(decimal_places=6, max_digits=10)),
                ("origin", models.CharField(max_length=8)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "contract"), name="forecast_rate_once")],
            },
        ),
        migrations.CreateModel(
            name="ForecastBand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bands",
                        to="financials.forecastrun",
                    ),
                ),
                ("first_month", models.DateField()),
                ("last_month", models.DateField()),
                ("low", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("mid", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("high", common.models.AmountField(decimal_places=4, max_digits=18)),
                (
                    "mean",
                    common.models.AmountField(
                        decimal_places=4, help_text="the simulated mean less the layers' total", max_digits=18
                    ),
                ),
                ("spread", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("lean", models.DecimalField(decimal_places=6, max_digits=10)),
                ("currency", common.models.CurrencyField(max_length=3)),
            ],
            options={
                "indexes": [models.Index(fields=["run", "first_month", "last_month"], name="forecast_band_of_run")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_month__gte", models.F("first_month"))), name="forecast_band_months"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("low__lte", models.F("mid")), ("mid__lte", models.F("high"))),
                        name="forecast_band_order",
                    ),
                    models.CheckConstraint(condition=models.Q(("spread__gte", 0)), name="forecast_band_spread"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source_ref", models.CharField(max_length=120)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("is_reversal", models.BooleanField(default=False)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_entries",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_entries",
                        to="financials.contract",
                    ),
                ),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                ("month", models.DateField()),
                ("service_month", models.DateField(blank=True, null=True)),
                (
                    "line",
                    models.CharField(
                        choices=[
                            ("gross_revenue", "Gross revenue"),
                            ("pass_through", "Pass-through"),
                            ("delivery_labour", "Delivery labour"),
                            ("freelancers", "Freelancers"),
                            ("direct_expenses", "Direct expenses"),
                            ("overhead", "Account overhead"),
                        ],
                        max_length=16,
                    ),
                ),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("description", models.CharField(blank=True, default="", max_length=300)),
                ("batch_id", models.BigIntegerField(blank=True, help_text="the import that posted it", null=True)),
                ("posted_at", models.DateTimeField()),
                ("posted_by", models.CharField(blank=True, default="", max_length=254)),
            ],
            options={
                "verbose_name_plural": "ledger entries",
                "indexes": [
                    models.Index(fields=["client", "month", "line"], name="ledger_of_client"),
                    models.Index(fields=["client", "id"], name="ledger_newest_of_client"),
                    models.Index(
                        condition=models.Q(("contract__isnull", False)), fields=["contract"], name="ledger_of_contract"
                    ),
                    models.Index(
                        condition=models.Q(("batch_id__isnull", False)), fields=["batch_id"], name="ledger_of_batch"
                    ),
                    models.Index(
                        condition=models.Q(("service_month__isnull", False)),
                        fields=["service_month"],
                        name="ledger_late",
                    ),
                    models.Index(
                        condition=models.Q(("source_ref__startswith", "accrual:")),
                        fields=["contract"],
                        name="ledger_accruals",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source_ref", "revision", "is_reversal"), name="ledger_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "line__in",
                                [
                                    "gross_revenue",
                                    "pass_through",
                                    "delivery_labour",
                                    "freelancers",
                                    "direct_expenses",
                                    "overhead",
                                ],
                            )
                        ),
                        name="ledger_line_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client__isnull", False), ("line", "overhead"), _connector="OR"),
                        name="ledger_client_unless_overhead",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="ledger_month_first_day"),
                    models.CheckConstraint(
                        condition=models.Q(("service_month", None), ("service_month__day", 1), _connector="OR"),
                        name="ledger_service_month_first_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.contract",
                    ),
                ),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                ("month", models.DateField()),
                (
                    "line",
                    models.CharField(
                        choices=[
                            ("gross_revenue", "Gross revenue"),
                            ("pass_through", "Pass-through"),
                            ("delivery_labour", "Delivery labour"),
                            ("freelancers", "Freelancers"),
                            ("direct_expenses", "Direct expenses"),
                            ("overhead", "Account overhead"),
                        ],
                        max_length=16,
                    ),
                ),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("entries", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["month", "line"], name="ledger_month_by_month")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "month", "line", "contract", "service_line", "currency"),
                        name="ledger_month_cell",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version_name", models.CharField(max_length=40)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budget_lines",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.contract",
                    ),
                ),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                ("month", models.DateField()),
                (
                    "line",
                    models.CharField(
                        choices=[
                            ("gross_revenue", "Gross revenue"),
                            ("pass_through", "Pass-through"),
                            ("delivery_labour", "Delivery labour"),
                            ("freelancers", "Freelancers"),
                            ("direct_expenses", "Direct expenses"),
                            ("overhead", "Account overhead"),
                        ],
                        max_length=16,
                    ),
                ),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("hours", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["client", "month"], name="budget_of_client")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version_name", "client", "month", "line", "contract", "service_line"),
                        name="budget_line_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "line__in",
                                [
                                    "gross_revenue",
                                    "pass_through",
                                    "delivery_labour",
                                    "freelancers",
                                    "direct_expenses",
                                    "overhead",
                                ],
                            )
                        ),
                        name="budget_line_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="budget_month_first_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hours", None),
                            models.Q(("hours__gte", 0), ("line__in", ("delivery_labour", "freelancers"))),
                            _connector="OR",
                        ),
                        name="budget_hours_of_work",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerLadder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="financials.contract",
                    ),
                ),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                ("month", models.DateField()),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("gross_revenue", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("pass_through", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("delivery_labour", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("freelancers", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("direct_expenses", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("overhead", common.models.AmountField(decimal_places=4, max_digits=18)),
                (
                    "cents",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(
                            ("gross_revenue", django.db.models.functions.math.Round(models.F("gross_revenue"), 2)),
                            ("pass_through", django.db.models.functions.math.Round(models.F("pass_through"), 2)),
                            ("delivery_labour", django.db.models.functions.math.Round(models.F("delivery_labour"), 2)),
                            ("freelancers", django.db.models.functions.math.Round(models.F("freelancers"), 2)),
                            ("direct_expenses", django.db.models.functions.math.Round(models.F("direct_expenses"), 2)),
                            ("overhead", django.db.models.functions.math.Round(models.F("overhead"), 2)),
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "checked",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("gross_revenue"), "-", models.F("pass_through")
                                        ),
                                        "-",
                                        models.F("delivery_labour"),
                                    ),
                                    "-",
                                    models.F("freelancers"),
                                ),
                                "-",
                                models.F("direct_expenses"),
                            ),
                            "-",
                            models.F("overhead"),
                        ),
                        output_field=common.models.AmountField(decimal_places=4, max_digits=18),
                    ),
                ),
                ("cells", models.IntegerField()),
                (
                    "light",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(
                            ("gross_revenue", django.db.models.functions.math.Round(models.F("gross_revenue"), 2)),
                            ("pass_through", django.db.models.functions.math.Round(models.F("pass_through"), 2)),
                            ("delivery_labour", django.db.models.functions.math.Round(models.F("delivery_labour"), 2)),
                            ("freelancers", django.db.models.functions.math.Round(models.F("freelancers"), 2)),
                            ("direct_expenses", django.db.models.functions.math.Round(models.F("direct_expenses"), 2)),
                            ("overhead", django.db.models.functions.math.Round(models.F("overhead"), 2)),
                            ("gross_revenue__gt", -1000000000),
                            ("gross_revenue__lt", 1000000000),
                            ("pass_through__gt", -1000000000),
                            ("pass_through__lt", 1000000000),
                            ("delivery_labour__gt", -1000000000),
                            ("delivery_labour__lt", 1000000000),
                            ("freelancers__gt", -1000000000),
                            ("freelancers__lt", 1000000000),
                            ("direct_expenses__gt", -1000000000),
                            ("direct_expenses__lt", 1000000000),
                            ("overhead__gt", -1000000000),
                            ("overhead__lt", 1000000000),
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "gross_revenue_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("gross_revenue"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "pass_through_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("pass_through"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "delivery_labour_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("delivery_labour"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "freelancers_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("freelancers"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "direct_expenses_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("direct_expenses"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "overhead_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("overhead"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["month"], include=("client", "checked"), name="ledger_ladder_by_month"),
                    models.Index(condition=models.Q(("cells", 0)), fields=["id"], name="ledger_ladder_empty"),
                    models.Index(
                        condition=models.Q(("client__isnull", False), ("light", True)),
                        fields=["currency", "month"],
                        include=(
                            "gross_revenue_h",
                            "pass_through_h",
                            "delivery_labour_h",
                            "freelancers_h",
                            "direct_expenses_h",
                            "overhead_h",
                            "checked",
                        ),
                        name="ledger_ladder_light",
                    ),
                    models.Index(condition=models.Q(("light", False)), fields=["month"], name="ledger_ladder_heavy"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "month", "contract", "service_line", "currency"),
                        name="ledger_ladder_cell",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetLadder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="financials.contract",
                    ),
                ),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                ("month", models.DateField()),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("gross_revenue", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("pass_through", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("delivery_labour", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("freelancers", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("direct_expenses", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("overhead", common.models.AmountField(decimal_places=4, max_digits=18)),
                (
                    "cents",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(
                            ("gross_revenue", django.db.models.functions.math.Round(models.F("gross_revenue"), 2)),
                            ("pass_through", django.db.models.functions.math.Round(models.F("pass_through"), 2)),
                            ("delivery_labour", django.db.models.functions.math.Round(models.F("delivery_labour"), 2)),
                            ("freelancers", django.db.models.functions.math.Round(models.F("freelancers"), 2)),
                            ("direct_expenses", django.db.models.functions.math.Round(models.F("direct_expenses"), 2)),
                            ("overhead", django.db.models.functions.math.Round(models.F("overhead"), 2)),
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "checked",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("gross_revenue"), "-", models.F("pass_through")
                                        ),
                                        "-",
                                        models.F("delivery_labour"),
                                    ),
                                    "-",
                                    models.F("freelancers"),
                                ),
                                "-",
                                models.F("direct_expenses"),
                            ),
                            "-",
                            models.F("overhead"),
                        ),
                        output_field=common.models.AmountField(decimal_places=4, max_digits=18),
                    ),
                ),
                ("cells", models.IntegerField()),
                (
                    "light",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(
                            ("gross_revenue", django.db.models.functions.math.Round(models.F("gross_revenue"), 2)),
                            ("pass_through", django.db.models.functions.math.Round(models.F("pass_through"), 2)),
                            ("delivery_labour", django.db.models.functions.math.Round(models.F("delivery_labour"), 2)),
                            ("freelancers", django.db.models.functions.math.Round(models.F("freelancers"), 2)),
                            ("direct_expenses", django.db.models.functions.math.Round(models.F("direct_expenses"), 2)),
                            ("overhead", django.db.models.functions.math.Round(models.F("overhead"), 2)),
                            ("gross_revenue__gt", -1000000000),
                            ("gross_revenue__lt", 1000000000),
                            ("pass_through__gt", -1000000000),
                            ("pass_through__lt", 1000000000),
                            ("delivery_labour__gt", -1000000000),
                            ("delivery_labour__lt", 1000000000),
                            ("freelancers__gt", -1000000000),
                            ("freelancers__lt", 1000000000),
                            ("direct_expenses__gt", -1000000000),
                            ("direct_expenses__lt", 1000000000),
                            ("overhead__gt", -1000000000),
                            ("overhead__lt", 1000000000),
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "gross_revenue_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("gross_revenue"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "pass_through_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("pass_through"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "delivery_labour_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("delivery_labour"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "freelancers_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("freelancers"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "direct_expenses_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("direct_expenses"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "overhead_h",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("overhead"), "*", models.Value(100)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                ("version_name", models.CharField(max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["version_name", "month"], name="budget_ladder_by_month"),
                    models.Index(condition=models.Q(("cells", 0)), fields=["id"], name="budget_ladder_empty"),
                    models.Index(
                        condition=models.Q(("client__isnull", False), ("light", True)),
                        fields=["version_name", "currency", "month"],
                        include=(
                            "gross_revenue_h",
                            "pass_through_h",
                            "delivery_labour_h",
                            "freelancers_h",
                            "direct_expenses_h",
                            "overhead_h",
                            "checked",
                        ),
                        name="budget_ladder_light",
                    ),
                    models.Index(
                        condition=models.Q(("light", False)),
                        fields=["version_name", "month"],
                        name="budget_ladder_heavy",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version_name", "client", "month", "contract", "service_line", "currency"),
                        name="budget_ladder_cell",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CloseLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="financials.closeevent"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.contract",
                    ),
                ),
                ("service_line", models.CharField(blank=True, default="", max_length=80)),
                (
                    "line",
                    models.CharField(
                        choices=[
                            ("gross_revenue", "Gross revenue"),
                            ("pass_through", "Pass-through"),
                            ("delivery_labour", "Delivery labour"),
                            ("freelancers", "Freelancers"),
                            ("direct_expenses", "Direct expenses"),
                            ("overhead", "Account overhead"),
                        ],
                        max_length=16,
                    ),
                ),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("entries", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="PurchaseOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.CharField(max_length=60)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchase_orders",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="purchase_orders",
                        to="financials.contract",
                    ),
                ),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("issued", models.DateField()),
                ("expires", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["issued", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "number"), name="purchase_order_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="purchase_order_amount"),
                    models.CheckConstraint(
                        condition=models.Q(("expires", None), ("expires__gte", models.F("issued")), _connector="OR"),
                        name="purchase_order_expires_after_issue",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.CharField(max_length=60, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="accounts.client"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="financials.contract",
                    ),
                ),
                ("issued", models.DateField()),
                ("due", models.DateField()),
                (
                    "amount",
                    common.models.AmountField(decimal_places=4, help_text="as invoiced, tax included", max_digits=18),
                ),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("paid_on", models.DateField(blank=True, null=True)),
                ("po_number", models.CharField(blank=True, default="", max_length=60)),
            ],
            options={
                "ordering": ["-issued", "number"],
                "indexes": [
                    models.Index(fields=["client", "issued"], name="invoice_of_client"),
                    models.Index(condition=models.Q(("paid_on", None)), fields=["due"], name="invoice_open"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due__gte", models.F("issued"))), name="invoice_due_after_issue"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("paid_on", None), ("paid_on__gte", models.F("issued")), _connector="OR"),
                        name="invoice_paid_after_issue",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RenewalPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="renewal_plans",
                        to="financials.contract",
                    ),
                ),
                ("term_end", models.DateField()),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="renewal_plans",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Not begun"),
                            ("talking", "In talks"),
                            ("offered", "Terms sent"),
                            ("agreed", "Agreed"),
                            ("signed", "Signed"),
                            ("notice", "Notice given"),
                            ("ending", "Will end"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("owner_says", models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True)),
                ("owner_said_by", models.CharField(blank=True, default="", max_length=254)),
                ("owner_said_at", models.DateTimeField(blank=True, null=True)),
                ("final_by", models.CharField(blank=True, default="", max_length=254)),
                ("final_at", models.DateTimeField(blank=True, null=True)),
                ("walk_away", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("index_reading", models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True)),
                ("next_step", models.CharField(blank=True, default="", max_length=300)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "ordering": ["term_end", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "term_end"), name="renewal_plan_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "talking", "offered", "agreed", "signed", "notice", "ending"])
                        ),
                        name="renewal_plan_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("owner_says", None),
                            models.Q(("owner_says__gte", 0), ("owner_says__lte", 1)),
                            _connector="OR",
                        ),
                        name="renewal_plan_owner_says",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("walk_away", None), ("walk_away__gte", 0), _connector="OR"),
                        name="renewal_plan_walk_away",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("kind", models.CharField(choices=[("bill", "Bill rate"), ("cost", "Cost rate")], max_length=4)),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("role", models.CharField(blank=True, default="", max_length=80)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rates",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rates",
                        to="financials.contract",
                    ),
                ),
                ("rate", common.models.AmountField(decimal_places=4, help_text="for one hour", max_digits=18)),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("starts", models.DateField()),
            ],
            options={
                "ordering": ["kind", "role", "starts"],
                "indexes": [
                    models.Index(fields=["person", "kind", "starts"], name="rate_of_person"),
                    models.Index(fields=["role", "kind", "starts"], name="rate_of_role"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "person", "role", "client", "contract", "starts"),
                        name="rate_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["bill", "cost"])), name="rate_kind_known"),
                    models.CheckConstraint(condition=models.Q(("rate__gte", 0)), name="rate_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person", None), models.Q(("role", ""), _negated=True)),
                            models.Q(("person__isnull", False), ("role", "")),
                            _connector="OR",
                        ),
                        name="rate_person_or_role",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source_ref", models.CharField(max_length=120, unique=True)),
                ("date", models.DateField()),
                ("month", models.DateField(editable=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_entries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_entries",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_entries",
                        to="financials.contract",
                    ),
                ),
                ("hours", models.DecimalField(decimal_places=2, max_digits=6)),
                ("billable", models.BooleanField(default=True)),
                ("role", models.CharField(blank=True, default="", max_length=80)),
                ("notes", models.CharField(blank=True, default="", max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[("submitted", "Submitted"), ("approved", "Approved"), ("rejected", "Sent back")],
                        default="submitted",
                        max_length=10,
                    ),
                ),
                ("decided_by", models.CharField(blank=True, default="", max_length=254)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "time entries",
                "ordering": ["-date", "-id"],
                "indexes": [
                    models.Index(fields=["client", "month"], name="time_of_client"),
                    models.Index(fields=["person", "date"], name="time_of_person"),
                    models.Index(fields=["-date", "-id"], name="time_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hours__gt", 0), ("hours__lte", 24)), name="time_hours_of_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["submitted", "approved", "rejected"])),
                        name="time_status_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="time_month_first_day"),
                    models.CheckConstraint(
                        condition=models.Q(("status", "submitted"), ("decided_at__isnull", False), _connector="OR"),
                        name="time_decided_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.contract",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("role", models.CharField(blank=True, default="", max_length=80)),
                ("month", models.DateField()),
                ("hours", models.DecimalField(decimal_places=2, max_digits=12)),
                ("billable_hours", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "unpriced_hours",
                    models.DecimalField(decimal_places=2, help_text="no cost rate on the day", max_digits=12),
                ),
                (
                    "uncarded_hours",
                    models.DecimalField(
                        decimal_places=2, help_text="billable, with no bill rate on the day", max_digits=12
                    ),
                ),
                ("cost", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("cost_currency", common.models.CurrencyField(blank=True, default="", max_length=3)),
                (
                    "value",
                    common.models.AmountField(
                        decimal_places=4, help_text="billable hours at the bill rate of the day", max_digits=18
                    ),
                ),
                ("value_currency", common.models.CurrencyField(blank=True, default="", max_length=3)),
                ("entries", models.IntegerField()),
                ("in_ladder", models.BooleanField(db_default=True, default=True, editable=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["contract", "month"], name="time_month_of_contract"),
                    models.Index(
                        condition=models.Q(("in_ladder", True), models.Q(("cost_currency", ""), _negated=True)),
                        fields=["month", "client"],
                        name="time_month_in_ladder",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "month", "contract", "person", "role", "cost_currency", "value_currency"),
                        name="time_month_cell",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unpriced_hours__lte", models.F("hours"))), name="time_month_unpriced"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlignmentTie",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="alignment", to="financials.contract"
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alignment",
                        to="financials.milestone",
                    ),
                ),
                (
                    "imperative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alignment", to="accounts.imperative"
                    ),
                ),
                ("share", models.DecimalField(decimal_places=6, default=1, max_digits=7)),
            ],
            options={
                "ordering": ["contract_id", "milestone_id", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contract", "milestone", "imperative"), name="alignment_once", nulls_distinct=False
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("milestone__isnull", False)),
                        fields=("milestone",),
                        name="alignment_milestone_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lte", 1)), name="alignment_share"
                    ),
                ],
            },
        ),
        *_rules(),
    ]
