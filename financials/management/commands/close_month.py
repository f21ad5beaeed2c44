from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.periods import InvalidPeriod, format_month, parse_month
from financials.actions.periods import CannotClose, close_month


class Command(BaseCommand):
    help = "Close a month: its figures no longer move; later postings go to the next open month."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="YYYY-MM")

    def handle(self, *, month: str, **options: Any) -> None:
        try:
            day = parse_month(month)
            made = close_month(month=day, actor="command line", now=timezone.now())
        except (InvalidPeriod, CannotClose) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{format_month(day)} is closed." if made else f"{format_month(day)} was closed already.")
