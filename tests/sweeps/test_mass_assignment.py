"""S3: a write says what its form or resource has and nothing else: every case × every field of every model.

Generated: each POST and PATCH of the access matrix is sent once as it should be and once with a field more for every
column of every model that its form does not have. Both leave the same database behind, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any

import orjson
import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, models, transaction
from django.forms import BaseForm

from people.models import User
from portfolio.api.definitions import RESOURCES
from portfolio.api.resources import Resource
from tests.sweeps.api_cases import API
from tests.sweeps.cases import PAGES, Case
from tests.sweeps.world import World

OURS = ("common", "people", "accounts", "financials", "qbr", "portfolio", "delivery")
CASES = [case for case in (*PAGES, *API) if case.post is not None or case.patch is not None]
MARKED = date(2031, 3, 7)
READ_PLAINLY = {
    "save_view": {"shared"},  # the page's own box, read without a form; who owns the view is never read
    "change_view": {"shared"},
    "deal_move": {"category"},  # a card dropped on a category
    "review_order": {"order", "slide", "step", "remove"},  # cards dragged, moved and taken away
    "scenario_add": {"version"},  # the edit it stands on
    "scenario_drop": {"version"},
}
"""Names a view reads off the request itself, because they are its own."""


def resource_of(case: Case) -> Resource | None:
    """The REST resource whose rows a case writes, if it is one."""
    names = {f"api_{one.name}{part}": one for one in RESOURCES for part in ("", "_list", "_bulk")}
    return names.get(case.route)


def _value(field: Any, other: int) -> Any:
    """One that the column would take, and that stands out."""
    if isinstance(field, models.ForeignKey):
        return str(other)
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField):
        return f"{MARKED}T00:00:00Z"
    if isinstance(field, models.DateField):
        return str(MARKED)
    if isinstance(field, models.DecimalField | models.IntegerField | models.FloatField):
        return "7"
    return str(field.choices[-1][0]) if field.choices else "Zqmass"


def every_field(other: int) -> dict[str, Any]:
    """Each column of each model by both its names, and what a request might say for it."""
    found: dict[str, Any] = {}
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
                for name in (field.name, field.attname):
                    found.setdefault(name, _value(field, other))
    return found


@contextmanager
def forms_asked() -> Iterator[set[str]]:
    """The names of the fields of every form made meanwhile, with their prefixes."""
    names: set[str] = set()
    made = BaseForm.__init__

    def noted(self: BaseForm, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        names.update(self.add_prefix(name) for name in self.fields)
        names.update(self.fields)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseForm, "__init__", noted)
        yield names


@lru_cache(maxsize=1)
def _columns() -> dict[str, list[tuple[str, str]]]:
    """By table each column's name and its text; instants by their day, as two requests do not fall on one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public') "
            "AND table_name <> 'django_session' AND column_name <> 'last_used_at' ORDER BY 1, ordinal_position"
        )
        found: dict[str, list[tuple[str, str]]] = {}
        for table, name, kind in cursor.fetchall():
            text = f'"{name}"::date::text' if kind.startswith("timestamp") else f'"{name}"::text'
            found.setdefault(table, []).append((name, text))
    return found


def state() -> dict[str, str]:
    """What every column of every table holds, as a hash of its sorted values. One query."""
    parts = []
    for table, columns in _columns().items():
        hashes = ", ".join(f"md5(string_agg({text}, '|' ORDER BY {text}))" for _, text in columns)
        parts.append(f"SELECT '{table}', count(*), ARRAY[{hashes}] FROM \"{table}\"")  # noqa: S608  # the catalogue's names
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {
            f"{table}.{name}": f"{rows} {value}"
            for table, rows, hashes in cursor.fetchall()
            for (name, _), value in zip(_columns()[table], hashes, strict=True)
        }


def sequences() -> list[tuple[str, int, bool]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences")
        return [(name, last or 1, last is not None) for name, last in cursor.fetchall()]


def wind_back(kept: list[tuple[str, int, bool]]) -> None:
    """Numbers are not given back by a rollback, and two runs are to give the same."""
    with connection.cursor() as cursor:
        cursor.executemany("SELECT setval(%s, %s, %s)", kept)


def send(world: World, case: Case, verb: str, body: Any, user: Any) -> Any:
    browser = world.browser(user)
    if not case.address(world).startswith("/api/"):
        return browser.post(case.address(world), body)
    browser.cookies.clear()
    told = orjson.dumps([body] if case.route.endswith("_bulk") else body)
    return getattr(browser, verb)(
        case.address(world), told, content_type="application/json", headers=world.bearer(user)
    )


def outcome(world: World, case: Case, extra: dict[str, Any]) -> tuple[int, dict[str, str]]:
    """The answer's status and what the database then holds; undone at once."""
    verb, user = writer(world, case)
    kept = sequences()
    with transaction.atomic():
        answer = send(world, case, verb, {**case.body(world), **extra}, user)
        left = state()
        transaction.set_rollback(True)
    wind_back(kept)
    return answer.status_code, left


def writer(world: World, case: Case) -> tuple[str, User]:
    """The verb to try, and the first of those who may."""
    verb = "patch" if case.patch is not None else "post"
    roles = case.verbs()[verb]
    return verb, world.people[next(role for role in world.people if role in roles)]


def _differing(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {column for column in before if before[column] != after.get(column)}


@pytest.mark.parametrize("case", [case for case in CASES if resource_of(case) is None], ids=lambda case: case.label)
def test_what_a_form_does_not_have_is_not_written(world: World, case: Case) -> None:
    with forms_asked() as asked:
        status, expected = outcome(world, case, {})
    spoken = asked | case.body(world).keys() | READ_PLAINLY.get(case.route, set())
    extra = {name: value for name, value in every_field(world.strangers["director"].pk).items() if name not in spoken}
    assert len(extra) > 100
    answered, left = outcome(world, case, extra)
    if case.route.startswith("api_") and answered == 422:
        expected, status = state(), answered  # refused as a whole: nothing is kept of it
    guilty = _differing(expected, left)
    if guilty:  # keys and tokens made at random are other ones each time
        guilty -= _differing(expected, outcome(world, case, {})[1])
    assert (guilty, answered) == (set(), status)


def test_rest_refuses_each_field_it_does_not_have_by_name(world: World) -> None:
    """422 with a pointer for each, and nothing kept of the rest of the body."""
    before, asked = state(), 0
    everything = every_field(world.strangers["director"].pk)
    for case in CASES:
        resource = resource_of(case)
        if resource is None:
            continue
        cache.clear()  # requests are counted by person
        verb, user = writer(world, case)
        writable = {field.name for field in resource.fields if field.writable}
        names = {*everything, *(field.name for field in resource.fields)} - writable
        extra = {name: everything.get(name, "7") for name in names}
        answer = send(world, case, verb, {**case.body(world), **extra}, user)
        assert answer.status_code == 422, (case.label, answer.content)
        at = "/0" if case.route.endswith("_bulk") else ""
        found = {error["pointer"] for error in answer.json()["errors"]}
        assert found == {f"{at}/{name}" for name in names}, case.label
        asked += len(names)
    assert _differing(before, state()) == set()
    assert asked > 20_000
