"""`manage.py serve`: everything `make run` starts, or single processes of it."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portfolio.runtime.problems import RuntimeProblem
from portfolio.runtime.server import ROLES, Plan, Server


class Command(BaseCommand):
    help = (
        "Start the database and the broker (unless DATABASE_URL and REDIS_URL name others), web, worker and scheduler."
    )
    requires_system_checks = []  # checks may ask the database, which is not up yet
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only",
            action="append",
            choices=ROLES,
            help="run this process alone (repeatable); needs DATABASE_URL and REDIS_URL",
        )
        parser.add_argument(
            "--no-demo", action="store_true", help="do not load the demo portfolio into an empty database"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        plan = Plan(
            root=settings.BASE_DIR,
            data_dir=settings.DATA_DIR,
            host=os.environ.get("BIND_ADDRESS", "127.0.0.1"),
            port=whole_number("PORT", 8000),
            roles=tuple(options["only"] or ROLES),
            demo=not (options["no_demo"] or settings.PRODUCTION),
            workers=whole_number("WEB_WORKERS", 2),
            concurrency=whole_number("WORKER_CONCURRENCY", 2),
            database_url=os.environ.get("DATABASE_URL", ""),
            redis_url=os.environ.get("REDIS_URL", ""),
        )
        try:
            Server(plan, say=self.say).run()
        except RuntimeProblem as problem:
            raise CommandError(str(problem)) from problem

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def whole_number(name: str, default: int) -> int:
    given = os.environ.get(name, "")
    if given and not (given.isdigit() and 0 < int(given) < 65536):
        raise CommandError(f"{name} is {given!r}: give a whole number from 1 to 65535.")
    return int(given) if given else default
