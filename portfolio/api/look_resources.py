"""How reviews look, through REST: the firm's and its clients' colours and logos, and the slides reviews begin with."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import CharField, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, Replace
from django.http import Http404
from django.utils.datastructures import MultiValueDict

from accounts.models import Client
from common.policies import DIRECTOR
from common.records import StaleRecord
from people.models import User
from portfolio.api.problems import Problem, field_problem, form_problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource
from qbr.access_look import looks_for, template_of, templates_for
from qbr.access_value import get_value_client_for
from qbr.actions import brand as actions
from qbr.forms_brand import CHOICES, BrandForm, TemplateForm
from qbr.logo import MOST_BYTES
from qbr.models import Deck, DeckBrand

COLOURS: Final = ("colour", "accent")
THERE: Final = "There is one already: change it with PATCH."


def _brands(user: User) -> QuerySet[Any]:
    """With the logo as text, as JSON carries it."""
    plain = Replace(Func(F("logo"), Value("base64"), function="encode", output_field=TextField()), Value("\n"))
    return looks_for(user).annotate(logo_text=Coalesce(plain, Value(""), output_field=CharField()))


def _client(user: User, body: Mapping[str, Any]) -> Client | None:
    """None for the firm's own, which is a director's to choose."""
    key = str(body.get("client", ""))
    if not key:
        if user.role != DIRECTOR:
            raise PermissionDenied("The firm’s own look is chosen by its directors: name a client.")
        return None
    try:
        return get_value_client_for(user, key)
    except Http404:
        raise field_problem("client", "unknown") from None


def _picture(text: str) -> bytes | None:
    """None where it is blank: the logo is taken away."""
    if not text:
        return None
    if len(text) > MOST_BYTES * 4 // 3 + 4:
        raise field_problem("logo", "at most 1 MB")
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise field_problem("logo", "send a PNG or JPEG in base64") from error


def _set(user: User, client: Client | None, held: DeckBrand | None, body: Mapping[str, Any]) -> int:
    """Through the page's form; what is not sent stands as it is."""
    stands = {name: getattr(held, name, "") for name in COLOURS}
    sent = {name: body[name] for name in COLOURS if name in body}
    picture = _picture(str(body["logo"])) if "logo" in body else actions.KEPT
    files: Any = MultiValueDict({"logo": [SimpleUploadedFile("logo", picture)]} if picture else {})
    form = BrandForm({**stands, **sent, "no_logo": "on" if picture is None else ""}, files)
    if not form.is_valid():
        raise form_problem(form)
    colours = {name: form.cleaned_data[name] for name in COLOURS}
    expected = held.version if held else 0
    try:
        return actions.set_brand(client=client, colours=colours, logo=form.picture(), expected=expected, actor=user).pk
    except StaleRecord as stale:
        raise Problem(409, THERE) from stale


def _make(user: User, body: Mapping[str, Any]) -> int:
    return _set(user, _client(user, body), None, body)


def _change(user: User, record: Any, body: Mapping[str, Any]) -> int:
    client = record.client
    if "client" in body and body["client"] != (client.key if client else ""):
        raise field_problem("client", "a look stays whose it is")
    if client is not None:
        get_value_client_for(user, client.key)
    return _set(user, client, record, body)


DECK_BRANDS = Resource(
    name="deck-brands",
    label="looks of reviews",
    kind="",
    told_as="deck brand",
    told_label=("colour",),
    natural_key="id",
    fields=(
        ID_FIELD,
        Field("client", path="client__key", help="Key; null: the firm's own, which directors alone read and choose."),
        Field("colour", help="#RRGGBB of panel and mark; blank: the firm's, or the house colour."),
        Field("accent", help="#RRGGBB of bars and lines; darkened where it could not be read. Blank: the colour."),
        Field("logo", path="logo_text", filter=False, help="In base64. Send PNG or JPEG of at most 1 MB, blank to "
              "take it away; read is the small PNG made of it."),
        *RECORD_FIELDS,
    ),
    rows=_brands,
    can_read=lambda can: can.edit_reviews,
    can_write=lambda can: can.edit_reviews,
    orderings=("created_at", "updated_at"),
    search=("client__name",),
    acts=Acts(_make, _change),
)  # fmt: skip


def _slides(body: Mapping[str, Any]) -> list[str]:
    given = body.get("slides", [])
    if not isinstance(given, list) or not all(isinstance(one, str) and "\n" not in one for one in given):
        raise field_problem("slides", "send a list of kinds of slide")
    form = TemplateForm({"slides": "\n".join(given)})
    if not form.is_valid():
        raise field_problem("slides", str(form.errors["slides"][0]))
    return list(form.cleaned_data["slides"])


def _keep(user: User, body: Mapping[str, Any]) -> int:
    kind = str(body["kind"])
    if kind not in Deck.Kind.values:
        raise field_problem("kind", f"one of {', '.join(Deck.Kind.values)}")
    if template_of(user, kind) is not None:
        raise Problem(409, THERE, errors=[("/kind", THERE)])
    slides = _slides(body)
    if not slides:
        raise field_problem("slides", "name at least one slide; without a template reviews begin with all of them")
    return actions.set_template(kind=kind, slides=slides, actor=user).pk


def _rearrange(user: User, record: Any, body: Mapping[str, Any]) -> int:
    if "kind" in body and body["kind"] != record.kind:
        raise field_problem("kind", "a template stays of its kind")
    if "slides" in body:
        actions.set_template(kind=record.kind, slides=_slides(body), actor=user)
    return int(record.pk)


DECK_TEMPLATES = Resource(
    name="deck-templates",
    label="slides that reviews begin with",
    kind="",
    told_as="deck template",
    told_label=("kind",),
    natural_key="kind",
    client="pk",
    fields=(
        ID_FIELD,
        Field("kind", required=True, choices=tuple(Deck.Kind.values)),
        Field(
            "slides", "texts", filter=False, help=f"In order; [] takes all as they come. Known: {', '.join(CHOICES)}."
        ),
        *RECORD_FIELDS,
    ),
    rows=templates_for,
    can_read=lambda can: can.edit_client,  # a director's page
    can_write=lambda can: can.edit_client,
    orderings=("kind", "created_at", "updated_at"),
    search=("kind",),
    acts=Acts(_keep, _rearrange),
)
