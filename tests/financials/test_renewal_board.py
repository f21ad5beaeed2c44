"""The renewals board: what stands where, three judgements apart, the plan and its trail."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Client
from common.figures import explain
from common.models import AuditEntry, Job
from financials.models import Contract, RenewalPlan
from financials.queries.basis import load_basis
from financials.queries.renewal_board import RenewalScope, load_renewal_board
from people.models import User
from tests.makers import make_client, make_contract, make_opportunity

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def client_a(owner: User, manager: User) -> Client:
    return make_client("A", owner=owner, members=(manager,), name="Alder", country="GB-ENG", timezone="UTC")


def board(user: User, now: datetime = NOON, **scope: str) -> dict[str, list[str]]:
    found = load_renewal_board(user, RenewalScope(**scope), basis=load_basis(user, now=now), now=now)
    return {window.key: [row.row.number for row in window.rows] for window in found.windows}


def test_contracts_stand_by_the_checkpoint_they_have_reached(client_a: Client, owner: User, outsider: User) -> None:
    for number, days in (
        ("LATE", -3),
        ("TODAY", 0),
        ("D30", 30),
        ("D31", 31),
        ("D90", 90),
        ("D180", 180),
        ("D181", 181),
    ):
        make_contract(client_a, number=number, end=NOON.date() + timedelta(days=days + 60), notice_days=60)
    make_contract(client_a, number="GONE", end=NOON.date() + timedelta(days=60), notice_days=60, status="terminated")
    make_contract(make_client("B", owner=outsider), number="HIDDEN", end=NOON.date() + timedelta(days=40))
    assert board(owner) == {
        "passed": ["LATE"],
        "30": ["TODAY", "D30"],
        "60": ["D31"],
        "90": ["D90"],
        "180": ["D180"],
        "later": ["D181"],
    }
    assert board(owner, window="60") == {"60": ["D31"]}
    assert board(owner, client="B") == {}


def test_the_day_turns_where_the_client_is(owner: User) -> None:
    for key, zone in (("NZ", "Pacific/Auckland"), ("US", "America/New_York")):
        client = make_client(key, owner=owner, timezone=zone)
        make_contract(client, number=f"{key}-1", end=date(2026, 11, 26), notice_days=0)
    assert board(owner, now=datetime(2026, 11, 26, 23, 30, tzinfo=UTC)) == {"30": ["US-1"]}


def test_one_that_renews_itself_stands_by_its_next_term(client_a: Client, owner: User) -> None:
    make_contract(
        client_a, number="AUTO", start=date(2024, 1, 1), end=date(2024, 12, 31), renewal="auto", notice_days=30
    )
    make_contract(client_a, number="FIXED", start=date(2024, 1, 1), end=date(2024, 12, 31), notice_days=30)
    found = load_renewal_board(owner, RenewalScope(), basis=load_basis(owner, now=NOON), now=NOON)
    (row,) = found.rows
    assert (row.row.number, row.row.ends_on, row.row.notice_on) == ("AUTO", date(2026, 12, 31), date(2026, 12, 1))


def test_an_evergreen_says_when_it_could_end(client_a: Client, owner: User) -> None:
    make_contract(client_a, number="EVER", end=None, renewal="evergreen", notice_days=90, notice_rule="calendar")
    found = load_renewal_board(owner, RenewalScope(), basis=load_basis(owner, now=NOON), now=NOON)
    (row,) = found.evergreen
    assert (row.number, row.earliest, row.probability) == ("EVER", date(2027, 2, 24), Decimal("0.97"))


def test_uplift_and_the_walk_away_line(client_a: Client, owner: User) -> None:
    end = date(2027, 3, 31)
    one = make_contract(client_a, number="U", end=end, amount=Decimal(240_000), uplift="cpi:0.02:0.04", notice_days=30)
    plain = make_contract(client_a, number="P", end=end, amount=Decimal(100_000), uplift="0.03", notice_days=30)
    RenewalPlan.objects.create(
        contract=one,
        term_end=end,
        index_reading=Decimal("0.062"),
        walk_away=Decimal(250_000),
        owner_says=Decimal("0.4"),
    )
    RenewalPlan.objects.create(contract=plain, term_end=end - timedelta(days=365), walk_away=Decimal(900_000))
    found = load_renewal_board(owner, RenewalScope(), basis=load_basis(owner, now=NOON), now=NOON)
    rows = {row.row.number: row for row in found.rows}
    assert (rows["U"].renewed_amount, rows["U"].uplift_rate, rows["U"].under) == (
        Decimal("249600.00"),
        Decimal("0.04"),
        True,
    )
    assert (rows["P"].renewed_amount, rows["P"].walk_away) == (
        Decimal("103000.00"),
        None,
    )  # another term's plan is not its own
    assert (rows["U"].system, rows["U"].system_own, rows["U"].owner_says, rows["U"].final) == (
        Decimal("0.70"), False, Decimal("0.4"), None,
    )  # fmt: skip
    assert rows["U"].apart


def test_own_history_is_what_the_system_says_from_twenty_on(client_a: Client, owner: User) -> None:
    make_contract(client_a, number="NOW", end=date(2027, 3, 31), renewal="fixed", notice_days=30)
    for number in range(20):
        old = make_contract(
            client_a, number=f"OLD{number}", start=date(2024, 1, 1), end=date(2024, 12, 31), renewal="fixed",
            status="completed",
        )  # fmt: skip
        outcome = "won" if number < 17 else "lost"
        make_opportunity(client_a, stage=outcome, outcome=outcome, renews=old.number, close_on=date(2024, 12, 1))
    found = load_renewal_board(owner, RenewalScope(), basis=load_basis(owner, now=NOON), now=NOON)
    (row,) = found.rows
    assert (row.system, row.system_own) == (Decimal("0.85"), True)
    told = explain(owner, row.figures["system"].id, now=NOON)
    assert (told.figure.value, [one.value for one in told.inputs]) == (Decimal("0.85"), [17, 20, Decimal("0.70")])


# The plan


@pytest.fixture
def due(client_a: Client) -> Contract:
    end = timezone.now().date() + timedelta(days=120)
    return make_contract(client_a, number="S1", title="Studio", end=end, renewal="fixed", notice_days=60)


def test_three_judgements_are_kept_apart_with_who_and_when(
    due: Contract, owner: User, manager: User, sign_in: Any
) -> None:
    url = "/contracts/S1/renewal/"
    assert 'name="final"' not in sign_in(manager).get(url).text
    body = {"status": "talking", "owner_says": "80%", "walk_away": "110000", "next_step": "Send terms", "version": "0"}
    assert sign_in(manager).post(url, {**body, "final": "0.1"}).status_code == 302
    plan = RenewalPlan.objects.get()
    assert (plan.owner_says, plan.owner_said_by, plan.final_by) == (Decimal("0.8"), manager.email, "")
    assert Contract.objects.get().probability is None  # a manager does not have the last word
    assert sign_in(owner).post(url, {**body, "final": "65%", "version": "1"}).status_code == 302
    due.refresh_from_db()
    plan.refresh_from_db()
    assert (due.probability, plan.final_by, plan.owner_says, plan.owner_said_by) == (
        Decimal("0.65"), owner.email, Decimal("0.8"), manager.email,
    )  # fmt: skip
    assert Job.objects.filter(kind="recompute", object_ref=f"client:{due.client_id}").exists()
    verbs = AuditEntry.objects.filter(object_kind__in=("renewal", "contract")).order_by("pk")
    assert [(entry.object_kind, entry.verb, entry.actor) for entry in verbs] == [
        ("renewal", "planned", manager.email),
        ("contract", "changed", owner.email),
        ("renewal", "changed", owner.email),
    ]
    page = sign_in(owner).get("/pipeline/renewals/").text
    assert "In talks" in page
    assert "65%" in page
    assert "Send terms" in page
    form = sign_in(owner).get(url).text  # what stands is shown as it is typed
    assert 'value="80%"' in form
    assert 'value="65%"' in form


def test_two_at_once_and_the_second_is_told(due: Contract, owner: User, sign_in: Any) -> None:
    url, body = "/contracts/S1/renewal/", {"status": "talking", "version": "0"}
    assert sign_in(owner).post(url, body).status_code == 302
    assert sign_in(owner).post(url, {**body, "status": "ending"}).status_code == 409
    assert RenewalPlan.objects.get().status == "talking"


def test_who_may_plan(due: Contract, outsider: User, finance: User, legal: User, sign_in: Any) -> None:
    url = "/contracts/S1/renewal/"
    assert sign_in(outsider).get(url).status_code == 404
    assert sign_in(legal).get(url).status_code == 403
    assert "S1" in sign_in(legal).get("/pipeline/renewals/").text
    answer = sign_in(finance).post(url, {"final": "50%", "status": "ending", "version": "0"})
    assert answer.status_code == 302
    due.refresh_from_db()
    assert (due.probability, RenewalPlan.objects.get().status) == (Decimal("0.5"), "open")


def test_a_contract_that_comes_to_no_renewal(client_a: Client, owner: User, sign_in: Any) -> None:
    make_contract(client_a, number="OVER", end=date(2020, 1, 1), start=date(2019, 1, 1))
    assert sign_in(owner).get("/contracts/OVER/renewal/").status_code == 404


def test_the_file_has_what_the_board_shows(due: Contract, owner: User, sign_in: Any) -> None:
    RenewalPlan.objects.create(contract=due, term_end=due.end or date.max, owner_says=Decimal("0.8"), status="offered")
    answer = sign_in(owner).get("/pipeline/renewals/?format=csv")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    assert (row["contract"], row["system"], row["owner_says"], row["final"], row["renewal_status"]) == (
        "S1", "0.70", "0.800000", "", "Terms sent",
    )  # fmt: skip
