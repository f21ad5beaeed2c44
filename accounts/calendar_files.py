"""A calendar file read in a process of its own, with limits on memory and time.

The rules of a time zone may recur every minute since the year 1, and the reader goes through them all; what it learns
of zones it keeps, for the next file too. So what somebody sent us is read by a process that ends with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from accounts.calc import ics
from accounts.calc.ics import Guest, Meeting, NotACalendar

_READER: Final = Path(ics.__file__)
SECONDS: Final = 6
"""Of computing; a file of 1 MB takes three."""
TOO_MUCH: Final = "This calendar file is damaged, or takes too long to read. Export the one meeting alone."


def read_apart(body: bytes) -> tuple[list[Meeting], int]:
    """As `read_meetings`. Raises NotACalendar where the limits are reached too."""
    command = [sys.executable, "-I", str(_READER), str(SECONDS)]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=3 * SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotACalendar(TOO_MUCH) from error
    if done.returncode != 0:
        raise NotACalendar(TOO_MUCH)
    said: dict[str, Any] = json.loads(done.stdout)
    if "wrong" in said:
        raise NotACalendar(said["wrong"])
    return [_meeting(row) for row in said["meetings"]], int(said["left_out"])


def _meeting(row: dict[str, Any]) -> Meeting:
    text = row["start"]
    start = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    return Meeting(**{**row, "start": start, "guests": tuple(Guest(**guest) for guest in row["guests"])})
