"""The reports this app gives away: each reads the query of its page's address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.access import get_client_for
from common.reports import Report
from financials.forms import debt_request
from financials.queries.receivables_page import receivables_report

if TYPE_CHECKING:
    from people.models import User


def receivables(user: User, query: Mapping[str, str], now: datetime) -> Report:
    asked, _ = debt_request(query)
    if asked.client:
        get_client_for(user, asked.client)
    return receivables_report(user, asked, now=now)
