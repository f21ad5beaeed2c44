"""The accuracy job: every client's forecasts held against what came, some dozens at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.timezone import now as utc_now

from accounts.models import Client
from common.jobs import JobKind, Lease, kinds
from financials.actions.accuracy import ACCURACY, store_scores
from financials.calc.backtest import Cell, Tally
from financials.queries.backtest import backtest, last_closed, rates_to_firm
from financials.queries.kept_runs import Key, Sums, kept_scores

CHUNK = 40


def measure(leases: Sequence[Lease]) -> None:
    """Read and compute in chunks, telling how far it is; write all in the transaction that ends the job."""
    for lease in leases:
        now, closed = utc_now(), last_closed()
        ids = list(Client.objects.order_by("pk").values_list("pk", flat=True))
        if closed is None or not ids:
            with lease.finish({"clients": 0}):
                pass
            continue
        rates = rates_to_firm(closed)
        made_again: dict[Cell, Tally] = {}
        kept: dict[Key, Sums] = {}
        for start in range(0, len(ids), CHUNK):
            lease.progress(start, len(ids), "Forecasting past months again")
            made_again |= backtest(ids[start : start + CHUNK], now=now)
            kept |= kept_scores(ids[start : start + CHUNK], closed, rates)
        lease.progress(len(ids), len(ids), "Writing")
        answer: dict[str, Any] = {"clients": len(ids)}
        with lease.finish(answer):
            answer["rows"] = store_scores(
                client_ids=ids, made_again=made_again, kept=kept, closed=closed, currency=settings.REPORTING_CURRENCY,
                now=now,
            )  # fmt: skip


def register() -> None:
    kinds.register(ACCURACY, JobKind(ACCURACY, "Forecast accuracy", measure, latest_only=True))
