"""A contract written by hand: a draft under its place in the tree, refused where nothing can be added."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Client
from common.models import AuditEntry
from financials.actions.contracts import ContractRefused, add_contract
from financials.forms.contracts import NewContractForm
from financials.models import Contract, ScheduleLine
from people.models import User
from tests.financials.books import NOW
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db
FORM = {
    "kind": "sow", "number": "KES-SOW-1", "title": "Always-on media", "start": "2026-12-01", "end": "2027-11-30",
    "amount": "120000", "currency": "usd", "billing": "retainer",
}  # fmt: skip


def add(browser: Any, kestrel: Client, **changes: Any) -> Any:
    return browser.post("/new-contract/", {**FORM, "client": kestrel.pk, **changes})


@pytest.fixture
def kestrel(owner: User) -> Client:
    return make_client("KES", owner=owner, name="Kestrel Air", currency="USD")


def test_the_tree_grows_from_master_agreement_to_change_order(kestrel: Client, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    assert "/new-contract/" in browser.get("/contracts/").text
    assert "/new-contract/?client=KES" in browser.get("/clients/KES/contracts/").text
    made = add(browser, kestrel, kind="msa", number="KES-MSA", title="Master agreement", amount="", billing="")
    assert (made.status_code, made["Location"]) == (302, "/contracts/KES-MSA/")
    assert "kind=sow&amp;parent=KES-MSA" in browser.get("/contracts/KES-MSA/").text
    guess = browser.get("/new-contract/?kind=sow&parent=KES-MSA").text
    assert 'value="KES-MSA"' in guess
    assert add(browser, kestrel, parent="KES-MSA").status_code == 302
    assert "kind=change_order&amp;parent=KES-SOW-1" in browser.get("/contracts/KES-SOW-1/").text
    order = {"kind": "change_order", "number": "KES-CO-1", "parent": "KES-SOW-1", "amount": "-500.50"}
    assert add(browser, kestrel, **order).status_code == 302
    tree = {one.number: (one.kind, one.status, one.parent and one.parent.number) for one in Contract.objects.all()}
    assert tree == {
        "KES-MSA": ("msa", "draft", None),
        "KES-SOW-1": ("sow", "draft", "KES-MSA"),
        "KES-CO-1": ("change_order", "draft", "KES-SOW-1"),
    }
    assert not ScheduleLine.objects.exists()
    told = AuditEntry.objects.get(verb="added", object_label__startswith="KES-SOW-1")
    assert told.changes["amount"] == [None, "120000"]
    assert told.client_id == kestrel.pk


@pytest.mark.parametrize("status", ["completed", "terminated", "expired"])
def test_a_contract_that_is_over_takes_no_change_order(kestrel: Client, owner: User, sign_in: Any, status: str) -> None:
    over = make_contract(kestrel, number="OLD", status=status)
    browser = sign_in(owner)
    answer = add(browser, kestrel, kind="change_order", number="OLD-CO", parent="OLD")
    assert answer.status_code == 422
    assert f"OLD is {status}: a change order to it changes nothing. Draw up a new statement of work" in answer.text
    assert "kind=change_order" not in browser.get("/contracts/OLD/").text
    fields = {
        "kind": "change_order", "number": "OLD-CO", "parent": over, "client": kestrel, "title": "More",
        "start": date(2026, 12, 1), "currency": "USD",
    }  # fmt: skip
    with pytest.raises(ContractRefused, match="Draw up a new statement of work"):
        add_contract(fields=fields, actor="a@example.com", now=NOW)
    assert list(Contract.objects.values_list("number", flat=True)) == ["OLD"]
    kept = add_contract(fields={**fields, "status": "completed"}, actor="a@example.com", now=NOW)
    assert kept.number == "OLD-CO"  # an order that is itself past is history


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "a/b"}, "Use letters, digits, points"),
        ({"number": "TAKEN"}, "already exists"),
        ({"kind": "change_order"}, "Say which contract this order changes."),
        ({"parent": "NIL"}, "No contract has the number NIL."),
        ({"parent": "OTHER-SOW"}, "No contract has the number OTHER-SOW."),
        ({"parent": "TAKEN"}, "A statement of work stands under a master agreement, or alone."),
        ({"kind": "msa", "parent": "TAKEN"}, "stands under no other contract"),
        ({"kind": "change_order", "parent": "SECOND-SOW"}, "SECOND-SOW belongs to another client."),
        ({"end": "2026-11-30"}, "The end comes before the start."),
        ({"amount": "-1"}, "Only a change order can be negative."),
        ({"new_end": "2027-12-31"}, "Only a change order moves another contract"),
        ({"client": "999999"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_added_is_said_and_nothing_written(
    kestrel: Client, owner: User, outsider: User, sign_in: Any, changes: dict[str, str], said: str
) -> None:
    make_contract(kestrel, number="TAKEN", kind="sow", status="active")
    make_contract(make_client("SECOND", owner=owner), number="SECOND-SOW", kind="sow", status="active")
    make_contract(make_client("OTHER", owner=outsider), number="OTHER-SOW", kind="msa", status="active")
    before = Contract.objects.count()
    answer = add(sign_in(owner), kestrel, **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert Contract.objects.count() == before


def test_who_may_not_add(
    kestrel: Client, owner: User, manager: User, legal: User, outsider: User, sign_in: Any
) -> None:
    for user in (manager, legal):
        assert add(sign_in(user), kestrel).status_code == 403
        assert "/new-contract/" not in sign_in(user).get("/contracts/").text
    assert add(sign_in(outsider), kestrel).status_code == 422  # the client is none of its choices
    assert sign_in(outsider).get("/new-contract/?client=KES").status_code == 404
    assert not Contract.objects.exists()


def test_fields_that_are_not_the_form_s_are_not_written(kestrel: Client, owner: User, sign_in: Any) -> None:
    add(sign_in(owner), kestrel, status="active", signed_on="2026-11-01", ended_on="2026-12-31", version="99", id="7")
    made = Contract.objects.get()
    assert (made.status, made.ended_on, made.version) == ("draft", None, 1)
    assert made.pk != 7


def test_the_form_keeps_together_what_belongs_together(finance: User, owner: User, sign_in: Any) -> None:
    make_client("ACME", owner=owner)
    page = sign_in(finance).get("/new-contract/?client=ACME").content.decode()
    places = [page.index(f"<legend>{legend}</legend>") for legend in ("What it is", "Term and fee", "How it ends")]
    assert places == sorted(places)
    fields = NewContractForm(user=finance)
    assert {bound.name for _, several in fields.groups() for bound in several} == set(fields.fields)
    assert ">---------<" not in page
    assert ">Not said<" in page


def test_a_contract_years_ahead_has_its_page(finance: User, owner: User, sign_in: Any) -> None:
    """Ten years from a 29 February, begun more than a year after the open month."""
    client = make_client("ACME", owner=owner)
    make_contract(
        client, number="A-FAR", kind="sow", status="signed", start=date(2040, 2, 29), end=date(2050, 2, 28),
        amount="1000000.01", currency="USD", billing="retainer",
    )  # fmt: skip
    browser = sign_in(finance)
    for path in ("", "billing/", "terms/", "hours/", "edit/"):
        assert browser.get(f"/contracts/A-FAR/{path}").status_code == 200, path
    for figure in ("amount", "scheduled", "earned", "recognised"):
        assert browser.get(f"/figures/contract.{figure}:contract=A-FAR/").status_code == 200, figure
