"""Reviews: a deck, its slides as words and figures, its frozen snapshots and rendered files."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Client
from common.models import Record


class Deck(Record):
    """A review of one client and period for one audience. Drafts follow the data; frozen ones never move."""

    class Kind(models.TextChoices):
        QBR = "qbr", "Quarterly business review"
        ANNUAL = "annual", "Annual strategic meeting"

    class Audience(models.TextChoices):
        CLIENT = "client", "Client"
        INTERNAL = "internal", "Internal"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        FROZEN = "frozen", "Frozen"

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="decks")
    period = models.CharField(max_length=12, help_text="2026-Q3, 2026, 2026-09, FY2026-Q3")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.QBR)
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.CLIENT)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    edition = models.PositiveSmallIntegerField(default=1, help_text="a correction of a frozen deck is a new edition")
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="corrections")
    held_on = models.DateField(null=True, blank=True)
    outline = models.JSONField(default=list, blank=True, help_text="keys of slides in the order a person set")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["client", "period", "kind", "audience", "edition"], name="deck_once"),
            models.CheckConstraint(condition=Q(kind__in=["qbr", "annual"]), name="deck_kind_known"),
            models.CheckConstraint(condition=Q(audience__in=["client", "internal"]), name="deck_audience_known"),
            models.CheckConstraint(condition=Q(status__in=["draft", "frozen"]), name="deck_status_known"),
        ]

    def __str__(self) -> str:
        return self.title


class SlideEdit(Record):
    """A person's words for one slide: they stand until reset, whatever the figures do.

    basis: what the figures said when the words were written, so that one can tell when they have moved on.
    """

    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="edits")
    slide = models.CharField(max_length=20, help_text="the slide's key")
    words = models.JSONField(default=dict, help_text="field name: text or list of rows")
    basis = models.JSONField(default=dict, blank=True)
    hidden = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deck", "slide"], name="slide_edit_once")]


class SlideNote(Record):
    """What the speaker means to say beside one slide. For us alone: no page, file or link of a review carries it, and
    it can be written after the review is frozen too.
    """

    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="notes")
    slide = models.CharField(max_length=20, help_text="the slide's key")
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deck", "slide"], name="slide_note_once"),
            models.CheckConstraint(condition=~Q(text=""), name="slide_note_says_something"),
        ]


class Snapshot(models.Model):
    """What a frozen deck was made of, by value, and the file made from it."""

    deck = models.OneToOneField(Deck, on_delete=models.CASCADE, related_name="snapshot")
    content = models.JSONField(encoder=DjangoJSONEncoder)
    content_hash = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    frozen_by = models.CharField(max_length=254)
    pdf = models.BinaryField(null=True)
    pdf_hash = models.CharField(max_length=64, blank=True, default="")
    pages = models.PositiveSmallIntegerField(null=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    pptx = models.BinaryField(null=True)
    pptx_hash = models.CharField(max_length=64, blank=True, default="")


def new_word() -> str:
    return secrets.token_urlsafe(18)


class DeckLink(models.Model):
    """A way to a frozen client review for somebody without a sign-in: until a day, or until it is taken back.

    word: what the address is known by. opened, last_opened_at: how often and when last its pages were asked for.
    """

    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="links")
    word = models.CharField(max_length=32, unique=True, default=new_word)
    label = models.CharField(max_length=120, help_text="whom it was made for")
    expires_on = models.DateField(help_text="the last day it opens")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(label=""), name="deck_link_labelled")]

    def __str__(self) -> str:
        return self.label
