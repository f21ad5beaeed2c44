"""The jobs of the forecast: a run of each client whose inputs changed, some dozens at once, and then its bands."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.timezone import now as utc_now

from common.jobs import JobKind, Lease, finish_all, hand_back, kinds, one_snapshot, progress_all, somebody_waits
from financials.actions.contracts import RECOMPUTE
from financials.actions.forecast import BANDS, extend_evergreen, queue_bands, store_bands, store_forecasts
from financials.calc.forecast import compute, read
from financials.calc.forecast_file import merged, read_inputs
from financials.calc.simulation import Band, simulate
from financials.calc.uncertainty import uncertain
from financials.queries.inputs import RunInputs, load_book, load_run_inputs

_STEPS = 3
_SOON = 1.0  # seconds: nobody sees a step that is over sooner, and the lease just taken lasts for longer than that

_LOOK_EVERY = 0.025  # seconds between two looks for somebody who waits


def recompute(leases: Sequence[Lease]) -> None:
    """Read, compute, write. Inputs may be newer than the lease says, never older; a newer job is queued then."""
    now, began = utc_now(), time.monotonic()
    with one_snapshot():
        book = load_book(sorted({int(lease.object_id) for lease in leases}), now=now)
    held = _said(leases, 1, "Computing the forecast", began)
    results = [compute(batch.inputs) for batch in book.batches]
    held = _said(held, 2, "Writing the forecast", began)
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
        queue_bands({pk: lease.input_version for pk, lease in mine.items() if pk in runs})
        for pk, lease in mine.items():
            answers[lease.job_id] = {"run": runs[pk]} if pk in runs else {"overtaken": True}


def simulate_bands(leases: Sequence[Lease]) -> None:
    """How far each client's run may be off, from what the run itself read: whatever was edited since is the next's."""
    now = utc_now()
    stored = load_run_inputs({int(lease.object_id): lease.input_version for lease in leases})
    found: dict[int, list[Band]] = {}
    done: set[int] = set()
    for pk, bands in _simulated(stored):
        done.add(pk)
        if bands:
            found[stored[pk].run_id] = bands
    later = [lease for lease in leases if int(lease.object_id) in stored.keys() - done]
    hand_back(later)
    leases = [lease for lease in leases if lease not in later]
    answers: dict[int, dict[str, Any]] = {}
    with finish_all(progress_all(leases, 1, 1, "Simulating"), answers) as held:
        mine = {int(lease.object_id): lease for lease in held}
        wanted = {stored[pk].run_id: found.get(stored[pk].run_id, []) for pk in mine if pk in stored}
        standing = store_bands(bands=wanted, now=now)
        for pk, lease in mine.items():
            run = stored[pk].run_id if pk in stored else None
            answers[lease.job_id] = {"run": run} if run in standing else {"overtaken": True}


def _simulated(stored: Mapping[int, RunInputs]) -> Iterator[tuple[int, list[Band]]]:
    """Client by client; it ends early where somebody waits for another job meanwhile."""
    looked = time.monotonic()
    for inputs in merged([read_inputs(one.body) for one in stored.values()]):
        clients = {int(client) for client in inputs.fiscal_starts}
        reading = read(inputs)
        for bands in simulate(uncertain(inputs, compute(inputs, reading), reading)):
            if bands:
                clients.discard(int(bands[0].client))
                yield int(bands[0].client), bands
            if time.monotonic() - looked > _LOOK_EVERY:
                if somebody_waits(BANDS):
                    return
                looked = time.monotonic()
        yield from ((pk, []) for pk in clients)  # nothing is ahead of them, or in no one currency


def _said(leases: Sequence[Lease], done: int, doing: str, began: float) -> list[Lease]:
    """Tell how far it is and hold the leases for longer, once it takes long enough for either to matter."""
    return progress_all(leases, done, _STEPS, doing) if time.monotonic() - began > _SOON else list(leases)


def register() -> None:
    # The time to begin and end a batch is that of about ten clients; smaller ones share an import out more evenly.
    kinds.register(RECOMPUTE, JobKind(RECOMPUTE, "Forecast", recompute, batch=64, latest_only=True))
    # Nobody waits for bands as for a figure: after some tenths of a second a worker turns to what else there is.
    kinds.register(BANDS, JobKind(BANDS, "Forecast bands", simulate_bands, batch=32, latest_only=True, patient=True))
