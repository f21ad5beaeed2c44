from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.periods import InvalidPeriod, format_month, parse_month
from financials.actions.periods import CannotClose, reopen_month


class Command(BaseCommand):
    help = "Open a closed month again; the reason stays in the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="YYYY-MM")
        parser.add_argument("--reason", required=True, help="why, for the audit trail")

    def handle(self, *, month: str, reason: str, **options: Any) -> None:
        try:
            day = parse_month(month)
            reopen_month(month=day, reason=reason, actor="command line", now=timezone.now())
        except (InvalidPeriod, CannotClose) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{format_month(day)} is open again.")
