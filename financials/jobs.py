"""The recompute job: schedules and forecast of the clients whose inputs changed, up to 100 at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.timezone import now as utc_now

from common.jobs import JobKind, Lease, finish_all, kinds, one_snapshot, progress_all
from financials.actions.contracts import RECOMPUTE
from financials.actions.forecast import extend_evergreen, store_forecasts
from financials.calc.forecast import compute
from financials.queries.inputs import load_book

_STEPS = 3


def recompute(leases: Sequence[Lease]) -> None:
    """Read, compute, write. Inputs may be newer than the lease says, never older; a newer job is queued then."""
    now = utc_now()
    held = progress_all(leases, 0, _STEPS, "Reading contracts, deals and the ledger")
    if not held:
        return
    with one_snapshot():
        book = load_book(sorted({int(lease.object_id) for lease in held}), now=now)
    held = progress_all(held, 1, _STEPS, "Computing the forecast")
    results = [compute(batch.inputs) for batch in book.batches]
    held = progress_all(held, 2, _STEPS, "Writing the forecast")
    answers: dict[int, dict[str, Any]] = {}
    with finish_all(held, answers) as still:
        # Two jobs of one client in a batch: the newer speaks for both.
        mine = {int(lease.object_id): lease for lease in sorted(still, key=lambda lease: lease.input_version)}
        runs = store_forecasts(
            book=book,
            results=results,
            versions={pk: lease.input_version for pk, lease in mine.items() if pk in book.as_of},
            now=now,
        )
        extend_evergreen(sorted(mine), now=now)
        for pk, lease in mine.items():
            answers[lease.job_id] = {"run": runs[pk]} if pk in runs else {"overtaken": True}


def register() -> None:
    kinds.register(RECOMPUTE, JobKind(RECOMPUTE, "Forecast", recompute, batch=100, latest_only=True))
