"""Who sees which clients: the one rule, over real rows."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.access import get_client_for, get_editable_client_for
from accounts.models import Client
from people.models import User
from tests.makers import make_client, make_user


def keys(user: User) -> list[str]:
    return sorted(Client.objects.visible_to(user).values_list("key", flat=True))


def test_a_director_sees_own_clients_and_those_of_the_reporting_line(
    owner: User, manager: User, outsider: User
) -> None:
    assistant = make_user("account_manager", manager=manager)
    make_client("OWN", owner=owner)
    make_client("LINE", owner=manager)
    make_client("DEEP", owner=assistant)
    make_client("ELSE", owner=outsider)
    make_client("NOBODY")
    assert keys(owner) == ["DEEP", "LINE", "OWN"]
    assert keys(outsider) == ["ELSE"]


def test_an_account_manager_sees_only_the_clients_of_the_team(owner: User, manager: User) -> None:
    make_client("TEAM", owner=owner, members=(manager,))
    make_client("OTHER", owner=owner)
    assert keys(manager) == ["TEAM"]


def test_all_and_none(owner: User, finance: User, legal: User, leadership: User, administrator: User) -> None:
    make_client("A", owner=owner)
    make_client("B")
    assert keys(finance) == keys(legal) == keys(leadership) == ["A", "B"]
    assert keys(administrator) == []


def test_a_person_switched_off_sees_nothing(owner: User) -> None:
    make_client("A", owner=owner)
    owner.is_active = False
    assert keys(owner) == []


def test_out_of_sight_is_the_same_as_missing(owner: User, outsider: User) -> None:
    make_client("A", owner=owner)
    with pytest.raises(Http404) as foreign:
        get_client_for(outsider, "A")
    with pytest.raises(Http404) as missing:
        get_client_for(outsider, "NO-SUCH")
    assert str(foreign.value) == str(missing.value)


def test_seen_but_not_editable_is_refused(owner: User, finance: User) -> None:
    make_client("A", owner=owner)
    assert get_editable_client_for(owner, "A").key == "A"
    with pytest.raises(PermissionDenied):
        get_editable_client_for(finance, "A")
