from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """In a transaction of its own: reading the rows holds up nobody who writes."""

    dependencies = [("financials", "0013_forecast_layers")]

    operations = [ValidateConstraint("forecastline", "forecast_layer_known")]
