"""S2: totals, counts, order and ETags of an outsider are the same with and without somebody else's records."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sweeps.withheld import body_of, text_of
from tests.sweeps.world import World, build_book

ADDRESSES = (
    "/",
    "/export/clients.csv",
    "/clients/",
    "/clients/?sort=-name",
    "/clients/?format=csv",
    "/pipeline/",
    "/pipeline/?sort=-amount",
    "/pipeline/?outcome=&format=csv",
    "/contracts/",
    "/contracts/?format=csv",
    "/financials/pnl/",
    "/financials/pnl/?against=prior_year&group=quarter",
    "/financials/entries/",
    "/financials/entries/?format=csv",
    "/forecast/",
    "/forecast.csv",
    "/reviews/",
    "/audit/",
    "/jobs/",
    "/imports/",
    "/new/client/",
    "/new/opportunity/",
    "/new/review/",
    "/search/?q=hidden",
    "/search/?q=HID",
    "/figures/pnl.net_revenue:from=2026-01;to=2026-10/",
    "/figures/pipeline.weighted/",
    "/figures/forecast.total:from=2026-01;to=2026-12/",
)
API = (
    "clients/?ordering=-name",
    "clients/?page_size=1",
    "contacts/",
    "contracts/?ordering=-start",
    "opportunities/",
    "opportunities/?q=Qv",
    "ledger-entries/?ordering=-month",
    "reports/pnl/?group_by=client,month",
    "reports/pnl/?group_by=tier&format=csv",
)
_ANYTIME = re.compile(r'nonce="[^"]*|csrfmiddlewaretoken" value="[^"]*|X-CSRFToken": "[^"]*|\d\d:\d\d|"as_of":"[^"]*')


def seen(world: World, role: str) -> dict[str, tuple[int, str | None, str]]:
    user = world.strangers[role]
    answers: dict[str, Any] = {address: world.browser(user).get(address) for address in ADDRESSES}
    headers = world.bearer(user)
    browser = world.browser(None)
    answers |= {address: browser.get(f"/api/v1/{address}", headers=headers) for address in API}
    return {
        address: (answer.status_code, answer.headers.get("ETag"), _ANYTIME.sub("", text_of(answer)))
        for address, answer in answers.items()
    }


@pytest.mark.parametrize("role", ["director", "account_manager"])
def test_a_hidden_client_moves_nothing(world: World, role: str) -> None:
    before = seen(world, role)
    build_book("HID", "Hidden Holdings", world.people)
    after = seen(world, role)
    assert [address for address in before if before[address] != after[address]] == []
    assert before["/clients/"][0] == 200


def test_the_etag_of_ones_own_record_does_not_tell(world: World) -> None:
    stranger = world.strangers["director"]
    address = f"/api/v1/clients/{world.theirs.pk}/"
    headers = world.bearer(stranger)
    first = world.browser(None).get(address, headers=headers)
    build_book("HID", "Hidden Holdings", world.people)
    again = world.browser(None).get(address, headers={**headers, "If-None-Match": first["ETag"]})
    assert again.status_code == 304
    foreign = world.browser(None).get(
        f"/api/v1/clients/{world.own.client.pk}/", headers={**headers, "If-None-Match": f'"{world.own.client.pk}-1"'}
    )
    assert foreign.status_code == 404


def test_text_of_reads_workbooks(world: World) -> None:
    """Else the sweeps over files would look at packed bytes and find nothing."""
    answer = world.browser(world.people["director"]).get("/contracts/?format=xlsx")
    assert "HAL-SOW" in text_of(answer)
    assert body_of(world.browser(world.people["director"]).get("/contracts/?format=csv")).startswith(b"number,")
