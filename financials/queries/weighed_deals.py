"""The deals of a client's forecast: what is stated of each, what own history says, and what it counts at; and what is
expected of those not opened yet."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from financials.calc.forecast import Opportunity, engagements, left_out_reason, schedules, unsigned
from financials.calc.forecast_file import read_inputs
from financials.calc.unopened import Coming, coming
from financials.models import ForecastInput

# Without its ledger, which is most of it and tells nothing of deals.
_STANDING: Final = """
SELECT jsonb_set(i.body::jsonb, '{ledger}', '[]')::text FROM financials_forecastinput i
JOIN financials_forecastrun r ON r.id = i.run_id
JOIN accounts_client c ON c.id = r.client_id WHERE c.key = %s AND r.is_current
"""


def load_weighed(client: str) -> dict[str, Opportunity]:
    """By key, those in a layer of the run that stands. client: a key the caller may see. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [client])
        row: Any = cursor.fetchone()
    if row is None:
        return {}
    return {deal.key: deal for deal in unsigned(read_inputs(row[0])) if left_out_reason(deal) is None}


def load_coming(client: str) -> Coming | None:
    """Of the run that stands; None where nothing is expected. client: a key the caller may see. One query."""
    rows = ForecastInput.objects.filter(run__client__key=client, run__is_current=True)
    body = rows.values_list("body", flat=True).first()
    if body is None:
        return None
    inputs = read_inputs(body)
    return next(iter(coming(schedules(engagements(inputs)), inputs)), None)
