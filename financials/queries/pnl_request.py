"""What a P&L is asked for, and which clients, months and cells that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal

from django.db.models import Q, QuerySet

from accounts.access import clients_for
from accounts.models import Client
from common.periods import Month, format_month, month_add
from financials.access import contracts_for
from financials.queries.basis import Basis, ids_sql
from financials.queries.cuts import Cut
from financials.queries.ladder_sql import GROUPS

if TYPE_CHECKING:
    from people.models import User

Scenario = Literal["actual", "budget", "forecast", "prior_year", "variance"]
SCENARIOS: Final[tuple[Scenario, ...]] = ("actual", "budget", "forecast", "prior_year", "variance")
GROUP_NAMES: Final = tuple(GROUPS)
NONE: Final = "-"
"""A filter's value for what has none."""


class BadRequest(ValueError):
    """The report cannot be asked for like that; the text says why, `field` names the parameter."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class PnlRequest:
    """What is asked. Blank filters take everything in sight; client and parent are keys, owner an e-mail, contract a
    number; "-" takes what has no owner or no contract. fiscal: a year or quarter of each client's own, FY2026-Q3.

    first, last: None is the last twelve closed months. safe: leave COST out whatever the reader may see (client decks).
    rates: the month whose rates serve every month; None converts each at its own. counted: count the rows behind.
    """

    first: Month | None = None
    last: Month | None = None
    group_by: tuple[str, ...] = ()
    scenario: Scenario = "actual"
    client: str = ""
    contract: str = ""
    service_line: str | None = None
    owner: str = ""
    tier: str = ""
    currency: str = ""
    as_of: datetime | None = None
    budget_version: str = ""
    safe: bool = False
    parent: str = ""
    industry: str = ""
    fiscal: str = ""
    rates: Month | None = None
    counted: bool = False


def clients_asked(user: User, request: PnlRequest) -> QuerySet[Client]:
    """The clients in sight that the request's filters leave."""
    clients = clients_for(user).order_by()
    if request.client:
        clients = clients.filter(key=request.client)
    if request.parent:
        clients = clients.filter(Q(key=request.parent) | Q(parent__key=request.parent))
    if request.owner:
        clients = clients.filter(owner__email=request.owner) if request.owner != NONE else clients.filter(owner=None)
    if request.tier:
        clients = clients.filter(tier="" if request.tier == NONE else request.tier)
    if request.industry:
        clients = clients.filter(industry="" if request.industry == NONE else request.industry)
    return clients


def cut_for(user: User, request: PnlRequest, first: Month, last: Month) -> Cut:
    clients = clients_asked(user, request)
    contracts = None
    if request.contract and request.contract != NONE:
        contracts = ids_sql(contracts_for(user).filter(number=request.contract).values("pk"))
    return Cut(
        ids_sql(clients.values("pk")),
        first,
        last,
        contracts,
        request.service_line,
        everyone=not clients.query.where,
        no_contract=request.contract == NONE,
        fiscal=fiscal_start(request.fiscal) if request.fiscal else None,
    )


def fiscal_start(label: str) -> tuple[str, Month]:
    """'fiscal_year' or 'fiscal_quarter', and its label's first month as if the year began in January."""
    year, _, quarter = label.removeprefix("FY").partition("-Q")
    if not (label.startswith("FY") and year.isdigit() and len(year) == 4 and quarter in ("", "1", "2", "3", "4")):
        raise BadRequest("fiscal", "Write a fiscal year as FY2026 or a quarter as FY2026-Q3.")
    if not 1900 <= int(year) <= 2200:
        raise BadRequest("fiscal", "No such year.")
    first = date(int(year), 3 * int(quarter or 1) - 2, 1)
    return ("fiscal_quarter" if quarter else "fiscal_year"), first


def check_request(request: PnlRequest) -> None:
    for name in request.group_by:
        if name not in GROUPS:
            raise BadRequest("group_by", f"Cannot group by {name!r}; choose from {', '.join(GROUPS)}.")
    if len(set(request.group_by)) != len(request.group_by):
        raise BadRequest("group_by", "A group is named twice.")
    if request.scenario not in SCENARIOS:
        raise BadRequest("scenario", f"No scenario {request.scenario!r}; choose from {', '.join(SCENARIOS)}.")


def months_asked(request: PnlRequest, basis: Basis) -> tuple[Month, Month]:
    first, last = basis.last_twelve()
    last = request.last or last
    first = request.first or (min(first, last) if request.last is None else month_add(last, -11))
    if first > last:
        raise BadRequest("from", f"{format_month(first)} comes after {format_month(last)}.")
    if (last.year - first.year) > 20:
        raise BadRequest("from", "Ask for at most twenty years.")
    return first, last
