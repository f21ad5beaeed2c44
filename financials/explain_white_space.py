"""How the figures of the white space explain themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.formats import plural, ratio
from financials.calc.white_space import FLOOR, WEEKS, Sum, needs_of, state_of
from financials.figures import definition_of
from financials.queries.basis import load_basis
from financials.queries.white_space import Book, Pair, load_book
from financials.queries.white_space_page import COST_ROWS, LABELS, WORDS, figure_of, held_words
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

SHOWN: Final = 12
FORMULAE: Final = {
    "penetration": "cells with a running contract ÷ cells that are not blocked",
    "worth": "fees that run ÷ what the cells are worth, over those whose worth is known",
    "active": "fees that running contracts schedule for twelve months from this one",
    "pipeline": "amounts of open deals, not weighted",
    "left": "potential − what runs − what is in the pipeline, cell by cell and never below zero",
    "reachable": f"open potential × the part there are people for; none where the margin is under {ratio(FLOOR, 0)}",
    "contribution": "reachable potential × the margin the offering is expected to leave",
}


def _explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    can = abilities_of(user)
    if params.keys() - {"client", "unit", "offering"} or not can.see_relationships:
        raise UnknownFigure(name)
    if ("unit" in params and "client" not in params) or (name in COST_ROWS and not can.see_money):
        raise UnknownFigure(name)
    client = get_client_for(user, params["client"]) if "client" in params else None
    today = client.local_date(now) if client else now.date()
    basis = load_basis(user, now=now, currency=client.currency if client else "", newest_entry=False)
    book = load_book(user, basis, today)
    pairs, where = _narrowed(book, client.pk if client else None, params)
    scope = [client.name if client else "All clients in sight", *where]
    found = book.sum(pairs)
    url = reverse("client_white_space", args=[client.key]) if client else reverse("white_space")
    return Explanation(
        figure=figure_of(name, found, book, **params),
        scope=", ".join(scope),
        formula=FORMULAE[name],
        formula_id=f"whitespace.{name}",
        formula_version=1,
        inputs=_inputs(name, book, pairs, found),
        as_of=now,
        period="a year, from today",
        rows_url=url,
        rows_count=len(pairs),
        xlsx_url=f"{url}?format=xlsx",
        definition=definition_of("white-space"),
        notes=_notes(name, book, pairs, found),
    )


def _narrowed(book: Book, client: int | None, params: Mapping[str, str]) -> tuple[list[Pair], list[str]]:
    """The cells asked for, and the words for what narrows them."""
    unit = offering = None
    where = []
    if "unit" in params:
        found = next((one for one in book.units if one.key == params["unit"] and one.client_id == client), None)
        if found is None:
            raise Http404(NOT_FOUND)
        unit, where = found.pk, [found.name]
    if "offering" in params:
        sold = next((one for one in book.offerings if one.key == params["offering"]), None)
        if sold is None:
            raise Http404(NOT_FOUND)
        offering = sold.pk
        where.append(sold.name)
    return book.pairs(client=client, unit=unit, offering=offering), where


def _inputs(name: str, book: Book, pairs: list[Pair], found: Sum) -> tuple[Input, ...]:
    money = book.basis.currency
    if name == "penetration":
        return (
            Input("Cells with a running contract", found.active_cells, "count"),
            Input("Cells", found.cells, "count", "÷"),
            Input("Blocked cells", found.blocked, "count", "−"),
        )
    if name == "worth":
        return (Input("Fees that run", found.active, money), Input("What the cells are worth", found.whole, money, "÷"))
    if len(pairs) == 1:
        return _one_cell(name, book, pairs[0])
    return _many(name, book, pairs)


def _one_cell(name: str, book: Book, pair: Pair) -> tuple[Input, ...]:
    money, cell, found, sale = book.basis.currency, book.cells[pair], book.reaches[pair], book.sales[pair[1]]
    if name in ("active", "pipeline"):
        rows = (book.contracts if name == "active" else book.deals).get(pair, ())
        route = "contract" if name == "active" else "opportunity"
        return tuple(Input(one.name, one.amount, money, "+", url=reverse(route, args=[one.key])) for one in rows)
    if name == "left":
        return (
            Input("Potential, all of it", cell.potential, money),
            Input("Runs", cell.active, money, "−"),
            Input("In the pipeline", cell.pipeline, money, "−"),
        )
    if name == "contribution":
        return (Input("Reachable", found.reachable, money), Input("Margin", sale.margin, "ratio", "×"))
    allowed = (Input("Margin, against the floor", sale.margin, "ratio"),) if sale.margin is not None else ()
    people = (Input("Part there are people for", found.people, "ratio", "×"),)
    return (Input("Open potential", found.left, money), *people, *allowed)


def _many(name: str, book: Book, pairs: list[Pair]) -> tuple[Input, ...]:
    """The largest cells, and the others in one line."""
    units = {one.pk: one for one in book.units}
    sold = {one.pk: one.name for one in book.offerings}
    clients = len({units[pair[0]].client_id for pair in pairs})
    amounts = []
    for pair in pairs:
        source = book.cells[pair] if name in ("active", "pipeline") else book.reaches[pair]
        value = getattr(source, name)
        if value:
            unit = units[pair[0]]
            where = f"{unit.client.name}, {unit.name}" if clients > 1 else unit.name
            amounts.append((value, f"{sold[pair[1]]}: {where}"))
    amounts.sort(key=lambda one: (-one[0], one[1]))
    lines = [Input(label, value, book.basis.currency, "+") for value, label in amounts[:SHOWN]]
    rest = amounts[SHOWN:]
    if rest:
        others = sum((value for value, _ in rest[1:]), rest[0][0])
        lines.append(Input(plural(len(rest), "other cell"), others, book.basis.currency, "+"))
    return tuple(lines)


def _notes(name: str, book: Book, pairs: list[Pair], found: Sum) -> tuple[str, ...]:
    notes = []
    if found.unknown and name in ("left", "reachable", "contribution", "worth"):
        notes.append(f"{plural(found.unknown, 'cell')} of unknown worth: not counted.")
    if len(pairs) == 1:
        cell, one, judged = book.cells[pairs[0]], book.reaches[pairs[0]], book.judged.get(pairs[0])
        notes.append(f"State: {WORDS[state_of(cell)].lower()}{f', {judged.why}' if judged and judged.why else ''}.")
        if cell.unpriced:
            notes.append(f"{plural(cell.unpriced, 'open deal')} without an amount.")
        if name in COST_ROWS:
            held = held_words(one.allowed, one.people)
            notes += [f"Held back: {held}."] if held else []
            needs = needs_of(one.left, book.sales[pairs[0][1]]) or {}
            for role, hours in needs.items():
                free = book.free.get(role)
                there = "not known" if role in book.free and free is None else f"{(free or 0):,.0f} h"
                share = ratio(book.shares.get(role), 0)
                notes.append(f"{role}: needs {hours:,.0f} h in {WEEKS} weeks; free {there}, {share} of all needs.")
    elif name in COST_ROWS:
        notes.append(f"Free hours of the next {WEEKS} weeks are shared by all cells in sight, in proportion to need.")
    return tuple(notes)


def register() -> None:
    for name in LABELS:
        reader: Callable[[User, Mapping[str, str], datetime], Explanation] = partial(_explain, name)
        formulae.register(f"whitespace.{name}", reader)
