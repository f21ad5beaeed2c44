"""Capacity on pages: the grid and its lists, figures that explain themselves, the report, what the cockpit says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Client
from common.figures import UnknownFigure, explain
from financials import tiles
from financials.models import Allocation, RoleLead, TimeEntry
from financials.queries.attention import money_items
from financials.queries.capacity import CapacityAsked
from financials.queries.capacity_page import load_capacity_page
from people.models import Leave, User
from tests.makers import make_client, make_opportunity, make_user
from tests.sweeps.withheld import body_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
JANUARY = date(2027, 1, 4)


def text_of(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def plan(client: Client, first: date, weeks: int, hours: str, **kw: Any) -> None:
    Allocation.objects.bulk_create(
        Allocation(client=client, week=first + timedelta(weeks=number), hours=D(hours), **kw) for number in range(weeks)
    )


@pytest.fixture
def ana(owner: User) -> User:
    return make_user(
        "delivery", email="ana@x.example", name="Ana Silva", discipline="Designer", weekly_hours=D(40), manager=owner
    )


@pytest.fixture
def acme(owner: User, ana: User) -> Client:
    """Ana full for ten weeks; from 4 January four weeks of 30 h of a designer more; 20 soft h at 50% in two."""
    client = make_client("ACME", owner=owner, name="Acme", members=(ana,))
    plan(client, MONDAY, 10, "40", person=ana)
    plan(client, JANUARY, 4, "30", role="Designer")
    deal = make_opportunity(client, key="D-1", name="Film", probability=D("0.5"))
    plan(make_client("BOLT", owner=owner, name="Bolt"), JANUARY + timedelta(weeks=2), 2, "20", person=ana, firm=False)
    Allocation.objects.filter(client__key="BOLT").update(
        opportunity=make_opportunity(Client.objects.get(key="BOLT"), probability=D("0.5"))
    )
    assert deal.probability == D("0.5")
    return client


def page_of(user: User, **kw: Any) -> Any:
    asked = CapacityAsked(MONDAY, MONDAY + timedelta(weeks=12), **kw)
    return load_capacity_page(user, asked, now=NOW)


def test_the_headline_says_when_to_hire(acme: Client, owner: User) -> None:
    """Short by 30, 30, 40 and 40 from 4 January: 35 on average. Eight weeks before is 9 November, which has passed."""
    page = page_of(owner)
    assert page.finding == "Designer work is 35 hours a week short from 4 Jan; hiring had to begin by 9 Nov"
    [hire] = page.hires
    assert (hire.gap.weeks, hire.figure.value, hire.late) == (4, D(35), True)
    RoleLead.objects.create(role="Designer", weeks=2)
    [sooner] = page_of(owner).hires
    assert (sooner.gap.hire_by, sooner.late) == (date(2026, 12, 21), False)


def test_the_grid_the_chart_and_the_lists(acme: Client, owner: User, ana: User) -> None:
    page = page_of(owner)
    [row] = page.rows
    values = [cell.figure.value for cell in row.cells]
    assert values == [D(0)] * 6 + [D(30), D(30), D(40), D(40), D(-40), D(-40), D(-40)]
    assert [cell.tone for cell in row.cells][5:11] == ["", "short-3", "short-3", "short-3", "short-3", "free"]
    assert [(month.low, month.high, month.line) for month in page.chart.months][8:11] == [
        (D(70), D(90), D(40)),
        (D(70), D(90), D(40)),
        (None, None, D(40)),
    ]
    assert (page.over, page.bench) == ([], [])
    assert page.figures["utilisation"].value == D(400) / D(520)
    Allocation.objects.filter(person=ana, week=MONDAY).update(hours=D(52))
    [over] = page_of(owner).over
    assert (over.person.name, over.figure.value, over.weeks) == ("Ana Silva", D(12), 1)
    Allocation.objects.filter(person=ana, week__lt=MONDAY + timedelta(weeks=4)).update(hours=D(10))
    [free] = page_of(owner).bench
    assert (free.free.value, free.capacity.value, free.share) == (D(120), D(160), D("0.75"))


def test_of_one_client_roles_without_a_name_are_told(acme: Client, owner: User) -> None:
    page = page_of(owner, client="ACME")
    assert page.finding == "30 hours of Designer work a week from 4 Jan have nobody's name on them"
    assert (page.hires, [one.figure.value for one in page.unnamed]) == ([], [D(120)])


def test_what_people_worked_is_told_beside_what_is_planned(acme: Client, owner: User, ana: User) -> None:
    """Four weeks from 26 October are 160 h, two days of leave off; 108 h of 120 written are billable."""
    assert page_of(owner).worked.value is None
    Leave.objects.create(person=ana, starts=date(2026, 10, 26), ends=date(2026, 10, 27))
    for ref, hours, billable in (("a", "24", True), ("b", "24", True), ("c", "12", False)):
        for number in range(2):
            TimeEntry.objects.create(
                source_ref=f"{ref}{number}", date=date(2026, 11, 3 + number), month=date(2026, 11, 1), person=ana,
                client=acme, hours=D(hours), billable=billable,
            )  # fmt: skip
    assert page_of(owner).worked.value == D(96) / D(144)


def test_the_page_its_file_and_its_saved_views(acme: Client, owner: User, outsider: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    said = text_of(browser.get("/financials/capacity/?from=2026-11-23&weeks=13"))
    assert "Designer work is 35 hours a week short from 4 Jan" in said
    assert "Firm hours with a name on them ÷ (calendar hours − public holidays − leave)" in said
    assert "View All" in said
    file = body_of(browser.get("/financials/capacity/?from=2027-01-04&weeks=13&format=csv")).decode("utf-8-sig")
    assert file.splitlines()[:2] == [
        "role,week,capacity,firm,weighted,gap,utilisation",
        "Designer,2027-01-04,40.00,70.00,0.00,30.00,1.000000",
    ]
    assert "Ana Silva" in text_of(browser.get("/financials/capacity/?rows=person&role=Designer&from=2026-11-23"))
    assert sign_in(outsider).get("/financials/capacity/?client=ACME").status_code == 404
    assert "No people and no plans here" in text_of(sign_in(outsider).get("/financials/capacity/"))


def test_a_pinned_view_says_the_gap_and_whom_to_hire(acme: Client, owner: User) -> None:
    tile = tiles.capacity(owner, QueryDict("from=2026-11-23&weeks=13"), NOW)
    assert tile.finding.startswith("Designer work is 35 hours a week short")
    assert (tile.headline.value, tile.series[6:10]) == (D(20), [D(30), D(30), D(40), D(40)])
    assert [(row.name, row.url) for row in tile.rows] == [
        ("Designer", "/financials/capacity/?rows=person&role=Designer")
    ]


def test_a_figure_says_how_it_is_made(acme: Client, owner: User, outsider: User) -> None:
    found = explain(owner, "capacity.gap:role=Designer;from=2027-01-18;to=2027-01-18", now=NOW)
    assert [(one.sign, one.label, one.value) for one in found.inputs] == [
        ("", "Firm hours", D(70)),
        ("+", "Soft hours, weighted", D(10)),
        ("−", "Capacity", D(40)),
    ]
    assert (found.figure.value, found.definition) == (D(40), "/help/definitions/#gap")
    assert found.rows_url == "/financials/capacity/rows/?role=Designer&from=2027-01-18&to=2027-01-18"
    low = explain(owner, "capacity.low:from=2027-01-18;to=2027-01-18", now=NOW)
    assert [one.value for one in low.inputs] == [D(70), D(0)]
    capacity = explain(owner, "capacity.capacity:client=BOLT;from=2027-01-18;to=2027-01-18", now=NOW)
    assert [(one.label, one.value) for one in capacity.inputs] == [
        ("Calendar hours", D(40)),
        ("Public holidays", D(0)),
        ("Leave", D(0)),
        ("Firm for other clients", D(40)),
    ]
    assert explain(outsider, "capacity.firm:from=2027-01-18;to=2027-01-18", now=NOW).figure.value == 0
    for wrong in ("from=2027-01-19;to=2027-01-19", "from=2027-01-18", "from=2027-01-18;to=2027-01-11", "tier=key"):
        with pytest.raises(UnknownFigure):
            explain(owner, f"capacity.gap:{wrong}", now=NOW)


def test_rows_behind_a_figure_and_what_is_out_of_sight(
    acme: Client, owner: User, outsider: User, ana: User, sign_in: Any
) -> None:
    theirs = make_client("THEIRS", owner=outsider, name="Secret client")
    plan(theirs, JANUARY, 1, "7", person=ana)
    page = sign_in(owner).get("/financials/capacity/rows/?role=Designer&from=2027-01-04&to=2027-01-04")
    said = text_of(page)
    assert "70 hours planned from 4 Jan" in said
    assert "7 hours of the same people are for clients you do not see" in said
    assert "Secret" not in said
    file = body_of(sign_in(owner).get("/financials/capacity/rows/?from=2027-01-18&to=2027-01-18&format=csv"))
    assert file.decode("utf-8-sig").splitlines() == [
        "week,person_email,role,client,contract,opportunity,hours,firm",
        "2027-01-18,ana@x.example,,ACME,,,40.00,yes",
        "2027-01-18,,Designer,ACME,,,30.00,yes",
        f"2027-01-18,ana@x.example,,BOLT,,{Allocation.objects.filter(firm=False)[0].opportunity.key},20.00,no",  # type: ignore[union-attr]  # it has one
    ]


def test_the_cockpit_is_told_of_gaps_and_overload(acme: Client, owner: User, ana: User, outsider: User) -> None:
    """The same mean, of 30, 30, 40 and 40 hours, as the capacity page says."""
    Allocation.objects.filter(person=ana, week=MONDAY).update(hours=D(52))
    items = [item for item in money_items(owner, NOW.date()) if not item.client_key]
    assert [(item.lead, item.due, item.group) for item in items] == [
        ("Designer work is 35 h a week short from 4 Jan", date(2026, 11, 9), "Today"),
        ("Ana Silva is planned 12 h beyond the week of 23 Nov", MONDAY, "Today"),
    ]
    assert [item for item in money_items(outsider, NOW.date()) if not item.client_key] == []


def test_lead_times_are_a_directors(acme: Client, owner: User, manager: User, sign_in: Any) -> None:
    assert sign_in(manager).post("/financials/capacity/lead/", {"role": "Designer", "weeks": "4"}).status_code == 403
    said = text_of(
        sign_in(owner).post("/financials/capacity/lead/", {"role": "Designer", "weeks": "soon"}, follow=True)
    )
    assert "Write the lead time in whole weeks, from 0 to 104." in said
    sign_in(owner).post("/financials/capacity/lead/", {"role": "Designer", "weeks": "4"})
    assert RoleLead.objects.get().weeks == 4


def test_queries_do_not_grow_with_people(acme: Client, owner: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as read:
            page_of(owner)
        return len(read)

    few = asked()
    people = [make_user("delivery", discipline="Writer", weekly_hours=D(30), manager=owner) for _ in range(30)]
    for person in people:
        plan(acme, MONDAY, 13, "20", person=person)
    assert asked() == few == 5


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages ask the clock; the story is told on one day."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
