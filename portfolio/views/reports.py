"""Reports as PDF: asked for, made by a worker, taken away by the reader who asked."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import get_client_for
from common.policies import CLIENT_READERS, allow
from common.reports import ReportKind
from people.models import User
from people.requests import signed_in
from portfolio.actions import ask_for_report
from portfolio.queries.report_files import body_of, file_for, kind_for, making_of, others_of

LONGEST = 200


def _kind(user: User, name: str) -> ReportKind:
    kind = kind_for(user, name)
    if kind is None:
        raise PermissionDenied("Your role does not include this report.")
    return kind


@require_http_methods(["GET", "POST"])
@allow(roles=CLIENT_READERS)
def report_pdf(request: HttpRequest, name: str) -> HttpResponse:
    """The page's address with its query: GET shows what can be made, POST asks a worker for it."""
    user = signed_in(request)
    kind = _kind(user, name)
    query = {key: str(value)[:LONGEST] for key, value in request.GET.items() if "\x00" not in f"{key}{value}"}
    if query.get("client"):
        get_client_for(user, query["client"])
    if kind.check is not None:
        kind.check(query, timezone.now())
    if request.method == "POST":
        file = ask_for_report(name=name, query=query, actor=user)
        return HttpResponseRedirect(reverse("report_file", args=[file.pk]))
    return render(request, "portfolio/report_file.html", {"kind": kind, "others": others_of(user, name)})


@require_GET
@allow(roles=CLIENT_READERS)
def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    file = file_for(user, pk)
    context = {"file": file, "making": making_of(file), "kind": _kind(user, file.name)}
    if request.headers.get("HX-Request"):
        return render(request, "portfolio/report_making.html", context)
    context["others"] = others_of(user, file.name, but=file.pk)
    return render(request, "portfolio/report_file.html", context)


@require_GET
@allow(roles=CLIENT_READERS)
def report_download(request: HttpRequest, pk: int) -> HttpResponse:
    file = file_for(signed_in(request), pk)
    body = body_of(file)
    name = slugify(file.title.replace("–", " to ")) or file.name
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(body, content_type="application/pdf", headers=headers)
