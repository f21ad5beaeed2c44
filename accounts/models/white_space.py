"""What we could sell where: the company's offerings, the parts a client is made of, and what is known of each pair."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.clients import Client
from common.models import AmountField, CurrencyField, Record


class Offering(Record):
    """What the company sells. price: of one sale, a year, fees without pass-through and tax.

    margin: the contribution one sale is expected to leave, a fraction of its price; field class COST. roles: the hours
    of each role that one sale takes in a year, as "Designer: 300; Writer: 120".
    """

    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    service_line = models.CharField(max_length=80, blank=True, default="")
    price = AmountField(null=True, blank=True)
    currency = CurrencyField(blank=True, default="")
    margin = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    roles = models.CharField(max_length=500, blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["service_line", "name", "key"]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(name=""), name="offering_named"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gt=0) & ~Q(currency=""), name="offering_price"),
            models.CheckConstraint(
                condition=Q(margin=None) | Q(margin__gte=-1, margin__lte=1), name="offering_margin_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BusinessUnit(Record):
    """A part of a client that buys by itself. spend: what it spends a year on what we could sell, as far as known."""

    key = models.CharField(max_length=80, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="business_units")
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    spend = AmountField(null=True, blank=True)
    currency = CurrencyField(blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="business_units"
    )

    class Meta:
        ordering = ["client_id", "name", "key"]
        indexes = [models.Index(fields=["client", "name"], name="business_unit_of_client")]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(name=""), name="business_unit_named"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="business_unit_not_own_parent"),
            models.CheckConstraint(
                condition=Q(spend=None) | Q(spend__gte=0) & ~Q(currency=""), name="business_unit_spend"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CellState(models.TextChoices):
    """What a person says of a cell. Active and in the pipeline are no such words: contracts and deals say them."""

    BLANK = "", "Not said"
    POTENTIAL = "potential", "Potential"
    BLOCKED = "blocked", "Blocked"
    COMPETITOR = "competitor", "With a competitor"


class WhiteSpaceCell(Record):
    """One offering for one unit of a client, as somebody judged it on a day.

    why: what blocks it, or which competitor has it. amount: what all of it is worth a year, contracts and deals that
    run already included.
    """

    unit = models.ForeignKey(BusinessUnit, on_delete=models.CASCADE, related_name="cells")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="cells")
    state = models.CharField(max_length=10, choices=CellState, blank=True, default="")
    why = models.CharField(max_length=200, blank=True, default="")
    amount = AmountField(null=True, blank=True)
    currency = CurrencyField(blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    judged_on = models.DateField()

    class Meta:
        ordering = ["unit_id", "offering_id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "offering"], name="white_space_cell_once"),
            models.CheckConstraint(condition=Q(state__in=CellState.values), name="white_space_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["blocked", "competitor"]) | ~Q(why=""), name="white_space_says_why"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0) & ~Q(currency=""), name="white_space_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering} for {self.unit}"
