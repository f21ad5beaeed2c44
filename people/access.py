"""What a role may see and do. One dataclass feeds the buttons, the API, the exports and the PDF."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from common.policies import (
    ACCOUNT_MANAGER,
    ADMINISTRATOR,
    CLIENT_READERS,
    DELIVERY,
    DIRECTOR,
    FINANCE,
    LEADERSHIP,
    LEGAL,
    MONEY_READERS,
)
from people.models import Leave
from people.queries import reporting_line_ids

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class Abilities:
    """Rights that follow from the role alone; whether a client is in sight is accounts.access's question."""

    see_clients: bool
    see_relationships: bool
    """Contacts, touchpoints, plans, opportunities. Legal sees contracts only."""
    see_money: bool
    """Field class COST: a client's labour, cost and margin; also P&L and forecast."""
    see_salary: bool
    see_stance: bool
    see_contracts: bool
    see_reviews: bool
    edit_client: bool
    edit_relationships: bool
    edit_opportunities: bool
    call_forecast: bool
    """Enter a figure of one's own beside the forecast; a director's is the last word."""
    edit_contracts: bool
    edit_terms: bool
    """Terms and documents of contracts."""
    edit_ledger: bool
    edit_reviews: bool
    edit_time: bool
    """Hours of clients in sight, one's own and others'."""
    approve_time: bool
    """Of clients in sight; nobody's own hours."""
    edit_allocations: bool
    """Of clients in sight."""
    edit_leave: bool
    """One's own, and of people who report to one."""
    edit_rates: bool
    load_files: bool
    close_months: bool
    see_settings: bool
    """Users, settings, connectors, the whole audit trail."""
    see_audit: bool


def abilities_of(user: User) -> Abilities:
    role = user.role if user.is_active else ""
    writes_accounts = role in (DIRECTOR, ACCOUNT_MANAGER)
    return Abilities(
        see_clients=role in CLIENT_READERS,
        see_relationships=role in CLIENT_READERS - {LEGAL},
        see_money=role in MONEY_READERS,
        see_salary=role == FINANCE,
        see_stance=role in (DIRECTOR, ACCOUNT_MANAGER, LEADERSHIP),
        see_contracts=role in CLIENT_READERS,
        see_reviews=role in MONEY_READERS,
        edit_client=role == DIRECTOR,
        edit_relationships=writes_accounts,
        edit_opportunities=writes_accounts,
        call_forecast=writes_accounts,
        edit_contracts=role in (DIRECTOR, FINANCE),
        edit_terms=role in (DIRECTOR, FINANCE, LEGAL),
        edit_ledger=role in (DIRECTOR, FINANCE),
        edit_reviews=writes_accounts,
        edit_time=role in (DIRECTOR, ACCOUNT_MANAGER, DELIVERY, FINANCE),
        approve_time=role in (DIRECTOR, ACCOUNT_MANAGER, FINANCE),
        edit_allocations=role in (DIRECTOR, DELIVERY),
        edit_leave=role in (DIRECTOR, ACCOUNT_MANAGER, DELIVERY, FINANCE),
        edit_rates=role == FINANCE,
        load_files=role in (DIRECTOR, FINANCE),
        close_months=role == FINANCE,
        see_settings=role == ADMINISTRATOR,
        see_audit=role in (DIRECTOR, FINANCE, LEADERSHIP, ADMINISTRATOR),
    )


def leave_for(user: User) -> QuerySet[Leave]:
    """One's own and that of one's reporting line; of everyone for finance and leadership."""
    if not user.is_active:
        return Leave.objects.none()
    if user.role in (FINANCE, LEADERSHIP):
        return Leave.objects.all()
    line: Any = reporting_line_ids(user)
    return Leave.objects.filter(person__in=line)


def people_for(user: User) -> QuerySet[User]:
    """Oneself and one's reporting line; everyone for those who work with all of them."""
    model = type(user)
    if not user.is_active:
        return model.objects.none()
    if user.role in (ADMINISTRATOR, FINANCE, LEADERSHIP):
        return model.objects.all()
    line: Any = reporting_line_ids(user)
    return model.objects.filter(pk__in=line)


def client_address(request: HttpRequest) -> str:
    """The address throttling counts by: the socket's own, or what the outermost of our NUM_PROXIES saw.

    What stands before that in X-Forwarded-For is the visitor's own word and is not believed.
    """
    socket = str(request.META.get("REMOTE_ADDR", ""))
    hops = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    if not 0 < settings.NUM_PROXIES <= len(hops):
        return socket
    try:
        return str(ip_address(hops[-settings.NUM_PROXIES].strip()))
    except ValueError:
        return socket
