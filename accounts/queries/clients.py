"""The client list: filtered, sorted and paged, with the columns the reader chose."""

# The SQL below is put together from this module's own pieces; the one value it takes is a bound parameter.
# ruff: noqa: S608, S611

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, DateField, F, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import Client, ClientStatus, Outcome, Tier
from accounts.queries.plans import CLOSED
from common.columns import Cells, Column, column_sources
from common.figures import Figure
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

PAGE_SIZE = 100
_SAFE = "!$&'()*+,;=~:@"  # as reverse() quotes


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """What was asked of the list. columns: the chosen keys, None the default ones. sort: a key, "-" for falling."""

    q: str = ""
    tier: str = ""
    status: str = ""
    owner: int | None = None
    industry: str = ""
    sort: str = "name"
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ListColumn:
    """money: how a column of another app prints; None is one of ours. related: needs the sight of relationships."""

    key: str
    label: str
    sub: str = ""
    numeric: bool = False
    default: bool = True
    related: bool = False
    money: Column | None = None


OWN_COLUMNS = (
    ListColumn("tier", "Tier"),
    ListColumn("status", "Status"),
    ListColumn("industry", "Industry"),
    ListColumn("owner", "Owner"),
    ListColumn("country", "Country", default=False),
    ListColumn("parent", "Part of", default=False),
    ListColumn("open", "Open deals", numeric=True, related=True),
    ListColumn("touch", "Last touch", numeric=True, related=True),
    ListColumn("overdue", "Overdue", numeric=True, related=True),
    ListColumn("next", "Next action", related=True),
)
_AFTER_MONEY = ("open", "touch", "overdue", "next")


@dataclass(frozen=True, slots=True)
class ClientRow:
    """figures: column key → Figure of the columns other apps fill."""

    pk: int
    key: str
    name: str
    url: str
    tier: str
    status: str
    status_word: str
    industry: str
    owner: str
    country: str
    parent: str
    open: int
    touch: date | None
    overdue: int
    next: str
    next_due: date | None
    figures: Mapping[str, Figure]


Choice = tuple[str, str]
"""A value to filter by, and how it reads."""


@dataclass(frozen=True, slots=True)
class ClientList:
    finding: str
    total: int
    columns: tuple[ListColumn, ...]
    all_columns: tuple[ListColumn, ...]
    rows: tuple[ClientRow, ...]
    page: Page[int] | None
    owners: tuple[Choice, ...] = field(default=())
    industries: tuple[Choice, ...] = field(default=())


def offered_columns(user: User, today: date) -> tuple[ListColumn, ...]:
    """All columns this reader may choose, ours around those of the higher apps. No query."""
    related = abilities_of(user).see_relationships
    own = [column for column in OWN_COLUMNS if related or not column.related]
    money = [
        ListColumn(column.key, column.label, column.sub, numeric=True, default=column.default, money=column)
        for _, source in column_sources
        if user.role in source.roles
        for column in source.columns(user, today)
    ]
    return (
        *(column for column in own if column.key not in _AFTER_MONEY),
        *money,
        *(column for column in own if column.key in _AFTER_MONEY),
    )


def chosen_columns(offered: Sequence[ListColumn], wanted: ClientFilter) -> tuple[ListColumn, ...]:
    if wanted.columns is None:
        return tuple(column for column in offered if column.default)
    return tuple(column for column in offered if column.key in wanted.columns)


def client_list(user: User, wanted: ClientFilter, *, page: int | None, today: date) -> ClientList:
    """One page of the list, or all of it (page=None, for exports). At most six queries at any size."""
    seen = _seen(user, wanted)
    total = seen.total
    offered = offered_columns(user, today)
    columns = chosen_columns(offered, wanted)
    pages = None if page is None else Paginator(range(total), PAGE_SIZE).get_page(page)
    start, stop = (0, total) if pages is None else (max(pages.start_index() - 1, 0), pages.end_index())
    found, cells = _page_of(user, filtered(user, wanted), wanted, offered, start, stop, today)
    shown = any(column.key == "parent" for column in columns)
    rows = _rows(found, cells, _parents(user, found) if shown else {})
    return ClientList(
        _finding(total, seen.risky, wanted), total, columns, offered, rows, pages, seen.owners, seen.industries
    )


def filtered(user: User, wanted: ClientFilter) -> QuerySet[Client]:
    return Client.objects.visible_to(user).order_by().filter(_matching(wanted))


def _matching(wanted: ClientFilter) -> Q:
    found = Q()
    if wanted.q:
        found &= Q(name__icontains=wanted.q) | Q(key__icontains=wanted.q) | Q(industry__icontains=wanted.q)
    if wanted.tier:
        found &= Q(tier="" if wanted.tier == "none" else wanted.tier)
    if wanted.status:
        found &= Q(status=wanted.status)
    if wanted.owner is not None:
        found &= Q(owner_id=wanted.owner)
    if wanted.industry:
        found &= Q(industry=wanted.industry)
    return found


def _finding(total: int, risky: int, wanted: ClientFilter) -> str:
    word = "client" if total == 1 else "clients"
    if not total:
        return "No client matches" if wanted != ClientFilter(sort=wanted.sort, columns=wanted.columns) else "Clients"
    if risky:
        return f"{risky} of {total} {word} {'is' if risky == 1 else 'are'} at risk"
    return f"{total:,} {word}, none marked at risk"


# What stands in the columns. As subqueries of the one list query they cost nothing for rows that are not on the page:
# PostgreSQL works them out after the LIMIT unless the list is sorted by one. They are written in SQL because to have
# them built from querysets for every page took as long as to run them.

_TASKS = f"""
FROM accounts_action a JOIN accounts_objective o ON o.id = a.objective_id JOIN accounts_plan p ON p.id = o.plan_id
WHERE p.client_id = accounts_client.id AND a.status NOT IN ({", ".join(f"'{status.value}'" for status in CLOSED)})"""
_OPEN_DEALS = f"""
SELECT count(*) FROM accounts_opportunity d
WHERE d.client_id = accounts_client.id AND d.outcome = '{Outcome.OPEN.value}'"""
_LAST_TOUCH = "SELECT max(t.date) FROM accounts_touchpoint t WHERE t.client_id = accounts_client.id"
_OVERDUE = f"SELECT count(*) {_TASKS} AND a.due < %s"
_NEXT = f"SELECT ARRAY[a.title, a.due::text] {_TASKS} AND a.due IS NOT NULL ORDER BY a.due, a.id LIMIT 1"


def _annotated(clients: QuerySet[Client], today: date) -> QuerySet[Client, Any]:
    return clients.annotate(
        tier_order=Case(*(When(tier=tier, then=Value(at)) for at, tier in enumerate(Tier.values)), default=Value(9)),
        owner_name=Coalesce("owner__name", Value("")),
        open_deals=RawSQL(_OPEN_DEALS, (), IntegerField()),
        last_touch=RawSQL(_LAST_TOUCH, (), DateField()),
        overdue_actions=RawSQL(_OVERDUE, (today,), IntegerField()),
        next_action=RawSQL(_NEXT, (), ArrayField(TextField())),
    )


_SORTS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "tier": ("tier_order", "name"),
    "status": ("status", "name"),
    "industry": ("industry", "name"),
    "owner": ("owner_name", "name"),
    "country": ("country", "name"),
    "parent": ("parent__name", "name"),
    "open": ("open_deals", "name"),
    "touch": ("last_touch", "name"),
    "overdue": ("overdue_actions", "name"),
    "next": ("next_action__1", "name"),
}
_VALUES = (
    "pk", "key", "name", "tier", "status", "industry", "owner_name", "country", "parent_id", "open_deals",
    "last_touch", "overdue_actions", "next_action",
)  # fmt: skip


def _page_of(
    user: User,
    clients: QuerySet[Client],
    wanted: ClientFilter,
    offered: Sequence[ListColumn],
    start: int,
    stop: int,
    today: date,
) -> tuple[list[dict[str, Any]], Cells]:
    """The rows from start to stop in the order asked for, and the other apps' figures of those rows."""
    annotated = _annotated(clients, today).values(*_VALUES)
    key, falling = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    if any(column.key == key and column.money for column in offered):
        keys = dict(clients.order_by("name", "pk").values_list("pk", "key"))
        cells = _cells(user, keys, today)
        ids = sorted_by_figure(list(keys), cells, key, falling=falling)[start:stop]
        by_id = {row["pk"]: row for row in annotated.filter(pk__in=ids)}
        return [by_id[pk] for pk in ids if pk in by_id], cells
    may_sort = any(column.key == key for column in offered)  # an order tells of what it is sorted by
    first, *rest = _SORTS[key] if may_sort and key in _SORTS else _SORTS["name"]
    column = F(first)
    order = column.desc(nulls_last=True) if falling else column.asc(nulls_last=True)
    rows = list(annotated.order_by(order, *rest, "pk")[start:stop])
    return rows, _cells(user, {row["pk"]: row["key"] for row in rows}, today)


def sorted_by_figure(ids: list[int], cells: Cells, key: str, *, falling: bool) -> list[int]:
    """Unknown figures come last either way; equal ones keep the order they came in."""

    def figure_of(pk: int) -> Any:
        found = cells.get(pk, {}).get(key)
        return None if found is None else found.value

    known = [pk for pk in ids if figure_of(pk) is not None]
    known.sort(key=figure_of, reverse=falling)
    return known + [pk for pk in ids if figure_of(pk) is None]


def _cells(user: User, keys: Mapping[int, str], today: date) -> Cells:
    merged: dict[int, dict[str, Figure]] = {pk: {} for pk in keys}
    for _, source in column_sources:
        if user.role in source.roles and keys:
            for pk, figures in source.cells(user, keys, today).items():
                merged.setdefault(pk, {}).update(figures)
    return merged


def _parents(user: User, found: list[dict[str, Any]]) -> dict[int, str]:
    """Names of the parents in the reader's sight; one out of sight stays unnamed."""
    parents = {row["parent_id"] for row in found if row["parent_id"]}
    rows = Client.objects.visible_to(user).filter(pk__in=parents) if parents else Client.objects.none()
    return dict(rows.values_list("pk", "name"))


def _rows(found: list[dict[str, Any]], cells: Cells, parents: Mapping[int, str]) -> tuple[ClientRow, ...]:
    tiers, words, base = dict(Tier.choices), dict(ClientStatus.choices), reverse("client", args=["-"])[:-2]
    return tuple(
        ClientRow(
            pk=row["pk"],
            key=row["key"],
            name=row["name"],
            url=f"{base}{quote(row['key'], safe=_SAFE)}/",
            tier=str(tiers.get(row["tier"], "")),
            status=row["status"],
            status_word=str(words[row["status"]]),
            industry=row["industry"],
            owner=row["owner_name"],
            country=row["country"],
            parent=parents.get(row["parent_id"], ""),
            open=row["open_deals"] or 0,
            touch=row["last_touch"],
            overdue=row["overdue_actions"] or 0,
            next=row["next_action"][0] if row["next_action"] else "",
            next_due=date.fromisoformat(row["next_action"][1]) if row["next_action"] else None,
            figures=cells.get(row["pk"], {}),
        )
        for row in found
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """total, risky: of the clients that match. owners, industries: of all in sight, to filter by."""

    total: int
    risky: int
    owners: tuple[Choice, ...]
    industries: tuple[Choice, ...]


def _seen(user: User, wanted: ClientFilter) -> _Seen:
    """One query, by owner and industry: far fewer rows than clients."""
    matching = _matching(wanted)
    rows = (
        Client.objects.visible_to(user)
        .order_by()
        .values_list("owner_id", "owner__name", "industry")
        .annotate(
            total=Count("pk", filter=matching), risky=Count("pk", filter=matching & Q(status=ClientStatus.AT_RISK))
        )
    )
    owners: dict[int, str] = {}
    industries: set[str] = set()
    total = risky = 0
    for pk, name, industry, matched, at_risk in rows:
        total, risky = total + matched, risky + at_risk
        if pk is not None:
            owners[pk] = name
        if industry:
            industries.add(industry)
    by_name = sorted(owners.items(), key=lambda pair: pair[1])
    return _Seen(
        total,
        risky,
        tuple((str(pk), name) for pk, name in by_name),
        tuple((industry, industry) for industry in sorted(industries)),
    )
