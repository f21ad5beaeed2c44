"""Import kinds of clients and what is known of them."""

from accounts.imports import campaigns, kpis, plans
from accounts.imports.asks import ASKS
from accounts.imports.clients import CLIENTS, TEAMS
from accounts.imports.commitments import COMMITMENTS
from accounts.imports.contacts import CONTACTS, TOUCHPOINTS
from accounts.imports.growth import OPPORTUNITIES, TARGETS
from accounts.imports.influences import BONDS, INFLUENCES
from accounts.imports.intelligence import INTELLIGENCE
from accounts.imports.introductions import INTRODUCTIONS
from accounts.imports.pursuits import PITCHES, PROPOSALS
from accounts.imports.voice import FEEDBACK, INSIGHTS, THEMES
from accounts.imports.web import WEB
from accounts.imports.white_space import BUSINESS_UNITS, OFFERINGS, WHITE_SPACE
from common.imports import derived_tables, kinds


def register() -> None:
    deals = (OPPORTUNITIES, TARGETS, PROPOSALS, PITCHES)
    space = (OFFERINGS, BUSINESS_UNITS, WHITE_SPACE)
    voice = (THEMES, INSIGHTS, FEEDBACK)
    people = (CONTACTS, INFLUENCES, BONDS, INTRODUCTIONS, TOUCHPOINTS, ASKS, COMMITMENTS)
    known = (INTELLIGENCE, WEB, *kpis.ALL, *campaigns.ALL)
    for kind in (CLIENTS, TEAMS, *people, *voice, *known, *space, *deals, *plans.ALL):
        kinds.register(kind.name, kind)
    derived_tables.add("accounts.stagemove")  # the steps of a deal go with it
