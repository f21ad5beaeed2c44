"""Campaigns and what they spend, through REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import CharField, F, Func, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat

from accounts.access import (
    campaign_channels_for,
    campaign_spend_for,
    campaigns_for,
    get_editable_campaign_channel_for,
)
from accounts.actions.campaigns import ChannelTaken, change_channel, remove_campaign, remove_channel, set_budget
from accounts.forms.campaigns import ChannelForm
from accounts.models import CampaignState, Kpi
from people.models import User
from portfolio.api.problems import Problem, field_problem, form_problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource


def _rows(user: User) -> QuerySet[Any]:
    """Each campaign with the keys of its KPIs."""
    kpis = Kpi.objects.filter(campaigns=OuterRef("pk")).order_by()
    keys = kpis.values("campaigns").annotate(keys=StringAgg("key", ";", order_by="key")).values("keys")
    return campaigns_for(user).annotate(kpi_keys=Coalesce(Subquery(keys), Value(""), output_field=TextField()))


def _remove(user: User, record: Any) -> None:
    remove_campaign(campaign=record, actor=user)


CAMPAIGNS = Resource(
    name="campaigns",
    label="campaigns",
    kind="campaigns",
    told_as="campaign",
    told_label=("name",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        Field("name", required=True),
        Field("aim", filter=False),
        Field("state", choices=tuple(CampaignState.values)),
        Field("starts_on", "date", required=True),
        Field("ends_on", "date", required=True),
        Field("currency", required=True),
        Field("owner", path="owner__email"),
        Field("kpis", path="kpi_keys", filter=False, help="Keys of the client's KPIs, ; between."),
        *RECORD_FIELDS,
    ),
    rows=_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("key", "starts_on", "ends_on", "created_at", "updated_at"),
    search=("key", "name"),
    delete=_remove,
)


def _checked(body: Mapping[str, Any]) -> dict[str, Any]:
    form = ChannelForm(dict(body))
    if not form.is_valid():
        raise form_problem(form)
    return form.cleaned_data


def _add_channel(user: User, body: Mapping[str, Any]) -> int:
    campaign = campaigns_for(user).select_related("client").filter(key=body["campaign"]).first()
    if campaign is None:
        raise field_problem("campaign", "unknown")
    values = _checked(body)
    if campaign.channels.filter(channel=values["channel"]).exists():
        raise Problem(409, "The campaign has a channel of that name: change it with PATCH.")
    return set_budget(campaign=campaign, actor=user, **values).pk


def _change_channel(user: User, record: Any, body: Mapping[str, Any]) -> int:
    channel = get_editable_campaign_channel_for(
        user, record.campaign.client.key, record.campaign_id, record.pk
    )  # fmt: skip
    if body.get("campaign", channel.campaign.key) != channel.campaign.key:
        raise field_problem("campaign", "a channel stays with its campaign")
    values = _checked({"channel": channel.channel, "budget": channel.budget, **body})
    try:
        return change_channel(channel=channel, values=values, expected=None, actor=user).pk
    except ChannelTaken as taken:
        raise Problem(409, str(taken)) from taken


def _remove_channel(user: User, record: Any) -> None:
    remove_channel(channel=record, actor=user)


CAMPAIGN_CHANNELS = Resource(
    name="campaign-channels",
    label="channels of campaigns",
    kind="",
    told_as="campaign channel",
    told_label=("campaign__name", "channel"),
    within=("campaign",),
    natural_key="channel",
    fields=(
        ID_FIELD,
        Field("campaign", path="campaign__key", required=True, help="Key."),
        Field("channel", required=True, help="Its name; renamed, its spend stays with it."),
        Field("budget", "decimal", required=True, help="Of the whole channel, in the campaign's currency."),
        Field("currency", path="campaign__currency", writable=False),
        *RECORD_FIELDS,
    ),
    rows=lambda user: campaign_channels_for(user).select_related("campaign__client"),
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("channel", "created_at", "updated_at"),
    search=("channel", "campaign__name"),
    client="campaign__client_id",
    acts=Acts(_add_channel, _change_channel),
    delete=_remove_channel,
)


def _spend_rows(user: User) -> QuerySet[Any]:
    """Each month of a channel with the key its parts make, and the channel's budget."""
    bar = Value("|")
    month = Func(F("month"), Value("YYYY-MM"), function="to_char", output_field=CharField())
    line = Concat(F("channel__campaign__key"), bar, F("channel__channel"), bar, month, output_field=CharField())
    return campaign_spend_for(user).annotate(line=line)


def _key(row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(name) or "").strip() for name in ("campaign", "channel", "month"))


CAMPAIGN_SPEND = Resource(
    name="campaign-spend",
    label="spend of campaigns",
    kind="campaign_spend",
    told_as="campaign spend",
    told_label=("channel__campaign__name",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", path="line", writable=False, help="Made of campaign, channel and month."),
        Field("campaign", path="channel__campaign__key", required=True),
        Field("channel", path="channel__channel", required=True),
        Field("budget", "decimal", path="channel__budget", help="Of the whole channel; needed where it is new."),
        Field("month", "month", required=True),
        Field("spent", "decimal", path="amount", required=True),
        *RECORD_FIELDS,
    ),
    rows=_spend_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("month", "created_at", "updated_at"),
    search=("channel__campaign__name",),
    compose=_key,
    client="channel__campaign__client_id",
)
