"""How the company walks a deal: its stages, what must hold to leave each, and every step a deal has taken."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.models.growth import Category, Opportunity, Outcome
from common.models import Record


class Stage(Record):
    """One of the company's stages, matched to a deal's own word in any case. Won and lost are none: they close a deal.

    stale_days: a deal that stays longer is too old for it.
    """

    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    category = models.CharField(max_length=10, choices=Category, blank=True, default="")
    probability = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    stale_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="stage_name_once"),
            models.CheckConstraint(condition=~Q(name__iexact="won") & ~Q(name__iexact="lost"), name="stage_is_open"),
            models.CheckConstraint(
                condition=Q(probability=None) | Q(probability__gte=0, probability__lte=1), name="stage_probability"
            ),
            models.CheckConstraint(condition=Q(stale_days=None) | Q(stale_days__gte=1), name="stage_stale_days"),
        ]

    def __str__(self) -> str:
        return self.name


class ExitCriterion(Record):
    """What must hold before a deal leaves a stage forwards."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="criteria")
    text = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "exit criteria"

    def __str__(self) -> str:
        return self.text


class CriterionMet(models.Model):
    """Someone said that a criterion holds for a deal, and what shows it."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="criteria_met")
    criterion = models.ForeignKey(ExitCriterion, on_delete=models.CASCADE, related_name="met")
    evidence = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=254)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opportunity", "criterion"], name="criterion_met_once")]

    def __str__(self) -> str:
        return f"{self.criterion_id} by {self.by}"


class StageMove(models.Model):
    """A step of a deal from one stage to the next; append-only. before is blank where the deal began.

    stated: the probability the deal carried as it left `before`.
    """

    class Source(models.TextChoices):
        EDIT = "edit", "A person"
        FILE = "file", "A file"
        TRAIL = "trail", "Read back from the audit trail"

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="moves")
    before = models.CharField(max_length=60, blank=True, default="")
    after = models.CharField(max_length=60)
    outcome = models.CharField(max_length=4, choices=Outcome, help_text="of the deal once it had moved")
    stated = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=254)
    source = models.CharField(max_length=5, choices=Source, default=Source.EDIT)
    reason = models.CharField(max_length=300, blank=True, default="", help_text="why it moved without its criteria")

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["opportunity", "-at"], name="stage_move_of_deal")]
        constraints = [
            models.CheckConstraint(condition=~Q(before=F("after")), name="stage_move_moves"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="stage_move_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.before or 'opened'} → {self.after}"
