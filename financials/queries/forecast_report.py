"""The forecast by any grouping, as REST gives it: layers, total, bands and the run behind each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Q, QuerySet

from accounts.access import clients_for
from accounts.models import Client
from common.money import ZERO
from common.periods import Month, format_month, month_add, month_of, parse_period
from financials.calc.forecast_records import HORIZON_MONTHS
from financials.models import ForecastRun, Layer
from financials.queries.bands import Bands, Reach, load_bands, span_ahead
from financials.queries.basis import Basis, ids_sql, load_basis
from financials.queries.cells import Cell, load_cells, load_missing
from financials.queries.cuts import Cut

if TYPE_CHECKING:
    from people.models import User

GROUPS: Final = ("client", "contract", "owner", "month", "quarter", "year")
LAYERS: Final = tuple(Layer.values)
_TIMES: Final = ("month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class ForecastAsked:
    """costs: with what it costs, field class COST."""

    group_by: tuple[str, ...] = ()
    first: Month | None = None
    last: Month | None = None
    client: str = ""
    owner: str = ""
    tier: str = ""
    currency: str = ""
    as_of: datetime | None = None
    costs: bool = False


@dataclass(frozen=True, slots=True)
class ReportRow:
    """group: as asked, blank where a thing has none. reach: None where the band is unknown. run: the newest behind.
    cost: of all layers; None where it is not known. unopened: what of the run-rate is of deals not opened yet.
    """

    group: tuple[str, ...]
    layers: Mapping[str, Decimal]
    reach: Reach | None
    run: int | None
    cost: Decimal | None = None
    unopened: Decimal = ZERO
    margin_reach: Reach | None = None

    @property
    def total(self) -> Decimal:
        return sum(self.layers.values(), ZERO)

    @property
    def contribution(self) -> Decimal | None:
        return None if self.cost is None else self.total - self.cost


@dataclass(frozen=True, slots=True)
class ForecastReport:
    basis: Basis
    first: Month
    last: Month
    rows: tuple[ReportRow, ...]
    run: int | None
    missing: tuple[str, ...]
    waiting: int


def load_forecast_report(user: User, asked: ForecastAsked, *, now: datetime) -> ForecastReport:
    """Seven queries, nine with costs, two more where a rate is missing.

    Without months: from the first open one to the last forecast.
    """
    basis = load_basis(user, now=now, currency=asked.currency, as_of=asked.as_of)
    open_through = max(basis.open_month, month_of(basis.today))
    first = asked.first or min(basis.open_month, asked.last or basis.open_month)
    last = asked.last or max(month_add(open_through, HORIZON_MONTHS - 1), first)
    clients = _clients(user, asked)
    cut = Cut(ids_sql(clients.values("pk")), first, last)
    cells = load_cells("layers", basis, cut, (*asked.group_by, "unopened"))
    costs = load_cells("layer_costs", basis, cut, asked.group_by) if asked.costs else []
    gaps = _gaps(basis, cut, [*cells, *costs])
    layers: dict[tuple[str, ...], dict[str, Decimal]] = {}
    fresh: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for cell in cells:
        key = tuple(part or "" for part in cell.group[:-1])
        of = layers.setdefault(key, {})
        of[cell.line] = of.get(cell.line, ZERO) + cell.amount
        if cell.group[-1]:
            fresh[key] += cell.amount
    cost = _costs(costs, layers)
    spans = [span for key in layers if (span := span_ahead(*_months(asked, key, first, last), basis)) is not None]
    by = tuple(name for name in asked.group_by if name in ("client", "owner"))
    bands = load_bands(basis, cut, by, spans)
    kept = load_bands(basis, cut, by, spans, state=False, contribution=True) if asked.costs else None
    runs = _runs(clients, basis)
    newest = _newest(asked, runs)
    return ForecastReport(
        basis=basis,
        first=first,
        last=last,
        rows=tuple(
            ReportRow(
                key,
                found,
                _reach(asked, key, bands, first, last, basis),
                newest.get(_own(asked, key)),
                cost.get(key),
                fresh.get(key, ZERO),
                None if kept is None else _reach(asked, key, kept, first, last, basis),
            )
            for key, found in sorted(layers.items())
        ),
        run=max((run for _, _, run in runs), default=None),
        missing=tuple(f"No {code}/{basis.currency} rate for {format_month(month)}." for code, month in gaps),
        waiting=bands.waiting,
    )


def _gaps(basis: Basis, cut: Cut, cells: Sequence[Cell]) -> list[tuple[str, Month]]:
    """Exchange rates that are missing. A cost may be unknown for other reasons: that is no gap."""
    if not any(cell.missing and not cell.withheld for cell in cells):
        return []
    return sorted(load_missing("layers", basis, cut) | load_missing("layer_costs", basis, cut))


def _costs(
    cells: Sequence[Cell], layers: dict[tuple[str, ...], dict[str, Decimal]]
) -> dict[tuple[str, ...], Decimal | None]:
    """By group; of one that earns and has no cost cell nothing. Groups that only cost get their row."""
    found: dict[tuple[str, ...], Decimal | None] = dict.fromkeys(layers, ZERO)
    for cell in cells:
        key = tuple(part or "" for part in cell.group)
        layers.setdefault(key, {})
        before = found.get(key, ZERO)
        found[key] = None if cell.missing or before is None else before + cell.amount
    return found


def _clients(user: User, asked: ForecastAsked) -> QuerySet[Client]:
    narrowed = {"key": asked.client, "owner__email": asked.owner, "tier": asked.tier}
    return clients_for(user).filter(Q(**{path: value for path, value in narrowed.items() if value})).order_by()


def _runs(clients: QuerySet[Client], basis: Basis) -> list[tuple[str, str, int]]:
    """Client key, owner's e-mail, run. One query."""
    runs = ForecastRun.objects.filter(client__in=clients.values("pk"))
    if basis.historic:
        runs = runs.filter(computed_at__lte=basis.as_of).order_by("client_id", "-computed_at", "-pk")
        runs = runs.distinct("client_id")
    else:
        runs = runs.filter(is_current=True)
    return [(key, owner or "", pk) for key, owner, pk in runs.values_list("client__key", "client__owner__email", "pk")]


def _newest(asked: ForecastAsked, runs: list[tuple[str, str, int]]) -> dict[tuple[str, ...], int]:
    """The newest run by client, owner, both or neither, as asked."""
    newest: dict[tuple[str, ...], int] = {}
    for client, owner, run in runs:
        named = {"client": client, "owner": owner}
        key = tuple(named[name] for name in asked.group_by if name in named)
        newest[key] = max(run, newest.get(key, run))
    return newest


def _own(asked: ForecastAsked, key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for name, part in zip(asked.group_by, key, strict=True) if name in ("client", "owner"))


def _months(asked: ForecastAsked, key: tuple[str, ...], first: Month, last: Month) -> tuple[Month, Month]:
    """What of the asked months the group's own period leaves."""
    for name, label in zip(asked.group_by, key, strict=True):
        if name in _TIMES:
            begins, ends = _period(label)
            first, last = max(first, begins), min(last, ends)
    return first, last


def _period(label: str) -> tuple[Month, Month]:
    if len(label) == 7 and "Q" not in label:
        month = date.fromisoformat(f"{label}-01")
        return month, month
    return parse_period(label)


def _reach(
    asked: ForecastAsked, key: tuple[str, ...], bands: Bands, first: Month, last: Month, basis: Basis
) -> Reach | None:
    if "contract" in asked.group_by:
        return None
    return bands.reach(_own(asked, key), span_ahead(*_months(asked, key, first, last), basis))
