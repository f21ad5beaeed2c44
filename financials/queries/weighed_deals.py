"""The deals of a client's forecast: what is stated of each, what own history says, and what it counts at."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from financials.calc.forecast import Opportunity, left_out_reason, unsigned
from financials.calc.forecast_file import read_inputs

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
