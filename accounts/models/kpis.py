"""What a client and we agreed to be measured by: the library, each client's KPIs, their phases and readings."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.clients import Client
from accounts.models.stakeholders import Contact
from common.models import Record


class KpiDirection(models.TextChoices):
    UP = "up", "Higher is better"
    DOWN = "down", "Lower is better"
    RANGE = "range", "Inside a range"


class Frequency(models.TextChoices):
    MONTH = "month", "Monthly"
    QUARTER = "quarter", "Quarterly"
    YEAR = "year", "Yearly"


class Gathers(models.TextChoices):
    """How readings make the number that is held against the target."""

    LAST = "last", "The last reading stands"
    SUM = "sum", "Readings add up"


def new_kpi_key() -> str:
    return f"K-{uuid.uuid4().hex[:12]}"


class KpiMeaning(Record):
    """What the library's definitions and a client's KPIs have in common. unit: money (in the client's currency), a
    currency, ratio (fractions), count, score, days or any word.
    """

    key = models.CharField(max_length=80, unique=True, default=new_kpi_key)
    name = models.CharField(max_length=160)
    unit = models.CharField(max_length=20, default="count")
    direction = models.CharField(max_length=5, choices=KpiDirection, default=KpiDirection.UP)
    how = models.CharField(max_length=500, blank=True, default="", help_text="how it is measured, from which source")
    frequency = models.CharField(max_length=7, choices=Frequency, default=Frequency.MONTH)
    category = models.CharField(max_length=60, blank=True, default="")
    gathers = models.CharField(max_length=4, choices=Gathers, default=Gathers.LAST)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class KpiDefinition(KpiMeaning):
    """One of the firm's library: defined once, so that clients can be compared."""

    class Meta:
        ordering = ["category", "name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(name="") & ~Q(unit=""), name="kpi_definition_named"),
            models.CheckConstraint(
                condition=Q(direction__in=KpiDirection.values), name="kpi_definition_direction_known"
            ),
            models.CheckConstraint(condition=Q(frequency__in=Frequency.values), name="kpi_definition_frequency_known"),
            models.CheckConstraint(condition=Q(gathers__in=Gathers.values), name="kpi_definition_gathers_known"),
        ]


class Kpi(KpiMeaning):
    """A number one client and we are held to, owned on both sides. baseline: as of starts_on; target: by due.

    standing, attained, stood_on: how it stood when its client's health was last read, for lists over many clients.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="kpis")
    definition = models.ForeignKey(KpiDefinition, null=True, blank=True, on_delete=models.SET_NULL, related_name="kpis")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="kpis"
    )
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="kpis")
    baseline = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    target_low = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    target_high = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    web_metric = models.CharField(max_length=60, blank=True, default="", help_text="read from web analytics, if any")
    web_channel = models.CharField(max_length=80, blank=True, default="", help_text="of one channel; blank: of all")
    standing = models.CharField(max_length=8, blank=True, default="", editable=False)
    attained = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True, editable=False)
    stood_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["category", "name", "id"]
        indexes = [models.Index(fields=["client", "category"], name="kpi_of_client")]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(name="") & ~Q(unit=""), name="kpi_named"),
            models.CheckConstraint(condition=Q(direction__in=KpiDirection.values), name="kpi_direction_known"),
            models.CheckConstraint(condition=Q(frequency__in=Frequency.values), name="kpi_frequency_known"),
            models.CheckConstraint(condition=Q(gathers__in=Gathers.values), name="kpi_gathers_known"),
            models.CheckConstraint(
                condition=Q(target_low=None) | Q(target_high=None) | Q(target_low__lt=F("target_high")),
                name="kpi_range_has_width",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(due=None) | Q(starts_on__lt=F("due")), name="kpi_due_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(gathers=Gathers.SUM) | Q(starts_on__isnull=False, due__isnull=False),
                name="kpi_sum_between_days",
            ),
        ]


class KpiTarget(Record):
    """A phase: where the KPI should stand at the end of a period. ends: its last day."""

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="phases")
    period = models.CharField(max_length=7)
    ends = models.DateField()
    target = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        ordering = ["ends", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kpi", "period"], name="kpi_target_once"),
            models.CheckConstraint(condition=~Q(period=""), name="kpi_target_period_given"),
        ]

    def __str__(self) -> str:
        return f"target of {self.period}"


class ReadingSource(models.TextChoices):
    TYPED = "typed", "By hand, file or REST"
    WEB = "web", "Computed from web analytics"


class KpiReading(Record):
    """What a KPI was over a period (2026, 2026-Q3, 2026-09). starts, ends: its days."""

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="readings")
    period = models.CharField(max_length=7)
    starts = models.DateField()
    ends = models.DateField()
    actual = models.DecimalField(max_digits=18, decimal_places=4)
    note = models.CharField(max_length=300, blank=True, default="")
    source = models.CharField(max_length=5, choices=ReadingSource, default=ReadingSource.TYPED)

    class Meta:
        ordering = ["-ends", "-starts", "-id"]
        indexes = [models.Index(fields=["kpi", "-ends", "-starts"], name="kpi_reading_newest")]
        constraints = [
            models.UniqueConstraint(fields=["kpi", "period"], name="kpi_reading_once"),
            models.CheckConstraint(condition=Q(starts__lte=F("ends")), name="kpi_reading_days"),
            models.CheckConstraint(condition=Q(source__in=ReadingSource.values), name="kpi_reading_source_known"),
        ]

    def __str__(self) -> str:
        return f"reading of {self.period}"
