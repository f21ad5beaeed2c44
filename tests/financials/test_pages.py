"""The money pages: who may open them, what they say, bad input, and how many queries they cost."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal as D
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Client
from common.figures import explain, formulae
from common.formats import exact
from common.models import AuditEntry, Job
from financials.models import Contract, LedgerEntry, ScheduleLine
from people.models import User
from tests.financials.books import OCTOBER, budget, close_through, fx, post, post_worked
from tests.makers import make_client, make_contract, make_opportunity

pytestmark = pytest.mark.django_db

OCT = "?from=2026-10&to=2026-10&unit=1"


@pytest.fixture
def kestrel(owner: User, manager: User) -> Client:
    close_through(OCTOBER)
    client = make_client("KESTREL", owner=owner, name="Kestrel Air", members=(manager,))
    work = make_contract(client, number="KES-1", service_line="Media", title="Route launches")
    make_contract(client, number="KES-1-CO1", kind="change_order", parent=work, amount=D("12000"))
    ScheduleLine.objects.bulk_create(
        ScheduleLine(contract=work, month=date(2026, month, 1), amount=D("10000")) for month in range(1, 13)
    )
    post_worked(client, contract=work)
    for line, amount in (
        ("gross_revenue", "655000"),
        ("pass_through", "145000"),
        ("delivery_labour", "226000"),
        ("freelancers", "18000"),
        ("direct_expenses", "23000"),
        ("overhead", "48000"),
    ):
        budget(client, line, amount)
    return client


def text_of(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


PAGES = (
    "/financials/pnl/",
    "/financials/pnl/?client=KESTREL",
    "/financials/entries/?client=KESTREL",
    "/clients/KESTREL/financials/",
    "/clients/KESTREL/financials/panel/",
    "/clients/KESTREL/contracts/",
    "/contracts/",
    "/contracts/KES-1/",
    "/contracts/KES-1/terms/",
    "/contracts/KES-1/billing/",
    "/contracts/KES-1/edit/",
)
MONEY_ONLY = PAGES[:5]


@pytest.mark.parametrize("url", PAGES)
def test_anonymous_goes_to_sign_in(url: str, kestrel: Client, sign_in: Any) -> None:
    response = sign_in(None).get(url)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("url", [url for url in PAGES if "KES" in url])
def test_an_outsider_sees_what_is_not_there(url: str, kestrel: Client, outsider: User, sign_in: Any) -> None:
    browser = sign_in(outsider)
    assert browser.get(url).status_code == 404
    missing = url.replace("KESTREL", "NOBODY").replace("KES-1", "NO-1")
    assert browser.get(url).content == browser.get(missing).content or browser.get(missing).status_code == 404


@pytest.mark.parametrize("url", PAGES)
def test_roles(url: str, kestrel: Client, request: pytest.FixtureRequest, sign_in: Any) -> None:
    for role in ("owner", "manager", "finance", "leadership", "legal", "administrator"):
        status = sign_in(request.getfixturevalue(role)).get(url).status_code
        allowed = role != "administrator" and (role != "legal" or url not in MONEY_ONLY)
        if url.endswith("/edit/") and role not in ("owner", "finance"):
            allowed = False
        assert status == (200 if allowed else 403), (role, url)


def test_legal_sees_the_fee_and_no_revenue(kestrel: Client, legal: User, sign_in: Any) -> None:
    page = text_of(sign_in(legal).get("/contracts/KES-1/"))
    assert "120,000.00" in page
    assert "Recognised" not in page
    assert "400,000" not in page


def test_the_wrong_verb(kestrel: Client, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    for url in PAGES[:-1]:
        assert browser.post(url).status_code == 405


def test_the_ladder_on_the_page(kestrel: Client, owner: User, sign_in: Any) -> None:
    page = text_of(sign_in(owner).get("/financials/pnl/" + OCT))
    assert "October contribution is $84.5k under budget" in page
    for shown in ("520,000.00", "−120,000.00", "400,000.00", "158,500.00", "45.0%", "39.6%", "110,500.00"):
        assert shown in page
    assert "−110,000.00" in page  # net revenue on budget
    assert "+40,000.00" in page  # labour below budget is favourable
    assert "Ties out" in page
    assert "Ledger to Oct 2026 (closed 6 Nov), budget v3" in page


def test_every_figure_of_the_page_explains_itself(kestrel: Client, owner: User, sign_in: Any) -> None:
    """The panel says the very number the page shows (a cost without its minus)."""
    browser = sign_in(owner)
    for url in ("/financials/pnl/" + OCT, "/contracts/KES-1/", "/contracts/"):
        links = re.findall(
            r'href="/figures/([^"]+)/" data-figure data-exact="([^"]*)"', browser.get(url).content.decode()
        )
        assert links
        for identity, shown in links:
            told = explain(owner, unquote(unescape(identity)), now=timezone.now())
            said = exact(told.figure.value, told.figure.unit)
            assert said.lstrip("−+-") == unescape(shown).lstrip("−+-"), identity


def test_an_explanation_goes_down_to_the_rows(kestrel: Client, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    identity = "pnl.contribution:client=KESTREL;from=2026-10;to=2026-10"
    told = explain(owner, identity, now=timezone.now())
    assert told.figure.value == D("158500.00")
    assert [(line.sign, line.label, line.value) for line in told.inputs] == [
        ("", "Gross revenue", D("520000.00")),
        ("−", "Pass-through", D("120000.00")),
        ("−", "Delivery labour", D("186000.00")),
        ("−", "Freelancers", D("34000.00")),
        ("−", "Direct expenses", D("21500.00")),
    ]
    assert told.tie_out == 0
    assert told.rows_count == 5
    assert "5 ledger entries behind contribution" in text_of(browser.get(told.rows_url))
    assert browser.get(f"/figures/{identity}/").status_code == 200
    panel = browser.get(f"/figures/{identity}/", headers={"HX-Request": "true"})
    assert "<html" not in panel.content.decode()


def test_every_formula_leads_to_a_definition_that_exists(kestrel: Client, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    text = browser.get("/help/definitions/").content.decode()
    Contract.objects.filter(number="KES-1").update(uplift="cpi:0.02:0.04")
    span = "client=KESTREL;from=2026-10;to=2026-10"
    asked = [f"{name}:{span}" for name in formulae.names() if name.startswith(("pnl.", "forecast."))]
    asked = [name if "unpriced" not in name else "forecast.unpriced" for name in asked]
    asked += [f"{name}:contract=KES-1" for name in formulae.names() if name.startswith("contract.")]
    asked += [
        f"pnl.net_revenue:{span};scenario={name}" for name in ("variance", "variance_prior", "forecast", "budget")
    ]
    assert len(asked) == 54
    for identity in asked:
        anchor = explain(owner, identity, now=timezone.now()).definition.partition("#")[2]
        assert f'id="{anchor}"' in text, identity


@pytest.mark.parametrize(
    "identity",
    [
        "pnl.contribution:client=KESTREL;from=2026-10;to=2026-10",
        "forecast.total:client=KESTREL;from=2026-01;to=2026-12",
        "contract.amount:contract=KES-1",
    ],
)
def test_an_explanation_is_behind_the_same_door(
    identity: str, kestrel: Client, outsider: User, administrator: User, sign_in: Any
) -> None:
    assert sign_in(outsider).get(f"/figures/{identity}/").status_code == 404
    assert sign_in(administrator).get(f"/figures/{identity}/").status_code in (403, 404)


@pytest.mark.parametrize(
    "identity",
    [
        "pnl.contribution",
        "pnl.contribution:from=2026-10;to=soon",
        "pnl.contribution:from=2026-10;to=2026-09",
        "pnl.contribution:from=2026-10;to=2026-10;scenario=wish",
        "pnl.contribution:from=2026-10;to=2026-10;planet=mars",
        "pnl.contribution:from=2026-10;to=2026-10;currency=ZZZ",
        "forecast.total:from=2026-10",
        "contract.amount:month=2026-10",
        "contract.scheduled:contract=KES-1;month=x",
        "contract.amount:contract=NOPE",
        "nonsense",
    ],
)
def test_nonsense_figures_are_not_found(identity: str, kestrel: Client, owner: User, sign_in: Any) -> None:
    assert sign_in(owner).get(f"/figures/{identity}/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "?from=soon",
        "?from=2026-10&to=2026-01",
        "?group=decade&unit=9&against=wish",
        "?from=1000-01&to=9999-12",
        "?client=KESTREL&contract=%00",
        "?service_line=" + "x" * 500,
        "?to=2026-13",
    ],
)
def test_an_address_that_cannot_be_read(query: str, kestrel: Client, owner: User, sign_in: Any) -> None:
    for url in ("/financials/pnl/", "/financials/entries/", "/clients/KESTREL/financials/", "/contracts/"):
        assert sign_in(owner).get(url + query).status_code == 200, url


@pytest.mark.parametrize("query", ["", "?group=quarter", "?group=year&unit=M", "?against=prior_year", "?from=2024-01"])
def test_other_views_read(query: str, kestrel: Client, owner: User, sign_in: Any) -> None:
    assert sign_in(owner).get("/financials/pnl/" + query).status_code == 200


def test_a_quarter_is_whole_or_says_it_is_not(kestrel: Client, owner: User, sign_in: Any) -> None:
    page = text_of(sign_in(owner).get("/financials/pnl/?group=quarter"))
    assert "2025-Q4 from Nov" not in page
    assert "2026-Q3" in page
    assert "2026-Q4 to Oct on budget" in page
    assert "2026-Q3 from Aug" in text_of(sign_in(owner).get("/financials/pnl/?group=quarter&from=2026-08"))


def test_an_empty_book_says_what_the_page_is_for(owner: User, sign_in: Any) -> None:
    assert "No entries in these months" in text_of(sign_in(owner).get("/financials/pnl/"))
    assert "No contracts here" in text_of(sign_in(owner).get("/contracts/"))


def test_a_missing_rate_is_said_above_the_table(kestrel: Client, owner: User, sign_in: Any) -> None:
    fx(OCTOBER, "GBP", "1.3")
    post(kestrel, "gross_revenue", "10", currency="EUR")
    assert "No EUR/USD rate for 2026-10." in text_of(sign_in(owner).get("/financials/pnl/"))


def test_the_files_hold_what_the_page_shows(kestrel: Client, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    answer = browser.get("/financials/pnl/" + OCT + "&format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode())))
    assert rows[0][:5] == ["Line", "Currency", "Oct 2026", "Budget v3", "Variance"]
    assert rows[9][:5] == ["Contribution", "USD", "158500.00", "243000.00", "-84500.00"]
    assert rows[2][:3] == ["Pass-through", "USD", "-120000.00"]
    book = load_workbook(io.BytesIO(b"".join(browser.get("/financials/pnl/" + OCT + "&format=xlsx"))))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert cells[9][:5] == ["Contribution", "USD", 158500, 243000, -84500]


def test_a_file_says_which_figures_it_holds(kestrel: Client, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)

    def about(url: str) -> dict[str, Any]:
        book = load_workbook(io.BytesIO(b"".join(browser.get(url))))
        return {str(row[0].value): row[1].value for row in book["About"].iter_rows()}

    url = "/financials/pnl/?rows=client&measure=contribution&from=2026-09&to=2026-10&tier=key&format=xlsx"
    pivot = about(url)
    said = {name: pivot[name] for name in ("Report", "Period", "Measure", "Show", "Columns", "Budget", "Tier")}
    assert said == {
        "Report": "P&L by client", "Period": "Sep\u2013Oct 2026", "Measure": "Contribution", "Show": "Actual",
        "Columns": "Month", "Budget": "all", "Tier": "Key",
    }  # fmt: skip
    ladder = about("/financials/pnl/" + OCT + "&format=xlsx")
    assert (ladder["Period"], ladder["Show"], ladder["Client"]) == ("Oct 2026", "Actual", "all")


def test_no_formula_leaves_in_a_file(kestrel: Client, owner: User, sign_in: Any) -> None:
    Contract.objects.filter(number="KES-1").update(title="=HYPERLINK(1)", service_line="@cmd")
    post(kestrel, "gross_revenue", "1", service_line="=1+1")
    browser = sign_in(owner)
    for url in ("/financials/entries/?client=KESTREL&format=", "/contracts/?format="):
        rows = csv.reader(io.StringIO(b"".join(browser.get(url + "csv")).decode()))
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "+"))]
        book = load_workbook(io.BytesIO(b"".join(browser.get(url + "xlsx"))))
        assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]


def test_pages_cost_at_most_fifteen_queries_at_any_size(
    kestrel: Client, owner: User, finance: User, sign_in: Any
) -> None:
    fx(OCTOBER, "EUR", "1.1")
    post(None, "overhead", "1000")

    def costs(user: User) -> dict[str, int]:
        browser, found = sign_in(user), {}
        urls = [*PAGES, "/", "/clients/", "/clients/KESTREL/", "/forecast/"]
        urls += ["/figures/pnl.contribution:client=KESTREL;from=2026-10;to=2026-10/"]
        urls += ["/figures/forecast.total:from=2026-01;to=2026-12/", "/figures/contract.scheduled:contract=KES-1/"]
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(url).status_code == 200, url
            found[url] = len(seen)
        return found

    few = {user.role: costs(user) for user in (owner, finance)}
    for number in range(15):
        client = make_client(f"MORE-{number}", owner=owner)
        make_contract(client, number=f"MORE-{number}-1", end=date(2026, 12, 31), notice_days=30)
        make_opportunity(client)
        post(client, "gross_revenue", "100", currency="EUR")
    many = {user.role: costs(user) for user in (owner, finance)}
    assert few == many
    assert {url: cost for found in many.values() for url, cost in found.items() if cost > 15} == {}


# --- contracts --------------------------------------------------------------------------------------------------------


def edit_data(contract: Contract, **changes: Any) -> dict[str, Any]:
    data = {
        "title": contract.title,
        "start": contract.start.isoformat(),
        "end": contract.end.isoformat() if contract.end else "",
        "amount": str(contract.amount),
        "currency": contract.currency,
        "billing": contract.billing,
        "service_line": contract.service_line,
        "version": str(contract.version),
    }
    return {**data, **changes}


def test_the_tree_and_the_schedule(kestrel: Client, owner: User, sign_in: Any) -> None:
    page = text_of(sign_in(owner).get("/contracts/KES-1/"))
    assert page.index("KES-1 ") < page.index("KES-1-CO1")
    assert "10,000.00" in page
    assert "400,000.00" in page


def test_saving_rebuilds_the_schedule_and_queues_the_forecast(kestrel: Client, owner: User, sign_in: Any) -> None:
    contract = Contract.objects.get(number="KES-1")
    data = edit_data(contract, start="2026-01-15", end="2026-04-10", amount="100000")
    response = sign_in(owner).post("/contracts/KES-1/edit/", data)
    assert response.status_code == 302
    months = [str(line.amount) for line in ScheduleLine.objects.filter(contract=contract)]
    assert months == ["19767.4400", "32558.1400", "36046.5100", "11627.9100"]
    assert Job.objects.filter(kind="recompute", object_ref=f"client:{kestrel.pk}").exists()
    entry = AuditEntry.objects.get(object_kind="contract", object_id=str(contract.pk))
    assert entry.actor == owner.email
    assert entry.changes["amount"] == ["120000.0000", "100000"]
    assert "amount: 120000.0000 → 100000" in text_of(sign_in(owner).get("/contracts/KES-1/terms/"))


def test_a_second_editor_loses_nothing(kestrel: Client, owner: User, finance: User, sign_in: Any) -> None:
    contract = Contract.objects.get(number="KES-1")
    first = edit_data(contract, amount="130000")
    second = edit_data(contract, title="Route launches and more")
    assert sign_in(finance).post("/contracts/KES-1/edit/", first).status_code == 302
    response = sign_in(owner).post("/contracts/KES-1/edit/", second)
    assert response.status_code == 409
    assert "Route launches and more" in response.content.decode()
    contract.refresh_from_db()
    assert (contract.title, contract.amount) == ("Route launches", D("130000"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end": "2025-01-01"}, "The end comes before the start."),
        ({"renewal": "evergreen"}, "leave it blank"),
        ({"amount": "-1"}, "Only a change order can be negative."),
        ({"amount": "lots"}, "Enter a number"),
        ({"uplift": "four"}, "write a fraction"),
        ({"currency": "zzz"}, "three letters"),
        ({"probability": "60"}, ""),
        ({"scope_hours": "-3"}, ""),
        ({"title": ""}, "required"),
    ],
)
def test_bad_terms_are_refused(changes: dict[str, str], said: str, kestrel: Client, owner: User, sign_in: Any) -> None:
    contract = Contract.objects.get(number="KES-1")
    response = sign_in(owner).post("/contracts/KES-1/edit/", edit_data(contract, **changes))
    assert response.status_code == 422
    assert said in text_of(response)
    contract.refresh_from_db()
    assert contract.version == 1


def test_who_may_edit(kestrel: Client, manager: User, legal: User, outsider: User, sign_in: Any) -> None:
    contract = Contract.objects.get(number="KES-1")
    for user, status in ((manager, 403), (legal, 403), (outsider, 404)):
        assert sign_in(user).post("/contracts/KES-1/edit/", edit_data(contract, title="X")).status_code == status
    contract.refresh_from_db()
    assert contract.title == "Route launches"


def test_an_msa_and_a_draft_have_no_schedule(kestrel: Client, owner: User, sign_in: Any) -> None:
    make_contract(kestrel, number="KES-MSA", kind="msa", amount=None)
    make_contract(kestrel, number="KES-D", status="draft")
    browser = sign_in(owner)
    master = text_of(browser.get("/contracts/KES-MSA/"))
    assert "A master agreement has no schedule of its own" in master
    assert "Schedule by month" not in master
    assert "straight line" not in master
    assert "Only signed, active and completed contracts" in text_of(browser.get("/contracts/KES-D/"))


def test_notice_and_uplift(kestrel: Client, owner: User, sign_in: Any) -> None:
    make_contract(
        kestrel,
        number="KES-N",
        end=date(2027, 2, 28),
        notice_days=60,
        notice_rule="calendar",
        amount=D("240000"),
        uplift="0.04",
    )
    page = text_of(sign_in(owner).get("/contracts/KES-N/"))
    assert "30 Dec 2026" in page
    assert "249,600.00" in page


def test_ledger_entries_are_found_by_words_and_summed_by_line(kestrel: Client, owner: User, sign_in: Any) -> None:
    post(kestrel, "freelancers", "12.50")
    post(kestrel, "freelancers", "900", currency="EUR")
    LedgerEntry.objects.create(
        client=kestrel, month=OCTOBER, line="freelancers", amount=D("3.50"), currency="USD", source_ref="INV-77",
        description="Photographer, Oslo", posted_at=timezone.now(),
    )  # fmt: skip
    browser = sign_in(owner)

    def listed(query: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(b"".join(browser.get(f"/financials/entries/?{query}&format=csv")).decode())))

    assert [row[5] for row in listed("q=oslo")[1:]] == ["Photographer, Oslo"]
    assert [row[8] for row in listed("q=inv-77")[1:]] == ["INV-77"]
    assert listed("q=nothing+of+the+kind")[1:] == []
    amounts = [row[6] for row in listed("row=freelancers&sort=-amount")[1:]]
    assert amounts == sorted(amounts, key=D, reverse=True)
    page = browser.get("/financials/entries/?row=freelancers").content.decode()
    assert "together 900.00 EUR and 34,016.00 USD" in page
    mixed = browser.get("/financials/entries/?row=contribution").content.decode()
    assert "together" not in mixed  # costs are positive: revenue and costs are no sum
