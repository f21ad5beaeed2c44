"""Reading a posted grid of planned hours."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.http import QueryDict

from accounts.access import clients_for
from common.formats import day_short
from financials.access import contracts_for
from financials.actions.allocations import Planned, Slot
from financials.queries.allocation_grid import FIRM, MIXED, MOST_ROWS, NEW_ROWS, Grid
from people.models import User

_HOURS: Final = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?")
MOST_OF_A_PERSON: Final = 168


@dataclass
class GridPost:
    """A posted grid. typed: every input as it was written. names: the input each cell came from."""

    cells: dict[Slot, Planned] = field(default_factory=dict)
    names: dict[Slot, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Sight:
    clients: frozenset[int]
    contracts: dict[int, int]
    people: frozenset[int]


def read_grid(data: QueryDict, user: User, grid: Grid) -> GridPost:
    """Two queries: clients and contracts in sight."""
    post = GridPost(typed={name: str(data[name]) for name in data})
    ids = clients_for(user).values_list("pk", flat=True)
    contracts = dict(contracts_for(user).values_list("pk", "client_id"))
    people = frozenset(int(pk) for pk, _ in grid.people) | ({grid.person.pk} if grid.person else frozenset())
    sight = _Sight(frozenset(ids), contracts, people)
    known = {row.key for row in grid.rows}
    for number in range(MOST_ROWS + NEW_ROWS):
        key = data.get(f"p{number}", "")
        texts = [data.get(f"h{number}_{at}", "") for at in range(len(grid.weeks))]
        base = _known(key, sight, known) if key else _fresh(data, number, grid, sight, post, texts)
        if base is None:
            if key:
                post.errors.append(f"Row {number + 1}: this work is not yours to plan.")
            continue
        firm, deal = _kind(data.get(f"kind{number}", FIRM), base, grid, post, number)
        for at, week in enumerate(grid.weeks):
            if f"h{number}_{at}" in data:
                slot = base._replace(week=week)
                _read_cell(post, slot, texts[at], data.get(f"was{number}_{at}", ""), firm, deal, f"h{number}_{at}")
    return post


def _known(key: str, sight: _Sight, known: set[str]) -> Slot | None:
    parts = key.split("|", 3)
    if len(parts) != 4 or key not in known:
        return None
    person, client, contract, role = parts
    return Slot(date.min, int(person) if person else None, role, int(client), int(contract) if contract else None)


def _fresh(data: QueryDict, number: int, grid: Grid, sight: _Sight, post: GridPost, texts: list[str]) -> Slot | None:
    """A row that was added; None where nothing is written in it, or something is missing, which is said."""
    if not any(text.strip() for text in texts):
        return None
    who, role = data.get(f"who{number}", ""), data.get(f"role{number}", "").strip()[:80].replace("\x00", "")
    place = data.get(f"place{number}", "")
    if grid.person:
        who, role = str(grid.person.pk), ""
    if bool(who) == bool(role):
        post.errors.append(f"Row {number + 1} has hours: choose a person or write a role, one of them.")
        return None
    client_text, _, contract_text = place.partition("|")
    client = grid.client.pk if grid.client and not client_text else _id(client_text)
    contract, person = _id(contract_text), _id(who)
    if client not in sight.clients:
        post.errors.append(f"Row {number + 1} has hours but no work: choose a contract or client for it.")
        return None
    if contract_text and sight.contracts.get(contract) != client:
        post.errors.append(f"Row {number + 1}: this contract is not one of the client's.")
        return None
    if who and person not in sight.people:
        post.errors.append(f"Row {number + 1}: choose a person from the list.")
        return None
    return Slot(date.min, person if who else None, role, client, contract if contract_text else None)


def _id(text: str) -> int:
    """A record's number; 0, which no record has, where it is none. Read whole: what is checked is what is written."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _kind(text: str, base: Slot, grid: Grid, post: GridPost, number: int) -> tuple[bool | None, int | None]:
    """Firm, soft with its deal, or as it stands (None)."""
    if text == FIRM:
        return True, None
    if text == MIXED:
        return None, None
    if grid.deal_clients.get(text) != base.client:
        post.errors.append(f"Row {number + 1}: choose firm or one of the client's own open deals.")
        return None, None
    return False, int(text)


def _read_cell(post: GridPost, slot: Slot, text: str, was: str, firm: bool | None, deal: int | None, name: str) -> None:
    try:
        hours, seen = _hours(text), _hours(was)
    except ValueError as error:
        post.errors.append(f"Week of {day_short(slot.week)}: {error}.")
        return
    if slot.person is not None and (hours or 0) > MOST_OF_A_PERSON:
        post.errors.append(f"Week of {day_short(slot.week)}: one person has at most {MOST_OF_A_PERSON} hours.")
        return
    if slot in post.cells:
        if hours:
            post.errors.append(f"Week of {day_short(slot.week)}: the same person and work stand in two rows.")
        return
    post.cells[slot] = Planned(seen, hours, firm, deal)
    post.names[slot] = name


def _hours(text: str) -> Decimal | None:
    """37.5 or 37,5; blank is None. Raises ValueError with what to write."""
    text = text.strip()
    if not text:
        return None
    found = _HOURS.fullmatch(text) if text.isascii() else None
    if found is None:
        raise ValueError(f"“{text[:20]}” is not a number of hours: write 16 or 37.5")
    return Decimal(f"{found[1]}.{found[2] or 0}").quantize(Decimal("0.01"))
