"""The demo's open survey, and the readings of health that a year of its data gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from accounts.actions.health import rules_in_force, store_readings
from accounts.actions.kpis import keep_standings
from accounts.models import Client, ClientStatus, Contact, Invitation, Survey
from people.models import User

SURVEY = "VOC-SURVEY"
CLIENT = "halden-pharma"
WEEKS = 40


def tell_voice(as_of: date, *, now: datetime) -> int:
    """A survey that two people have not answered yet, and a reading of each client for each week back."""
    changed = _ask(as_of)
    rules = rules_in_force(now)
    ids = list(Client.objects.exclude(status=ClientStatus.LOST).order_by("pk").values_list("pk", flat=True))
    monday = as_of - timedelta(days=as_of.weekday())
    days = [monday - timedelta(weeks=back) for back in range(WEEKS, -1, -1)]
    for day in [*days, as_of]:
        changed += store_readings(ids, day=day, rules=rules, now=datetime.combine(day, time(6), tzinfo=UTC))
    keep_standings(ids, as_of)
    return changed


def _ask(as_of: date) -> int:
    client = Client.objects.get(key=CLIENT)
    survey = Survey.objects.create(
        key=SURVEY,
        client=client,
        title="Half-year survey",
        question="How likely are you to recommend us to a colleague?",
        owner=User.objects.filter(email="director@demo.example").first(),
        closes_on=as_of + timedelta(days=10),
    )
    recent = {one.contact_id: one for one in client.feedback.filter(date__gte=as_of - timedelta(days=60))}
    first = min((one.date for one in recent.values()), default=as_of) - timedelta(days=1)
    asked_at = datetime.combine(first, time(9), tzinfo=UTC)
    people = Contact.objects.filter(client=client, identified=True).order_by("key")
    made = Invitation.objects.bulk_create(
        Invitation(survey=survey, client=client, contact=person, asked_at=asked_at) for person in people
    )
    for invitation in made:
        answer = recent.get(invitation.contact_id)
        if answer is not None:
            answer.invitation = invitation
            answer.save(update_fields=["invitation"])
            invitation.answered_at = datetime.combine(answer.date, time(10), tzinfo=UTC)
            invitation.save(update_fields=["answered_at"])
    return len(made) + 1
