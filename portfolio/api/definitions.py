"""The resources of this release. Writable fields are the columns of the resource's import kind, by the same names."""

from __future__ import annotations

from portfolio.api.alignment import ALIGNMENT
from portfolio.api.audit_resource import AUDIT
from portfolio.api.call_resources import FORECAST_CALLS, SCENARIOS
from portfolio.api.campaign_resources import CAMPAIGN_CHANNELS, CAMPAIGN_SPEND, CAMPAIGNS
from portfolio.api.client_resources import CLIENTS, CONTACTS, OPPORTUNITIES
from portfolio.api.contact_steps import INTRODUCTIONS
from portfolio.api.contract_resources import CONTRACTS, ESTIMATES, MILESTONES, SCHEDULE_LINES, TERMS
from portfolio.api.deck_resources import DECKS
from portfolio.api.forecast_proof import FORECAST_RUNS
from portfolio.api.forecast_resources import OVERRIDES
from portfolio.api.hours_resources import RATE_CARDS, TIME_ENTRIES
from portfolio.api.intelligence_resource import INTELLIGENCE
from portfolio.api.kpi_resources import KPI_RESOURCES
from portfolio.api.look_resources import DECK_BRANDS, DECK_TEMPLATES
from portfolio.api.money_resources import (
    BUDGETS,
    FX_RATES,
    INDEX_READINGS,
    INVOICES,
    LEDGER_ENTRIES,
    PURCHASE_ORDERS,
    TARGETS,
)
from portfolio.api.network_resources import COMMITMENTS, INFLUENCES
from portfolio.api.pack_resources import PACK_SCHEDULES, PACK_SENDS
from portfolio.api.people_resources import ALLOCATIONS, LEAVE, PEOPLE
from portfolio.api.plan_resources import PLAN_RESOURCES
from portfolio.api.pursuit_resources import PITCHES, PROPOSALS
from portfolio.api.review_resources import REVIEWS
from portfolio.api.saved_views import SAVED_VIEWS
from portfolio.api.session_resources import IDEAS, SESSIONS
from portfolio.api.survey_steps import INVITATIONS, SURVEYS
from portfolio.api.touch_resources import ASKS, TOUCHPOINTS
from portfolio.api.value_asks import VALUE_ASKS
from portfolio.api.value_resources import BENEFIT_AMOUNTS, BENEFITS, VALUE_COSTS
from portfolio.api.version_steps import PLAN_VERSIONS
from portfolio.api.voice_resources import FEEDBACK, INSIGHTS
from portfolio.api.white_space import BUSINESS_UNITS, OFFERINGS, WHITESPACE

RESOURCES = (
    CLIENTS,
    CONTACTS,
    INFLUENCES,
    INTRODUCTIONS,
    TOUCHPOINTS,
    ASKS,
    COMMITMENTS,
    SURVEYS,
    INVITATIONS,
    FEEDBACK,
    INSIGHTS,
    *KPI_RESOURCES,
    INTELLIGENCE,
    CAMPAIGNS,
    CAMPAIGN_CHANNELS,
    CAMPAIGN_SPEND,
    *PLAN_RESOURCES,
    PLAN_VERSIONS,
    DECKS,
    DECK_BRANDS,
    DECK_TEMPLATES,
    BENEFITS,
    BENEFIT_AMOUNTS,
    VALUE_COSTS,
    VALUE_ASKS,
    REVIEWS,
    SESSIONS,
    IDEAS,
    ALIGNMENT,
    CONTRACTS,
    MILESTONES,
    ESTIMATES,
    TERMS,
    SCHEDULE_LINES,
    OFFERINGS,
    BUSINESS_UNITS,
    WHITESPACE,
    OPPORTUNITIES,
    PROPOSALS,
    PITCHES,
    LEDGER_ENTRIES,
    BUDGETS,
    TARGETS,
    FX_RATES,
    INDEX_READINGS,
    INVOICES,
    PURCHASE_ORDERS,
    TIME_ENTRIES,
    RATE_CARDS,
    ALLOCATIONS,
    OVERRIDES,
    LEAVE,
    PEOPLE,
    AUDIT,
    FORECAST_RUNS,
    SCENARIOS,
    FORECAST_CALLS,
    PACK_SENDS,
    PACK_SCHEDULES,
    SAVED_VIEWS,
)
