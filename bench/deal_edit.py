"""One changed deal, from the save over HTTP until the open page has read its client's new figure, at 20 edits a second.

Web, workers and database are those of `make run`, each a process of its own. The floor is what any program must do:
write the deal, read what the client's run reads, compute it, and write the rows, on one connection.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import quantiles
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Max
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Opportunity
from bench.ledger import settle, workers
from bench.table import Row, against_floor
from common.jobs import bump_many
from financials.actions.forecast import store_forecasts
from financials.calc.forecast import compute
from financials.models import ForecastRun
from financials.queries.inputs import load_book
from people.actions import issue_token
from people.models import User

EDITS: Final = 200
A_SECOND: Final = 20
MOST: Final = 0.25
WARM: Final = 4
CONNECTIONS: Final = 16
_AGAIN: Final = 0.01
_GIVE_UP: Final = 60.0
_Deal: TypeAlias = tuple[int, int, str]
"""Deal, client, and the client's key."""


def measure() -> list[Row]:
    deals = list(
        Opportunity.objects.filter(client__key__startswith="W-", key__endswith="-D0")
        .order_by("pk")
        .values_list("pk", "client_id", "client__key")[: EDITS + WARM]
    )
    floors = [_floor(pk, client) for pk, client, _ in deals]
    with _web() as port, workers():
        for deal in deals[:WARM]:
            _all(port, [deal])
        settle()
        took = _all(port, deals[WARM:])
        settle()
    failed = len(deals) - WARM - len(took)
    failures = Row("  edits without an answer", f"{failed}", None, "0", failed == 0)
    if len(took) < 2:
        return [failures]
    parts = list(zip(*took, strict=True))
    bare = _p95(floors)
    whole = [sum(one) for one in took]
    rows = [
        against_floor("One changed deal, floor: write, read, compute, write; p95", bare, bare),
        against_floor(f"One changed deal to the figure on the page, {A_SECOND} a second; p95", _p95(whole), bare),
        Row(
            "  against the goal", f"{_p95(whole) * 1000:,.0f} ms", None, f"≤ {MOST * 1000:.0f} ms", _p95(whole) <= MOST
        ),
    ]
    rows += [
        Row(f"  of it: {name}; p50, p95", f"{sorted(part)[len(part) // 2] * 1000:,.0f}, {_p95(part) * 1000:,.0f} ms")
        for name, part in zip(("the save", "until the run stands", "the page read again"), parts, strict=True)
    ]
    return [*rows, failures]


def _p95(seconds: Any) -> float:
    return float(quantiles(seconds, n=20)[-1])


def _floor(deal: int, client: int) -> float:
    began, now = time.perf_counter(), timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_opportunity SET amount = amount + 1 WHERE id = %s", [deal])
    book = load_book([client], now=now)
    results = [compute(batch.inputs) for batch in book.batches]
    with transaction.atomic():
        (version,) = bump_many([f"client:{client}"]).values()
        store_forecasts(book=book, results=results, versions={client: version}, now=now)
    return time.perf_counter() - began


class _Reader:
    """The director's browser: a token for the save, a session for the page."""

    def __init__(self, user: User) -> None:
        made = issue_token(user=user, name="bench", scopes=["*"], days=1, actor="bench", now=timezone.now())
        browser = Browser()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self.token = f"Bearer {made.plain}"
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def _reader() -> _Reader:
    return _Reader(User.objects.get(email="whole@example.com"))


def _all(port: int, deals: list[_Deal]) -> list[tuple[float, float, float]]:
    """Edits are due at their own times, whether the ones before them are done or not; one that has to wait for a free
    connection of the browser's has been due all the while."""
    reader, stands = _reader(), _Runs([client for _, client, _ in deals])
    begins = time.perf_counter() + 0.5
    with stands.watched(), ThreadPoolExecutor(CONNECTIONS) as pool:
        several = [
            pool.submit(_edit, port, reader, deal, number + 2, begins + number / A_SECOND, stands)
            for number, deal in enumerate(deals)
        ]
        return [took for one in several if (took := one.result()) is not None]


def _edit(
    port: int, reader: _Reader, deal: _Deal, number: int, due: float, runs: _Runs
) -> tuple[float, float, float] | None:
    """None where an answer was none: the table says how many."""
    pk, client, key = deal
    time.sleep(max(0.0, due - time.perf_counter()))
    body = json.dumps({"amount": f"{100_000 + number}.00"})
    status, _ = _ask(port, "PATCH", f"/api/v1/opportunities/{pk}/", {"Authorization": reader.token}, body)
    saved = time.perf_counter()
    if status != 200 or not runs.new[client].wait(_GIVE_UP):
        return None
    stands = time.perf_counter()
    status, page = _ask(port, "GET", f"/forecast/?client={key}", {"Cookie": reader.cookie, "HX-Request": "true"})
    if status != 200 or "forecast-figures" not in page:
        return None
    return saved - due, stands - saved, time.perf_counter() - stands


class _Runs:
    """Which clients have a newer run than at the start, seen on one connection for all who wait.

    Only runs that are new are looked for: to read all those that stand, a hundred times a second, would take a third
    of a core from the program that is measured.
    """

    def __init__(self, clients: list[int]) -> None:
        self.new = {client: threading.Event() for client in clients}
        self._newest = ForecastRun.objects.aggregate(top=Max("pk"))["top"] or 0
        self._over = threading.Event()

    @contextmanager
    def watched(self) -> Iterator[None]:
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        try:
            yield
        finally:
            self._over.set()
            watcher.join()

    def _watch(self) -> None:
        seen: set[int] = set()
        # A run may be seen after one with a higher number: all since the start are looked at.
        look = f"SELECT id, client_id FROM financials_forecastrun WHERE id > {self._newest} AND is_current"
        with connection.cursor() as cursor:
            while not self._over.wait(_AGAIN):
                cursor.execute(look)
                for run, client in cursor.fetchall():
                    if run not in seen and client in self.new:
                        self.new[client].set()
                    seen.add(run)
        connections.close_all()


def _ask(port: int, method: str, path: str, headers: dict[str, str], body: str | None = None) -> tuple[int, str]:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=_GIVE_UP)
    told = {"Content-Type": "application/json", **headers}
    asked.request(method, path, body=body, headers=told)
    answer = asked.getresponse()
    text = answer.read().decode()
    asked.close()
    return answer.status, text


@contextmanager
def _web() -> Iterator[int]:
    """Two processes of four threads, as `manage.py serve` starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "portfolio.wsgi:application", f"--bind=127.0.0.1:{port}"]
    command += ["--workers=2", "--worker-class=gthread", "--threads=4", "--timeout=60"]
    environment = {**os.environ, "SECRET_KEY": settings.SECRET_KEY}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                _ask(port, "GET", "/health/", {})
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()
