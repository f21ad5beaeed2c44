"""KPIs, campaigns and value."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from accounts.models import KpiDefinition
from tests.sweeps.cases.base import (
    DIRECTOR,
    MONEY,
    RELATIONS,
    WRITERS,
    Case,
    Kwargs,
    figure_case,
    fixed,
    fixed_body,
    key,
    under,
)
from tests.sweeps.world import World


def _of_kpi(**more: str) -> Callable[[World], Kwargs]:
    """The client's key, the KPI's number and that of what hangs on it, by the name it has in the address."""
    return lambda world: {
        "key": "HAL", "pk": world.own.kpi.pk, **{name: getattr(world.own, part).pk for name, part in more.items()}
    }  # fmt: skip


_KPI: Kwargs = {"name": "Qvaware", "unit": "leads", "direction": "up", "gathers": "last", "frequency": "month"}

KPIS = (
    Case("kpis", get=RELATIONS),
    Case("kpis", query="standing=watch&page=2", get=RELATIONS),
    Case("kpis", query="format=csv", get=RELATIONS),
    Case("report_pdf", fixed(name="kpis"), get=RELATIONS, post=RELATIONS),
    Case("report_pdf", fixed(name="kpis"), query="client=HAL", get=RELATIONS, post=RELATIONS, record=True, strange=404),
    Case("client_kpis", key, get=RELATIONS, record=True),
    Case("client_kpis", key, query="format=xlsx", get=RELATIONS, record=True),
    Case("kpi_add", key, get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(**_KPI)),
    Case("kpi", _of_kpi(), get=RELATIONS, record=True),
    Case(
        "kpi_edit", _of_kpi(), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(version="1", **_KPI),
    ),
    Case("kpi_remove", _of_kpi(), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "kpi_reading_add", _of_kpi(), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(period="2026-09", actual="27"),
    ),
    Case(
        "kpi_reading_cell", _of_kpi(reading="kpi_reading"), query="field=actual", get=WRITERS, post=WRITERS,
        record=True, strange=404, body=fixed_body(field="actual", actual="26", version="1"),
    ),
    Case("kpi_reading_remove", _of_kpi(reading="kpi_reading"), post=WRITERS, record=True, strange=404),
    Case(
        "kpi_phase_add", _of_kpi(), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(period="2026-09", target="27"),
    ),
    Case("kpi_phase_remove", _of_kpi(phase="phase"), post=WRITERS, record=True, strange=404),
    Case("client_web", key, get=RELATIONS, record=True),
    Case("kpi_library", get=RELATIONS, post=DIRECTOR, body=fixed_body(**_KPI)),
    Case(
        "kpi_definition", lambda world: {"pk": KpiDefinition.objects.get().pk}, get=DIRECTOR, post=DIRECTOR,
        body=fixed_body(version="1", **_KPI),
    ),
    Case("kpi_definition_remove", lambda world: {"pk": KpiDefinition.objects.get().pk}, post=DIRECTOR),
    figure_case("kpi.actual:client=HAL;kpi=HAL-K", RELATIONS),
    figure_case("kpi.attained:client=HAL;kpi=HAL-K", RELATIONS),
    figure_case("kpi.year_end:client=HAL;kpi=HAL-K", RELATIONS),
    figure_case("kpi.mean:client=HAL", RELATIONS),
    figure_case("kpi.mean", RELATIONS),
)  # fmt: skip

_CAMPAIGN: Kwargs = {
    "name": "Qvsun", "state": "planned", "starts_on": "2026-12-01", "ends_on": "2026-12-31", "currency": "USD",
}  # fmt: skip


def _channel(world: World) -> Kwargs:
    return {"key": "HAL", "pk": world.own.campaign.pk, "channel": world.own.channel.pk}


CAMPAIGNS = (
    Case("campaigns", get=RELATIONS),
    Case("campaigns", query="format=csv", get=RELATIONS),
    Case("report_pdf", fixed(name="campaigns"), get=RELATIONS, post=RELATIONS),
    Case("client_campaigns", key, get=RELATIONS, record=True),
    Case("campaign_add", key, get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(**_CAMPAIGN)),
    Case("campaign", under("campaign"), get=RELATIONS, record=True),
    Case(
        "campaign_edit", under("campaign"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(version="1", **_CAMPAIGN),
    ),
    Case("campaign_remove", under("campaign"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "campaign_channel", under("campaign"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(channel="Print", budget="100"),
    ),
    Case(
        "campaign_spend", _channel,
        get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(month="2026-11", amount="50"),
    ),
    Case(
        "campaign_channel_edit", _channel, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"channel": "Radio", "budget": "90", "version": str(world.own.channel.version)},
    ),
    Case("campaign_channel_remove", _channel, get=WRITERS, post=WRITERS, record=True, strange=404),
    figure_case("campaign.spent:client=HAL;campaign=HAL-CA", RELATIONS),
    figure_case("campaign.pace:client=HAL;campaign=HAL-CA", RELATIONS),
)  # fmt: skip

_BENEFIT: Kwargs = {
    "title": "Qvsaved", "driver": "cost", "hard": "on", "share": "1", "confidence": "high", "currency": "USD",
}  # fmt: skip

VALUE = (
    Case("client_value", key, get=MONEY, record=True),
    Case("client_value", key, query="format=csv", get=MONEY, record=True),
    Case("report_pdf", fixed(name="benefits"), get=MONEY, post=MONEY),
    Case("benefit_add", key, get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(**_BENEFIT)),
    Case("benefit", under("benefit"), get=MONEY, record=True),
    Case(
        "benefit_edit", under("benefit"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(version="1", **_BENEFIT),
    ),
    Case("benefit_remove", under("benefit"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "benefit_amount", under("benefit"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(month="2026-11", amount="50"),
    ),
    Case(
        "benefit_reopen", under("benefit"), post=WRITERS, record=True, strange=404, body=fixed_body(reason="Qvwrong")
    ),
    Case(
        "value_cost_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(title="Qvtool", month="2026-11", amount="50", currency="USD"),
    ),
    Case("value_cost_remove", under("value_cost"), post=WRITERS, record=True, strange=404),
    Case(
        "value_ask", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {
            "contact": world.own.contact.pk, "benefits": [world.own.benefit.pk],
            "expires_on": timezone.localdate().isoformat(),
        },
    ),
    Case("value_ask_end", under("value_ask"), post=WRITERS, record=True, strange=404),
    *(figure_case(f"value.{name}:client=HAL", MONEY) for name in ("signed", "cost", "roi", "payback", "npv")),
)  # fmt: skip
