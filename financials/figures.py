"""Making the figures of money pages: a value with the id by which it can be explained again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from common.figures import Figure, Number, figure_id
from common.formats import day
from common.periods import Month, format_month, period_label
from financials.calc.index_readings import IndexChange
from financials.calc.notice import Uplift
from financials.queries.basis import Basis
from financials.queries.bridge import LABELS as BRIDGE_LABELS
from financials.queries.bridge import BridgeResult

LABELS: Final[dict[str, str]] = {
    "gross_revenue": "Gross revenue",
    "pass_through": "Pass-through",
    "net_revenue": "Net revenue",
    "delivery_labour": "Delivery labour",
    "freelancers": "Freelancers",
    "gross_profit": "Gross profit",
    "gross_margin": "Gross margin",
    "direct_expenses": "Direct expenses",
    "contribution": "Contribution",
    "contribution_margin": "Contribution margin",
    "overhead": "Account overhead",
    "operating_profit": "Operating profit",
    "operating_margin": "Operating margin",
}
"""The rows of the ladder as pages print them, in their order."""

LAYER_LABELS: Final[dict[str, str]] = {
    "recognised": "Recognised",
    "contracted": "Contracted",
    "renewal": "Renewal",
    "commit": "Commit",
    "best_case": "Best case",
    "pipeline": "Pipeline",
    "run_rate": "Run-rate",
    "override": "Override",
}
GAP_LABELS: Final[dict[str, str]] = {
    "forecast.gap": "Forecast net revenue, against budget",
    "revenue.on_target": "Net revenue, against target",
    "revenue.growth": "Net revenue, change on last year",
}
SCENARIO_WORDS: Final[dict[str, str]] = {
    "actual": "",
    "budget": "budget",
    "prior_year": "prior year",
    "forecast": "forecast",
    "variance": "against budget",
    "variance_prior": "against prior year",
    "forecast_variance": "forecast against budget",
    "forecast_variance_prior": "forecast against prior year",
}


def definition_of(name: str) -> str:
    """The address of a number's definition; the headings of docs/definitions.md are its anchors."""
    return f"/help/definitions/#{name.replace('_', '-')}"


def is_margin(row: str) -> bool:
    return row.endswith("_margin")


def pnl_figure(
    row: str,
    value: Number,
    basis: Basis,
    *,
    months: Sequence[Month],
    client: str = "",
    scenario: str = "actual",
    **scope: str,
) -> Figure:
    """One row of the ladder over months[0]..months[-1]; no months, nothing to explain.

    scenario: also variance and variance_prior, of actuals or with forecast_ before it, favourable positive.
    scope: contract, service_line, owner, tier, currency, budget.
    """
    name = LABELS[row]
    if scenario != "actual":
        name = f"{name}, {SCENARIO_WORDS[scenario]}"
    unit = basis.currency
    if is_margin(row):
        unit = "points" if "variance" in scenario else "ratio"
    if not months:
        return Figure("", name, value, unit)
    identity = figure_id(
        f"pnl.{row}",
        client=client,
        **{"from": format_month(months[0]), "to": format_month(months[-1])},
        scenario="" if scenario == "actual" else scenario,
        **scope,
    )
    return Figure(identity, f"{name}, {period_label(months[0], months[-1])}", value, unit)


def forecast_figure(
    value: Number,
    basis: Basis,
    *,
    first: Month,
    last: Month,
    client: str = "",
    owner: str = "",
    layer: str = "",
    currency: str = "",
) -> Figure:
    """Net revenue expected over the months, all layers or one."""
    name = f"Forecast, {LAYER_LABELS[layer].lower()}" if layer else "Forecast net revenue"
    identity = figure_id(
        f"forecast.{layer or 'total'}",
        client=client,
        owner=owner,
        **{"from": format_month(first), "to": format_month(last)},
        currency=currency,
    )
    return Figure(identity, f"{name}, {period_label(first, last)}", value, basis.currency)


EDGE_LABELS: Final[dict[str, str]] = {"p10": "10th percentile", "p50": "50th percentile", "p90": "90th percentile"}


def band_figure(
    edge: str,
    value: Number,
    basis: Basis,
    *,
    first: Month,
    last: Month,
    client: str = "",
    owner: str = "",
    currency: str = "",
) -> Figure:
    """Net revenue over the months that one trial in ten falls short of (p10), or goes beyond (p90)."""
    months = {"from": format_month(first), "to": format_month(last)}
    identity = figure_id(f"forecast.{edge}", client=client, owner=owner, **months, currency=currency)
    name = f"Forecast net revenue, {EDGE_LABELS[edge]}, {period_label(first, last)}"
    return Figure(identity, name, value, basis.currency)


def unopened_figure(
    value: Number, basis: Basis, *, first: Month, last: Month, client: str = "", owner: str = "", currency: str = ""
) -> Figure:
    """A part of the run-rate."""
    months = {"from": format_month(first), "to": format_month(last)}
    identity = figure_id("forecast.unopened", client=client, owner=owner, currency=currency, **months)
    return Figure(identity, f"Deals not opened yet, {period_label(first, last)}", value, basis.currency)


def override_figure(key: str, value: Number, currency: str) -> Figure:
    return Figure(figure_id("override.given", key=key), "A figure of our own", value, currency)


def unpriced_figure(value: int, client: str = "", owner: str = "") -> Figure:
    return Figure(figure_id("forecast.unpriced", client=client, owner=owner), "Unpriced deals left out", value, "count")


def gap_figure(formula: str, value: Number, unit: str, *, months: Sequence[Month], client: str = "") -> Figure:
    """Net revenue of months[0]..months[-1] held against something else. formula: one of GAP_LABELS."""
    if not months:
        return Figure("", GAP_LABELS[formula], value, unit)
    first, last = months[0], months[-1]
    identity = figure_id(formula, client=client, **{"from": format_month(first), "to": format_month(last)})
    return Figure(identity, f"{GAP_LABELS[formula]}, {period_label(first, last)}", value, unit)


SHOWN_LABELS: Final = {
    "shown": "Contribution margin of what is shown",
    "shown_gap": "Contribution margin of what is shown, on budget",
}


def shown_margin_figure(
    name: str, value: Number, months: Sequence[Month], client: str = "", currency: str = ""
) -> Figure:
    """name: shown, a ratio, or shown_gap, in points; over months[0]..months[-1] less what the reader is not told."""
    first, last = months[0], months[-1]
    identity = figure_id(
        f"margin.{name}", client=client, **{"from": format_month(first), "to": format_month(last)}, currency=currency
    )
    unit = "ratio" if name == "shown" else "points"
    return Figure(identity, f"{SHOWN_LABELS[name]}, {period_label(first, last)}", value, unit)


def renewals_figure(value: int, days: int) -> Figure:
    return Figure(figure_id("renewals.count", days=days), f"Renewals within {days} days", value, "count")


CONTRACT_LABELS: Final[dict[str, str]] = {
    "amount": "Contract amount",
    "scheduled": "Scheduled",
    "recognised": "In the ledger",
    "to_go": "Still to come",
    "earned": "Earned",
    "billed": "Billed",
    "passed_on": "Pass-through billed on",
    "invoiced": "Invoiced, with tax",
    "earned_not_billed": "Earned not billed",
    "billed_not_earned": "Billed not earned",
    "backlog": "Backlog",
    "expected_loss": "Expected loss",
    "provision": "Provision for the loss",
    "percent_complete": "Percent complete",
    "cost_to_date": "Cost to date",
}


def contract_figure(name: str, number: str, value: Number, currency: str, month: Month | None = None) -> Figure:
    """name: of CONTRACT_LABELS; month narrows scheduled and recognised."""
    label = CONTRACT_LABELS[name]
    words = label if month is None else f"{label}, {period_label(month, month)}"
    identity = figure_id(f"contract.{name}", contract=number, month=format_month(month) if month else "")
    return Figure(identity, words, value, currency)


def uplifted_figure(
    number: str,
    amount: Decimal | None,
    currency: str,
    uplift: Uplift,
    change: IndexChange | None,
    typed: Decimal | None = None,
) -> Figure:
    """The fee after its uplift; unknown while its index is. typed: a reading somebody gave, while none is published."""
    assumed = typed if change is None and uplift.index else None
    reading = change.change if change else assumed
    identity = figure_id("contract.uplifted", contract=number, reading="" if assumed is None else f"{assumed:f}")
    value = None if amount is None else uplift.applied(amount, currency, reading)
    return Figure(identity, "Fee after uplift", value, currency)


JUDGED_LABELS: Final[dict[str, str]] = {
    "system": "Probability of renewal, system",
    "owner": "Probability of renewal, owner",
    "final": "Probability of renewal, final",
    "walk_away": "Walk-away fee",
}


def judged_figure(name: str, number: str, ends: date, value: Number, currency: str) -> Figure:
    """name: of JUDGED_LABELS; ends: the last day of the term."""
    identity = figure_id(f"renewal.{name}", contract=number, ends=ends.isoformat())
    return Figure(identity, JUDGED_LABELS[name], value, currency if name == "walk_away" else "ratio")


DEBT_LABELS: Final[dict[str, str]] = {
    "current": "Not due",
    "d30": "1–30 days late",
    "d60": "31–60 days late",
    "d90": "61–90 days late",
    "over90": "Over 90 days late",
    "total": "Open receivables",
    "overdue": "Overdue receivables",
    "billed": "Invoiced in 90 days",
    "dso": "Days sales outstanding",
}
ORDER_LABELS: Final[dict[str, str]] = {
    "left": "left on the order",
    "fee_left": "fee left to invoice",
    "short": "fee the orders do not cover",
}


def debt_figure(
    name: str, value: Number, currency: str, *, as_of: date, client: str = "", asked: Mapping[str, str] | None = None
) -> Figure:
    """What is owed as of a day. asked: owner, tier and currency where the reader chose them."""
    identity = figure_id(f"receivables.{name}", client=client, **(asked or {}), as_of=as_of.isoformat())
    unit = "days" if name == "dso" else currency
    return Figure(identity, f"{DEBT_LABELS[name]}, {day(as_of)}", value, unit)


def order_figure(name: str, pk: int, number: str, value: Number, currency: str) -> Figure:
    return Figure(figure_id(f"order.{name}", order=pk), f"{number}, {ORDER_LABELS[name]}", value, currency)


def bridge_figure(name: str, value: Number, found: BridgeResult, *, client: str = "") -> Figure:
    """One part of a bridge between two periods, or from budget to actual."""
    asked = found.request
    identity = figure_id(
        f"bridge.{name}",
        client=client,
        start=_span(found.start),
        end=_span(found.end),
        against="budget" if asked.against == "budget" else "",
        measure="" if asked.measure == "gross_profit" else asked.measure,
        owner=asked.owner,
        tier=asked.tier,
        currency=asked.currency,
        budget=asked.budget_version,
    )
    return Figure(identity, BRIDGE_LABELS[name], value, found.basis.currency)


def _span(months: tuple[Month, Month]) -> str:
    return f"{format_month(months[0])}..{format_month(months[1])}"


CLOSE_LABELS: Final[dict[str, str]] = {
    "checks": "Checks open",
    "ledger": "Ledger, operating profit",
    "ladder": "Shown, operating profit",
    "tie_out": "Ledger less shown",
    "moved": "Moved since the month before",
    "pool": "Overhead pool",
    "spread": "Overhead spread",
    "unallocated": "Overhead not allocated",
    "share": "Share of the overhead pool",
    "labour_ledger": "Delivery labour in the ledger",
    "labour_time": "Hours at cost rates",
    "labour_gap": "Labour, ledger less time",
    "recognised": "Recognised to date",
    "billed": "Billed to date",
    "earned_not_billed": "Earned, not billed",
    "billed_not_earned": "Billed, not earned",
    "to_book": "Accrual to post",
    "accrual_net": "Earned less billed, all contracts",
    "restated": "Restated by",
}


def close_figure(name: str, value: Number, unit: str, month: Month, **scope: object) -> Figure:
    """A number of a month's close. scope: currency, row, client, contract, line, before, after."""
    label = CLOSE_LABELS[name]
    row = scope.get("row")
    if row:
        label = f"{LABELS[str(row)]}, moved since the month before"
    identity = figure_id(f"close.{name}", month=format_month(month), **scope)
    return Figure(identity, f"{label}, {period_label(month, month)}", value, unit)


RETENTION_LABELS: Final[dict[str, str]] = {
    "nrr": "Net revenue retention",
    "grr": "Gross revenue retention",
    "then": "Net revenue of the twelve months before",
    "now": "Net revenue now of clients with revenue then",
    "escalators": "Contractual escalators",
    "recurring": "Net retention of recurring work",
    "one_off": "Net retention of one-off projects",
    "revenue_hhi": "Concentration of net revenue",
    "margin_hhi": "Concentration of contribution",
    "largest": "Largest client's share of net revenue",
}


def retention_figure(
    name: str, value: Number, currency: str, *, last: Month, client: str = "", asked: Mapping[str, str] | None = None
) -> Figure:
    """Over the twelve months to `last`. asked: owner, tier and currency where the reader chose them."""
    identity = figure_id(f"retention.{name}", client=client, **(asked or {}), to=format_month(last))
    units = {"then": currency, "now": currency, "escalators": currency, "revenue_hhi": "score", "margin_hhi": "score"}
    label = f"{RETENTION_LABELS[name]}, twelve months to {period_label(last, last)}"
    return Figure(identity, label, value, units.get(name, "ratio"))
