"""Integrity of the whole state."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portfolio.queries.integrity import EXAMPLES, verify


class Command(BaseCommand):
    help = "Checks that the stored state holds together; exit 1 and a list when something does not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        checks = verify()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(check) for check in checks]))
        else:
            for check in checks:
                self.stdout.write(f"{'ok   ' if not check.faults else 'WRONG'} {check.name}")
                for fault in check.faults[:EXAMPLES]:
                    self.stdout.write(f"      {fault}")
                if len(check.faults) > EXAMPLES:
                    self.stdout.write(f"      and {len(check.faults) - EXAMPLES} more")
        if any(check.faults for check in checks):
            raise SystemExit(1)
