"""Campaigns of a client and of all in sight."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import (
    campaigns_for,
    get_campaign_for,
    get_client_for,
    get_editable_campaign_channel_for,
    get_editable_campaign_for,
    get_editable_client_for,
)
from accounts.actions import campaigns as actions
from accounts.actions.edits import plain
from accounts.forms.campaigns import CampaignForm, ChannelForm, SpendForm
from accounts.models import CampaignState
from accounts.queries.campaigns import campaigns_finding, load_campaigns
from accounts.queries.header import client_header
from accounts.views.editing import FormPage, Removal, expected_version, form_page, removal_page
from accounts.views.kpis import kpi_context
from accounts.views.stakeholders import READERS
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from common.reports import report_file
from people.access import abilities_of
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
SHOWN = 200


@allow(roles=READERS)
@require_GET
def book(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return report_file("campaigns", user, request.GET, now, kind)
    rows = load_campaigns(user, now.date(), campaigns=campaigns_for(user)[:SHOWN])
    context = {"rows": rows, "finding": campaigns_finding(rows), "can": abilities_of(user)}
    return render(request, "accounts/campaigns/book.html", context)


@allow(roles=READERS, client="key")
@require_GET
def index(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    today = client.local_date(timezone.now())
    rows = load_campaigns(user, today, campaigns=campaigns_for(user).filter(client=client)[:SHOWN])
    context = {
        **kpi_context(user, client, "campaigns"), "rows": rows, "finding": campaigns_finding(rows, client.name),
    }  # fmt: skip
    return render(request, "accounts/campaigns/client.html", context)


@allow(roles=READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    campaign = get_campaign_for(user, key, pk)
    today = campaign.client.local_date(timezone.now())
    row = load_campaigns(user, today, campaigns=campaigns_for(user).filter(pk=pk))[0]
    context = {**kpi_context(user, campaign.client, "campaigns"), "row": row}
    return render(request, "accounts/campaigns/one.html", context)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    initial = {"owner": user.pk, "currency": client.currency, "state": CampaignState.PLANNED}
    page = FormPage(
        form=CampaignForm(request.POST or None, client=client, initial=initial),
        title=f"A campaign for {client.name}",
        back=lambda made: reverse("campaign", args=[key, made.pk]),
        cancel=reverse("client_campaigns", args=[key]),
        save=lambda data: actions.add_campaign(client=client, values=data, actor=user),
        said="Campaign added. Give its channels their budgets.",
        submit="Add the campaign",
        header=client_header(user, client, active="kpis"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    campaign, seen = get_editable_campaign_for(user, key, pk), expected_version(request)
    page = FormPage(
        form=CampaignForm(request.POST or None, client=campaign.client, instance=get_campaign_for(user, key, pk)),
        title=campaign.name,
        back=reverse("campaign", args=[key, pk]),
        save=lambda data: actions.change_campaign(campaign=campaign, values=data, expected=seen, actor=user),
        said="Campaign saved.",
        version=str(campaign.version),
        header=client_header(user, campaign.client, active="kpis"),
        audited_as=("campaign", campaign.pk),
        delete_url=reverse("campaign_remove", args=[key, pk]),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    campaign = get_editable_campaign_for(user, key, pk)
    page = Removal(
        asked="Delete this campaign?",
        what=campaign.name,
        goes="Its channels' budgets and spend go with it. The history keeps what it said.",
        act=lambda: actions.remove_campaign(campaign=campaign, actor=user),
        said=f"{campaign.name} is deleted, with its budgets and spend.",
        done=reverse("client_campaigns", args=[key]),
        keep=reverse("campaign", args=[key, pk]),
        header=client_header(user, campaign.client, active="kpis"),
        word="Delete the campaign",
    )
    return removal_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def channel(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A channel and its budget; said again of one channel, it is corrected."""
    user = signed_in(request)
    campaign = get_editable_campaign_for(user, key, pk)
    page = FormPage(
        form=ChannelForm(request.POST or None),
        title=f"A channel of {campaign.name}",
        back=reverse("campaign", args=[key, pk]),
        save=lambda data: actions.set_budget(campaign=campaign, actor=user, **data),
        said="Budget noted.",
        submit="Note the budget",
        header=client_header(user, campaign.client, active="kpis"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def spend(request: HttpRequest, key: str, pk: int, channel: int) -> HttpResponse:
    """What a channel spent in a month; said again of one month, it is corrected."""
    user = signed_in(request)
    found = get_editable_campaign_channel_for(user, key, pk, channel)
    page = FormPage(
        form=SpendForm(request.POST or None),
        title=f"Spent on {found.channel}",
        back=reverse("campaign", args=[key, pk]),
        save=lambda data: actions.note_spend(channel=found, actor=user, **data),
        said="Spend noted.",
        submit="Note the spend",
        header=client_header(user, found.campaign.client, active="kpis"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def channel_edit(request: HttpRequest, key: str, pk: int, channel: int) -> HttpResponse:
    user = signed_in(request)
    found, seen = get_editable_campaign_channel_for(user, key, pk, channel), expected_version(request)
    form = ChannelForm(request.POST or None, initial={"channel": found.channel, "budget": plain(found.budget)})
    page = FormPage(
        form=form,
        title=f"{found.channel}, a channel of {found.campaign.name}",
        back=reverse("campaign", args=[key, pk]),
        save=lambda data: actions.change_channel(channel=found, values=data, expected=seen, actor=user),
        said="Channel saved.",
        version=str(found.version),
        header=client_header(user, found.campaign.client, active="kpis"),
        audited_as=("campaign channel", found.pk),
        delete_url=reverse("campaign_channel_remove", args=[key, pk, channel]),
        delete_word="Take out",
    )
    try:
        return form_page(request, page)
    except actions.ChannelTaken as reason:
        form.add_error("channel", str(reason))
        return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def channel_remove(request: HttpRequest, key: str, pk: int, channel: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_campaign_channel_for(user, key, pk, channel)
    back = reverse("campaign", args=[key, pk])
    page = Removal(
        asked="Take this channel out?",
        what=f"{found.campaign.name}: {found.channel}",
        goes="Its budget and what it spent go with it. The history keeps what it said.",
        act=lambda: actions.remove_channel(channel=found, actor=user),
        said=f"{found.channel} is taken out, with what it spent.",
        done=back,
        keep=back,
        header=client_header(user, found.campaign.client, active="kpis"),
        word="Take the channel out",
    )
    return removal_page(request, page)
