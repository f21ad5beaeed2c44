"""A book that grows from ten clients to a thousand, and how many questions an address asks the database of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    Action,
    BusinessUnit,
    Client,
    ClientMember,
    Contact,
    Dots,
    Idea,
    IntelligenceNote,
    Kpi,
    KpiReading,
    Objective,
    Offering,
    Opportunity,
    Plan,
    Stakeholding,
    Touchpoint,
    WhiteSpaceCell,
)
from accounts.queries.invitations import token_of as answer_token
from common import jobs
from common.models import AuditEntry, ImportBatch, Job
from common.periods import month_add
from financials.actions.contracts import RECOMPUTE, mark_clients_dirty, rebuild_schedules
from financials.models import BudgetLine, Contract, ForecastLook, Invoice, LedgerEntry, LedgerMonth, PurchaseOrder
from people.models import User
from portfolio.reminders import feed_of, token_of
from qbr.models import Benefit, BenefitAmount, Deck, Review, ReviewRating, ReviewStep, ValueCost
from qbr.queries.links import token_of as token_of_link
from qbr.queries.value import token_of as value_token
from tests import databases
from tests.makers import make_user
from tests.sweeps.cases import Case
from tests.sweeps.world import World

FEW, MANY = 10, 1000
MOST_QUERIES = 15
HOST = ("leadership", "director", "finance", "legal", "administrator")
"""Who asks: the first of these roles that may, so that as many clients as possible are in sight."""
UNASKED = frozenset({"api_oauth_token", "sign_out"})
"""Addresses without GET."""
OPEN_TO_ALL = tuple(
    Case(name, get=frozenset({"director"})) for name in ("healthz", "readyz", "sign_in", "api_docs", "api_schema")
)
FEED = Case("calendar_feed", lambda world: {"token": feed_token(world)}, get=frozenset({"director"}))
ANSWER = Case("survey_answer", lambda world: {"token": answer_token(world.own.asked)}, get=frozenset({"director"}))
SHARED = tuple(
    Case(name, lambda world: {"token": shared_token(world)}, get=frozenset({"director"}))
    for name in ("shared_review", "shared_pages", "shared_pdf")
)
VALUE = Case("value_answer", lambda world: {"token": value_token(world.own.value_ask)}, get=frozenset({"director"}))
UNKNOWN_ADDRESS = Case("/api/v1/nothing-here/", get=frozenset({"director"}))
MONTH = date(2026, 10, 1)


def feed_token(world: World) -> str:
    return token_of(feed_of(world.people["director"], world.now))


def shared_token(world: World) -> str:
    return token_of_link(world.own.frozen.links.get())


def grow(world: World, first: int, last: int) -> None:
    """Clients first to last - 1, each with one of everything; and HAL gets as many of everything again, to a limit."""
    director, numbers = world.people["director"], range(first, last)
    made = Client.objects.bulk_create(
        Client(key=f"G{number:04}", name=f"Client {number:04}", owner=director, industry=f"Industry {number % 9}")
        for number in numbers
    )
    add_records(world, made, "G")
    add_records(world, [world.own.client] * min(30, last - first), f"H{first}")
    mark_clients_dirty([client.pk for client in (*made, world.own.client)])
    jobs.work(RECOMPUTE)
    people = [make_user("delivery", name=f"Person {number}") for number in range(min(20, last - first))]
    ClientMember.objects.bulk_create(ClientMember(client=world.own.client, person=person) for person in people)
    databases.settle()


def add_records(world: World, clients: list[Client], prefix: str) -> None:
    keyed = [(f"{prefix}{number:04}-{client.key}", client) for number, client in enumerate(clients)]
    director = world.people["director"]
    add_relations(keyed, director)
    deals = [
        Opportunity(
            key=key, client=client, name=f"Deal {key}", stage="Proposal", amount=Decimal(9000), currency="USD",
            probability=Decimal("0.4"), category="commit", close_on=date(2026, 12, 15), owner=director,
        )
        for key, client in keyed
    ]  # fmt: skip
    Opportunity.objects.bulk_create(deals)
    Idea.objects.bulk_create(
        Idea(item=one, author=director, text=key)
        for key, client in keyed
        if client == world.own.client
        for one in (world.own.item, world.own.chosen.item)
    )
    Dots.objects.bulk_create(
        Dots(idea=idea, person=director, count=1) for idea in Idea.objects.filter(dots=None, item=world.own.chosen.item)
    )
    units = BusinessUnit.objects.bulk_create(BusinessUnit(key=key, client=client, name=key) for key, client in keyed)
    said = {"state": "potential", "amount": Decimal(9), "currency": "USD", "judged_on": date(2026, 6, 1)}
    sold = Offering.objects.order_by("pk").first()
    WhiteSpaceCell.objects.bulk_create(WhiteSpaceCell(unit=unit, offering=sold, **said) for unit in units)
    add_money(keyed, world.own.sow.parent)
    add_receivables(keyed)
    add_traces(keyed, director)


def add_relations(keyed: list[tuple[str, Client]], director: User) -> None:
    today = timezone.now().date()
    contacts = Contact.objects.bulk_create(
        Contact(client=client, key=key, first_name="Ana", last_name=key) for key, client in keyed
    )
    Stakeholding.objects.bulk_create(
        Stakeholding(contact=contact, client=client, power=5, level=1, owner=director, cadence_days=7)
        for contact, (_, client) in zip(contacts, keyed, strict=True)
    )
    touches = Touchpoint.objects.bulk_create(
        Touchpoint(client=client, source_ref=key, date=today - timedelta(days=9)) for key, client in keyed
    )
    through: Any = Touchpoint.theirs.through
    through.objects.bulk_create(
        through(touchpoint_id=touch.pk, contact_id=contact.pk) for touch, contact in zip(touches, contacts, strict=True)
    )
    add_measured(keyed, director, today)
    add_reviews(keyed, director, today)
    clients = {client.pk: client for _, client in keyed}
    Plan.objects.bulk_create(
        [Plan(client=client, starts_on=MONTH) for client in clients.values()], ignore_conflicts=True
    )
    plans = dict(Plan.objects.filter(client__in=clients).values_list("client_id", "pk"))
    objectives = Objective.objects.bulk_create(
        Objective(plan_id=plans[client.pk], title=key, owner=director) for key, client in keyed
    )
    Action.objects.bulk_create(
        Action(objective=objective, title=f"Do {objective.title}", owner=director, due=today - timedelta(days=1))
        for objective in objectives
    )


def add_reviews(keyed: list[tuple[str, Client]], director: User, today: date) -> None:
    """One each that is late in the calendar, rated and with a promise; of one client each about a month of its own."""
    there = Review.objects.count()
    months = {key: month_add(date(2150, 1, 1), -there - number) for number, (key, _) in enumerate(keyed)}
    made = Review.objects.bulk_create(
        Review(
            client=client, key=key, period=f"{months[key]:%Y-%m}", day=today + timedelta(days=3), owner=director,
            minutes="Said",
        )
        for key, client in keyed
    )  # fmt: skip
    ReviewStep.objects.bulk_create(
        ReviewStep(review=one, after="planned", at=timezone.now(), by=director.email) for one in made
    )
    ReviewRating.objects.bulk_create(ReviewRating(review=one, person=director, score=4) for one in made)


def add_measured(keyed: list[tuple[str, Client]], director: User, today: date) -> None:
    """A KPI at risk and long not read, and a note gone off, of each client."""
    kpis = Kpi.objects.bulk_create(
        Kpi(client=client, key=key, name=f"Leads {key}", owner=director, target=Decimal(90), standing="at_risk")
        for key, client in keyed
    )
    first = today.replace(day=1) - timedelta(days=120)
    KpiReading.objects.bulk_create(
        KpiReading(kpi=kpi, period="2026-07", starts=first, ends=first + timedelta(days=29), actual=Decimal(9))
        for kpi in kpis
    )
    worth = Benefit.objects.bulk_create(
        Benefit(
            client=client, key=key, title=key, driver="cost", hard=True, currency="USD", state="accepted",
            confirmed=Decimal(90), answered_at=timezone.now(), answered_by="Dana",
        )
        for key, client in keyed
    )  # fmt: skip
    BenefitAmount.objects.bulk_create(BenefitAmount(benefit=one, month=MONTH, amount=Decimal(90)) for one in worth)
    ValueCost.objects.bulk_create(
        ValueCost(client=client, key=key, title=key, month=MONTH, amount=Decimal(9), currency="USD")
        for key, client in keyed
    )
    notes = IntelligenceNote.objects.bulk_create(
        IntelligenceNote(
            key=key, kind="client", title=key, so_what="Ask", noted_on=first, expires_on=today - timedelta(days=1)
        )
        for key, _ in keyed
    )
    ties: Any = IntelligenceNote.clients.through
    ties.objects.bulk_create(
        ties(intelligencenote=note, client=client) for note, (_, client) in zip(notes, keyed, strict=True)
    )


def add_money(keyed: list[tuple[str, Client]], msa: Contract | None) -> None:
    contracts = Contract.objects.bulk_create(
        Contract(
            number=key, client=client, kind="sow", title=f"Work {key}", start=date(2026, 1, 1), end=date(2027, 1, 31),
            amount=Decimal(120_000), currency="USD", status="active", billing="retainer", renewal="auto",
            notice_days=60, notice_rule="calendar", service_line="Media",
            parent=msa if msa and msa.client_id == client.pk else None,
        )
        for key, client in keyed
    )  # fmt: skip
    rebuild_schedules([contract.pk for contract in contracts], now=timezone.now())
    lines = ("gross_revenue", "pass_through", "delivery_labour")
    shared: dict[str, Any] = {"service_line": "Media", "currency": "USD", "amount": Decimal(700)}
    cells = [
        (key, {"client": contract.client, "month": month_add(MONTH, -back), "line": line, **shared}, contract)
        for contract, (key, _) in zip(contracts, keyed, strict=True)
        for back in (0, 12)
        for line in lines
    ]
    LedgerMonth.objects.bulk_create(LedgerMonth(**cell, contract=contract, entries=1) for _, cell, contract in cells)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(**cell, contract=contract, source_ref=f"{key}-{number}", posted_at=timezone.now())
        for number, (key, cell, contract) in enumerate(cells)
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(version_name="v1", **cell, contract=contract) for _, cell, contract in cells
    )


def add_receivables(keyed: list[tuple[str, Client]]) -> None:
    """An invoice long overdue, and an order that will not last, of each client's own contract."""
    contracts = {
        contract.number: contract for contract in Contract.objects.filter(number__in=[key for key, _ in keyed])
    }
    due = timezone.now().date() - timedelta(days=95)
    where = [
        {"client": client, "contract": contracts[key], "currency": "USD", "issued": due - timedelta(days=30)}
        for key, client in keyed
    ]
    PurchaseOrder.objects.bulk_create(
        PurchaseOrder(number=key, amount=Decimal(1000), **own) for (key, _), own in zip(keyed, where, strict=True)
    )
    Invoice.objects.bulk_create(
        Invoice(number=key, due=due, amount=Decimal(990), po_number=key, **own)
        for (key, _), own in zip(keyed, where, strict=True)
    )


def add_traces(keyed: list[tuple[str, Client]], director: User) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor=director.email, verb="changed", object_kind="client", object_id=str(client.pk), client_id=client.pk,
            object_label=client.name, changes={"name": ["Old", client.name]},
        )
        for _, client in keyed
    )  # fmt: skip
    Deck.objects.bulk_create(
        Deck(client=client, period=f"2026-{key[:6]}", edition=number + 1, title=key, created_by=director)
        for number, (key, client) in enumerate(keyed)
    )
    ImportBatch.objects.bulk_create(
        ImportBatch(
            kind="contracts", file_name=f"{key}.csv", file_hash="0" * 64, state="loaded", loaded_by=director.email
        )
        for key, _ in keyed[:60]
    )
    Job.objects.bulk_create(
        Job(kind="other", object_ref=f"client:{client.pk}", input_version=version, state="dead", error="ValueError: x")
        for version, (_, client) in enumerate(keyed, start=Job.objects.count())
    )


def ask(world: World, case: Case, *, times: int) -> int:
    """How many queries the last of so many requests makes: a first one fills what a process keeps."""
    role = next(role for role in HOST if case.get and role in case.get)
    user = world.people[role]
    browser = world.browser(user)
    headers = world.bearer(user) if "api" in case.route else {}
    address = case.address(world)
    for _ in range(times):
        ForecastLook.objects.all().delete()  # a look at what moved changes what the next one is held against
        cache.clear()  # the API counts requests by person
        reset_queries()  # the log holds so many, and then counts none
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(address, headers=headers)
            if answer.streaming:
                b"".join(answer)
    assert answer.status_code < 500 or case.route == "readyz", address  # no worker runs here: it says so
    assert answer.status_code in (200, 302) or case in (UNKNOWN_ADDRESS, *OPEN_TO_ALL), (address, answer.status_code)
    return len(queries)


def assert_few_and_steady(world: World, cases: Sequence[Case]) -> None:
    grow(world, 0, FEW)
    few = {case.label: ask(world, case, times=2) for case in cases}
    grow(world, FEW, MANY)
    many = {case.label: ask(world, case, times=1) for case in cases}
    again = {case.label: ask(world, case, times=2) for case in cases if few[case.label] != many[case.label]}
    many |= again  # what a process keeps may have to be read once more
    assert {label: (few[label], many[label]) for label in few if few[label] != many[label]} == {}
    assert {label: count for label, count in many.items() if count > MOST_QUERIES} == {}
