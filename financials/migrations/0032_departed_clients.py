from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("financials", "0031_new_work"),
    ]

    operations = [
        migrations.AddField(
            model_name="forecastrun",
            name="departed",
            field=models.BooleanField(
                db_default=False, default=False, help_text="the client was lost: its run-rate ends with its signed work"
            ),
        ),
    ]
