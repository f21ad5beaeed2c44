"""The memory a process needs for a file of ledger entries: at 100,000 rows hardly more than at 10,000.

Each file is made in a process of its own, because the most that a process ever held only grows.
"""

from __future__ import annotations

import re
import subprocess
import sys

from django.utils import timezone

from bench.ledger import ROWS
from bench.table import Row
from common.periods import format_month, month_add, month_of
from people.models import User

MOST = 1.15
FEW = ROWS // 10
_CHILD = """
import resource, sys
import django
django.setup()
from django.conf import settings
from django.test import Client
from people.models import User
settings.ALLOWED_HOSTS = ["testserver"]
browser = Client()
browser.force_login(User.objects.get(email=sys.argv[1]), backend="django.contrib.auth.backends.ModelBackend")
answer = browser.get(sys.argv[2])
assert answer.status_code == 200, answer.status_code
size = sum(len(part) for part in answer.streaming_content)
print(f"size={size} peak={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
"""


def peak(kind: str, months: int) -> float:
    """Megabytes. months: of the newest, which have 5,000 rows each."""
    last = month_of(timezone.now().date())
    span = f"from={format_month(month_add(last, 1 - months))}&to={format_month(last)}"
    command = [sys.executable, "-c", _CHILD, "bench-finance@example.com", f"/financials/entries/?format={kind}&{span}"]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told = re.search(r"size=(\d+) peak=(\d+)", found)
    assert told, found
    assert int(told[1]) > months * 1000, "an empty file"
    return int(told[2]) / 1024


def measure() -> list[Row]:
    """After `bench.ledger`, whose rows it reads."""
    User.objects.create_user("bench-finance@example.com", None, name="Fin Bench", role="finance")
    rows = []
    for kind in ("csv", "xlsx"):
        few, many = peak(kind, 2), peak(kind, 20)
        rows += [
            Row(f"Ledger as {kind.upper()}, {FEW:,} rows: peak memory", f"{few:,.0f} MB", 1.0),
            Row(
                f"Ledger as {kind.upper()}, {ROWS:,} rows: peak memory", f"{many:,.0f} MB", many / few, f"≤ {MOST:g}×",
                many / few <= MOST,
            ),
        ]  # fmt: skip
    return rows
