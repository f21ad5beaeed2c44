"""S14: long and odd parameters and texts are answered or refused, never stumbled over."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest

from tests.sweeps.cases import PAGES
from tests.sweeps.test_access_matrix import PLAIN_AND_PARTIAL
from tests.sweeps.world import World

BIG = "ａ(" * 16_000 + "\x00%_\\' OR 1=1 --"
ODD = (
    BIG,
    "\x00",
    "-1",
    "9" * 400,
    "٣",
    "²",
    "NaN",
    "1e999",
    "2026-13",
    "0000-00",
    "[]",
    "'",
    "\ud7ff",
    "../../etc/passwd",
)
NAMES = (
    "q", "client", "contract", "owner", "stage", "category", "outcome", "kind", "year", "sort", "page", "tier",
    "status", "industry", "columns", "from", "to", "group", "against", "unit", "service_line", "row", "before",
    "state", "client_id", "with", "field", "at", "was", "period", "format",
)  # fmt: skip
LONG_NAMES = ("q", "client", "sort", "columns")
LISTS = (
    "/", "/clients/", "/pipeline/", "/contracts/", "/financials/pnl/", "/financials/entries/", "/forecast/", "/search/",
    "/audit/", "/jobs/", "/jobs/progress/", "/log/", "/imports/", "/reviews/", "/new/review/", "/new/opportunity/",
    "/clients/HAL/growth/", "/clients/HAL/log/", "/clients/HAL/financials/", "/clients/HAL/stakeholders/",
    "/opportunities/HAL-OPP/cell/", "/forecast.csv", "/export/clients.csv",
)  # fmt: skip
API_LISTS = ("clients/", "contacts/", "contracts/", "opportunities/", "ledger-entries/", "reports/pnl/")
API_NAMES = ("q", "client", "key", "id", "ordering", "fields", "cursor", "page_size", "amount", "month", "start",
             "tier", "from", "to", "as_of", "currency", "group_by", "scenario", "format")  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=[f"odd{number}" for number in range(len(ODD))])
def test_odd_parameters_are_answered(world: World, value: str) -> None:
    director = world.people["director"]
    query = urlencode(dict.fromkeys(NAMES if len(value) < 1000 else LONG_NAMES, value))
    wrong = []
    for path in LISTS:
        for headers in PLAIN_AND_PARTIAL if path == "/search/" else PLAIN_AND_PARTIAL[:1]:
            answer = world.browser(director).get(f"{path}?{query}", headers=headers)
            if answer.status_code >= 500:
                wrong.append((path, answer.status_code))
    bearer = world.bearer(director)
    for path in API_LISTS:
        for name in API_NAMES:
            answer = world.browser(None).get(f"/api/v1/{path}?{urlencode({name: value})}", headers=bearer)
            if answer.status_code >= 500:
                wrong.append((f"{path}?{name}", answer.status_code))
    for identity in (
        f"pnl.net_revenue:client={value[:900]}",
        f"pnl.net_revenue:from={value[:90]};to=2026-10",
        value[:900],
    ):
        answer = world.browser(director).get("/figures/" + identity.replace("\x00", "%00").replace("..", "") + "/")
        if answer.status_code >= 500:
            wrong.append((f"figures/{identity[:40]}", answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("value", [BIG, "\x00x\x1b"], ids=["big", "control"])
def test_odd_text_in_forms_is_refused_or_kept(world: World, value: str) -> None:
    wrong = []
    for case in PAGES:
        if case.post is None or case.route in ("import_load", "sign_out"):
            continue
        user = world.people["director" if "director" in case.post else "administrator"]
        body = {name: value if isinstance(text, str) else text for name, text in case.body(world).items()}
        for name in body:
            answer = world.browser(user).post(case.address(world), {**case.body(world), name: value})
            if answer.status_code >= 500:
                wrong.append((case.label, name, answer.status_code))
    assert wrong == []


def test_the_calendar_ends_somewhere(world: World) -> None:
    for day in (date.min, date.max):
        address = f"/financials/pnl/?from={day:%Y-%m}&to={day:%Y-%m}"
        assert world.browser(world.people["director"]).get(address).status_code < 500
