"""The client list and the REST list against their floors, in one process, through Django's own handler."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client as Browser
from django.test import override_settings
from django.test.client import ClientHandler
from django.utils import timezone

from bench.book import RECOMPUTE, director, make_book
from bench.table import Row, against_floor, interleaved
from common import jobs
from people.actions import issue_token

ROUNDS = 40


class Bare(ClientHandler):
    """The floors' addresses, asked for by the request. Switching the setting to and fro for each would empty Django's
    cache of addresses, which no server does, and each way would pay for the other's.
    """

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        request.urlconf = "bench.floors"
        return super().get_response(request)


def measure() -> list[Row]:
    make_book()
    jobs.work(RECOMPUTE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as PostgreSQL does by itself a minute later
    bare = Browser()
    bare.handler = Bare(enforce_csrf_checks=False)
    with override_settings(MIDDLEWARE=[]):
        bare.get("/page/")  # the handler reads its middleware at the first request
    browser = Browser()
    browser.force_login(director(), backend="django.contrib.auth.backends.ModelBackend")
    issued = issue_token(user=director(), name="bench", scopes=["*"], days=1, actor="bench", now=timezone.now())
    headers = {"Authorization": f"Bearer {issued.plain}"}

    def floor(path: str) -> Callable[[], None]:
        def go() -> None:
            assert bare.get(path).status_code == 200

        return go

    def ours(path: str, **given: str) -> Callable[[], None]:
        def go() -> None:
            answer = browser.get(path, headers=given)
            assert answer.status_code == 200, answer.content

        return go

    api = "/api/v1/clients/?page_size=1000"
    pages = interleaved({"floor": floor("/page/"), "ours": ours("/clients/")}, rounds=ROUNDS)
    rest = interleaved({"floor": floor("/json/"), "ours": ours(api, **headers), "drf": floor("/drf/")}, rounds=ROUNDS)
    return [
        against_floor("Page floor: 100 rows, a count, a plain template", pages["floor"], pages["floor"]),
        against_floor("Client list, 100 rows, permissions on", pages["ours"], pages["floor"], most=3),
        against_floor("REST floor: json_agg of 1,000 × 18, bytes passed on", rest["floor"], rest["floor"]),
        against_floor("REST clients, 1,000 × 18 fields", rest["ours"], rest["floor"], most=2),
        against_floor("  peer: plain DRF ModelSerializer, select_related", rest["drf"], rest["floor"]),
    ]
