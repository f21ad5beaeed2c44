"""Scenarios and calls through REST: written by the actions of their pages, scenarios compared as a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from common.money import ZERO, quantise
from common.periods import format_month
from financials.access import calls_for, get_own_call_for, scenarios_for
from financials.actions.calls import CallRefused, make_call, withdraw_call
from financials.actions.scenarios import ScenarioRefused, change_scenario, make_scenario, throw_away
from financials.forms.pack import CallForm
from financials.forms.scenarios import ScenarioForm, read_steps
from financials.queries.pack import forecast_of_year
from financials.queries.scenarios import Told, load_scenarios
from people.access import Abilities
from people.models import User
from portfolio.api.problems import NOT_HELD, Problem
from portfolio.api.reports import FORMATS, ReportBody
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource
from portfolio.api.schema import problems
from portfolio.api.tables import Asked, Table, TableView


def checked(form: Any, wrong: list[tuple[str, str]]) -> dict[str, Any]:
    """The form's values; raises Problem with each field at fault."""
    wrong = [*((f"/{name}", texts[0]) for name, texts in form.errors.items()), *wrong]
    if wrong:
        raise Problem(422, NOT_HELD, errors=wrong)
    values: dict[str, Any] = form.cleaned_data
    return values


def _make_scenario(user: User, body: Mapping[str, Any]) -> int:
    steps, wrong = read_steps(user, body.get("steps", []))
    values = checked(ScenarioForm(body), wrong)
    try:
        return make_scenario(owner=user, steps=steps, **values).pk
    except ScenarioRefused as error:
        raise Problem(409, str(error)) from error


def _change_scenario(user: User, record: Any, body: Mapping[str, Any]) -> int:
    """Steps that are not sent stay as they are, also those about what has gone out of sight since."""
    steps, wrong = read_steps(user, body["steps"]) if "steps" in body else (record.steps, [])
    values = checked(ScenarioForm({"name": record.name, "note": record.note, **body}), wrong)
    try:
        return change_scenario(scenario=record, steps=steps, actor=user, expected=record.version, **values).pk
    except ScenarioRefused as error:
        raise Problem(409, str(error)) from error


def _make_call(user: User, body: Mapping[str, Any]) -> int:
    values = checked(CallForm(body), [])
    now = timezone.now()
    held = forecast_of_year(user, now=now)
    made = make_call(person=user, year=held.year, system=held.amount, currency=held.currency, now=now, **values)
    return made.pk


def _revise_call(user: User, record: Any, body: Mapping[str, Any]) -> int:
    """A call is never edited: what was not sent is taken over into the one that follows it."""
    get_own_call_for(user, record.pk)
    now = timezone.now()
    if record.year != now.year:
        raise Problem(409, "The year of this call is over.")
    if record.withdrawn_at is not None:
        raise Problem(409, "This call was withdrawn: make another.")
    return _make_call(user, {"amount": str(record.amount), "reason": record.reason, "asks": record.asks, **body})


def _withdraw_call(user: User, record: Any) -> None:
    try:
        withdraw_call(call=get_own_call_for(user, record.pk), why="over REST", now=timezone.now())
    except CallRefused as error:
        raise Problem(409, str(error)) from error


FORECAST_CALLS = Resource(
    name="forecast-calls",
    label="forecast calls",
    kind="",
    natural_key="id",
    fields=(
        ID_FIELD,
        Field("person", path="person__email", writable=False, help="E-mail."),
        Field("level", writable=False, choices=("manager", "director")),
        Field("year", "integer", writable=False, help="The year that runs when the call is made."),
        Field("amount", "decimal", required=True, help="What the person calls: net revenue of the year."),
        Field("system", "decimal", writable=False, help="What the forecast said then."),
        Field("currency", writable=False),
        Field("reason", required=True),
        Field("asks", help="What leadership is asked for."),
        Field("made_at", "datetime", writable=False, filter=False),
        Field("withdrawn_at", "datetime", writable=False, filter=False),
        Field("withdrawn_why", writable=False, filter=False),
        *RECORD_FIELDS,
    ),
    rows=calls_for,
    can_read=lambda can: True,  # those in sight: whoever sees no money finds none
    can_write=lambda can: can.call_forecast,
    orderings=("made_at", "year"),
    search=("reason", "asks"),
    client="",
    delete=_withdraw_call,
    acts=Acts(_make_call, _revise_call),
)
SCENARIOS = Resource(
    name="scenarios",
    label="scenarios",
    kind="",
    natural_key="id",
    fields=(
        ID_FIELD,
        Field("name", required=True, help="One of its kind among yours."),
        Field("note"),
        Field(
            "steps", "objects", filter=False,
            help="In order: {kind: lose, client, from}, {kind: slip, deals, months} or {kind: raise, client (blank: "
            "all), by (a fraction as text), from}. At most twelve.",
        ),
        *RECORD_FIELDS,
    ),
    rows=scenarios_for,
    can_read=lambda can: True,  # one's own: whoever may make none finds none
    can_write=lambda can: can.call_forecast,
    orderings=("name", "created_at", "updated_at"),
    search=("name", "note"),
    client="",
    delete=lambda user, record: throw_away(scenario=record, actor=user),
    acts=Acts(_make_scenario, _change_scenario),
)  # fmt: skip


class ScenariosView(TableView):
    """Scenarios side by side against the forecast that stands: their page's rows."""

    name = "scenarios"
    groups = ("scenario", "step", "client", "month")
    takes = ("id",)

    @extend_schema(
        tags=["reports"],
        operation_id="reports_scenarios",
        description="What each of the caller's scenarios would change, from the open month on, eighteen months. "
        "Grouped by scenario, and by one of step, client or month.",
        parameters=[
            OpenApiParameter("format", str, enum=list(FORMATS)),
            OpenApiParameter("id", str, description="Comma-separated ids of scenarios; default: all."),
            OpenApiParameter("group_by", str, description="scenario, then step, client or month."),
        ],
        responses={
            200: ReportBody,
            (200, "text/csv"): OpenApiResponse(str),
            (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiResponse(bytes),
            **problems(400, 401, 403, 422, 429),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def may(self, can: Abilities) -> bool:
        return can.call_forecast

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        found = load_scenarios(user, self._chosen(user, asked), now=now)
        detail = next((name for name in asked.group_by if name != "scenario"), "")
        return Table(
            columns=("scenario", *((detail,) if detail else ()), "currency", "before", "net_revenue", "contribution"),
            rows=_rows(found, detail),
            currency=found.basis.currency,
            first=found.first,
            last=found.last,
            as_of=now,
            missing=found.missing,
        )

    def _chosen(self, user: User, asked: Asked) -> list[Any]:
        wrong = [
            (f"?{name}", "a scenario is read over its own months, of every client in sight, in your currency")
            for name in ("first", "last", "as_of", "client", "owner", "tier", "currency")
            if getattr(asked, name)
        ]
        if len([name for name in asked.group_by if name != "scenario"]) > 1:
            wrong.append(("?group_by", "scenario, and one of step, client or month"))
        ids = [part for part in asked.more["id"].split(",") if part]
        if any(not part.isdecimal() or len(part) > 18 for part in ids):
            wrong.append(("?id", "ids of scenarios, with commas between"))
        if wrong:
            raise Problem(400, "Some query parameters do not hold.", errors=wrong)
        rows = scenarios_for(user)
        return list(rows.filter(pk__in=[int(part) for part in ids]) if ids else rows)


def _rows(found: Told, detail: str) -> list[dict[str, Any]]:
    """before: the forecast of the same months; net_revenue and contribution: what the scenario changes."""
    code = found.basis.currency

    def row(name: str, which: str, before: Any, revenue: Any, profit: Any) -> dict[str, Any]:
        amounts = {"before": before, "net_revenue": revenue, "contribution": profit}
        shown = {key: None if value is None else quantise(value, code) for key, value in amounts.items()}
        return {"scenario": name, **({detail: which} if detail else {}), "currency": code, **shown}

    rows: list[dict[str, Any]] = []
    for one in found.scenarios:
        name = one.scenario.name
        if not detail:
            rows.append(row(name, "", one.before, one.change, one.profit))
        elif detail == "step":
            rows += [row(name, step.words, None, step.revenue, step.profit) for step in one.steps]
        elif detail == "client":
            rows += [
                row(name, key, None, effect.revenue, effect.profit)
                for key, effect in sorted(one.outcome.clients.items())
            ]
        else:
            rows += [
                row(name, format_month(month), before, one.outcome.months.get(month, ZERO), None)
                for month, before in found.months.items()
            ]
    return rows
