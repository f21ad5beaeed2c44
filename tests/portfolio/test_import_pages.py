"""The import page: who may load what, the report, the refused rows, undo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Client, Opportunity
from common.imports import kinds
from common.jobs import work
from common.models import AuditEntry, ImportBatch, Job
from financials.models import LedgerEntry
from people.models import User
from portfolio.imports.requests import Options
from portfolio.imports.runner import load_rows
from portfolio.views.imports import SEEN_AT
from tests.makers import make_client, make_user

# Naming the apps lets the emptying afterwards reach tables that no model stands for.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLIENTS = "key,name\na,A\nb,B\n"


def send(browser: Browser, kind: str, *files: tuple[str, str], **fields: Any) -> Any:
    uploads = [SimpleUploadedFile(name, text.encode()) for name, text in files]
    data = {"kind": kind, "source": "neutral", "currency": "", "upload": uploads, **fields}
    return browser.post("/imports/load/", data)


def sent(browser: Browser, kind: str, *files: tuple[str, str], **fields: Any) -> ImportBatch:
    """Send, let a worker do it, and look."""
    answer = send(browser, kind, *files, **fields)
    assert answer.status_code == 302, answer.content.decode()
    work("import")
    return ImportBatch.objects.get(pk=int(answer["Location"].rstrip("/").rpartition("/")[2]))


def test_a_directors_load(owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    batch = sent(browser, "clients", ("clients.csv", CLIENTS))
    assert (batch.state, batch.created, batch.loaded_by, batch.upload) == ("loaded", 2, "owner@example.com", None)
    assert set(Client.objects.values_list("owner__email", flat=True)) == {"owner@example.com"}
    assert AuditEntry.objects.filter(actor="owner@example.com", verb="loaded", object_id=str(batch.pk)).exists()
    page = browser.get(f"/imports/{batch.pk}/").content.decode()
    assert "clients.csv: loaded" in page
    assert '<a href="/clients/">Open what was loaded</a>' in page
    assert "New clients without an owner_email are owned by owner@example.com." in page
    assert "clients.csv" in browser.get("/imports/").content.decode()


def test_progress_is_shown_and_announces_its_end(owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    send(browser, "clients", ("clients.csv", CLIENTS))
    batch = ImportBatch.objects.get()
    page = browser.get(f"/imports/{batch.pk}/").content.decode()
    assert "Waiting for a worker" in page
    assert f'hx-get="/imports/{batch.pk}/progress/"' in page
    box = browser.get(f"/imports/{batch.pk}/progress/", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in box
    work("import")
    job = Job.objects.get(kind="import")
    assert (job.state, job.result) == ("done", {"files": 1, "rejected": 0})
    box = browser.get(f"/imports/{batch.pk}/progress/", headers={"HX-Request": "true"})
    assert box["HX-Refresh"] == "true"
    assert "hx-get" not in box.content.decode()


def test_check_only_writes_nothing(owner: User, sign_in: Any) -> None:
    batch = sent(sign_in(owner), "clients", ("clients.csv", CLIENTS), dry_run="on")
    assert (batch.state, batch.created) == ("checked", 2)
    assert not Client.objects.exists()


def test_refused_rows_are_shown_and_downloaded(owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    batch = sent(browser, "clients", ("c.csv", "key,name\na,=1+1\na,B\n"))
    assert (batch.state, batch.rejected) == ("refused", 2)
    page = browser.get(f"/imports/{batch.pk}/").content.decode()
    assert "key “a” is on line 3 too: neither row is taken" in page
    file = browser.get(f"/imports/{batch.pk}/rejects.csv")
    assert file["Content-Disposition"] == f'attachment; filename="clients-{batch.pk}-rejects.csv"'
    assert file.content.decode("utf-8-sig").splitlines()[1] == (
        "2,key “a” is on line 3 too: neither row is taken,a,'=1+1"
    )


def test_an_unusable_file_says_why(owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    batch = sent(browser, "clients", ("c.csv", "key\na\n"))
    assert batch.state == "refused"
    assert "c.csv lacks the column name, which clients needs" in browser.get(f"/imports/{batch.pk}/").content.decode()


def test_a_client_out_of_sight_is_as_unknown_as_a_missing_one(owner: User, outsider: User, sign_in: Any) -> None:
    make_client("FOREIGN", owner=outsider)
    text = "key,client,name,stage\no1,FOREIGN,One,Lead\no2,MISSING,Two,Lead\n"
    browser = sign_in(owner)
    batch = sent(browser, "opportunities", ("o.csv", text))
    lines = browser.get(f"/imports/{batch.pk}/rejects.csv").content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("2,client “FOREIGN” is unknown,")
    assert lines[2].startswith("3,client “MISSING” is unknown,")


def test_records_of_others_cannot_be_overwritten(owner: User, outsider: User, sign_in: Any) -> None:
    foreign, own = make_client("FOREIGN", owner=outsider), make_client("OWN", owner=owner)
    Opportunity.objects.create(key="o1", client=foreign, name="Theirs", stage="Lead")
    ledger = [{"source_ref": "r1", "client": "FOREIGN", "month": "2026-09", "line": "gross_revenue", "amount": "5"}]
    load_rows("ledger", [{**ledger[0], "currency": "USD"}], actor="x", now=NOW)
    contracts = [{"number": "S1", "kind": "sow", "client": "FOREIGN", "title": "T", "start": "2026-01-01"}]
    load_rows("contracts", [{**contracts[0], "currency": "USD"}], actor="x", now=NOW)
    browser = sign_in(owner)
    for kind, text in (
        ("clients", "key,name\nFOREIGN,Mine now\n"),
        ("opportunities", "key,client,name,stage\no1,OWN,Mine,Lead\n"),
        ("contracts", "number,kind,client,title,start,currency\nS1,sow,OWN,T,2026-01-01,USD\n"),
        ("ledger", "source_ref,client,month,line,amount,currency\nr1,OWN,2026-09,gross_revenue,1,USD\n"),
    ):
        batch = sent(browser, kind, ("f.csv", text))
        assert (kind, batch.state) == (kind, "refused")
        assert "not yours to change" in browser.get(f"/imports/{batch.pk}/").content.decode()
    assert (own.opportunities.count(), LedgerEntry.objects.count()) == (0, 1)
    pool = "source_ref,month,line,amount,currency\nr2,2026-09,overhead,1,USD\n"
    batch = sent(browser, "ledger", ("f.csv", pool))
    assert "overhead without a client is posted by finance" in browser.get(f"/imports/{batch.pk}/").content.decode()


def test_the_page_gives_nobody_a_role(owner: User, finance: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    text = f"email,name,role\nnew@x.example,New,administrator\n{finance.email},Fay,director\n"
    batch = sent(browser, "people", ("p.csv", text), accept_valid="on")
    assert (batch.created, batch.updated, batch.rejected) == (0, 0, 2)
    finance.refresh_from_db()
    assert finance.role == "finance"
    batch = sent(browser, "people", ("p.csv", "email,name,manager_email\nfinance@example.com,Fay,owner@example.com\n"))
    assert batch.rejected == 1


def test_a_director_s_file_changes_only_their_own_people(
    owner: User, manager: User, outsider: User, sign_in: Any
) -> None:
    junior = make_user("delivery", email="junior@example.com", name="June Ior", manager=manager, country="GB")
    text = (
        "email,name,country,weekly_hours,manager_email\n"
        "junior@example.com,June Iorson,FR,30,manager@example.com\n"
        "owner@example.com,Amara Reyes,GB,40,\n"
        "outsider@example.com,Renamed,FR,1,\n"
        "first@example.com,First,GB,,second@example.com\n"
        "second@example.com,Second,GB,,owner@example.com\n"
        "planted@example.com,Planted,GB,,outsider@example.com\n"
    )
    browser = sign_in(owner)
    batch = sent(browser, "people", ("p.csv", text), accept_valid="on")
    assert (batch.created, batch.updated, batch.rejected) == (2, 2, 2)
    page = browser.get(f"/imports/{batch.pk}/").text
    assert "email outsider@example.com is not among your reports: you may not change this person" in page
    assert "manager_email outsider@example.com is neither you nor one of your reports" in page
    junior.refresh_from_db()
    outsider.refresh_from_db()
    assert (junior.name, junior.country, str(junior.weekly_hours)) == ("June Iorson", "FR", "30.00")
    assert (outsider.name, outsider.country, outsider.weekly_hours) == ("Otto Outsider", "", None)
    same = "email,name\noutsider@example.com,Otto Outsider\n"
    assert sent(browser, "people", ("q.csv", same)).unchanged == 1


def test_who_may_load_what(owner: User, finance: User, legal: User, sign_in: Any) -> None:
    answer = send(sign_in(finance), "clients", ("c.csv", CLIENTS))
    assert answer.status_code == 422
    assert send(sign_in(owner), "fx", ("f.csv", "month,base,quote,average\n")).status_code == 422
    assert send(sign_in(legal), "contracts", ("c.csv", "x")).status_code == 403
    assert sign_in(legal).get("/imports/").status_code == 403
    assert sign_in(None).get("/imports/").status_code == 302
    assert not ImportBatch.objects.exists()
    batch = sent(sign_in(finance), "fx", ("f.csv", "month,base,quote,average\n2026-09,EUR,USD,1.08\n"))
    assert batch.state == "loaded"


def test_loads_of_others_are_not_there(owner: User, outsider: User, finance: User, sign_in: Any) -> None:
    batch = sent(sign_in(owner), "clients", ("c.csv", CLIENTS))
    for user in (outsider, finance):
        browser = sign_in(user)
        for path in ("", "progress/", "rejects.csv", "undo/"):
            assert browser.get(f"/imports/{batch.pk}/{path}").status_code == 404
        assert browser.post(f"/imports/{batch.pk}/undo/confirm/").status_code == 404
    assert Client.objects.count() == 2


def test_undo_asks_first_and_leaves_no_trace(owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    batch = sent(browser, "clients", ("c.csv", CLIENTS))
    assert "2 new, 0 changed" in browser.get(f"/imports/{batch.pk}/undo/").content.decode()
    assert browser.get(f"/imports/{batch.pk}/undo/confirm/").status_code == 405
    assert browser.post(f"/imports/{batch.pk}/undo/confirm/").status_code == 302
    assert not Client.objects.exists()
    assert "Undo…" not in browser.get(f"/imports/{batch.pk}/").content.decode()
    again = browser.post(f"/imports/{batch.pk}/undo/confirm/")
    assert again.status_code == 409
    assert "nothing of it stands" in again.content.decode()


def test_undo_is_refused_with_its_reasons(owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    batch = sent(browser, "clients", ("c.csv", CLIENTS))
    Client.objects.filter(key="a").update(version=2)
    answer = browser.post(f"/imports/{batch.pk}/undo/confirm/")
    assert answer.status_code == 409
    assert "client “A” was edited since" in answer.content.decode()
    assert Client.objects.count() == 2


def test_form_faults(owner: User, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in(owner)
    two = send(browser, "clients", ("a.csv", CLIENTS), ("b.csv", CLIENTS))
    assert "Several files are loaded as a bundle" in two.content.decode()
    crm = send(browser, "clients", ("accounts.csv", "x"), source="crm_sales")
    assert "names no currency" in crm.content.decode()
    assert "ISO 4217" in send(browser, "clients", ("a.csv", CLIENTS), currency="XXQ").content.decode()
    monkeypatch.setattr(settings, "IMPORT_MAX_BYTES", 10)
    assert "split it into several files" in send(browser, "clients", ("a.csv", CLIENTS)).content.decode()
    assert not ImportBatch.objects.exists()


def test_columns_and_samples(finance: User, sign_in: Any) -> None:
    browser = sign_in(finance)
    page = browser.get("/imports/columns/").content.decode()
    assert "source_ref" in page
    assert "index:floor:cap" in page
    sample = browser.get("/imports/columns/fx.csv").content.decode("utf-8-sig").splitlines()
    assert sample == ["month,base,quote,average,closing", "2026-10,GBP,USD,1.3342,1.3291"]
    assert browser.get("/imports/columns/nothing.csv").status_code == 404


def test_a_job_delivered_twice_loads_once(owner: User, sign_in: Any) -> None:
    batch = sent(sign_in(owner), "clients", ("c.csv", CLIENTS))
    Job.objects.filter(kind="import").update(state="ready", tries=0)
    work("import")
    batch.refresh_from_db()
    assert (batch.created, Client.objects.count(), ImportBatch.objects.count()) == (2, 2, 1)


def test_options_travel_as_plain_data() -> None:
    options = Options(currency="USD", accept_valid=True, client="HAL", first="2026-09-01")
    assert options.for_kinds() == {"currency": "USD", "owner": "", "client": "HAL", "from": "2026-09-01", "to": ""}


def test_a_bundle_is_judged_file_by_file(owner: User, finance: User, sign_in: Any) -> None:
    clients, rates = ("clients.csv", CLIENTS), ("fx.csv", "month,base,quote,average\n2026-09,EUR,USD,1.08\n")
    batch = sent(sign_in(owner), "bundle", clients, rates)
    assert (batch.state, batch.error) == ("refused", "Your role does not load fx.")
    batch = sent(sign_in(finance), "bundle", clients, rates)
    assert (batch.state, batch.error) == ("refused", "Your role does not load clients.")
    batch = sent(sign_in(owner), "bundle", clients, ("contacts.csv", "key,client,first_name,last_name\nc,a,A,B\n"))
    assert (batch.state, batch.kind, Client.objects.count()) == ("loaded", "clients", 2)
    together = ImportBatch.objects.filter(bundle=batch.bundle)
    assert sorted(together.values_list("kind", "state")) == [("clients", "loaded"), ("contacts", "loaded")]
    assert sign_in(owner).post(f"/imports/{batch.pk}/undo/confirm/").status_code == 302
    assert not Client.objects.exists()


def test_what_a_load_brought_is_one_click_away(owner: User, finance: User, sign_in: Any) -> None:
    """For whoever may load the kind, the page it names opens."""
    browsers = {"director": sign_in(owner), "finance": sign_in(finance)}
    for name, route in SEEN_AT.items():
        for role in kinds[name].roles & browsers.keys():
            assert browsers[role].get(reverse(route)).status_code == 200, (name, role)
