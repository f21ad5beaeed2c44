"""The stakeholder map edited on the picture, compared over time, rated by questions, and taken away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import NOT_FOUND, get_client_for, get_editable_stakeholding_for
from accounts.actions import map_edits as actions
from accounts.actions.stakeholders import ReportingRing
from accounts.calc.guide import QUESTIONS, What
from accounts.forms.map_edits import BossForm, GuideForm, days_of
from accounts.queries.header import client_header
from accounts.queries.map_export import AUDIENCES, Audience, org_picture, svg_of
from accounts.queries.map_history import load_changes
from accounts.queries.people_map import load_map
from accounts.queries.stakeholders import stakeholder_book
from accounts.views.editing import FormPage, expected_version, form_page
from accounts.views.network import WRITERS
from accounts.views.stakeholders import READERS
from common.exports import file_name
from common.policies import allow
from common.records import StaleRecord
from common.reports import report_file
from people.access import abilities_of
from people.requests import signed_in

TITLES = {
    "power": "How much say has {} in the decision?",
    "interest": "How much does it matter to {}?",
    "level": "How do we stand with {}?",
    "stance": "What does {} want of us?",
}


@allow(roles=WRITERS, client="key")
@require_POST
def boss(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A box put under another. 409, and the chart as it stands, where somebody was quicker or it would close a ring."""
    user, now = signed_in(request), timezone.now()
    stake = get_editable_stakeholding_for(user, key, pk)
    form = BossForm(request.POST, client=stake.client)
    if not form.is_valid():
        return HttpResponse("That is nobody on this map.", status=422, content_type="text/plain")
    status, above, who = 200, form.cleaned_data["boss"], stake.contact.name
    said = f"{who} reports to {above.name}." if above else f"{who} reports to nobody we know."
    try:
        actions.set_boss(stake=stake, boss=above, expected=expected_version(request), actor=user, now=now)
    except StaleRecord:
        status, said = 409, f"{who} was changed meanwhile. This is how it stands now; move them again if you like."
    except ReportingRing as reason:
        status, said = 409, f"{who} was not moved. {reason}"
    if not request.headers.get("HX-Request"):
        (messages.success if status == 200 else messages.warning)(request, said)
        return HttpResponseRedirect(f"{reverse('client_stakeholders', args=[key])}?view=org")
    today = stake.client.local_date(now)
    book = stakeholder_book(user, stake.client, today)
    context = {
        "header": client_header(user, stake.client, active="stakeholders"),
        "map": load_map(user, stake.client, book, view="org", person=None, today=today),
        "said": said,
        "moved": status == 200,
    }
    return render(request, "accounts/map_picture.html", context, status=status)


@allow(roles=READERS, client="key")
@require_GET
def compare(request: HttpRequest, key: str) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    first, last = days_of(request.GET, client.local_date(now))
    if (kind := request.GET.get("format", "")) in ("csv", "xlsx"):
        query = {"client": key, "from": first.isoformat(), "to": last.isoformat()}
        return report_file("map-changes", user, query, now, kind)
    context = {
        "header": client_header(user, client, active="stakeholders"),
        "found": load_changes(user, client, first, last),
        "first": first,
        "last": last,
        "see_stance": abilities_of(user).see_stance,
    }
    return render(request, "accounts/map_compare.html", context)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def guide(request: HttpRequest, key: str, pk: int, what: str) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    stake = get_editable_stakeholding_for(user, key, pk)
    asked: What | None = next((one for one in QUESTIONS if one == what), None)
    if asked is None:
        raise Http404(NOT_FOUND)
    form = GuideForm(request.POST or None, what=asked)
    seen = expected_version(request)

    def save(data: dict[str, Any]) -> object:
        return actions.rate_by_answers(
            stake=stake, what=what, value=form.rating or 0, answers=form.answers(), note=data["note"].strip(),
            expected=seen, actor=user, now=now,
        )  # fmt: skip

    page = FormPage(
        form=form,
        title=TITLES[what].format(stake.contact.name),
        back=f"{reverse('client_stakeholders', args=[key])}?person={pk}",
        save=save,
        said="Judged by your answers, which are kept.",
        submit="Judge by these answers",
        version=str(stake.version),
        header=client_header(user, stake.client, active="stakeholders"),
        audited_as=("stakeholding", stake.pk),
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_GET
def picture(request: HttpRequest, key: str, audience: str) -> HttpResponse:
    """The org chart as a drawing of its own. audience: client or internal."""
    user = signed_in(request)
    client = get_client_for(user, key)
    known: Audience | None = next((one for one in AUDIENCES if one == audience), None)
    if known is None:
        raise Http404(NOT_FOUND)
    found = org_picture(user, client, client.local_date(timezone.now()), known)
    if found is None:
        raise Http404(NOT_FOUND)
    response = HttpResponse(svg_of(found), content_type="image/svg+xml")
    response["Content-Disposition"] = f'attachment; filename="{file_name(f"map-{key}-{audience}")}.svg"'
    return response
