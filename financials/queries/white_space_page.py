"""The white space of one client as a grid and a list, and of all clients in sight rolled up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse

from accounts.models import BusinessUnit, Client, Offering
from common.figures import Figure, figure_id
from common.formats import compact, day, plural, ratio
from common.money import ZERO
from common.money import ratio as divide
from financials.calc.white_space import STATES, State, Sum, state_of
from financials.queries.basis import Basis, load_basis
from financials.queries.white_space import Book, Deal, Pair, converted, load_book

if TYPE_CHECKING:
    from people.models import User

STALE: Final = 180
"""Days after which what somebody said of a cell is old."""
TOP: Final = 25
WORDS: Final[dict[State, str]] = {
    "active": "Active", "pipeline": "In pipeline", "potential": "Potential", "competitor": "Competitor",
    "blank": "Blank", "blocked": "Blocked",
}  # fmt: skip
LABELS: Final = {
    "penetration": "Penetration by cells",
    "worth": "Penetration by potential",
    "active": "Running, next twelve months",
    "pipeline": "In the pipeline, not weighted",
    "left": "Open potential a year",
    "reachable": "Reachable potential a year",
    "contribution": "What the reachable would leave a year",
}
COST_ROWS: Final = frozenset({"reachable", "contribution"})
"""Field class COST: they follow from margins and people's hours."""
SORTS: Final[dict[str, Callable[[CellView], Any]]] = {
    "reachable": lambda cell: (-(cell.reachable.value or 0), -(cell.left.value or 0), cell.name),
    "left": lambda cell: (-(cell.left.value or 0), cell.name),
    "state": lambda cell: (STATES.index(cell.state), cell.name),
    "name": lambda cell: cell.name,
}


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell. worth: the amount its state speaks of, None where it has none. why: what blocks it or who has it.

    old: what somebody said of it is over half a year old. conflict: why what was said and what runs do not agree.
    """

    pair: Pair
    client: str
    client_key: str
    unit: str
    offering: str
    state: State
    word: str
    why: str
    note: str
    worth: Figure | None
    potential: Decimal | None
    left: Figure
    reachable: Figure
    held: str
    deals: tuple[Deal, ...]
    contracts: tuple[Deal, ...]
    judged: str
    old: bool
    conflict: str
    edit_url: str
    pursue_url: str
    id: str

    @property
    def name(self) -> str:
        return f"{self.unit}, {self.offering}"


@dataclass(frozen=True, slots=True)
class Line:
    """Several cells: a unit, an offering, a client, or all. cells: by offering, None where there is none to have."""

    name: str
    key: str
    under: str
    url: str
    cells: tuple[CellView | None, ...]
    figures: dict[str, Figure]
    sum: Sum
    spend: Decimal | None = None
    share: Decimal | None = None
    overrun: bool = False
    edit_url: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class GridPage:
    basis: Basis
    finding: str
    offerings: tuple[Offering, ...]
    rows: tuple[Line, ...]
    foot: tuple[Line, ...]
    total: Line
    listed: tuple[CellView, ...]
    blanks: tuple[CellView, ...]
    notes: tuple[str, ...]
    sees_cost: bool
    sort: str


@dataclass(frozen=True, slots=True)
class RollUp:
    basis: Basis
    finding: str
    by: str
    rows: tuple[Line, ...]
    total: Line
    listed: tuple[CellView, ...]
    notes: tuple[str, ...]
    sees_cost: bool

    @property
    def by_client(self) -> bool:
        return self.by == "client"

    @property
    def by_offering(self) -> bool:
        return not self.by_client

    @property
    def rows_title(self) -> str:
        return "Client by client" if self.by_client else "Offering by offering"


def scope_of(client: str = "", unit: str = "", offering: str = "") -> dict[str, str]:
    return {"client": client, "unit": unit, "offering": offering}


def figure_of(name: str, found: Sum, book: Book, **scope: str) -> Figure:
    unit = "ratio" if name in ("penetration", "worth") else book.basis.currency
    value = None if name in COST_ROWS and not book.sees_cost else getattr(found, name)
    return Figure(figure_id(f"whitespace.{name}", **scope), LABELS[name], value, unit)


def _figures(book: Book, found: Sum, **scope: str) -> dict[str, Figure]:
    return {name: figure_of(name, found, book, **scope) for name in LABELS}


def cell_view(book: Book, unit: BusinessUnit, offering: Offering, today: date) -> CellView:
    pair = (unit.pk, offering.pk)
    cell, found, judged = book.cells[pair], book.reaches[pair], book.judged.get(pair)
    state, scope = state_of(cell), scope_of(unit.client.key, unit.key, offering.key)
    one = book.sum([pair])
    told = {"active": "active", "pipeline": "pipeline", "potential": "left", "competitor": "left"}.get(state)
    address = [unit.client.key, unit.pk, offering.pk]
    by = judged.judged_by.name if judged and judged.judged_by else "Loaded"
    said = "" if judged is None else f"{by}, {day(judged.judged_on)}"
    return CellView(
        pair=pair,
        client=unit.client.name,
        client_key=unit.client.key,
        unit=unit.name,
        offering=offering.name,
        state=state,
        word=WORDS[state],
        why=judged.why if judged else "",
        note=judged.note if judged else "",
        worth=figure_of(told, one, book, **scope) if told else None,
        potential=cell.potential,
        left=figure_of("left", one, book, **scope),
        reachable=figure_of("reachable", one, book, **scope),
        held=held_words(found.allowed, found.people) if book.sees_cost and found.left else "",
        deals=book.deals.get(pair, ()),
        contracts=book.contracts.get(pair, ()),
        judged=said,
        old=judged is not None and state not in ("active", "pipeline") and (today - judged.judged_on).days > STALE,
        conflict=_conflict(state, cell.hand, judged.why if judged else ""),
        edit_url=reverse("white_space_cell", args=address),
        pursue_url=reverse("white_space_pursue", args=address) if state in ("potential", "competitor", "blank") else "",
        id=f"cell-{unit.pk}-{offering.pk}",
    )  # fmt: skip


def held_words(allowed: bool | None, people: Decimal | None) -> str:
    """What keeps the open potential from being reached."""
    if allowed is False:
        return "margin under the floor"
    if people is None:
        return "people or price not known"
    return f"people for {ratio(people, 0)}" if people < 1 else ""


def _conflict(state: State, hand: str, why: str) -> str:
    if hand == "blocked" and state in ("active", "pipeline"):
        return f"said to be blocked: {why}"
    return f"{why} holds part of it" if hand == "competitor" and state in ("active", "pipeline") else ""


def tree(units: Iterable[BusinessUnit]) -> list[tuple[BusinessUnit, int]]:
    """Each unit below the one it is part of, with how deep it lies."""
    rows = list(units)
    here = {unit.pk for unit in rows}
    below: dict[int | None, list[BusinessUnit]] = {}
    for unit in rows:
        below.setdefault(unit.parent_id if unit.parent_id in here else None, []).append(unit)
    ordered: list[tuple[BusinessUnit, int]] = []

    def walk(above: int | None, depth: int) -> None:
        for unit in below.get(above, ()):
            ordered.append((unit, depth))
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return ordered


def load_grid(user: User, client: Client, now: datetime, *, sort: str = "") -> GridPage:
    """Eight queries. In the client's currency; amounts are of a year."""
    today = client.local_date(now)
    basis = load_basis(user, now=now, currency=client.currency, newest_entry=False)
    book = load_book(user, basis, today)
    units = book.units_of(client.pk)
    named = {offering for _, offering in book.pairs(client=client.pk)}
    offerings = tuple(one for one in book.offerings if one.pk in named or (one.is_active and not units))
    rows = tuple(_unit_line(book, unit, depth, offerings, today) for unit, depth in tree(units))
    views = [cell for row in rows for cell in row.cells if cell is not None]
    order = sort if sort in SORTS else "reachable"
    foot = tuple(
        _line(book, one, book.pairs(client=client.pk, offering=one.pk), scope_of(client.key, offering=one.key))
        for one in offerings
    )
    total = _line(book, client, book.pairs(client=client.pk), scope_of(client.key))
    return GridPage(
        basis=basis,
        finding=_grid_finding(total, units, views, book),
        offerings=offerings,
        rows=rows,
        foot=foot,
        total=total,
        listed=tuple(sorted((cell for cell in views if cell.state != "blank"), key=SORTS[order])),
        blanks=tuple(cell for cell in views if cell.state == "blank"),
        notes=_notes(book, total.sum),
        sees_cost=book.sees_cost,
        sort=order,
    )


def _unit_line(book: Book, unit: BusinessUnit, depth: int, offerings: tuple[Offering, ...], today: date) -> Line:
    cells = tuple(
        cell_view(book, unit, offering, today) if (unit.pk, offering.pk) in book.cells else None
        for offering in offerings
    )
    spend = converted(book.basis, unit.spend, unit.currency, today)
    line = _line(book, unit, book.pairs(unit=unit.pk), scope_of(unit.client.key, unit.key))
    whole = line.sum.whole
    return replace(
        line,
        under=unit.owner.name if unit.owner else "Nobody's",
        cells=cells,
        spend=spend,
        share=divide(line.sum.active, spend),
        overrun=spend is not None and whole is not None and whole > spend,
        edit_url=reverse("business_unit", args=[unit.client.key, unit.pk]),
        depth=depth,
    )


def _line(book: Book, of: Client | BusinessUnit | Offering | None, pairs: list[Pair], scope: dict[str, str]) -> Line:
    """of: what the cells have in common; None for all in sight."""
    found = book.sum(pairs)
    name, key = (of.name, of.key) if of is not None else ("All in sight", "")
    return Line(name, key, "", "", (), _figures(book, found, **scope), found)


def _grid_finding(total: Line, units: list[BusinessUnit], views: list[CellView], book: Book) -> str:
    if not units:
        return "No business unit is named yet"
    found = total.sum
    said = f"{found.active_cells} of {plural(found.cells - found.blocked, 'cell')} sold"
    best = min((cell for cell in views if cell.reachable.value), key=SORTS["reachable"], default=None)
    if best is not None and best.reachable.value:
        worth = compact(best.reachable.value, book.basis.currency)
        return f"{said}; most to reach: {best.offering} for {best.unit}, {worth}"
    if found.left:
        return f"{said}; {compact(found.left, book.basis.currency)} a year open, none of it within reach"
    return f"{said}; nobody has said what the others are worth" if found.unknown or found.cells else said


def _notes(book: Book, found: Sum) -> tuple[str, ...]:
    notes = []
    if found.unknown:
        notes.append(f"{plural(found.unknown, 'cell')} with potential, and nobody has said what it is worth.")
    if found.untold and book.sees_cost:
        notes.append(f"{plural(found.untold, 'cell')} of unknown reach: a price or the hours of a role are missing.")
    if found.active is None:
        notes.append("A rate is missing: what runs cannot be summed.")
    return tuple(notes)


def load_rollup(
    user: User,
    now: datetime,
    *,
    by: str = "client",
    currency: str = "",
    client: str = "",
    owner: str = "",
    tier: str = "",
) -> RollUp:
    """Nine queries. by: client or offering; client, owner, tier: of these clients alone. The most to reach first."""
    today = now.date()
    basis = load_basis(user, now=now, currency=currency, newest_entry=False)
    book = load_book(user, basis, today)
    clients = {
        unit.client_id: unit.client
        for unit in book.units
        if client in ("", unit.client.key)
        and (not tier or unit.client.tier == tier)
        and (not owner or (unit.client.owner is not None and unit.client.owner.email == owner))
    }
    pairs = [pair for one in clients for pair in book.pairs(client=one)]
    if by == "offering":
        rows = [
            replace(
                _line(book, one, [pair for pair in pairs if pair[1] == one.pk], scope_of(client, offering=one.key)),
                under=one.service_line,
            )
            for one in book.offerings
        ]
    else:
        rows = [
            replace(
                _line(book, one, book.pairs(client=one.pk), scope_of(one.key)),
                under=plural(len(book.units_of(one.pk)), "unit"),
                url=reverse("client_white_space", args=[one.key]),
            )
            for one in clients.values()
        ]
    rows.sort(key=lambda row: (-(row.figures["reachable"].value or 0), -(row.sum.left or ZERO), row.name))
    total = _line(book, None, pairs, scope_of(client))
    units, sold = {one.pk: one for one in book.units}, {one.pk: one for one in book.offerings}
    views = [
        cell_view(book, units[unit], sold[offering], today)
        for unit, offering in sorted(pairs, key=lambda pair: _worth(book, pair))[:TOP]
        if book.reaches[unit, offering].left
    ]
    return RollUp(
        basis=basis,
        finding=_rollup_finding(total, rows, by, book),
        by=by,
        rows=tuple(rows),
        total=total,
        listed=tuple(sorted(views, key=SORTS["reachable"])),
        notes=_notes(book, total.sum),
        sees_cost=book.sees_cost,
    )


def _worth(book: Book, pair: Pair) -> tuple[Decimal, Decimal]:
    found = book.reaches[pair]
    return -(found.reachable or ZERO), -(found.left or ZERO)


def _rollup_finding(total: Line, rows: list[Line], by: str, book: Book) -> str:
    if not total.sum.cells:
        return "No white space is mapped yet"
    reachable = total.figures["reachable"].value
    money = book.basis.currency
    if not reachable:
        return f"{compact(total.sum.left or ZERO, money)} a year is open, none of it known to be within reach"
    best = rows[0]
    share = divide(best.figures["reachable"].value, reachable)
    most = f", {ratio(share, 0)} of it {'in' if by == 'offering' else 'at'} {best.name}" if share else ""
    return f"{compact(reachable, money)} of {compact(total.sum.left, money)} open potential is within reach{most}"
