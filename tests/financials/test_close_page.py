"""The close of a month as finance signs it: its story with a late invoice, its checks, its blocks and its refusals."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.models import Client
from common.figures import explain
from common.models import AuditEntry, ClosedPeriod
from financials.actions.closing import Refused, post_accruals, set_overhead_driver, tick_check
from financials.actions.contracts import rebuild_schedules
from financials.actions.ledger import LedgerRow
from financials.actions.ledger import post as post_rows
from financials.actions.periods import close_month, reopen_month
from financials.models import CloseCheck, CloseEvent, Contract, LedgerEntry, OverheadRule, TimeMonth
from financials.queries.basis import load_basis
from financials.queries.close_attention import close_waiting
from financials.queries.close_page import ClosePage, load_close_page
from financials.queries.restatement import load_restatement
from people.models import User
from tests.financials.books import NOW, budget, fx
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db
FAY = "finance@example.com"
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (8, 9, 10, 11))


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 9, tzinfo=UTC)


@pytest.fixture
def halden(owner: User) -> Client:
    return make_client("HALDEN", owner=owner, name="Halden Foods")


@pytest.fixture
def sow(halden: Client) -> Contract:
    """365,000 over 2026, straight line: 1,000 a day; a retainer."""
    found = make_contract(halden, number="SOW-1", service_line="Media", amount=D("365000"))
    rebuild_schedules([found.pk], now=NOW)
    return found


def put(sow: Contract, ref: str, line: str, amount: str, month: date, *, at: datetime, currency: str = "USD") -> None:
    row = LedgerRow(ref, sow.client_id, sow.pk, "Media", month, line, D(amount), currency, "")
    post_rows(rows=[row], actor=FAY, now=at)


@pytest.fixture
def book(sow: Contract) -> Contract:
    """August and September: revenue 90,000 and 100,000, pass-through 20,000, labour 30,000, freelancers 5,000."""
    for month, revenue in ((AUGUST, "90000"), (SEPTEMBER, "100000")):
        name = f"{month:%m}"
        put(sow, f"G{name}", "gross_revenue", revenue, month, at=day(10, 1))
        put(sow, f"P{name}", "pass_through", "20000", month, at=day(10, 1))
        put(sow, f"L{name}", "delivery_labour", "30000", month, at=day(10, 1))
        put(sow, f"F{name}", "freelancers", "5000", month, at=day(10, 1))
        budget(sow.client, "gross_revenue", "95000", month=month)
    close_month(month=AUGUST, actor=FAY, now=day(10, 2))
    return sow


def cells(page: ClosePage) -> dict[str, tuple[Any, Any, Any]]:
    return {line.key: (line.now.value, line.before.value, line.move.value) for line in page.pnl}


def test_a_month_closed_a_late_entry_reopened_and_restated(finance: User, book: Contract) -> None:
    """The story of the issue, with the figures of the page before and after."""
    close_month(month=SEPTEMBER, actor=FAY, now=day(10, 8))
    before = load_close_page(finance, SEPTEMBER, now=day(10, 9))
    assert before.finding == "September 2026 was closed on 8 Oct, 5 checks open"
    assert cells(before)["net_revenue"] == (D("80000"), D("70000"), D("10000"))
    assert cells(before)["freelancers"] == (D("-5000"), D("-5000"), D("0"))
    assert cells(before)["contribution"] == (D("45000"), D("35000"), D("10000"))

    # A freelancer's invoice of 4,200.00 for September arrives: September is shut, so it lands in October.
    put(book, "FL-77", "freelancers", "4200", SEPTEMBER, at=day(10, 19))
    put(book, "G10", "gross_revenue", "50000", OCTOBER, at=day(11, 1))
    late = load_close_page(finance, OCTOBER, now=day(11, 2)).late
    assert [(row.belongs, row.client, row.line, row.amount) for row in late] == [
        (SEPTEMBER, "HALDEN", "freelancers", D("4200"))
    ]
    shut = load_restatement(finance, SEPTEMBER, now=day(11, 2))
    assert [(row.line, row.before, row.after, row.difference, row.late) for row in shut.rows] == [
        ("freelancers", D("5000"), D("5000"), D("0"), D("4200"))
    ]
    assert shut.finding == "September 2026: operating profit −$4,200.00 came late"

    # Finance opens September, has the invoice posted where it belongs, and closes it again.
    reopen_month(month=SEPTEMBER, reason="late freelance invoice", actor=FAY, now=day(11, 3))
    put(book, "FL-78", "freelancers", "4200", SEPTEMBER, at=day(11, 3))
    close_month(month=SEPTEMBER, actor=FAY, now=day(11, 4))
    after = load_close_page(finance, SEPTEMBER, now=day(11, 5))
    assert after.finding == "September 2026 was closed on 4 Nov, 5 checks open"
    assert [event.kind for event in after.events] == ["closed", "reopened", "closed"]
    assert cells(after)["freelancers"] == (D("-9200"), D("-5000"), D("-4200"))
    assert cells(after)["contribution"] == (D("40800"), D("35000"), D("5800"))
    found = load_restatement(finance, SEPTEMBER, now=day(11, 5))
    assert [(row.client, row.line, row.before, row.after, row.difference) for row in found.rows] == [
        ("HALDEN", "freelancers", D("5000"), D("9200"), D("4200"))
    ]
    assert (found.profit.before, found.profit.after, found.profit.difference) == (D("45000"), D("40800"), D("-4200"))
    assert found.finding == ("September 2026: operating profit restated by −$4,200.00 and −$4,200.00 came late")
    assert found.reasons == ((day(11, 3), FAY, "late freelance invoice"),)


def test_the_printed_page(finance: User, book: Contract, sign_in: Any) -> None:
    close_month(month=SEPTEMBER, actor=FAY, now=day(10, 8))
    reopen_month(month=SEPTEMBER, reason="late freelance invoice", actor=FAY, now=day(10, 20))
    put(book, "FL-78", "freelancers", "4200", SEPTEMBER, at=day(10, 20))
    close_month(month=SEPTEMBER, actor=FAY, now=day(10, 22))
    text = re.sub(r"<[^>]+>|\s+", " ", sign_in(finance).get("/financials/close/2026-09/").content.decode())
    text = re.sub(r"\s+", " ", text)
    assert "September 2026 was closed on 22 Oct, 5 checks open" in text
    assert "Freelancers −9,200.00 −5,000.00 −4,200.00" in text
    assert "Contribution 40,800.00 35,000.00 +5,800.00" in text
    assert "All, converted 40,800.00 40,800.00 0.00" in text
    assert "Opened again by finance@example.com: late freelance invoice" in text
    assert "Prepared by, date" in text


def test_both_sources_of_labour_side_by_side(finance: User, owner: User, leadership: User, book: Contract) -> None:
    TimeMonth.objects.create(
        client=book.client, person=owner, month=SEPTEMBER, hours=D("400"), billable_hours=D("400"), unpriced_hours=0,
        uncarded_hours=0, cost=D("28750.50"), cost_currency="USD", value=0, entries=9,
    )  # fmt: skip
    page = load_close_page(finance, SEPTEMBER, now=day(10, 5))
    assert [(line.key, line.ledger.value, line.time.value, line.difference.value) for line in page.labour] == [
        ("HALDEN", D("30000"), D("28750.50"), D("1249.50"))
    ]
    hidden = load_close_page(leadership, SEPTEMBER, now=day(10, 5)).labour[0]
    assert (hidden.ledger.value, hidden.time.value, hidden.difference.value) == (D("30000"), None, None)
    assert hidden.note == "time of fewer than three people is not shown"


def test_the_tie_out_by_currency_and_converted(finance: User, book: Contract) -> None:
    """EUR 10,000.00 at 1.0845 is 10,845.00; with it 55,845.00 in all, less an overhead pool of 45.00."""
    fx(SEPTEMBER, "EUR", "1.0845")
    put(book, "E1", "gross_revenue", "10000", SEPTEMBER, at=day(10, 1), currency="EUR")
    pool = LedgerRow("POOL", None, None, "", SEPTEMBER, "overhead", D("45"), "USD", "")
    post_rows(rows=[pool], actor=FAY, now=day(10, 1))
    page = load_close_page(finance, SEPTEMBER, now=day(10, 5))
    assert [
        (tie.currency, tie.ledger.value, tie.shown.value, tie.difference.value, tie.converted.value)
        for tie in page.ties
    ] == [
        ("EUR", D("10000"), D("10000"), D("0"), D("10845.00")),
        ("USD", D("44955"), D("44955"), D("0"), D("44955.00")),
        ("", D("55800.00"), D("55800.00"), D("0"), D("55800.00")),
    ]
    assert page.overhead is not None
    assert [page.overhead.pool.value, page.overhead.spread.value, page.overhead.unallocated.value] == [45, 45, 0]
    set_overhead_driver(starts=SEPTEMBER, driver="none", actor=FAY, now=NOW)
    block = load_close_page(finance, SEPTEMBER, now=day(10, 5))
    assert block.overhead is not None
    assert (block.overhead.driver, block.overhead.unallocated.value) == ("not spread", D("45"))
    assert block.ties[-1].difference.value == 0


def test_a_director_sees_own_clients_only(owner: User, outsider: User, book: Contract) -> None:
    theirs = make_client("OUTLAND", owner=outsider, name="Outland Foods")
    work = make_contract(theirs, number="SOW-9")
    put(work, "X1", "gross_revenue", "7777", SEPTEMBER, at=day(10, 1))
    page = load_close_page(owner, SEPTEMBER, now=day(10, 5))
    assert cells(page)["gross_revenue"][0] == D("100000")
    assert page.ties[-1].ledger.value == D("45000")
    assert page.overhead is None
    assert "unmapped" not in {check.code for check in page.computed}
    strange = load_close_page(outsider, SEPTEMBER, now=day(10, 5))
    assert strange.ties[-1].ledger.value == D("7777")
    assert [line.number for line in strange.accruals] == ["SOW-9"]


def test_what_is_open_is_said(finance: User, book: Contract, owner: User) -> None:
    """One of each: no ledger rows, a row without contract, no owner, no budget, no rate, negative revenue."""
    quiet = make_client("QUIET", owner=owner, name="Quiet Co")
    make_contract(quiet, number="SOW-Q", billing="fixed_fee")
    lone = make_client("LONE", name="Lone Ltd")
    post_rows(
        rows=[LedgerRow("N1", lone.pk, None, "", SEPTEMBER, "gross_revenue", D("-5"), "GBP", "")],
        actor=FAY, now=day(10, 1),
    )  # fmt: skip
    page = load_close_page(finance, SEPTEMBER, now=day(10, 5))
    said = {check.code: (check.state, check.words) for check in page.computed}
    assert said == {
        "rates": ("blocking", "no GBP/USD rate for 2026-09"),
        "tie_out": ("ok", "Nothing open"),
        "ledger": ("open", "Quiet Co"),
        "no_contract": ("open", "Lone Ltd (1)"),
        "unmapped": ("ok", "Nothing open"),
        "orphans": ("open", "Lone Ltd"),
        "time": ("ok", "Nothing open"),
        "budgets": ("open", "Quiet Co"),
        "invoices": ("ok", "Nothing open"),
        "estimates": ("open", "SOW-Q"),
        "negative": ("open", "Lone Ltd (GBP)"),
    }
    assert page.finding == "September 2026 cannot be closed yet: rates are missing"
    assert page.problems == ("No GBP/USD rate for 2026-09",)
    assert page.ties[-1].ledger.value is None
    assert page.open_checks == 12


def test_accruals_bring_the_books_to_what_is_recognised(finance: User, book: Contract) -> None:
    """365,000 over 2026 is 1,000 a day: 243,000 by the end of August, 273,000 by September's, 304,000 by October's.

    Billed less pass-through: 70,000 + 80,000 = 150,000 by September.
    """
    page = load_close_page(finance, SEPTEMBER, now=day(10, 5))
    line = page.accruals[0]
    assert [figure.value for figure in line.figures] == [D("273000"), D("150000"), D("123000"), D("0"), D("123000")]
    done = post_accruals(month=SEPTEMBER, actor=finance, now=day(10, 5))
    assert (done.posted, done.unknown) == (1, ())
    entry = LedgerEntry.objects.get(source_ref="accrual:SOW-1:2026-09")
    assert (entry.month, entry.line, entry.amount, entry.currency) == (SEPTEMBER, "gross_revenue", D("123000"), "USD")
    assert post_accruals(month=SEPTEMBER, actor=finance, now=day(10, 5)).posted == 0
    page = load_close_page(finance, SEPTEMBER, now=day(10, 6))
    assert [figure.value for figure in page.accruals[0].figures] == [273000, 150000, 123000, 0, 0]
    assert cells(page)["net_revenue"][0] == D("203000")

    # A credit note comes: the accrual is reversed and posted anew, 6,000 larger.
    put(book, "CN-1", "gross_revenue", "-6000", SEPTEMBER, at=day(10, 6))
    assert post_accruals(month=SEPTEMBER, actor=finance, now=day(10, 6)).posted == 1
    rows = LedgerEntry.objects.filter(source_ref="accrual:SOW-1:2026-09").order_by("pk")
    assert [(row.amount, row.is_reversal) for row in rows] == [(123000, False), (129000, False), (-123000, True)]

    # October bills 160,000: cumulative, it takes back what September accrued; 304,000 − 273,000 − 160,000 = −129,000.
    close_month(month=SEPTEMBER, actor=FAY, now=day(10, 8))
    put(book, "G10", "gross_revenue", "160000", OCTOBER, at=day(11, 1))
    post_accruals(month=OCTOBER, actor=finance, now=day(11, 2))
    assert LedgerEntry.objects.get(source_ref="accrual:SOW-1:2026-10").amount == D("-129000")
    page = load_close_page(finance, OCTOBER, now=day(11, 3))
    assert cells(page)["net_revenue"][0] == D("31000")
    assert [figure.value for figure in page.accruals[0].figures] == [304000, 304000, 0, 0, 0]


def test_accruals_are_refused_where_they_cannot_stand(finance: User, book: Contract) -> None:
    with pytest.raises(Refused, match="2026-08 is closed"):
        post_accruals(month=AUGUST, actor=finance, now=NOW)
    with pytest.raises(Refused, match="2026-12 has not begun"):
        post_accruals(month=date(2026, 12, 1), actor=finance, now=NOW)
    Contract.objects.update(billing="fixed_fee")
    done = post_accruals(month=SEPTEMBER, actor=finance, now=NOW)
    assert (done.posted, [number for number, _ in done.unknown]) == (0, ["SOW-1"])


def test_ticks_keep_who_when_and_why(book: Contract) -> None:
    tick_check(month=SEPTEMBER, name="bank", done=True, note=" all agreed ", actor=FAY, now=day(10, 5))
    kept = CloseCheck.objects.get()
    assert (kept.done, kept.note, kept.by, kept.at) == (True, "all agreed", FAY, day(10, 5))
    tick_check(month=SEPTEMBER, name="bank", done=True, note="all agreed", actor="x", now=day(10, 6))
    assert CloseCheck.objects.get().by == FAY
    for name, month, word in (("horoscope", SEPTEMBER, "no such check"), ("bank", AUGUST, "2026-08 is closed")):
        with pytest.raises(Refused, match=word):
            tick_check(month=month, name=name, done=True, note="", actor=FAY, now=NOW)
    assert AuditEntry.objects.filter(verb="checked").count() == 1


def test_a_driver_holds_from_an_open_month_only(book: Contract) -> None:
    with pytest.raises(Refused, match="2026-08 is closed: choose a month after it"):
        set_overhead_driver(starts=date(2026, 7, 1), driver="hours", actor=FAY, now=NOW)
    with pytest.raises(Refused, match="no such driver"):
        set_overhead_driver(starts=SEPTEMBER, driver="moon", actor=FAY, now=NOW)
    set_overhead_driver(starts=SEPTEMBER, driver="hours", actor=FAY, now=NOW)
    set_overhead_driver(starts=SEPTEMBER, driver="net_revenue", actor=FAY, now=NOW)
    assert list(OverheadRule.objects.values_list("starts", "driver")) == [(SEPTEMBER, "net_revenue")]
    assert list(
        AuditEntry.objects.filter(object_kind="overhead rule").order_by("pk").values_list("verb", flat=True)
    ) == [
        "added",
        "changed",
    ]


def test_the_pages_buttons(finance: User, book: Contract, sign_in: Any) -> None:
    browser = sign_in(finance)
    assert "Sep 2026 is the next month to close" in browser.get("/financials/close/").content.decode()
    address = "/financials/close/2026-09/"
    assert browser.post(f"{address}check/", {"name": "bank", "done": "on", "note": "ok"}).status_code == 302
    assert browser.post(f"{address}check/", {"name": "nonsense"}).status_code == 422
    assert browser.post(f"{address}accruals/").status_code == 302
    assert browser.post(f"{address}close/").status_code == 302
    assert ClosedPeriod.objects.filter(month=SEPTEMBER).exists()
    again = browser.post(f"{address}check/", {"name": "bank", "note": "ok"})
    assert (again.status_code, "2026-09 is closed" in again.content.decode()) == (422, True)
    nothing = browser.post(f"{address}reopen/", {"reason": "  "})
    assert (nothing.status_code, "Say why the month is opened again." in nothing.content.decode()) == (422, True)
    assert ClosedPeriod.objects.filter(month=SEPTEMBER).exists()
    assert browser.post(f"{address}reopen/", {"reason": "late invoice"}).status_code == 302
    assert not ClosedPeriod.objects.filter(month=SEPTEMBER).exists()
    assert list(CloseEvent.objects.filter(month=SEPTEMBER).values_list("kind", "by")) == [
        ("closed", finance.email),
        ("reopened", finance.email),
    ]


def test_out_of_order_and_out_of_time(finance: User, book: Contract, sign_in: Any) -> None:
    browser = sign_in(finance)
    put(book, "G10", "gross_revenue", "50000", OCTOBER, at=day(11, 1))
    answer = browser.post("/financials/close/2026-10/close/")
    assert (answer.status_code, "2026-09 is still open: months close in order." in answer.content.decode()) == (
        422,
        True,
    )
    for month in ("2199-01", "2026-13", "october", "2026-1"):
        assert browser.get(f"/financials/close/{month}/").status_code == 404
        assert browser.post(f"/financials/close/{month}/close/").status_code == 404
    assert browser.get("/financials/close/2026-09/horoscope.csv").status_code == 404
    assert browser.get("/financials/close/2026-09/late.pdf").status_code == 404
    assert browser.get("/financials/close/2026-09/restatement/?format=pdf").status_code == 404
    assert browser.get("/financials/close/2026-09/restatement/?before=99&after=x").status_code == 200


@pytest.mark.parametrize("role", ["legal", "account_manager", "delivery", "administrator"])
def test_other_roles_are_told_403(role: str, book: Contract, sign_in: Any) -> None:
    browser = sign_in(make_user(role))
    for address in ("", "2026-09/", "2026-09/restatement/", "2026-09/late.csv"):
        assert browser.get(f"/financials/close/{address}").status_code == 403
    assert browser.post("/financials/close/2026-09/close/").status_code == 403


def test_directors_and_leadership_read_and_do_not_close(
    owner: User, leadership: User, book: Contract, sign_in: Any
) -> None:
    for user in (owner, leadership):
        browser = sign_in(user)
        text = browser.get("/financials/close/2026-09/").content.decode()
        assert "Post accruals" not in text
        assert "Close Sep 2026" not in text
        assert browser.post("/financials/close/2026-09/close/").status_code == 403
        assert browser.post("/financials/close/2026-09/reopen/", {"reason": "x"}).status_code == 403


def test_every_figure_of_the_page_explains_itself(finance: User, owner: User, book: Contract, sign_in: Any) -> None:
    pool = LedgerRow("POOL", None, None, "", SEPTEMBER, "overhead", D("45"), "USD", "")
    post_rows(rows=[pool], actor=FAY, now=day(10, 1))
    for user in (finance, owner):
        text = sign_in(user).get("/financials/close/2026-09/").content.decode()
        ids = set(re.findall(r'href="/figures/(close\.[^"]+)/"', text))
        assert len(ids) > 20
        for identity in ids:
            explanation = explain(user, identity.replace("%20", " "), now=NOW)
            shown = re.search(rf'href="/figures/{re.escape(identity)}/"[^>]*data-exact="([^"]*)"', text)
            assert shown is not None
            assert explanation.formula
            assert str(explanation.figure.id) == identity
    close_month(month=SEPTEMBER, actor=FAY, now=day(10, 8))
    put(book, "FL-77", "freelancers", "4200", SEPTEMBER, at=day(10, 19))
    text = sign_in(finance).get("/financials/close/2026-09/restatement/").content.decode()
    (identity,) = set(re.findall(r'href="/figures/(close\.[^"]+)/"', text))
    assert explain(finance, identity, now=NOW).figure.value == 0


def test_the_files(finance: User, book: Contract, sign_in: Any) -> None:
    close_month(month=SEPTEMBER, actor=FAY, now=day(10, 8))
    put(book, "FL-77", "freelancers", "4200", SEPTEMBER, at=day(10, 19))
    browser = sign_in(finance)
    late = b"".join(browser.get("/financials/close/2026-10/late.csv").streaming_content).decode()
    assert late.splitlines()[1] == "2026-09,HALDEN,Halden Foods,freelancers,4200.00,USD,FL-77,,no"
    moved = b"".join(browser.get("/financials/close/2026-09/restatement/?format=csv").streaming_content).decode()
    assert moved.splitlines() == [
        "client,name,line,currency,before,after,difference,late",
        "HALDEN,Halden Foods,freelancers,USD,5000.00,5000.00,0.00,4200.00",
    ]
    accruals = b"".join(browser.get("/financials/close/2026-09/accruals.csv").streaming_content).decode()
    assert accruals.splitlines()[1] == "SOW-1,USD,273000.00,150000.00,123000.00,0.00,150000.00,0.00,123000.00,"


def test_finance_is_told_which_month_waits(finance: User, owner: User, book: Contract) -> None:
    """On 5 October September has ended; a week before October's end its close is announced; before that, nothing."""
    close = {user: close_waiting(user, load_basis(user, now=day(10, 5))) for user in (finance, owner)}
    assert close[owner] is None
    item = close[finance]
    assert item is not None
    assert (item.lead, item.url) == ("September 2026 can be closed", "/financials/close/2026-09/")
    item = close_waiting(finance, load_basis(finance, now=day(10, 20)))
    assert item is not None
    assert item.shape == "at_risk"
    close_month(month=SEPTEMBER, actor=FAY, now=day(10, 20))
    assert close_waiting(finance, load_basis(finance, now=day(10, 21))) is None
    item = close_waiting(finance, load_basis(finance, now=day(10, 26)))
    assert item is not None
    assert item.lead == "October 2026 can be closed from 1 Nov"


def test_finance_is_told_of_a_month_opened_again(finance: User, book: Contract) -> None:
    """September is opened again between August and October, which stay closed."""
    close_month(month=SEPTEMBER, actor=FAY, now=day(11, 5))
    close_month(month=OCTOBER, actor=FAY, now=day(11, 5))
    reopen_month(month=SEPTEMBER, reason="A credit was missed", actor=FAY, now=day(11, 6))
    item = close_waiting(finance, load_basis(finance, now=day(11, 6)))
    assert item is not None
    assert (item.lead, item.url) == ("September 2026 is open before closed months", "/financials/close/2026-09/")


def test_the_cockpit_shows_it(finance: User, book: Contract, sign_in: Any) -> None:
    text = sign_in(finance).get("/").content.decode()
    assert "September 2026 can be closed" in text
    assert "/financials/close/2026-09/" in text
