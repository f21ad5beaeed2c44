"""Reviews as meetings through REST: planned, changed and taken from step to step by the actions of their pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access import get_editable_client_for
from accounts.models import Client, Contact
from common.records import StaleRecord
from people.models import User
from portfolio.api.problems import NOT_HELD, Problem, form_problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource
from portfolio.api.steps import StepView, describe
from qbr.access import get_editable_review_for, reviews_for
from qbr.actions import reviews as actions
from qbr.calc.life import WORDS
from qbr.forms_reviews import MinutesForm, ReviewForm
from qbr.models import Deck, Review
from qbr.queries.meetings import with_known

T = TypeVar("T")
_TEXTS: Final = ArrayField(TextField())
_PLAIN: Final = ("kind", "period", "day", "starts_at", "length", "place", "agenda")


def _refused(name: str, why: str) -> Problem:
    return Problem(422, NOT_HELD, errors=[(f"/{name}", why)])


def _people(body: Mapping[str, Any]) -> dict[str, list[int]]:
    """ours by e-mail, theirs by key, as the form takes them; whoever is not there is told by name."""
    found: dict[str, list[int]] = {}
    sides: tuple[tuple[str, Any, str], ...] = (("ours", User.objects, "email"), ("theirs", Contact.objects, "key"))
    for side, rows, path in sides:
        if side not in body:
            continue
        wanted = body[side]
        if not isinstance(wanted, list) or not all(isinstance(one, str) and "\x00" not in one for one in wanted):
            raise _refused(side, "send a list of texts")
        known = dict(rows.filter(**{f"{path}__in": wanted}).values_list(path, "pk"))
        if unknown := [one for one in wanted if one not in known]:
            raise _refused(side, f"“{unknown[0]}” does not come from here")
        found[side] = [known[one] for one in wanted]
    return found


def _owner(body: Mapping[str, Any]) -> dict[str, Any]:
    if "owner" not in body:
        return {}
    if not body["owner"]:
        return {"owner": None}
    found = User.objects.filter(email=str(body["owner"])).values_list("pk", flat=True).first()
    if found is None:
        raise _refused("owner", "no one here has this e-mail")
    return {"owner": found}


def _checked(user: User, client: Client, body: Mapping[str, Any], review: Review | None) -> dict[str, Any]:
    """Through the page's form; only what was sent is given back."""
    standing: dict[str, Any] = {"kind": Deck.Kind.QBR.value, "length": 75}
    if review is not None:
        standing = {name: getattr(review, name) for name in _PLAIN} | {"owner": review.owner_id}
        standing |= {side: list(getattr(review, side).values_list("pk", flat=True)) for side in ("ours", "theirs")}
    sent = {name: body[name] for name in _PLAIN if name in body} | _people(body) | _owner(body)
    form = ReviewForm({**standing, **sent}, user=user, client=client, review=review)
    if not form.is_valid():
        raise form_problem(form)
    told = {*sent, "kind"} if review is None else set(sent)
    return {name: value for name, value in form.cleaned_data.items() if name in told}


def _plan(user: User, body: Mapping[str, Any]) -> int:
    try:
        client = get_editable_client_for(user, str(body.get("client", "")))
    except Http404:
        raise _refused("client", "unknown") from None
    values = _checked(user, client, body, None)
    return _done(lambda: actions.plan_review(client=client, values=values, actor=user, now=timezone.now())).pk


def _change(user: User, record: Any, body: Mapping[str, Any]) -> int:
    """What its page can change, the minutes and decisions too; its state goes on by step."""
    review = get_editable_review_for(user, record.client.key, record.pk)
    if "client" in body and body["client"] != review.client.key:
        raise _refused("client", "a review stays with its client")
    values = _checked(user, review.client, body, review)
    said = {name: str(body[name] or "") for name in actions.SAID if name in body}
    form = MinutesForm({"minutes": review.minutes, "decisions": review.decisions, **said})
    if not form.is_valid():
        raise form_problem(form)
    values |= {name: form.cleaned_data[name] for name in said}
    return _done(lambda: actions.change_review(review=review, values=values, expected=None, actor=user)).pk


def _done(act: Callable[[], T]) -> T:
    try:
        return act()
    except actions.PlannedAlready as there:
        raise Problem(409, f"This review is planned already: {there.review.key}.") from there
    except actions.NotNow as reason:
        raise Problem(409, str(reason)) from reason


def _listed(through: Any, path: str) -> Coalesce:
    links = through._default_manager.filter(review=OuterRef("pk")).order_by().values("review")
    listed = links.annotate(all=ArrayAgg(path, order_by=path)).values("all")
    return Coalesce(Subquery(listed), Value([], output_field=_TEXTS), output_field=_TEXTS)


def _rows(user: User) -> QuerySet[Any]:
    return with_known(reviews_for(user).select_related("client")).annotate(
        starts_text=Cast("starts_at", TextField()),
        run_text=Cast("run", TextField()),
        length_text=Cast("length", TextField()),
        our_emails=_listed(Review.ours.through, "user__email"),
        their_keys=_listed(Review.theirs.through, "contact__key"),
        our_mean=Cast(F("our_score"), DecimalField(max_digits=4, decimal_places=2)),
        their_mean=Cast(F("their_score"), DecimalField(max_digits=4, decimal_places=2)),
    )


REVIEWS = Resource(
    name="reviews",
    label="reviews as meetings",
    kind="",
    told_as="review",
    told_label=("kind", "period"),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", writable=False),
        Field("client", path="client__key", required=True, help="Key."),
        Field("kind", choices=tuple(Deck.Kind.values), help="Default qbr."),
        Field("period", required=True, help="What it looks at: 2026-Q3, 2026, FY2026."),
        Field("state", writable=False, choices=tuple(WORDS), help="Goes on by POST …/step/."),
        Field("day", "date", required=True),
        Field("starts_at", path="starts_text", filter=False, help="HH:MM by the client's clock; null: not agreed."),
        Field("length", path="length_text", filter=False, help="Minutes, 15 to 720."),
        Field("place", filter=False),
        Field("owner", path="owner__email", help="Who of ours leads it."),
        Field("ours", "texts", path="our_emails", filter=False, help="E-mails of our people; not sent: the last ones."),
        Field("theirs", "texts", path="their_keys", filter=False, help="Keys of contacts; not sent: the last ones."),
        Field("agenda", filter=False),
        Field("minutes", filter=False),
        Field("decisions", filter=False, help="One a line."),
        Field("as_of", "datetime", writable=False, filter=False, help="The moment whose entries its decks read."),
        Field("run", path="run_text", writable=False, filter=False, help="The forecast run its decks read."),
        Field("promises", "integer", path="promise_count", writable=False, filter=False, help="Its follow-up."),
        Field("open_promises", "integer", path="promise_open", writable=False, filter=False),
        Field("our_rating", "decimal", path="our_mean", writable=False, filter=False, help="Mean of ours, 1 to 5."),
        Field(
            "their_rating", "decimal", path="their_mean", writable=False, filter=False, field_class="STANCE",
            help="Mean of theirs, 1 to 5.",
        ),
        *RECORD_FIELDS,
    ),
    rows=_rows,
    can_read=lambda can: can.see_reviews,
    can_write=lambda can: can.edit_reviews,
    orderings=("day", "period", "created_at", "updated_at"),
    search=("key", "period", "place"),
    acts=Acts(_plan, _change),
)  # fmt: skip


class ReviewStepView(StepView):
    resource = REVIEWS
    asked = {"to": True, "reason": False}

    @describe(
        REVIEWS,
        "step",
        "One step on, one back or off; back and off want a reason. 409 names all that is missing.",
        inline_serializer(
            "ReviewStep",
            {
                "to": serializers.ChoiceField(choices=list(WORDS)),
                "reason": serializers.CharField(required=False, max_length=300),
            },
        ),
    )
    def post(self, request: Request, pk: str) -> HttpResponse:
        def take(user: User, record: Any, said: dict[str, str]) -> None:
            review = get_editable_review_for(user, record.client.key, record.pk)
            try:
                actions.step(review=review, to=said["to"], reason=said["reason"], actor=user, now=timezone.now())
            except actions.StepRefused as refused:
                raise Problem(409, " ".join(refused.reasons)) from refused
            except StaleRecord as stale:
                raise Problem(412, "Somebody changed it meanwhile.") from stale

        return self.act(request, pk, take)
