"""/healthz: this process lives. /readyz: it can do its work. Both public, for load balancers and supervisors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.policies import public
from portfolio.runtime import probe


@dataclass(frozen=True, slots=True)
class Check:
    ok: bool
    note: str = ""


@public
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"alive": True})


@public
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Every check with its outcome; 503 unless all are ok. Says nothing about addresses, versions or data."""
    checks = {"database": _guarded(database)}
    for name, check in (("migrations", migrations), ("worker", worker)):
        checks[name] = _guarded(check) if checks["database"].ok else Check(False, "the database does not answer")
    checks["broker"] = broker()
    ready = all(check.ok for check in checks.values())
    body = {"ready": ready, "checks": {name: asdict(check) for name, check in checks.items()}}
    return JsonResponse(body, status=200 if ready else 503)


def _guarded(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except DatabaseError:
        return Check(False, "the database does not answer")


def database() -> Check:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Check(True)


def migrations() -> Check:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return Check(missing == 0, f"{missing} to apply" if missing else "")


def worker() -> Check:
    with connection.cursor() as cursor:
        silence = probe.worker_silence(cursor)
    if silence is None:
        return Check(False, "none has been seen yet")
    seen = silence <= probe.WORKER_SILENCE_LIMIT
    return Check(seen, "" if seen else f"last seen {silence:.0f} s ago")


def broker() -> Check:
    answers = probe.broker_answers(settings.REDIS_URL)
    return Check(answers, "" if answers else "the broker does not answer")
