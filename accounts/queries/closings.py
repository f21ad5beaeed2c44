"""Why deals were won and lost, and against whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.access import opportunities_for
from accounts.models import DealClosing

if TYPE_CHECKING:
    from people.models import User


def competitors_known(user: User) -> list[str]:
    """Named before on deals in sight, each once. One query."""
    rows: Any = DealClosing.objects.filter(opportunity__in=opportunities_for(user)).exclude(competitor="")
    return sorted({str(name) for name in rows.order_by().values_list("competitor", flat=True).distinct()})
