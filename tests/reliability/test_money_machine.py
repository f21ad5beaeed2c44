"""R4: money under a state machine. Sums equal the raw rows after every act, closed months stand, shares sum exactly."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.db import connection

from tests.reliability.conftest import OWN_DATABASE
from tests.reliability.money import Machine

STEPS = int(os.environ.get("PRINCIPAL_SOAK_STEPS", "10000"))


def run(seed: int, steps: int) -> Machine:
    machine = Machine(seed)
    for _ in range(steps):
        machine.step()
    machine.check_whole()
    done = ", ".join(f"{what} {times:,}" for what, times in machine.count.most_common())
    print(f"\nseed {seed}: {machine.steps:,} steps; {done}")
    return machine


@OWN_DATABASE
@pytest.mark.parametrize("seed", [1, 2])
def test_money_in_small(seed: int) -> None:
    machine = run(seed, 500)
    for what in ("posted", "credited", "corrected", "re-allocated", "came late", "closed", "reopened", "undone"):
        assert machine.count[what] > 0, what


@OWN_DATABASE
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 21))
def test_money_for_long(seed: int) -> None:
    assert run(seed, STEPS).steps == STEPS


def test_no_column_of_ours_holds_a_float(db: None) -> None:
    ours = tuple(f"{app}_%" for app in ("portfolio", "qbr", "financials", "accounts", "people", "common"))
    assert {name.split(".")[0] for name in settings.INSTALLED_APPS} >= {"financials", "accounts", "common"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name LIKE ANY(%s) AND data_type IN ('real', 'double precision', 'money')",
            [list(ours)],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name LIKE ANY(%s) "
            "AND data_type = 'numeric'",
            [list(ours)],
        )
        assert cursor.fetchone()[0] > 20
