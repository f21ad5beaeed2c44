"""Deals: what they add up to, by stage and category. The list of them is in deal_rows.

Every deal is converted once to the reporting currency, HALF_EVEN to the minor unit; every larger figure is a sum of
those. An open deal without amount or probability is counted as unpriced and is in no sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.text import capfirst

from accounts.access import opportunities_for
from accounts.calc.win_rates import WinRates
from accounts.models import Category, Opportunity, Outcome
from accounts.queries.hygiene import untidy, with_since
from accounts.queries.own_chance import STAGE_KEY, own_chance
from accounts.queries.rates import DealRates, half_even
from common.figures import Figure, figure_id
from common.formats import number, plural

if TYPE_CHECKING:
    from people.models import User

ZERO = Decimal(0)
NO_CATEGORY = "none"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which deals. owner: e-mail; category "none": without one; outcome "" is all of them; year: of the close date.

    untidy: open deals with this fault, by the names of accounts.queries.hygiene; "any" for any of them.
    """

    client: str = ""
    owner: str = ""
    stage: str = ""
    category: str = ""
    outcome: str = ""
    kind: str = ""
    q: str = ""
    year: str = ""
    untidy: str = ""

    def params(self) -> dict[str, str]:
        """What is narrowed, for figure ids and query strings."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}


def in_scope(user: User, scope: Scope, today: date) -> QuerySet[Opportunity]:
    deals = opportunities_for(user).order_by()
    if scope.client:
        deals = deals.filter(client__key=scope.client)
    if scope.owner:
        deals = deals.filter(owner__email=scope.owner)
    if scope.stage:
        deals = deals.filter(stage__iexact=scope.stage)
    if scope.category:
        deals = deals.filter(category="" if scope.category == NO_CATEGORY else scope.category)
    if scope.outcome:
        deals = deals.filter(outcome=scope.outcome)
    if scope.kind:
        deals = deals.filter(kind=scope.kind)
    if scope.year:
        deals = deals.filter(close_on__year=int(scope.year))
    if scope.untidy:
        deals = untidy(deals, scope.untidy, today)
    if scope.q:
        deals = deals.filter(
            Q(name__icontains=scope.q)
            | Q(key__icontains=scope.q)
            | Q(client__name__icontains=scope.q)
            | Q(next_step__icontains=scope.q)
        )
    return deals


@dataclass(frozen=True, slots=True)
class Sums:
    """count: all deals. unpriced: open ones without amount or probability. amount, weighted: of the priced;
    weighted_own: by what each counts at in the forecast, where it was asked for.

    unconverted: priced deals in a currency without any rate, which are in no sum. weighted leaves the omitted out.
    """

    count: int = 0
    unpriced: int = 0
    past: int = 0
    unconverted: int = 0
    amount: Decimal = ZERO
    weighted: Decimal = ZERO
    weighted_own: Decimal = ZERO
    this_year: Decimal = ZERO
    this_year_count: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Cell:
    outcome: str
    stage: str
    category: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the tables by stage and by category."""

    key: str
    label: str
    count: int
    unpriced: int
    amount: Figure
    weighted: Figure


@dataclass(frozen=True, slots=True)
class PipelineTotals:
    open_amount: Figure
    weighted: Figure
    weighted_own: Figure | None
    unpriced: Figure
    open_count: Figure
    past: int
    won_value: Figure
    won_count: Figure
    won_this_year: Figure
    unconverted: int
    by_stage: tuple[Line, ...]
    by_category: tuple[Line, ...]


def cells(deals: QuerySet[Opportunity], rates: DealRates, today: date, odds: WinRates | None = None) -> list[Cell]:
    """Sums by outcome, stage and category; odds: to weigh by own history as well. One query."""
    rows = summed(deals, rates, today, "outcome", "stage", "category", odds=odds)
    return [Cell(row["outcome"], row["stage"], row["category"], sums_of(row)) for row in rows]


def summed(deals: QuerySet[Opportunity], rates: DealRates, today: date, *by: Any, odds: WinRates | None = None) -> Any:
    """Rows of the columns grouped by (at least one), with what `sums_of` reads. One query."""
    open_deal = Q(outcome=Outcome.OPEN)
    priced = ~open_deal | Q(amount__isnull=False, probability__isnull=False)
    counted = open_deal & priced & ~Q(category=Category.OMITTED)
    this_year = Q(outcome=Outcome.WON, close_on__year=today.year)
    own: dict[str, Any] = {}
    if odds is not None:
        deals = with_since(deals).annotate(stage_key=STAGE_KEY, chance=own_chance(odds, today))
        own["weighted_own"] = Sum(half_even(F("converted") * F("chance"), rates.currency), filter=counted)
    return (
        deals.annotate(converted=rates.in_sql())
        .order_by()
        .values(*by)
        .annotate(
            deals=Count("pk"),
            without_price=Count("pk", filter=~priced),
            past=Count("pk", filter=open_deal & Q(close_on__lt=today)),
            unconverted=Count("pk", filter=priced & Q(amount__isnull=False, converted__isnull=True)),
            priced=Sum("converted", filter=priced),
            weighted=Sum(half_even(F("converted") * F("probability"), rates.currency), filter=counted),
            of_year=Sum("converted", filter=this_year),
            deals_of_year=Count("pk", filter=this_year),
            **own,
        )
    )


def sums_of(row: dict[str, Any]) -> Sums:
    """A sum over nothing is NULL in SQL, and zero here: no deals, not unknown deals."""
    return Sums(
        count=row["deals"],
        unpriced=row["without_price"],
        past=row["past"],
        unconverted=row["unconverted"],
        amount=row["priced"] or ZERO,
        weighted=row["weighted"] or ZERO,
        weighted_own=row.get("weighted_own") or ZERO,
        this_year=row["of_year"] or ZERO,
        this_year_count=row["deals_of_year"],
    )


def add_up(found: Iterable[Cell]) -> Sums:
    return sum((cell.sums for cell in found), Sums())


def pipeline_totals(
    user: User, scope: Scope, rates: DealRates, today: date, odds: WinRates | None = None
) -> PipelineTotals:
    """Headline figures and the two tables of a scope, whichever outcome it lists; odds: with what the forecast weighs
    the open ones at. One query."""
    wide = Scope(**{**scope.params(), "outcome": ""})
    found = cells(in_scope(user, wide, today), rates, today, odds)
    open_cells = [cell for cell in found if cell.outcome == Outcome.OPEN]
    open_sums = add_up(open_cells)
    won = add_up(cell for cell in found if cell.outcome == Outcome.WON)
    params, money = wide.params(), rates.currency

    def fig(name: str, label: str, value: Decimal | int, unit: str, **more: str) -> Figure:
        return Figure(figure_id(f"pipeline.{name}", **{**params, **more}), label, value, unit)

    year = str(today.year)
    return PipelineTotals(
        open_amount=fig("open_amount", "Open pipeline", open_sums.amount, money),
        weighted=fig("weighted", "Weighted pipeline", open_sums.weighted, money),
        weighted_own=None
        if odds is None
        else fig("weighted_own", "Weighted by own history", open_sums.weighted_own, money),
        unpriced=fig("unpriced", "Unpriced open deals", open_sums.unpriced, "count"),
        open_count=fig("open_count", "Open deals", open_sums.count, "count"),
        past=open_sums.past,
        won_value=fig("won_value", "Won value", won.amount, money),
        won_count=fig("won_count", "Deals won", won.count, "count"),
        won_this_year=fig("won_value", f"Won in {year}", won.this_year, money, year=year),
        unconverted=open_sums.unconverted + won.unconverted,
        by_stage=_by_stage(open_cells, params, money),
        by_category=_by_category(open_cells, params, money),
    )


def _lines(
    found: list[Cell],
    key_of: Callable[[Cell], str],
    label_of: Callable[[str], str],
    param: str,
    params: dict[str, str],
    money: str,
) -> tuple[Line, ...]:
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in found:
        groups[key_of(cell)].append(cell)
    lines = []
    for key, members in groups.items():
        sums = add_up(members)
        at = {**params, param: key}
        lines.append(
            Line(
                key,
                label_of(key),
                sums.count,
                sums.unpriced,
                Figure(figure_id("pipeline.open_amount", **at), f"Open, {label_of(key)}", sums.amount, money),
                Figure(figure_id("pipeline.weighted", **at), f"Weighted, {label_of(key)}", sums.weighted, money),
            )
        )
    return tuple(sorted(lines, key=lambda line: (-(line.weighted.value or 0), -line.count, line.label)))


def _by_stage(found: list[Cell], params: dict[str, str], money: str) -> tuple[Line, ...]:
    """A stage written in two ways is one stage."""
    words = {cell.stage.strip().casefold(): capfirst(cell.stage.strip()) for cell in found}
    return _lines(found, lambda cell: cell.stage.strip().casefold(), lambda key: words[key], "stage", params, money)


def _by_category(found: list[Cell], params: dict[str, str], money: str) -> tuple[Line, ...]:
    names = {**dict(Category.choices), NO_CATEGORY: "No category"}
    order = {key: at for at, key in enumerate(names)}
    lines = _lines(
        found, lambda cell: cell.category or NO_CATEGORY, lambda key: str(names[key]), "category", params, money
    )
    return tuple(sorted(lines, key=lambda line: order[line.key]))


def finding(totals: PipelineTotals) -> str:
    """Dates that passed first, then deals without a price; the plain name when there is nothing to say."""
    count, unpriced = int(totals.open_count.value or 0), int(totals.unpriced.value or 0)
    deals = plural(count, "open deal")
    if not count:
        return "No open deals"
    if totals.past:
        return f"{number(totals.past)} of {deals} {'is' if totals.past == 1 else 'are'} past the close date"
    if unpriced:
        return f"{number(unpriced)} of {deals} {'is' if unpriced == 1 else 'are'} not priced yet"
    return f"{deals} priced and dated ahead"
