"""How each address is called, and by whom it may be: the table of the contract's roles, written out.

A record's key begins with HAL in its own world; NIL in its place, and no such number, is a record that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from common.models import SavedView
from financials.models import ForecastCall, Scenario
from portfolio.models import PackSchedule, PackSend
from tests.sweeps.world import World

Roles = frozenset[str]

NO_NUMBER = 999_999_999

CLIENT_READERS: Roles = frozenset({"director", "account_manager", "finance", "legal", "delivery", "leadership"})

EVERYONE = CLIENT_READERS | {"administrator"}

RELATIONS = CLIENT_READERS - {"legal"}

MONEY = RELATIONS

STANCE: Roles = frozenset({"director", "account_manager", "leadership"})

DIRECTOR: Roles = frozenset({"director"})

WRITERS: Roles = frozenset({"director", "account_manager"})

BOOKKEEPERS: Roles = frozenset({"director", "finance"})

BOOKERS: Roles = frozenset({"director", "account_manager", "finance", "delivery"})
"""Who writes hours."""

PLANNERS: Roles = frozenset({"director", "delivery"})
"""Who writes allocations."""

FINANCE: Roles = frozenset({"finance"})

AUDITORS: Roles = frozenset({"director", "finance", "leadership", "administrator"})

CLOSE_READERS: Roles = frozenset({"director", "finance", "leadership"})

ADMINISTRATOR: Roles = frozenset({"administrator"})

STAGE_KEEPERS: Roles = frozenset({"director", "administrator"})

Kwargs = dict[str, Any]


def _nothing(world: World) -> Kwargs:
    return {}


@dataclass(frozen=True)
class Case:
    """One address as called. get, post, patch, delete: who may; None where the route does not take the verb.

    kwargs: of the record. body: what a good POST or PATCH says. record: the address or query names a record, which
    strangers do not find. strange: what a stranger's POST is answered; 0 where it is as good as anybody's.
    soft: the record is a filter; an unknown one finds nothing rather than 404. denied: for a role inside the policy
    that may not see what is asked for; unseen: roles that are told 404 whatever denied says.
    """

    route: str
    kwargs: Callable[[World], Kwargs] = _nothing
    query: str = ""
    get: Roles | None = None
    post: Roles | None = None
    patch: Roles | None = None
    delete: Roles | None = None
    body: Callable[[World], Kwargs] = _nothing
    record: bool = False
    soft: bool = False
    strange: int = 0
    denied: int = 403
    unseen: Roles = frozenset()

    @property
    def label(self) -> str:
        return f"{self.route}?{self.query}" if self.query else self.route

    def address(self, world: World) -> str:
        return self._with(self.kwargs(world), self.query)

    def missing(self, world: World) -> str:
        """The same address of a record that does not exist."""
        absent = {name: _absent(value) for name, value in self.kwargs(world).items()}
        return self._with(absent, self.query.replace("HAL", "NIL"))

    def elsewhere(self, world: World) -> str:
        """Under the stranger's own client, the number of a record that is not on it; '' where there is no such."""
        kwargs = self.kwargs(world)
        if set(kwargs) != {"key", "pk"}:
            return ""
        return self._with({**kwargs, "key": world.theirs.key}, self.query)

    def _with(self, kwargs: Kwargs, query: str) -> str:
        path = self.route if self.route.startswith("/") else reverse(self.route, kwargs=kwargs)
        return f"{path}?{query}" if query else path

    def verbs(self) -> dict[str, Roles]:
        given = {"get": self.get, "post": self.post, "patch": self.patch, "delete": self.delete}
        return {verb: roles for verb, roles in given.items() if roles is not None}


def _absent(value: Any) -> Any:
    if isinstance(value, int):
        return NO_NUMBER
    if value.isdigit():
        return str(NO_NUMBER)
    return value.replace("HAL", "NIL")


def key(world: World) -> Kwargs:
    return {"key": world.own.client.key}


def under(name: str) -> Callable[[World], Kwargs]:
    """The client's key and the number of one of its records."""
    return lambda world: {"key": world.own.client.key, "pk": getattr(world.own, name).pk}


def more(of: Callable[[World], Kwargs], **said: str) -> Callable[[World], Kwargs]:
    return lambda world: {**of(world), **said}


def number_of(name: str) -> Callable[[World], Kwargs]:
    return lambda world: {"pk": getattr(world.own, name).pk}


def fixed(**kwargs: Any) -> Callable[[World], Kwargs]:
    return lambda world: kwargs


def fixed_body(**kwargs: Any) -> Callable[[World], Kwargs]:
    return lambda world: kwargs


def view_of(world: World) -> int:
    """A view the director keeps for themselves."""
    owner = world.people["director"].pk
    return SavedView.objects.get_or_create(page="clients", name="Mine", query="q=HAL", owner_id=owner)[0].pk


def call_of(world: World) -> int:
    """One that the director made for their own clients."""
    return ForecastCall.objects.filter(person=world.people["director"], year=2026).earliest("made_at").pk


def plan_of(world: World) -> int:
    return PackSchedule.objects.get(owner=world.people["director"]).pk


def pack_of(world: World) -> int:
    return PackSend.objects.get(owner=world.people["director"]).pk


def scenario_of(world: World) -> int:
    return Scenario.objects.get(owner=world.people["director"], name="Mine").pk


def figure_case(identity: str, get: Roles, *, api: bool = False, **kw: Any) -> Case:
    route = "api_figure" if api else "figure"
    record = "HAL" in identity
    return Case(route, fixed(figure_id=identity), get=get, record=record, denied=404, **kw)
