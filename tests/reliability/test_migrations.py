"""A new database is made in one step an app: it must be the one that the steps make (docs/decisions/0017)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.reliability.conftest import OWN_DATABASE

# Names of constraints are left out where Django derives them; what they say is compared.
PARTS = (
    """SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
       is_nullable, column_default, generation_expression, is_identity
       FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT conrelid::regclass::text, pg_get_constraintdef(oid), condeferrable, condeferred FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace""",
    """SELECT tablename, regexp_replace(indexdef, ' INDEX \\S+ ON ', ' INDEX ON ') FROM pg_indexes
       WHERE schemaname = 'public'""",
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)
OLDER = (
    ("common", "0005_fx_rate_record"),
    ("people", "0003_leave"),
    ("accounts", "0010_kpis"),
    ("financials", "0028_own_rates"),
    ("qbr", "0003_slides_file_and_links"),
    ("portfolio", "0003_pack_mail"),
)
"""A data folder of some releases ago: of one app all steps are taken, of others some."""


def schema() -> list[tuple[object, ...]]:
    found = []
    with connection.cursor() as cursor:
        for part in PARTS:
            cursor.execute(part)
            found += cursor.fetchall()
    return sorted(found, key=repr)


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def by_steps(*ends: tuple[str, str]) -> None:
    """Every step as it was taken before there was one for all; to these of an app, or to the last."""
    executor = MigrationExecutor(connection)
    executor.loader = MigrationLoader(connection, replace_migrations=False)
    last = [(app, name) for app, name in executor.loader.graph.leaf_nodes() if "_squashed_" not in name]
    executor.migrate(list(ends) or last)


def as_serve_does() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@OWN_DATABASE
@pytest.mark.soak
@pytest.mark.parametrize("ends", [(), OLDER], ids=["by every step", "from an older folder"])
def test_the_steps_and_the_one_step_make_the_same_tables(ends: tuple[tuple[str, str], ...]) -> None:
    at_once = schema()
    try:
        empty()
        by_steps(*ends)
        as_serve_does()
        later = schema()
    finally:
        empty()
        as_serve_does()
    assert len(at_once) > 3000
    assert [part for part in at_once if part not in set(later)] == []
    assert [part for part in later if part not in set(at_once)] == []
    assert schema() == at_once
