"""A call carries what every record does, and can be withdrawn."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("financials", "0021_ladder_light")]

    operations = [
        migrations.AddField("forecastcall", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField(
            "forecastcall",
            "created_at",
            models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField("forecastcall", "updated_at", models.DateTimeField(auto_now=True)),
        migrations.AddField(
            "forecastcall",
            "client_ids",
            models.JSONField(default=list, help_text="ids of the clients it is about: those in sight that day"),
        ),
        migrations.AddField("forecastcall", "withdrawn_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("forecastcall", "withdrawn_why", models.CharField(blank=True, default="", max_length=500)),
    ]
