"""The forecast by owner, and by how much each client's changed; the same sums as what moved."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.models import Client
from common.figures import formulae
from financials.actions.contracts import rebuild_schedules
from financials.models import Contract, ForecastLook
from financials.queries.forecast import load_forecast_page
from financials.queries.forecast_changes import load_changes
from financials.queries.movement import MovementRequest, load_movement
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through
from tests.financials.test_movement import run
from tests.financials.test_pack import signed_in
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(owner: User, manager: User, monkeypatch: Any) -> tuple[Client, Client]:
    """KESTREL: 1,000 ten days ago, 900 three days ago, 850 today; HERON, the manager's: 500 all along."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    close_through(OCTOBER)
    manager.manager = owner
    manager.save(update_fields=["manager"])
    kestrel, heron = make_client("KESTREL", owner=owner), make_client("HERON", owner=manager)
    dates = {"start": date(2026, 12, 1), "end": date(2026, 12, 31)}
    sow = make_contract(kestrel, number="S1", amount=D(1000), **dates)
    other = make_contract(heron, number="S2", amount=D(500), **dates)
    rebuild_schedules([sow.pk, other.pk], now=NOW)
    for version, (amount, days) in enumerate(((1000, 10), (900, 3), (850, 0)), start=1):
        Contract.objects.filter(pk=sow.pk).update(amount=D(amount))
        rebuild_schedules([sow.pk], now=NOW)
        run(kestrel, NOW - timedelta(days=days, hours=1), version)
    run(heron, NOW - timedelta(days=20), 1)
    return kestrel, heron


def test_since_last_week_and_since_the_last_look(owner: User, two: tuple[Client, Client]) -> None:
    found = load_changes(owner, now=NOW, year=2026)
    assert [(row.key, row.now.value, row.week, row.look) for row in found.rows] == [("KESTREL", D(850), D(-150), None)]
    assert found.total is not None
    assert (found.total.now.value, found.total.week, found.still) == (D(1350), D(-150), 1)
    assert found.finding == "The forecast of 2026 fell by $150 in a week"
    looked = NOW - timedelta(days=2)
    ForecastLook.objects.create(person=owner, looked_at=looked)
    (row,) = load_changes(owner, now=NOW, year=2026).rows
    assert row.look == D(-50)
    moved = load_movement(owner, MovementRequest(first=date(2026, 1, 1), last=date(2026, 12, 1)), now=NOW)
    assert moved.total["end"] - moved.total["start"] == D(-50)
    assert load_changes(owner, now=NOW, year=2026, owner="manager@example.com").rows == ()


def test_one_owner_at_a_time_with_figures_that_say_so(
    owner: User, manager: User, outsider: User, two: tuple[Client, Client]
) -> None:
    page = load_forecast_page(owner, now=NOW, owner=manager.email)
    assert ([row.key for row in page.rows], page.total.total.value) == (["HERON"], D(500))
    params = {"owner": manager.email, "from": "2026-01", "to": "2026-12"}
    told = formulae["forecast.total"](owner, params, NOW)
    assert (told.figure.value, told.scope, told.figure.id) == (
        D(500), f"Your clients of {manager.name}", page.total.total.id,
    )  # fmt: skip
    with pytest.raises(Http404):
        formulae["forecast.total"](outsider, params, NOW)
    browser = signed_in(owner)
    text = browser.get("/forecast/").content.decode()
    assert f"?owner={manager.email.replace('@', '%40')}&amp;year=2026" in text
    assert "KESTREL" not in browser.get(f"/forecast/?owner={manager.email}").content.decode().split("<tbody>")[1]
    assert "fell by $150" in browser.get("/forecast/changes/?year=2026").content.decode()
    assert signed_in(outsider).get("/forecast/changes/?client=KESTREL").status_code == 404


def test_a_page_that_reads_itself_again_is_given_its_figures_alone(owner: User, two: tuple[Client, Client]) -> None:
    browser = signed_in(owner)
    for address in ("/forecast/", "/forecast/?client=KESTREL"):
        whole = browser.get(address).content.decode()
        part = browser.get(address, headers={"HX-Request": "true"}).content.decode()
        assert part.strip().startswith('<div id="forecast-figures"')
        assert part.strip() in whole
        assert "<html" not in part
        again = browser.get(address, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
        assert "<html" in again.content.decode()
