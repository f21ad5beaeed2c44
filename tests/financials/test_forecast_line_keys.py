"""Forecast lines name what is there: the triggers that stand for their foreign keys (decision 0013)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg2.errors import ForeignKeyViolation
from psycopg2.sql import SQL, Identifier

from accounts.models import Client
from common.copying import copy_rows
from financials.models import Contract, ForecastLine, ForecastRun
from tests.financials.books import NOW
from tests.makers import make_client, make_contract
from tests.reliability.conftest import OWN_DATABASE
from tests.reliability.installation import eventually
from tests.reliability.test_races import SOON, another, someone_waits_for_a_lock

pytestmark = [pytest.mark.django_db]
ABSENT = 2**40


@pytest.fixture
def run() -> ForecastRun:
    return make_run(make_client("ALDER"))


def make_run(client: Client) -> ForecastRun:
    return ForecastRun.objects.create(client=client, input_version=1, as_of=date(2026, 11, 26), computed_at=NOW)


def add_line(run: int, contract: int | None = None, override: int | None = None) -> int:
    columns = ("run_id", "contract_id", "override_id", "opportunity_key", "service_line", "month", "layer", "amount")
    cells = (run, contract, override, "", "", date(2026, 12, 1), "contracted", 1, "USD")
    return copy_rows("financials_forecastline", (*columns, "currency"), [cells])


def remove(table: str, pk: int) -> None:
    """Without Django, which would clear the way first."""
    with connection.cursor() as cursor:
        cursor.execute(SQL("DELETE FROM {} WHERE id = %s").format(Identifier(table)), [pk])


@pytest.mark.parametrize(
    ("keys", "named"),
    [((ABSENT, None, None), f"run {ABSENT}"), ((0, ABSENT, None), f"contract {ABSENT}"),
     ((0, None, ABSENT), f"override {ABSENT}")],
)  # fmt: skip
def test_a_line_that_names_what_is_not_there_is_refused(
    run: ForecastRun, keys: tuple[int, int | None, int | None], named: str
) -> None:
    first, contract, override = keys
    with pytest.raises(ForeignKeyViolation, match=f"names what is not there: {named}"), transaction.atomic():
        add_line(first or run.pk, contract, override)
    assert not ForecastLine.objects.exists()


def test_a_line_may_not_be_moved_to_what_is_not_there(run: ForecastRun) -> None:
    add_line(run.pk)
    with pytest.raises(IntegrityError, match="names what is not there"), transaction.atomic():
        ForecastLine.objects.update(contract_id=ABSENT)


def test_what_a_line_names_stays_until_the_line_goes(run: ForecastRun) -> None:
    contract = make_contract(run.client)
    add_line(run.pk, contract.pk)
    for table, pk in (("financials_forecastrun", run.pk), ("financials_contract", contract.pk)):
        with pytest.raises(IntegrityError, match=f"forecast lines still name it: {table}"), transaction.atomic():
            remove(table, pk)
    contract.delete()
    assert list(ForecastLine.objects.values_list("contract_id", flat=True)) == [None]
    run.delete()
    assert not ForecastLine.objects.exists()


@OWN_DATABASE
@pytest.mark.parametrize("first", ["line", "deletion"])
def test_of_a_line_and_a_deletion_at_once_the_first_stands(first: str) -> None:
    contract = make_contract(make_client("ALDER"))
    pk, run = contract.pk, make_run(contract.client).pk
    steps: dict[str, Callable[[], object]] = {
        "line": lambda: add_line(run, pk),
        "deletion": lambda: remove("financials_contract", pk),
    }
    [second] = {"line", "deletion"} - {first}

    with another() as session:
        with transaction.atomic():
            steps[first]()
            waiting = session(steps[second])
            eventually(someone_waits_for_a_lock, SOON)
        error = waiting.exception(SOON)
    assert isinstance(error, IntegrityError | ForeignKeyViolation)  # COPY is not Django's own, its errors neither
    assert ForecastLine.objects.exists() == Contract.objects.filter(pk=pk).exists() == (first == "line")
