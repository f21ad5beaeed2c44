"""Planning sessions and their ideas through REST, written by the actions of their pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, TextField, Value, When
from django.db.models.functions import Cast, Coalesce
from django.forms import BaseForm
from django.http import Http404
from django.utils import timezone

from accounts.access import (
    get_editable_client_for,
    get_editable_idea_for,
    get_editable_item_for,
    get_editable_session_for,
    ideas_for,
    sessions_for,
)
from accounts.actions import sessions as actions
from accounts.forms.sessions import IdeaForm, OutcomeForm, SessionForm
from accounts.models import Dots, Objective, Phase, PlanningSession
from common.records import StaleRecord
from people.models import User
from portfolio.api.problems import NOT_HELD, Problem, field_problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource

T = TypeVar("T")
_TOLD = ("title", "purpose", "held_on", "dots", "hidden")


def _checked(form: BaseForm) -> dict[str, Any]:
    if not form.is_valid():
        wrong = [(f"/{name}", str(error)) for name, errors in form.errors.items() for error in errors]
        raise Problem(422, NOT_HELD, errors=wrong)
    return form.cleaned_data


def _now(act: Callable[[], T]) -> T:
    try:
        return act()
    except actions.NotNow as reason:
        raise Problem(409, str(reason)) from reason
    except StaleRecord as stale:
        raise Problem(412, "Somebody changed it meanwhile.") from stale


def _call(user: User, body: Mapping[str, Any]) -> int:
    if not str(body.get("client", "")):
        raise field_problem("client", "required")
    try:
        client = get_editable_client_for(user, str(body["client"]))
    except Http404:
        raise field_problem("client", "unknown") from None
    given = {"dots": "5", **{name: body[name] for name in _TOLD if name in body}}
    values = _checked(SessionForm(given, client=client))
    values["facilitator"] = values["facilitator"] or user
    return actions.create_session(client=client, values=values, people=(), actor=user).pk


def _lead(user: User, record: Any, body: Mapping[str, Any]) -> int:
    """phase: one step on or back; the others as the page's form has them."""
    session = get_editable_session_for(user, record.client.key, record.pk)
    if "client" in body and body["client"] != session.client.key:
        raise field_problem("client", "a session stays with its client")
    standing = {name: getattr(session, name) for name in _TOLD}
    told = {**standing, **{name: body[name] for name in _TOLD if name in body}}
    form = SessionForm(told, client=session.client, instance=PlanningSession.objects.get(pk=session.pk))
    values = {name: value for name, value in _checked(form).items() if name in _TOLD}
    if "outcome" in body:
        values |= _checked(OutcomeForm({"outcome": body["outcome"]}))
    change = _now(
        lambda: actions.change_session(session=session, values=values, people=None, expected=None, actor=user)
    )
    to = body.get("phase", change.phase)
    if to != change.phase:
        now = timezone.now()
        _now(lambda: actions.step(session=change, phase=str(to), expected=None, actor=user, now=now))
    return session.pk


def _remove_session(user: User, record: Any) -> None:
    actions.remove_session(session=get_editable_session_for(user, record.client.key, record.pk), actor=user)


def _session_rows(user: User) -> QuerySet[Any]:
    return sessions_for(user).select_related("client").annotate(dots_text=Cast("dots", TextField()))


def _idea_rows(user: User) -> QuerySet[Any]:
    """dots: of everybody, null while ideas are gathered or voted on."""
    own = Dots.objects.filter(idea=OuterRef("pk"), person=user).values("count")
    all_of_them = (
        Dots.objects.filter(idea=OuterRef("pk")).order_by().values("idea").annotate(n=Sum("count")).values("n")
    )
    over = When(item__session__phase__in=[Phase.DECIDE, Phase.CLOSED], then=Coalesce(Subquery(all_of_them), Value(0)))
    became = Case(When(part_kind="fact", then=Value("risk")), default=F("part_kind"), output_field=TextField())
    return ideas_for(user).annotate(
        item_text=Cast("item_id", TextField()),
        became=became,
        under=Value(None, output_field=TextField()),
        own_dots=Cast(Coalesce(Subquery(own), Value(0)), TextField()),
        all_dots=Case(over, default=None, output_field=IntegerField(null=True)),
    )


def _item_of(user: User, body: Mapping[str, Any]) -> Any:
    number = str(body.get("item", ""))
    session = sessions_for(user).filter(items__pk=int(number) if number.isdecimal() and len(number) < 18 else 0)
    found = session.select_related("client").first()
    if found is None:
        raise field_problem("item", "unknown")
    return get_editable_item_for(user, found.client.key, int(number))


def _write(user: User, body: Mapping[str, Any]) -> int:
    item = _item_of(user, body)
    text = _checked(IdeaForm({"text": body.get("text", "")}))["text"]
    return _now(lambda: actions.add_idea(item=item, text=text, actor=user)).pk


def _change(user: User, record: Any, body: Mapping[str, Any]) -> int:
    """text: of one's own; my_dots: so many of one's dots; became, under: a part of the plan."""
    idea = get_editable_idea_for(user, record.item.session.client.key, record.pk)
    if "item" in body and str(body["item"]) != str(idea.item_id):
        raise field_problem("item", "an idea stays under its item")
    if "text" in body:
        text = _checked(IdeaForm({"text": body["text"]}))["text"]
        idea = _now(lambda: actions.change_idea(idea=idea, text=text, expected=None, actor=user))
    if "my_dots" in body:
        dots = str(body["my_dots"])
        count = int(dots) if dots.isdecimal() and len(dots) < 4 else -1
        _now(lambda: actions.place_dots(idea=idea, count=count, actor=user))
    if "became" in body:
        under = None
        if body.get("under"):
            rows = Objective.objects.filter(plan__client=idea.item.session.client, key=body["under"])
            under = rows.first()
            if under is None:
                raise field_problem("under", "unknown")
        kind, now = str(body["became"]), timezone.now()
        _now(lambda: actions.turn(idea=idea, kind=kind, under=under, actor=user, now=now))
    return idea.pk


def _remove_idea(user: User, record: Any) -> None:
    idea = get_editable_idea_for(user, record.item.session.client.key, record.pk)
    _now(lambda: actions.remove_idea(idea=idea, actor=user))


SESSIONS = Resource(
    name="planning-sessions",
    label="planning sessions",
    kind="",
    natural_key="id",
    fields=(
        ID_FIELD,
        Field("key", writable=False),
        Field("client", path="client__key", required=True, help="Key."),
        Field("title", required=True),
        Field("purpose"),
        Field("held_on", "date", required=True),
        Field("dots", path="dots_text", filter=False, help="How many each person has, 1 to 20."),
        Field("hidden", "boolean", help="Others' ideas stay hidden until the vote, or until somebody shows them."),
        Field("phase", choices=tuple(Phase.values), help="One step on or back at a time; closed stays closed."),
        Field("outcome"),
        Field("facilitator", path="facilitator__email", writable=False),
        *RECORD_FIELDS,
    ),
    rows=_session_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("held_on", "created_at", "updated_at"),
    search=("title", "purpose"),
    delete=_remove_session,
    acts=Acts(_call, _lead),
)
IDEAS = Resource(
    name="session-ideas",
    label="ideas of planning sessions",
    kind="",
    natural_key="id",
    client="item__session__client_id",
    fields=(
        ID_FIELD,
        Field("session", path="item__session__key", writable=False),
        Field("client", path="item__session__client__key", writable=False),
        Field("item", path="item_text", required=True, help="Number of an item of the agenda."),
        Field("item_title", path="item__title", writable=False, filter=False),
        Field("text", required=True),
        Field("author", path="author__email", writable=False),
        Field("dots", "integer", path="all_dots", writable=False, help="Null until the vote is over."),
        Field("my_dots", path="own_dots", filter=False, help="One's own."),
        Field("became", filter=False, choices=actions.BECOMES, help="Written once: it becomes this part of the plan."),
        Field("part", path="part_key", writable=False, help="Key of the part of the plan."),
        Field("under", filter=False, help="Only written, with became: key of the objective it then stands under."),
        *RECORD_FIELDS,
    ),
    rows=_idea_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("created_at", "updated_at"),
    search=("text",),
    delete=_remove_idea,
    acts=Acts(_write, _change),
)
