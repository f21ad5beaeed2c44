"""The pipeline as a board: columns by stage or category, each with what it adds up to and its deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from django.db.models import F, Window
from django.db.models.functions import Lower, RowNumber, Trim
from django.utils.text import capfirst

from accounts.models import Category, Outcome
from accounts.queries.deal_rows import DealRow, deal_row
from accounts.queries.hygiene import with_since
from accounts.queries.odds import Odds
from accounts.queries.pipeline import NO_CATEGORY, Line, PipelineTotals, Scope, in_scope, pipeline_totals
from accounts.queries.rates import DealRates
from accounts.queries.stages import StageRow
from common.figures import Figure

if TYPE_CHECKING:
    from people.models import User

By = Literal["stage", "category"]
CARDS: Final = 40
"""Of one column; the rest is a link to the list."""


@dataclass(frozen=True, slots=True)
class Column:
    """value: what a deal dropped here gets. more: deals that are not shown as cards. stage: None for a category."""

    key: str
    value: str
    label: str
    count: int
    amount: Figure | None
    weighted: Figure | None
    unpriced: int
    cards: tuple[DealRow, ...]
    stage: StageRow | None = None

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


@dataclass(frozen=True, slots=True)
class Board:
    by: By
    totals: PipelineTotals
    columns: tuple[Column, ...]


def load_board(
    user: User, scope: Scope, by: By, rates: DealRates, odds: Odds, stages: Sequence[StageRow], today: date
) -> Board:
    """Open deals only. Two queries: what each column adds up to, and its cards."""
    narrowed = replace(scope, outcome=Outcome.OPEN.value)
    totals = pipeline_totals(user, narrowed, rates, today, odds.rates)
    cards = _cards(user, narrowed, by, rates, odds, today)
    lines = {line.key: line for line in (totals.by_stage if by == "stage" else totals.by_category)}
    heads: list[tuple[str, str, str, StageRow | None]]
    if by == "category":
        heads = [(key, key, str(label), None) for key, label in Category.choices]
        heads.append((NO_CATEGORY, "", "No category", None))
    else:
        heads = [(one.key, one.name, one.name, one) for one in stages]
        known = {key for key, *_ in heads}
        rest = sorted(lines.keys() - known)
        heads += [(key, lines[key].label, lines[key].label, None) for key in rest]
    return Board(by, totals, tuple(_column(head, lines, cards) for head in heads))


def _column(
    head: tuple[str, str, str, StageRow | None], lines: dict[str, Line], cards: dict[str, list[DealRow]]
) -> Column:
    key, value, label, stage = head
    line = lines.get(key)
    return Column(
        key=key,
        value=value,
        label=label,
        count=line.count if line else 0,
        amount=line.amount if line else None,
        weighted=line.weighted if line else None,
        unpriced=line.unpriced if line else 0,
        cards=tuple(cards.get(key, ())),
        stage=stage,
    )


def _cards(user: User, scope: Scope, by: By, rates: DealRates, odds: Odds, today: date) -> dict[str, list[DealRow]]:
    """The heaviest first, unpriced ones last. One query."""
    column: Any = Lower(Trim("stage")) if by == "stage" else F("category")
    deals = in_scope(user, scope, today).annotate(column=column, converted=rates.in_sql())
    order = [
        (F("converted") * F("probability")).desc(nulls_last=True),
        F("close_on").asc(nulls_last=True),
        F("pk").asc(),
    ]
    ranked: Any = with_since(deals).annotate(place=Window(RowNumber(), partition_by=[F("column")], order_by=order))
    found: dict[str, list[DealRow]] = defaultdict(list)
    shown = ranked.filter(place__lte=CARDS).select_related("client", "owner").order_by("column", "place")
    for deal in shown:
        key = deal.column if by == "stage" else deal.category or NO_CATEGORY
        found[str(key)].append(deal_row(deal, rates, today, odds))
    return found


def board_finding(board: Board, plain: str) -> str:
    """Where most of the weighted pipeline stands; the plain sentence where nothing is priced."""
    priced = [(column.weighted.value or 0, column.label) for column in board.columns if column.weighted]
    total = board.totals.weighted.value or 0
    if not total or not priced:
        return plain
    most, label = max(priced)
    return f"{round(most * 100 / total)}% of the weighted pipeline stands at {capfirst(label.lower())}"
