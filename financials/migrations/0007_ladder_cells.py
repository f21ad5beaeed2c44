"""The six lines of a cell beside each other: the tables; the triggers that keep them come next."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
from django.db import migrations, models

import common.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_action_audience"),
        ("financials", "0006_change_order_moves_the_end"),
    ]

    operations = [
        migrations.CreateModel(
            name="BudgetLadder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("version_name", models.CharField(max_length=40)),
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["version_name", "month"], name="budget_ladder_by_month"),
                    models.Index(condition=models.Q(("cells", 0)), fields=["id"], name="budget_ladder_empty"),
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
            name="LedgerLadder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["month"], name="ledger_ladder_by_month"),
                    models.Index(condition=models.Q(("cells", 0)), fields=["id"], name="ledger_ladder_empty"),
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
    ]
