from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models import Record


class Scenario(Record):
    """A named what-if of one person: steps taken on the forecast that stands whenever it is read. Never part of it.

    steps: a list of objects, each {"kind": "lose", "client", "from"}, {"kind": "slip", "deals", "months"} or
    {"kind": "raise", "client" (blank: all), "by" (fraction), "from"}; months as YYYY-MM.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField(max_length=80)
    note = models.CharField(max_length=500, blank=True, default="")
    steps = models.JSONField(default=list)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="scenario_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="scenario_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
