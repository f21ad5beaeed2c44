"""What moved in the forecast, from runs that were kept: the terms, exchange, access, page, REST, looks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client, Opportunity
from common.models import FxRate
from financials.actions.contracts import rebuild_schedules
from financials.actions.forecast import store_forecasts
from financials.actions.movement import note_look
from financials.calc.forecast import compute
from financials.models import Contract, ForecastLook, ForecastRun
from financials.queries.inputs import load_book
from financials.queries.movement import MovementRequest, MovementResult, load_movement
from people.actions import issue_token
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.makers import make_client, make_contract, make_opportunity

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
YEAR: dict[str, Any] = {"first": date(2026, 1, 1), "last": date(2027, 12, 1)}


def run(client: Client, at: datetime, version: int) -> ForecastRun:
    book = load_book([client.pk], now=at)
    results = [compute(batch.inputs) for batch in book.batches]
    ids = store_forecasts(book=book, results=results, versions={client.pk: version}, now=at)
    return ForecastRun.objects.get(pk=ids[client.pk])


def ask(user: User, **kw: Any) -> MovementResult:
    return load_movement(user, MovementRequest(**{"start": THEN, **YEAR, **kw}), now=NOW)


def told(found: MovementResult) -> dict[str, D]:
    return {term: amount for term, amount in found.total.items() if amount}


def signed(client: Client, number: str, amount: str, deal: Opportunity | None = None) -> Contract:
    sow = make_contract(
        client, number=number, amount=D(amount), start=date(2027, 1, 1), end=date(2027, 12, 31), opportunity=deal
    )
    rebuild_schedules([sow.pk], now=NOW)
    return sow


@pytest.fixture
def kestrel(owner: User) -> Client:
    """docs/definitions.md#forecast-movement without its run-rate: 600 signed, 200 × 50% and 300 × 60% open in 2027."""
    close_through(OCTOBER)
    client = make_client("KESTREL", owner=owner)
    kept = signed(client, "S1", "600")
    phased: dict[str, Any] = {"client": client, "delivery_start": date(2027, 1, 1), "delivery_months": 12}
    one = make_opportunity(**phased, key="D1", name="Film", amount=D(200), probability=D("0.5"), category="best_case")
    two = make_opportunity(**phased, key="D2", name="Site", amount=D(300), probability=D("0.6"), category="commit")
    run(client, THEN, 1)
    Opportunity.objects.filter(pk=one.pk).update(stage="won", outcome="won", contract="S2")
    signed(client, "S2", "210", one)
    Opportunity.objects.filter(pk=two.pk).update(stage="lost", outcome="lost")
    make_opportunity(**phased, key="D3", name="Press", amount=D(100), probability=D("0.3"))
    Contract.objects.filter(pk=kept.pk).update(amount=D(580))
    rebuild_schedules([kept.pk], now=NOW)
    run(client, NOW - timedelta(hours=1), 2)
    return client


def test_the_worked_example_from_kept_runs(owner: User, outsider: User, kestrel: Client) -> None:
    """600 + 100 + 180 = 880; + 30 + 110 − 180 − 20 = 820."""
    assert told(ask(owner)) == {
        "start": D(880), "new": D(30), "won": D(110), "lost": D(-180), "contracted": D(-20), "end": D(820)
    }  # fmt: skip
    assert [(move.term, move.opportunity or move.contract, move.amount) for move in ask(owner).clients[0].moves] == [
        ("new", "D3", D(30)), ("won", "D1", D(110)), ("lost", "D2", D(-180)), ("contracted", "S1", D(-20)),
    ]  # fmt: skip
    assert ask(outsider).clients == ()


def test_only_the_months_asked_for_count(owner: User, kestrel: Client) -> None:
    assert told(ask(owner, first=date(2026, 1, 1), last=date(2026, 12, 1))) == {}
    half = ask(owner, last=date(2027, 6, 1))
    assert half.total["start"] + sum(v for k, v in half.total.items() if k not in ("start", "end")) == half.total["end"]


def test_a_client_without_an_earlier_run_begins_at_nothing(owner: User) -> None:
    close_through(OCTOBER)
    client = make_client("FRESH", owner=owner)
    signed(client, "S9", "120")
    run(client, NOW - timedelta(hours=1), 1)
    assert told(ask(owner)) == {"contracted": D(120), "end": D(120)}


def test_months_closed_since_are_actuals(owner: User) -> None:
    """November was 100 scheduled; it came to 90, and December is open in both."""
    close_through(OCTOBER)
    client = make_client("ACTUAL", owner=owner)
    sow = make_contract(client, number="A1", amount=D("6100"), start=date(2026, 11, 1), end=date(2026, 12, 31))
    rebuild_schedules([sow.pk], now=NOW)
    run(client, THEN, 1)
    post(client, "gross_revenue", "2900", month=date(2026, 11, 1), contract=sow)
    close_through(date(2026, 11, 1))
    run(client, NOW - timedelta(hours=1), 2)
    found = told(ask(owner))
    assert found["start"] == D(6100)
    assert found["actuals"] == D(-100)
    assert found["end"] == D(6000)


def test_rates_that_moved_are_told_apart(owner: User) -> None:
    """EUR 1,000 at the 1.10 known on 2 November; at 1.20 from the rate loaded since."""
    close_through(OCTOBER)
    client = make_client("EURO", owner=owner, currency="EUR")
    sow = make_contract(
        client, number="E1", currency="EUR", amount=D(1000), start=date(2027, 1, 1), end=date(2027, 1, 31)
    )
    rebuild_schedules([sow.pk], now=NOW)
    for month, average, known in ((9, "1.10", THEN - timedelta(days=9)), (10, "1.20", NOW - timedelta(days=1))):
        rate = FxRate.objects.create(month=date(2026, month, 1), base="EUR", quote="USD", average=D(average))
        FxRate.objects.filter(pk=rate.pk).update(created_at=known)
    run(client, THEN, 1)
    run(client, NOW - timedelta(hours=1), 2)
    assert told(ask(owner)) == {"start": D(1100), "fx": D(100), "end": D(1200)}


def test_one_missing_rate_is_named_and_nothing_is_told(owner: User, kestrel: Client) -> None:
    sow = make_contract(kestrel, number="E2", currency="EUR", start=date(2027, 1, 1), end=date(2027, 1, 31))
    rebuild_schedules([sow.pk], now=NOW)
    run(kestrel, NOW - timedelta(minutes=5), 3)
    found = ask(owner)
    assert (found.clients, found.missing) == ((), ("No EUR/USD rate for 2027-01.",))


def test_a_person_is_told_what_moved_since_the_last_look(owner: User, kestrel: Client) -> None:
    first = load_movement(owner, MovementRequest(**YEAR), now=NOW)
    assert (first.looked, first.start) == (False, NOW - timedelta(days=30))
    note_look(person=owner, now=THEN)
    found = load_movement(owner, MovementRequest(**YEAR), now=NOW)
    assert (found.looked, found.start, found.total["won"]) == (True, THEN, D(110))
    note_look(person=owner, now=NOW)
    note_look(person=owner, now=NOW + timedelta(minutes=20))  # the same look
    again = load_movement(owner, MovementRequest(**YEAR), now=NOW + timedelta(minutes=30))
    assert (again.looked, again.start) == (True, THEN)
    later = load_movement(owner, MovementRequest(**YEAR), now=NOW + timedelta(days=1))
    assert (later.start, told(later)["end"], later.total["won"]) == (NOW, D(820), D(0))
    assert ForecastLook.objects.get().before == THEN


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_page_file_and_rest_say_the_same(owner: User, legal: User, kestrel: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    browser = signed_in(owner)
    address = "/forecast/movement/?since=2026-11-02&from=2026-01&to=2027-12"
    page = browser.get(address).content.decode()
    assert "fell $60 from 2 Nov 2026 to 23 Nov 2026: lost deals took $180, won deals added $110" in page
    assert "/opportunities/D2/" in page
    assert "/contracts/S1/" in page
    text = b"".join(browser.get(f"{address}&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    whole = text.splitlines()[1]
    assert whole == "KESTREL,,,880.00,30.00,0.00,0.00,110.00,0.00,-180.00,0.00,-20.00,0.00,0.00,0.00,0.00,0.00,820.00,"
    token = issue_token(user=owner, name="t", scopes=["*"], days=1, actor="t", now=timezone.now()).plain
    auth = {"Authorization": f"Bearer {token}"}
    runs = Browser().get("/api/v1/forecast-runs/?client=KESTREL&ordering=id", headers=auth).json()["results"]
    assert [one["current"] for one in runs] == [False, True]
    query = f"run_from={runs[0]['id']}&run_to={runs[1]['id']}&from=2026-01&to=2027-12"
    body = Browser().get(f"/api/v1/reports/forecast-movement/?group_by=client&{query}", headers=auth).json()
    (row,) = body["rows"]
    assert (row["client"], row["start"], row["won"], row["lost"], row["end"]) == (
        "KESTREL", "880.00", "110.00", "-180.00", "820.00"
    )  # fmt: skip
    assert body["run"] == f"{runs[0]['id']}..{runs[1]['id']}"
    wrong = Browser().get("/api/v1/reports/forecast-movement/?run_from=999999999", headers=auth)
    assert wrong.status_code == 400
    assert "not yours to see" in wrong.content.decode()
    assert signed_in(legal).get("/forecast/movement/").status_code == 403


def test_each_term_explains_itself(owner: User, outsider: User, kestrel: Client) -> None:
    end = (NOW - timedelta(minutes=1)).isoformat().replace("+", "%2B")
    span = f"start={THEN.isoformat().replace('+', '%2B')};end={end};from=2026-01;to=2027-12"
    page = signed_in(owner).get(f"/figures/movement.lost:client=KESTREL;{span}/")
    assert page.status_code == 200
    assert "weighted value of deals lost or removed since" in page.content.decode()
    assert "D2" in page.content.decode()
    assert signed_in(outsider).get(f"/figures/movement.lost:client=KESTREL;{span}/").status_code == 404
    assert signed_in(owner).get("/figures/movement.lost:client=KESTREL/").status_code == 404


def test_before_after_and_change_of_each_deal_open_their_explanation(
    owner: User, outsider: User, kestrel: Client, monkeypatch: Any
) -> None:
    """The lost deal of 300 at 60%: 180 before, nothing after."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    browser = signed_in(owner)
    page = browser.get("/forecast/movement/?since=2026-11-02&from=2026-01&to=2027-12").content.decode()
    links = re.findall(r'href="(/figures/movement\.(?:before|after|change):[^"]*opportunity=D2[^"]*)"', page)
    assert len(links) == 3
    for link, value in zip(links, ("180.00", "0.00", "−180.00"), strict=True):
        told = browser.get(unescape(link))
        assert told.status_code == 200
        assert value in told.content.decode()
        assert "lost" in told.content.decode()
        assert signed_in(outsider).get(unescape(link)).status_code == 404
    assert browser.get(unescape(links[0]).replace("D2", "D9")).status_code == 404
    assert browser.get(unescape(links[0]).replace("term=lost", "term=luck")).status_code == 404


def test_what_cannot_be_read_is_said_and_the_default_shown(owner: User, kestrel: Client) -> None:
    page = signed_in(owner).get("/forecast/movement/?since=yesterday").content.decode()
    assert "The default is shown." in page
    page = signed_in(owner).get("/forecast/movement/?since=2026-11-20&until=2026-11-02").content.decode()
    assert "change them about" in page
