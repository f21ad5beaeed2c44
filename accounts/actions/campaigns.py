"""Campaigns, their channels and what they spent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import Campaign, CampaignChannel, CampaignSpend, Client
from common import audit
from people.models import User

FIELDS: Final = ("name", "aim", "state", "starts_on", "ends_on", "currency", "owner")


def _subject(campaign: Campaign) -> Subject:
    return Subject("campaign", campaign.name, campaign.client_id)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in FIELDS if name in values}


def _tie(campaign: Campaign, values: Mapping[str, Any], actor: User) -> None:
    if "kpis" not in values:
        return
    was = sorted(campaign.kpis.values_list("key", flat=True))
    now = sorted(kpi.key for kpi in values["kpis"])
    if was != now:
        campaign.kpis.set(values["kpis"])
        _told(campaign, {"kpis": (was, now)}, actor)


def _told(campaign: Campaign, changes: audit.Changes, actor: User) -> None:
    subject = _subject(campaign)
    audit.record(
        actor=actor.email, verb="changed", kind=subject.kind, object_id=campaign.pk, label=subject.label,
        client_id=subject.client_id, changes=changes,
    )  # fmt: skip


@transaction.atomic
def add_campaign(*, client: Client, values: Mapping[str, Any], actor: User) -> Campaign:
    campaign = Campaign(client=client, **_given(values))
    made = add(campaign, actor=actor.email, subject=_subject(campaign), values=_given(values))
    _tie(made, values, actor)
    return made


@transaction.atomic
def change_campaign(*, campaign: Campaign, values: Mapping[str, Any], expected: int | None, actor: User) -> Campaign:
    """Raises StaleRecord when somebody saved it meanwhile."""
    saved = save_changes(
        campaign, _given(values), expected=expected, actor=actor.email, subject=_subject(campaign)
    )  # fmt: skip
    _tie(saved, values, actor)
    return saved


def remove_campaign(*, campaign: Campaign, actor: User) -> None:
    told = {name: getattr(campaign, name) for name in FIELDS}
    remove(campaign, actor=actor.email, subject=_subject(campaign), values=told)


@transaction.atomic
def set_budget(*, campaign: Campaign, channel: str, budget: Decimal, actor: User) -> CampaignChannel:
    """A channel and its budget; said again, it is corrected."""
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)  # two first ones do not race
    found = campaign.channels.filter(channel=channel).first()
    was = None if found is None else str(found.budget)
    if found is None:
        found = CampaignChannel.objects.create(campaign=campaign, channel=channel, budget=budget)
    elif found.budget != budget:
        found.budget, found.version = budget, found.version + 1
        found.save(update_fields=["budget", "version", "updated_at"])
    else:
        return found
    _told(campaign, {f"budget of {channel}": (was, str(budget))}, actor)
    return found


class ChannelTaken(Exception):
    """The campaign has a channel of that name already."""


@transaction.atomic
def change_channel(
    *, channel: CampaignChannel, values: Mapping[str, Any], expected: int | None, actor: User
) -> CampaignChannel:
    """Its name and budget; what it spent stays with it. Raises ChannelTaken and StaleRecord."""
    campaign = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=channel.campaign_id)
    given = {name: values[name] for name in ("channel", "budget") if name in values}
    if campaign.channels.filter(channel=given.get("channel")).exclude(pk=channel.pk).exists():
        raise ChannelTaken("This campaign has a channel of that name. Note the spend there.")
    subject = Subject("campaign channel", f"{campaign.name}, {channel.channel}"[:200], campaign.client_id)
    return save_changes(channel, given, expected=expected, actor=actor.email, subject=subject)


@transaction.atomic
def remove_channel(*, channel: CampaignChannel, actor: User) -> None:
    """With what it spent; the trail keeps both."""
    told = {"budget": channel.budget, **{f"{one.month:%Y-%m}": one.amount for one in channel.spend.all()}}
    subject = Subject("campaign channel", f"{channel.campaign.name}, {channel.channel}"[:200],
                      channel.campaign.client_id)  # fmt: skip
    remove(channel, actor=actor.email, subject=subject, values=told)


@transaction.atomic
def note_spend(*, channel: CampaignChannel, month: date, amount: Decimal, actor: User) -> CampaignSpend:
    """What a channel spent in a month; said again, it is corrected."""
    CampaignChannel.objects.select_for_update(of=("self",), no_key=True).get(pk=channel.pk)  # as above
    found = channel.spend.filter(month=month).first()
    was = None if found is None else str(found.amount)
    if found is None:
        found = CampaignSpend.objects.create(channel=channel, month=month, amount=amount)
    elif found.amount != amount:
        found.amount, found.version = amount, found.version + 1
        found.save(update_fields=["amount", "version", "updated_at"])
    else:
        return found
    _told(channel.campaign, {f"{channel.channel}, {month:%Y-%m}": (was, str(amount))}, actor)
    return found
