"""The door to contracts and ledger rows: through the client they hang on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.access import NOT_FOUND
from accounts.models import Client
from common.models import FxRate
from common.policies import ACCOUNT_MANAGER, DIRECTOR, FINANCE, LEADERSHIP
from financials.models import (
    AlignmentTie,
    Allocation,
    BillingPlanLine,
    BudgetLine,
    Contract,
    ContractDocument,
    ContractKind,
    ContractStatus,
    Estimate,
    ForecastCall,
    ForecastOverride,
    IndexReading,
    Invoice,
    LedgerEntry,
    LedgerMonth,
    Milestone,
    PurchaseOrder,
    Rate,
    RateKind,
    Scenario,
    ScheduleLine,
    Term,
    TimeEntry,
)
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def contracts_for(user: User) -> QuerySet[Contract]:
    if not abilities_of(user).see_contracts:
        return Contract.objects.none()
    return Contract.objects.filter(client__in=Client.objects.visible_to(user))


def on_contracts_in_sight(user: User) -> Q:
    """For what hangs on contracts: through the contract's client, in the joins the rows are read with anyway."""
    if not abilities_of(user).see_contracts:
        return Q(pk__in=())
    return Q(contract__client__in=Client.objects.visible_to(user))


def get_contract_for(user: User, number: str) -> Contract:
    linked = ("client", "parent", "opportunity", "superseded_by")
    found = contracts_for(user).select_related(*linked).filter(number=number).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def get_editable_contract_for(user: User, number: str) -> Contract:
    found = get_contract_for(user, number)
    if not abilities_of(user).edit_contracts:
        raise PermissionDenied("Your role reads contracts but does not change them.")
    return found


def get_termed_contract_for(user: User, number: str) -> Contract:
    """For its terms and documents."""
    found = get_contract_for(user, number)
    if not abilities_of(user).edit_terms:
        raise PermissionDenied("Your role reads contracts but does not change them.")
    return found


def get_document_for(user: User, pk: int) -> ContractDocument:
    found = ContractDocument.objects.filter(pk=pk, contract__in=contracts_for(user)).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def get_editable_milestone_for(user: User, number: str, pk: int) -> Milestone:
    found = Milestone.objects.filter(contract=get_editable_contract_for(user, number), pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def get_editable_plan_line_for(user: User, number: str, pk: int) -> BillingPlanLine:
    found = BillingPlanLine.objects.filter(contract=get_editable_contract_for(user, number), pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def terms_for(user: User) -> QuerySet[Term]:
    return Term.objects.filter(on_contracts_in_sight(user))


def alignment_for(user: User) -> QuerySet[AlignmentTie]:
    """What contracts are for is part of a plan: for those who read contracts and plans."""
    if not abilities_of(user).see_relationships:
        return AlignmentTie.objects.none()
    return AlignmentTie.objects.filter(on_contracts_in_sight(user))


def milestones_for(user: User) -> QuerySet[Milestone]:
    return Milestone.objects.filter(on_contracts_in_sight(user))


def estimates_for(user: User) -> QuerySet[Estimate]:
    """Field class COST: what a client's work will still cost."""
    if not abilities_of(user).see_money:
        return Estimate.objects.none()
    return Estimate.objects.filter(on_contracts_in_sight(user))


def schedule_lines_for(user: User) -> QuerySet[ScheduleLine]:
    return ScheduleLine.objects.filter(on_contracts_in_sight(user))


def ledger_entries_for(user: User) -> QuerySet[LedgerEntry]:
    """Rows of clients in sight; the overhead pool (no client) is for those who see every client's money."""
    return LedgerEntry.objects.filter(_ledger_in_sight(user))


def ledger_months_for(user: User) -> QuerySet[LedgerMonth]:
    """The sums kept of those rows, by the same rule."""
    return LedgerMonth.objects.filter(_ledger_in_sight(user))


def _ledger_in_sight(user: User) -> Q:
    if not abilities_of(user).see_money:
        return Q(pk__in=())
    rows = Q(client__in=Client.objects.visible_to(user))
    return rows | Q(client=None) if user.role in (FINANCE, LEADERSHIP) else rows


def budget_lines_for(user: User) -> QuerySet[BudgetLine]:
    if not abilities_of(user).see_money:
        return BudgetLine.objects.none()
    return BudgetLine.objects.filter(client__in=Client.objects.visible_to(user))


def fx_rates_for(user: User) -> QuerySet[FxRate]:
    """Rates are of no client: one set for the whole company, for all who read money."""
    return FxRate.objects.all() if abilities_of(user).see_money else FxRate.objects.none()


def index_readings_for(user: User) -> QuerySet[IndexReading]:
    """Published for everybody: one set for the whole company, for all who read money."""
    return IndexReading.objects.all() if abilities_of(user).see_money else IndexReading.objects.none()


def invoices_for(user: User) -> QuerySet[Invoice]:
    if not abilities_of(user).see_money:
        return Invoice.objects.none()
    return Invoice.objects.filter(client__in=Client.objects.visible_to(user))


def purchase_orders_for(user: User) -> QuerySet[PurchaseOrder]:
    if not abilities_of(user).see_money:
        return PurchaseOrder.objects.none()
    return PurchaseOrder.objects.filter(client__in=Client.objects.visible_to(user))


def time_for(user: User) -> QuerySet[TimeEntry]:
    if not abilities_of(user).see_money:
        return TimeEntry.objects.none()
    return TimeEntry.objects.filter(client__in=Client.objects.visible_to(user))


def allocations_for(user: User) -> QuerySet[Allocation]:
    if not abilities_of(user).see_money:
        return Allocation.objects.none()
    return Allocation.objects.filter(client__in=Client.objects.visible_to(user))


def overrides_for(user: User) -> QuerySet[ForecastOverride]:
    """Of clients in sight, and a portfolio's own."""
    if not abilities_of(user).see_money:
        return ForecastOverride.objects.none()
    seen = Q(client__in=Client.objects.visible_to(user))
    return ForecastOverride.objects.filter(seen | Q(client=None, owner=user))


def get_override_for(user: User, key: str) -> ForecastOverride:
    """To be revoked: 404 out of sight, 403 for who may not, and for a manager before a director's."""
    found = overrides_for(user).filter(key=key).select_related("client").first()
    if found is None:
        raise Http404(NOT_FOUND)
    if not abilities_of(user).call_forecast or found.level not in levels_of(user):
        raise PermissionDenied("A director's figure is revoked by a director.")
    return found


def levels_of(user: User) -> tuple[str, ...]:
    """At which a person may enter figures: an account manager as manager, a director as either."""
    if user.role == DIRECTOR:
        return ("manager", "director")
    return ("manager",) if abilities_of(user).call_forecast else ()


def rates_for(user: User) -> QuerySet[Rate]:
    """Bill rates for all and of clients in sight. Cost rates are field class SALARY."""
    can = abilities_of(user)
    if not can.see_money:
        return Rate.objects.none()
    rates = Rate.objects.filter(Q(client=None) | Q(client__in=Client.objects.visible_to(user)))
    return rates if can.see_salary else rates.filter(kind=RateKind.BILL)


def workplaces_for(user: User) -> QuerySet[Contract]:
    """Contracts a person may book hours on: of clients in sight, not an MSA, not ended before its time."""
    rows = contracts_for(user).exclude(kind=ContractKind.MSA)
    return rows.exclude(status__in=(ContractStatus.TERMINATED, ContractStatus.EXPIRED))


CLOSE_READERS = frozenset({DIRECTOR, FINANCE, LEADERSHIP})
"""Roles that read the close of a month: directors for their own clients, the others for the whole book."""


def reads_closes(user: User) -> bool:
    return user.is_active and user.role in CLOSE_READERS


def require_closing(user: User) -> None:
    if not abilities_of(user).close_months:
        raise PermissionDenied("Only finance closes months.")


CALLERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
"""Who calls a year's number: for their own clients."""


def calls_for(user: User) -> QuerySet[ForecastCall]:
    """One's own and those of whoever reports to one; everybody's for those who see all clients."""
    if not user.is_active or not abilities_of(user).see_money:
        return ForecastCall.objects.none()
    if user.role in (FINANCE, LEADERSHIP):
        return ForecastCall.objects.all()
    return ForecastCall.objects.filter(Q(person=user) | Q(person__manager=user))


def get_own_call_for(user: User, pk: int) -> ForecastCall:
    """To be withdrawn or followed by another: 404 out of sight, 403 for somebody else's."""
    found = calls_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    if found.person_id != user.pk or user.role not in CALLERS:
        raise PermissionDenied("A call is withdrawn by whoever made it.")
    return found


SCENARIO_WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
"""Who asks what if, each for themselves."""


def scenarios_for(user: User) -> QuerySet[Scenario]:
    """One's own; another's are nobody else's business, as they may name clients out of sight."""
    if user.role not in SCENARIO_WRITERS or not user.is_active:
        return Scenario.objects.none()
    return Scenario.objects.filter(owner=user)


def get_scenario_for(user: User, pk: int) -> Scenario:
    found = scenarios_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found
