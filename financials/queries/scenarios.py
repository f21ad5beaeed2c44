"""Scenarios against the forecast that stands: what each step does, by month and client. Eight queries for any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.access import clients_for, opportunities_for
from common.formats import plural
from common.fx import apply
from common.money import ZERO
from common.periods import Month, month_add, month_label, parse_month
from financials.calc.forecast_file import read_inputs
from financials.calc.scenarios import Facts, Line, Lose, Outcome, Raise, Slip, Step, take
from financials.models import Contract, Scenario
from financials.queries.basis import Basis, ids_sql, load_basis, rate_values

if TYPE_CHECKING:
    from people.models import User

MONTHS: Final = 18


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step in words, and what it does. seen: whether what it is about is in this reader's sight."""

    words: str
    revenue: Decimal
    profit: Decimal | None
    seen: bool


@dataclass(frozen=True, slots=True)
class ScenarioTold:
    """before, after: net revenue of the months shown. profit: contribution, None where a cost it needs is not known."""

    scenario: Scenario
    steps: tuple[StepTold, ...]
    before: Decimal
    after: Decimal
    profit: Decimal | None
    outcome: Outcome

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Told:
    """Every scenario asked for over the same months, against the same forecast."""

    basis: Basis
    first: Month
    last: Month
    months: Mapping[Month, Decimal]
    scenarios: tuple[ScenarioTold, ...]
    names: Mapping[str, str]
    missing: tuple[str, ...]


def load_scenarios(user: User, scenarios: Sequence[Scenario], *, now: datetime) -> Told:
    """From the open month on, eighteen months."""
    basis = load_basis(user, now=now, newest_entry=False)
    first = basis.open_month
    last = month_add(first, MONTHS - 1)
    clients = dict(clients_for(user).order_by().values_list("key", "name"))
    parsed = [[read_step(step) for step in one.steps] for one in scenarios]
    deals = {key for steps in parsed for step in steps if isinstance(step, Slip) for key in step.deals}
    seen = dict(opportunities_for(user).filter(key__in=deals).order_by().values_list("key", "name")) if deals else {}
    lines, missing = _lines(user, basis, first, last)
    facts = _facts(basis, first, lines, deals & seen.keys())
    months: dict[Month, Decimal] = {}
    for line in lines:
        months[line.month] = months.get(line.month, ZERO) + line.amount
    told = [
        _told(one, steps, lines, facts, (first, last), clients, seen)
        for one, steps in zip(scenarios, parsed, strict=True)
    ]
    return Told(basis, first, last, dict(sorted(months.items())), tuple(told), clients, missing)


def read_step(step: Mapping[str, Any]) -> Step:
    """A kept step; they are checked when they are kept."""
    if step["kind"] == "lose":
        return Lose(step["client"], parse_month(step["from"]))
    if step["kind"] == "slip":
        return Slip(tuple(step["deals"]), int(step["months"]))
    return Raise(step.get("client", ""), Decimal(step["by"]), parse_month(step["from"]))


def _told(
    scenario: Scenario,
    steps: list[Step],
    lines: Sequence[Line],
    facts: Facts,
    months: tuple[Month, Month],
    clients: Mapping[str, str],
    deals: Mapping[str, str],
) -> ScenarioTold:
    outcome = take(lines, steps, facts, *months)
    before = sum((line.amount for line in lines), ZERO)
    profits = [effect.profit for effect in outcome.effects]
    return ScenarioTold(
        scenario,
        tuple(
            _step_told(step, effect.revenue, effect.profit, clients, deals)
            for step, effect in zip(steps, outcome.effects, strict=True)
        ),
        before,
        before + sum((effect.revenue for effect in outcome.effects), ZERO),
        None if None in profits else sum((profit for profit in profits if profit is not None), ZERO),
        outcome,
    )


def _step_told(
    step: Step, revenue: Decimal, profit: Decimal | None, clients: Mapping[str, str], deals: Mapping[str, str]
) -> StepTold:
    words, seen = words_of(step, clients, deals)
    return StepTold(words, revenue, profit, seen)


def words_of(step: Step, clients: Mapping[str, str], deals: Mapping[str, str]) -> tuple[str, bool]:
    """What is out of sight is not named."""
    if isinstance(step, Lose):
        name = clients.get(step.client)
        return f"Lose {name or 'a client out of sight'} from {month_label(step.start)}", name is not None
    if isinstance(step, Raise):
        name = clients.get(step.client) if step.client else "all clients"
        size = f"{step.by * 100:+.1f}%".replace("-", "−")
        return f"Rates {size} at {name or 'a client out of sight'} from {month_label(step.start)}", name is not None
    named = [deals[key] for key in step.deals if key in deals]
    what = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
    way = "later" if step.months > 0 else "earlier"
    span = f"{plural(abs(step.months), 'month')} {way}"
    return (f"{what}: {span}" if named else f"Deals out of sight: {span}"), bool(named)


_LINES: Final = """
WITH rate(currency, month, rate) AS (VALUES {rates})
SELECT c.key, coalesce(k.number, ''), l.opportunity_key, l.month, l.layer,
       sum(half_even(l.amount * r.rate, {places})), bool_or(r.rate IS NULL), min(l.currency),
       CASE WHEN NOT bool_or(p.rate IS NULL) THEN sum(p.cost) END
FROM financials_forecastline l JOIN financials_forecastrun f ON f.id = l.run_id AND f.is_current
JOIN accounts_client c ON c.id = f.client_id LEFT JOIN financials_contract k ON k.id = l.contract_id
LEFT JOIN rate r ON r.currency = l.currency AND r.month = l.month
LEFT JOIN financials_forecastrate t ON t.run_id = f.id AND t.contract_id = l.contract_id
CROSS JOIN LATERAL (
  SELECT sum(part) AS rate, sum(half_even(l.amount * part * r.rate, {places})) AS cost
  FROM (VALUES (coalesce(t.labour_rate, f.labour_rate)), (coalesce(t.freelancers_rate, f.freelancers_rate)),
               (coalesce(t.direct_rate, f.direct_rate))) v(part)
) p
WHERE f.client_id IN ({clients}) AND l.month BETWEEN %s AND %s
GROUP BY c.key, k.number, l.opportunity_key, l.month, l.layer
"""


def _lines(user: User, basis: Basis, first: Month, last: Month) -> tuple[list[Line], tuple[str, ...]]:
    """The forecast that stands, from the first month on; what has no rate is named and left out. One query."""
    rates, rate_params = rate_values(basis, first, last)
    clients, client_params = ids_sql(clients_for(user).order_by().values("pk"))
    lines: list[Line] = []
    gaps: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            _LINES.format(rates=rates, places=basis.places, clients=clients),
            [*rate_params, *client_params, first, last],
        )
        for client, contract, deal, month, layer, amount, missing, currency, cost in cursor.fetchall():
            if missing:
                gaps.add(f"No {currency}/{basis.currency} rate for {month:%Y-%m}.")
            else:
                lines.append(Line(client, contract, deal, month, layer, amount, cost))
    return lines, tuple(sorted(gaps))


def _facts(basis: Basis, first: Month, lines: Iterable[Line], deals: Iterable[str]) -> Facts:
    wanted = set(deals)
    clients = {line.client for line in lines if line.opportunity in wanted}
    numbers = {line.contract for line in lines if line.contract}
    worked = Contract.objects.filter(number__in=numbers, billing="time_and_materials").values_list("number", flat=True)
    return Facts(
        first=first,
        currency=basis.currency,
        as_worked=frozenset(worked),
        inputs=_inputs(clients) if clients else {},
        convert=lambda amount, currency, month: _converted(basis, amount, currency, month),
    )


def _inputs(keys: Iterable[str]) -> dict[str, Any]:
    """What the standing run of each client read, its ledger left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.key, jsonb_set(i.body::jsonb, '{ledger}', '[]')::text FROM financials_forecastinput i "
            "JOIN financials_forecastrun f ON f.id = i.run_id AND f.is_current "
            "JOIN accounts_client c ON c.id = f.client_id WHERE c.key = ANY(%s)",
            [list(keys)],
        )
        return {key: read_inputs(body) for key, body in cursor.fetchall()}


def _converted(basis: Basis, amount: Decimal, currency: str, month: Month) -> Decimal | None:
    rate = basis.rate(currency, month)
    return None if rate is None else apply(amount, rate, basis.currency)
