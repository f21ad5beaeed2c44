"""What this app knows of a client's health: delivery on time, margin against its target, ends and renewals.

Source: docs/definitions.md#health
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Coalesce

from accounts.calc.health import clamped
from accounts.models import Client, Commitment, Side
from common.fx import MissingRate, RateRow, Rates, convert
from common.health import (
    ComponentScore,
    HealthAsk,
    HealthCap,
    HealthComponent,
    HealthInput,
    Outcome,
    caps,
    components,
    outcomes,
)
from common.models import ClosedPeriod, FxRate
from common.money import ZERO, ratio
from common.periods import month_add, month_of
from financials.calc.ladder import ladder
from financials.models import (
    BudgetLine,
    Contract,
    ContractStatus,
    LedgerMonth,
    Line,
    Milestone,
    RenewalPlan,
    RenewalStatus,
)

WINDOW: Final = timedelta(days=90)
MONTHS: Final = 12
_UP_TO_GROSS: Final = (Line.GROSS_REVENUE, Line.PASS_THROUGH, Line.DELIVERY_LABOUR, Line.FREELANCERS)
_COSTS: Final = frozenset({Line.DELIVERY_LABOUR, Line.FREELANCERS})
SUCCESSION: Final = timedelta(days=31)
"""A contract that begins within a month of another's end, of the same client and service line, carries it on."""


def read_delivery(ask: HealthAsk) -> Mapping[int, ComponentScore]:
    """Two queries. Milestones and our promises that fell due in the 90 days before the day: done by their day ÷ due."""
    first, last = ask.day - WINDOW, ask.day - timedelta(days=1)
    due: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    milestones = Milestone.objects.filter(contract__client__in=ask.client_ids, due__gte=first, due__lte=last)
    for client, by, done in milestones.values_list("contract__client_id", "due", "accepted_on"):
        _count(due[client], by, done, 0)
    promises = Commitment.objects.filter(
        client__in=ask.client_ids, side=Side.OURS, due__gte=first, due__lte=last, dropped_on=None
    )
    for client, by, done in promises.values_list("client_id", "due", "kept_on"):
        _count(due[client], by, done, 1)
    return {
        client: ComponentScore(
            clamped(ratio(on_time, of_milestones + of_promises)),
            (
                HealthInput("On time", on_time),
                HealthInput("Milestones due in 90 days", of_milestones),
                HealthInput("Our promises due in 90 days", of_promises),
            ),
        )
        for client, (of_milestones, of_promises, on_time) in due.items()
    }


def _count(into: list[int], by: date, done: date | None, place: int) -> None:
    into[place] += 1
    into[2] += done is not None and done <= by


def read_commercial(ask: HealthAsk) -> Mapping[int, ComponentScore]:
    """Five queries. Gross margin of the last twelve closed months ÷ its target, of posted entries alone.

    A client without a posted cost is unknown: its labour may be in hours, which are of a stricter class.
    """
    before = month_add(month_of(ask.day), -1)
    closed = ClosedPeriod.objects.filter(month__lte=before).order_by("-month").values_list("month", flat=True).first()
    through = closed or before
    first = month_add(through, 1 - MONTHS)
    home = dict(Client.objects.filter(pk__in=ask.client_ids).order_by().values_list("pk", "currency"))
    rates = Rates(RateRow(*row) for row in FxRate.objects.values_list("month", "base", "quote", "average", "closing"))
    span = Q(client__in=ask.client_ids, month__gte=first, month__lte=through, line__in=_UP_TO_GROSS)
    actual = _lines(LedgerMonth.objects.filter(span), home, rates)
    newest = BudgetLine.objects.order_by("-id").values("version_name")[:1]
    budget = _lines(BudgetLine.objects.filter(span, version_name=newest), home, rates)
    return {client: _commercial(lines, budget.get(client), ask.margin_target) for client, lines in actual.items()}


Lines = dict[str, Decimal | None]
"""Amounts by line in the client's currency; None where a rate is missing."""


def _lines(rows: Any, home: Mapping[int, str], rates: Rates) -> dict[int, Lines]:
    found: dict[int, Lines] = {}
    cells = rows.order_by().values_list("client_id", "month", "line", "currency").annotate(total=Sum("amount"))
    for client, month, line, currency, total in cells:
        lines = found.setdefault(client, {})
        known = lines.get(line, ZERO)
        try:
            amount = convert(total, currency, home[client], month, rates, via=settings.REPORTING_CURRENCY)
        except MissingRate:
            amount = None
        lines[line] = None if amount is None or known is None else known + amount
    return found


def _margin(lines: Lines | None) -> Decimal | None:
    if lines is None or None in lines.values() or not _COSTS & lines.keys():
        return None
    return ladder({line: amount for line, amount in lines.items() if amount is not None}).gross_margin


def _commercial(actual: Lines, budget: Lines | None, fallback: Decimal) -> ComponentScore:
    margin, planned = _margin(actual), _margin(budget)
    target = planned if planned is not None and planned > 0 else fallback
    words = "Target, the budget's margin" if target is planned else "Target, of the rules"
    return ComponentScore(
        clamped(None if margin is None else ratio(margin, target)),
        (
            HealthInput("Gross margin, last twelve closed months", margin, "ratio"),
            HealthInput(words, target, "ratio"),
        ),
    )


def notice_given(client_ids: Collection[int], day: date) -> Mapping[int, str]:
    """Two queries. Clients with a contract terminated or whose renewal plan says that notice was given, not over yet.

    Known from the day it was noted: a day before it reads as nobody knew.
    """
    found: dict[int, str] = {}
    noted = Coalesce(
        Max("status_changes__at", filter=Q(status_changes__after=ContractStatus.TERMINATED)), F("created_at")
    )
    ended = (
        Contract.objects.filter(client__in=client_ids, status=ContractStatus.TERMINATED)
        .annotate(noted=noted, over=Coalesce("ended_on", "end"))
        .filter(noted__date__lte=day, over__gte=day)
    )
    for client, number, over in ended.order_by("number").values_list("client_id", "number", "over"):
        found.setdefault(client, f"{number} was terminated, to {over.isoformat()}")
    plans = RenewalPlan.objects.filter(
        contract__client__in=client_ids, status=RenewalStatus.NOTICE, term_end__gte=day, updated_at__date__lte=day
    )
    for client, number, end in plans.order_by("term_end", "pk").values_list(
        "contract__client_id", "contract__number", "term_end"
    ):
        found.setdefault(client, f"notice of {number} was given, to {end.isoformat()}")
    return found


def ends_and_renewals(client_ids: Collection[int], first: date, last: date) -> Sequence[Outcome]:
    """One query. Contracts that renew by their own words and whose term ended between the days: kept where another of
    the client and service line began within a month of it, else lost; terminated ones are lost on their last day.
    """
    rows = list(
        Contract.objects.filter(client__in=client_ids, kind="sow")
        .exclude(status__in=[ContractStatus.DRAFT, ContractStatus.REVIEW, ContractStatus.NEGOTIATION])
        .order_by("client_id", "start", "number")
    )
    by_place: dict[tuple[int, str], list[Contract]] = defaultdict(list)
    for one in rows:
        by_place[one.client_id, one.service_line].append(one)
    found = []
    for one in rows:
        end = one.ended_on if one.status == ContractStatus.TERMINATED else one.end
        if end is None or not first <= end <= last:
            continue
        if one.status == ContractStatus.TERMINATED:
            found.append(Outcome(one.client_id, end, kept=False, what=f"{one.number} terminated"))
        elif one.renewal:
            places = by_place[one.client_id, one.service_line]
            kept = any(other.pk != one.pk and abs(other.start - end) <= SUCCESSION for other in places)
            words = "renewed" if kept else "not renewed"
            found.append(Outcome(one.client_id, end, kept=kept, what=f"{one.number} {words}"))
    return found


def register() -> None:
    components.register(
        "delivery",
        HealthComponent(
            "Delivery", 20,
            "100 × on time ÷ due in 90 days, of milestones and our promises until service levels are kept",
            "client_contracts", 20, read_delivery,
        ),
    )  # fmt: skip
    components.register(
        "commercial",
        HealthComponent(
            "Commercial", 20, "100 × gross margin ÷ target, from 0 to 1", "client_financials", 30, read_commercial,
            field_class="COST",
        ),
    )  # fmt: skip
    caps.register("notice", HealthCap("Notice of termination", 10, notice_given))
    outcomes.register("contracts", ends_and_renewals)
