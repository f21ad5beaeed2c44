"""How reviews look: the firm's colours and logo, a client's own, and which slides stand in which order."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Client
from common.models import Record
from qbr.models.decks import Deck


class DeckBrand(Record):
    """Of one client, or the firm's own (client empty). colour: panel and tick; accent: marks of charts, else as colour.

    logo: a PNG we made of what was uploaded.
    """

    client = models.OneToOneField(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="deck_brand")
    colour = models.CharField(max_length=7, blank=True, default="")
    accent = models.CharField(max_length=7, blank=True, default="")
    logo = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(client=None), nulls_distinct=False, name="brand_of_firm_once"
            ),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex="^#[0-9A-F]{6}$"), name="brand_colour_is_one"
            ),
            models.CheckConstraint(
                condition=Q(accent="") | Q(accent__regex="^#[0-9A-F]{6}$"), name="brand_accent_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"brand {self.pk}"


class DeckTemplate(Record):
    """Which slides a new review of a kind has, in order; what it does not name is left out, and can be put back."""

    kind = models.CharField(max_length=8, choices=Deck.Kind, unique=True)
    slides = models.JSONField(default=list)

    class Meta:
        ordering = ["kind"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=Deck.Kind.values), name="deck_template_kind_known")]

    def __str__(self) -> str:
        return str(Deck.Kind(self.kind).label)
