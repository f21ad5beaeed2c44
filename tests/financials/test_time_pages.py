"""Hours on pages: the list and what is done to several at once, the week, rates, panels, the change order."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Client
from common.figures import explain
from common.models import AuditEntry, ClosedPeriod
from financials.actions.contracts import rebuild_schedules
from financials.actions.time import rebuild_time_months
from financials.models import Contract, ContractDocument, Rate, TimeEntry, TimeMonth
from financials.queries.attention import money_items
from people.models import User
from tests.financials.books import OCTOBER, close_through, post
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db

SEP = date(2026, 9, 1)


@pytest.fixture
def kestrel(owner: User, manager: User, delivery: User) -> Client:
    """A statement of work of 100 hours; the delivery lead worked 60 in September and 60 in October."""
    client = make_client("KESTREL", owner=owner, name="Kestrel Air", members=(manager, delivery))
    sow = make_contract(client, number="KES-1", title="Route launches", scope_hours=D(100))
    rebuild_schedules([sow.pk], now=datetime(2026, 10, 31, tzinfo=UTC))
    Rate.objects.create(kind="bill", role="Designer", rate=D(100), currency="USD", starts=date(2026, 1, 1))
    Rate.objects.create(kind="cost", person=delivery, rate=D("41.7"), currency="USD", starts=date(2026, 1, 1))
    for number in range(20):
        day = date(2026, 9 + number // 10, 1 + number % 10)
        hours(delivery, client, "6", day=day, contract=sow, role="Designer")
    rebuild_time_months([client.pk])
    return client


def hours(person: User, client: Client, amount: str, *, day: date, **kw: Any) -> TimeEntry:
    ref = f"T-{TimeEntry.objects.count() + 1}"
    return TimeEntry.objects.create(
        source_ref=ref, date=day, month=day.replace(day=1), person=person, client=client, hours=D(amount), **kw
    )


def text_of(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_the_list_filters_and_sums(kestrel: Client, owner: User, sign_in: Any) -> None:
    page = sign_in(owner).get("/financials/time/?client=KESTREL&month=2026-09")
    said = text_of(page)
    assert "60 of 60 hours wait for approval" in said
    assert said.count("Route launches") >= 0
    assert page.context["page"].rows.paginator.count == 10
    answer = sign_in(owner).get("/financials/time/?month=2026-09&format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert (len(rows), rows[1][0], rows[1][7]) == (11, "2026-09-10", "6.00")


def test_approving_and_sending_back(kestrel: Client, manager: User, sign_in: Any) -> None:
    first, second = TimeEntry.objects.order_by("date")[:2]
    browser = sign_in(manager)
    answer = browser.post("/financials/time/bulk/", {"act": "approve", "pick": [first.pk, second.pk]}, follow=True)
    assert "2 entries approved." in text_of(answer)
    first.refresh_from_db()
    assert (first.status, first.decided_by) == ("approved", "manager@example.com")
    browser.post("/financials/time/bulk/", {"act": "reject", "pick": [first.pk]})
    assert TimeMonth.objects.get(month=SEP).hours == D(54)
    entry = AuditEntry.objects.filter(object_kind="time").order_by("-id")[0]
    assert (entry.verb, entry.client_id, entry.changes["entries"][1]) == ("sent back", kestrel.pk, [first.source_ref])


def test_nobody_decides_on_their_own_hours_and_delivery_on_none(
    kestrel: Client, delivery: User, owner: User, sign_in: Any
) -> None:
    entry = TimeEntry.objects.order_by("date")[0]
    assert sign_in(delivery).post("/financials/time/bulk/", {"act": "approve", "pick": [entry.pk]}).status_code == 403
    own = hours(owner, kestrel, "3", day=date(2026, 10, 20))
    answer = sign_in(owner).post("/financials/time/bulk/", {"act": "approve", "pick": [own.pk]}, follow=True)
    assert "0 entries approved. 1 left alone: nobody decides on their own hours." in text_of(answer)
    assert not TimeEntry.objects.filter(status="approved").exists()


def test_mending_several_moves_them_and_wants_approval_again(kestrel: Client, owner: User, sign_in: Any) -> None:
    other = make_contract(kestrel, number="KES-2")
    elsewhere = make_contract(make_client("FAR", owner=owner), number="FAR-1")
    picks = list(TimeEntry.objects.filter(month=SEP).values_list("pk", flat=True))
    TimeEntry.objects.filter(pk__in=picks[:1]).update(status="approved", decided_at=timezone.now())
    browser = sign_in(owner)
    body = {"act": "mend", "contract": "KES-2", "billable": "no", "pick": picks}
    assert "10 entries changed." in text_of(browser.post("/financials/time/bulk/", body, follow=True))
    assert TimeEntry.objects.filter(contract=other, billable=False, status="submitted").count() == 10
    assert TimeMonth.objects.get(contract=other).billable_hours == 0
    body["contract"] = elsewhere.number
    assert "10 left alone: the contract is another client's." in text_of(
        browser.post("/financials/time/bulk/", body, follow=True)
    )
    for wrong, said in (
        ({"act": "mend", "pick": picks}, "Say what to change"),
        ({"act": "approve"}, "Tick the entries first."),
        ({"act": "mend", "contract": "NO-1", "pick": picks}, "There is no contract “NO-1” here."),
    ):
        assert said in text_of(browser.post("/financials/time/bulk/", wrong, follow=True))


def test_a_closed_month_is_locked_but_may_be_approved(kestrel: Client, owner: User, sign_in: Any) -> None:
    ClosedPeriod.objects.create(month=SEP, closed_at=timezone.now(), closed_by="fay@example.com")
    pick = TimeEntry.objects.filter(month=SEP).values_list("pk", flat=True)[0]
    browser = sign_in(owner)
    for act in ("reject", "mend"):
        answer = browser.post("/financials/time/bulk/", {"act": act, "role": "Lead", "pick": [pick]}, follow=True)
        assert "1 left alone: their month is closed." in text_of(answer)
    assert "1 entry approved." in text_of(
        browser.post("/financials/time/bulk/", {"act": "approve", "pick": [pick]}, follow=True)
    )
    assert "Locked" in text_of(browser.get("/financials/time/?month=2026-09"))


def test_an_outsiders_entries_are_not_touched(kestrel: Client, outsider: User, sign_in: Any) -> None:
    pick = TimeEntry.objects.values_list("pk", flat=True)[0]
    sign_in(outsider).post("/financials/time/bulk/", {"act": "approve", "pick": [pick]})
    assert TimeEntry.objects.get(pk=pick).status == "submitted"
    assert sign_in(outsider).get("/financials/time/?client=KESTREL").status_code == 404


def test_a_week_is_written_changed_and_emptied(kestrel: Client, delivery: User, sign_in: Any) -> None:
    sow = Contract.objects.get(number="KES-1")
    browser, url = sign_in(delivery), "/financials/time/week/?week=2026-11-04"
    place = f"{kestrel.pk}|{sow.pk}"
    body = {"p0": place, "role0": "Designer", "h0_0": "7.5", "h0_1": "7:30", "h0_2": "", "p1": place, "h1_0": "0,5"}
    answer = browser.post(url, {**body, "free1": "on"}, follow=True)
    assert "Week saved, 3 cells changed." in text_of(answer)
    assert "15.50 hours in the week of 2 Nov 2026" in text_of(answer)
    mine = TimeEntry.objects.filter(source_ref__startswith="week:").order_by("date", "-hours")
    assert list(mine.values_list("date", "hours", "billable", "role", "status")) == [
        (date(2026, 11, 2), D("7.50"), True, "Designer", "submitted"),
        (date(2026, 11, 2), D("0.50"), False, "", "submitted"),
        (date(2026, 11, 3), D("7.50"), True, "Designer", "submitted"),
    ]
    rows = {row.slot.role: (number, row) for number, row in enumerate(answer.context["week"].rows)}
    number, row = rows["Designer"]
    change = {f"p{number}": row.key, f"h{number}_0": "6", f"h{number}_1": ""}
    browser.post(url, change)
    assert list(mine.filter(role="Designer").values_list("date", "hours")) == [(date(2026, 11, 2), D("6.00"))]
    assert TimeMonth.objects.get(month=date(2026, 11, 1), role="Designer").hours == D(6)


def test_a_wrong_week_is_shown_again_as_it_was_typed(kestrel: Client, delivery: User, sign_in: Any) -> None:
    sow = Contract.objects.get(number="KES-1")
    browser, url = sign_in(delivery), "/financials/time/week/?week=2026-11-02"
    place = f"{kestrel.pk}|{sow.pk}"
    for cell, said in (
        ("-2", "“-2” is not a number of hours: write 7.5 or 7:30"),
        ("25", "“25” is more than a day has"),
        ("lots", "“lots” is not a number of hours"),
    ):
        answer = browser.post(url, {"p0": place, "h0_0": cell, "h0_1": "4"})
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert f'value="{cell}"' in answer.content.decode()
        assert 'value="4"' in answer.content.decode()
    assert "has hours but no work" in text_of(browser.post(url, {"p0": "", "h0_0": "1"}))
    foreign = make_contract(make_client("FAR"), number="FAR-1")
    assert "not yours to book on" in text_of(
        browser.post(url, {"p0": f"{foreign.client_id}|{foreign.pk}", "h0_0": "1"})
    )
    twice = {"p0": place, "h0_0": "14", "p1": f"{place}|no|Lead", "h1_0": "14"}
    assert "a day has 24" in text_of(browser.post(url, twice))
    assert not TimeEntry.objects.filter(source_ref__startswith="week:").exists()


def test_leadership_writes_no_hours(leadership: User, sign_in: Any) -> None:
    assert sign_in(leadership).get("/financials/time/week/").status_code == 403
    assert "My week" not in text_of(sign_in(leadership).get("/financials/time/"))


def test_rates_show_cost_to_finance_alone(kestrel: Client, owner: User, finance: User, sign_in: Any) -> None:
    assert "41.70" in text_of(sign_in(finance).get("/financials/rates/"))
    for kind in ("", "?format=csv", "?kind=cost", "?q=Del"):
        answer = sign_in(owner).get(f"/financials/rates/{kind}")
        body = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
        assert "41.7" not in body
        assert "Cost rate" not in body
    assert "100.00" in text_of(sign_in(owner).get("/financials/rates/"))


def test_finance_adds_a_rate_that_prices_open_months(kestrel: Client, finance: User, sign_in: Any) -> None:
    ClosedPeriod.objects.create(month=SEP, closed_at=timezone.now(), closed_by="fay@example.com")
    person = User.objects.get(email="delivery@example.com")
    body = {"kind": "cost", "person": person.pk, "rate": "50", "currency": "usd", "starts": "2026-09-01"}
    browser = sign_in(finance)
    answer = browser.post("/financials/rates/add/", body)
    assert answer.status_code == 422
    assert "There are hours from that day on in 2026-09, which is closed." in text_of(answer)
    assert browser.post("/financials/rates/add/", {**body, "starts": "2026-10-01"}).status_code == 302
    assert list(TimeMonth.objects.order_by("month").values_list("cost", flat=True)) == [D("2502.0000"), D("3000.0000")]
    entry = AuditEntry.objects.get(object_kind="rate")
    assert (entry.field_class, entry.client_id) == ("SALARY", None)
    again = browser.post("/financials/rates/add/", {**body, "starts": "2026-10-01"})
    assert "There is a rate from this day already" in text_of(again)
    both = browser.post("/financials/rates/add/", {**body, "role": "Designer", "starts": "2026-10-02"})
    assert "Give a person or a role, one of them." in text_of(both)


def test_the_change_order_for_work_beyond_scope(kestrel: Client, owner: User, sign_in: Any) -> None:
    """120 hours worked, 100 in scope: the last 20, at 100 an hour."""
    browser = sign_in(owner)
    panel = text_of(browser.get("/contracts/KES-1/hours/"))
    assert "20 hours beyond the whole scope" in panel
    assert "Draft a change order for 20.00 hours" in panel
    answer = browser.post("/contracts/KES-1/draft-order/", follow=True)
    order = Contract.objects.get(kind="change_order")
    assert answer.redirect_chain[-1][0] == f"/contracts/{order.number}/"
    assert (order.number, order.status, order.amount, order.scope_hours) == ("KES-1-CO1", "draft", D(2000), D(20))
    document = ContractDocument.objects.get(contract=order)
    rows = list(csv.DictReader(io.StringIO(bytes(document.body).decode())))
    assert [(row["Date"], row["Hours"], row["Beyond scope"], row["Value"]) for row in rows] == [
        ("2026-10-07", "6.00", "2.00", "200.00"),
        ("2026-10-08", "6.00", "6.00", "600.00"),
        ("2026-10-09", "6.00", "6.00", "600.00"),
        ("2026-10-10", "6.00", "6.00", "600.00"),
    ]


def test_the_cockpit_says_what_is_over_serviced(kestrel: Client, owner: User, outsider: User, sign_in: Any) -> None:
    """120 of 100 hours; and one of 400 that is ahead of its fee by less than a tenth is not named."""
    calm = make_contract(kestrel, number="KES-CALM", scope_hours=D(4000))
    rebuild_schedules([calm.pk], now=datetime(2026, 10, 31, tzinfo=UTC))
    hours(owner, kestrel, "5", day=date(2026, 10, 5), contract=calm)
    rebuild_time_months([kestrel.pk])
    items = money_items(owner, date(2026, 10, 31))
    assert [(item.lead, item.shape) for item in items] == [("KES-1 is 20 hours beyond its scope", "at_risk")]
    assert "120 worked of 100 in scope" in items[0].why
    assert sign_in(owner).get(items[0].url).status_code == 200
    assert money_items(outsider, date(2026, 10, 31)) == []


def test_no_change_order_without_work_beyond(kestrel: Client, owner: User, manager: User, sign_in: Any) -> None:
    Contract.objects.filter(number="KES-1").update(scope_hours=None)
    answer = sign_in(owner).post("/contracts/KES-1/draft-order/", follow=True)
    assert "The contract has no hours in scope" in text_of(answer)
    assert sign_in(manager).post("/contracts/KES-1/draft-order/").status_code == 403
    assert not Contract.objects.filter(kind="change_order").exists()


def test_the_rate_an_hour_brings(kestrel: Client, owner: User, sign_in: Any) -> None:
    """60 hours a month at card 100; 5,400 of net revenue in September: 90 an hour, a tenth below card."""
    sow = Contract.objects.get(number="KES-1")
    close_through(OCTOBER)
    post(kestrel, "gross_revenue", "6000", month=SEP, contract=sow)
    post(kestrel, "pass_through", "600", month=SEP, contract=sow)
    post(kestrel, "gross_revenue", "5400", month=OCTOBER, contract=sow)
    said = text_of(sign_in(owner).get("/clients/KESTREL/financials/hours/"))
    assert "An hour brings 10% less than the card says" in said
    assert "$90.00" in said
    now = timezone.now()
    made = explain(owner, "time.realised_rate:client=KESTREL;from=2026-09;to=2026-09", now=now)
    assert (made.figure.value, [line.value for line in made.inputs]) == (D("90.0000"), [D(5400), D(60)])
    share = explain(owner, "time.realisation:contract=KES-1;from=2026-09;to=2026-10", now=now)
    assert share.figure.value == D("0.900000")


def test_every_figure_explains_itself(kestrel: Client, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    close_through(OCTOBER)
    for url in (
        "/financials/time/?client=KESTREL&billable=yes",
        "/contracts/KES-1/hours/",
        "/clients/KESTREL/financials/hours/",
    ):
        shown = re.findall(r'href="(/figures/[^"]+)"[^>]*data-exact="([^"]+)"', browser.get(url).content.decode())
        assert len(shown) >= 4, url
        for address, exact in shown:
            answer = browser.get(unescape(address))
            assert answer.status_code == 200, address
            assert unescape(exact) in unescape(answer.content.decode()), address


def test_pages_of_hours_cost_few_queries_at_any_size(kestrel: Client, owner: User, sign_in: Any) -> None:
    urls = (
        "/financials/time/",
        "/financials/time/week/",
        "/financials/rates/",
        "/contracts/KES-1/hours/",
        "/clients/KESTREL/financials/hours/",
    )

    def costs() -> dict[str, int]:
        browser, found = sign_in(owner), {}
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(url).status_code == 200
            found[url] = len(seen)
        return found

    few = costs()
    today = timezone.now().date()
    for number in range(12):
        client = make_client(f"M-{number}", owner=owner)
        contract = make_contract(client, number=f"M-{number}-1", scope_hours=D(10))
        for person in (owner, make_user("delivery")):
            hours(person, client, "5", day=today - timedelta(days=number), contract=contract)
        Rate.objects.create(kind="bill", role="R", client=client, rate=D(9), currency="USD", starts=date(2026, 1, 1))
    rebuild_time_months(None)
    assert costs() == few
    assert max(few.values()) <= 15
