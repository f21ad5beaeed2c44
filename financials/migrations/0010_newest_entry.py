"""The newest entry of one client, found without reading its others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("financials", "0009_close_indexes")]

    operations = [
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["client", "id"], name="ledger_newest_of_client"),
        ),
    ]
