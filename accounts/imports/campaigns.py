"""Campaigns, their budgets by channel and what was spent, from files."""

from __future__ import annotations

from typing import Any, Final

from accounts.imports.sight import Sight, client_ids, fault_of, link, person_ids
from accounts.models import Campaign, CampaignChannel, CampaignSpend, CampaignState, Kpi
from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Values,
    matching,
    save_records,
)
from common.imports.columns import (
    amount,
    amount_not_negative,
    choice,
    currency,
    day,
    email,
    identifier,
    month,
    reference,
    several,
    text,
)
from common.policies import DIRECTOR

_FIELDS: Final = {name: name for name in ("name", "aim", "state", "starts_on", "ends_on", "currency")}
_ROLES: Final = frozenset({DIRECTOR})


def load_campaigns(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight, "owner")
    named = {key for cell in values.columns["kpis"] for key in cell or ()}
    kpis = {
        key: (pk, client) for key, pk, client in Kpi.objects.filter(key__in=named).values_list("key", "pk", "client")
    }
    existing = matching(Campaign.objects.all(), "key", values.columns["key"])
    reader = FieldReader(Campaign, values, _FIELDS)
    incoming = []
    for position in list(values.good()):
        key, keys = values.columns["key"][position], values.columns["kpis"][position] or ()
        campaign = existing.get(key)
        faults = [f"kpis: “{one}” is no KPI of this client" for one in keys
                  if kpis.get(one, (0, 0))[1] != clients[position]]  # fmt: skip
        if fault := fault_of(campaign, clients[position], sight, key, "a campaign"):
            faults.append(fault)
        fields = {
            **reader.at(position), "client_id": clients[position],
            **link(values, "owner", owners, "owner_id", position),
        }  # fmt: skip
        starts, ends = (fields.get(name, getattr(campaign, name, None)) for name in ("starts_on", "ends_on"))
        if starts and ends and ends < starts:
            faults.append("ends_on: it ends before it starts")
        for reason in faults:
            values.reject(position, reason)
        if not faults:
            many: dict[str, frozenset[Any]] = {"kpis": frozenset(kpis[one][0] for one in keys)}
            incoming.append(Incoming(position, key, fields, {"key": key}, many=many if values.has("kpis") else {}))
    return Counts.of(save_records(context, Campaign, incoming, existing).status.values())


def load_spend(values: Values, context: LoadContext) -> Counts:
    """Budgets of channels, and what each spent by month. A channel named for the first time is made."""
    sight = Sight(context)
    keys = values.columns["campaign"]
    known = {one.key: one for one in Campaign.objects.filter(key__in={key for key in keys if key})}
    channels = {
        (one.campaign_id, one.channel): one
        for one in CampaignChannel.objects.select_for_update().filter(campaign__in=known.values())
    }
    made = []
    for position in list(values.good()):
        campaign = known.get(keys[position])
        if campaign is None or not sight.sees(campaign.client_id):
            values.reject(position, f"campaign “{keys[position]}” is unknown")
            continue
        name = values.columns["channel"][position]
        if (values.columns["month"][position] is None) != (values.columns["spent"][position] is None):
            values.reject(position, "month: a month and what was spent in it go together")
            continue
        if values.columns["month"][position] is None and values.columns["budget"][position] is None:
            values.reject(position, "budget: give a budget, or a month with what was spent in it")
            continue
        made.append((position, campaign, name))
    budgets = [
        Incoming(position, (campaign.pk, name), {"budget": budget}, {"campaign_id": campaign.pk, "channel": name})
        for position, campaign, name in made
        if (budget := values.columns["budget"][position]) is not None
    ]
    statuses: dict[int, str] = dict(save_records(context, CampaignChannel, _last(budgets), channels).status)
    ids = {
        (one.campaign_id, one.channel): one.pk for one in CampaignChannel.objects.filter(campaign__in=known.values())
    }
    spend = []
    for position, campaign, name in made:
        if values.columns["month"][position] is None:
            continue
        if (campaign.pk, name) not in ids:
            values.reject(position, f"channel “{name}” has no budget yet: give one in this row or before")
            continue
        natural = {"channel_id": ids[campaign.pk, name], "month": values.columns["month"][position]}
        fields = {"amount": values.columns["spent"][position]}
        spend.append(Incoming(position, tuple(natural.values()), fields, natural))
    existing = {
        (one.channel_id, one.month): one
        for one in CampaignSpend.objects.select_for_update().filter(channel__in=ids.values())
    }
    statuses |= save_records(context, CampaignSpend, spend, existing).status
    return Counts.of(statuses.values())


def _last(rows: list[Incoming]) -> list[Incoming]:
    """A channel's budget may stand on each of its months' rows: the last one counts."""
    return list({row.key: row for row in rows}.values())


CAMPAIGNS = ImportKind(
    name="campaigns",
    label="Campaigns",
    about="What runs for a client, and the KPIs it is to move. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-CA01"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("name", text(160), required=True, sample="Winter sun"),
        Column("aim", text(300), sample="Bookings from lapsed flyers"),
        Column("state", choice(CampaignState.values), about="planned where it is new", sample="running"),
        Column("starts_on", day, required=True, sample="2026-09-01"),
        Column("ends_on", day, required=True, sample="2026-12-31"),
        Column("currency", currency, required=True, sample="USD"),
        Column("owner", email, sample="ana.reyes@firm.example"),
        Column("kpis", several(reference(80)), about="keys of the client's KPIs, ; between", sample="KES-K01"),
    ),
    key=("key",),
    load=load_campaigns,
    roles=_ROLES,
)
SPEND = ImportKind(
    name="campaign_spend",
    label="Budgets and spend of campaigns",
    about="A channel's budget, and what it spent in a month. Match on campaign, channel and month.",
    columns=(
        Column("campaign", reference(80), required=True, sample="KES-CA01"),
        Column("channel", text(80), required=True, sample="Paid search"),
        Column("budget", amount_not_negative, about="of the whole channel, in the campaign's currency", sample="90000"),
        Column("month", month, about="blank: the budget alone", sample="2026-09"),
        Column("spent", amount, about="in that month", sample="21400"),
    ),
    key=("campaign", "channel", "month"),
    load=load_spend,
    roles=_ROLES,
)
ALL: Final = (CAMPAIGNS, SPEND)
