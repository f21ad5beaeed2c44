"""Clients and all that is known of them, one module a topic."""

from accounts.models.clients import Client, ClientMember, ClientStatus, Duty, Tier
from accounts.models.closings import CloseReason, DealClosing
from accounts.models.commitments import Commitment, Side
from accounts.models.growth import Category, Opportunity, OpportunityKind, Outcome, Target, TargetMeasure
from accounts.models.health import HealthReading, HealthRules
from accounts.models.network import Bond, Influence, LineKind
from accounts.models.plans import Action, Audience, Objective, Plan, WorkStatus
from accounts.models.pursuits import Decision, Pitch, PitchStatus, Proposal, ProposalDocument, ProposalStatus
from accounts.models.stages import CriterionMet, ExitCriterion, Stage, StageMove
from accounts.models.stakeholders import BuyingRole, Contact, Level, Stakeholding, Stance, Touchpoint
from accounts.models.voice import (
    Feedback,
    Insight,
    InsightKind,
    Invitation,
    MailState,
    QuoteState,
    Scale,
    Survey,
    Theme,
)

__all__ = [
    "Action",
    "Audience",
    "Bond",
    "BuyingRole",
    "Category",
    "Client",
    "ClientMember",
    "ClientStatus",
    "CloseReason",
    "Commitment",
    "Contact",
    "CriterionMet",
    "DealClosing",
    "Decision",
    "Duty",
    "ExitCriterion",
    "Feedback",
    "HealthReading",
    "HealthRules",
    "Influence",
    "Insight",
    "InsightKind",
    "Invitation",
    "Level",
    "LineKind",
    "MailState",
    "Objective",
    "Opportunity",
    "OpportunityKind",
    "Outcome",
    "Pitch",
    "PitchStatus",
    "Plan",
    "Proposal",
    "ProposalDocument",
    "ProposalStatus",
    "QuoteState",
    "Scale",
    "Side",
    "Stage",
    "StageMove",
    "Stakeholding",
    "Stance",
    "Survey",
    "Target",
    "TargetMeasure",
    "Theme",
    "Tier",
    "Touchpoint",
    "WorkStatus",
]
