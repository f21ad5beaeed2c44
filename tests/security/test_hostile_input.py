"""S14: what no honest caller sends is refused or finds nothing; it never breaks an answer."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import Client as Browser

from financials.models import TimeEntry
from people.models import User
from tests.makers import make_client, make_contract, make_opportunity
from tests.security.callers import bearer

pytestmark = pytest.mark.django_db


def cursor(value: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, 1, False]).encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        "page_size=%C2%B2",
        "ordering=created_at&cursor=" + cursor("abc"),
        "ordering=key&cursor=" + cursor("\x00"),
        "ordering=key&cursor=" + cursor("\ud800"),
        "cursor=" + base64.urlsafe_b64encode(b"[" * 60_000).decode(),
    ],
)
def test_odd_pages_of_a_list_are_refused(owner: User, query: str) -> None:
    assert Browser().get(f"/api/v1/clients/?{query}", headers=bearer(owner)).status_code == 400


def test_a_field_named_often_is_given_once(owner: User) -> None:
    make_client("HALDEN", owner=owner)
    answer = Browser().get("/api/v1/clients/?fields=" + ",".join(["key"] * 300), headers=bearer(owner))
    assert answer.json()["results"] == [{"key": "HALDEN"}]


@pytest.mark.parametrize("amount", ["1e999999", "1e-999999", "NaN"])
def test_an_amount_beyond_all_numbers_is_no_filter(owner: User, amount: str) -> None:
    assert Browser().get(f"/api/v1/contracts/?amount={amount}", headers=bearer(owner)).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (r'{"key": "\ud800", "name": "x"}', 400),
        (r'{"\udc00": "x"}', 400),
        (r'{"key": ["a\u0000"], "name": "x"}', 422),
        ('{"key": ' + "[" * 100_000, 400),
        ('[{"key": {"a": 1}}]', 422),
    ],
)
def test_odd_bodies_are_refused(owner: User, body: str, status: int) -> None:
    def send(path: str) -> int:
        return Browser().post(path, body, content_type="application/json", headers=bearer(owner)).status_code

    assert send("/api/v1/clients/") == status
    assert send("/api/v1/clients/bulk/") in (400, 422)


@pytest.mark.parametrize(
    "place", ["/clients/%00/", "/opportunities/a%00/", "/contracts/%00/", "/reviews/1/slides/%00/reset/"]
)
def test_a_nul_in_an_address_names_nothing(owner: User, sign_in: Any, place: str) -> None:
    browser = sign_in(owner)
    answer = browser.post(place) if "slides" in place else browser.get(place)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "figure",
    [
        "pnl.net_revenue:from=9999-11;to=9999-12",
        "pnl.net_revenue:from=0001-01;to=0001-02;scenario=prior_year",
        "pnl.net_revenue:owner=%2500;from=2026-01;to=2026-02",
        "pipeline.weighted:year=0",
        "pipeline.weighted:stage=%2500",
        "contract.amount:contract=%2500",
    ],
)
def test_odd_figures_are_unknown(owner: User, sign_in: Any, figure: str) -> None:
    assert sign_in(owner).get(f"/figures/{figure}/").status_code == 404
    assert Browser().get(f"/api/v1/figures/{figure}/", headers=bearer(owner)).status_code == 404


@pytest.mark.parametrize("query", ["to=9999-12", "to=0001-01", "from=0001-01&to=0001-02&scenario=prior_year"])
def test_reports_end_with_the_calendar(owner: User, sign_in: Any, query: str) -> None:
    assert Browser().get(f"/api/v1/reports/pnl/?{query}", headers=bearer(owner)).status_code == 400
    assert sign_in(owner).get(f"/financials/pnl/?{query}&against=prior_year").status_code == 200


def test_instants_at_the_end_of_time(owner: User) -> None:
    for instant in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00%2B23:59"):
        answer = Browser().get(f"/api/v1/reports/pnl/?as_of={instant}", headers=bearer(owner))
        assert answer.status_code < 500


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "9999-12-31T00:00:00Z"])
@pytest.mark.parametrize("report", ["receivables", "renewals", "retention", "margin-bridge"])
def test_balances_of_no_calendar_s_day_are_refused(finance: User, report: str, day: str) -> None:
    answer = Browser().get(f"/api/v1/reports/{report}/?as_of={day}", headers=bearer(finance))
    assert answer.status_code == 400


def test_a_number_of_4000_digits_is_no_page(owner: User, sign_in: Any) -> None:
    assert sign_in(owner).get("/clients/?page=" + "9" * 5000).status_code == 200


@pytest.mark.parametrize("place", ["9" * 5000 + "|", "{client}|" + "9" * 5000])
def test_hours_on_work_of_5000_digits_are_refused(owner: User, sign_in: Any, place: str) -> None:
    client = make_client("HALDEN", owner=owner)
    body = {"p0": place.format(client=client.pk), "h0_0": "1"}
    assert sign_in(owner).post("/financials/time/week/", body).status_code == 422
    assert TimeEntry.objects.count() == 0


@pytest.mark.parametrize("number", ["9" * 12, "9" * 5000])
def test_a_restatement_of_no_close_is_unknown(finance: User, sign_in: Any, number: str) -> None:
    figure = f"close.restated:month=2026-09;before={number};after=1;line=net_revenue"
    assert sign_in(finance).get(f"/figures/{figure}/").status_code == 404


def test_days_and_terms_that_no_calendar_holds_are_refused(owner: User, sign_in: Any) -> None:
    client = make_client("HALDEN", owner=owner)
    deal, contract = make_opportunity(client, key="HAL-1"), make_contract(client, number="HAL-SOW")
    browser = sign_in(owner)
    for field, value in (("close_on", "9999-12-31"), ("probability", "²")):
        body = {"field": field, field: value, "version": deal.version}
        assert browser.post("/opportunities/HAL-1/cell/", body).status_code == 422, field
    good = {"title": "Work", "status": "active", "start": "2026-01-01", "end": "2026-12-31", "currency": "USD",
            "billing": "retainer", "renewal": "", "notice_rule": "business", "version": contract.version}  # fmt: skip
    for field, value in (("start", "0001-01-01"), ("end", "9999-12-31"), ("notice_days", "30000")):
        assert browser.post("/contracts/HAL-SOW/edit/", {**good, field: value}).status_code == 422, field


@pytest.mark.parametrize("place", ["/sign-in/", "/api/v1/clients/bulk/", "/imports/load/"])
def test_a_body_beyond_all_measure_is_not_read(settings: Any, place: str) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    settings.BODY_MAX_BYTES = {"/imports/load/": 3000}
    answer = Browser().post(place, "x" * 3001, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


def test_a_text_longer_than_its_field_is_refused(owner: User) -> None:
    make_client("HALDEN", owner=owner)
    body = {"number": "H-1", "kind": "sow", "client": "HALDEN", "title": "Work", "start": "2026-01-01",
            "currency": "USD", "uplift": "x" * 65_536 + ":0.01:0.02"}  # fmt: skip
    answer = Browser().post("/api/v1/contracts/", body, content_type="application/json", headers=bearer(owner))
    assert answer.status_code == 422
