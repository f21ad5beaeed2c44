"""The rest of a plan: what it is measured by, what is true around it, and the versions that were kept."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.plans import Action, Imperative, Initiative, Objective, Plan, PlanPart
from common.models import AmountField, CurrencyField, Record


class PlanMilestone(PlanPart):
    """A point on the way of an initiative that is reached or not."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="plan_milestones"
    )
    due = models.DateField()
    reached_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="plan_milestone_titled"),
        ]

    def __str__(self) -> str:
        return self.title


class MeasureUnit(models.TextChoices):
    """What a reading counts. Ratios are fractions, as everywhere."""

    MONEY = "money", "Money"
    RATIO = "ratio", "Share (0.45 is 45%)"
    COUNT = "count", "Count"
    SCORE = "score", "Score"


class Direction(models.TextChoices):
    UP = "up", "Higher is better"
    DOWN = "down", "Lower is better"


TYPED: Final = "reading"
KPI_SOURCE: Final = "kpi:"
"""Before the key of a KPI of the same client, whose number the measure takes."""
"""A measure whose numbers people type; any other source is a name in `common.measures`."""


class PlanMeasure(PlanPart):
    """How an objective is judged. source: `reading`, or a number the product knows. baseline: where it stood at
    `starts_on`; target: where it is to be by `due`.
    """

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="measures")
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=90, default=TYPED)
    unit = models.CharField(max_length=6, choices=MeasureUnit, default=MeasureUnit.COUNT)
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.UP)
    baseline = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=18, decimal_places=4)
    starts_on = models.DateField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="plan_measure_titled"),
            models.CheckConstraint(condition=~Q(source=""), name="plan_measure_source"),
            models.CheckConstraint(condition=Q(unit__in=MeasureUnit.values), name="plan_measure_unit_known"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="plan_measure_direction_known"),
        ]

    def __str__(self) -> str:
        return self.title


class MeasureReading(Record):
    """What a typed measure read on a day."""

    measure = models.ForeignKey(PlanMeasure, on_delete=models.CASCADE, related_name="readings")
    read_on = models.DateField()
    value = models.DecimalField(max_digits=18, decimal_places=4)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-read_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["measure", "read_on"], name="measure_reading_once")]


class FactKind(models.TextChoices):
    """What a fact is. SWOT, competitors and risks are views over these: each is written down once."""

    STRENGTH = "strength", "Strength of ours"
    WEAKNESS = "weakness", "Weakness of ours"
    OPPORTUNITY = "opportunity", "Opening"
    THREAT = "threat", "Threat"
    COMPETITOR = "competitor", "Competitor"
    RISK = "risk", "Risk"


class PlanFact(PlanPart):
    """Something true around the client. response: what we do about it. likelihood, impact: of a risk, 1 to 5."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="facts")
    imperative = models.ForeignKey(Imperative, null=True, blank=True, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=12, choices=FactKind)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True, default="")
    response = models.TextField(blank=True, default="")
    source = models.CharField(max_length=200, blank=True, default="", help_text="how we know")
    likelihood = models.PositiveSmallIntegerField(null=True, blank=True)
    impact = models.PositiveSmallIntegerField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="plan_facts"
    )

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="plan_fact_titled"),
            models.CheckConstraint(condition=Q(kind__in=FactKind.values), name="plan_fact_kind_known"),
            models.CheckConstraint(
                condition=Q(likelihood=None) | Q(likelihood__gte=1, likelihood__lte=5), name="plan_fact_likelihood"
            ),
            models.CheckConstraint(condition=Q(impact=None) | Q(impact__gte=1, impact__lte=5), name="plan_fact_impact"),
        ]

    def __str__(self) -> str:
        return self.title


class PlanTarget(PlanPart):
    """Net revenue to be had from the client in a calendar year of the plan."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="targets")
    year = models.PositiveSmallIntegerField()
    amount = AmountField()
    currency = CurrencyField()

    class Meta:
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "year"], name="plan_target_once"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2199), name="plan_target_year"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="plan_target_amount"),
        ]

    def __str__(self) -> str:
        return f"Net revenue {self.year}"


class VersionState(models.TextChoices):
    KEPT = "kept", "Kept"
    SUBMITTED = "submitted", "Waiting for approval"
    APPROVED = "approved", "Approved"
    RETURNED = "returned", "Sent back"


class PlanVersion(Record):
    """How the whole plan read at an instant. body never changes; digest is its SHA-256. Four eyes: whoever asks for
    approval does not give it.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.KEPT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_once"),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="plan_version_state_known"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("submitted_by")), name="plan_version_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["kept", "submitted"]) | Q(decided_at__isnull=False),
                name="plan_version_decided_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


PARTS: Final[dict[str, type[PlanPart]]] = {
    "imperative": Imperative,
    "objective": Objective,
    "measure": PlanMeasure,
    "initiative": Initiative,
    "milestone": PlanMilestone,
    "action": Action,
    "fact": PlanFact,
    "target": PlanTarget,
}
"""Kinds of parts by the word they have in addresses and the trail, each after what it hangs on."""
PLAN_PATHS: Final[dict[str, str]] = {
    "imperative": "plan",
    "objective": "plan",
    "measure": "objective__plan",
    "initiative": "objective__plan",
    "milestone": "initiative__objective__plan",
    "action": "objective__plan",
    "fact": "plan",
    "target": "plan",
}
"""From a part to its plan."""
ABOVE: Final[dict[str, str]] = {kind: path.split("__")[0] for kind, path in PLAN_PATHS.items()}
"""What a part hangs on: the plan, or a part of the kind of that name."""
