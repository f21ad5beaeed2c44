"""The lines of a cell in hundredths beside the amounts: whole numbers add up several times faster."""

import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.math
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("financials", "0010_newest_entry"),
    ]

    operations = [
        migrations.AddField(
            model_name="budgetladder",
            name="delivery_labour_h",
            field=models.GeneratedField(
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
        migrations.AddField(
            model_name="budgetladder",
            name="direct_expenses_h",
            field=models.GeneratedField(
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
        migrations.AddField(
            model_name="budgetladder",
            name="freelancers_h",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    django.db.models.expressions.CombinedExpression(models.F("freelancers"), "*", models.Value(100)),
                    models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="budgetladder",
            name="gross_revenue_h",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    django.db.models.expressions.CombinedExpression(models.F("gross_revenue"), "*", models.Value(100)),
                    models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="budgetladder",
            name="light",
            field=models.GeneratedField(
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
        migrations.AddField(
            model_name="budgetladder",
            name="overhead_h",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    django.db.models.expressions.CombinedExpression(models.F("overhead"), "*", models.Value(100)),
                    models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="budgetladder",
            name="pass_through_h",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    django.db.models.expressions.CombinedExpression(models.F("pass_through"), "*", models.Value(100)),
                    models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="ledgerladder",
            name="delivery_labour_h",
            field=models.GeneratedField(
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
        migrations.AddField(
            model_name="ledgerladder",
            name="direct_expenses_h",
            field=models.GeneratedField(
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
        migrations.AddField(
            model_name="ledgerladder",
            name="freelancers_h",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    django.db.models.expressions.CombinedExpression(models.F("freelancers"), "*", models.Value(100)),
                    models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="ledgerladder",
            name="gross_revenue_h",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    django.db.models.expressions.CombinedExpression(models.F("gross_revenue"), "*", models.Value(100)),
                    models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="ledgerladder",
            name="light",
            field=models.GeneratedField(
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
        migrations.AddField(
            model_name="ledgerladder",
            name="overhead_h",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    django.db.models.expressions.CombinedExpression(models.F("overhead"), "*", models.Value(100)),
                    models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="ledgerladder",
            name="pass_through_h",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    django.db.models.expressions.CombinedExpression(models.F("pass_through"), "*", models.Value(100)),
                    models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
    ]
