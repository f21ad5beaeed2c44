"""Words written in any field about a client, but for those a review may tell it, reach nothing that it is given.

Every text column is planted, so that a new one is closed until it is named here.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from pypdf import PdfReader

from qbr.models import Deck
from qbr.pdf import deck_html, render_pdf
from qbr.pptx import render_pptx
from qbr.queries.decks import compose_deck
from tests.sweeps.world import World

TOLD: Final = frozenset({
    "accounts.client.name", "accounts.client.industry", "accounts.client.timezone", "accounts.imperative.title",
    "accounts.imperative.why", "accounts.objective.title", "accounts.planmeasure.title", "accounts.initiative.title",
    "accounts.planmilestone.title", "accounts.plan.field_of_play", "accounts.plan.our_value",
    "accounts.plan.their_gain",
    "accounts.action.title", "accounts.commitment.text", "accounts.insight.said", "accounts.insight.action",
    "accounts.kpi.name", "accounts.kpi.unit", "accounts.intelligencenote.title", "accounts.intelligencenote.for_client",
    "accounts.intelligencenote.industry", "accounts.opportunity.name", "accounts.opportunity.stage",
    "accounts.offering.name", "accounts.opportunity.offering", "financials.contract.title",
    "financials.contract.number",
    "financials.contract.service_line", "financials.milestone.title", "financials.ledgermonth.service_line",
    "financials.budgetline.service_line", "financials.ledgerentry.service_line", "qbr.benefit.title",
    "qbr.benefit.baseline", "qbr.benefit.method", "people.user.name",
})  # fmt: skip
"""What a review may tell its client."""
LEFT: Final = frozenset({"people.user", "common.auditentry", "common.job", "qbr.snapshot", "contenttypes.contenttype"})
"""Tables that carry keys the program itself reads, or that never change."""
WORD: Final = re.compile(r"Zq\d{4}x")


def fields_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Its columns of free words."""
    unique = {
        name for one in model._meta.constraints if isinstance(one, models.UniqueConstraint) for name in one.fields
    }
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not (field.choices or field.unique or field.primary_key or field.name in unique)
        and (field.max_length or 999) >= 30
    ]


def plant(world: World) -> dict[str, str]:
    """A word of its own in each column that may not be told, of all rows there are."""
    found: dict[str, str] = {}
    for model in apps.get_models():
        label = model._meta.label_lower
        if label in LEFT or model._meta.app_label not in ("accounts", "financials", "qbr"):
            continue
        for field in fields_of(model):
            name = f"{label}.{field.name}"
            if name in TOLD or not model._default_manager.exists():
                continue
            word = f"Zq{len(found):04d}x"
            try:
                with transaction.atomic():
                    model._default_manager.update(**{field.name: word})
            except DatabaseError:  # a column with a rule of its own; the others are enough
                continue
            found[word] = name
    return found


@pytest.mark.django_db
def test_planted_words_reach_nothing_that_a_client_is_given(world: World) -> None:
    director = world.people["director"]
    planted = plant(world)
    assert len(planted) > 100
    ours: set[str] = set()
    for kind, period in (("qbr", "2026-Q3"), ("annual", "2026")):
        for audience in ("client", "internal"):
            made = Deck(client=world.own.client, period=period, kind=kind, audience=audience)
            deck = compose_deck(director, made, now=world.now).deck
            page = deck_html(deck, preview=True)
            if audience == "internal":
                ours |= set(WORD.findall(page))
                continue
            pdf = render_pdf(deck).pdf
            reader = PdfReader(io.BytesIO(pdf))
            said = [page, str(reader.metadata), str(reader.xmp_metadata), pdf.decode("latin-1")]
            said += [one.extract_text() for one in reader.pages]
            files = [body for bodies in reader.attachments.values() for body in bodies]
            assert len(files) == 1
            for packed in (*files, render_pptx(deck).body):
                with zipfile.ZipFile(io.BytesIO(packed)) as parts:
                    said += [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
            leaked = {planted[word] for text in said for word in WORD.findall(text)}
            assert leaked == set(), (kind, leaked)
    assert len(ours) >= 5, "the internal twin tells some of them, or nothing was looked at"
