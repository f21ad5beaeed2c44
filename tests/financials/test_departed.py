"""A client that is lost: its forecast, bands, explanation, renewals and report, from its page and from a file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from accounts.actions.clients import change_client
from accounts.models import Client
from common import jobs
from common.figures import explain
from common.models import Job
from common.periods import month_add
from financials.calc.forecast import compute
from financials.calc.forecast_file import read_inputs
from financials.models import Contract, ForecastInput, ForecastLine, ForecastRun
from financials.queries.basis import load_basis
from financials.queries.forecast import load_forecast_page
from financials.queries.renewal_board import RenewalScope, load_renewal_board
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.makers import make_client, make_contract
from tests.portfolio.loading import load, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def halden(owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """3,000 a month for two years, 1,000 of it a contract to the end of December that would renew."""
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)
    client = make_client("HALDEN", owner=owner, timezone="UTC")
    make_contract(
        client, number="H-1", start=date(2026, 1, 1), end=date(2026, 12, 31), amount=D("12000"), renewal="auto",
        notice_days=10,
    )  # fmt: skip
    for back in range(24):
        post(client, "gross_revenue", "3000", month=month_add(OCTOBER, -back))
    return client


def set_status(client: Client, status: str, actor: User) -> None:
    change_client(client=Client.objects.get(pk=client.pk), changes={"status": status}, expected=None, actor=actor)
    jobs.work("recompute")


def ahead(client: Client) -> dict[str, set[date]]:
    found: dict[str, set[date]] = {}
    for month, layer in ForecastLine.objects.filter(run__client=client, run__is_current=True).values_list(
        "month", "layer"
    ):
        if month > date(2026, 11, 1):
            found.setdefault(layer, set()).add(month)
    return found


def test_a_client_marked_lost_is_forecast_to_the_end_of_its_signed_work(halden: Client, owner: User) -> None:
    set_status(halden, "at_risk", owner)
    assert len(ahead(halden)["run_rate"]) == 17
    assert min(ahead(halden)["renewal"]) == date(2027, 1, 1)
    before = ForecastInput.objects.get(run__client=halden, run__is_current=True)
    was = compute(read_inputs(before.body)).rows
    set_status(halden, "lost", owner)
    assert ahead(halden) == {"contracted": {date(2026, 12, 1)}, "run_rate": {date(2026, 12, 1)}}
    assert ForecastRun.objects.get(client=halden, is_current=True).departed
    assert compute(read_inputs(before.body)).rows == was  # the run of before is what it was
    set_status(halden, "active", owner)
    assert len(ahead(halden)["run_rate"]) == 17
    assert not ForecastRun.objects.get(client=halden, is_current=True).departed


def test_the_figure_says_so(halden: Client, owner: User) -> None:
    set_status(halden, "lost", owner)
    said = "lost: what is signed and open deals count"
    for layer in ("total", "run_rate", "renewal"):
        told = explain(owner, f"forecast.{layer}:client=HALDEN;from=2026-12;to=2027-12", now=NOW)
        assert any(note.startswith("This client is " + said) for note in told.notes), layer
        told = explain(owner, f"forecast.{layer}:from=2026-12;to=2027-12", now=NOW)
        assert any(note.startswith("1 client is " + said) for note in told.notes), layer
    told = explain(owner, "forecast.contracted:client=HALDEN;from=2026-12;to=2027-12", now=NOW)
    assert not any(said in note for note in told.notes)


def test_bands_have_nothing_to_stray_after_signed_work(halden: Client, owner: User) -> None:
    set_status(halden, "lost", owner)
    jobs.work("bands")
    run = ForecastRun.objects.get(client=halden, is_current=True)
    bands = {(one.first_month, one.last_month): one for one in run.bands.all()}
    assert bands[date(2026, 12, 1), date(2026, 12, 1)].high > 0
    after = bands[date(2027, 1, 1), date(2027, 1, 1)]
    assert (after.low, after.high) == (0, 0)


def test_the_board_weighs_a_lost_clients_contract_at_nothing(halden: Client, owner: User) -> None:
    def weighed() -> D | None:
        found = load_renewal_board(owner, RenewalScope(), basis=load_basis(owner, now=NOW), now=NOW)
        (window,) = found.windows
        return window.weighted

    assert weighed() == D("10800.00")  # 12,000 × 0.90
    set_status(halden, "lost", owner)
    assert weighed() == 0


def test_a_file_that_marks_a_client_lost_asks_for_its_forecast(halden: Client, owner: User, tmp_path: Path) -> None:
    Job.objects.all().delete()
    make_client("OTHER", owner=owner, name="Other")
    load("clients", write(tmp_path, "clients.csv", "key,name,status\nHALDEN,Halden,lost\nOTHER,Other,active\n"))
    assert list(Job.objects.filter(kind="recompute").values_list("object_ref", flat=True)) == [f"client:{halden.pk}"]
    jobs.work("recompute")
    assert ForecastRun.objects.get(client=halden, is_current=True).departed


def test_the_page_says_that_nothing_is_ahead(halden: Client, owner: User) -> None:
    set_status(halden, "lost", owner)
    page = load_forecast_page(owner, now=NOW, client=halden)
    # Signed 986.30 and 1,019.18; the run-rate of December is about 2,000.
    assert page.finding == "Signed work covers 49% of what is left of 2026"
    Contract.objects.update(status="terminated", ended_on=date(2026, 10, 31))
    set_status(halden, "active", owner)
    set_status(halden, "lost", owner)
    page = load_forecast_page(owner, now=NOW, client=halden)
    assert page.finding == "Halden Ltd is lost, and nothing of it is signed or open ahead"
    assert page.client_name == "Halden Ltd"


def test_a_client_without_a_forecast_is_named_on_its_page(owner: User, sign_in: Any) -> None:
    make_client("NEW", owner=owner, name="Newcomer")
    told = sign_in(owner).get("/forecast/?client=NEW").content.decode()
    assert "Enter your figure for Newcomer" in told
    assert "No forecast yet" in told
    ForecastRun.objects.create(
        client=Client.objects.get(key="NEW"), input_version=1, as_of=NOW.date(), computed_at=NOW, departed=True
    )
    assert "Nothing to forecast" in sign_in(owner).get("/forecast/?client=NEW").content.decode()
