"""Planning in place: what a grid writes and refuses, two people at once, the week before copied."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D
from html import unescape
from typing import Any

import pytest

from accounts.models import Client
from common.models import AuditEntry, Job
from financials.models import Allocation
from people.models import User
from tests.makers import make_client, make_contract, make_opportunity, make_user

pytestmark = pytest.mark.django_db
MONDAY, NEXT = date(2026, 12, 7), date(2026, 12, 14)
HERE = "/financials/capacity/plan/?client=ACME&from=2026-12-07"


def text_of(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.fixture
def ana(owner: User) -> User:
    return make_user("delivery", email="ana@x.example", name="Ana Silva", discipline="Designer", manager=owner)


@pytest.fixture
def acme(owner: User, ana: User) -> Client:
    client = make_client("ACME", owner=owner, name="Acme")
    Allocation.objects.create(client=client, week=MONDAY, person=ana, hours=D(24))
    return client


def key(person: User | None, client: Client, *, contract: int | str = "", role: str = "") -> str:
    return f"{person.pk if person else ''}|{client.pk}|{contract}|{role}"


def rows() -> list[tuple[Any, ...]]:
    names = ("week", "person__name", "role", "contract__number", "hours", "firm", "opportunity__key")
    return list(Allocation.objects.order_by("week", "person__name", "role", "pk").values_list(*names))


def test_cells_are_written_moved_and_emptied(acme: Client, ana: User, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    page = browser.get(HERE).content.decode()
    assert f'value="{key(ana, acme)}"' in page
    assert 'name="h0_0" value="24"' in page
    body = {"p0": key(ana, acme), "kind0": "firm", "was0_0": "24", "h0_0": "", "h0_1": "37,5"}
    assert browser.post(HERE, body).status_code == 302
    assert rows() == [(NEXT, "Ana Silva", "", None, D("37.50"), True, None)]
    entry = AuditEntry.objects.get(object_kind="allocation")
    assert (entry.verb, entry.client_id, entry.actor) == ("planned", acme.pk, owner.email)
    assert entry.changes == {
        "2026-12-07, ana@x.example": ["24 h, firm", None],
        "2026-12-14, ana@x.example": [None, "37.5 h, firm"],
    }
    assert Job.objects.filter(kind="recompute", object_ref=f"client:{acme.pk}").exists()


def test_a_row_hangs_on_a_deal_from_then_on(acme: Client, ana: User, owner: User, sign_in: Any) -> None:
    deal = make_opportunity(acme, key="D-1", name="Film")
    body = {"p0": key(ana, acme), "kind0": str(deal.pk), "was0_0": "24", "h0_0": "24", "h0_1": "16"}
    assert sign_in(owner).post(HERE, body).status_code == 302
    assert [(hours, firm, deal) for *_, hours, firm, deal in rows()] == [(D(24), False, "D-1"), (D(16), False, "D-1")]


def test_new_rows_of_people_and_of_roles(acme: Client, ana: User, owner: User, sign_in: Any) -> None:
    sow = make_contract(acme, number="A-1")
    body = {
        "who1": str(ana.pk), "place1": f"{acme.pk}|{sow.pk}", "kind1": "firm", "h1_0": "8",
        "role2": "Designer", "kind2": "firm", "h2_0": "60",
    }  # fmt: skip
    assert sign_in(owner).post(HERE, body).status_code == 302
    assert rows() == [
        (MONDAY, "Ana Silva", "", None, D(24), True, None),
        (MONDAY, "Ana Silva", "", "A-1", D(8), True, None),
        (MONDAY, None, "Designer", None, D(60), True, None),
    ]


def test_two_people_at_once_overwrite_nothing(acme: Client, ana: User, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    Allocation.objects.update(hours=D(30))  # somebody else, since the page was opened
    body = {"p0": key(ana, acme), "kind0": "firm", "was0_0": "24", "h0_0": "16", "was0_1": "", "h0_1": "8"}
    refused = browser.post(HERE, body)
    said = text_of(refused)
    assert refused.status_code == 422
    assert "Somebody changed these weeks since you opened them: nothing was written." in said
    assert "now 30" in said
    assert 'name="h0_0" value="16"' in refused.content.decode()
    assert [hours for *_, hours, _, _ in rows()] == [D(30)]
    assert browser.post(HERE, {**body, "was0_0": "30"}).status_code == 302
    assert [hours for *_, hours, _, _ in rows()] == [D(16), D(8)]


def test_an_untouched_cell_keeps_what_somebody_else_wrote(acme: Client, ana: User, owner: User, sign_in: Any) -> None:
    Allocation.objects.update(hours=D(30))
    body = {"p0": key(ana, acme), "kind0": "", "was0_0": "24", "h0_0": "24", "h0_1": "8"}
    assert sign_in(owner).post(HERE, body).status_code == 302
    assert [hours for *_, hours, _, _ in rows()] == [D(30), D(8)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"h0_0": "many"}, "Week of 7 Dec: “many” is not a number of hours: write 16 or 37.5."),
        ({"h0_0": "169"}, "Week of 7 Dec: one person has at most 168 hours."),
        ({"kind0": "999999"}, "Row 1: choose firm or one of the client's own open deals."),
        ({"h1_0": "8"}, "Row 2 has hours: choose a person or write a role, one of them."),
        ({"h1_0": "8", "role1": "X", "who1": "1"}, "Row 2 has hours: choose a person or write a role, one of them."),
        ({"h1_0": "8", "who1": "999999"}, "Row 2: choose a person from the list."),
        ({"h1_0": "8", "role1": "X", "place1": "999999|1"}, "Row 2 has hours but no work: choose a contract or client"),
        ({"p0": "1|1||"}, "Row 1: this work is not yours to plan."),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(
    acme: Client, ana: User, owner: User, sign_in: Any, body: dict[str, str], words: str
) -> None:
    whole = {"p0": key(ana, acme), "kind0": "firm", "was0_0": "24", "h0_0": "24", "h0_1": "11", **body}
    answer = sign_in(owner).post(HERE, whole)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert [hours for *_, hours, _, _ in rows()] == [D(24)]


def test_another_clients_deal_and_contract_are_refused(acme: Client, ana: User, owner: User, sign_in: Any) -> None:
    bolt = make_client("BOLT", owner=owner)
    deal, sow = make_opportunity(bolt), make_contract(bolt)
    body = {"p0": key(ana, acme), "kind0": str(deal.pk), "was0_0": "24", "h0_0": "24"}
    assert "choose firm or one of the client's own open deals" in text_of(sign_in(owner).post(HERE, body))
    body = {"h1_0": "8", "who1": str(ana.pk), "place1": f"{acme.pk}|{sow.pk}"}
    assert "this contract is not one of the client's" in text_of(sign_in(owner).post(HERE, body))


def test_the_week_before_is_copied_where_there_is_none(acme: Client, ana: User, owner: User, sign_in: Any) -> None:
    Allocation.objects.create(client=acme, week=MONDAY, role="Writer", hours=D(12), firm=False)
    browser = sign_in(owner)
    body = {"p0": key(ana, acme), "kind0": "firm", "was0_0": "24", "h0_0": "24", "h0_1": "10", "copy": "2026-12-14"}
    assert "1 row copied from the week before." in text_of(browser.post(HERE, body, follow=True))
    assert [(row[0], row[1], row[4], row[5]) for row in rows() if row[0] == NEXT] == [
        (NEXT, "Ana Silva", D(10), True),  # as typed
        (NEXT, None, D(12), False),
    ]
    assert "There was nothing to copy" in text_of(browser.post(HERE, {"copy": "2026-12-14"}, follow=True))


def test_the_grid_of_a_person_takes_their_clients(
    acme: Client, ana: User, owner: User, outsider: User, sign_in: Any
) -> None:
    bolt = make_client("BOLT", owner=owner, name="Bolt")
    there = "/financials/capacity/plan/?person=ana@x.example&from=2026-12-07"
    page = sign_in(owner).get(there)
    assert "24 hours planned for Ana Silva in 8 weeks" in text_of(page)
    body = {"h1_1": "9", "place1": f"{bolt.pk}|", "kind1": "firm"}
    assert sign_in(owner).post(there, body).status_code == 302
    assert Allocation.objects.get(client=bolt).person == ana
    assert sign_in(outsider).get(there).status_code == 404
    assert sign_in(owner).get("/financials/capacity/plan/?person=nobody@x.example").status_code == 404


def test_a_padded_number_plans_for_nobody_elses_client(acme: Client, ana: User, owner: User, sign_in: Any) -> None:
    """Read in part it was a client in sight, read whole another: what is checked is what is written."""
    client = Client.objects.create(key="LONG", name="Long", pk=acme.pk * 10 + 7)
    padded = f"{acme.pk:018d}7"
    assert int(padded) == client.pk
    body = {"who1": str(ana.pk), "place1": f"{padded}|", "kind1": "firm", "h1_0": "8"}
    answer = sign_in(owner).post(HERE, body)
    assert answer.status_code == 422
    assert "choose a contract or client for it" in text_of(answer)
    assert not Allocation.objects.filter(client=client).exists()
