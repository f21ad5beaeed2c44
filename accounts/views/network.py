"""The lines between a client's people, our ties to them, and their place in the power matrix."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import get_editable_client_for, get_editable_influence_for, get_editable_stakeholding_for
from accounts.actions import network as actions
from accounts.actions.stakeholders import change_stakeholder
from accounts.forms.network import BondForm, LineForm, PlaceForm
from accounts.queries.header import client_header
from accounts.queries.people_map import load_map
from accounts.queries.stakeholders import stakeholder_book
from accounts.views.editing import FormPage, Removal, expected_version, form_page, removal_page
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from common.records import StaleRecord
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})


def _map_of(key: str, view: str) -> str:
    return f"{reverse('client_stakeholders', args=[key])}?view={view}"


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def line_add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    page = FormPage(
        form=LineForm(request.POST or None, client=client),
        title=f"Draw a line at {client.name}",
        back=_map_of(key, "influence"),
        save=lambda data: actions.add_line(client=client, values=data, actor=user),
        said="Line drawn.",
        submit="Draw the line",
        header=client_header(user, client, active="stakeholders"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_influence_for(user, key, pk)
    seen = expected_version(request)
    page = FormPage(
        form=LineForm(request.POST or None, client=found.client, line=found),
        title=str(found),
        back=_map_of(key, "influence"),
        save=lambda data: actions.change_line(line=found, values=data, expected=seen, actor=user),
        said="Line saved.",
        version=str(found.version),
        header=client_header(user, found.client, active="stakeholders"),
        audited_as=("influence", found.pk),
        delete_url=reverse("influence_remove", args=[key, pk]),
        delete_word="Remove the line",
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def line_remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """GET asks, POST does."""
    user = signed_in(request)
    found = get_editable_influence_for(user, key, pk)
    back = _map_of(key, "influence")
    page = Removal(
        asked="Remove this line?",
        what=f"{found}, {found.get_kind_display().lower()}",
        goes="Both people stay on the map, and the history keeps the line.",
        act=lambda: actions.remove_line(line=found, actor=user),
        said="Line removed. The history keeps it.",
        done=back,
        keep=back,
        header=client_header(user, found.client, active="stakeholders"),
        word="Remove the line",
    )
    return removal_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def bond(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    stake = get_editable_stakeholding_for(user, key, pk)
    page = FormPage(
        form=BondForm(request.POST or None, stake=stake, initial={"person": user.pk}),
        title=f"Who of ours knows {stake.contact.name}",
        back=f"{_map_of(key, 'org')}&person={pk}",
        save=lambda data: actions.set_bond(stake=stake, values=data, actor=user),
        said="Tie noted.",
        submit="Note the tie",
        header=client_header(user, stake.client, active="stakeholders"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_POST
def place(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A person moved to another cell of the power matrix. 409, and the matrix as it stands, if somebody was quicker."""
    user, now = signed_in(request), timezone.now()
    stake = get_editable_stakeholding_for(user, key, pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return HttpResponse("Power and interest are whole numbers from 1 to 5.", status=422, content_type="text/plain")
    status, said = 200, ""
    try:
        seen = expected_version(request), stake.contact.version
        change_stakeholder(stake=stake, values=form.cleaned_data, expected=seen, actor=user, now=now)
    except StaleRecord:
        status = 409
        said = f"{stake.contact.name} was changed meanwhile. This is how it stands now; move it again if you like."
    today = stake.client.local_date(now)
    book = stakeholder_book(user, stake.client, today)
    context = {
        "header": client_header(user, stake.client, active="stakeholders"),
        "map": load_map(user, stake.client, book, view="power", person=None, today=today),
        "said": said,
    }
    return render(request, "accounts/map_matrix.html", context, status=status)
