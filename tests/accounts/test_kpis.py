"""KPIs on pages, from files and through REST: who may, what is refused, what health and plans read of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.kpis import keep_standings
from accounts.models import Kpi, KpiDefinition, KpiReading, KpiTarget, PlanMeasure
from accounts.queries.attention import attention
from accounts.queries.health_components import read_value
from accounts.queries.kpi_pages import load_book
from accounts.queries.kpis import load_states, said
from accounts.queries.measures import load_measured
from common.figures import explain
from common.health import HealthAsk
from common.models import AuditEntry
from people.models import User
from portfolio.imports.runner import load_rows
from tests.accounts.conftest import World
from tests.makers import make_client, make_user

D = Decimal


def make_kpi(world: World, key: str = "HAL-K", **kw: Any) -> Kpi:
    given = {"client": world.client, "name": "Awareness", "unit": "score", "baseline": D(20), "target": D(30), **kw}
    return Kpi.objects.create(key=key, **given)


def read(kpi: Kpi, period: str, actual: str) -> KpiReading:
    from accounts.calc.kpis import span_of

    span = span_of(period)
    return KpiReading.objects.create(kpi=kpi, period=period, starts=span.first, ends=span.last, actual=D(actual))


def load(kind: str, *rows: dict[str, str]) -> Any:
    return load_rows(kind, rows, actor="test", now=timezone.now())


def test_the_worked_figures_on_the_page_and_explained(world: World, owner: User, sign_in: Any) -> None:
    up, down = make_kpi(world), make_kpi(world, "HAL-K2", name="Days", direction="down", baseline=D(10), target=D(6))
    read(up, "2026-09", "28")
    read(down, "2026-09", "7")
    states = load_states(Kpi.objects.order_by("key"), world.today)
    assert [(state.held.to_date, state.standing) for state in states] == [
        (D("0.8"), "watch"), (D("0.75"), "at_risk")
    ]  # fmt: skip
    html = sign_in(owner).get("/clients/HAL/kpis/").content.decode()
    assert "Days at 75% of what was asked by now is at risk" in html
    for name, value in (("attained", D("0.8")), ("actual", D(28)), ("year_end", None)):
        told = explain(owner, f"kpi.{name}:client=HAL;kpi=HAL-K", now=timezone.now())
        assert told.figure.value == value, name
    assert explain(owner, "kpi.mean:client=HAL", now=timezone.now()).figure.value == D("0.775")
    assert explain(owner, "kpi.mean", now=timezone.now()).rows_count == 2


def test_health_reads_the_mean_attainment_of_the_day(world: World) -> None:
    read(make_kpi(world), "2026-09", "28")
    read(make_kpi(world, "HAL-K2", direction="down", baseline=D(10), target=D(6)), "2026-09", "7")
    make_kpi(world, "HAL-K3")  # never read: in no mean
    other = make_client("OTH")
    make_kpi(world, "OTH-K", client=other)
    ask = HealthAsk([world.client.pk, other.pk], date(2026, 10, 2), D("0.4"))
    found = read_value(ask)
    assert found[world.client.pk].score == D("77.5")
    assert [line.value for line in found[world.client.pk].inputs] == [D("0.775"), 2, 3]
    assert found[other.pk].score is None
    assert read_value(HealthAsk([world.client.pk], date(2026, 8, 2), D("0.4")))[world.client.pk].score is None


def test_readings_that_add_up_and_what_would_count_twice(world: World, owner: User, sign_in: Any) -> None:
    kpi = make_kpi(
        world, gathers="sum", baseline=None, target=D(1200), starts_on=date(2026, 1, 1), due=date(2026, 12, 31)
    )
    read(kpi, "2026-Q1", "300")
    read(kpi, "2025-12", "999")  # before its days
    browser, url = sign_in(owner), f"/clients/HAL/kpis/{kpi.pk}/readings/add/"
    refused = browser.post(url, {"period": "2026-03", "actual": "90"})
    assert refused.status_code == 422
    assert "would count twice" in refused.content.decode()
    assert browser.post(url, {"period": "2026-04", "actual": "95.5", "note": "Easter"}).status_code == 302
    assert load_states(Kpi.objects.all(), world.today)[0].actual == D("395.5")
    assert browser.post(url, {"period": "2099-01", "actual": "1"}).status_code == 422
    assert browser.post(url, {"period": "2026-04", "actual": "96"}).status_code == 302  # corrected
    assert [one.version for one in KpiReading.objects.filter(period="2026-04")] == [2]
    assert AuditEntry.objects.filter(object_kind="kpi_reading").count() == 2
    many = load("readings", {"kpi": "HAL-K", "period": "2026-Q2", "actual": "5"})
    assert "counts twice" in many.rejects[0][1] or "count twice" in many.rejects[0][1]


def test_a_reading_is_corrected_in_its_row_and_nobody_overwrites(world: World, owner: User, sign_in: Any) -> None:
    kpi = make_kpi(world)
    one = read(kpi, "2026-09", "28")
    browser, url = sign_in(owner), f"/clients/HAL/kpis/{kpi.pk}/readings/{one.pk}/"
    htmx = {"HX-Request": "true"}
    assert 'name="actual"' in browser.get(f"{url}?field=actual", headers=htmx).content.decode()
    saved = browser.post(url, {"field": "actual", "actual": "29.25", "version": "1"}, headers=htmx)
    assert saved.status_code == 200
    assert "29.25" in saved.content.decode()
    stale = browser.post(url, {"field": "actual", "actual": "1", "version": "1"}, headers=htmx)
    assert stale.status_code == 409
    one.refresh_from_db()
    assert one.actual == D("29.25")
    assert browser.post(url, {"field": "actual", "actual": "much", "version": "2"}, headers=htmx).status_code == 422
    assert browser.get(f"{url}?field=period", headers=htmx).status_code == 404


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"direction": "range", "target_low": "3"}, "A range has both ends"),
        ({"direction": "range", "target_low": "3", "target_high": "2"}, "The range ends above"),
        ({"direction": "range", "target": "3"}, "A range has no single target"),
        ({"target_low": "3"}, "Only a KPI of direction range"),
        ({"starts_on": "2026-05-01", "due": "2026-04-01"}, "comes after"),
        ({"gathers": "sum"}, "counted between two days"),
        ({"name": ""}, "required"),
        ({"target": "much"}, "Enter a number"),
        ({"name": "\x00"}, "Null characters"),
    ],
)
def test_what_does_not_go_together_is_refused(
    world: World, owner: User, sign_in: Any, body: dict[str, str], where: str
) -> None:
    given = {"name": "N", "unit": "count", "direction": "up", "gathers": "last", "frequency": "month", **body}
    answer = sign_in(owner).post("/clients/HAL/kpis/add/", given)
    assert answer.status_code == 422
    assert where in answer.content.decode()
    assert Kpi.objects.count() == 0


def test_a_kpi_is_added_from_the_library_owned_on_both_sides(world: World, owner: User, sign_in: Any) -> None:
    meant = KpiDefinition.objects.create(key="leads", name="Leads", unit="leads", category="Growth", how="CRM")
    browser = sign_in(owner)
    assert 'value="Leads"' in browser.get(f"/clients/HAL/kpis/add/?from={meant.pk}").content.decode()
    body = {
        "name": "Leads", "unit": "leads", "direction": "up", "gathers": "last", "frequency": "month", "target": "90",
        "owner": owner.pk, "contact": world.contact.pk, "definition": meant.pk,
    }  # fmt: skip
    assert browser.post("/clients/HAL/kpis/add/", body).status_code == 302
    kpi = Kpi.objects.get()
    assert (kpi.owner, kpi.contact, kpi.definition) == (owner, world.contact, meant)
    page = browser.get(f"/clients/HAL/kpis/{kpi.pk}/").content.decode()
    assert "Ravi Menon" in page
    assert "has not been read yet" in page
    assert browser.post(f"/kpis/library/{meant.pk}/remove/").status_code == 302
    kpi.refresh_from_db()
    assert kpi.definition is None


def test_files_load_what_the_contract_promises(world: World) -> None:
    """Columns of the contract alone; and again, no change."""
    kpis = (
        {"key": "A", "client": "HAL", "name": "Up", "unit": "", "direction": "", "baseline": "20", "target": "30",
         "target_low": "", "target_high": "", "owner": world.deal.owner.email if world.deal.owner else ""},
        {"key": "B", "client": "HAL", "name": "Inside", "unit": "%", "direction": "range", "baseline": "",
         "target": "", "target_low": "10", "target_high": "20", "owner": ""},
    )  # fmt: skip
    assert load("kpis", *kpis).created == 2
    assert load("kpis", *kpis).unchanged == 2
    phases = {"kpi": "A", "period": "2026-Q3", "target": "26"}
    readings = ({"kpi": "A", "period": "2026-09", "actual": "26"}, {"kpi": "B", "period": "2026", "actual": "21"})
    assert load("kpi_targets", phases).created == 1
    assert load("readings", *readings).created == 2
    assert load("readings", *readings).unchanged == 2
    found = {state.kpi.key: state for state in load_states(Kpi.objects.all(), world.today)}
    assert (found["A"].held.expected, found["A"].standing) == (D(26), "on_track")
    assert found["B"].standing == "watch"
    assert KpiTarget.objects.get().ends == date(2026, 9, 30)
    bad = load(
        "readings",
        {"kpi": "NO", "period": "2026-09", "actual": "1"},
        {"kpi": "A", "period": "FY2026", "actual": "1"},
        {"kpi": "A", "period": "2099", "actual": "1"},
        {"kpi": "B", "period": "2026-01", "actual": "60%"},
    )
    assert bad.rejected == 4
    assert load("kpis", {"key": "C", "client": "HAL", "name": "X", "direction": "range", "target": "3"}).rejected == 1


def test_another_clients_kpi_is_as_none(world: World, owner: User, sign_in: Any) -> None:
    other = make_client("OTH", owner=make_user("director", email="else@example.com"))
    kpi = make_kpi(world, "OTH-K", client=other)
    one = read(kpi, "2026-09", "28")
    browser = sign_in(owner)
    for path in ("", "edit/", "readings/add/", f"readings/{one.pk}/", "phases/add/"):
        assert browser.get(f"/clients/OTH/kpis/{kpi.pk}/{path}").status_code == 404
        assert browser.get(f"/clients/HAL/kpis/{kpi.pk}/{path}").status_code == 404
    assert load_book(owner, world.today).rows == ()
    mine = load_rows(
        "readings", [{"kpi": "OTH-K", "period": "2026-08", "actual": "1"}], actor="x", now=timezone.now(), user=owner
    )
    assert mine.rejects[0][1] == "kpi “OTH-K” is unknown"


def test_a_plans_measure_takes_the_number_of_a_kpi(world: World, owner: User, sign_in: Any) -> None:
    kpi = make_kpi(world)
    read(kpi, "2026-09", "28")
    body = {"title": "Aware", "source": "kpi:HAL-K", "unit": "count", "direction": "up", "target": "30"}
    url = f"/clients/HAL/plan/add/measure/?under={world.objective.pk}"
    assert sign_in(owner).post(url, body).status_code == 302
    measure = PlanMeasure.objects.get()
    assert (measure.source, measure.unit) == ("kpi:HAL-K", "score")
    assert [one.value for one in load_measured(owner, world.client, timezone.now())] == [D(28)]
    row = {"key": "M9", "objective": world.objective.key, "title": "T", "source": "kpi:HAL-K", "target": "3"}
    assert load("plan_measures", row).created == 1
    assert load("plan_measures", {**row, "source": "kpi:NO"}).rejected == 1


def test_the_cockpit_asks_for_what_is_off_and_what_is_not_read(world: World, owner: User) -> None:
    kpi = make_kpi(world, direction="down", baseline=D(10), target=D(6), owner=owner)
    read(kpi, "2026-01", "7")
    assert not any("at risk" in item.lead for item in attention(owner, world.today, limit=50))
    assert keep_standings([world.client.pk], world.today) == 1
    assert keep_standings([world.client.pk], world.today) == 0
    leads = [item.lead for item in attention(owner, world.today, limit=50)]
    assert "KPI Awareness is at risk" in leads
    assert any(lead.startswith("KPI Awareness has had no reading for") for lead in leads)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (D("0.4512"), "ratio", "45.1%"), (D("7.5000"), "days", "7.5\u00a0days"),
        (D("1200"), "leads", "1,200\u00a0leads"),
        (D("38.4"), "money", "$38"), (None, "money", "—"), (D("3.75"), "score", "3.75"),
    ],
)  # fmt: skip
def test_units_read_as_people_say_them(value: D | None, unit: str, words: str) -> None:
    assert said(value, unit, "USD") == words
