"""Versions of the demo's plans: one approved and written on since, and plans that nobody has looked at for months."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from accounts.actions.plan_versions import decide_version, keep_version, submit_version
from accounts.actions.plans import change_part, change_plan
from accounts.models import PARTS, PLAN_PATHS, Action, Plan
from people.models import User

VERSIONED = "marlow-bank"
STALE = {"kestrel-air": 150, "dunmore-media": 400, "ostra-nordic": 75}
"""Days since anybody wrote or confirmed a word of the plan, by client."""


def tell_plans(as_of: date) -> int:
    noon = datetime.combine(as_of, time(12), tzinfo=UTC)
    plan = Plan.objects.select_related("client").get(client__key=VERSIONED)
    people = {name: User.objects.get(email=f"{name}@demo.example") for name in ("manager", "director")}
    manager, spring = people["manager"], noon - timedelta(days=120)
    version = keep_version(plan=plan, note="For the spring board", actor=manager, now=spring)
    version = submit_version(version=version, expected=version.version, actor=manager, now=spring)
    decide_version(
        version=version, approve=True, note="Agreed, with the data squad first", expected=version.version,
        actor=people["director"], now=spring + timedelta(days=3),
    )  # fmt: skip
    words = {"quarter_focus": "Renew the CRM retainer early, before the index is set, and open the data squad."}
    change_plan(client=plan.client, values=words, expected=None, actor=manager, now=noon)
    action = Action.objects.filter(objective__plan=plan, due__isnull=False).order_by("due", "pk").first()
    if action is not None and action.due is not None:
        later = {"due": action.due + timedelta(days=21), "next_step": "Moved behind the index talks"}
        change_part(part=action, changes=later, expected=None, actor=manager)
    keep_version(plan=Plan.objects.get(pk=plan.pk), note="Draft for the winter board", actor=manager, now=noon)
    return 4 + sum(_forget(client, noon - timedelta(days=days)) for client, days in STALE.items())


def _forget(client: str, seen: datetime) -> int:
    """As if nobody had touched it since: plans fade by the day they were last written or confirmed."""
    changed = Plan.objects.filter(client__key=client).update(updated_at=seen, reviewed_on=None)
    for kind, model in PARTS.items():
        rows: Any = model._default_manager
        changed += rows.filter(**{f"{PLAN_PATHS[kind]}__client__key": client}).update(updated_at=seen, reviewed_on=None)
    return int(changed)
