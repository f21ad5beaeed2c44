"""Money: P&L, contracts, rates, hours, close, forecast and capacity."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from financials.models import IndexReading
from tests.sweeps.cases.base import (
    BOOKERS,
    BOOKKEEPERS,
    CLIENT_READERS,
    CLOSE_READERS,
    DIRECTOR,
    EVERYONE,
    FINANCE,
    MONEY,
    PLANNERS,
    WRITERS,
    Case,
    Kwargs,
    Roles,
    call_of,
    fixed,
    key,
    number_of,
    scenario_of,
)
from tests.sweeps.world import World

CALL: Kwargs = {
    "first": "2026-12", "last": "2026-12", "level": "manager", "delta": "100", "currency": "USD", "reason": "Qvmore",
    "expires_on": "2199-12-31",
}  # fmt: skip

TERM_WRITERS: Roles = frozenset({"director", "finance", "legal"})


def of_sow(name: str) -> Callable[[World], Kwargs]:
    """The number of the statement of work and the key of what hangs on it."""
    return lambda world: {"number": world.own.sow.number, "pk": getattr(world.own, name).pk}


def _new_contract(world: World) -> Kwargs:
    return {
        "kind": "change_order", "client": world.own.client.pk, "parent": "HAL-SOW", "number": "HAL-CO-NEW",
        "title": "More of it", "start": "2026-11-01", "end": "2026-12-31", "amount": "1000", "currency": "USD",
    }  # fmt: skip


def _contract(world: World) -> Kwargs:
    sow = world.own.sow
    return {
        "kind": "sow", "title": "Qvmedia year", "start": "2026-01-01", "end": "2027-02-28", "amount": "130000",
        "currency": "USD", "status": "active", "version": sow.version, "parent": sow.parent_id, "billing": "retainer",
    }  # fmt: skip


FINANCIALS = (
    Case("pnl", get=MONEY),
    Case("pnl", query="client=HAL", get=MONEY, record=True),
    Case("pnl", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("pnl", query="format=xlsx", get=MONEY),
    Case("pnl", query="contract=HAL-SOW", get=MONEY, record=True, soft=True),
    Case("pnl", query="rows=client&scenario=variance", get=MONEY),
    Case("pnl", query="rows=contract&client=HAL", get=MONEY, record=True),
    Case("pnl", query="rows=service_line&client=HAL&format=csv", get=MONEY, record=True),
    Case("bridge", get=MONEY),
    Case("bridge", query="client=HAL&from=2026-Q2&to=2026-Q3", get=MONEY, record=True),
    Case("bridge", query="client=HAL&against=budget&format=csv", get=MONEY, record=True),
    Case("bridge", query="format=xlsx&measure=gross_revenue", get=MONEY),
    Case("entries", get=MONEY),
    Case("entries", query="client=HAL", get=MONEY, record=True),
    Case("entries", query="contract=HAL-SOW", get=MONEY, record=True, soft=True),
    Case("entries", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("entries", query="format=xlsx", get=MONEY),
    Case("close_list", get=CLOSE_READERS),
    Case("close", fixed(month="2026-10"), get=CLOSE_READERS),
    Case("close", fixed(month="2026-11"), get=CLOSE_READERS),
    Case("restatement", fixed(month="2026-10"), get=CLOSE_READERS),
    Case("restatement", fixed(month="2026-10"), query="format=xlsx", get=CLOSE_READERS),
    *(
        Case("close_file", fixed(month="2026-10", part=part, form=form), get=CLOSE_READERS)
        for part, form in (("checklist", "csv"), ("labour", "csv"), ("accruals", "xlsx"), ("late", "csv"))
    ),
    Case("close_now", fixed(month="2026-10"), post=FINANCE),
    Case("reopen", fixed(month="2026-10"), post=FINANCE, body=lambda world: {"reason": "late invoice"}),
    Case("close_check", fixed(month="2026-11"), post=FINANCE, body=lambda world: {"name": "bank", "done": "on"}),
    Case("post_accruals", fixed(month="2026-11"), post=FINANCE),
    Case(
        "overhead", get=frozenset({"finance", "leadership"}), post=FINANCE,
        body=lambda world: {"starts": "2026-11", "driver": "hours"},
    ),
    Case("client_financials", key, get=MONEY, record=True),
    Case("client_financials", key, query="format=xlsx", get=MONEY, record=True),
    Case("client_pnl_panel", key, get=MONEY, record=True),
    Case("retention", get=MONEY),
    Case("retention", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("retention", query="format=xlsx", get=MONEY),
    Case("receivables", get=MONEY),
    Case("receivables", query="client=HAL&as_of=2026-11-23", get=MONEY, record=True),
    Case("receivables", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("receivables", query="format=xlsx", get=MONEY),
    Case("invoices", get=MONEY),
    Case("invoices", query="client=HAL&state=open", get=MONEY, record=True),
    Case("invoices", query="contract=HAL-SOW", get=MONEY, record=True, soft=True),
    Case("invoices", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("invoices", query="format=xlsx", get=MONEY),
    Case("purchase_orders", get=MONEY),
    Case("purchase_orders", query="client=HAL", get=MONEY, record=True),
    Case("purchase_orders", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("purchase_orders", query="format=xlsx", get=MONEY),
    Case("client_receivables_panel", key, get=MONEY, record=True),
    Case("client_contracts_panel", key, get=CLIENT_READERS, record=True),
    Case("client_contracts", key, get=CLIENT_READERS, record=True),
    Case("contract_list", get=CLIENT_READERS),
    Case("contract_list", query="client=HAL", get=CLIENT_READERS, record=True, soft=True),
    Case("contract_list", query="format=csv", get=CLIENT_READERS),
    Case("contract_list", query="format=xlsx", get=CLIENT_READERS),
    Case("contract", fixed(number="HAL-SOW"), get=CLIENT_READERS, record=True),
    Case("contract_terms", fixed(number="HAL-SOW"), get=CLIENT_READERS, record=True),
    Case("contract_terms", fixed(number="HAL-SOW"), query="on=2026-10-01", get=CLIENT_READERS, record=True),
    Case("contract_billing", fixed(number="HAL-SOW"), get=CLIENT_READERS, record=True),
    Case(
        "term_add", fixed(number="HAL-SOW"), get=TERM_WRITERS, post=TERM_WRITERS, record=True, strange=404,
        body=fixed(topic="payment_days", value="45", starts="2190-01-01"),
    ),
    Case(
        "contract_move", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, record=True, strange=404,
        body=lambda world: {"to": "completed", "version": world.own.sow.version},
    ),
    Case(
        "plan_line_add", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, record=True, strange=404,
        body=fixed(due="2026-12-01", amount="10", label="Deposit"),
    ),
    Case("plan_line_remove", of_sow("invoice_line"), post=BOOKKEEPERS, record=True, strange=404),
    Case(
        "milestone_add", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, record=True, strange=404,
        body=fixed(key="M9", title="Launch", due="2026-12-01", amount="10"),
    ),
    Case(
        "milestone_cell", of_sow("milestone"), query="field=title", get=BOOKKEEPERS, post=BOOKKEEPERS, record=True,
        strange=404, body=lambda world: {"field": "title", "title": "Kick-off", "version": "1"},
    ),
    Case(
        "estimate_add", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, record=True, strange=404,
        body=fixed(month="2026-11", cost_to_go="10"),
    ),
    Case(
        "contract_document_add", post=TERM_WRITERS, strange=404,
        body=lambda world: {"number": "HAL-SOW", "file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 %%EOF")},
    ),
    Case("contract_document", number_of("document"), get=CLIENT_READERS, record=True),
    Case(
        "contract_edit", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, body=_contract, record=True,
        strange=404,
    ),
    Case("new_contract", get=BOOKKEEPERS, post=BOOKKEEPERS, body=_new_contract, strange=422),
    Case("new_contract", query="client=HAL", get=BOOKKEEPERS, record=True),
    Case("new_contract", query="parent=HAL-SOW", get=BOOKKEEPERS, record=True),
    Case("client_hours", key, get=MONEY, record=True),
    Case("contract_hours", fixed(number="HAL-SOW"), get=MONEY, record=True),
    Case("draft_order", fixed(number="HAL-SOW"), post=BOOKKEEPERS, record=True, strange=404),
    Case("capacity", get=MONEY),
    Case("capacity", query="client=HAL", get=MONEY, record=True),
    Case("capacity", query="rows=person&weeks=13&person=delivery@example.com", get=MONEY),
    Case("capacity", query="format=csv", get=MONEY),
    Case("capacity", query="client=HAL&format=xlsx", get=MONEY, record=True),
    Case("allocation_list", get=MONEY),
    Case("allocation_list", query="client=HAL", get=MONEY, record=True),
    Case("allocation_list", query="role=Qvwriter&format=csv", get=MONEY),
    Case("allocation_plan", get=PLANNERS, post=PLANNERS),
    Case("allocation_plan", query="client=HAL&from=2026-12-07", get=PLANNERS, post=PLANNERS, record=True, strange=404),
    Case("leave", get=EVERYONE),
    Case("leave", query="past=yes&format=csv", get=EVERYONE),
    Case(
        "leave_add", post=BOOKERS, strange=422,
        body=lambda world: {
            "person": world.people["delivery"].pk, "starts": "2027-03-01", "ends": "2027-03-02", "hours": "",
        },
    ),
    Case("leave_remove", number_of("leave"), post=WRITERS | {"delivery"}, record=True, strange=404),
    Case("role_lead", post=DIRECTOR, body=fixed(role="Writer", weeks="6")),
    Case("client_capacity_panel", key, get=MONEY, record=True),
    Case("time_list", get=MONEY),
    Case("time_list", query="client=HAL", get=MONEY, record=True),
    Case("time_list", query="contract=HAL-SOW", get=MONEY, record=True, soft=True),
    Case("time_list", query="format=csv", get=MONEY),
    Case("time_list", query="client=HAL&format=xlsx", get=MONEY, record=True),
    Case(
        "time_bulk", post=BOOKERS, body=lambda world: {"act": "mend", "role": "Lead", "pick": [world.own.hours.pk]},
    ),
    Case("my_week", get=BOOKERS, post=BOOKERS),
    Case("my_week", query="week=2026-11-02", get=BOOKERS),
    Case("rates", get=MONEY),
    Case("rates", query="client=HAL", get=MONEY, record=True, soft=True),
    Case("rates", query="format=csv", get=MONEY),
    Case("rates", query="format=xlsx", get=MONEY),
    Case(
        "rate_add", get=FINANCE, post=FINANCE,
        body=fixed(kind="bill", role="Writer", rate="90", currency="USD", starts="2026-11-01"),
    ),
    Case("indexes", get=MONEY),
    Case("indexes", query="format=csv", get=MONEY),
    Case("indexes", query="format=xlsx", get=MONEY),
    Case(
        "index_reading_add", get=FINANCE, post=FINANCE,
        body=fixed(index="hicp", month="2026-11", value="101.5", source="Statistics office"),
    ),
    Case(
        "index_reading_edit", lambda world: {"pk": str(IndexReading.objects.latest("month").pk)}, get=FINANCE,
        post=FINANCE, body=fixed(value="134.8", source="Statistics office, revised", version="1"), strange=404,
    ),
    Case("forecast", get=MONEY),
    Case("forecast", query="client=HAL", get=MONEY, record=True),
    Case("forecast_movement", get=MONEY),
    Case("forecast_movement", query="client=HAL&since=2026-10-31", get=MONEY, record=True),
    Case("forecast_movement", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("forecast_movement", query="format=xlsx&from=2026-01&to=2027-06", get=MONEY),
    Case("movement_this_month", get=MONEY),
    Case("movement_margin", get=MONEY),
    Case("movement_margin", query="client=HAL&since=2026-10-31", get=MONEY, record=True),
    Case("forecast_looked", post=MONEY),
    Case("forecast", query="owner=owner@example.com", get=MONEY),
    Case("year_band", get=MONEY),
    Case("forecast_changes", get=MONEY),
    Case("forecast_changes", query="client=HAL&year=2026", get=MONEY, record=True),
    Case("forecast_changes", query="owner=owner@example.com", get=MONEY),
    Case("forecast_pack", get=MONEY),
    Case("pack_risks", get=MONEY),
    Case("forecast_call", post=WRITERS, body=lambda world: {"amount": "1000000", "reason": "As agreed"}),
    Case(
        "withdraw_call", lambda world: {"pk": call_of(world)}, post=DIRECTOR, body=lambda world: {"why": "Qvtoo early"},
        record=True, strange=404, denied=404,
    ),
    Case("scenarios", get=WRITERS),
    Case("scenarios", query="format=csv", get=WRITERS),
    Case("scenarios", query="format=xlsx", get=WRITERS),
    Case("new_scenario", post=WRITERS, body=lambda world: {"name": "What if"}),
    Case("scenario", lambda world: {"pk": scenario_of(world)}, get=DIRECTOR, record=True, denied=404),
    Case(
        "scenario_add", lambda world: {"pk": scenario_of(world)}, post=DIRECTOR, record=True, strange=404, denied=404,
        body=lambda world: {"kind": "lose", "client": "HAL", "from": "2027-01"},
    ),
    Case(
        "scenario_drop", lambda world: {"pk": scenario_of(world), "place": 0}, post=DIRECTOR, record=True, strange=404,
        denied=404,
    ),
    Case(
        "scenario_delete", lambda world: {"pk": scenario_of(world)}, post=DIRECTOR, record=True, strange=404, denied=404
    ),
    Case("forecast_accuracy", get=MONEY),
    Case("forecast_accuracy", query="client=HAL&source=backtest", get=MONEY, record=True),
    Case("forecast_accuracy", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("forecast_accuracy", query="format=xlsx", get=MONEY),
    Case("accuracy_calls", get=MONEY),
    Case("measure_accuracy", post=BOOKKEEPERS),
    Case("add_override", query="client=HAL", post=WRITERS, body=lambda world: dict(CALL), record=True),
    Case(
        "revoke_override", lambda world: {"key": world.own.override.key}, post=WRITERS,
        body=lambda world: {"why": "Qvno longer"}, record=True,
    ),
    Case("forecast_margin", get=MONEY),
    Case("forecast_margin", query="client=HAL&year=2027", get=MONEY, record=True),
    Case("forecast_margin_export", fixed(form="csv"), get=MONEY),
    Case("forecast_margin_export", fixed(form="xlsx"), query="client=HAL", get=MONEY, record=True),
    Case("client_margin_panel", key, get=MONEY, record=True),
    Case("client_outlook_panel", key, get=MONEY, record=True),
    Case("forecast_export", fixed(form="csv"), get=MONEY),
    Case("forecast_export", fixed(form="xlsx"), query="client=HAL", get=MONEY, record=True),
)  # fmt: skip
