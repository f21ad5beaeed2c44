"""How money figures explain themselves: formula, inputs, twelve months, what they tie to and the rows behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Figure, Input, Number, Point, UnknownFigure, figure_id, formulae
from common.formats import day
from common.money import is_currency
from common.periods import InvalidPeriod, Month, format_month, month_add, month_label, parse_month, period_label
from financials import (
    explain_alignment,
    explain_close,
    explain_contracts,
    explain_forecast,
    explain_gaps,
    explain_indexes,
    explain_margin,
    explain_overrides,
    explain_plans,
    explain_renewals,
    explain_shown_margin,
    explain_time,
    explain_unopened,
)
from financials.calc.ladder import COSTS, LINES
from financials.explain_pnl_ahead import ahead_definition, ahead_formula, ahead_inputs
from financials.figures import LABELS, SCENARIO_WORDS, definition_of, is_margin, pnl_figure
from financials.queries.basis import Basis, load_basis
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import NONE, BadRequest, PnlRequest, Scenario, fiscal_start
from financials.queries.pnl_rows import PnlResult, columns_for, gap
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
FORMULAE: Final[dict[str, str]] = {
    "gross_revenue": "Σ ledger entries on gross revenue",
    "pass_through": "Σ ledger entries on pass-through",
    "net_revenue": "gross revenue − pass-through",
    "delivery_labour": "Σ ledger entries on delivery labour; for a client and month without any, Σ hours × cost rate",
    "freelancers": "Σ ledger entries on freelancers",
    "gross_profit": "net revenue − delivery labour − freelancers",
    "gross_margin": "gross profit ÷ net revenue",
    "direct_expenses": "Σ ledger entries on direct expenses",
    "contribution": "net revenue − delivery labour − freelancers − direct expenses",
    "contribution_margin": "contribution ÷ net revenue",
    "overhead": "Σ ledger entries on account overhead + share of the overhead pool by its driver",
    "operating_profit": "contribution − account overhead",
    "operating_margin": "operating profit ÷ net revenue",
}
LEAVES: Final[dict[str, tuple[str, ...]]] = {
    **{line: (line,) for line in LINES},
    "net_revenue": LINES[:2],
    "gross_profit": LINES[:4],
    "contribution": LINES[:5],
    "operating_profit": LINES,
    "gross_margin": LINES[:4],
    "contribution_margin": LINES[:5],
    "operating_margin": LINES,
}
"""The ledger lines behind each row."""
_PARAMS: Final = frozenset(
    {"client", "from", "to", "scenario", "contract", "service_line", "owner", "tier", "currency", "budget"}
    | {"parent", "industry", "fiscal", "rates"}
)
_NUMERATOR: Final = {
    "gross_margin": "gross_profit",
    "contribution_margin": "contribution",
    "operating_margin": "operating_profit",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A ladder figure's parameters, read. against: what a variance is held against."""

    row: str
    request: PnlRequest
    scenario: str
    first: Month
    last: Month

    @property
    def compared(self) -> tuple[Scenario, Scenario]:
        return ("forecast" if self.scenario.startswith("forecast_") else "actual"), self.against

    @property
    def against(self) -> Scenario:
        return "prior_year" if self.scenario.endswith("variance_prior") else "budget"


def _months(params: Mapping[str, str]) -> tuple[Month, Month]:
    try:
        first, last = parse_month(params["from"]), parse_month(params["to"])
    except (KeyError, InvalidPeriod):
        raise UnknownFigure("from and to are months") from None
    if first > last or last.year - first.year > 20:
        raise UnknownFigure("from comes after to")
    return first, last


def _asked(row: str, params: Mapping[str, str]) -> Asked:
    if params.keys() - _PARAMS or params.get("scenario", "actual") not in SCENARIO_WORDS:
        raise UnknownFigure(row)
    if params.get("currency") and not is_currency(params["currency"]):
        raise UnknownFigure(params["currency"])
    first, last = _months(params)
    try:
        rates = parse_month(params["rates"]) if params.get("rates") else None
        if params.get("fiscal"):
            fiscal_start(params["fiscal"])
    except (InvalidPeriod, BadRequest):
        raise UnknownFigure(row) from None
    request = PnlRequest(
        first=first,
        last=last,
        client=params.get("client", ""),
        contract=params.get("contract", ""),
        service_line="" if params.get("service_line") == NONE else params.get("service_line"),
        owner=params.get("owner", ""),
        tier=params.get("tier", ""),
        currency=params.get("currency", ""),
        budget_version=params.get("budget", ""),
        parent=params.get("parent", ""),
        industry=params.get("industry", ""),
        fiscal=params.get("fiscal", ""),
        rates=rates,
    )
    return Asked(row, request, params.get("scenario", "actual"), first, last)


def explain_pnl(row: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    asked = _asked(row, params)
    if row not in columns_for(user) or not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    scope = scope_words(user, asked.request)
    basis = load_basis(user, now=now, currency=asked.request.currency, budget_version=asked.request.budget_version)
    if "variance" in asked.scenario:
        return _explain_variance(user, asked, basis, scope, now)
    return _explain_row(user, asked, basis, scope, now)


def scope_words(user: User, request: PnlRequest) -> str:
    """What the figure covers, in words. Raises Http404 for a client out of sight."""
    who = get_client_for(user, request.client).name if request.client else "All your clients"
    if request.parent:
        who = f"{get_client_for(user, request.parent).name} and its children"
    if request.owner:
        who += f" of {request.owner}" if request.owner != NONE else " without an owner"
    if request.tier:
        who += f", tier {request.tier}" if request.tier != NONE else " without a tier"
    if request.industry:
        who += f", industry {request.industry if request.industry != NONE else 'not given'}"
    contracts = f"contract {request.contract}" if request.contract else "all contracts"
    if request.contract == NONE:
        contracts = "what stands under no contract"
    lines = "all service lines"
    if request.service_line is not None:
        lines = f"service line {request.service_line or 'not given'}"
    return f"{who}, {contracts}, {lines}"


def _ask(user: User, asked: Asked, basis: Basis, scenario: Scenario, **changes: object) -> PnlResult:
    counted = scenario == "actual" and not changes
    request = replace(asked.request, scenario=scenario, counted=counted, **changes)  # type: ignore[arg-type]  # its fields
    return load_pnl(user, request, now=basis.as_of, basis=basis, tie=scenario == "actual" and not changes)


def _explain_row(user: User, asked: Asked, basis: Basis, scope: str, now: datetime) -> Explanation:
    scenario = cast(Scenario, asked.scenario)
    result = _ask(user, asked, basis, scenario)
    value = _value(result, asked.row)
    notes = list(result.missing)
    if "delivery_labour" in LEAVES[asked.row] and result.labour_note:
        notes.append(f"{result.labour_note[0].upper()}{result.labour_note[1:]}")
    if result.pooled and "overhead" in LEAVES[asked.row]:
        notes.append(f"Account overhead includes a share of the overhead pool, {result.pooled}")
    entries = scenario == "actual"
    return Explanation(
        figure=_figure(asked, basis, value),
        scope=scope,
        formula=ahead_formula(asked.row, FORMULAE) if scenario == "forecast" else FORMULAE[asked.row],
        formula_id=f"pnl.{asked.row}",
        formula_version=VERSION,
        inputs=_inputs(asked, result),
        as_of=basis.as_of,
        run=f"ledger entry {basis.ledger_no:,}",
        period=_period(asked, basis),
        rates=result.rates_note,
        tie_out=result.tie_out.difference if result.tie_out else None,
        series=_series(user, asked, basis, scenario),
        series_label=f"Twelve months, {scenario.replace('_', ' ')} against budget",
        rows_url=entries_url(asked.request, asked.row) if entries else "",
        rows_count=_rows_behind(result, asked.row) if entries else None,
        xlsx_url=entries_url(asked.request, asked.row, format="xlsx") if entries else "",
        definition=definition_of(ahead_definition(asked.row) if scenario == "forecast" else asked.row),
        notes=tuple(notes),
    )


def _explain_variance(user: User, asked: Asked, basis: Basis, scope: str, now: datetime) -> Explanation:
    actual, other = (_value(_ask(user, asked, basis, name), asked.row) for name in asked.compared)
    value = favourable(asked.row, gap(asked.row, actual, other))
    unit = "ratio" if is_margin(asked.row) else basis.currency
    first, second = ("−", "+") if asked.row in COSTS else ("", "−")
    words = "budget" if asked.against == "budget" else "prior year"
    shown = asked.compared[0]
    return Explanation(
        figure=_figure(asked, basis, value),
        scope=scope,
        formula=f"{words} − {shown}" if asked.row in COSTS else f"{shown} − {words}",
        formula_id=f"pnl.{asked.row}",
        formula_version=VERSION,
        inputs=(
            Input(shown.capitalize(), actual, unit, first, url=_explain_url(asked, shown)),
            Input(words.capitalize(), other, unit, second, url=_explain_url(asked, asked.against)),
        ),
        as_of=basis.as_of,
        run=f"ledger entry {basis.ledger_no:,}",
        period=_period(asked, basis),
        series=_series(user, asked, basis, shown),
        series_label=f"Twelve months, {shown} against budget",
        rows_url=entries_url(asked.request, asked.row) if shown == "actual" else "",
        definition=definition_of("variance"),
        notes=("Favourable is positive on every row, costs too",),
    )


def favourable(row: str, value: Decimal | None) -> Decimal | None:
    return -value if value is not None and row in COSTS else value


def _value(result: PnlResult, row: str) -> Decimal | None:
    return result.total.values[row] if result.total else None


def _figure(asked: Asked, basis: Basis, value: Number) -> Figure:
    request = asked.request
    scope = {"contract": request.contract, "owner": request.owner, "tier": request.tier}
    scope |= {"currency": request.currency, "budget": request.budget_version, "parent": request.parent}
    scope |= {"industry": request.industry, "fiscal": request.fiscal}
    scope |= {"rates": format_month(request.rates) if request.rates else ""}
    if request.service_line is not None:
        scope["service_line"] = request.service_line or NONE
    months = [asked.first, asked.last]
    return pnl_figure(asked.row, value, basis, months=months, client=request.client, scenario=asked.scenario, **scope)


def _inputs(asked: Asked, result: PnlResult) -> tuple[Input, ...]:
    row, total = asked.row, result.total
    if total is None:
        return ()
    if asked.scenario == "forecast":
        return ahead_inputs(row, total, result.currency)
    if is_margin(row):
        profit = _NUMERATOR[row]
        return (
            Input(LABELS[profit], total.values[profit], result.currency),
            Input(LABELS["net_revenue"], total.values["net_revenue"], result.currency, "÷"),
        )
    entries = asked.scenario == "actual"
    found = [
        Input(
            LABELS[line],
            total.values[line],
            result.currency,
            "" if position == 0 else "−",
            rows=total.entries.get(line, 0),
            url=entries_url(asked.request, line) if entries else "",
        )
        for position, line in enumerate(LEAVES[row])
    ]
    if entries and "delivery_labour" in LEAVES[row] and total.timed != 0:
        found.append(
            Input("Of it from time", total.timed, result.currency, "", rows=total.hours, url=time_url(asked.request))
        )
    return tuple(found)


def time_url(request: PnlRequest) -> str:
    """The list of hours behind labour from time: by client, contract and months, as it can be filtered."""
    months = {name: format_month(value) for name, value in (("first", request.first), ("last", request.last)) if value}
    query = {"client": request.client, "contract": request.contract, **months}
    return f"{reverse('time_list')}?{urlencode({name: value for name, value in query.items() if value})}"


def _rows_behind(result: PnlResult, row: str) -> int:
    return sum(result.total.entries.get(line, 0) for line in LEAVES[row]) if result.total else 0


def _series(user: User, asked: Asked, basis: Basis, scenario: Scenario) -> tuple[Point, ...]:
    """The twelve months to the figure's last one, with their budget."""
    first = month_add(asked.last, -11)
    span = {"first": first, "last": asked.last, "group_by": ("month",), "fiscal": ""}
    values, budgets = (
        {row.group[0]: row.values[asked.row] for row in _ask(user, asked, basis, name, **span).rows}
        for name in (scenario, "budget")
    )
    return tuple(
        Point(month_label(month), values.get(format_month(month)), budgets.get(format_month(month)))
        for month in (month_add(first, count) for count in range(12))
    )


def _period(asked: Asked, basis: Basis) -> str:
    words = asked.request.fiscal or period_label(asked.first, asked.last)
    if basis.closed_through is None:
        return f"{words}, no month closed yet"
    if asked.last > basis.closed_through:
        return f"{words}, closed to {month_label(basis.closed_through)}"
    closed = f", {day(basis.closed_at.date())}" if basis.closed_at and asked.last == basis.closed_through else ""
    return f"{words}, closed{closed}"


def entries_url(request: PnlRequest, row: str, **more: str) -> str:
    """The list of ledger rows behind a row of the ladder."""
    query = {
        "client": request.client,
        "contract": request.contract,
        "owner": request.owner,
        "tier": request.tier,
        "parent": request.parent,
        "industry": request.industry,
        "fiscal": request.fiscal,
        "from": format_month(request.first) if request.first else "",
        "to": format_month(request.last) if request.last else "",
        "row": row,
        **more,
    }
    kept = {name: value for name, value in query.items() if value}
    if request.service_line is not None:
        kept["service_line"] = request.service_line
    return f"{reverse('entries')}?{urlencode(kept)}"


def _explain_url(asked: Asked, scenario: str) -> str:
    request = asked.request
    identity = figure_id(
        f"pnl.{asked.row}",
        client=request.client,
        **{"from": format_month(asked.first), "to": format_month(asked.last)},
        scenario="" if scenario == "actual" else scenario,
        contract=request.contract,
        service_line=NONE if request.service_line == "" else request.service_line,
        owner=request.owner,
        tier=request.tier,
        currency=request.currency,
        budget=request.budget_version,
        parent=request.parent,
        industry=request.industry,
        fiscal=request.fiscal,
        rates=format_month(request.rates) if request.rates else "",
    )
    return reverse("figure", args=[identity])


def _ladder_handler(row: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain_pnl(row, user, params, now)

    formulae.register(f"pnl.{row}", handle)


def register() -> None:
    for row in LABELS:
        _ladder_handler(row)
    explain_forecast.register()
    explain_overrides.register()
    explain_renewals.register()
    explain_unopened.register()
    explain_margin.register()
    explain_gaps.register()
    explain_indexes.register()
    explain_shown_margin.register()
    explain_plans.register()
    explain_alignment.register()
    explain_close.register()
    explain_contracts.register()
    explain_time.register()
