"""The leadership pack by mail through REST: send it, and plan when it goes out by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from people.models import User
from portfolio.api.problems import Problem, field_problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource
from portfolio.models import PackSchedule
from portfolio.pack_mail import PackRefused, end_schedule, plan_packs, send_pack
from portfolio.queries.pack_sends import schedules_for, sends_for
from portfolio.reminders import local_time


def _addresses(body: Mapping[str, Any]) -> list[str]:
    given = body.get("recipients", [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise field_problem("recipients", "a list of e-mail addresses")
    return given


def _refused(error: PackRefused) -> Problem:
    return Problem(422, str(error), errors=[("/recipients", str(error))])


def _send(user: User, body: Mapping[str, Any]) -> int:
    try:
        return send_pack(sender=user, addresses=_addresses(body)).pk
    except PackRefused as error:
        raise _refused(error) from error


def _sent(user: User, record: Any, body: Mapping[str, Any]) -> int:
    raise Problem(409, "What was sent does not change.")


def _plan(user: User, body: Mapping[str, Any]) -> int:
    if schedules_for(user).exists():
        raise Problem(409, "You have a schedule already: change it with PATCH.")
    return _planned(user, body)


def _change_plan(user: User, record: Any, body: Mapping[str, Any]) -> int:
    held = {"every": record.every, "day": str(record.day), "recipients": record.recipients}
    return _planned(user, {**held, **body})


def _planned(user: User, body: Mapping[str, Any]) -> int:
    day = body["day"]
    if not (day.isascii() and day.isdecimal() and len(day) < 3):
        raise field_problem("day", "a whole number")
    today = local_time(timezone.now(), user.timezone).date()
    try:
        return plan_packs(owner=user, every=body["every"], day=int(day), addresses=_addresses(body), today=today).pk
    except PackRefused as error:
        raise _refused(error) from error


_RECIPIENTS = Field(
    "recipients", "texts", required=True, filter=False,
    help="E-mail addresses of colleagues who see everything in the caller's pack: leadership, finance, those above.",
)  # fmt: skip
PACK_SENDS = Resource(
    name="pack-sends",
    label="leadership packs",
    kind="",
    natural_key="id",
    fields=(
        ID_FIELD,
        _RECIPIENTS,
        Field("due_on", "date", writable=False, help="Null where it was asked for."),
        Field("subject", writable=False, help="What the pack said; blank until it is made."),
        Field("made_at", "datetime", writable=False, filter=False),
        Field("sent", "integer", writable=False, filter=False, help="Mails handed to the server."),
        Field("refused", "integer", writable=False, filter=False, help="Mails that were not sent."),
        *RECORD_FIELDS,
    ),
    rows=sends_for,
    can_read=lambda can: can.call_forecast,
    can_write=lambda can: can.call_forecast,
    orderings=("created_at",),
    search=("subject",),
    client="",
    acts=Acts(_send, _sent),
)
PACK_SCHEDULES = Resource(
    name="pack-schedules",
    label="schedules of the leadership pack",
    kind="",
    natural_key="id",
    fields=(
        ID_FIELD,
        Field("every", required=True, choices=tuple(PackSchedule.Every.values)),
        Field("day", "integer", required=True, help="Monday 1 to Sunday 7 of a week; 1 to 28 of a month."),
        _RECIPIENTS,
        Field("since", "date", writable=False),
        *RECORD_FIELDS,
    ),
    rows=schedules_for,
    can_read=lambda can: can.call_forecast,
    can_write=lambda can: can.call_forecast,
    orderings=("created_at", "updated_at"),
    search=("every",),
    client="",
    delete=lambda user, record: _ended(user),
    acts=Acts(_plan, _change_plan),
)


def _ended(user: User) -> None:
    end_schedule(owner=user)
