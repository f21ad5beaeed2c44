from __future__ import annotations

import pandas as pd
import pytest

from financials.calc.frames import BadFrame, Schema, check

SCHEMA = Schema("Months", {"month": "text", "amount": "minor"}, key=("month",))


def test_a_frame_that_fits_is_handed_back() -> None:
    frame = pd.DataFrame({"month": ["2026-09", "2026-10"], "amount": [1, 2], "note": [None, None]})
    assert check(frame, SCHEMA) is frame


def test_two_rows_with_one_key_are_refused() -> None:
    with pytest.raises(BadFrame, match="Months: two rows share one month"):
        check(pd.DataFrame({"month": ["2026-09", "2026-09"], "amount": [1, 2]}), SCHEMA)
