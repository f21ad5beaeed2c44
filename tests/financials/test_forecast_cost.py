"""The forecast's cost and margin: stored rates, the P&L ahead, who may read it. Figures worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from common import jobs
from common.periods import month_add
from financials.actions.contracts import mark_clients_dirty
from financials.calc.forecast import compute
from financials.calc.forecast_file import read_inputs
from financials.models import Estimate, ForecastInput, ForecastRate, ForecastRun, HouseRate
from financials.queries.inputs import load_book
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, fx, post
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db

YEAR = [month_add(OCTOBER, -back) for back in range(12)]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)


def months(client: Client, count: int, revenue: str, labour: str, freelancers: str = "0", direct: str = "0") -> None:
    """The same figures in each of the last `count` closed months."""
    lines = {"gross_revenue": revenue, "delivery_labour": labour, "freelancers": freelancers, "direct_expenses": direct}
    for month in YEAR[:count]:
        for line, amount in lines.items():
            if D(amount):
                post(client, line, amount, month=month)


def recompute(*clients: Client) -> None:
    with transaction.atomic():
        mark_clients_dirty([client.pk for client in clients])
    jobs.work("recompute")


def run_of(client: Client) -> ForecastRun:
    return ForecastRun.objects.get(client=client, is_current=True)


def rates(client: Client) -> tuple[D | None, D | None, D | None]:
    run = run_of(client)
    return run.labour_rate, run.freelancers_rate, run.direct_rate


def test_a_whole_year_of_its_own(owner: User) -> None:
    """12 × (100,000; 46,500 labour; 8,500 freelancers; 5,375 direct): 0.465, 0.085, 0.05375."""
    client = make_client("HALDEN", owner=owner)
    months(client, 12, "100000", "46500", "8500", "5375")
    recompute(client)
    assert rates(client) == (D("0.465000"), D("0.085000"), D("0.053750"))
    run = run_of(client)
    assert (run.cost_months, run.cost_origin, run.formula_version) == (12, "own", 6)


def test_unknown_is_not_zero(owner: User) -> None:
    """Revenue without any cost of delivery tells no rate, and five months with one are too few alone."""
    silent, young = make_client("SILENT", owner=owner), make_client("YOUNG", owner=owner)
    months(silent, 12, "100000", "0")
    months(young, 5, "100000", "40000")
    recompute(silent, young)
    assert rates(silent) == rates(young) == (None, None, None)
    asked = PnlRequest(first=date(2026, 11, 1), last=date(2026, 12, 1), scenario="forecast", group_by=("client",))
    for row in load_pnl(owner, asked, now=NOW).rows:
        assert row["net_revenue"]
        assert (row["delivery_labour"], row["contribution"], row["contribution_margin"]) == (None, None, None)


def test_months_missing_of_twelve_are_filled_with_the_houses(owner: User) -> None:
    """Five clients of a year at 50% and one of three months at 20%.

    House: (5 × 12 × 50 + 3 × 20) ÷ (63 × 100) = 3,060 ÷ 6,300 = 0.485714; 3 of 12 own: (3 × 0.2 + 9 × 0.485714) ÷ 12.
    """
    several = [make_client(f"C{number}", owner=owner) for number in range(5)]
    for one in several:
        months(one, 12, "100", "50")
    young, new = make_client("YOUNG", owner=owner), make_client("NEW", owner=owner)
    months(young, 3, "100", "20")
    make_contract(new, number="N-1", start=date(2026, 12, 1), end=date(2027, 5, 31), amount=D("600"))
    recompute(*several, young, new)
    house = HouseRate.objects.get()
    assert (house.clients, house.labour_rate) == (6, D("0.485714"))
    assert (rates(young)[0], run_of(young).cost_origin, run_of(young).cost_months) == (D("0.414286"), "filled", 3)
    assert (rates(new)[0], run_of(new).cost_origin, run_of(new).cost_months) == (D("0.485714"), "house", 0)
    assert rates(several[0])[0] == D("0.500000")


def test_the_house_of_a_service_line(owner: User) -> None:
    """A new client's contract of a line that the house knows costs what the line does; its other work the house's."""
    several = [make_client(f"C{number}", owner=owner) for number in range(5)]
    for one in several:
        for month in YEAR:
            post(one, "gross_revenue", "100", month=month, service_line="Media")
            post(one, "delivery_labour", "30", month=month, service_line="Media")
            post(one, "gross_revenue", "100", month=month, service_line="Design")
            post(one, "delivery_labour", "60", month=month, service_line="Design")
    new = make_client("NEW", owner=owner)
    for number, line in (("N-1", "Media"), ("N-2", "Unheard")):
        make_contract(
            new, number=number, start=date(2026, 12, 1), end=date(2027, 5, 31), amount=D("600"), service_line=line
        )
    recompute(*several, new)
    assert rates(new)[0] == D("0.450000")
    kept = ForecastRate.objects.get()
    assert (kept.contract.number, kept.labour_rate, kept.origin) == ("N-1", D("0.300000"), "house")


def test_an_estimate_to_complete_is_the_contracts_own_rate(owner: User) -> None:
    """Fee 300,000 over 30 weeks of months: 180,000 scheduled after October, 126,000 still to spend: 0.7."""
    client = make_client("HALDEN", owner=owner)
    months(client, 12, "100000", "40000", "10000")
    contract = make_contract(
        client, number="H-1", billing="milestone", start=date(2026, 6, 1), end=date(2027, 3, 31), amount=D("300000")
    )
    contract.milestones.create(key="A", title="A", due=date(2026, 9, 30), amount=D("120000"))
    contract.milestones.create(key="B", title="B", due=date(2027, 1, 31), amount=D("180000"))
    Estimate.objects.create(contract=contract, month=OCTOBER, cost_to_go=D("126000"))
    recompute(client)
    kept = ForecastRate.objects.get()
    # 80 : 20, as the client's usual 0.4 and 0.1.
    assert (kept.labour_rate, kept.freelancers_rate, kept.direct_rate) == (D("0.560000"), D("0.140000"), D(0))
    asked = PnlRequest(first=date(2027, 1, 1), last=date(2027, 1, 1), scenario="forecast", group_by=("contract",))
    (row,) = [row for row in load_pnl(owner, asked, now=NOW).rows if row.group == ("H-1",)]
    assert row["net_revenue"] == D(180000)
    assert (row["delivery_labour"], row["freelancers"], row["contribution"]) == (D(100800), D(25200), D(54000))


def test_closed_months_cost_what_the_ledger_says(owner: User) -> None:
    client = make_client("HALDEN", owner=owner)
    months(client, 12, "100000", "60000")
    post(client, "delivery_labour", "5000")
    make_contract(client, number="H-1", start=date(2026, 12, 1), end=date(2026, 12, 31), amount=D("31000"))
    recompute(client)
    asked = PnlRequest(first=date(2026, 1, 1), last=date(2026, 12, 1), scenario="forecast", group_by=("month",))
    found = {row.group[0]: row for row in load_pnl(owner, asked, now=NOW).rows}
    assert [found[month]["contribution"] for month in ("2026-09", "2026-10")] == [D(40000), D(35000)]
    december = found["2026-12"]
    # (12 × 60,000 + 5,000) ÷ 1,200,000 = 0.604167 of whatever December is expected to bring.
    assert rates(client)[0] == D("0.604167")
    net = december["net_revenue"]
    assert net is not None
    assert december["operating_profit"] is None
    whole = load_pnl(owner, PnlRequest(first=date(2026, 1, 1), last=date(2026, 12, 1), scenario="forecast"), now=NOW)
    assert whole.total is not None
    for column in ("net_revenue", "delivery_labour", "contribution"):
        assert whole.total[column] == sum(row[column] or D(0) for row in found.values())


def test_two_currencies_of_a_client(owner: User) -> None:
    """EUR 100 at 2 and USD 200 a month, costs of USD 100: 12 × 100 ÷ (12 × 400) = 0.25."""
    fx(date(2026, 11, 1), "EUR", "2")
    client = make_client("HALDEN", owner=owner)
    months(client, 12, "200", "100")
    for month in YEAR:
        post(client, "gross_revenue", "100", month=month, currency="EUR")
    recompute(client)
    assert rates(client)[0] == D("0.250000")


def test_the_stored_inputs_give_the_same_rates(owner: User) -> None:
    several = [make_client(f"C{number}", owner=owner) for number in range(5)]
    for number, one in enumerate(several):
        months(one, 12 - number, "1234.56", "777.77", "11.11", "3.33")
    contract = make_contract(several[1], number="H-1", start=date(2026, 6, 1), end=date(2027, 3, 31), amount=D("30000"))
    Estimate.objects.create(contract=contract, month=OCTOBER, cost_to_go=D("12000"))
    recompute(*several)
    for one in several:
        run = run_of(one)
        again = compute(read_inputs(ForecastInput.objects.get(run=run).body))
        usual, *own = again.costs
        assert (usual.rates, usual.origin, usual.months) == (rates(one), run.cost_origin, run.cost_months)
        kept = ForecastRate.objects.filter(run=run).values_list("contract__number", "labour_rate", "freelancers_rate")
        assert [(rate.contract, *rate.rates[:2]) for rate in own] == list(kept)


def test_an_old_file_reads_as_no_known_cost() -> None:
    body = (
        '{"v":1,"client":"7","open":"2026-11-01","through":"2026-11-01","horizon":18,"fiscal":1,"rates":[],'
        '"renewal_rates":{},"readings":{},"ledger":[["","2026-10-01","USD","50000"]],"contracts":[],"deals":[],'
        '"overrides":[]}'
    )
    assert compute(read_inputs(body)).costs == ()


def test_the_house_is_taken_once_a_close(owner: User) -> None:
    several = [make_client(f"C{number}", owner=owner) for number in range(5)]
    for one in several:
        months(one, 12, "100", "50")
    recompute(*several)
    assert HouseRate.objects.get().labour_rate == D("0.500000")
    with CaptureQueriesContext(
        connection,
    ) as counted:
        load_book([one.pk for one in several], now=NOW)
    assert len(counted) <= 13


def test_legal_is_told_no_cost(owner: User, legal: User) -> None:
    client = make_client("HALDEN", owner=owner, members=(legal,))
    months(client, 12, "100000", "40000")
    recompute(client)
    asked = PnlRequest(first=date(2026, 11, 1), last=date(2026, 12, 1), scenario="forecast")
    result = load_pnl(legal, asked, now=NOW)
    assert result.total is not None
    assert result.total["net_revenue"]
    assert set(result.total.values) == set(result.columns) == {"gross_revenue", "pass_through", "net_revenue"}
    assert set(result.total.entries) == {"net_revenue"}
