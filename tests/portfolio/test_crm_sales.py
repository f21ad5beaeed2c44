"""The CRM sales dataset, against the figures its readers published. Skips where the data is not at hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Sum

from accounts.models import Client, ClientMember, Opportunity
from common.models import AuditEntry, ImportBatch
from people.models import User
from portfolio.imports.sources.crm_sales import email_of, key_of
from tests.portfolio.loading import Answer, load, rejects, write

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "crm_sales_opportunities"
TECHNOLGY = "Sector “technolgy” is not a known one; perhaps technology is meant. Kept as given."
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the CRM sales dataset is not at {DATA}"),
]


def load_bundle(**options: Any) -> Answer:
    return load("bundle", DATA, source="crm_sales", currency="USD", accept_valid=True, **options)


def file_of(answer: Answer, kind: str) -> dict[str, Any]:
    return next(file for file in answer.report["files"] if file["kind"] == kind)


def counts(answer: Answer, kind: str) -> tuple[int, ...]:
    file = file_of(answer, kind)
    return tuple(file[name] for name in ("read", "created", "updated", "unchanged", "rejected"))


def noted(answer: Answer, kind: str) -> dict[str, int]:
    return {note["text"]: note["count"] for note in file_of(answer, kind)["notes"]}


def rows_of_every_table() -> dict[str, int]:
    kept = {"common.auditentry", "common.importbatch", "common.job", "common.inputversion"}
    return {
        model._meta.label_lower: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label_lower not in kept
    }


def test_what_lands_and_what_is_refused() -> None:
    answer = load_bundle()
    assert answer.code == 1
    assert counts(answer, "clients") == (85, 85, 0, 0, 0)
    assert Client.objects.exclude(parent=None).count() == 15
    assert counts(answer, "people") == (35, 41, 0, 0, 0)
    assert counts(answer, "opportunities") == (8800, 7375, 0, 0, 1425)
    assert dict(Counter(Opportunity.objects.values_list("outcome", flat=True))) == {
        "won": 4238,
        "lost": 2473,
        "open": 664,
    }
    assert not Opportunity.objects.filter(outcome="open", amount__isnull=False).exists()
    assert Counter(reason for _, reason in rejects(answer)) == {"no account": 1425}
    assert noted(answer, "opportunities") == {
        "Amounts are in USD, as given on loading: the file names no currency.": 1,
        "Product “GTXPro” was read as “GTX Pro”, a stated alias.": 1480,
        "Open deals without an amount: counted as unpriced, never summed.": 664,
    }
    assert noted(answer, "clients")[TECHNOLGY] == 12
    assert Client.objects.filter(industry="technolgy").count() == 12
    assert "Office location “Philipines” is not a known one; perhaps Philippines is meant. Kept as given." in noted(
        answer, "clients"
    )
    bioholding = Client.objects.get(key="bioholding")
    assert (bioholding.country, "Office location: Philipines" in bioholding.notes) == ("", True)


def test_the_published_figures() -> None:
    load_bundle()
    won = Opportunity.objects.filter(outcome="won")
    assert won.aggregate(total=Sum("amount"))["total"] == Decimal(10005534)
    by_quarter: dict[str, Decimal] = defaultdict(Decimal)
    by_manager: dict[str, Decimal] = defaultdict(Decimal)
    days = []
    fields = ("amount", "opened_on", "close_on", "owner__manager__name")
    for amount, opened, closed, manager in won.values_list(*fields):
        assert amount is not None
        assert isinstance(opened, date)
        assert isinstance(closed, date)
        by_quarter[f"{closed.year}-Q{(closed.month + 2) // 3}"] += amount
        by_manager[manager] += amount
        days.append((closed - opened).days)
    assert by_quarter == {"2017-Q1": 1134672, "2017-Q2": 3086111, "2017-Q3": 2982255, "2017-Q4": 2802496}
    assert max(by_manager.items(), key=lambda pair: pair[1]) == ("Melvin Marxen", Decimal(2251930))
    regions = {"Summer Sewald": "West", "Celia Rouche": "West", "Cara Losch": "East", "Rocco Neubert": "East"}
    by_region: dict[str, Decimal] = defaultdict(Decimal)
    for manager, amount in by_manager.items():
        by_region[regions.get(manager, "Central")] += amount
    assert by_region == {"West": 3568647, "Central": 3346293, "East": 3090594}
    top = won.values("client__name").annotate(total=Sum("amount")).order_by("-total")[0]
    assert top == {"client__name": "Kan-code", "total": Decimal(341455)}
    assert round(Decimal(sum(days)) / len(days), 2) == Decimal("51.78")


def test_who_works_a_client_sees_it() -> None:
    load_bundle()
    darcel = User.objects.get(email="darcel.schlecht@crm-sales.invalid")
    assert (darcel.role, darcel.manager and darcel.manager.name) == ("account_manager", "Melvin Marxen")
    assert not darcel.has_usable_password()
    deals = Opportunity.objects.filter(owner=darcel).values("client").distinct().count()
    assert 0 < deals <= Client.objects.visible_to(darcel).count()
    assert darcel.manager is not None
    assert Client.objects.visible_to(darcel.manager).filter(pk__in=Client.objects.visible_to(darcel)).count() >= deals
    assert ClientMember.objects.count() == 1672


def test_a_second_load_changes_nothing_and_undo_leaves_no_trace() -> None:
    before = rows_of_every_table()
    first = load_bundle()
    again = load_bundle()
    assert (again.report["created"], again.report["updated"], again.report["rejected"]) == (0, 0, 1425)
    assert counts(again, "opportunities") == (8800, 0, 0, 7375, 1425)
    call_command("load", undo=first.report["batch"])
    assert rows_of_every_table() == before
    states = ImportBatch.objects.filter(bundle=first.report["batch"]).values_list("state", flat=True)
    assert set(states) == {"undone"}
    assert AuditEntry.objects.filter(verb="undid", object_kind="import").count() == 5


def test_all_or_none_without_accept_valid() -> None:
    answer = load("bundle", DATA, source="crm_sales", currency="USD")
    assert answer.code == 1
    assert answer.error == "Nothing was written: 1,425 rows were refused. Mend them, or accept the valid ones."
    assert not Client.objects.exists()
    assert not User.objects.exists()


def test_a_bundle_without_one_of_its_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "accounts.csv", (DATA / "accounts.csv").read_bytes())
    answer = load("bundle", tmp_path, source="crm_sales", currency="USD")
    assert answer.code == 2
    assert answer.error == (
        "The bundle lacks sales_teams.csv, products.csv, sales_pipeline.csv. "
        "A CRM sales bundle is accounts.csv, sales_teams.csv, products.csv, sales_pipeline.csv."
    )


def test_names_become_keys_and_addresses() -> None:
    assert key_of("Gekko & Co") == "gekko-co"
    assert key_of("Genco Pura Olive Oil Company") == "genco-pura-olive-oil-company"
    assert email_of("Mei-Mei Johns") == "mei.mei.johns@crm-sales.invalid"
