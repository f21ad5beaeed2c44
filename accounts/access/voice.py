"""Answers, themes, insights, surveys and notes of intelligence: fetch and check in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from accounts.access.clients import by_key, get_editable_client_for, or_not_found
from accounts.models import Client, Feedback, Insight, IntelligenceNote, Invitation, Survey, Theme
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def feedback_for(user: User) -> QuerySet[Feedback]:
    """Answers of clients in sight. Who gave one, its score and its words are of the class STANCE: see the fields."""
    if not abilities_of(user).see_relationships:
        return Feedback.objects.none()
    return Feedback.objects.filter(client__in=Client.objects.visible_to(user))


def get_editable_feedback_for(user: User, client_key: str, pk: int) -> Feedback:
    client = get_editable_client_for(user, client_key)
    found = Feedback.objects.select_related("client", "contact").filter(client=client, pk=pk).first()
    return or_not_found(found)


def get_editable_theme_for(user: User, pk: int) -> Theme:
    """Themes are the house's: whoever writes for a client writes them."""
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads themes but does not change them.")
    return or_not_found(Theme.objects.filter(pk=pk).first())


def insights_for(user: User) -> QuerySet[Insight]:
    if not abilities_of(user).see_relationships:
        return Insight.objects.none()
    return Insight.objects.filter(client__in=Client.objects.visible_to(user))


def get_editable_insight_for(user: User, client_key: str, pk: int) -> Insight:
    client = get_editable_client_for(user, client_key)
    found = Insight.objects.select_related("client", "owner", "theme").filter(client=client, pk=pk).first()
    return or_not_found(found)


def intelligence_for(user: User) -> QuerySet[IntelligenceNote]:
    """Notes on clients in sight, and on their industries."""
    if not abilities_of(user).see_relationships:
        return IntelligenceNote.objects.none()
    visible = Client.objects.visible_to(user).order_by()
    tied = IntelligenceNote.clients.through._default_manager.filter(client__in=visible.values("pk"))
    industries = visible.exclude(industry="").values("industry")
    return IntelligenceNote.objects.filter(Q(pk__in=tied.values("intelligencenote")) | Q(industry__in=industries))


def get_editable_note_for(user: User, pk: int) -> IntelligenceNote:
    found = or_not_found(intelligence_for(user).select_related("owner").filter(pk=pk).first())
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
    return by_key(surveys_for(user).select_related("client", "owner"), key)


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
    return or_not_found(rows.select_related("survey", "client", "contact").filter(pk=pk).first())
