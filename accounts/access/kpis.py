"""KPIs, web analytics and campaigns: fetch and check in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounts.access.clients import get_client_for, get_editable_client_for, or_not_found
from accounts.models import (
    Campaign,
    CampaignChannel,
    CampaignSpend,
    Client,
    Kpi,
    KpiDefinition,
    KpiReading,
    KpiTarget,
    WebMetric,
)
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

P = TypeVar("P", KpiReading, KpiTarget)


def kpis_for(user: User) -> QuerySet[Kpi]:
    if not abilities_of(user).see_relationships:
        return Kpi.objects.none()
    return Kpi.objects.filter(client__in=Client.objects.visible_to(user))


def kpi_readings_for(user: User) -> QuerySet[KpiReading]:
    return KpiReading.objects.filter(kpi__in=kpis_for(user))


def kpi_targets_for(user: User) -> QuerySet[KpiTarget]:
    return KpiTarget.objects.filter(kpi__in=kpis_for(user))


def kpi_definitions_for(user: User) -> QuerySet[KpiDefinition]:
    """The library is the whole firm's."""
    rows = KpiDefinition.objects.all()
    return rows if abilities_of(user).see_relationships else rows.none()


def get_kpi_for(user: User, client_key: str, pk: int) -> Kpi:
    client = get_client_for(user, client_key)
    found = kpis_for(user).select_related("client", "owner", "contact", "definition").filter(client=client, pk=pk)
    return or_not_found(found.first())


def get_editable_kpi_for(user: User, client_key: str, pk: int) -> Kpi:
    get_editable_client_for(user, client_key)
    return get_kpi_for(user, client_key, pk)


def get_editable_kpi_part_for(user: User, client_key: str, pk: int, model: type[P], part: int) -> P:
    """A reading or a phase of a KPI."""
    kpi = get_editable_kpi_for(user, client_key, pk)
    rows: QuerySet[Any] = model._default_manager.select_related("kpi__client")
    found: P | None = rows.filter(kpi=kpi, pk=part).first()
    return or_not_found(found)


def get_editable_definition_for(user: User, pk: int) -> KpiDefinition:
    if not abilities_of(user).edit_client:
        raise PermissionDenied("Only an account director changes the library.")
    return or_not_found(KpiDefinition.objects.filter(pk=pk).first())


def web_metrics_for(user: User) -> QuerySet[WebMetric]:
    if not abilities_of(user).see_relationships:
        return WebMetric.objects.none()
    return WebMetric.objects.filter(client__in=Client.objects.visible_to(user))


def campaigns_for(user: User) -> QuerySet[Campaign]:
    if not abilities_of(user).see_relationships:
        return Campaign.objects.none()
    return Campaign.objects.filter(client__in=Client.objects.visible_to(user))


def campaign_channels_for(user: User) -> QuerySet[CampaignChannel]:
    return CampaignChannel.objects.filter(campaign__in=campaigns_for(user))


def campaign_spend_for(user: User) -> QuerySet[CampaignSpend]:
    return CampaignSpend.objects.filter(channel__campaign__in=campaigns_for(user))


def get_campaign_for(user: User, client_key: str, pk: int) -> Campaign:
    client = get_client_for(user, client_key)
    return or_not_found(campaigns_for(user).select_related("client", "owner").filter(client=client, pk=pk).first())


def get_editable_campaign_for(user: User, client_key: str, pk: int) -> Campaign:
    get_editable_client_for(user, client_key)
    return get_campaign_for(user, client_key, pk)


def get_editable_campaign_channel_for(user: User, client_key: str, pk: int, channel: int) -> CampaignChannel:
    campaign = get_editable_campaign_for(user, client_key, pk)
    rows = CampaignChannel.objects.select_related("campaign__client").filter(campaign=campaign, pk=channel)
    return or_not_found(rows.first())
