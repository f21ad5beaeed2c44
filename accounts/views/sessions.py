"""Planning sessions: called, led, and worked on by several people at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import (
    get_client_for,
    get_editable_client_for,
    get_editable_idea_for,
    get_editable_item_for,
    get_editable_objective_for,
    get_editable_session_for,
    get_session_for,
)
from accounts.actions import sessions as actions
from accounts.forms.sessions import IdeaForm, ItemForm, OutcomeForm, SessionForm
from accounts.models import PlanningSession
from accounts.queries.sessions import load_board, load_sessions
from accounts.views.editing import FormPage, Removal, expected_version, form_page, removal_page
from accounts.views.plans import plan_context
from accounts.views.stakeholders import READERS
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from common.records import StaleRecord
from people.models import User
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
STALE = "Somebody moved the session meanwhile. This is how it stands now."


@allow(roles=READERS, client="key")
@require_GET
def index(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    context = {**plan_context(user, client, "sessions"), "lines": load_sessions(user, client)}
    return render(request, "accounts/sessions/index.html", context)


def _url(session: PlanningSession) -> str:
    return reverse("plan_session", args=[session.client.key, session.pk])


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    first = {"held_on": client.local_date(timezone.now()), "facilitator": user.pk, "dots": 5, "people": [user.pk]}

    def save(data: dict[str, Any]) -> PlanningSession:
        return actions.create_session(client=client, values=data, people=data["people"], actor=user)

    page = FormPage(
        form=SessionForm(request.POST or None, client=client, initial=first),
        title=f"New planning session for {client.name}",
        back=_url,
        save=save,
        said="Session called, with the usual agenda. Change it as you like.",
        submit="Call the session",
        header=plan_context(user, client, "sessions")["header"],
        cancel=reverse("plan_sessions", args=[key]),
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    session = get_session_for(user, key, pk)
    context = {**plan_context(user, session.client, "sessions"), "board": load_board(user, session), "form": IdeaForm()}
    return render(request, "accounts/sessions/session.html", context)


def _board(
    request: HttpRequest, user: User, session: PlanningSession, said: str = "", status: int = 200
) -> HttpResponse:
    """The board as it stands; without htmx, the page."""
    if not request.headers.get("HX-Request"):
        if said:
            messages.warning(request, said)
        return HttpResponseRedirect(_url(session))
    fresh = get_session_for(user, session.client.key, session.pk)
    header = {"key": session.client.key, "can": {"edit_relationships": user.role in WRITERS}}
    context = {"board": load_board(user, fresh), "header": header, "said": said}
    return render(request, "accounts/sessions/board.html", context, status=status)


@allow(roles=READERS, client="key")
@require_GET
def board(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """What the room's browsers ask every few seconds. seen: the stamp of what they show; 204 where that still holds."""
    user = signed_in(request)
    session = get_session_for(user, key, pk)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(_url(session))
    found = load_board(user, session)
    if request.GET.get("seen") == found.stamp:
        return HttpResponse(status=204)
    header = {"key": key, "can": {"edit_relationships": user.role in WRITERS}}
    return render(request, "accounts/sessions/board.html", {"board": found, "header": header})


def _do(request: HttpRequest, user: User, session: PlanningSession, act: Callable[[], object]) -> HttpResponse:
    """One act on the board. What cannot be done now is said, above a board as it stands."""
    try:
        act()
    except StaleRecord:
        return _board(request, user, session, STALE, 409)
    except actions.NotNow as reason:
        return _board(request, user, session, str(reason), 409)
    return _board(request, user, session)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    session, seen = get_editable_session_for(user, key, pk), expected_version(request)
    form = SessionForm(
        request.POST or None, client=session.client, instance=get_editable_session_for(user, key, pk)
    )  # a form writes into the session it is given

    def save(data: dict[str, Any]) -> PlanningSession:
        return actions.change_session(session=session, values=data, people=data["people"], expected=seen, actor=user)

    page = FormPage(
        form=form,
        title=session.title,
        back=_url(session),
        save=save,
        said="Session saved.",
        version=str(session.version),
        header=plan_context(user, session.client, "sessions")["header"],
        audited_as=("planning session", session.pk),
        delete_url=reverse("plan_session_remove", args=[key, pk]),
    )
    return _form(request, page, form, "dots")


def _form(request: HttpRequest, page: FormPage, form: Any, field: str | None) -> HttpResponse:
    """A form page whose act may be refused: the reason stands by its field, and what was typed stays."""
    try:
        return form_page(request, page)
    except actions.NotNow as reason:
        form.add_error(field, str(reason))
        return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def outcome(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    session, seen = get_editable_session_for(user, key, pk), expected_version(request)
    form = OutcomeForm(request.POST or None, instance=get_editable_session_for(user, key, pk))
    page = FormPage(
        form=form,
        title=f"What {session.title} concluded",
        back=reverse("session_minutes", args=[key, pk]),
        save=lambda data: actions.change_session(session=session, values=data, people=None, expected=seen, actor=user),
        said="Noted in the minutes.",
        version=str(session.version),
        header=plan_context(user, session.client, "sessions")["header"],
        audited_as=("planning session", session.pk),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """GET asks, POST does."""
    user = signed_in(request)
    session = get_editable_session_for(user, key, pk)
    page = Removal(
        asked="Delete this session?",
        what=session.title,
        goes="Its agenda, ideas and dots go. What became part of the plan stays, and the history keeps the ideas.",
        act=lambda: actions.remove_session(session=session, actor=user),
        said="Session deleted. What became part of the plan stays; the history keeps the ideas.",
        done=reverse("plan_sessions", args=[key]),
        keep=_url(session),
        header=plan_context(user, session.client, "sessions")["header"],
    )
    return removal_page(request, page)


@allow(roles=WRITERS, client="key")
@require_POST
def phase(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    session, seen = get_editable_session_for(user, key, pk), expected_version(request)
    to = request.POST.get("to", "")
    if to == "reveal":
        return _do(request, user, session, lambda: actions.reveal(session=session, actor=user, now=now))
    return _do(
        request, user, session, lambda: actions.step(session=session, phase=to, expected=seen, actor=user, now=now)
    )


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def item_add(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    session = get_editable_session_for(user, key, pk)
    form = ItemForm(request.POST or None)
    page = FormPage(
        form=form,
        title="New item of the agenda",
        back=_url(session),
        save=lambda data: actions.save_item(session=session, item=None, values=data, expected=None, actor=user),
        said="Item added.",
        submit="Add the item",
        header=plan_context(user, session.client, "sessions")["header"],
    )
    return _form(request, page, form, None)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found, seen = get_editable_item_for(user, key, pk), expected_version(request)
    form = ItemForm(request.POST or None, instance=get_editable_item_for(user, key, pk))
    page = FormPage(
        form=form,
        title=found.title,
        back=_url(found.session),
        save=lambda data: actions.save_item(session=found.session, item=found, values=data, expected=seen, actor=user),
        said="Item saved.",
        version=str(found.version),
        header=plan_context(user, found.session.client, "sessions")["header"],
        audited_as=("agenda item", found.pk),
    )
    return _form(request, page, form, None)


@allow(roles=WRITERS, client="key")
@require_POST
def item_remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_item_for(user, key, pk)
    return _do(request, user, found.session, lambda: actions.remove_item(item=found, actor=user))


@allow(roles=WRITERS, client="key")
@require_POST
def idea_add(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """pk: of the item. What was typed and could not be taken comes back with the reason."""
    user = signed_in(request)
    found = get_editable_item_for(user, key, pk)
    form = IdeaForm(request.POST)
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _board(request, user, found.session, f"The idea was not taken: {said}", 422)
    text = form.cleaned_data["text"]
    return _do(request, user, found.session, lambda: actions.add_idea(item=found, text=text, actor=user))


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def idea(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found, seen = get_editable_idea_for(user, key, pk), expected_version(request)
    form = IdeaForm(request.POST or None, initial={"text": found.text})
    page = FormPage(
        form=form,
        title="Change your idea",
        back=_url(found.item.session),
        save=lambda data: actions.change_idea(idea=found, text=data["text"], expected=seen, actor=user),
        said="Idea changed.",
        version=str(found.version),
        header=plan_context(user, found.item.session.client, "sessions")["header"],
        audited_as=("idea", found.pk),
    )
    return _form(request, page, form, "text")


@allow(roles=WRITERS, client="key")
@require_POST
def idea_remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_idea_for(user, key, pk)
    return _do(request, user, found.item.session, lambda: actions.remove_idea(idea=found, actor=user))


@allow(roles=WRITERS, client="key")
@require_POST
def dots(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_idea_for(user, key, pk)
    text = request.POST.get("count", "")
    count = int(text) if text.isdecimal() and len(text) < 4 else -1
    return _do(request, user, found.item.session, lambda: actions.place_dots(idea=found, count=count, actor=user))


@allow(roles=WRITERS, client="key")
@require_POST
def turn(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One click: the idea as a part of the plan. under: the number of an objective of the same client's plan."""
    user, now = signed_in(request), timezone.now()
    found = get_editable_idea_for(user, key, pk)
    number, under = request.POST.get("under", ""), None
    if number:
        chosen = int(number) if number.isdecimal() and len(number) < 18 else 0
        under = get_editable_objective_for(user, key, chosen)
    kind = request.POST.get("kind", "")
    return _do(
        request,
        user,
        found.item.session,
        lambda: actions.turn(idea=found, kind=kind, under=under, actor=user, now=now),
    )


@allow(roles=READERS, client="key")
@require_GET
def minutes(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    session = get_session_for(user, key, pk)
    context = {
        **plan_context(user, session.client, "sessions"),
        "board": load_board(user, session),
        "more": f"client={key}&session={session.key}",
    }
    return render(request, "accounts/sessions/minutes.html", context)
