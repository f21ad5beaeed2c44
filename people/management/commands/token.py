"""Print a new API token, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people.actions import UnknownScope, issue_token
from people.models import User


class Command(BaseCommand):
    help = "Prints a new API token for a person, once. Only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--scopes", required=True, help='space-separated, e.g. "read:clients read:reports"')
        parser.add_argument("--days", type=int, default=90, help="how long it lives (1 to 366; default 90)")
        parser.add_argument("--name", default="command line")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["user"].strip().lower()).first()
        if user is None:
            raise CommandError(f"No person has the e-mail {options['user']}.")
        try:
            issued = issue_token(
                user=user,
                name=options["name"],
                scopes=options["scopes"].split(),
                days=options["days"],
                actor="command line",
                now=timezone.now(),
            )
        except UnknownScope as error:
            raise CommandError(str(error)) from error
        self.stdout.write(issued.plain)
