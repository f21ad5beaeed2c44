"""The one door to a client and what hangs on it: fetch and check in one call.

404 when it may not be seen (the same as when it does not exist), 403 when it is seen but may not be changed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from accounts.models import (
    PARTS,
    PLAN_PATHS,
    BusinessUnit,
    Campaign,
    CampaignChannel,
    CampaignSpend,
    Client,
    ClientMember,
    Commitment,
    Contact,
    Feedback,
    Idea,
    Influence,
    Insight,
    IntelligenceNote,
    Invitation,
    Kpi,
    KpiDefinition,
    KpiReading,
    KpiTarget,
    MeasureReading,
    Offering,
    Opportunity,
    Pitch,
    Plan,
    PlanningSession,
    PlanPart,
    PlanVersion,
    Proposal,
    ProposalDocument,
    SessionItem,
    Stakeholding,
    Survey,
    Target,
    Theme,
    Touchpoint,
    WebMetric,
    WhiteSpaceCell,
)
from common.policies import FINANCE, LEADERSHIP
from people.access import abilities_of
from people.queries import reporting_line_ids

if TYPE_CHECKING:
    from people.models import User

NOT_FOUND = "No such page, or it is not yours to see."
R = TypeVar("R")
M = TypeVar("M", bound=Model)
P = TypeVar("P", KpiReading, KpiTarget)


def _or_not_found(record: R | None) -> R:
    """What is not there and what may not be seen give one and the same answer."""
    if record is None:
        raise Http404(NOT_FOUND)
    return record


def _by_key(rows: QuerySet[M], key: str, path: str = "key") -> M:
    return _or_not_found(None if "\x00" in key else rows.filter(**{path: key}).first())  # the database takes no NUL


def get_client_for(user: User, key: str) -> Client:
    return _by_key(Client.objects.visible_to(user).select_related("owner", "parent"), key)


def get_editable_client_for(user: User, key: str) -> Client:
    """For plans, contacts, touchpoints and opportunities of a client."""
    client = get_client_for(user, key)
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads this client but does not change it.")
    return client


def get_manageable_client_for(user: User, key: str) -> Client:
    """For the client's own record and its team."""
    client = get_client_for(user, key)
    if not abilities_of(user).edit_client:
        raise PermissionDenied("Only an account director changes a client and its team.")
    return client


def get_manageable_member_for(user: User, client_key: str, pk: int) -> ClientMember:
    client = get_manageable_client_for(user, client_key)
    found = ClientMember.objects.select_related("person").filter(client=client, pk=pk).first()
    return _or_not_found(found)


def get_editable_touchpoint_for(user: User, client_key: str, pk: int) -> Touchpoint:
    client = get_editable_client_for(user, client_key)
    found = Touchpoint.objects.filter(client=client, pk=pk).first()
    return _or_not_found(found)


def clients_for(user: User) -> QuerySet[Client]:
    return Client.objects.visible_to(user)


def keys_in_sight(user: User, keys: frozenset[str]) -> frozenset[str]:
    return frozenset(clients_for(user).filter(key__in=keys).values_list("key", flat=True))


def contacts_for(user: User) -> QuerySet[Contact]:
    """Contacts of clients in sight, and those of the wider industry."""
    if not abilities_of(user).see_relationships:
        return Contact.objects.none()
    visible = Contact.objects.filter(client__in=Client.objects.visible_to(user))
    return visible | Contact.objects.filter(client=None)


def opportunities_for(user: User) -> QuerySet[Opportunity]:
    if not abilities_of(user).see_relationships:
        return Opportunity.objects.none()
    return Opportunity.objects.filter(client__in=Client.objects.visible_to(user))


def targets_for(user: User) -> QuerySet[Target]:
    """Of clients in sight, and those of one's own line that name no client; all of them for who sees every client."""
    if not abilities_of(user).see_money:
        return Target.objects.none()
    if user.role in (FINANCE, LEADERSHIP):
        return Target.objects.all()
    line: Any = reporting_line_ids(user)
    clients = Client.objects.visible_to(user).order_by().values("pk")
    return Target.objects.filter(Q(client__in=clients) | Q(client=None, owner__in=line))


def get_opportunity_for(user: User, key: str) -> Opportunity:
    """With what its client's header shows, as get_client_for has it."""
    return _by_key(opportunities_for(user).select_related("client__owner", "client__parent", "owner"), key)


def get_editable_opportunities_for(user: User, keys: Collection[str]) -> list[Opportunity]:
    """All of them or 404; by name."""
    if not abilities_of(user).edit_opportunities:
        raise PermissionDenied("Your role reads opportunities but does not change them.")
    found = list(opportunities_for(user).select_related("client", "owner").filter(key__in=keys).order_by("name", "pk"))
    if len(found) != len(keys):
        raise Http404(NOT_FOUND)
    return found


def get_editable_opportunity_for(user: User, key: str) -> Opportunity:
    found = get_opportunity_for(user, key)
    if not abilities_of(user).edit_opportunities:
        raise PermissionDenied("Your role reads opportunities but does not change them.")
    return found


def get_stakeholding_for(user: User, client_key: str, pk: int) -> Stakeholding:
    client = get_client_for(user, client_key)
    found = Stakeholding.objects.select_related("contact", "client").filter(client=client, pk=pk).first()
    if found is None or not abilities_of(user).see_relationships:
        raise Http404(NOT_FOUND)
    return found


def proposals_for(user: User) -> QuerySet[Proposal]:
    if not abilities_of(user).see_relationships:
        return Proposal.objects.none()
    return Proposal.objects.filter(opportunity__client__in=Client.objects.visible_to(user))


def get_proposal_for(user: User, key: str) -> Proposal:
    return _by_key(proposals_for(user).select_related("opportunity__client"), key)


def get_editable_proposal_for(user: User, key: str) -> Proposal:
    found = get_proposal_for(user, key)
    if not abilities_of(user).edit_opportunities:
        raise PermissionDenied("Your role reads proposals but does not change them.")
    return found


def get_proposal_document_for(user: User, pk: int) -> ProposalDocument:
    found = ProposalDocument.objects.filter(pk=pk, proposal__in=proposals_for(user)).first()
    return _or_not_found(found)


def pitches_for(user: User) -> QuerySet[Pitch]:
    if not abilities_of(user).see_relationships:
        return Pitch.objects.none()
    return Pitch.objects.filter(client__in=Client.objects.visible_to(user))


def get_pitch_for(user: User, key: str) -> Pitch:
    return _by_key(pitches_for(user).select_related("client", "opportunity"), key)


def get_editable_pitch_for(user: User, key: str) -> Pitch:
    found = get_pitch_for(user, key)
    if not abilities_of(user).edit_opportunities:
        raise PermissionDenied("Your role reads pitches but does not change them.")
    return found


def get_editable_stakeholding_for(user: User, client_key: str, pk: int) -> Stakeholding:
    client = get_editable_client_for(user, client_key)
    found = Stakeholding.objects.select_related("contact", "client", "owner").filter(client=client, pk=pk).first()
    return _or_not_found(found)


def influences_for(user: User) -> QuerySet[Influence]:
    """Lines between people at clients in sight; what is thought of people's politics is of the class STANCE."""
    if not abilities_of(user).see_stance:
        return Influence.objects.none()
    return Influence.objects.filter(client__in=Client.objects.visible_to(user))


def commitments_for(user: User) -> QuerySet[Commitment]:
    if not abilities_of(user).see_relationships:
        return Commitment.objects.none()
    return Commitment.objects.filter(client__in=Client.objects.visible_to(user))


def get_editable_commitment_for(user: User, client_key: str, pk: int) -> Commitment:
    client = get_editable_client_for(user, client_key)
    found = Commitment.objects.select_related("owner", "client").filter(client=client, pk=pk).first()
    return _or_not_found(found)


def get_editable_influence_for(user: User, client_key: str, pk: int) -> Influence:
    client = get_editable_client_for(user, client_key)
    found = Influence.objects.select_related("source", "target", "client").filter(client=client, pk=pk).first()
    return _or_not_found(found)


def plans_for(user: User) -> QuerySet[Plan]:
    if not abilities_of(user).see_relationships:
        return Plan.objects.none()
    return Plan.objects.filter(client__in=Client.objects.visible_to(user))


def get_plan_for(user: User, client_key: str) -> Plan:
    """With its client, in one query."""
    return _by_key(plans_for(user).select_related("client__owner", "client__parent"), client_key, "client__key")


def get_editable_plan_for(user: User, client_key: str) -> Plan:
    plan = get_plan_for(user, client_key)
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads this client but does not change it.")
    return plan


def parts_for(user: User, kind: str) -> QuerySet[Any]:
    """Imperatives, objectives, actions and the other parts of plans in sight; kind: one of `PARTS`."""
    rows: QuerySet[Any] = PARTS[kind]._default_manager.all()
    if not abilities_of(user).see_relationships:
        return rows.none()
    return rows.filter(**{f"{PLAN_PATHS[kind]}__client__in": Client.objects.visible_to(user)})


def readings_for(user: User) -> QuerySet[MeasureReading]:
    return MeasureReading.objects.filter(measure__in=parts_for(user, "measure"))


def get_part_for(user: User, client_key: str, kind: str, pk: int) -> PlanPart:
    """With the parts above it. A kind that is none is not found either."""
    client = get_client_for(user, client_key)
    if kind not in PARTS or not abilities_of(user).see_relationships:
        raise Http404(NOT_FOUND)
    path = PLAN_PATHS[kind]
    rows: QuerySet[Any] = PARTS[kind]._default_manager.select_related(f"{path}__client", *_owner_of(kind))
    found: PlanPart | None = rows.filter(**{f"{path}__client": client}, pk=pk).first()
    return _or_not_found(found)


def get_editable_part_for(user: User, client_key: str, kind: str, pk: int) -> PlanPart:
    get_editable_client_for(user, client_key)
    return get_part_for(user, client_key, kind, pk)


def _owner_of(kind: str) -> tuple[str, ...]:
    return tuple(name for name in ("owner",) if any(field.name == name for field in PARTS[kind]._meta.fields))


def get_plan_version_for(user: User, client_key: str, number: int) -> PlanVersion:
    client = get_client_for(user, client_key)
    if not abilities_of(user).see_relationships:
        raise Http404(NOT_FOUND)
    who = ("made_by", "submitted_by", "decided_by")
    found = PlanVersion.objects.select_related("plan__client", *who).filter(plan__client=client, number=number).first()
    return _or_not_found(found)


def feedback_for(user: User) -> QuerySet[Feedback]:
    """Answers of clients in sight. Who gave one, its score and its words are of the class STANCE: see the fields."""
    if not abilities_of(user).see_relationships:
        return Feedback.objects.none()
    return Feedback.objects.filter(client__in=Client.objects.visible_to(user))


def get_editable_feedback_for(user: User, client_key: str, pk: int) -> Feedback:
    client = get_editable_client_for(user, client_key)
    found = Feedback.objects.select_related("client", "contact").filter(client=client, pk=pk).first()
    return _or_not_found(found)


def get_editable_theme_for(user: User, pk: int) -> Theme:
    """Themes are the house's: whoever writes for a client writes them."""
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads themes but does not change them.")
    return _or_not_found(Theme.objects.filter(pk=pk).first())


def insights_for(user: User) -> QuerySet[Insight]:
    if not abilities_of(user).see_relationships:
        return Insight.objects.none()
    return Insight.objects.filter(client__in=Client.objects.visible_to(user))


def get_editable_insight_for(user: User, client_key: str, pk: int) -> Insight:
    client = get_editable_client_for(user, client_key)
    found = Insight.objects.select_related("client", "owner", "theme").filter(client=client, pk=pk).first()
    return _or_not_found(found)


def kpis_for(user: User) -> QuerySet[Kpi]:
    if not abilities_of(user).see_relationships:
        return Kpi.objects.none()
    return Kpi.objects.filter(client__in=Client.objects.visible_to(user))


def kpi_readings_for(user: User) -> QuerySet[KpiReading]:
    return KpiReading.objects.filter(kpi__in=kpis_for(user))


def kpi_targets_for(user: User) -> QuerySet[KpiTarget]:
    return KpiTarget.objects.filter(kpi__in=kpis_for(user))


def kpi_definitions_for(user: User) -> QuerySet[KpiDefinition]:
    """The library is the whole firm's."""
    rows = KpiDefinition.objects.all()
    return rows if abilities_of(user).see_relationships else rows.none()


def get_kpi_for(user: User, client_key: str, pk: int) -> Kpi:
    client = get_client_for(user, client_key)
    found = kpis_for(user).select_related("client", "owner", "contact", "definition").filter(client=client, pk=pk)
    return _or_not_found(found.first())


def get_editable_kpi_for(user: User, client_key: str, pk: int) -> Kpi:
    get_editable_client_for(user, client_key)
    return get_kpi_for(user, client_key, pk)


def get_editable_kpi_part_for(user: User, client_key: str, pk: int, model: type[P], part: int) -> P:
    """A reading or a phase of a KPI."""
    kpi = get_editable_kpi_for(user, client_key, pk)
    rows: QuerySet[Any] = model._default_manager.select_related("kpi__client")
    found: P | None = rows.filter(kpi=kpi, pk=part).first()
    return _or_not_found(found)


def get_editable_definition_for(user: User, pk: int) -> KpiDefinition:
    if not abilities_of(user).edit_client:
        raise PermissionDenied("Only an account director changes the library.")
    return _or_not_found(KpiDefinition.objects.filter(pk=pk).first())


def web_metrics_for(user: User) -> QuerySet[WebMetric]:
    if not abilities_of(user).see_relationships:
        return WebMetric.objects.none()
    return WebMetric.objects.filter(client__in=Client.objects.visible_to(user))


def campaigns_for(user: User) -> QuerySet[Campaign]:
    if not abilities_of(user).see_relationships:
        return Campaign.objects.none()
    return Campaign.objects.filter(client__in=Client.objects.visible_to(user))


def campaign_spend_for(user: User) -> QuerySet[CampaignSpend]:
    return CampaignSpend.objects.filter(channel__campaign__in=campaigns_for(user))


def get_campaign_for(user: User, client_key: str, pk: int) -> Campaign:
    client = get_client_for(user, client_key)
    return _or_not_found(campaigns_for(user).select_related("client", "owner").filter(client=client, pk=pk).first())


def get_editable_campaign_for(user: User, client_key: str, pk: int) -> Campaign:
    get_editable_client_for(user, client_key)
    return get_campaign_for(user, client_key, pk)


def get_editable_campaign_channel_for(user: User, client_key: str, pk: int, channel: int) -> CampaignChannel:
    campaign = get_editable_campaign_for(user, client_key, pk)
    rows = CampaignChannel.objects.select_related("campaign__client").filter(campaign=campaign, pk=channel)
    return _or_not_found(rows.first())


def intelligence_for(user: User) -> QuerySet[IntelligenceNote]:
    """Notes on clients in sight, and on their industries."""
    if not abilities_of(user).see_relationships:
        return IntelligenceNote.objects.none()
    visible = Client.objects.visible_to(user).order_by()
    tied = IntelligenceNote.clients.through._default_manager.filter(client__in=visible.values("pk"))
    industries = visible.exclude(industry="").values("industry")
    return IntelligenceNote.objects.filter(Q(pk__in=tied.values("intelligencenote")) | Q(industry__in=industries))


def get_editable_note_for(user: User, pk: int) -> IntelligenceNote:
    found = _or_not_found(intelligence_for(user).select_related("owner").filter(pk=pk).first())
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads notes but does not change them.")
    return found


def surveys_for(user: User) -> QuerySet[Survey]:
    """Those of clients in sight; one over several clients is seen by its owner and where a client in sight is asked."""
    if not abilities_of(user).see_relationships:
        return Survey.objects.none()
    visible = Client.objects.visible_to(user)
    asked = Invitation.objects.filter(client__in=visible).values("survey")
    return Survey.objects.filter(Q(client__in=visible) | Q(client=None) & (Q(owner_id=user.pk) | Q(pk__in=asked)))


def get_survey_for(user: User, key: str) -> Survey:
    return _by_key(surveys_for(user).select_related("client", "owner"), key)


def get_editable_survey_for(user: User, key: str) -> Survey:
    """One over several clients is changed by its owner alone."""
    found = get_survey_for(user, key)
    may = abilities_of(user).edit_relationships and (found.client_id is not None or found.owner_id == user.pk)
    if not may:
        raise PermissionDenied("You read this survey but do not change it.")
    return found


def get_editable_invitation_for(user: User, survey_key: str, pk: int) -> Invitation:
    survey = get_editable_survey_for(user, survey_key)
    rows = Invitation.objects.filter(survey=survey, client__in=Client.objects.visible_to(user))
    return _or_not_found(rows.select_related("survey", "client", "contact").filter(pk=pk).first())


def get_editable_plan_version_for(user: User, client_key: str, number: int) -> PlanVersion:
    get_editable_client_for(user, client_key)
    return get_plan_version_for(user, client_key, number)


def get_decidable_plan_version_for(user: User, client_key: str, number: int) -> PlanVersion:
    """To be approved or sent back: by a director of the client, and not by whoever asked for it."""
    get_manageable_client_for(user, client_key)
    found = get_plan_version_for(user, client_key, number)
    if found.submitted_by_id == user.pk:
        raise PermissionDenied("Whoever asks for approval does not give it: another director decides.")
    return found


def offerings_for(user: User) -> QuerySet[Offering]:
    """The company's own catalogue, of no client; what an offering leaves is of the class COST: see the fields."""
    return Offering.objects.all() if abilities_of(user).see_relationships else Offering.objects.none()


def get_editable_offering_for(user: User, pk: int) -> Offering:
    found = _or_not_found(offerings_for(user).filter(pk=pk).first())
    if not abilities_of(user).edit_client:
        raise PermissionDenied("Only an account director changes what we offer.")
    return found


def units_for(user: User) -> QuerySet[BusinessUnit]:
    if not abilities_of(user).see_relationships:
        return BusinessUnit.objects.none()
    return BusinessUnit.objects.filter(client__in=Client.objects.visible_to(user))


def get_editable_unit_for(user: User, client_key: str, pk: int) -> BusinessUnit:
    client = get_editable_client_for(user, client_key)
    found = BusinessUnit.objects.select_related("client", "parent", "owner").filter(client=client, pk=pk).first()
    return _or_not_found(found)


def cells_for(user: User) -> QuerySet[WhiteSpaceCell]:
    if not abilities_of(user).see_relationships:
        return WhiteSpaceCell.objects.none()
    return WhiteSpaceCell.objects.filter(unit__client__in=Client.objects.visible_to(user))


def sessions_for(user: User) -> QuerySet[PlanningSession]:
    if not abilities_of(user).see_relationships:
        return PlanningSession.objects.none()
    return PlanningSession.objects.filter(client__in=Client.objects.visible_to(user))


def get_session_for(user: User, client_key: str, pk: int) -> PlanningSession:
    client = get_client_for(user, client_key)
    linked = ("client__owner", "client__parent", "facilitator")
    found = sessions_for(user).select_related(*linked).filter(client=client, pk=pk).first()
    return _or_not_found(found)


def get_session_by_key_for(user: User, client_key: str, key: str) -> PlanningSession:
    client = get_client_for(user, client_key)
    rows = sessions_for(user).select_related("client", "facilitator").filter(client=client)
    return _or_not_found(None if "\x00" in key else rows.filter(key=key).first())


def get_editable_session_for(user: User, client_key: str, pk: int) -> PlanningSession:
    get_editable_client_for(user, client_key)
    return get_session_for(user, client_key, pk)


def get_editable_item_for(user: User, client_key: str, pk: int) -> SessionItem:
    client = get_editable_client_for(user, client_key)
    found = SessionItem.objects.select_related("session__client").filter(session__client=client, pk=pk).first()
    return _or_not_found(found)


def ideas_for(user: User) -> QuerySet[Idea]:
    """Of sessions in sight; while others' ideas are covered, one's own alone."""
    uncovered = Q(item__session__hidden=False) | Q(item__session__revealed_at__isnull=False) | Q(author_id=user.pk)
    return Idea.objects.filter(uncovered, item__session__in=sessions_for(user).order_by())


def get_editable_idea_for(user: User, client_key: str, pk: int) -> Idea:
    client = get_editable_client_for(user, client_key)
    rows = ideas_for(user).select_related("item__session__client", "author")
    return _or_not_found(rows.filter(item__session__client=client, pk=pk).first())
