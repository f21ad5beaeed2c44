"""Each neutral kind: what it writes, what it refuses, what a second load and an undo do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Client, Contact, Imperative, Opportunity, Plan, Stakeholding, Target, Touchpoint
from common.imports import kinds
from common.models import FxRate, ImportBatch, Job
from financials.actions.forecast import store_forecasts
from financials.actions.periods import close_month
from financials.calc.forecast import compute
from financials.models import (
    BudgetLine,
    Contract,
    ForecastLine,
    ForecastRun,
    LedgerEntry,
    LedgerMonth,
    ScheduleLine,
)
from financials.queries.inputs import load_book
from people.models import User
from tests.makers import make_client, make_contact, make_stakeholding, make_user
from tests.portfolio.loading import load, rejects, write

pytestmark = pytest.mark.django_db


def refused(tmp_path: Path, kind: str, text: str) -> list[str]:
    return [reason for _, reason in rejects(load(kind, write(tmp_path, "f.csv", text)))]


def test_every_sample_reads(tmp_path: Path) -> None:
    """The sample file of each kind loads once what it refers to is there."""
    make_user(email="ana.reyes@firm.example")
    client = make_client("kestrel-air")
    make_stakeholding(client, contact=make_contact(client, key="KES-C02"))
    plan = Plan.objects.create(client=client, starts_on=date(2026, 1, 1))
    Imperative.objects.create(plan=plan, key="KES-I1", title="Win back travellers")
    for name, kind in kinds:
        head = ",".join(column.name for column in kind.columns)
        cells = ",".join(column.sample for column in kind.columns)
        answer = load(name, write(tmp_path, f"{name}.csv", f"{head}\n{cells}\n"))
        assert (name, answer.code, answer.error) == (name, 0, "")


def test_people_with_managers_in_any_order(tmp_path: Path) -> None:
    text = "email,name,role,manager_email\nB@x.example,Bo,account_manager,a@x.example\na@x.example,Al,director,\n"
    path = write(tmp_path, "p.csv", text)
    assert load("people", path).counts == (2, 2, 0, 0, 0)
    bo = User.objects.get(email="b@x.example")
    assert (bo.manager and bo.manager.name, bo.has_usable_password()) == ("Al", False)
    assert load("people", path).counts == (2, 0, 0, 2, 0)
    ring = "email,name,manager_email\na@x.example,Al,b@x.example\n"
    assert refused(tmp_path, "people", ring) == ["manager_email “b@x.example” leads back to the row itself"]


def test_clients_with_parents_in_any_order(tmp_path: Path) -> None:
    text = "key,name,parent\nc,C,b\nb,B,a\na,A,\n"
    assert load("clients", write(tmp_path, "c.csv", text)).code == 0
    assert Client.objects.get(key="c").parent == Client.objects.get(key="b")
    assert refused(tmp_path, "clients", "key,name,parent\nd,D,nobody\ne,E,d\n") == [
        "parent “nobody” is unknown: neither here nor in the file",
        "parent “d” is unknown: neither here nor in the file",
    ]
    assert refused(tmp_path, "clients", "key,name,parent\nx,X,y\ny,Y,x\n") == [
        "parent “y” leads back to the row itself",
        "parent “x” leads back to the row itself",
    ]


def test_a_column_left_out_is_left_alone_and_a_blank_empties(tmp_path: Path) -> None:
    load("clients", write(tmp_path, "c.csv", "key,name,industry,tier,currency\na,A,Retail,key,EUR\n"))
    assert load("clients", write(tmp_path, "c.csv", "key,name\na,Anew\n")).counts == (1, 0, 1, 0, 0)
    client = Client.objects.get()
    assert (client.name, client.industry, client.tier, client.version) == ("Anew", "Retail", "key", 2)
    load("clients", write(tmp_path, "c.csv", "key,name,industry,currency\na,Anew,,\n"))
    client.refresh_from_db()
    assert (client.industry, client.currency) == ("", "EUR")


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("tier", "Strategic", "tier “Strategic” is none of strategic, key, growth, maintain; strategic is meant?"),
        ("currency", "usd", "currency “usd” is not a currency: write USD"),
        ("country", "UK", "country “UK” is not a country code: write ISO 3166 capitals, as in GB or GB-ENG"),
        ("timezone", "GMT+1", "timezone “GMT+1” is not a time zone: write its IANA name, as in Europe/London"),
        ("fiscal_year_start", "13", "fiscal_year_start “13” is not a whole number from 1 to 12"),
        ("owner_email", "no@x.example", "owner_email “no@x.example” is no one here"),
        ("key", "a/b", "key “a/b”: a key holds no slash or line break, as it is part of an address"),
    ],
)
def test_cells_that_cannot_be_read(tmp_path: Path, column: str, cell: str, reason: str) -> None:
    row = {"key": "a", "name": "A", column: cell}
    assert refused(tmp_path, "clients", f"{','.join(row)}\n{','.join(row.values())}\n") == [reason]


def test_contacts_with_their_part_in_a_client(tmp_path: Path) -> None:
    acme = make_client("ACME")
    text = (
        "key,client,first_name,last_name,reports_to,power,stance,level\n"
        "c2,ACME,Bo,Ek,c1,3,-1,\nc1,ACME,Al,Oy,,5,2,4\nw,,Wide,World,,,,\n"
    )
    path = write(tmp_path, "c.csv", text)
    assert load("contacts", path).counts == (3, 3, 0, 0, 0)
    part = Stakeholding.objects.get(contact__key="c2")
    assert (part.reports_to and part.reports_to.key, part.power, part.stance, part.level) == ("c1", 3, -1, None)
    assert Contact.objects.get(key="w").client is None
    assert load("contacts", path).counts == (3, 0, 0, 3, 0)
    changed = text.replace("c1,3,-1,", "c1,4,-1,")
    answer = load("contacts", write(tmp_path, "c.csv", changed))
    assert answer.counts == (3, 0, 1, 2, 0)
    call_command("load", undo=str(answer.report["batch"]))
    assert Stakeholding.objects.get(contact__key="c2", client=acme).power == 3
    wide = "key,first_name,last_name,client,power\nz,Z,Z,,3\n"
    assert refused(tmp_path, "contacts", wide) == ["power: a contact of the wider industry has no such column"]


def test_touchpoints_with_people_of_both_sides(tmp_path: Path) -> None:
    ana = make_user(email="ana@x.example")
    make_client("ACME")
    load("contacts", write(tmp_path, "c.csv", "key,client,first_name,last_name\nc1,ACME,Al,Oy\nc2,ACME,Bo,Ek\n"))
    text = "source_ref,client,date,kind,ours,theirs\nT1,ACME,2026-11-02,call,ANA@x.example,c1;c2\n"
    path = write(tmp_path, "t.csv", text)
    assert load("touchpoints", path).code == 0
    meeting = Touchpoint.objects.get()
    assert sorted(contact.key for contact in meeting.theirs.all()) == ["c1", "c2"]
    assert list(meeting.ours.values_list("pk", flat=True)) == [ana.pk]
    assert load("touchpoints", path).counts == (1, 0, 0, 1, 0)
    fewer = load("touchpoints", write(tmp_path, "t.csv", text.replace("c1;c2", "c2")))
    assert fewer.counts == (1, 0, 1, 0, 0)
    call_command("load", undo=str(fewer.report["batch"]))
    assert meeting.theirs.count() == 2
    assert refused(tmp_path, "touchpoints", text.replace("c1;c2", "c9")) == ["theirs: contact “c9” is unknown"]


@pytest.mark.parametrize(
    ("kind", "column", "text"),
    [
        ("touchpoints", "date", "source_ref,client,date\nT1,ACME,{}\n"),
        ("commitments", "kept_on", "key,client,side,text,due,kept_on\nP1,ACME,ours,Send it,2026-10-30,{}\n"),
        ("asks", "answered_on", "key,client,text,asked_on,answered_on\nA1,ACME,What of May,2026-10-30,{}\n"),
        ("feedback", "date", "source_ref,client,date,comment\nF1,ACME,{},Good\n"),
    ],
)
def test_what_has_happened_has_no_day_ahead(tmp_path: Path, kind: str, column: str, text: str) -> None:
    """Today where the client is: Kiritimati is a day ahead of UTC for most of it."""
    acme = make_client("ACME", timezone="Pacific/Kiritimati")
    today = acme.local_date(timezone.now())
    ahead = refused(tmp_path, kind, text.format(today + timedelta(days=1)))
    assert ahead == [f"{column}: that day is still to come where the client is"]
    assert load(kind, write(tmp_path, "t.csv", text.format(today))).code == 0


def test_opportunities(tmp_path: Path) -> None:
    make_client("ACME")
    text = (
        "key,client,name,stage,amount,currency,close_on,probability\n"
        "o1,ACME,One,WON,1000.50,USD,2026-09-30,\no2,ACME,Two,Proposal,,,,0.6\n"
    )
    answer = load("opportunities", write(tmp_path, "o.csv", text))
    assert (answer.code, answer.notes) == (0, ["Open deals without an amount: counted as unpriced, never summed."])
    won, opened = Opportunity.objects.order_by("key")
    assert (won.outcome, won.stage, won.amount) == ("won", "WON", Decimal("1000.5000"))
    assert (opened.outcome, opened.amount, opened.probability) == ("open", None, Decimal("0.6"))
    assert load("opportunities", tmp_path / "o.csv").counts == (2, 0, 0, 2, 0)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("won,,,,", "won, but without amount, currency, close_on"),
        ("Lead,5,,,", "amount without a currency"),
        ("Lead,,,,60", "probability “60” is not a fraction from 0 to 1: write 0.6 if that is meant"),
        ("Lead,,,,60%", "probability “60%” is not a fraction from 0 to 1: write 0.6 if that is meant"),
        ("Lead,-5,USD,,", "amount “-5” is below zero"),
        ("Lead,1e3,USD,,", "amount “1e3” is not a plain amount: write digits only, as in 1234.56; the currency has "
         "its own column"),
        ("Lead,,,30.09.2026,", "close_on “30.09.2026” is not a date: write YYYY-MM-DD, as in 2026-09-30"),
        ("Lead,,,2026-02-30,", "close_on “2026-02-30” is no day of the calendar"),
    ],
)  # fmt: skip
def test_opportunities_refused(tmp_path: Path, cells: str, reason: str) -> None:
    make_client("ACME")
    text = f"key,client,name,stage,amount,currency,close_on,probability\no1,ACME,One,{cells}\n"
    assert refused(tmp_path, "opportunities", text) == [reason]


def test_contracts_and_their_schedules(tmp_path: Path) -> None:
    make_client("ACME")
    head = "number,kind,parent,client,title,start,end,amount,currency,status\n"
    rows = (
        "CO-1,change_order,SOW-1,ACME,More,2026-02-01,2026-03-31,-60,USD,signed\n"
        "SOW-1,sow,MSA-1,ACME,Work,2026-01-01,2026-03-31,900,USD,active\n"
        "MSA-1,msa,,ACME,Frame,2026-01-01,,,USD,signed\n"
    )
    path = write(tmp_path, "c.csv", head + rows)
    assert load("contracts", path).counts == (3, 3, 0, 0, 0)
    change = Contract.objects.get(number="CO-1")
    assert (change.parent and change.parent.number) == "SOW-1"
    lines = ScheduleLine.objects.filter(contract__number="SOW-1").values_list("month", "amount")
    assert list(lines) == [
        (date(2026, 1, 1), Decimal("310.00")),
        (date(2026, 2, 1), Decimal("280.00")),
        (date(2026, 3, 1), Decimal("310.00")),
    ]
    assert load("contracts", path).counts == (3, 0, 0, 3, 0)
    dearer = load("contracts", write(tmp_path, "c.csv", (head + rows).replace(",900,", ",1800,")))
    assert dearer.counts == (3, 0, 1, 2, 0)
    assert ScheduleLine.objects.get(contract__number="SOW-1", month=date(2026, 2, 1)).amount == 560
    call_command("load", undo=str(dearer.report["batch"]))
    assert ScheduleLine.objects.get(contract__number="SOW-1", month=date(2026, 2, 1)).amount == 280
    call_command("load", undo=str(ImportBatch.objects.earliest("pk").pk))
    assert not Contract.objects.exists()
    assert not ScheduleLine.objects.exists()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("N,change_order,,ACME,T,2026-01-01,2026-02-01,5,USD,draft,", "a change order needs the number of its contract "
         "as parent"),
        ("N,sow,,ACME,T,2026-02-01,2026-01-01,5,USD,draft,", "end lies before start, 2026-01-01 before "
         "2026-02-01: swap the two, or mend the wrong one"),
        ("N,sow,,ACME,T,2026-02-01,,5,USD,signed,", "end is missing: only an evergreen contract, or one not yet "
         "signed, may leave it blank"),
        ("N,sow,,ACME,T,2026-01-01,2026-02-01,-5,USD,draft,", "amount is below zero: only a change order may take "
         "away"),
        ("N,sow,X-9,ACME,T,2026-01-01,2026-02-01,5,USD,draft,", "parent “X-9” is unknown: neither here nor in the "
         "file"),
        ("N,sow,,ACME,T,2026-01-01,2026-02-01,5,USD,draft,3%", "uplift “3%” is not an uplift; write a fraction such "
         "as 0.03, or index:floor:cap such as cpi:0.02:0.04"),
    ],
)  # fmt: skip
def test_contracts_refused(tmp_path: Path, cells: str, reason: str) -> None:
    make_client("ACME")
    head = "number,kind,parent,client,title,start,end,amount,currency,status,uplift\n"
    assert refused(tmp_path, "contracts", head + cells + "\n") == [reason]


LEDGER = "source_ref,client,contract,service_line,month,line,amount,currency,description\n"


def test_ledger(tmp_path: Path) -> None:
    make_client("ACME")
    text = LEDGER + "r1,ACME,,Media,2026-09,gross_revenue,100.10,USD,a\nr2,,,,2026-09,overhead,7,USD,pool\n"
    path = write(tmp_path, "l.csv", text)
    assert load("ledger", path).counts == (2, 2, 0, 0, 0)
    assert load("ledger", path).counts == (2, 0, 0, 2, 0)
    changed = load("ledger", write(tmp_path, "l.csv", text.replace("100.10", "90")))
    assert changed.counts == (2, 0, 1, 1, 0)
    assert LedgerMonth.objects.get(line="gross_revenue").amount == 90
    first = ImportBatch.objects.earliest("pk").pk
    with pytest.raises(CommandError, match="ledger row “r1” was posted again since"):
        call_command("load", undo=str(first))
    call_command("load", undo=str(changed.report["batch"]))
    call_command("load", undo=str(first))
    assert not LedgerEntry.objects.exists()
    assert not LedgerMonth.objects.exists()


def test_ledger_refused(tmp_path: Path) -> None:
    make_client("ACME")
    make_client("ZETA")
    load(
        "contracts",
        write(tmp_path, "c.csv", "number,kind,client,title,start,currency\nZ-1,msa,ZETA,T,2026-01-01,USD\n"),
    )
    rows = [
        ("a,ACME,Z-1,,2026-09,gross_revenue,1,USD,", "contract “Z-1” is unknown at this client"),
        ("b,,,,2026-09,gross_revenue,1,USD,", "client is missing: only overhead may have none"),
        ("c,ACME,,,2026-9,gross_revenue,1,USD,", "month “2026-9” is not a month: write YYYY-MM, as in 2026-09"),
        ("d,ACME,,,2026-09,revenue,1,USD,", "line “revenue” is none of gross_revenue, pass_through, delivery_labour, "
         "freelancers, direct_expenses, overhead"),
        ("e,ACME,,,2026-09,overhead,(5.00),USD,", "amount “(5.00)” is not a plain amount: write a minus sign instead "
         "of brackets, as in -1234.56"),
        ("f,ACME,,,2026-09,overhead,1.23456,USD,", "amount “1.23456” is not a plain amount: at most four "
         "decimal places"),
        ("g,ACME,,,2026-09,overhead,,USD,", "amount is missing"),
    ]  # fmt: skip
    text = LEDGER + "".join(f"{row}\n" for row, _ in rows)
    assert refused(tmp_path, "ledger", text) == [reason for _, reason in rows]
    assert not LedgerEntry.objects.exists()


def test_late_ledger_rows_are_noted(tmp_path: Path) -> None:
    make_client("ACME")
    close_month(month=date(2026, 9, 1), actor="x", now=timezone.now().replace(year=2027))
    text = LEDGER + "r1,ACME,,Media,2026-09,gross_revenue,100,USD,a\n"
    answer = load("ledger", write(tmp_path, "l.csv", text))
    assert answer.notes == ["Rows of closed months: posted to the first open month."]
    assert LedgerEntry.objects.values_list("month", "service_month").get() == (date(2026, 10, 1), date(2026, 9, 1))


def test_budgets_targets_and_rates(tmp_path: Path) -> None:
    make_client("ACME")
    make_user(email="dir@x.example")
    budget = "version,client,month,line,amount,currency\nv1,ACME,2027-01,gross_revenue,500,USD\n"
    target = "measure,client,owner_email,month,amount,currency\nnet_revenue,,dir@x.example,2027-01,90,USD\n"
    rate = "month,base,quote,average,closing\n2026-09,EUR,USD,1.0845,\n"
    for kind, text, model in (("budgets", budget, BudgetLine), ("targets", target, Target), ("fx", rate, FxRate)):
        path = write(tmp_path, "f.csv", text)
        assert load(kind, path).counts == (1, 1, 0, 0, 0)
        assert load(kind, path).counts == (1, 0, 0, 1, 0)
        moved = text.replace("500", "501").replace("90,", "91,").replace("1.0845", "1.09")
        changed = load(kind, write(tmp_path, "f.csv", moved))
        assert changed.counts == (1, 0, 1, 0, 0)
        call_command("load", undo=str(changed.report["batch"]))
        assert load(kind, write(tmp_path, "f.csv", text)).counts == (1, 0, 0, 1, 0)
        assert model._default_manager.count() == 1


def test_a_closed_months_rate_stands(tmp_path: Path) -> None:
    text = "month,base,quote,average\n2026-09,EUR,USD,1.0845\n"
    load("fx", write(tmp_path, "f.csv", text))
    close_month(month=date(2026, 9, 1), actor="x", now=timezone.now().replace(year=2027))
    assert refused(tmp_path, "fx", text.replace("1.0845", "1.2")) == ["2026-09 is closed: its rate no longer moves"]
    assert load("fx", write(tmp_path, "f.csv", text)).code == 0
    assert refused(tmp_path, "fx", "month,base,quote,average\n2026-08,EUR,EUR,1\n") == [
        "base and quote are the same currency"
    ]
    assert FxRate.objects.get().average == Decimal("1.0845")


def test_a_closed_month_takes_no_first_rate_that_would_move_it(tmp_path: Path) -> None:
    """September's EUR stands on EUR/USD; an EUR/GBP of its own would be a new way from one to the other."""
    head = "month,base,quote,average\n"
    batch = str(
        load("fx", write(tmp_path, "f.csv", f"{head}2026-09,EUR,USD,1.08\n2026-09,GBP,USD,1.33\n")).report["batch"]
    )
    close_month(month=date(2026, 9, 1), actor="x", now=timezone.now().replace(year=2027))
    for row, pair in (("2026-09,USD,EUR,0.9", "USD and EUR"), ("2026-09,EUR,GBP,0.8", "EUR and GBP")):
        said = f"2026-09 is closed: its figures stand on another rate of {pair}"
        assert refused(tmp_path, "fx", f"{head}{row}\n") == [said]
    assert load("fx", write(tmp_path, "f.csv", f"{head}2026-09,CHF,USD,1.1\n")).code == 0  # nothing stood on it
    with pytest.raises(CommandError, match="2026-09 has been closed since"):
        call_command("load", undo=batch)


def test_undo_is_refused_when_rows_were_edited_or_built_upon(tmp_path: Path) -> None:
    batch = str(load("clients", write(tmp_path, "c.csv", "key,name\na,A\nb,B\n")).report["batch"])
    load("opportunities", write(tmp_path, "o.csv", "key,client,name,stage\no1,b,One,Lead\n"))
    with pytest.raises(CommandError, match="1 opportunity refer to client “B”"):
        call_command("load", undo=batch)
    Client.objects.filter(key="a").update(version=2)
    with pytest.raises(CommandError, match="client “A” was edited since"):
        call_command("load", undo=batch)
    assert Client.objects.count() == 2
    with pytest.raises(CommandError, match="There is no batch 987654"):
        call_command("load", undo="987654")


def test_undo_takes_what_was_computed_along(tmp_path: Path) -> None:
    write(tmp_path, "clients.csv", "key,name\na,A\n")
    write(
        tmp_path,
        "contracts.csv",
        "number,kind,client,title,start,end,amount,currency,status\nS1,sow,a,T,2026-01-01,2027-12-31,2400,USD,active\n",
    )
    write(
        tmp_path,
        "opportunities.csv",
        "key,client,name,stage,amount,currency,close_on,probability\no1,a,One,Lead,500,USD,2027-01-15,0.5\n",
    )
    write(tmp_path, "ledger.csv", LEDGER + "r1,a,S1,,2026-09,gross_revenue,100,USD,\n")
    bundle = str(load("bundle", tmp_path).report["batch"])
    store_forecasts_of(Client.objects.get().pk)
    assert ForecastLine.objects.exists()
    call_command("load", undo=bundle)
    gone = (Client, Contract, Opportunity, ForecastRun, ForecastLine, LedgerEntry)
    assert [model._default_manager.count() for model in gone] == [0, 0, 0, 0, 0, 0]
    assert not Job.objects.filter(kind="recompute").exists()


def store_forecasts_of(client: int) -> None:
    now = timezone.now()
    book = load_book([client], now=now)
    results = [compute(batch.inputs) for batch in book.batches]
    store_forecasts(book=book, results=results, versions={client: 1}, now=now)
