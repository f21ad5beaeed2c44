"""The deals as a run knew them: what they were worth, and which contracts they had become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection

from financials.calc.forecast_file import read_inputs
from financials.calc.movement import DealKnown, deals_known

Known = dict[int, dict[str, DealKnown]]
"""Run id → deal key → what it knew."""

# Without its ledger, which is most of it and tells nothing of deals.
_INPUTS: Final = """
SELECT run_id, jsonb_set(body::jsonb, '{ledger}', '[]')::text FROM financials_forecastinput WHERE run_id = ANY(%s)
"""
_LINES: Final = """
SELECT run_id, opportunity_key, sum(amount) FROM financials_forecastline
WHERE run_id = ANY(%s) AND opportunity_key <> '' GROUP BY run_id, opportunity_key
"""


def load_known(run_ids: Sequence[int]) -> Known:
    """Two queries at most. A run from before inputs were kept knows of the deals it holds, by what it holds of them."""
    found: Known = {}
    with connection.cursor() as cursor:
        cursor.execute(_INPUTS, [list(run_ids)])
        for run, body in cursor.fetchall():
            found[run] = deals_known(read_inputs(body))
        bare = [run for run in run_ids if run not in found]
        if bare:
            cursor.execute(_LINES, [bare])
            for run, key, worth in cursor.fetchall():
                found.setdefault(run, {})[key] = DealKnown("open", worth)
    return found
