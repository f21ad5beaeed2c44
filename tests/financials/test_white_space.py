"""The white space: states read from contracts and deals, potential net of people and margin, a cell made a deal."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.calc.offerings import BadRoles, Catalogue, read_roles, write_roles
from accounts.models import BusinessUnit, Offering, Opportunity, Stage, WhiteSpaceCell
from common.models import AuditEntry
from common.periods import month_of
from financials.calc.white_space import Known, Sale, needs_of, open_of, reach, shares_of, state_of, sum_of
from financials.models import Allocation, ScheduleLine
from financials.queries.basis import load_basis
from financials.queries.white_space import load_book
from financials.queries.white_space_page import load_grid, load_rollup
from people.models import User
from portfolio.imports.runner import load_rows
from tests.makers import make_client, make_contract, make_opportunity, make_user

D = Decimal
CENT = D("0.01")


def test_states_are_computed_before_anybodys_word() -> None:
    """active, in pipeline, potential, blank, blocked, competitor."""
    assert state_of(Known(hand="blocked", contracts=1, deals=1)) == "active"
    assert state_of(Known(hand="potential", deals=1)) == "pipeline"
    assert [state_of(Known(hand=hand)) for hand in ("potential", "blocked", "competitor", "")] == [
        "potential",
        "blocked",
        "competitor",
        "blank",
    ]


def test_penetration_is_active_over_not_blocked() -> None:
    """Of ten cells two are blocked and three run: 3 ÷ 8 = 37.5%. All blocked: no ratio."""
    cells = [Known(contracts=1, active=D(100))] * 3 + [Known(hand="blocked")] * 2 + [Known()] * 5
    found = sum_of([(cell, reach(cell, Sale(), {}, CENT)) for cell in cells])
    assert (found.cells, found.active_cells, found.blocked, found.penetration) == (10, 3, 2, D("0.375"))
    blocked = Known(hand="blocked", potential=D(500))
    assert sum_of([(blocked, reach(blocked, Sale(), {}, CENT))]).penetration is None
    assert open_of(blocked) == 0


def test_potential_is_net_of_what_people_and_margin_allow() -> None:
    """300,000 less 100,000 that run and 50,000 in the pipeline: 150,000 open. At 50,000 a sale that are three sales of
    400 designer hours, 600 of them in 26 weeks; 300 are free: half of it is within reach, and leaves 40%.
    """
    cell = Known("potential", D(300_000), 1, D(100_000), 1, D(50_000))
    sale = Sale(D(50_000), D("0.40"), {"Designer": D(400)})
    assert open_of(cell) == 150_000
    assert needs_of(D(150_000), sale) == {"Designer": D(600)}
    shares = shares_of([needs_of(D(150_000), sale)], {"Designer": D(300)})
    assert shares == {"Designer": D("0.5")}
    found = reach(cell, sale, shares, CENT)
    assert (found.left, found.people, found.allowed) == (D(150_000), D("0.5"), True)
    assert (found.reachable, found.contribution) == (D("75000.00"), D("30000.00"))
    thin = reach(cell, Sale(D(50_000), D("0.15"), {"Designer": D(400)}), shares, CENT)
    assert (thin.allowed, thin.reachable, thin.contribution) == (False, D(0), D(0))
    one = sum_of([(cell, found)])
    assert one.worth == D("0.333333")


def test_unknown_is_not_zero() -> None:
    priced = Sale(D(50_000), None, {"Designer": D(400)})
    said = Known("potential", D(300_000))
    assert reach(said, priced, {"Designer": D(1)}, CENT).contribution is None  # no margin: allowed, worth unknown
    assert reach(said, Sale(None, D("0.4"), {"Designer": D(4)}), {}, CENT).reachable is None  # no price: no hours
    assert reach(said, priced, {"Designer": None}, CENT).reachable is None  # whose hours nobody knows
    assert reach(said, Sale(), {}, CENT).reachable == D("300000.00")  # takes nobody's hours
    assert open_of(Known("potential")) is None
    found = sum_of([(Known("potential"), reach(Known("potential"), Sale(), {}, CENT))])
    assert (found.unknown, found.worth, found.left) == (1, None, None)
    assert shares_of([{"Fellow": D(10)}], {}) == {"Fellow": D(0)}  # a role nobody has


def test_no_hour_is_promised_twice() -> None:
    for seed in range(200):
        dice = random.Random(seed)  # no secret
        needs = [{role: D(dice.randint(0, 900)) for role in "AB"} for _ in range(dice.randint(1, 9))]
        free = {"A": D(dice.randint(-50, 2000)), "B": D(dice.randint(0, 500))}
        shares = shares_of(needs, free)
        for role, share in shares.items():
            assert share is not None
            assert 0 <= share <= 1
            assert sum(need[role] for need in needs) * share <= max(free[role], D(0)) + D("0.0001"), seed


def test_roles_and_names_are_read_one_way() -> None:
    assert write_roles(read_roles("Designer:300;  Writer : 120.50 ")) == "Designer: 300; Writer: 120.5"
    for bad in ("Designer", "Designer: many", ": 5", "Designer: 0", "A: 1; A: 2", "A: NaN", "A: -1", "A: 1e9"):
        with pytest.raises(BadRoles):
            read_roles(bad)
    catalogue = Catalogue([(1, "crm", "CRM and loyalty"), (2, "media", "Media"), (3, "media-2", "media")])
    assert [catalogue.meant_by(word) for word in ("crm", "crm AND loyalty ", "media", "MEDIA", "")] == [
        1,
        1,
        2,
        None,  # two of that name
        None,
    ]


@pytest.fixture
def mapped(owner: User, manager: User) -> dict[str, Any]:
    """Two units and three offerings: one cell runs, one has a deal, one is possible, one blocked, two blank."""
    client = make_client("HAL", owner=owner, members=(manager,))
    media = Offering.objects.create(
        key="media", name="Media", price=D(50_000), currency="USD", margin=D("0.4"), roles="Designer: 400"
    )
    crm = Offering.objects.create(key="crm", name="CRM and loyalty", margin=D("0.1"))
    film = Offering.objects.create(key="film", name="Film")
    retail = BusinessUnit.objects.create(client=client, key="RET", name="Retail", spend=D(400_000), currency="USD")
    cargo = BusinessUnit.objects.create(client=client, key="CAR", name="Cargo", owner=manager)
    today = timezone.now().date()
    contract = make_contract(
        client, number="S1", title="Always-on", offering="media", business_unit=retail,
        start=today - timedelta(days=40), end=today + timedelta(days=400),
    )  # fmt: skip
    ScheduleLine.objects.create(contract=contract, month=month_of(today), amount=D(100_000))
    make_opportunity(
        client, key="D1", name="Relaunch", offering="crm AND loyalty", business_unit=retail, amount=D(70_000)
    )
    shared = {"currency": "USD", "judged_on": today, "judged_by": owner}
    WhiteSpaceCell.objects.create(
        unit=retail, offering=media, state="competitor", why="Rival", amount=D(300_000), **shared
    )
    WhiteSpaceCell.objects.create(unit=cargo, offering=media, state="potential", amount=D(150_000), **shared)
    WhiteSpaceCell.objects.create(unit=cargo, offering=crm, state="blocked", why="No budget", judged_on=today)
    designer = make_user("delivery", name="Dee", discipline="Designer", weekly_hours=D(10))
    for week in range(26):  # all but half a day a week is planned, so little is free
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=week)
        Allocation.objects.create(person=designer, client=client, week=monday, hours=D(0) if week else D(1))
    return {"client": client, "media": media, "crm": crm, "film": film, "retail": retail, "cargo": cargo}


def test_the_grid_reads_contracts_and_deals(mapped: dict[str, Any], owner: User, sign_in: Any) -> None:
    page = load_grid(owner, mapped["client"], timezone.now())
    states = {cell.name: cell.state for row in page.rows for cell in row.cells if cell}
    assert states == {
        "Cargo, CRM and loyalty": "blocked",
        "Cargo, Film": "blank",
        "Cargo, Media": "potential",
        "Retail, CRM and loyalty": "pipeline",
        "Retail, Film": "blank",
        "Retail, Media": "active",
    }
    assert page.total.figures["penetration"].value == D("0.2")  # 1 of 5 not blocked
    assert page.total.figures["left"].value == D(350_000)  # 300 − 100, and 150
    retail = next(row for row in page.rows if row.name == "Retail")
    assert (retail.share, retail.overrun) == (D("0.25"), False)  # 100,000 of 400,000 they spend
    active = next(cell for row in page.rows for cell in row.cells if cell and cell.state == "active")
    assert active.conflict == "Rival holds part of it"
    assert [cell.name for cell in page.listed][:2] == ["Retail, Media", "Cargo, Media"]  # the most within reach first
    text = sign_in(owner).get("/clients/HAL/white-space/").content.decode()
    assert "1 of 5 cells sold" in text
    for figure in (*page.total.figures.values(), active.reachable, active.left):
        answer = sign_in(owner).get(f"/figures/{figure.id}/")
        assert answer.status_code == 200, figure.id
    told = sign_in(owner).get(f"/figures/{active.reachable.id}/").content.decode()
    assert "open potential × the part there are people for" in told
    assert "Designer: needs" in told


def test_one_client_and_the_roll_up_say_the_same(mapped: dict[str, Any], owner: User) -> None:
    other = make_client("OTH", owner=owner)
    unit = BusinessUnit.objects.create(client=other, key="O-U", name="All")
    WhiteSpaceCell.objects.create(
        unit=unit, offering=mapped["media"], state="potential", amount=D(900_000), currency="USD",
        judged_on=timezone.now().date(),
    )  # fmt: skip
    grid = load_grid(owner, mapped["client"], timezone.now())
    page = load_rollup(owner, timezone.now())
    row = next(row for row in page.rows if row.key == "HAL")
    assert {name: one.value for name, one in row.figures.items()} == {
        name: one.value for name, one in grid.total.figures.items()
    }
    by = load_rollup(owner, timezone.now(), by="offering")
    for name in ("active", "left", "reachable"):
        whole = page.total.figures[name].value
        assert sum(line.figures[name].value or 0 for line in page.rows) == whole, name
        assert sum(line.figures[name].value or 0 for line in by.rows) == whole, name
    assert 0 < (page.total.figures["reachable"].value or 0) < (page.total.figures["left"].value or 0)


def test_a_cell_becomes_a_deal_in_one_click_and_only_one(mapped: dict[str, Any], manager: User, sign_in: Any) -> None:
    Stage.objects.create(name="Lead", position=1, probability=D("0.1"), category="pipeline")
    browser, unit, media = sign_in(manager), mapped["cargo"], mapped["media"]
    url = f"/clients/HAL/white-space/{unit.pk}/{media.pk}/pursue/"
    first = browser.post(url)
    deal = Opportunity.objects.get(business_unit=unit)
    assert first.headers["Location"] == f"/opportunities/{deal.key}/"
    assert (deal.name, deal.amount, deal.currency, deal.stage) == ("Media for Cargo", D(150_000), "USD", "Lead")
    assert (deal.probability, deal.category, deal.offering, deal.owner) == (D("0.1"), "pipeline", "media", manager)
    assert AuditEntry.objects.filter(object_kind="opportunity", object_id=str(deal.pk), verb="added").count() == 1
    again = browser.post(url)
    assert (again.headers["Location"], Opportunity.objects.filter(business_unit=unit).count()) == (
        f"/opportunities/{deal.key}/",
        1,
    )
    book = load_book(manager, load_basis(manager, now=timezone.now()), timezone.now().date())
    assert state_of(book.cells[unit.pk, media.pk]) == "pipeline"
    blocked = browser.post(f"/clients/HAL/white-space/{unit.pk}/{mapped['crm'].pk}/pursue/", follow=True)
    assert "No new deal: it is blocked: No budget." in blocked.content.decode()


def test_two_people_judge_one_cell_and_no_word_is_lost(mapped: dict[str, Any], owner: User, sign_in: Any) -> None:
    url = f"/clients/HAL/white-space/{mapped['retail'].pk}/{mapped['film'].pk}/"
    browser = sign_in(owner)
    assert browser.post(url, {"state": "potential", "note": "First", "version": ""}).status_code == 302
    clash = browser.post(url, {"state": "potential", "note": "Second, who saw none", "version": ""})
    assert (clash.status_code, WhiteSpaceCell.objects.get(offering=mapped["film"]).note) == (409, "First")
    assert "Second, who saw none" in clash.content.decode()
    bad = browser.post(url, {"state": "blocked", "version": "1"})
    assert bad.status_code == 422
    assert "What blocks it?" in bad.content.decode()
    assert browser.post(url, {"state": "active", "version": "1"}).status_code == 422  # never typed


def rows(kind: str, *given: dict[str, str]) -> Any:
    return load_rows(kind, list(given), actor="test", now=timezone.now(), file_name="test")


def test_files_say_what_is_wrong_and_change_nothing_twice(mapped: dict[str, Any], owner: User) -> None:
    make_client("OTH", owner=owner)
    units = ({"key": "A", "client": "HAL", "name": "Air"}, {"key": "B", "client": "HAL", "name": "Belt", "parent": "A"})
    assert rows("business_units", *units[::-1]).created == 2
    assert rows("business_units", *units).unchanged == 2
    wrong = rows(
        "business_units",
        {"key": "C", "client": "OTH", "name": "C", "parent": "A"},
        {"key": "A", "client": "OTH", "name": "Air"},
        {"key": "E", "client": "HAL", "name": "E", "spend": "5"},
    )
    assert [reason for _, reason in wrong.rejects] == [
        "parent: “A” is a unit of another client",
        "client: a unit stays with its client; give the other client one of its own",
        "spend without a currency",
    ]
    cell = {"unit": "A", "offering": "CRM and loyalty", "state": "blocked", "why": "Frozen"}
    assert rows("whitespace", cell).created == 1
    assert rows("whitespace", cell).unchanged == 1
    bad = rows("whitespace", {**cell, "state": "active"}, {**cell, "unit": "B", "why": ""}, {**cell, "unit": "NO"})
    assert "“active” is none of potential, blocked, competitor" in bad.rejects[0][1]
    assert [reason for _, reason in bad.rejects[1:]] == [
        "why: say what blocks it, or which competitor has it",
        "unit “NO” is unknown",
    ]
    offering = {"key": "x", "name": "X", "price": "0", "currency": "USD"}
    assert "above zero" in rows("offerings", offering).rejects[0][1]
    deal = {"key": "D9", "client": "OTH", "name": "N", "stage": "Lead", "business_unit": "A"}
    assert rows("opportunities", deal).rejects[0][1] == "business_unit: “A” is no unit of this client"


def test_a_deal_that_moves_to_another_client_leaves_its_unit(mapped: dict[str, Any], owner: User) -> None:
    make_client("OTH", owner=owner)
    assert rows("opportunities", {"key": "D1", "client": "OTH", "name": "Relaunch", "stage": "Lead"}).updated == 1
    assert Opportunity.objects.get(key="D1").business_unit is None


def test_contracts_count_by_their_own_word_their_deals_or_what_they_change(mapped: dict[str, Any], owner: User) -> None:
    client, cargo, film, today = mapped["client"], mapped["cargo"], mapped["film"], timezone.now().date()
    WhiteSpaceCell.objects.all().delete()

    def state(offering: Offering) -> str:
        book = load_book(owner, load_basis(owner, now=timezone.now()), today)
        return state_of(book.cells[cargo.pk, offering.pk])

    deal = make_opportunity(client, key="D2", stage="won", outcome="won", offering="film", business_unit=cargo)
    ends = {"start": today - timedelta(days=9), "end": today + timedelta(days=9)}
    made = make_contract(client, number="S2", opportunity=deal, **ends)
    assert state(film) == "active"
    made.status = "draft"
    made.save()
    order = make_contract(client, number="S2-CO", kind="change_order", parent=made, status="signed", **ends)
    assert state(film) == "active"
    order.end = today - timedelta(days=1)
    order.save()
    assert state(film) == "blank"


def test_rest_reads_writes_and_refuses(mapped: dict[str, Any], owner: User, manager: User) -> None:
    from rest_framework.test import APIClient

    from people.actions import issue_token

    def api(user: User) -> APIClient:
        made = issue_token(user=user, name="t", scopes=["*"], days=1, actor=user.email, now=timezone.now())
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.plain}")
        return client

    mine = api(manager)
    made = mine.post("/api/v1/whitespace/", {"unit": "CAR", "offering": "film", "state": "potential"}, format="json")
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["client"], body["key"], body["judged_by"]) == ("HAL", "CAR|film", manager.email)
    stale = mine.patch(f"/api/v1/whitespace/{body['id']}/", {"note": "x"}, format="json", HTTP_IF_MATCH='"99"')
    assert stale.status_code == 412
    assert mine.post("/api/v1/offerings/", {"key": "z", "name": "Z"}, format="json").status_code == 403
    assert api(owner).delete(f"/api/v1/offerings/{mapped['media'].pk}/").status_code == 409  # cells name it
    report = mine.get("/api/v1/reports/white-space/?group_by=offering").json()
    row = next(one for one in report["rows"] if one["offering"] == "media")
    assert [row[name] for name in ("cells", "sold", "penetration", "active")] == [2, 1, "0.500000", "100000.00"]


def test_what_nobody_pursues_asks_for_attention(mapped: dict[str, Any], owner: User, sign_in: Any) -> None:
    WhiteSpaceCell.objects.filter(unit=mapped["cargo"]).update(judged_on=date(2026, 1, 5))
    text = sign_in(owner).get("/").content.decode().replace("\xa0", " ")
    assert "Media for Cargo: $150.0k a year nobody pursues" in text
    make_opportunity(mapped["client"], key="D3", offering="MEDIA", business_unit=mapped["cargo"])
    assert "nobody pursues" not in sign_in(owner).get("/").content.decode()
