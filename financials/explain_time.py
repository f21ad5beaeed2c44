"""How figures of hours, rates an hour and over-servicing explain themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.money import is_currency
from common.periods import InvalidPeriod, Month, format_month, parse_month, period_label
from financials.access import get_contract_for
from financials.figures import definition_of
from financials.queries.basis import load_basis
from financials.queries.contract_trees import family_of
from financials.queries.realisation import LABELS as RATE_LABELS
from financials.queries.realisation import load_hour_sums, rate_figure, total_of
from financials.queries.servicing import ServicePage, load_service
from financials.queries.servicing_figures import LABELS as SERVICE_LABELS
from financials.queries.servicing_figures import service_figure
from financials.queries.time_list import LABELS as TIME_LABELS
from financials.queries.time_list import TimeFilter, filtered, sums_of, time_figure
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
_HOURS: Final = {
    "hours": "Σ hours submitted or approved",
    "billable": "Σ hours submitted or approved that are billable",
    "waiting": "Σ hours submitted and not decided on",
    "sent_back": "Σ hours sent back; they count nowhere",
}
_RATES: Final = {
    "worked": "Σ hours of the months with hours",
    "realised_rate": "net revenue ÷ hours worked",
    "card_rate": "value at card ÷ billable hours that have a bill rate",
    "realisation": "realised rate ÷ card rate",
}
_SERVICE: Final = {
    "hours": "Σ hours booked on the contract and its change orders",
    "used": "hours ÷ hours in scope; without a scope in hours, value at card ÷ fee",
    "done": "fee to date by the schedule ÷ whole fee",
    "burn": "share of budget used ÷ share of work done",
    "over_hours": "hours − hours in scope × share of work done",
    "over_value": "value at card − fee to date",
    "left": "hours in scope − hours, not below 0",
}


def _need_money(user: User) -> None:
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)


def _span(months: Mapping[str, Month]) -> str:
    words = [f"{word}{format_month(months[name])}" for name, word in _SPAN.items() if name in months]
    return " ".join(words) or "all months"


_SPAN: Final = {"month": "", "first": "from ", "last": "to "}


def explain_hours(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    _need_money(user)
    try:
        months = {name: parse_month(params[name]) for name in ("month", "first", "last") if params.get(name)}
    except InvalidPeriod:
        raise UnknownFigure("month, first and last are months") from None
    if params.keys() - {"client", "person", "contract", "month", "first", "last", "status", "billable"}:
        raise UnknownFigure("hours take a client, person, contract, month, first, last, status and billable")
    wanted = TimeFilter(**{**{key: value for key, value in params.items() if value}, **months})  # type: ignore[arg-type]  # as named above
    if wanted.client:
        get_client_for(user, wanted.client)
    rows = filtered(user, wanted)
    sums = sums_of(rows)
    query = {key: value for key, value in wanted.params.items() if value}
    inputs = {
        "hours": (("Billable", sums.billable, ""), ("Not billable", sums.hours - sums.billable, "+")),
    }.get(name, ((TIME_LABELS[name], getattr(sums, name), ""),))
    return Explanation(
        figure=time_figure(name, getattr(sums, name), wanted),
        scope=wanted.client or "all clients in sight",
        formula=_HOURS[name],
        formula_id=f"time.{name}",
        formula_version=VERSION,
        inputs=tuple(Input(label, value, "hours", sign) for label, value, sign in inputs),
        as_of=now,
        period=_span(months),
        rows_url=f"{reverse('time_list')}?{urlencode(query)}",
        rows_count=rows.count(),
        xlsx_url=f"{reverse('time_list')}?{urlencode({**query, 'format': 'xlsx'})}",
        definition=definition_of("hours"),
    )


def explain_rate(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    _need_money(user)
    currency = params.get("currency", "")
    if params.keys() - {"client", "contract", "from", "to", "currency"} or (currency and not is_currency(currency)):
        raise UnknownFigure("a rate an hour takes a client or contract, months and a currency")
    try:
        first, last = parse_month(params["from"]), parse_month(params["to"])
    except (KeyError, InvalidPeriod):
        raise UnknownFigure("a rate an hour names its months") from None
    if first > last or last.year - first.year > 10 or not (params.get("client") or params.get("contract")):
        raise UnknownFigure("a rate an hour is of a client or contract, over at most ten years")
    ids: tuple[int, ...] | None = None
    if number := params.get("contract", ""):
        contract = get_contract_for(user, number)
        client, ids = contract.client, tuple(family_of(user, contract)[1])
    else:
        client = get_client_for(user, params["client"])
    basis = load_basis(user, now=now, currency=currency)
    sums = total_of(list(load_hour_sums(basis, first, last, client_id=client.pk, contract_ids=ids).values()))
    where = {"contract": number} if number else {"client": client.key}
    rows = urlencode({**where, **({"month": format_month(first)} if first == last else {})})
    made = {
        "worked": (Input("Hours", sums.hours, "hours"),),
        "realised_rate": (
            Input("Net revenue", sums.net, basis.currency),
            Input("Hours worked", sums.hours, "hours", "÷", rows=sums.entries),
        ),
        "card_rate": (
            Input("Value at card", sums.value, basis.currency),
            Input("Billable hours with a bill rate", sums.carded, "hours", "÷"),
        ),
        "realisation": (
            Input("Realised rate", sums.realised, basis.currency),
            Input("Card rate", sums.card, basis.currency, "÷"),
        ),
    }[name]
    uncarded = sums.billable - sums.carded
    return Explanation(
        figure=rate_figure(name, sums, basis, first, last, **where),
        scope=f"{client.name}{f', {number}' if number else ''}",
        formula=_RATES[name],
        formula_id=f"time.{name}",
        formula_version=VERSION,
        inputs=made,
        as_of=now,
        period=period_label(first, last),
        rows_url=f"{reverse('time_list')}?{rows}",
        definition=definition_of("realised_rate"),
        notes=(f"{uncarded:,.2f} billable hours have no bill rate",) if uncarded and name != "worked" else (),
    )


def explain_service(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    _need_money(user)
    if params.keys() != {"contract"}:
        raise UnknownFigure("a figure of service names its contract")
    page = load_service(user, get_contract_for(user, params["contract"]), now=now)
    if page is None:
        raise UnknownFigure("no hours and no scope")
    return Explanation(
        figure=service_figure(name, page),
        scope=f"{page.contract.client.name}, {page.contract.number}",
        formula=_SERVICE[name],
        formula_id=f"service.{name}",
        formula_version=VERSION,
        inputs=_service_inputs(name, page),
        as_of=now,
        period=f"to {page.basis.today}",
        rows_url=f"{reverse('time_list')}?{urlencode({'contract': page.contract.number})}",
        definition=definition_of("burn_index"),
        notes=(f"{page.uncarded:,.2f} billable hours have no bill rate",) if page.uncarded else (),
    )


def _service_inputs(name: str, page: ServicePage) -> tuple[Input, ...]:
    service, currency = page.service, page.contract.currency
    hours = Input("Hours worked", service.hours, "hours")
    scope = Input("Hours in scope", service.scope_hours, "hours")
    used = Input("Share of budget used", service.used, "ratio")
    done = Input("Share of work done", service.done, "ratio", "÷")
    by_scope = service.scope_hours is not None
    made: dict[str, tuple[Input, ...]] = {
        "hours": (hours,),
        "used": (hours, _signed(scope, "÷"))
        if by_scope
        else (Input("Value at card", service.value, currency), Input("Fee", service.fee, currency, "÷")),
        "done": (Input("Fee to date", service.earned, currency), Input("Fee", service.fee, currency, "÷")),
        "burn": (used, done),
        "over_hours": (hours, Input("Paid for by now", service.scope_to_date, "hours", "−")),
        "over_value": (
            Input("Value at card", service.value, currency),
            Input("Fee to date", service.earned, currency, "−"),
        ),
        "left": (scope, _signed(hours, "−")),
    }
    return made[name]


def _signed(given: Input, sign: str) -> Input:
    return Input(given.label, given.value, given.unit, sign)


def _handler(
    explain: Callable[..., Explanation], name: str
) -> Callable[[User, Mapping[str, str], datetime], Explanation]:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain(name, user, params, now)

    return handle


def register() -> None:
    for name in TIME_LABELS:
        formulae.register(f"time.{name}", _handler(explain_hours, name))
    for name in RATE_LABELS:
        formulae.register(f"time.{name}", _handler(explain_rate, name))
    for name in SERVICE_LABELS:
        formulae.register(f"service.{name}", _handler(explain_service, name))
