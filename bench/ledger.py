"""100,000 ledger rows from a file to the books and through the recompute, against COPY and GROUP BY of the same."""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from django.db import connection, transaction
from django.utils import timezone

from bench.book import RECOMPUTE, SEED
from bench.table import Row, against_floor, milliseconds
from common.models import ClosedPeriod, Job
from common.periods import format_month, month_add, month_of
from portfolio.imports.files import SourceFile
from portfolio.imports.requests import Options
from portfolio.imports.runner import load_files
from portfolio.imports.undoing import batches_of, undo

ROWS = 100_000
CLIENTS = 250
RUNS = 3
LEAST_PER_SECOND = 20_000
WORKERS_ANSWER_WITHIN = 600
LINES = ("gross_revenue", "pass_through", "delivery_labour", "freelancers", "direct_expenses")
HEAD = ("source_ref", "client", "contract", "service_line", "month", "line", "amount", "currency", "description")


def write_file(path: Path) -> None:
    """250 clients × 20 months × 5 lines × 2 contracts, two postings each: about what the demo portfolio has."""
    dice, this = random.Random(SEED), month_of(timezone.now().date())
    keys = [f"C-{number:04}" for number in range(CLIENTS)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for key in keys:
            for back in range(ROWS // CLIENTS // len(LINES) // 4):
                month = format_month(month_add(this, -back))
                for line in LINES:
                    for posting in range(4):
                        amount = f"{dice.randrange(10**7)}.{dice.randrange(100):02}"
                        ref, contract = f"B-{key}-{month}-{line}-{posting}", f"S-{key}-{posting % 2}"
                        writer.writerow((ref, key, contract, "Media", month, line, amount, "USD", "Bench"))


_RAW = """
CREATE TEMPORARY TABLE raw (source_ref text, client text, contract text, service_line text, month text, line text,
  amount numeric(18, 4), currency text, description text) ON COMMIT DROP
"""
_SUM = """
CREATE TEMPORARY TABLE summed ON COMMIT DROP AS
SELECT client, contract, service_line, month, line, currency, sum(amount), count(*) FROM raw GROUP BY 1, 2, 3, 4, 5, 6
"""


def raw_copy(path: Path) -> dict[str, float]:
    """The same file into a bare table, and summed: what any loader must at least do."""
    text = io.StringIO(path.read_text())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RAW)
        took = {"copy": timed(lambda: cursor.copy_expert("COPY raw FROM STDIN WITH (FORMAT csv, HEADER)", text))}
        took["group"] = timed(lambda: cursor.execute(_SUM))
    return took


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def load(path: Path) -> tuple[float, dict[str, float], int]:
    """Seconds, the loader's own timings, and the batch."""
    began = time.perf_counter()
    (report,) = load_files(
        "ledger", [SourceFile(path.name, path)], options=Options(), actor="bench", now=timezone.now()
    )
    seconds = time.perf_counter() - began
    assert (report.created, report.rejected) == (ROWS, 0), report
    return seconds, dict(report.timings), int(report.batch or 0)


@contextmanager
def workers(processes: int = 2) -> Iterator[None]:
    """The background workers of `make run`: two processes."""
    command = [sys.executable, "-m", "celery", "-A", "portfolio.celery", "worker", f"--concurrency={processes}"]
    command += ["--prefetch-multiplier=1", "--without-gossip", "--without-mingle", "--loglevel=ERROR"]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def settle() -> None:
    """Until nothing waits, the bands neither: the floor is measured on a machine that does nothing else."""
    began = time.perf_counter()
    while Job.objects.exclude(state__in=("done", "superseded")).exists():
        assert time.perf_counter() - began < WORKERS_ANSWER_WITHIN
        time.sleep(0.05)


def recompute() -> float:
    """Seconds until the workers have done the jobs the load queued, one for each client it touched."""
    began = time.perf_counter()
    while Job.objects.filter(kind=RECOMPUTE).exclude(state__in=("done", "superseded")).exists():
        assert time.perf_counter() - began < WORKERS_ANSWER_WITHIN
        time.sleep(0.005)
    return time.perf_counter() - began


def measure() -> list[Row]:
    ClosedPeriod.objects.all().delete()  # so that each row posts to its own month
    with tempfile.TemporaryDirectory() as folder, workers():
        path = Path(folder) / "ledger.csv"
        write_file(path)
        raws, loads, computes, steps = [], [], [], dict[str, list[float]]()
        for run in range(RUNS + 1):
            raw = raw_copy(path)
            seconds, timings, batch = load(path)
            computed = recompute()
            if run:  # the first is for warmth
                raws.append(raw)
                loads.append(seconds)
                computes.append(computed)
                for name, took in timings.items():
                    steps.setdefault(name, []).append(took)
            if run < RUNS:
                undo(batches=batches_of(str(batch)), actor="bench", now=timezone.now())
                settle()
    floor = median(raw["copy"] + raw["group"] for raw in raws)
    rate = ROWS / median(loads)
    rows = [
        against_floor("Ledger floor: raw COPY + GROUP BY of 100,000 rows", floor, floor),
        Row(
            "load ledger, 100,000 rows end to end", f"{rate:,.0f} rows/s", median(loads) / floor,
            f"≥ {LEAST_PER_SECOND:,}/s", rate >= LEAST_PER_SECOND,
        ),
    ]  # fmt: skip
    rows += [Row(f"  of it: {name}", milliseconds(median(took))) for name, took in steps.items()]
    rows.append(against_floor("Recompute of the 250 touched clients", median(computes), floor, most=2))
    return rows
