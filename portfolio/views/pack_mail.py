"""The leadership pack by mail: to chosen people now, and by itself every week or month."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import NOT_FOUND
from common.policies import allow
from financials.access import CALLERS
from people.requests import signed_in
from portfolio.forms_pack import WEEKDAYS, RecipientsForm, ScheduleForm, of_schedule
from portfolio.models import PackSchedule
from portfolio.pack_mail import NO_SERVER, PackRefused, end_schedule, plan_packs, possible_recipients, send_pack
from portfolio.queries.pack_sends import get_send_for, load_sendings, schedules_for
from portfolio.reminders import local_time


@require_GET
@allow(roles=CALLERS)
def pack_mail(request: HttpRequest) -> HttpResponse:
    return _shown(request)


@require_POST
@allow(roles=CALLERS)
def send(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = RecipientsForm(possible_recipients(user), request.POST)
    if not form.is_valid():
        return _shown(request, now_form=form, status=422)
    try:
        send_pack(sender=user, addresses=form.cleaned_data["recipients"])
    except PackRefused as error:
        form.add_error("recipients", str(error))
        return _shown(request, now_form=form, status=422)
    messages.success(request, "The pack is being made and sent; below you see what becomes of each mail.")
    return redirect("pack_mail")


@require_POST
@allow(roles=CALLERS)
def plan(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = ScheduleForm(possible_recipients(user), request.POST)
    if not form.is_valid():
        return _shown(request, plan_form=form, status=422)
    today = local_time(timezone.now(), user.timezone).date()
    try:
        plan_packs(owner=user, today=today, **form.plan())
    except PackRefused as error:
        form.add_error("recipients", str(error))
        return _shown(request, plan_form=form, status=422)
    messages.success(request, "From now on the pack goes out by itself, at seven in the morning by your clock.")
    return redirect("pack_mail")


@require_POST
@allow(roles=CALLERS)
def stop(request: HttpRequest) -> HttpResponse:
    if end_schedule(owner=signed_in(request)):
        messages.success(request, "The pack goes out no more by itself.")
    return redirect("pack_mail")


@require_GET
@allow(roles=CALLERS)
def sent_file(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_send_for(signed_in(request), pk)
    if found.pdf is None:
        raise Http404(NOT_FOUND)
    headers = {"Content-Disposition": f'attachment; filename="leadership-pack-{found.created_at:%Y-%m-%d}.pdf"'}
    return HttpResponse(bytes(found.pdf), content_type="application/pdf", headers=headers)


def _shown(
    request: HttpRequest,
    *,
    now_form: RecipientsForm | None = None,
    plan_form: ScheduleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = signed_in(request)
    people = possible_recipients(user)
    held = schedules_for(user).first()
    sendings = load_sendings(user)
    context = {
        "sendings": sendings,
        "held": held,
        "rhythm": "" if held is None else _rhythm(held),
        "now_form": now_form or RecipientsForm(people, auto_id="now-%s"),
        "plan_form": plan_form or ScheduleForm(people, initial=of_schedule(held), auto_id="plan-%s"),
        "refusal": NO_SERVER if settings.MAIL_IS_KEPT else "",
        "waiting": any(one.state == "waiting" for send in sendings for one in send.deliveries),
    }
    return render(request, "portfolio/pack_mail.html", context, status=status)


def _rhythm(held: PackSchedule) -> str:
    return f"every {WEEKDAYS[held.day - 1]}" if held.every == "week" else f"every month on day {held.day}"
