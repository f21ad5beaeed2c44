"""Terms in force, documents and what hangs on a contract: rules, pages and bad input."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from common.documents import Refused, accept, clean_name
from common.models import AuditEntry
from financials.actions.terms import (
    BeyondTheFee,
    InForceAlready,
    add_milestone,
    add_term,
    attach_document,
    judge_cost_to_go,
)
from financials.calc.terms import BadTerm, Holder, Position, orders_in_force, read_value, resolve
from financials.models import BillingPlanLine, Contract, ContractDocument, Estimate, Milestone, ScheduleLine, Term
from financials.queries.renewals import renewals_ahead
from financials.queries.terms import load_terms, rows_of
from people.models import User
from tests.financials.books import NOW, TODAY, close_through
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db
ACTOR = "lee@example.com"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def docx(parts: dict[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>", **(parts or {})}.items():
            archive.writestr(name, body)
    return buffer.getvalue()


@pytest.fixture
def tree(owner: User) -> dict[str, Contract]:
    """MSA → SOW → two change orders, the second from July; a third is only a draft."""
    close_through(date(2026, 10, 1))
    client = make_client("HALDEN", owner=owner)
    msa = make_contract(client, number="MSA", kind="msa", amount=None, start=date(2025, 1, 1), notice_days=90)
    sow = make_contract(client, number="SOW", parent=msa)
    first = make_contract(client, number="CO1", kind="change_order", parent=sow, start=date(2026, 3, 1))
    second = make_contract(client, number="CO2", kind="change_order", parent=sow, start=date(2026, 7, 1))
    draft = make_contract(client, number="CO3", kind="change_order", parent=sow, status="draft")
    for contract, topic, value, starts in (
        (msa, "payment_days", "30", date(2025, 1, 1)),
        (msa, "liability_cap", "Twice the fee", date(2025, 1, 1)),
        (sow, "payment_days", "45", date(2026, 1, 1)),
        (sow, "payment_days", "40", date(2026, 9, 1)),
        (first, "payment_days", "60", date(2026, 3, 1)),
        (second, "payment_days", "75", date(2026, 7, 1)),
        (draft, "payment_days", "5", date(2026, 1, 1)),
    ):
        Term.objects.create(contract=contract, topic=topic, value=value, starts=starts)
    return {one.number: one for one in (msa, sow, first, second, draft)}


@pytest.mark.parametrize(
    ("on", "value", "by", "before"),
    [
        (date(2025, 6, 1), "30 days", "MSA", ()),
        (date(2026, 2, 1), "45 days", "SOW", ("30 days (MSA, 1 Jan 2025)",)),
        (date(2026, 3, 1), "60 days", "CO1", ("45 days (SOW, 1 Jan 2026)", "30 days (MSA, 1 Jan 2025)")),
        (
            date(2026, 10, 1),
            "75 days",
            "CO2",
            (
                "60 days (CO1, 1 Mar 2026)",
                "40 days (SOW, 1 Sep 2026)",
                "45 days (SOW, 1 Jan 2026)",
                "30 days (MSA, 1 Jan 2025)",
            ),
        ),
    ],
)
def test_the_chain_decides(tree: dict[str, Contract], on: date, value: str, by: str, before: tuple[str, ...]) -> None:
    rows = {row.topic: row for row in rows_of(load_terms([tree["SOW"]]).on(tree["SOW"], on))}
    assert (rows["payment_days"].value, rows["payment_days"].number, rows["payment_days"].overrode) == (
        value,
        by,
        before,
    )
    assert rows["liability_cap"].number == "MSA"
    assert (rows["notice_days"].value, rows["notice_days"].number) == ("90 days", "MSA")


def test_a_terminated_change_order_speaks_until_its_last_day() -> None:
    order = Holder("CO", "change_order", "terminated", date(2026, 3, 1), date(2026, 5, 31))
    assert orders_in_force([order], date(2026, 5, 31)) == [order]
    assert orders_in_force([order], date(2026, 6, 1)) == []
    assert orders_in_force([order], date(2026, 2, 28)) == []


def test_a_written_term_goes_before_the_field_of_the_same_day() -> None:
    day = date(2026, 1, 1)
    both = (Position("notice_days", "30", day, written=False), Position("notice_days", "60", day))
    (found,) = resolve([Holder("S", "sow", "active", day, positions=both)], ["notice_days", "ip"], day)
    assert (found.decided.position.value, [said.position.value for said in found.overrode]) == ("60", ["30"])


def test_the_notice_follows_the_terms_in_force(tree: dict[str, Contract], owner: User) -> None:
    # Ends 31 December 2026; the MSA's 90 days, then the SOW's own 30 of a change order.
    (row,) = [row for row in renewals_ahead(owner, today=TODAY, days=400) if row.number == "SOW"]
    assert row.notice_on == date(2026, 10, 2)
    Term.objects.create(contract=tree["CO2"], topic="notice_days", value="30", starts=date(2026, 11, 1))
    (row,) = [row for row in renewals_ahead(owner, today=TODAY, days=400) if row.number == "SOW"]
    assert row.notice_on == date(2026, 12, 1)
    Contract.objects.filter(number="CO2").update(new_end=date(2027, 3, 31))
    (row,) = [row for row in renewals_ahead(owner, today=TODAY, days=400) if row.number == "SOW"]
    assert (row.ends_on, row.notice_on) == (date(2027, 3, 31), date(2027, 3, 1))


def test_a_term_in_force_is_never_edited(tree: dict[str, Contract]) -> None:
    def add(value: str, starts: date) -> Term:
        return add_term(
            contract=tree["SOW"], topic="payment_days", value=value, starts=starts, note="", actor=ACTOR, today=TODAY
        )

    with pytest.raises(InForceAlready, match="Add what changed from a later day"):
        add("50", date(2026, 9, 1))
    assert add("40", date(2026, 9, 1)).version == 1  # said again, nothing happens
    ahead = add("55", date(2027, 1, 1))
    assert add("58", date(2027, 1, 1)).pk == ahead.pk
    assert Term.objects.get(pk=ahead.pk).value == "58"
    assert list(AuditEntry.objects.values_list("verb", "object_kind")) == [("added", "term"), ("changed", "term")]


@pytest.mark.parametrize(
    ("topic", "text", "value"),
    [
        ("payment_days", " 045 ", "45"),
        ("notice_rule", "Business", "business"),
        ("billing_timing", "Monthly advance", "monthly_advance"),
        ("scope_hours", "1200.50", "1200.5"),
        ("uplift", "cpi:0.02:0.04", "cpi:0.02:0.04"),
        ("ip", "Passes  on payment", "Passes on payment"),
    ],
)
def test_values_are_kept_plain(topic: str, text: str, value: str) -> None:
    assert read_value(topic, text) == value


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("payment_days", "-1"),
        ("payment_days", "366"),
        ("payment_days", "٣٠"),
        ("notice_days", "ninety"),
        ("notice_rule", "working"),
        ("scope_hours", "NaN"),
        ("scope_hours", "1.234"),
        ("uplift", "4%"),
        ("other", "  "),
    ],
)
def test_values_that_do_not_suit_are_refused(topic: str, text: str) -> None:
    with pytest.raises(BadTerm):
        read_value(topic, text)


# --- milestones and estimates -----------------------------------------------------------------------------------------


def test_milestones_never_exceed_the_fee(tree: dict[str, Contract]) -> None:
    sow = tree["SOW"]
    Contract.objects.filter(pk=sow.pk).update(billing="milestone")
    values = {"key": "M1", "title": "Launch", "due": date(2026, 6, 30), "amount": D("100000"), "accepted_on": None}
    add_milestone(contract=sow, values=values, actor=ACTOR, now=NOW)
    with pytest.raises(BeyondTheFee, match=r"120,000\.01 USD, more than the fee of 120,000\.00"):
        add_milestone(contract=sow, values={**values, "key": "M2", "amount": D("20000.01")}, actor=ACTOR, now=NOW)
    assert [(f"{line.month:%Y-%m}", line.amount) for line in ScheduleLine.objects.filter(contract=sow)] == [
        ("2026-06", D("100000")),
        ("2026-12", D("20000")),
    ]


def test_estimates_keep_their_history(tree: dict[str, Contract]) -> None:
    for month, amount in ((date(2026, 8, 1), "90"), (date(2026, 9, 1), "60"), (date(2026, 9, 1), "70")):
        judge_cost_to_go(contract=tree["SOW"], month=month, cost_to_go=D(amount), actor=ACTOR)
    assert list(Estimate.objects.values_list("month", "cost_to_go", "version")) == [
        (date(2026, 8, 1), D("90"), 1),
        (date(2026, 9, 1), D("70"), 2),
    ]
    assert set(AuditEntry.objects.values_list("field_class", flat=True)) == {"COST"}


# --- documents --------------------------------------------------------------------------------------------------------


def test_a_pdf_and_a_word_document_are_kept(tree: dict[str, Contract]) -> None:
    made = attach_document(contract=tree["SOW"], name="Signed.PDF", data=PDF, actor=ACTOR, now=NOW)
    again = attach_document(contract=tree["SOW"], name="copy.pdf", data=PDF, actor=ACTOR, now=NOW)
    attach_document(contract=tree["SOW"], name="draft.docx", data=docx(), actor=ACTOR, now=NOW)
    assert (made.pk, made.media_type, len(made.sha256)) == (again.pk, "application/pdf", 64)
    assert ContractDocument.objects.count() == AuditEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.exe", PDF, "Only PDF and DOCX"),
        ("x", PDF, "Only PDF and DOCX"),
        ("x.pdf", b"", "empty"),
        ("x.pdf", docx(), "no PDF"),
        ("x.pdf", b"%PDF-1.7 cut", "its end is missing"),
        ("x.docx", PDF, "no Word document"),
        ("x.docx", b"PK\x03\x04 nonsense", "damaged"),
        ("x.docx", docx({"word/vbaProject.bin": b"x"}), "macros"),
        ("x.docx", docx({"word/media/bomb.xml": b"0" * 30_000_000}), "refused unread"),
        ("x.docx", docx({f"word/{n}.xml": b"" for n in range(2001)}), "parts"),
        ("x.pdf", PDF + b"0" * 2000 + b"%%EOF", "MB is the most"),
    ],
)
def test_what_is_no_honest_document_is_refused(name: str, data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        accept(name, data, most=1_000 if name == "x.pdf" and len(data) > 1_000 else 1_000_000)


def test_a_spreadsheet_under_a_word_name_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(Refused, match="no Word document"):
        accept("x.docx", buffer.getvalue(), most=1_000_000)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        (".pdf", "pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("evil\u202efdp.pdf", "evilfdp.pdf"),
        ("x" * 300 + ".docx", "x" * 115 + ".docx"),
        ('a"b;c.pdf', "a_b_c.pdf"),
    ],
)
def test_names_are_made_safe(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_document_is_only_ever_a_download(
    tree: dict[str, Contract], owner: User, outsider: User, legal: User, sign_in: Any
) -> None:
    answer = sign_in(legal).post("/contract-documents/", {"number": "SOW", "file": SimpleUploadedFile("Ü x.pdf", PDF)})
    assert answer.status_code == 302
    pk = ContractDocument.objects.get().pk
    response = sign_in(owner).get(f"/contract-documents/{pk}/")
    assert response.content == PDF
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert sign_in(outsider).get(f"/contract-documents/{pk}/").status_code == 404


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_terms_of_a_day(tree: dict[str, Contract], legal: User, sign_in: Any) -> None:
    page = sign_in(legal).get("/contracts/SOW/terms/?on=2026-10-01").content.decode()
    assert "75 days" in page
    assert "60 days (CO1, 1 Mar 2026)" in page
    assert "/contracts/SOW/terms/add/" in page
    assert "/contracts/SOW/move/" not in page
    assert sign_in(legal).get("/contracts/SOW/terms/?on=soon").status_code == 200


def test_a_step_is_taken_from_the_page_and_refused_in_words(
    tree: dict[str, Contract], owner: User, sign_in: Any
) -> None:
    browser = sign_in(owner)
    answer = browser.post("/contracts/SOW/move/", {"to": "terminated", "version": "1"})
    assert answer.status_code == 422
    assert "Say why it is terminated." in answer.content.decode()
    given = {"to": "terminated", "version": "1", "reason": "Budget cut", "ended_on": "2026-06-30"}
    assert browser.post("/contracts/SOW/move/", given).status_code == 302
    page = browser.get("/contracts/SOW/").content.decode()
    assert "Terminated on 30 Jun 2026" in page
    assert "Budget cut" in browser.get("/contracts/SOW/terms/").content.decode()
    stale = browser.post("/contracts/CO3/move/", {"to": "review", "version": "9"})
    assert stale.status_code == 422
    assert "Somebody changed it meanwhile" in stale.content.decode()


def test_milestones_are_accepted_in_their_cell(tree: dict[str, Contract], owner: User, sign_in: Any) -> None:
    row = Milestone.objects.create(contract=tree["SOW"], key="M1", title="Launch", due=TODAY, amount=D("10"))
    browser, url = sign_in(owner), f"/contracts/SOW/milestones/{row.pk}/"
    given = {"field": "accepted_on", "accepted_on": "2026-10-05", "version": "1"}
    assert browser.post(url, given, headers={"HX-Request": "true"}).status_code == 200
    row.refresh_from_db()
    assert row.accepted_on == date(2026, 10, 5)
    ahead = browser.post(url, {**given, "accepted_on": "2150-01-01", "version": "2"}, headers={"HX-Request": "true"})
    assert ahead.status_code == 422
    much = {"field": "amount", "amount": "120001", "version": "2"}
    answer = browser.post(url, much, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "more than the fee" in answer.content.decode()


def test_an_invoice_by_hand_and_an_estimate(tree: dict[str, Contract], owner: User, legal: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    planned = {"due": "2026-06-15", "amount": "20000", "label": "Deposit"}
    assert browser.post("/contracts/SOW/billing/add/", planned).status_code == 302
    assert browser.post("/contracts/SOW/estimates/add/", {"month": "2026-10", "cost_to_go": "4321"}).status_code == 302
    page = browser.get("/contracts/SOW/billing/").content.decode()
    assert "Deposit" in page
    assert "4,321.00" in page
    seen = sign_in(legal).get("/contracts/SOW/billing/").content.decode()
    assert "Deposit" in seen
    assert "4,321.00" not in seen
    assert "Cost to go" not in seen
    line = BillingPlanLine.objects.get()
    assert browser.post(f"/contracts/SOW/billing/{line.pk}/remove/").status_code == 302
    assert not BillingPlanLine.objects.exists()
