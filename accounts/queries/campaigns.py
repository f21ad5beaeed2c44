"""Campaigns of a client: budgets, spend, pace, and what their KPIs read before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse

from accounts.access import campaigns_for
from accounts.calc.campaigns import BeforeAfter, Pacing, before_after, pacing
from accounts.calc.kpis import Read
from accounts.models import Campaign, CampaignChannel, CampaignSpend, CampaignState, Kpi
from accounts.queries.kpis import readings_of, said
from common.figures import Figure, figure_id
from common.formats import DASH, day, number, plural
from common.money import ZERO
from common.periods import month_end

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from people.models import User

PACE_WORDS: Final = {"on_track": "On pace", "watch": "Off pace", "at_risk": "Far off pace", "unknown": "Not known"}


@dataclass(frozen=True, slots=True)
class ChannelRow:
    pk: int
    name: str
    budget: Decimal
    spent: Decimal
    months: tuple[Decimal, ...]
    pace: Pacing

    @property
    def pace_word(self) -> str:
        return PACE_WORDS[self.pace.standing]


@dataclass(frozen=True, slots=True)
class EffectRow:
    name: str
    url: str
    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """known_to: the last day that the spend known covers. ahead: which way the pace is off."""

    pk: int
    name: str
    client: str
    client_key: str
    aim: str
    state: str
    state_word: str
    starts_on: date
    ends_on: date
    currency: str
    owner: str
    budget: Decimal
    spent: Figure
    pace: Pacing
    pace_figure: Figure
    known_to: date | None
    words: str
    channels: tuple[ChannelRow, ...]
    effects: tuple[EffectRow, ...]
    url: str

    @property
    def pace_word(self) -> str:
        return PACE_WORDS[self.pace.standing]


def known_day(last: date | None, ends: date, today: date) -> date | None:
    """To the end of the last month with spend; None before any."""
    return None if last is None else min(month_end(last), ends, today)


def load_campaigns(user: User, today: date, *, campaigns: QuerySet[Campaign] | None = None) -> tuple[CampaignRow, ...]:
    """Five queries at any number of campaigns."""
    rows = list((campaigns_for(user) if campaigns is None else campaigns).select_related("client", "owner"))
    ids = [row.pk for row in rows]
    channels: dict[int, list[CampaignChannel]] = {}
    for channel in CampaignChannel.objects.filter(campaign__in=ids):
        channels.setdefault(channel.campaign_id, []).append(channel)
    spend: dict[int, list[tuple[date, Decimal]]] = {}
    found = CampaignSpend.objects.filter(channel__campaign__in=ids).order_by("month")
    for pk, month, amount in found.values_list("channel_id", "month", "amount"):
        spend.setdefault(pk, []).append((month, amount))
    kpis: dict[int, list[Kpi]] = {}
    ties: Any = Campaign.kpis.through._default_manager.filter(campaign__in=ids).select_related("kpi__client")
    for tie in ties.order_by("kpi__name"):
        kpis.setdefault(tie.campaign_id, []).append(tie.kpi)
    reads = readings_of([kpi for listed in kpis.values() for kpi in listed])
    return tuple(_row(row, channels.get(row.pk, []), spend, kpis.get(row.pk, []), reads, today) for row in rows)


def _row(
    campaign: Campaign, channels: Sequence[CampaignChannel], spend: Mapping[int, list[tuple[date, Decimal]]],
    kpis: Sequence[Kpi], reads: Mapping[int, list[Read]], today: date,
) -> CampaignRow:  # fmt: skip
    months = [month for channel in channels for month, _ in spend.get(channel.pk, ())]
    known = known_day(max(months, default=None), campaign.ends_on, today)
    by_channel = tuple(_channel(campaign, one, spend.get(one.pk, []), known) for one in channels)
    budget = sum((one.budget for one in by_channel), ZERO)
    spent = sum((one.spent for one in by_channel), ZERO)
    pace = _pace(campaign, budget, spent, known)
    own = {"client": campaign.client.key, "campaign": campaign.key}
    return CampaignRow(
        pk=campaign.pk,
        name=campaign.name,
        client=campaign.client.name,
        client_key=campaign.client.key,
        aim=campaign.aim,
        state=campaign.state,
        state_word=str(CampaignState(campaign.state).label),
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        currency=campaign.currency,
        owner=campaign.owner.name if campaign.owner else "",
        budget=budget,
        spent=Figure(figure_id("campaign.spent", **own), f"{campaign.name}, spent", spent, campaign.currency),
        pace=pace,
        pace_figure=Figure(figure_id("campaign.pace", **own), f"{campaign.name}, pace", pace.index, "ratio"),
        known_to=known,
        words=_words(pace, known),
        channels=by_channel,
        effects=tuple(_effect(kpi, reads.get(kpi.pk, []), campaign, today) for kpi in kpis),
        url=reverse("campaign", args=[campaign.client.key, campaign.pk]),
    )


def _pace(campaign: Campaign, budget: Decimal, spent: Decimal, known: date | None) -> Pacing:
    if known is None:
        return Pacing(None, None, None, "unknown")
    return pacing(budget, spent, campaign.starts_on, campaign.ends_on, known)


def _channel(
    campaign: Campaign, one: CampaignChannel, listed: list[tuple[date, Decimal]], known: date | None
) -> ChannelRow:
    spent = sum((amount for _, amount in listed), ZERO)
    months = tuple(amount for _, amount in listed)
    return ChannelRow(one.pk, one.channel, one.budget, spent, months, _pace(campaign, one.budget, spent, known))


def _words(pace: Pacing, known: date | None) -> str:
    if pace.index is None or pace.spent is None or pace.time is None:
        return "No spend is known yet"
    way = "as planned" if pace.standing == "on_track" else "too fast" if pace.index > 1 else "too slow"
    spent, time = number(pace.spent * 100), number(pace.time * 100)
    return f"{spent}% spent in {time}% of the time, to {day(known)}: {way}"


def _effect(kpi: Kpi, reads: list[Read], campaign: Campaign, today: date) -> EffectRow:
    found: BeforeAfter = before_after(reads, campaign.starts_on, campaign.ends_on, today)
    currency = kpi.client.currency
    change = DASH if found.change is None else said(found.change, kpi.unit, currency)
    return EffectRow(
        name=kpi.name,
        url=reverse("kpi", args=[kpi.client.key, kpi.pk]),
        before=said(found.before, kpi.unit, currency),
        after=said(found.after, kpi.unit, currency),
        change=f"+{change}" if found.change is not None and found.change > 0 else change,
    )


def campaigns_finding(rows: Sequence[CampaignRow], name: str = "") -> str:
    if not rows:
        return f"No campaign of {name} yet" if name else "Campaigns"
    running = [row for row in rows if row.state == CampaignState.RUNNING]
    off = [row for row in running if row.pace.standing in ("watch", "at_risk")]
    if off:
        worst = max(off, key=lambda row: abs((row.pace.index or Decimal(1)) - 1))
        more = f", and {len(off) - 1} more off pace" if len(off) > 1 else ""
        return f"{worst.name} spends {'too fast' if (worst.pace.index or ZERO) > 1 else 'too slow'}{more}"
    return f"{plural(len(running), 'campaign')} running, none off pace" if running else plural(len(rows), "campaign")
