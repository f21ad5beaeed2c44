"""How long a judgement of a person holds. Source: docs/definitions.md#judgements"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

HOLDS: Final = {"power": 180, "interest": 60, "stance": 60, "level": 60}
"""Days. What a seat brings lasts as the org chart does; what a person thinks of us does not."""


def valid_until(name: str, judged_on: date | None) -> date | None:
    return judged_on + timedelta(days=HOLDS[name]) if judged_on else None


def expired(name: str, judged_on: date | None, today: date) -> bool:
    """Without a day it was judged on nothing vouches for it."""
    until = valid_until(name, judged_on)
    return until is None or until < today
