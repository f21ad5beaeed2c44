"""KPIs: of one client, of all in sight, each with its readings and phases; and the library."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import (
    get_client_for,
    get_editable_client_for,
    get_editable_definition_for,
    get_editable_kpi_for,
    get_editable_kpi_part_for,
    get_kpi_for,
    kpi_definitions_for,
)
from accounts.actions import kpis as actions
from accounts.forms.kpis import DefinitionForm, KpiForm, PhaseForm, ReadingForm
from accounts.models import Client, Kpi, KpiReading, KpiTarget
from accounts.queries.header import client_header
from accounts.queries.kpi_pages import load_book, load_client_kpis, load_library, load_one, reading_row
from accounts.queries.kpis import WORDS, course_of, phases_of
from accounts.queries.web import load_web
from accounts.views.editing import (
    CellEdit,
    FormPage,
    Removal,
    cell_view,
    expected_version,
    form_page,
    list_page,
    removal_page,
)
from accounts.views.stakeholders import READERS
from common.formats import plural
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from common.reports import report_file
from common.short_text import short_text
from common.tabs import client_tabs, kpi_tabs
from people.access import abilities_of
from people.models import User
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
FILTERS = {**WORDS, "silent": "Not read of late"}
MEANING = actions.MEANING


def _page(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) < 6 else 1


def _one(kpi: Kpi) -> str:
    return reverse("kpi", args=[kpi.client.key, kpi.pk])


@allow(roles=READERS)
@require_GET
def book(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return report_file("kpis", user, request.GET, now, kind)
    standing, category = short_text(request.GET, "standing"), short_text(request.GET, "category")
    standing = standing if standing in FILTERS else ""
    page = load_book(user, now.date(), standing=standing, category=category, page=_page(request.GET.get("page", "")))
    context = {"page": page, "standing": standing, "category": category, "standings": list(FILTERS.items())}
    return render(request, "accounts/kpis/book.html", context)


@allow(roles=READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return report_file("kpis", user, {"client": key}, now, kind)
    page = load_client_kpis(client, client.local_date(now))
    context = {**kpi_context(user, client, "kpis"), "page": page, "query": f"client={key}"}
    return render(request, "accounts/kpis/client.html", context)


def kpi_context(user: User, client: Client, tab: str) -> dict[str, Any]:
    """What the pages under a client's KPIs show around themselves. tab: as registered in `kpi_tabs`."""
    return {
        "header": client_header(user, client, active="kpis"),
        "kpi_tabs": client_tabs(user.role, client.key, tab, among=kpi_tabs),
        "can": abilities_of(user),
    }


@allow(roles=READERS, client="key")
@require_GET
def web(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    page = load_web(client, short_text(request.GET, "metric"))
    context = {**kpi_context(user, client, "web"), "page": page, "can_load": user.role == DIRECTOR}
    return render(request, "accounts/kpis/web.html", context)


@allow(roles=READERS, client="key")
@require_GET
def one(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    kpi = get_kpi_for(user, key, pk)
    page = load_one(kpi, kpi.client.local_date(timezone.now()))
    context = {"header": client_header(user, kpi.client, active="kpis"), "page": page, "can": abilities_of(user)}
    return render(request, "accounts/kpis/one.html", context)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str) -> HttpResponse:
    """from: the number of a definition of the library, whose words it begins with."""
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    origin = request.GET.get("from", "")
    number = int(origin) if origin.isdecimal() and len(origin) < 18 else 0
    meant = kpi_definitions_for(user).filter(pk=number).first()
    initial: dict[str, Any] = {"owner": user.pk}
    if meant is not None:
        initial |= {"definition": meant.pk, **{name: getattr(meant, name) for name in MEANING}}
    page = FormPage(
        form=KpiForm(request.POST or None, client=client, initial=initial),
        title=f"What {client.name} and we are measured by",
        back=reverse("client_kpis", args=[key]),
        save=lambda data: actions.add_kpi(client=client, values=data, actor=user),
        said="KPI added. Note its first reading.",
        submit="Add the KPI",
        header=client_header(user, client, active="kpis"),
        fields="accounts/kpis/fields.html",
        extra={"library": [] if meant else list(kpi_definitions_for(user)[:60])},
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    kpi = get_editable_kpi_for(user, key, pk)
    seen = expected_version(request)
    page = FormPage(
        form=KpiForm(request.POST or None, instance=get_kpi_for(user, key, pk), client=kpi.client),
        title=kpi.name,
        back=_one(kpi),
        save=lambda data: actions.change_kpi(kpi=kpi, values=data, expected=seen, actor=user),
        said="KPI saved.",
        version=str(kpi.version),
        header=client_header(user, kpi.client, active="kpis"),
        audited_as=("kpi", kpi.pk),
        delete_url=reverse("kpi_remove", args=[key, pk]),
        fields="accounts/kpis/fields.html",
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """With its readings and phases: it is asked first."""
    user = signed_in(request)
    kpi = get_editable_kpi_for(user, key, pk)
    page = Removal(
        asked="Delete this KPI?",
        what=str(kpi),
        goes=f"{plural(kpi.readings.count(), 'reading')} and its phases go with it. The history keeps what it said.",
        act=lambda: actions.remove_kpi(kpi=kpi, actor=user),
        said=f"{kpi.name} is deleted, with its readings.",
        done=reverse("client_kpis", args=[key]),
        keep=reverse("kpi", args=[key, pk]),
        header=client_header(user, kpi.client, active="kpis"),
        word="Delete the KPI",
    )
    return removal_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def reading_add(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    kpi = get_editable_kpi_for(user, key, pk)
    today = kpi.client.local_date(timezone.now())
    page = FormPage(
        form=ReadingForm(request.POST or None, kpi=kpi, today=today),
        title=f"A reading of {kpi.name}",
        back=_one(kpi),
        save=lambda data: actions.record_reading(kpi=kpi, values=data, actor=user),
        said="Reading noted.",
        submit="Note the reading",
        header=client_header(user, kpi.client, active="kpis"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def reading_cell(request: HttpRequest, key: str, pk: int, reading: int) -> HttpResponse:
    """One reading, changed in its row."""
    user = signed_in(request)
    found = get_editable_kpi_part_for(user, key, pk, KpiReading, reading)
    phases = phases_of([found.kpi]).get(found.kpi_id, ())
    can = abilities_of(user)

    def row(item: KpiReading) -> dict[str, Any]:
        return {"row": reading_row(item, found.kpi, course_of(found.kpi, phases)), "can": can, "header": None}

    edit = CellEdit(
        record=found,
        form_class=ReadingForm,
        save=lambda data, seen: actions.change_reading(reading=found, values=data, expected=seen, actor=user),
        show=row,
        template="accounts/kpis/reading_row.html",
        url=reverse("kpi_reading_cell", args=[key, pk, reading]),
        page=_one(found.kpi),
        trigger="kpi-changed",
        audited_as="kpi_reading",
    )
    return cell_view(request, edit)


@allow(roles=WRITERS, client="key")
@require_POST
def reading_remove(request: HttpRequest, key: str, pk: int, reading: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_kpi_part_for(user, key, pk, KpiReading, reading)
    actions.remove_reading(reading=found, actor=user)
    messages.success(request, f"The reading of {found.period} is deleted.")
    return HttpResponseRedirect(_one(found.kpi))


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def phase_add(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    kpi = get_editable_kpi_for(user, key, pk)
    page = FormPage(
        form=PhaseForm(request.POST or None),
        title=f"When {kpi.name} should stand where",
        back=_one(kpi),
        save=lambda data: actions.set_phase(kpi=kpi, values=data, actor=user),
        said="Phase noted.",
        submit="Note the phase",
        header=client_header(user, kpi.client, active="kpis"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_POST
def phase_remove(request: HttpRequest, key: str, pk: int, phase: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_kpi_part_for(user, key, pk, KpiTarget, phase)
    actions.remove_phase(phase=found, actor=user)
    messages.success(request, f"The phase of {found.period} is deleted.")
    return HttpResponseRedirect(_one(found.kpi))


@allow(roles=READERS)
@require_http_methods(["GET", "POST"])
def library(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    return list_page(
        request,
        form=DefinitionForm(request.POST or None),
        may=user.role == DIRECTOR,
        save=lambda data: actions.save_definition(definition=None, values=data, expected=None, actor=user),
        said="Definition added.",
        url=reverse("kpi_library"),
        template="accounts/kpis/library.html",
        context={"rows": load_library(user)},
    )


@allow(roles=frozenset({DIRECTOR}))
@require_http_methods(["GET", "POST"])
def definition(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_definition_for(user, pk)
    seen = expected_version(request)
    page = FormPage(
        form=DefinitionForm(request.POST or None, instance=get_editable_definition_for(user, pk)),
        title=f"Definition: {found.name}",
        back=reverse("kpi_library"),
        save=lambda data: actions.save_definition(definition=found, values=data, expected=seen, actor=user),
        said="Definition saved. KPIs made from it keep their own words.",
        version=str(found.version),
        audited_as=("kpi_definition", found.pk),
    )
    return form_page(request, page)


@allow(roles=frozenset({DIRECTOR}))
@require_POST
def definition_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """KPIs made from it stay, and are of no definition."""
    user: User = signed_in(request)
    actions.remove_definition(definition=get_editable_definition_for(user, pk), actor=user)
    messages.success(request, "Definition deleted.")
    return HttpResponseRedirect(reverse("kpi_library"))
