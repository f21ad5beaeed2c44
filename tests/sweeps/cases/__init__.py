"""Every address of the pages as it is called, by topic."""

from __future__ import annotations

from tests.sweeps.cases.base import Case
from tests.sweeps.cases.clients import CLIENTS
from tests.sweeps.cases.financials import FINANCIALS
from tests.sweeps.cases.kpis import CAMPAIGNS, KPIS, VALUE
from tests.sweeps.cases.pipeline import DEALS
from tests.sweeps.cases.plans import PLANS
from tests.sweeps.cases.reviews import INTELLIGENCE, LOOK, REPORTS, REVIEWS
from tests.sweeps.cases.shell import IMPORTS, PEOPLE, REMINDERS, SHELL, VIEWS

__all__ = ["PAGES", "Case"]

PAGES: tuple[Case, ...] = (
    *SHELL,
    *IMPORTS,
    *PEOPLE,
    *REMINDERS,
    *VIEWS,
    *CLIENTS,
    *PLANS,
    *DEALS,
    *KPIS,
    *INTELLIGENCE,
    *CAMPAIGNS,
    *VALUE,
    *LOOK,
    *FINANCIALS,
    *REPORTS,
    *REVIEWS,
)
