"""REST, reading: who may, what is absent, pages, filters, ETags, problems. Over HTTP, with real tokens."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from people.actions import issue_token
from people.models import User
from tests.makers import make_client, make_contact, make_contract, make_opportunity, make_stakeholding, make_user

API = "/api/v1"


def bearer(user: User, *scopes: str, days: int = 1) -> dict[str, str]:
    issued = issue_token(
        user=user, name="test", scopes=list(scopes) or ["*"], days=days, actor="test", now=timezone.now()
    )
    return {"Authorization": f"Bearer {issued.plain}"}


def get(user: User | None, path: str, *scopes: str, **headers: str) -> Any:
    given = bearer(user, *scopes) if user else {}
    return Browser().get(f"{API}{path}", headers={**given, **headers})


@pytest.mark.parametrize("path", ["/clients/", "/contacts/1/", "/reports/pnl/", "/figures/pnl.net_revenue/"])
def test_without_a_token_it_is_401_as_a_problem(db: None, path: str) -> None:
    response = get(None, path)
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["title"] == "Sign in with a bearer token"


def test_a_wrong_expired_or_foreign_token_is_401(owner: User) -> None:
    good = bearer(owner)["Authorization"]
    for bad in ("Bearer pr_nonsense", "Bearer other", good[:-1] + ("0" if good[-1] != "0" else "1")):
        assert Browser().get(f"{API}/clients/", headers={"Authorization": bad}).status_code == 401
    owner.auth_token_set.update(expiry=timezone.now() - timedelta(seconds=1))
    assert Browser().get(f"{API}/clients/", headers={"Authorization": good}).status_code == 401


def test_a_token_in_the_address_is_no_token(owner: User) -> None:
    token = bearer(owner)["Authorization"].split()[1]
    assert Browser().get(f"{API}/clients/?access_token={token}").status_code == 401


def test_the_scope_is_needed(owner: User) -> None:
    assert get(owner, "/clients/", "read:contacts").status_code == 403
    assert "read:clients" in get(owner, "/clients/", "read:contacts").json()["detail"]
    assert get(owner, "/clients/", "read:clients").status_code == 200


def test_only_hashes_are_stored(owner: User) -> None:
    plain = bearer(owner)["Authorization"].split()[1]
    row = owner.auth_token_set.values().get()
    assert plain not in str(row)


def test_a_list_shows_what_is_in_sight_and_a_client_has_18_fields(owner: User, outsider: User) -> None:
    make_client("A", owner=owner, name="Alpha", country="GB-ENG", tier="key")
    make_client("B", owner=outsider)
    body = get(owner, "/clients/").json()
    assert [row["key"] for row in body["results"]] == ["A"]
    assert (body["next"], body["previous"]) == (None, None)
    row = body["results"][0]
    assert len(row) == 18
    assert isinstance(row["id"], str)
    assert (row["name"], row["parent"], row["owner_email"]) == ("Alpha", None, "owner@example.com")
    assert row["version"] == 1


def test_out_of_sight_is_404_the_same_as_missing(owner: User, outsider: User) -> None:
    hidden = make_client("B", owner=outsider)
    foreign = get(owner, f"/clients/{hidden.pk}/")
    missing = get(owner, "/clients/999999999/")
    odd = get(owner, "/clients/abc/")
    nowhere = get(owner, "/no-such-thing/")
    assert {r.status_code for r in (foreign, missing, odd, nowhere)} == {404}
    assert foreign.content == missing.content == odd.content == nowhere.content


def test_cursor_pages_go_forth_and_back_and_show_each_row_once(owner: User) -> None:
    for number in range(7):
        make_client(f"C{number}", owner=owner, name=f"Same {number % 2}")
    headers = bearer(owner)
    address = f"{API}/clients/?page_size=3&ordering=-name&fields=key"
    seen, last = [], ""
    while address:
        page = Browser().get(address, headers=headers).json()
        seen += [row["key"] for row in page["results"]]
        last, address = address, page["next"]
    assert seen == ["C5", "C3", "C1", "C6", "C4", "C2", "C0"]
    page = Browser().get(last, headers=headers).json()
    back = Browser().get(page["previous"], headers=headers).json()
    assert [row["key"] for row in back["results"]] == ["C6", "C4", "C2"]
    first = Browser().get(back["previous"], headers=headers).json()
    assert [row["key"] for row in first["results"]] == ["C5", "C3", "C1"]
    assert first["previous"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("page_size=0", "?page_size"),
        ("page_size=1000000000", "?page_size"),
        ("ordering=password", "?ordering"),
        ("fields=nothing", "?fields=nothing"),
        ("owner__password=x", "?owner__password"),
        ("fiscal_year_start=april", "?fiscal_year_start"),
    ],
)
def test_odd_parameters_are_named(owner: User, query: str, pointer: str) -> None:
    response = get(owner, f"/clients/?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("cursor", ["x", "e30=", "WyJhIiwgImIiLCB0cnVlXQ==", "%00"])
def test_a_cursor_of_ones_own_making_is_refused(owner: User, cursor: str) -> None:
    assert get(owner, f"/clients/?cursor={cursor}").status_code == 400


def test_filters_search_and_unknown(owner: User) -> None:
    make_client("A", owner=owner, name="Alpha", tier="key")
    make_client("B", owner=owner, name="Beta")

    def keys(query: str) -> list[str]:
        return [row["key"] for row in get(owner, f"/clients/?{query}").json()["results"]]

    assert keys("tier=key") == ["A"]
    assert keys("tier=") == ["B"]
    assert keys("q=bet") == ["B"]
    assert keys("owner_email=owner@example.com") == ["A", "B"]
    assert keys("parent=A") == []


def test_stance_is_absent_for_roles_without_it(owner: User, finance: User) -> None:
    client = make_client("A", owner=owner)
    make_stakeholding(client, contact=make_contact(client, key="P"), power=5, stance=-1)
    assert get(owner, "/contacts/?key=P").json()["results"][0]["stance"] == -1
    row = get(finance, "/contacts/?key=P").json()["results"][0]
    assert "stance" not in row
    assert row["power"] == 5
    assert get(finance, "/contacts/?stance=-1").status_code == 400
    assert get(finance, "/contacts/?fields=stance").status_code == 400


def test_who_judged_a_contact_and_when_are_of_the_same_class(owner: User, finance: User, sign_in: Any) -> None:
    client = make_client("A", owner=owner)
    made = {"judged_on": date(2026, 9, 14), "judged_by": "owner@example.com", "power": 5}
    make_stakeholding(client, contact=make_contact(client, key="P"), **made)
    row = get(owner, "/contacts/?key=P").json()["results"][0]
    assert (row["judged_on"], row["judged_by"]) == ("2026-09-14", "owner@example.com")
    row = get(finance, "/contacts/?key=P").json()["results"][0]
    assert {"judged_on", "judged_by"} & row.keys() == set()
    assert get(finance, "/contacts/?judged_by=owner@example.com").status_code == 400
    assert "14 Sep" in sign_in(owner).get("/clients/A/stakeholders/?view=list").text
    stake = client.stakeholdings.get()
    for query in ("?view=list", f"?person={stake.pk}", "?view=power"):
        page = sign_in(finance).get(f"/clients/A/stakeholders/{query}").text
        assert "14 Sep" not in page
        assert "13 Mar" not in page  # 180 days after
        assert "Judged" not in page
        assert "xpired" not in page


def test_a_contact_is_listed_once_and_with_its_own_clients_judgement(owner: User, outsider: User) -> None:
    mine, other = make_client("A", owner=owner), make_client("B", owner=outsider)
    contact = make_contact(mine, key="P")
    make_stakeholding(mine, contact=contact, power=3)
    make_stakeholding(other, contact=contact, power=5)
    assert [row["power"] for row in get(owner, "/contacts/").json()["results"]] == [3]


def test_legal_reads_contracts_and_no_more(owner: User, legal: User) -> None:
    client = make_client("A", owner=owner)
    make_contract(client, number="SOW-A")
    make_opportunity(client)
    assert [row["number"] for row in get(legal, "/contracts/").json()["results"]] == ["SOW-A"]
    for path in ("/contacts/", "/opportunities/", "/ledger-entries/", "/reports/pnl/"):
        assert get(legal, path).status_code == 403, path


def test_administrators_see_no_client(owner: User, administrator: User) -> None:
    make_client("A", owner=owner)
    assert get(administrator, "/clients/").status_code == 403


def test_amounts_are_decimal_text_and_dates_iso(owner: User) -> None:
    client = make_client("A", owner=owner)
    make_contract(client, number="SOW-A", amount=Decimal("100000.05"), start=date(2026, 1, 15), end=None)
    row = get(owner, "/contracts/?number=SOW-A").json()["results"][0]
    assert (row["amount"], row["currency"]) == ("100000.0500", "USD")
    assert (row["start"], row["end"]) == ("2026-01-15", None)


def test_an_etag_saves_the_second_reading(owner: User) -> None:
    client = make_client("A", owner=owner)
    first = get(owner, f"/clients/{client.pk}/")
    assert first["ETag"] == f'"{client.pk}-1"'
    again = get(owner, f"/clients/{client.pk}/", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_rate_is_said_in_headers(owner: User) -> None:
    response = get(owner, "/clients/")
    assert response["RateLimit-Limit"] == "600"
    assert 0 <= int(response["RateLimit-Remaining"]) < 600


def test_a_token_sees_a_change_of_role_at_once(owner: User) -> None:
    make_client("A", owner=owner)
    headers = bearer(owner)
    assert Browser().get(f"{API}/clients/", headers=headers).status_code == 200
    User.objects.filter(pk=owner.pk).update(role="administrator")
    assert Browser().get(f"{API}/clients/", headers=headers).status_code == 403
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert Browser().get(f"{API}/clients/", headers=headers).status_code == 401


def test_team_members_see_their_clients_only(owner: User) -> None:
    consultant = make_user("delivery")
    make_client("A", owner=owner, members=(consultant,))
    make_client("B", owner=owner)
    assert [row["key"] for row in get(consultant, "/clients/").json()["results"]] == ["A"]
