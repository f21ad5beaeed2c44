"""Storing how near forecasts came, and asking for it to be worked out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction

from common.copying import copy_rows
from common.jobs import mark_dirty
from common.money import quantise
from common.periods import Month
from financials.calc.backtest import Cell, Tally
from financials.models import ForecastScore
from financials.queries.kept_runs import Key, Sums

ACCURACY: Final = "accuracy"
EVERYONE: Final = "company:all"
_COLUMNS: Final = (
    "client_id", "source", "method", "layer", "person", "lead", "n", "missed", "signed", "actual", "size", "banded",
    "inside", "before", "closed_through", "computed_at",
)  # fmt: skip


@transaction.atomic
def ask_accuracy(*, actor: str) -> None:
    """Queue it; while one waits or runs for the same state of the books another changes nothing."""
    mark_dirty(ACCURACY, [EVERYONE], asked_by=actor, priority=8)


def store_scores(
    *,
    client_ids: Sequence[int],
    made_again: Mapping[Cell, Tally],
    kept: Mapping[Key, Sums],
    closed: Month,
    currency: str,
    now: datetime,
) -> int:
    """In place of what these clients had. Call inside the transaction that ends the job. Returns the rows written."""
    ForecastScore.objects.filter(client__in=client_ids).delete()
    rows = []
    for cell, tally in made_again.items():
        amounts = [_money(value, currency) for value in (tally.missed, tally.signed, tally.actual, tally.size)]
        rows.append(
            (int(cell.client), ForecastScore.Source.BACKTEST.value, cell.method, cell.layer, "", cell.lead, tally.n,
             *amounts, tally.banded, tally.inside, None, closed, now)
        )  # fmt: skip
    for key, sums in kept.items():
        amounts = [quantise(value, currency) for value in (sums.missed, sums.signed, sums.actual, sums.size)]
        before = None if sums.before is None else quantise(sums.before, currency)
        rows.append(
            (key.client, ForecastScore.Source.KEPT.value, key.method, key.layer, key.person, key.lead, sums.n, *amounts,
             sums.banded, sums.inside, before, closed, now)
        )  # fmt: skip
    copy_rows(ForecastScore._meta.db_table, _COLUMNS, rows)
    return len(rows)


def _money(value: float, currency: str) -> Decimal:
    return quantise(Decimal(repr(value)), currency)
