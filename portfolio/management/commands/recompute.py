"""Mark clients dirty and let the workers compute: `manage.py recompute [--client KEY] [--all] [--wait]`."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Count

from accounts.models import Client
from common.jobs import wake
from common.models import Job, JobState
from financials.actions.contracts import RECOMPUTE, mark_clients_dirty
from financials.actions.forecast import BANDS

OPEN = (JobState.READY, JobState.LEASED, JobState.FAILED)
PAUSE = 0.25
WAKE_EVERY = 20  # pauses between reminders, for when no scheduler runs


class Command(BaseCommand):
    help = "Queue a new forecast for a client or for all of them; --wait shows progress until it is done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--client", metavar="KEY", action="append", default=[], help="this client (repeatable)")
        parser.add_argument("--all", action="store_true", help="every client")
        parser.add_argument("--wait", action="store_true", help="show progress and return when done")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = self._clients(options["client"], everyone=options["all"])
        if ids:
            with transaction.atomic():
                mark_clients_dirty(ids, asked_by="manage.py recompute")
            self.stdout.write(f"Queued {len(ids)} client{'s' if len(ids) != 1 else ''}.")
        elif options["client"] or options["all"]:
            self.stdout.write("There are no clients yet: nothing to compute.")
        if options["wait"]:
            self._wait()

    def _clients(self, keys: list[str], *, everyone: bool) -> list[int]:
        if everyone:
            return list(Client.objects.order_by("pk").values_list("pk", flat=True))
        found = dict(Client.objects.filter(key__in=keys).values_list("key", "pk"))
        unknown = [key for key in keys if key not in found]
        if unknown:
            raise CommandError(f"No client {', '.join(unknown)}.")
        return sorted(found.values())

    def _wait(self) -> None:
        """Until no forecast and then no band waits or runs. A worker must be running; what it set aside is reported."""
        for kind, doing in ((RECOMPUTE, "computed"), (BANDS, "simulated")):
            self._wait_for(kind, doing)
        self.stdout.write("All computed.")
        dead = Job.objects.filter(kind__in=(RECOMPUTE, BANDS), state=JobState.DEAD).count()
        if dead:
            raise CommandError(f"{dead} were set aside after repeated failure; see the Jobs page.")

    def _wait_for(self, kind: str, doing: str) -> None:
        shown, round_ = "", 0
        started = Job.objects.filter(kind=kind).order_by("-id").values_list("pk", flat=True).first() or 0
        while True:
            states = dict(
                Job.objects.filter(kind=kind, state__in=OPEN, pk__lte=started)
                .order_by()
                .values_list("state")
                .annotate(n=Count("pk"))
            )
            waiting = sum(states.values())
            if not waiting:
                return
            line = f"{waiting} to go, {states.get(JobState.LEASED, 0)} being {doing}"
            if line != shown:
                self.stdout.write(line)
                shown = line
            if round_ % WAKE_EVERY == 0:
                wake(kind)
            round_ += 1
            time.sleep(PAUSE)
