import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What an application could ask for until now, without "*": that one an administrator has to name.
SCOPES = [
    "read:clients",
    "write:clients",
    "read:contacts",
    "write:contacts",
    "read:contracts",
    "write:contracts",
    "read:opportunities",
    "write:opportunities",
    "read:ledger-entries",
    "write:ledger-entries",
    "read:reports",
]


def keep_what_there_was(apps, schema_editor):
    applications = apps.get_model("oauth2_provider", "Application").objects.values_list("pk", flat=True)
    scopes = apps.get_model("people", "ServiceScopes")
    scopes.objects.bulk_create(scopes(application_id=pk, scopes=SCOPES) for pk in applications)


class Migration(migrations.Migration):
    dependencies = [
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceScopes",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="allowed",
                        serialize=False,
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
            ],
        ),
        migrations.RunPython(keep_what_there_was, migrations.RunPython.noop),
    ]
