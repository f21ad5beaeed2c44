"""Published price indexes, by which contracts uplift their fees."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from common.models import Record


class IndexReading(Record):
    """One month of a price index as published. index: its name in small letters, as a contract's uplift names it.

    value: the level, not the change: 134.2, where the base year is 100.
    """

    index = models.CharField(max_length=20)
    month = models.DateField()
    value = models.DecimalField(max_digits=12, decimal_places=4)
    source = models.CharField(max_length=200, help_text="who published it, and where")

    class Meta:
        ordering = ["index", "-month"]
        constraints = [
            models.UniqueConstraint(fields=["index", "month"], name="index_reading_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="index_reading_level"),
            models.CheckConstraint(condition=Q(month__day=1), name="index_reading_month"),
            models.CheckConstraint(condition=~Q(index="") & ~Q(source=""), name="index_reading_named"),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.month:%Y-%m}"
