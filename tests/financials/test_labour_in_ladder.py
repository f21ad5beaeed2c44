"""Labour from time in the P&L: where the ledger has none, outside the tie-out, and told to those who may know it."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from common.figures import explain
from financials.actions.time import rebuild_time_months
from financials.explanations import explain_pnl
from financials.models import Contract, Rate, TimeEntry, TimeMonth
from financials.queries.bridge import BridgeRequest, load_bridge
from financials.queries.client_money import cells
from financials.queries.close_page import load_close_page
from financials.queries.labour import WITHHELD
from financials.queries.pnl import load_pnl, stream_rows
from financials.queries.pnl_request import GROUP_NAMES, PnlRequest
from financials.queries.pnl_rows import PnlResult
from financials.queries.retention import RetentionRequest, load_retention
from people.models import User
from portfolio.queries.cockpit import load_cockpit
from portfolio.queries.integrity import labour_has_one_source
from tests.financials.books import NOW, OCTOBER, close_through, fx, post
from tests.financials.plain_pnl import LABELS, Book, plain_pnl, whole_ladder
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db
SEPTEMBER, NOVEMBER = date(2026, 9, 1), date(2026, 11, 1)
_PEOPLE = itertools.count(1)


def worked(
    client: Client, costs: Sequence[str], *, month: date = OCTOBER, contract: Contract | None = None,
    currency: str = "USD",
) -> None:  # fmt: skip
    """Ten hours of as many people as there are costs."""
    for cost in costs:
        TimeMonth.objects.create(
            client=client, contract=contract, person=make_user("delivery", email=f"w{next(_PEOPLE)}@example.com"),
            month=month, hours=D(10), billable_hours=D(10), unpriced_hours=D(0), uncarded_hours=D(10), cost=D(cost),
            cost_currency=currency, value=D(0), value_currency="", entries=2,
        )  # fmt: skip


def ask(user: User, **kw: Any) -> PnlResult:
    return load_pnl(user, PnlRequest(**{"first": OCTOBER, "last": OCTOBER, **kw}), now=NOW)


@pytest.fixture
def kestrel(owner: User) -> Client:
    """Gross revenue 1,000 in October, and nothing else posted."""
    close_through(OCTOBER)
    client = make_client("KESTREL", owner=owner)
    post(client, "gross_revenue", "1000")
    return client


@pytest.fixture
def many(kestrel: Client) -> Client:
    """Three people, 600 together: 400 is left."""
    worked(kestrel, ["100", "200", "300"])
    return kestrel


@pytest.fixture
def few(kestrel: Client) -> Client:
    """Two people, 300 together: 700 is left, which tells it."""
    worked(kestrel, ["100", "200"])
    return kestrel


def test_hours_stand_for_labour_that_was_not_posted(owner: User, many: Client) -> None:
    for counted in (False, True):
        result = ask(owner, counted=counted)
        (row,) = result.rows
        shown = [row[name] for name in ("net_revenue", "delivery_labour", "gross_profit", "contribution")]
        assert shown == [D(1000), D(600), D(400), D(400)]
        assert row["gross_margin"] == D("0.4")
        assert (row.timed, row.rows_behind, row.hours) == (D(600), *((1, 6) if counted else (0, 6)))
        assert result.tie_out == (D(1000), D(1000), D(0))
        assert result.labour_note == "delivery labour holds 600.00 USD from time, outside the tie-out"


def test_one_posting_and_the_ledger_is_the_source(owner: User, many: Client) -> None:
    post(many, "delivery_labour", "50")
    result = ask(owner)
    assert [row["delivery_labour"] for row in result.rows] == [D(50)]
    assert result.labour_note == ""
    post(many, "delivery_labour", "-50")
    assert [row["delivery_labour"] for row in ask(owner).rows] == [D(600)]


@pytest.mark.parametrize("group", GROUP_NAMES)
def test_every_grouping_and_file_has_it(finance: User, many: Client, group: str) -> None:
    result = ask(finance, group_by=(group,))
    assert sum((row["gross_profit"] or D(0) for row in result.rows), D(0)) == D(400)
    assert list(stream_rows(finance, result.request, result.basis)) == list(result.rows)


def test_last_years_hours_are_last_years_labour(owner: User, many: Client) -> None:
    worked(many, ["10", "20", "30"], month=date(2025, 10, 1))
    (row,) = ask(owner, scenario="prior_year").rows
    assert row["delivery_labour"] == D(60)
    assert ask(owner, scenario="budget").rows == ()


def test_it_is_converted_once_a_cell_and_a_missing_rate_is_named(finance: User, kestrel: Client) -> None:
    worked(kestrel, ["10.10", "10.10", "10.10"], currency="EUR")
    assert ask(finance).missing == ("No EUR/USD rate for 2026-10.",)
    assert [row["delivery_labour"] for row in ask(finance).rows] == [None]
    fx(OCTOBER, "EUR", "1.0845")
    result = ask(finance)
    assert [row["delivery_labour"] for row in result.rows] == [D("32.86")]  # three times 10.95 would be 32.85
    assert result.rates_note == "converted to USD at each month's average rate"


def test_what_two_people_cost_is_told_to_finance_alone(
    owner: User, finance: User, leadership: User, few: Client
) -> None:
    other = make_client("OTHER", owner=owner)
    post(other, "gross_revenue", "500")
    post(other, "delivery_labour", "40")
    assert [row["delivery_labour"] for row in ask(finance, group_by=("client",)).rows] == [D(300), D(40)]
    for reader in (owner, leadership):
        thin, known = ask(reader, group_by=("client",)).rows
        assert [thin[name] for name in ("net_revenue", "freelancers", "direct_expenses")] == [D(1000), D(0), D(0)]
        unknown = ("delivery_labour", "gross_profit", "contribution", "operating_profit", "gross_margin")
        assert [thin[name] for name in unknown] == [None] * 5
        assert known["gross_profit"] == D(460)
        whole = ask(reader)
        assert [whole.rows[0][name] for name in ("net_revenue", "gross_profit")] == [D(1500), None]
        assert (whole.missing, whole.labour_note) == ((), WITHHELD)
        assert whole.tie_out == (D(1460), D(1460), D(0))


def test_a_part_of_a_client_is_of_three_people_or_unknown(owner: User, finance: User, kestrel: Client) -> None:
    """Two on one contract and a third on another: the client's sum is told, no contract's is, nor that of the rest."""
    one, two = (make_contract(kestrel, number=f"SOW-{name}", service_line=name) for name in ("Data", "Media"))
    worked(kestrel, ["100", "200"], contract=one)
    worked(kestrel, ["300"], contract=two)
    assert [row["delivery_labour"] for row in ask(owner, group_by=("client",)).rows] == [D(600)]
    for group in ("contract", "service_line"):
        told = [(row.group[0], row["delivery_labour"]) for row in ask(owner, group_by=(group,)).rows]
        assert {labour for name, labour in told if name} == {None}
        known = [row["delivery_labour"] for row in ask(finance, group_by=(group,)).rows if row.group[0]]
        assert known == [D(300), D(300)]
    for narrowed in ({"contract": "SOW-Data"}, {"contract": "SOW-Media"}, {"service_line": "Media"}):
        assert [row["delivery_labour"] for row in ask(owner, **narrowed).rows] == [None]


@pytest.mark.parametrize("group", [(), ("client",), ("contract",)])
def test_overhead_follows_it_and_tells_no_more(
    owner: User, finance: User, leadership: User, few: Client, group: tuple[str, ...]
) -> None:
    """A pool of 100 over 300 from time and 100 posted: 75 and 25. The share would tell the labour."""
    other = make_client("OTHER", owner=owner)
    post(other, "delivery_labour", "100")
    post(None, "overhead", "100")
    whole = ask(finance, group_by=group)
    assert sum((row["overhead"] or D(0) for row in whole.rows), D(0)) == D(100)
    assert (whole.unallocated, whole.tie_out and whole.tie_out.difference) == (D(0), D(0))
    by_client = {row.group[0]: row["overhead"] for row in ask(finance, group_by=("client",)).rows}
    assert by_client == {"KESTREL": D(75), "OTHER": D(25)}
    assert {row.group[0]: row["overhead"] for row in ask(owner, group_by=("client",)).rows} == {
        "KESTREL": None, "OTHER": D(25),
    }  # fmt: skip
    # Who sees the pool could take the others' shares from it.
    for row in ask(leadership, group_by=group).rows:
        assert row["overhead"] is None
    assert ask(leadership, group_by=group).unallocated == D(0)
    assert ask(owner, group_by=group).tie_out is not None


def test_looking_back_the_ledger_is_as_it_was_known_then(owner: User, many: Client) -> None:
    post(many, "delivery_labour", "50")
    before = NOW - timedelta(days=1)
    assert [row["delivery_labour"] for row in ask(owner, as_of=before).rows] == [D(600)]
    assert [row["delivery_labour"] for row in ask(owner, as_of=datetime(2099, 1, 1, tzinfo=NOW.tzinfo)).rows] == [D(50)]


def test_looking_back_sums_the_ledger_once_however_much_time_there_is(owner: User, kestrel: Client) -> None:
    """A frozen review reads so: by a sum of the ledger for each row of time it took three quarters of a minute."""
    post(None, "overhead", "100")
    for number in range(40):
        client = make_client(f"TIMED-{number}", owner=owner)
        post(client, "delivery_labour", "5")
        worked(client, ["100"])
    with CaptureQueriesContext(connection) as asked:
        ask(owner, as_of=datetime(2099, 1, 1, tzinfo=NOW.tzinfo), group_by=("client",))
    [ladder] = [query["sql"] for query in asked if "half_even" in query["sql"] and "l.posted_at" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {ladder}")
        [plan] = cursor.fetchone()[0]
    assert max(_times_read(plan["Plan"], "financials_ledgerentry")) == 1


def _times_read(node: dict[str, Any], table: str) -> list[int]:
    own = [node["Actual Loops"]] if node.get("Relation Name") == table else []
    return own + [times for part in node.get("Plans", ()) for times in _times_read(part, table)]


def test_the_client_list_and_the_cockpit_hold_it(owner: User, finance: User, few: Client) -> None:
    def margins(reader: User) -> tuple[Any, ...]:
        listed = cells(reader, {few.pk: few.key}, NOW.date())[few.pk]
        cockpit = load_cockpit(reader, now=NOW)
        return (
            listed["revenue"].value, listed["margin"].value, cockpit.revenue.value, cockpit.total.margin.value,
            [line.margin.value for line in cockpit.clients],
        )  # fmt: skip

    assert margins(finance) == (D(1000), D("0.7"), D(1000), D("0.7"), [D("0.7")])
    assert margins(owner) == (D(1000), None, D(1000), None, [None])


def test_the_cockpits_margin_is_of_what_may_be_shown(owner: User, finance: User, few: Client) -> None:
    """Two people's labour at Kestrel is left out with its revenue; 900 of 2,000 is left of the other client's."""
    other = make_client("OTHER", owner=owner)
    post(other, "gross_revenue", "2000")
    post(other, "delivery_labour", "1100")
    page = load_cockpit(owner, now=NOW)
    assert (page.total.margin.value, page.total.left_out) == (D("0.45"), 1)
    assert page.left_out == "Without 1 month of clients whose labour is not shown to your role"
    assert {line.key: line.margin.value for line in page.clients} == {"KESTREL": None, "OTHER": D("0.45")}
    whole = load_cockpit(finance, now=NOW)
    assert (whole.total.left_out, whole.left_out) == (0, "")
    assert whole.total.margin.value is not None
    assert round(D(whole.total.margin.value), 6) == D("0.533333")
    told = explain(owner, page.total.margin.id, now=NOW)
    assert (told.figure.value, [one.value for one in told.inputs]) == (D("0.45"), [D(900), D(2000), 1])
    assert told.notes == ("Left out, as their labour is not shown to your role: KESTREL Oct 2026",)


def test_nothing_a_director_reads_moves_with_what_is_withheld(owner: User, few: Client) -> None:
    """As an attacker: the same book with the two people costing twenty times as much reads byte for byte alike."""
    other = make_client("OTHER", owner=owner)
    post(other, "gross_revenue", "2000")
    post(other, "delivery_labour", "1100")
    browser = Browser()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = load_cockpit(owner, now=NOW)
    ids = [figure.id for line in (page.total, *page.clients) for figure in (line.margin, line.margin_gap)]

    def read() -> list[str]:
        addresses = ["/", "/export/clients.csv", *(f"/figures/{one}/" for one in ids), "/financials/pnl/", "/clients/"]
        answers = [browser.get(address) for address in addresses]
        assert [answer.status_code for answer in answers] == [200] * len(answers)
        bodies = (b"".join(a.streaming_content) if a.streaming else a.content for a in answers)  # type: ignore[attr-defined]
        return [re.sub(r'nonce="[^"]*|csrfmiddlewaretoken" value="[^"]*|X-CSRFToken": "[^"]*|\d\d:\d\d', "",
                       body.decode()) for body in bodies]  # fmt: skip

    before = read()
    TimeMonth.objects.update(cost=F("cost") * 20)
    assert read() == before


def test_retention_knows_revenue_where_labour_is_withheld(owner: User, finance: User, few: Client) -> None:
    for reader, margin in ((owner, None), (finance, D(700))):
        book = load_retention(reader, RetentionRequest(), now=NOW)
        assert [(row.now, row.margin) for row in book.rows] == [(D(1000), margin)]
        assert book.unknown == ()


def test_a_figure_names_the_hours_behind_it(owner: User, finance: User, many: Client) -> None:
    asked = {"client": "KESTREL", "from": "2026-10", "to": "2026-10"}
    found = explain_pnl("delivery_labour", finance, asked, NOW)
    assert found.figure.value == D(600)
    entries = "/financials/entries/?client=KESTREL&from=2026-10&to=2026-10&row=delivery_labour"
    assert [(one.label, one.value, one.rows, one.url) for one in found.inputs] == [
        ("Delivery labour", D(600), 0, entries),
        ("Of it from time", D(600), 6, "/financials/time/?client=KESTREL&first=2026-10&last=2026-10"),
    ]
    assert found.notes == ("Delivery labour holds 600.00 USD from time, outside the tie-out",)
    assert found.tie_out == D(0)
    revenue = explain_pnl("net_revenue", owner, asked, NOW)
    assert (len(revenue.inputs), revenue.notes) == (2, ())


def test_the_bridge_takes_it_and_is_not_made_of_what_is_withheld(owner: User, finance: User, few: Client) -> None:
    def bridge(reader: User, measure: Any) -> Any:
        spans = {"start": (SEPTEMBER, SEPTEMBER), "end": (OCTOBER, OCTOBER)}
        return load_bridge(reader, BridgeRequest(measure=measure, **spans), now=NOW)  # type: ignore[arg-type]  # two spans

    assert bridge(finance, "gross_profit").total.end == D(700)
    withheld = bridge(owner, "gross_profit")
    assert (withheld.withheld, withheld.missing, withheld.clients) == (True, (), ())
    assert bridge(owner, "net_revenue").total.end == D(1000)


def test_the_close_ties_out_beside_it(finance: User, leadership: User, few: Client) -> None:
    post(None, "overhead", "100")
    for reader, profit in ((finance, D(600)), (leadership, None)):
        page = load_close_page(reader, OCTOBER, now=NOW)
        (tie,) = [line for line in page.ties if not line.currency]
        assert (tie.ledger.value, tie.shown.value, tie.difference.value) == (D(900), D(900), D(0))
        assert [line.now.value for line in page.pnl if line.key == "operating_profit"] == [profit]
    page = load_close_page(finance, OCTOBER, now=NOW)
    assert [(line.time.value, line.note) for line in page.labour] == [(D(300), "only in time: the P&L takes it")]


def test_verify_names_hours_counted_twice(few: Client) -> None:
    assert labour_has_one_source() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE financials_timemonth SET in_ladder = false")
    (fault,) = labour_has_one_source()
    assert fault.endswith("2026-10: not counted though no labour is posted")


def test_a_month_is_not_closed_while_hours_lack_a_rate(finance: User, kestrel: Client) -> None:
    worked(kestrel, ["1", "1", "1"], month=NOVEMBER, currency="EUR")
    page = load_close_page(finance, NOVEMBER, now=NOW)
    assert page.problems == ("No EUR/USD rate for 2026-11",)


@pytest.fixture
def book(owner: User) -> list[Client]:
    """Three clients, two currencies, half of their months with posted labour, drawn once from a fixed seed."""
    dice = random.Random(31)
    clients = [make_client(f"B{at}", owner=owner, tier="key", fiscal_year_start=4) for at in range(3)]
    people = [make_user("delivery") for _ in range(4)]
    for at, person in enumerate(people):
        for starts in (date(2025, 12, 1), date(2026, 4, 15)):
            Rate.objects.create(
                kind="cost", person=person, rate=D(dice.randint(3000, 9000)) / 100, starts=starts,
                currency=("USD", "EUR")[at % 2],
            )  # fmt: skip
    for month in (date(2026, number, 1) for number in range(1, 11)):
        fx(month, "EUR", f"1.0{dice.randint(100, 999)}")
        post(None, "overhead", f"{dice.randint(1000, 9000)}.{dice.randint(10, 99)}", month=month)
        for client in clients:
            post(client, "gross_revenue", f"{dice.randint(1000, 90000)}", month=month)
            if dice.random() < 0.5:
                post(client, "delivery_labour", f"{dice.randint(1000, 9000)}.{dice.randint(10, 99)}", month=month)
            _weeks(dice, client, people, month)
    rebuild_time_months(None)
    close_through(OCTOBER)
    return clients


def _weeks(dice: random.Random, client: Client, people: Sequence[User], month: date) -> None:
    known = list(client.contracts.all()) or [make_contract(client, service_line=name) for name in ("Media", "Data")]
    for person in dice.sample(people, 3):
        for day in dice.sample(range(1, 28), 2):
            TimeEntry.objects.create(
                source_ref=f"{client.key}-{person.pk}-{month}-{day}", date=month.replace(day=day), month=month,
                person=person, client=client, contract=dice.choice([None, *known]),
                hours=D(dice.randint(1, 40)) / 4, status=dice.choice(["submitted", "approved", "rejected"]),
                decided_at=NOW,
            )  # fmt: skip


@pytest.mark.parametrize("group", LABELS)
def test_every_grouping_equals_plain_sql_over_the_raw_rows(finance: User, book: list[Client], group: str) -> None:
    plain, left = plain_pnl(Book(date(2026, 1, 1), OCTOBER, "USD"), group)
    for counted in (False, True):
        result = ask(finance, first=date(2026, 1, 1), group_by=(group,), counted=counted)
        shown = {row.group[0] or "": row.values for row in result.rows}
        assert sorted(shown) == sorted(plain)
        for label, lines in plain.items():
            expected = whole_ladder(lines)
            assert {name: shown[label][name] for name in expected} == expected, label
        assert result.timed
        assert result.unallocated == left
        assert result.tie_out is not None
        assert result.tie_out.difference == 0
