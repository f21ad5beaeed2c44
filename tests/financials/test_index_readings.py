"""Price indexes: the worked uplifts, the newest reading holds, and an index without one stays unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import transaction

from accounts.models import Client
from common import jobs
from common.figures import UnknownFigure, explain
from common.models import AuditEntry, Job
from financials.actions.contracts import mark_clients_dirty
from financials.actions.index_readings import ReadingThere, add_reading, change_reading
from financials.calc.index_readings import newest_change
from financials.models import ForecastInput, ForecastLine, IndexReading
from financials.queries.basis import load_basis
from financials.queries.contracts import load_contract_page
from financials.queries.index_readings import load_changes, load_index_page
from financials.queries.renewal_board import RenewalScope, load_renewal_board
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)


def level(month: date, value: str, index: str = "cpi") -> IndexReading:
    return IndexReading.objects.create(index=index, month=month, value=D(value), source="Statistics office")


@pytest.fixture
def client(owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """240,000 for 2026, renewing automatically at CPI between 2% and 4%, and another by an index nobody published."""
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)
    client = make_client("HALDEN", owner=owner)
    for number, uplift in (("H-CPI", "cpi:0.02:0.04"), ("H-SPPI", "sppi:0.02:0.04")):
        make_contract(
            client, number=number, amount=D(240000), renewal="auto", notice_days=10, notice_rule="calendar",
            uplift=uplift,
        )  # fmt: skip
    return client


@pytest.mark.parametrize(("now", "fee"), [("106.2", "249600.00"), ("101.1", "244800.00"), ("103.05", "247320.00")])
def test_the_worked_uplifts(client: Client, owner: User, now: str, fee: str) -> None:
    """240,000: index 6.2% held to 4%, 1.1% raised to 2%, 3.05% as it is."""
    level(date(2025, 9, 1), "100")
    level(SEPTEMBER, now)
    board = load_renewal_board(owner, RenewalScope(), basis=load_basis(owner, now=NOW), now=NOW)
    rows = {row.row.number: row for row in board.rows}
    assert (rows["H-CPI"].renewed_amount, rows["H-SPPI"].renewed_amount) == (D(fee), None)
    assert "CPI of" in rows["H-CPI"].uplift_text
    assert rows["H-SPPI"].uplift_text == "sppi:0.02:0.04: no reading"
    told = explain(owner, "contract.uplifted:contract=H-CPI", now=NOW)
    assert (told.figure.value, [one.label for one in told.inputs]) == (
        D(fee), ["Fee now", "CPI over twelve months", "At least", "At most"]
    )  # fmt: skip
    unknown = explain(owner, "contract.uplifted:contract=H-SPPI", now=NOW)
    assert unknown.figure.value is None
    assert "SPPI has no reading" in unknown.notes[0]
    contract = client.contracts.get(number="H-CPI")
    page = load_contract_page(owner, contract, now=NOW)
    assert page.uplifted is not None
    assert page.uplifted.value == D(fee)


def test_the_newest_month_known_with_its_year_before_holds() -> None:
    levels = {date(2025, 8, 1): D(100), date(2026, 8, 1): D("102.5"), SEPTEMBER: D(103)}
    found = newest_change("cpi", levels, date(2027, 3, 1))
    assert found is not None
    assert (found.month, found.change, found.is_held(date(2027, 1, 1))) == (date(2026, 8, 1), D("0.025000"), True)
    assert newest_change("cpi", levels, date(2026, 7, 1)) is None  # not known by then
    assert newest_change("cpi", {SEPTEMBER: D(103)}, SEPTEMBER) is None


def test_a_reading_recomputes_who_goes_by_it_and_no_other(client: Client, owner: User) -> None:
    """Renewal of 2027: 240,000 × 1.02 at the floor, × 1.04 once the index has a reading of 6.2%; times 0.90."""

    def renewed(number: str) -> D:
        rows = ForecastLine.objects.filter(run__is_current=True, layer="renewal", contract__number=number)
        return sum(rows.filter(month__year=2027).values_list("amount", flat=True), D(0))

    other = make_client("OTHER", owner=owner)
    with transaction.atomic():
        mark_clients_dirty([client.pk, other.pk])
    jobs.work("recompute")
    assert renewed("H-CPI") == D("220320.00")
    add_reading(index="cpi", month=date(2025, 9, 1), value=D(100), source="Office", actor="fay@x.example")
    reading = add_reading(index="cpi", month=SEPTEMBER, value=D("106.2"), source="Office", actor="fay@x.example")
    waiting = Job.objects.filter(kind="recompute", state="ready").values_list("object_ref", flat=True)
    assert set(waiting) == {f"client:{client.pk}"}
    jobs.work("recompute")
    assert (renewed("H-CPI"), renewed("H-SPPI")) == (D("224640.00"), D("220320.00"))
    assert '"readings":{"cpi":"0.062"}' in ForecastInput.objects.get(run__client=client, run__is_current=True).body
    change_reading(reading=reading, changes={"value": D("103")}, expected=1, actor="fay@x.example")
    jobs.work("recompute")
    assert renewed("H-CPI") == D("222480.00")
    told = AuditEntry.objects.filter(object_kind="price index").order_by("pk").last()
    assert told is not None
    assert told.changes["value"] == ["106.2", "103"]
    with pytest.raises(ReadingThere, match="2026-09"):
        add_reading(index="cpi", month=SEPTEMBER, value=D(1), source="x", actor="x")


def test_the_page_names_what_is_unread_and_the_change_explains_itself(client: Client, owner: User) -> None:
    level(date(2025, 9, 1), "130")
    level(SEPTEMBER, "134.03")
    page = load_index_page(owner, today=NOW.date())
    assert page.finding == "SPPI without a reading: contracts that name it count at their floor"
    assert [(row.label, row.change.value, len(row.contracts)) for row in page.rows] == [
        ("CPI", D("0.031000"), 1), ("SPPI", None, 1)
    ]  # fmt: skip
    told = explain(owner, "index.change:index=cpi", now=NOW)
    assert [one.value for one in told.inputs] == [D("134.03"), D(130)]
    with pytest.raises(UnknownFigure):
        explain(owner, "index.change:index=rpi", now=NOW)
    assert load_changes(date(2026, 8, 1)) == {}
