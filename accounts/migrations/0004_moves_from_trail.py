"""Deals moved before their steps were kept: read them back from the audit trail."""

from django.db import migrations

BATCH = 2000


def _outcome(stage):
    word = stage.strip().casefold()
    return word if word in ("won", "lost") else "open"


def read_back(apps, schema_editor):
    """Again: changes nothing, since deals that have steps are left alone. In batches by entry."""
    entry_model = apps.get_model("common", "AuditEntry")
    opportunity_model = apps.get_model("accounts", "Opportunity")
    move_model = apps.get_model("accounts", "StageMove")
    known = set(move_model.objects.values_list("opportunity_id", flat=True).distinct())
    entries = entry_model.objects.filter(object_kind="opportunity", changes__has_key="stage").order_by("id")
    last = 0
    while True:
        batch = list(entries.filter(id__gt=last)[:BATCH])
        if not batch:
            return
        last = batch[-1].pk
        ids = {int(entry.object_id) for entry in batch if entry.object_id.isdecimal()}
        there = set(opportunity_model.objects.filter(pk__in=ids).values_list("pk", flat=True)) - known
        moves = []
        for entry in batch:
            if not entry.object_id.isdecimal() or int(entry.object_id) not in there:
                continue
            before, after = (str(part or "") for part in entry.changes["stage"])
            if not after or before.strip().casefold() == after.strip().casefold():
                continue
            stated = (entry.changes.get("probability") or [None])[0]
            moves.append(
                move_model(
                    opportunity_id=int(entry.object_id),
                    before=before[:60],
                    after=after[:60],
                    outcome=_outcome(after),
                    stated=stated if before and stated not in ("", None) else None,
                    at=entry.at,
                    by=entry.actor,
                    source="trail",
                )
            )
        move_model.objects.bulk_create(moves)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_deal_stages"),
        ("common", "0003_saved_views"),
    ]

    operations = [migrations.RunPython(read_back, migrations.RunPython.noop, elidable=True)]
