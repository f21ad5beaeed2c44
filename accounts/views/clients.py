"""The client list, a client's overview, and its record and team."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import get_client_for, get_manageable_client_for, get_manageable_member_for
from accounts.actions import clients as actions
from accounts.forms.clients import ClientForm, MemberForm, NewClientForm, client_filter
from accounts.models import ClientStatus, Tier
from accounts.queries.clients import ClientFilter, client_list
from accounts.queries.header import client_header
from accounts.queries.overview import facts_of, overview, team_of
from accounts.queries.tables import client_table
from accounts.views.editing import FormPage, expected_version, form_page
from accounts.views.exports import about_of, file_response
from common.policies import CLIENT_READERS, DIRECTOR, allow
from people.requests import signed_in


@allow(roles=CLIENT_READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    wanted = client_filter(request.GET)
    file_kind = request.GET.get("format", "")
    if file_kind in ("csv", "xlsx"):
        found = client_list(user, wanted, page=None, today=now.date())
        return file_response(client_table(found), file_kind, "clients", about_of(request, "Clients", now))
    page = request.GET.get("page", "1")
    found = client_list(user, wanted, page=int(page) if page.isdecimal() and len(page) < 10 else 1, today=now.date())
    context = {"list": found, "wanted": wanted, "tiers": Tier.choices, "statuses": ClientStatus.choices}
    context["filtered"] = wanted != ClientFilter(sort=wanted.sort, columns=wanted.columns)
    return render(request, "accounts/client_list.html", context)


@allow(roles=CLIENT_READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    context = {
        "header": client_header(user, client, active="overview"),
        "overview": overview(user, client, now),
        "client": client,
    }
    return render(request, "accounts/client.html", context)


@allow(roles=CLIENT_READERS, client="key")
@require_GET
def facts(request: HttpRequest, key: str) -> HttpResponse:
    """The headline figures of the other apps: for the overview's strip, or as a page of their own."""
    user = signed_in(request)
    client = get_client_for(user, key)
    found = facts_of(user, client, client.local_date(timezone.now()))
    if request.headers.get("HX-Request"):
        return render(request, "accounts/facts.html", {"facts": found})
    context = {"header": client_header(user, client, active="overview"), "facts": found}
    return render(request, "accounts/facts_page.html", context)


@allow(roles=frozenset({DIRECTOR}))
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = NewClientForm(request.POST or None, user=user, initial={"owner": user.pk})
    page = FormPage(
        form=form,
        title="New client",
        back=lambda client: reverse("client", args=[client.key]),
        cancel=reverse("client_list"),
        save=lambda data: actions.create_client(client=form.instance, actor=user),
        said="Client added.",
        submit="Add client",
    )
    return form_page(request, page)


@allow(roles=CLIENT_READERS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_manageable_client_for(user, key)
    seen = expected_version(request)
    page = FormPage(
        form=ClientForm(request.POST or None, instance=client, user=user),
        title=f"Edit {client.name}",
        back=reverse("client", args=[key]),
        save=lambda data: actions.change_client(client=client, changes=data, expected=seen, actor=user),
        said="Client saved.",
        version=str(client.version),
        audited_as=("client", client.pk),
    )
    return form_page(request, page)


@allow(roles=CLIENT_READERS, client="key")
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_manageable_client_for(user, key)
    page = FormPage(
        form=MemberForm(request.POST or None),
        title=f"Team of {client.name}",
        back=reverse("client_team", args=[key]),
        save=lambda data: actions.add_member(client=client, person=data["person"], duty=data["duty"], actor=user),
        said="Team changed.",
        submit="Add to the team",
        template="accounts/team.html",
        extra={"members": team_of(client), "client": client},
    )
    return form_page(request, page)


@allow(roles=CLIENT_READERS, client="key")
@require_POST
def team_remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    member = get_manageable_member_for(user, key, pk)
    actions.remove_member(member=member, actor=user)
    messages.success(request, f"{member.person.name} no longer sees this client through its team.")
    return HttpResponseRedirect(reverse("client_team", args=[key]))
