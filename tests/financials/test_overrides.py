"""A person's own figure: entered by file or REST, its own layer, expired, revoked, spread over a portfolio."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client
from common import jobs
from common.figures import explain
from common.models import AuditEntry, ClosedPeriod, Job
from financials.actions.overrides import Wanted, forget_expired, make_override, revoke_override
from financials.models import ForecastLine, ForecastOverride, ForecastRun
from people.actions import issue_token
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.financials.test_recompute import dirty
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db

DEC = date(2026, 12, 1)
SOON = (timezone.now() + timedelta(days=20)).date()


@pytest.fixture
def alder(owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """31,000 contracted in December 2026."""
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)
    client = make_client("ALDER", owner=owner)
    make_contract(client, number="A-1", amount=D(365000))
    post(client, "gross_revenue", "31000")
    dirty(client)
    jobs.work("recompute")
    return client


def wanted(client: Client | None, **changes: Any) -> Wanted:
    values: dict[str, Any] = {
        "client_id": client.pk if client else None, "level": "director", "first": DEC, "last": DEC, "currency": "USD",
        "amount": D(40000), "delta": None, "reason": "CFO signals more", "expires_on": date(2026, 12, 31),
    }  # fmt: skip
    return Wanted(**values | changes)


def layer(client: Client) -> list[tuple[str, D]]:
    rows = ForecastLine.objects.filter(run__client=client, run__is_current=True, layer="override").order_by("month")
    return [(f"{month:%Y-%m}", amount) for month, amount in rows.values_list("month", "amount")]


def test_a_figure_becomes_a_layer_of_its_own(alder: Client, owner: User) -> None:
    made = make_override(wanted=wanted(alder), author=owner, now=NOW)
    jobs.work("recompute")
    assert layer(alder) == [("2026-12", D("9000.0000"))]
    line = ForecastLine.objects.get(layer="override", run__is_current=True)
    assert line.override == made
    entry = AuditEntry.objects.get(object_kind="override")
    assert (entry.verb, entry.actor, entry.client_id) == ("added", owner.email, alder.pk)
    assert entry.changes["reason"] == [None, "CFO signals more"]
    told = explain(owner, f"override.given:key={made.key}", now=NOW)
    assert [one.value for one in told.inputs] == [D(40000), D("9000.0000")]  # 31,000 without it
    assert told.notes[0] == "CFO signals more"


def test_revoked_it_leaves_the_runs_to_come_and_stays_to_be_seen(alder: Client, owner: User) -> None:
    made = make_override(wanted=wanted(alder), author=owner, now=NOW)
    jobs.work("recompute")
    assert revoke_override(override=made, why="he changed his mind", actor=owner.email, now=NOW)
    assert not revoke_override(override=made, why="again", actor=owner.email, now=NOW)
    jobs.work("recompute")
    assert layer(alder) == []
    kept = ForecastOverride.objects.get()
    assert (kept.revoked_by, kept.revoked_why) == (owner.email, "he changed his mind")
    assert ForecastLine.objects.filter(layer="override").count() == 1  # in the run that stood then


def test_expired_it_is_in_no_new_run_and_time_alone_queues_one(alder: Client, owner: User) -> None:
    make_override(wanted=wanted(alder, expires_on=NOW.date()), author=owner, now=NOW)
    jobs.work("recompute")
    assert layer(alder) == [("2026-12", D("9000.0000"))]
    assert forget_expired(now=NOW + timedelta(days=1)) == 0  # it is still that day west of here
    later = NOW + timedelta(days=2)
    assert forget_expired(now=later) == 1
    assert forget_expired(now=later) == 0  # it waits already
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("financials.jobs.utc_now", lambda: later)
        jobs.work("recompute")
    assert layer(alder) == []


def test_a_month_that_began_queues_the_runs_of_the_last(alder: Client) -> None:
    assert forget_expired(now=NOW.replace(month=12, day=1)) == 0
    assert forget_expired(now=NOW.replace(month=12, day=2)) == 1


def test_a_formula_that_changed_queues_the_runs_of_before(alder: Client) -> None:
    assert forget_expired(now=NOW) == 0
    ForecastRun.objects.filter(client=alder).update(formula_version=1)
    assert forget_expired(now=NOW) == 1
    jobs.work("recompute")
    assert forget_expired(now=NOW) == 0


def test_a_portfolios_figure_is_spread_over_its_clients_to_the_cent(alder: Client, owner: User) -> None:
    birch = make_client("BIRCH", owner=owner)
    make_contract(birch, number="B-1", amount=D(730000))
    post(birch, "gross_revenue", "1")
    dirty(birch)
    jobs.work("recompute")
    # 31,000 + 62,000 = 93,000; called at 100,000: 7,000, a third and two thirds.
    whole = make_override(wanted=wanted(None, amount=D(100000)), author=owner, now=NOW)
    jobs.work("recompute")
    assert layer(alder) == [("2026-12", D("2333.3300"))]
    assert layer(birch) == [("2026-12", D("4666.6700"))]
    revoke_override(override=whole, why="over", actor=owner.email, now=NOW)
    jobs.work("recompute")
    assert (layer(alder), layer(birch)) == ([], [])


BODY: dict[str, Any] = {
    "key": "O-1", "client": "ALDER", "level": "director", "from": "2026-12", "to": "2027-01", "amount": "70000",
    "currency": "USD", "reason": "A second wave", "expires_on": SOON.isoformat(),
}  # fmt: skip


def rest(user: User) -> Browser:
    made = issue_token(user=user, name="t", scopes=["*"], days=1, actor="x", now=timezone.now())
    return Browser(headers={"Authorization": f"Bearer {made.plain}"})


def send(user: User, body: dict[str, Any], method: str = "post", pk: str = "") -> Any:
    path = f"/api/v1/overrides/{pk + '/' if pk else ''}"
    return getattr(rest(user), method)(path, json.dumps(body), content_type="application/json")


def test_over_rest_it_is_entered_listed_and_revoked(alder: Client, owner: User) -> None:
    answer = send(owner, BODY)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["author"], made["amount"], made["from"]) == (owner.email, "70000.0000", "2026-12")
    assert Job.objects.filter(kind="recompute", object_ref=f"client:{alder.pk}").count() == 2
    changed = send(owner, {"amount": "1"}, "patch", made["id"])
    assert changed.status_code in (400, 422)
    assert "revoke it" in changed.content.decode()
    assert rest(owner).delete(f"/api/v1/overrides/{made['id']}/").status_code == 204
    kept = rest(owner).get(f"/api/v1/overrides/{made['id']}/").json()
    assert kept["revoked_by"] == owner.email


def test_a_manager_enters_a_managers_figure_only(alder: Client, owner: User) -> None:
    manager = make_user("account_manager")
    alder.members.create(person=manager)
    refused = send(manager, BODY)
    assert refused.status_code in (400, 422)
    assert "not yours to enter" in refused.content.decode()
    assert send(manager, {**BODY, "level": "manager"}).status_code == 201
    send(owner, {**BODY, "key": "O-2"})
    directors = ForecastOverride.objects.get(key="O-2")
    assert rest(manager).delete(f"/api/v1/overrides/{directors.pk}/").status_code == 403


def test_out_of_sight_is_as_missing(alder: Client, owner: User, outsider: User) -> None:
    made = make_override(wanted=wanted(alder), author=owner, now=NOW)
    assert rest(outsider).get(f"/api/v1/overrides/{made.pk}/").status_code == 404
    assert rest(outsider).get("/api/v1/overrides/").json()["results"] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"delta": "5"}, "give one of them"),
        ({"amount": None}, "give one of them"),
        ({"to": "2026-11"}, "to lies before from"),
        ({"from": "2026-09", "to": "2026-10"}, "to lies in a closed month"),
        ({"expires_on": "2026-01-01"}, "expires_on has passed"),
        ({"client": "NOPE"}, "unknown"),
    ],
)
def test_what_cannot_be_entered_says_why(alder: Client, owner: User, changes: dict[str, Any], words: str) -> None:
    answer = send(owner, {**BODY, **changes})
    assert answer.status_code in (400, 422)
    assert words in answer.content.decode()
    assert not ForecastOverride.objects.exists()


def test_a_figure_of_closed_months_is_refused_on_the_page_and_one_that_reaches_further_is_kept(
    alder: Client, owner: User, sign_in: Any
) -> None:
    typed = {
        "first": "2026-09", "last": "2026-10", "level": "director", "amount": "5", "currency": "USD", "reason": "x",
        "expires_on": "2099-01-01",
    }  # fmt: skip
    refused = sign_in(owner).post("/forecast/override/?client=ALDER", typed)
    assert refused.status_code == 422
    assert "This month is closed" in refused.content.decode()
    assert not ForecastOverride.objects.exists()
    assert sign_in(owner).post("/forecast/override/?client=ALDER", {**typed, "last": "2026-11"}).status_code == 302
    kept = ForecastOverride.objects.get()
    ClosedPeriod.objects.create(month=date(2026, 11, 1), closed_at=NOW, closed_by="f")
    changed = send(owner, {"reason": "said better"}, "patch", str(kept.pk))
    assert (changed.status_code, changed.json()["reason"]) == (200, "said better")  # it stands
