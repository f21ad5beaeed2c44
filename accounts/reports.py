"""The list of deals to print, as its page is cut."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.http import QueryDict

from accounts.access import get_client_for
from accounts.forms.opportunities import deal_scope
from accounts.models import Outcome
from accounts.queries import deal_rows, pipeline
from accounts.queries.hygiene import with_since
from accounts.queries.odds import load_odds
from accounts.queries.rates import deal_rates
from common.figures import Figure
from common.formats import day
from common.reports import PRINTED, Report, ReportColumn, ReportTable, Way

if TYPE_CHECKING:
    from people.models import User

_DEAL: Final[tuple[tuple[str, str, Way], ...]] = (
    ("name", "Opportunity", "text"), ("client", "Client", "text"), ("stage", "Stage", "text"),
    ("amount", "Amount", "amount"), ("currency", "Currency", "text"), ("converted", "In the reader's", "amount"),
    ("probability", "Probability", "ratio"), ("weighted", "Weighted", "amount"), ("category", "Category", "text"),
    ("close_on", "Closes", "day"), ("next_step", "Next step", "text"), ("owner", "Owner", "text"),
)  # fmt: skip


def _totals(totals: pipeline.PipelineTotals, outcome: str) -> list[Figure]:
    """Of the outcomes that are listed; "" is all of them."""
    still = [totals.open_count, totals.open_amount, totals.weighted, totals.unpriced]
    won = [totals.won_count, totals.won_value]
    return [*(still if outcome in ("", Outcome.OPEN) else []), *(won if outcome in ("", Outcome.WON) else [])]


def deals(user: User, query: Mapping[str, str], now: datetime) -> Report:
    asked = QueryDict(mutable=True)
    asked.update(query)
    scope, today = deal_scope(asked), now.date()
    if scope.client:
        get_client_for(user, scope.client)
    rates, odds = deal_rates(user, today), load_odds(today)
    found = with_since(pipeline.in_scope(user, scope, today))
    ordered = deal_rows.sorted_deals(found, query.get("sort", "close"), rates)
    there = ordered.count()
    shown = [deal_rows.deal_row(deal, rates, today, odds) for deal in ordered[:PRINTED]]
    totals = pipeline.pipeline_totals(user, scope, rates, today)
    heads = {"converted": f"Amount in {rates.currency}", "weighted": f"Weighted in {rates.currency}"}
    return Report(
        name="pipeline-deals",
        title="Deals",
        finding=pipeline.finding(totals),
        as_of=now,
        period=f"As of {day(today)}",
        currency=rates.currency,
        filters=(
            ("Client", scope.client), ("Owner", scope.owner), ("Stage", scope.stage), ("Category", scope.category),
            ("Outcome", scope.outcome), ("Kind", scope.kind), ("Closes in", scope.year), ("Untidy", scope.untidy),
            ("Search", scope.q),
        ),
        columns=tuple(ReportColumn(key, heads.get(key, label), way) for key, label, way in _DEAL),
        rows=[
            [row.name, row.client, row.stage, row.amount, row.currency, row.converted, row.probability, row.weighted,
             row.category_word, row.close_on, row.next_step, row.owner]
            for row in shown
        ],
        count=there,
        more=(
            ReportTable(
                "What they come to",
                (ReportColumn("what", "What"), ReportColumn("value", "Value", "amount")),
                [[one.label, one] for one in _totals(totals, scope.outcome)],
                note="Of every deal of these filters, printed or not; unpriced deals are counted and never summed.",
            ),
        ),
        source=f"Pipeline. {rates.note()}".strip(),
    )  # fmt: skip
