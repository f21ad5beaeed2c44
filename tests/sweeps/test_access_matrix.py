"""S1: every address × everyone. Foreign is missing, out of right is 403, and an outsider changes no row.

On the way each answer is searched for what its reader's role lacks the class for.
"""

from __future__ import annotations

import functools
import re
from html import unescape
from typing import Any

import orjson
import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.urls import Resolver404, resolve

from people.models import User
from tests import databases
from tests.sweeps.api_cases import API
from tests.sweeps.cases import PAGES, Case
from tests.sweeps.cases.base import ADMINISTRATOR
from tests.sweeps.routes import ROUTES
from tests.sweeps.test_policies import PUBLIC
from tests.sweeps.withheld import LACKING, body_of, kept_from, text_in
from tests.sweeps.world import World, judge

CASES = (*PAGES, *API)
POLICIES = {route.name: route.policy for route in ROUTES}
_MASKED = re.compile(
    r'(?<=nonce=")[^"]*|(?<=csrfmiddlewaretoken" value=")[^"]*|(?<="X-CSRFToken": ")[^"]*'
    r'|(?<=name="ref" value=")[^"]*|(?<="as_of":")[^"]*'
)
_LEADS = re.compile(r'(?:href|hx-get|hx-post|action|formaction)="(/[^"?#]*)')
_KEPT_HEADERS = ("Content-Type", "Cache-Control", "Vary", "Content-Disposition", "ETag", "Location", "Allow")
_TALKATIVE = ("Quorvane", "Qvmenov", "Qvholm", "Qvlaunch", "Qvmedia", "Qvsend", "Qvtalk")
"""Words of the records a stranger does not see."""


PLAIN_AND_PARTIAL: tuple[dict[str, str], ...] = ({}, {"HX-Request": "true"})


@pytest.fixture(scope="module", autouse=True)
def judged(built: World, django_db_blocker: Any) -> None:
    """Stances are written down, so that there is something to tell."""
    with django_db_blocker.unblock():
        judge(built)
        databases.settle()


def call(world: World, case: Case, verb: str, address: str, user: User | None, **headers: str) -> Any:
    """The answer; what a write did is undone at once."""
    if verb == "get":
        return _send(world, case, verb, address, user, **headers)
    with transaction.atomic():
        answer = _send(world, case, verb, address, user, **headers)
        transaction.set_rollback(True)
    return answer


def _send(world: World, case: Case, verb: str, address: str, user: User | None, **headers: str) -> Any:
    browser = world.browser(user)
    if address.startswith("/api/"):
        browser.cookies.clear()
        headers |= world.bearer(user)
        body: Any = case.body(world)
        if case.route.endswith("_bulk"):
            body = [body]
        if verb == "get":
            return browser.get(address, headers=headers)
        return getattr(browser, verb)(address, orjson.dumps(body), content_type="application/json", headers=headers)
    if verb == "post":
        return browser.post(address, case.body(world), headers=headers)
    return getattr(browser, verb)(address, headers=headers)


def plain(answer: Any, world: World, case: Case) -> tuple[Any, ...]:
    """Status, headers and body with what differs from one request to the next taken out, and the record's own key."""
    text = _MASKED.sub("", body_of(answer).decode("utf-8", "replace")).replace("HAL", "NIL")
    headers = {name: answer.headers[name].replace("HAL", "NIL") for name in _KEPT_HEADERS if name in answer.headers}
    for value in case.kwargs(world).values():
        if str(value).isdigit():
            text = re.sub(rf"\b{value}\b|\b999999999\b", "#", text)
    return answer.status_code, headers, text


def written() -> int:
    """Rows that this transaction has written so far, those it took back included; sessions and last use apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables "
            "WHERE relname NOT IN ('django_session', 'people_apitoken')"
        )
        return int(cursor.fetchone()[0])


def fingerprint() -> dict[str, tuple[int, int]]:
    """Rows of each table, and a sum over all they hold. Sessions and when a token was last used are none of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name != "django_session"]
        parts = [
            f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM \"{name}\" t"  # noqa: S608  # names from the catalogue
            for name in tables
            if name != "people_apitoken"
        ]
        parts.append("SELECT 'people_apitoken', count(*), 0 FROM people_apitoken")
        cursor.execute(" UNION ALL ".join(parts))
        return {name: (rows, total) for name, rows, total in cursor.fetchall()}


def in_policy(case: Case, role: str) -> bool:
    policy = POLICIES.get(case.route.removeprefix("/"))
    assert policy is not None
    return role in policy.roles


def test_every_route_has_a_case() -> None:
    called = {case.route.removeprefix("/") for case in CASES} | PUBLIC
    assert sorted({route.name for route in ROUTES} - called) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_roles(world: World, case: Case) -> None:
    """The roles of the contract's table get in, the others are told 403, and nobody unknown gets in."""
    address = case.address(world)
    for verb, roles in case.verbs().items():
        # Whole page or part is decided alike for all: of each class, one who lacks it asks for the part too.
        for_parts = {next((role for role in lacking if role in roles), "") for lacking in LACKING}
        anonymous = call(world, case, verb, address, None)
        if address.startswith("/api/"):
            assert anonymous.status_code == 401, (verb, "anonymous")
        else:
            assert anonymous.status_code == 302, (verb, "anonymous")
            assert anonymous["Location"].startswith("/sign-in/")
            if case.route != "sign_out":
                assert call(world, case, verb, address, None, **{"HX-Request": "true"}).status_code == 401
        for role, user in world.people.items():
            answer = call(world, case, verb, address, user)
            if role in roles:
                assert in_policy(case, role), (verb, role)
                assert answer.status_code in (200, 201, 204, 302, 409, 422), (verb, role, answer.status_code)
                assert_private(answer)
                if verb == "get":
                    told = told_beyond_right(world, case, address, role, body_of(answer), parts=role in for_parts)
                    assert told == [], role
                    assert closed_to(role, answer) == [], role
            else:
                refused = 404 if role in case.unseen else case.denied if in_policy(case, role) else 403
                assert answer.status_code == refused, (verb, role, answer.status_code)


def closed_to(role: str, answer: Any) -> list[str]:
    """Links and forms of a page that lead its reader to a 403."""
    if not answer.get("Content-Type", "").startswith("text/html"):
        return []
    found = set(_LEADS.findall(body_of(answer).decode("utf-8", "replace")))
    return sorted(path for path in found if not _open_to(role, unescape(path)))


@functools.cache  # the same links stand on every page
def _open_to(role: str, path: str) -> bool:
    try:
        policy = getattr(resolve(path).func, "policy", None)
    except Resolver404:
        return True
    return policy is None or policy.audience == "public" or role in policy.roles


def told_beyond_right(world: World, case: Case, address: str, role: str, body: bytes, *, parts: bool) -> list[str]:
    """What this reader lacks the class for and is told all the same, by the page or (parts) by the part of it."""
    words = kept_from(role, case.label)
    said = text_in(body)
    if parts and words and not address.startswith("/api/"):
        said += text_in(body_of(call(world, case, "get", address, world.people[role], **{"HX-Request": "true"})))
    return [word for word in words if word in said]


def assert_private(answer: Any) -> None:
    assert {"private", "no-store"} <= set(re.split(r",\s*", answer["Cache-Control"])), answer["Cache-Control"]
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("case", [case for case in CASES if case.record], ids=lambda case: case.label)
def test_foreign_is_missing(world: World, case: Case) -> None:
    """To a stranger a record of somebody else's is answered byte for byte like one that does not exist."""
    for verb, roles in case.verbs().items():
        # Whether a whole page or a part of one is asked for is decided alike for all: one who may is enough.
        asks_for_parts = next((role for role in world.strangers if role in roles), "")
        for role, user in world.strangers.items():
            both = verb == "get" and not case.soft and role == asks_for_parts
            for headers in PLAIN_AND_PARTIAL if both else PLAIN_AND_PARTIAL[:1]:
                foreign = call(world, case, verb, case.address(world), user, **headers)
                missing = call(world, case, verb, case.missing(world), user, **headers)
                assert plain(foreign, world, case) == plain(missing, world, case), (verb, role)
                found = 200 if case.soft else 404
                assert foreign.status_code in ({found} if role in roles else {403, 404}), (verb, role)
        if case.elsewhere(world):
            crossed = call(world, case, verb, case.elsewhere(world), world.strangers["director"])
            assert crossed.status_code == 404, verb


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.get and (case.soft or not case.record)], ids=lambda case: case.label
)
def test_an_outsider_learns_nothing(world: World, case: Case) -> None:
    """Lists, files, totals' tables and searches say no word of a record out of sight."""
    for role, user in world.strangers.items():
        text = body_of(call(world, case, "get", case.address(world), user)).decode("utf-8", "replace")
        assert [word for word in _TALKATIVE if word in text] == [], role


def test_what_an_outsider_sends_changes_no_row(world: World) -> None:
    before = fingerprint()
    for case in CASES:
        if not case.strange:
            continue
        for verb in case.verbs().keys() - {"get"}:
            for role, user in world.strangers.items():
                with transaction.atomic():
                    rows = written()
                    answer = _send(world, case, verb, case.address(world), user)
                    after = fingerprint() if written() != rows else before
                    transaction.set_rollback(True)
                changed = [name for name in after if after[name] != before[name]]
                assert changed == [], (case.label, verb, role, answer.status_code)
                assert answer.status_code in {case.strange, 403, 404}, (case.label, verb, role, answer.content[:500])


def test_a_form_without_its_token_is_refused(world: World) -> None:
    director, administrator = world.people["director"], world.people["administrator"]
    before = fingerprint()
    for case in PAGES:
        if case.post is None:
            continue
        browser = world.browser(director if "director" in case.post else administrator, csrf=True)
        assert browser.post(case.address(world), case.body(world)).status_code == 403, case.label
    assert fingerprint() == before


def test_other_verbs_are_not_taken(world: World) -> None:
    one_each = {case.route: case for case in CASES}
    for name, case in one_each.items():
        cache.clear()  # requests are counted by person
        allowed = {verb for other in CASES if other.route == name for verb in other.verbs()}
        user = world.people["administrator" if ADMINISTRATOR in (case.get, case.post) else "director"]
        for verb in {"get", "post", "put", "patch", "delete"} - allowed:
            answer = call(world, case, verb, case.address(world), user)
            assert answer.status_code == 405, (case.label, verb, answer.status_code)
