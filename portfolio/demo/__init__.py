"""The demo portfolio: an invented consultancy agency, Alder Finch, and its fourteen invented clients.

Pure: no clock, no database. The same seed and month give the same rows; only touchpoints, asks, the
payments of invoices, planned hours, leave and this month's web analytics go with the day. Columns are
those of the neutral CSV.
"""

from datetime import date

from portfolio.demo.associates import associate_hours, associate_rows
from portfolio.demo.budgets import budget_rows, target_rows
from portfolio.demo.calendar import month_of
from portfolio.demo.campaigns import campaign_rows, spend_rows
from portfolio.demo.clients import client_rows
from portfolio.demo.contacts import contact_rows, introduction_rows
from portfolio.demo.contracts import contract_rows
from portfolio.demo.indexes import index_rows
from portfolio.demo.intelligence import note_rows
from portfolio.demo.kpis import definition_rows, kpi_rows, phase_rows, reading_rows, web_rows
from portfolio.demo.ledger import ledger_rows
from portfolio.demo.network import bond_rows, influence_rows
from portfolio.demo.opportunities import booked_by_year, opportunity_rows
from portfolio.demo.people import people_rows, team_rows
from portfolio.demo.plan_parts import alignment_rows, part_rows
from portfolio.demo.planning import allocation_rows, leave_rows
from portfolio.demo.plans import action_rows, objective_rows, plan_rows
from portfolio.demo.rates import fx_rows
from portfolio.demo.receivables import receivable_rows
from portfolio.demo.terms import estimate_rows, milestone_rows, term_rows
from portfolio.demo.time import rate_rows, scopes, time_rows, unposted_labour
from portfolio.demo.touchpoints import ask_rows, commitment_rows, touchpoint_rows
from portfolio.demo.value import benefit_amount_rows, benefit_rows, value_cost_rows
from portfolio.demo.voice import feedback_rows, insight_rows, theme_rows
from portfolio.demo.white_space import cell_rows, offering_rows, placed_contracts, placed_deals, unit_rows

__all__ = ["generate"]


def generate(as_of: date, seed: int = 7) -> dict[str, list[dict[str, str]]]:
    """Rows by kind, in the order in which they can be loaded; blank is unknown."""
    anchor = month_of(as_of)
    worked, studio = ledger_rows(anchor, seed), time_rows(as_of, anchor, seed)
    ledger = [row for row in worked if not unposted_labour(row, anchor)]
    contacts, budgets = contact_rows(anchor), budget_rows(anchor)
    orders, invoices = receivable_rows(as_of, seed, ledger)
    return {
        "people": [*people_rows(), *associate_rows()],
        "clients": client_rows(),
        "contacts": contacts,
        "influences": influence_rows(seed),
        "bonds": bond_rows(seed),
        "introductions": introduction_rows(anchor),
        "touchpoints": touchpoint_rows(as_of, anchor, seed),
        "asks": ask_rows(as_of),
        "commitments": commitment_rows(anchor),
        "themes": theme_rows(),
        "insights": insight_rows(anchor),
        "feedback": feedback_rows(anchor, seed),
        "intelligence": note_rows(anchor),
        "web_analytics": web_rows(as_of, anchor, seed),
        "kpi_definitions": definition_rows(),
        "kpis": kpi_rows(anchor),
        "kpi_targets": phase_rows(anchor),
        "readings": reading_rows(anchor, seed),
        "campaigns": campaign_rows(anchor),
        "campaign_spend": spend_rows(anchor),
        "benefits": benefit_rows(),
        "benefit_amounts": benefit_amount_rows(anchor),
        "value_costs": value_cost_rows(anchor),
        "offerings": offering_rows(),
        "business_units": unit_rows(),
        "whitespace": cell_rows(anchor),
        "contracts": scoped(placed_contracts(contract_rows(anchor, seed), anchor, seed), scopes(anchor, seed)),
        "milestones": milestone_rows(anchor, seed),
        "estimates": estimate_rows(anchor, seed),
        "terms": term_rows(anchor, seed),
        "alignment": alignment_rows(contract_rows(anchor, seed)),
        "opportunities": placed_deals(opportunity_rows(anchor, seed)),
        "fx": fx_rows(anchor, seed),
        "index_readings": index_rows(anchor, seed),
        "rates": rate_rows(anchor),
        "time": [*studio, *associate_hours(as_of, anchor, seed, worked, studio)],
        "leave": leave_rows(as_of, seed),
        "allocations": allocation_rows(as_of, anchor, seed),
        "budgets": budgets,
        "targets": target_rows(anchor, seed, booked_by_year(anchor, seed)),
        "ledger": ledger,
        "purchase_orders": orders,
        "invoices": invoices,
        "teams": team_rows(),
        "plans": plan_rows(anchor),
        **part_rows(anchor, contacts, budgets),
        "objectives": objective_rows(anchor),
        "actions": action_rows(anchor),
    }


def scoped(rows: list[dict[str, str]], hours: dict[str, str]) -> list[dict[str, str]]:
    """Contracts with the hours their fee pays for, where the work books time."""
    return [{**row, "scope_hours": hours.get(row["number"], row.get("scope_hours", ""))} for row in rows]
