"""`manage.py restore FILE`: a backup in the place of the present state, or nothing changed."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.loader import MigrationLoader

from portfolio.management.backup_steps import faults_in, manage
from portfolio.queries.integrity import EXAMPLES
from portfolio.runtime import dumps
from portfolio.runtime.backups import Manifest, Opened, unpack
from portfolio.runtime.folders import write_private
from portfolio.runtime.problems import RuntimeProblem
from portfolio.runtime.standing import database_at_rest

LONGEST_NAME = 63  # bytes of a name in PostgreSQL


class Command(BaseCommand):
    help = (
        "Put a backup in the place of the present state. It is read in beside it, brought up to date and verified "
        "first; the present database is kept under another name. Stop web, worker and scheduler before."
    )
    requires_system_checks = []  # the database may have to be started first

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--accept-faults", action="store_true", help="restore even what verify finds wrong: better than nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        given = os.environ.get("DATABASE_URL", "")
        try:
            with unpack(options["file"]) as backup, database_at_rest(settings.DATA_DIR, given) as url:
                refuse_unknown_steps(backup.manifest)
                said = replace_state(url, backup, accept=options["accept_faults"])
                said += bring_secrets(backup)
        except RuntimeProblem as problem:
            raise CommandError(str(problem)) from problem
        made_at, rows = backup.manifest.made_at, sum(backup.manifest.rows.values())
        self.stdout.write(f"Restored the state of {made_at}: {rows:,} rows.")
        for words in said:
            self.stdout.write(words)


def refuse_unknown_steps(manifest: Manifest) -> None:
    known: set[str] = set()
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        known |= {f"{app}.{name}", *(f"{app}.{name}" for app, name in migration.replaces)}
    if unknown := sorted(set(manifest.migrations) - known):
        raise RuntimeProblem(
            f"The backup was made by a later release ({unknown[0]} is not known here). Restore it with that release."
        )


def replace_state(url: str, backup: Opened, *, accept: bool) -> list[str]:
    """Read in beside the present database, checked, then put in its place. What to tell, in sentences."""
    live = dumps.name_of(url)
    new = f"{live[: LONGEST_NAME - 10]}_restoring"
    aside = f"{live[: LONGEST_NAME - 22]}_before_{datetime.now(UTC):%Y%m%d%H%M%S}"
    server = dumps.named(url, "postgres")
    with dumps.open_database(server) as cursor:
        refuse_used(cursor, live)
        dumps.drop(cursor, new)  # of a restore that was killed
        dumps.create(cursor, new)
        try:
            said = fill(dumps.named(url, new), backup, accept=accept)
            refuse_used(cursor, live)
            empty = not dumps.exists(cursor, live) or not has_rows(url)
            dumps.put_in_place(server, new=new, live=live, aside=aside)
        except BaseException:
            dumps.drop(cursor, new)
            raise
        if empty:
            dumps.drop(cursor, aside)
        else:
            said.append(f'The state before is kept in the database "{aside}". Drop it when it is not missed.')
    return said


def refuse_used(cursor: Any, live: str) -> None:
    if using := dumps.sessions(cursor, live):
        raise RuntimeProblem(
            f"{using} connection(s) use the database {live}. Stop web, worker and scheduler, then restore again. "
            "Nothing was changed."
        )


def has_rows(url: str) -> bool:
    with dumps.open_database(url) as cursor:
        return any(dumps.count_rows(cursor).values())


def fill(url: str, backup: Opened, *, accept: bool) -> list[str]:
    """An empty database becomes the backup's, of this release. RuntimeProblem when it is not what was backed up."""
    dumps.load(url, backup.dump, archive=backup.manifest.programs)
    with dumps.open_database(url) as cursor:
        found = dumps.count_rows(cursor)
    if found != backup.manifest.rows:
        missed = sorted(
            name for name in {*found, *backup.manifest.rows} if found.get(name) != backup.manifest.rows.get(name)
        )
        raise RuntimeProblem(f"Not all rows came back: {', '.join(missed[:EXAMPLES])}. Nothing was changed.")
    manage(url, "migrate", "--no-input")
    faults = faults_in(url)
    if faults and not accept:
        known = " They were there when it was made." if faults == backup.manifest.faults else ""
        listed = "\n".join(f"    {fault}" for fault in faults[:EXAMPLES])
        raise RuntimeProblem(
            f"verify finds faults in the backup.{known} --accept-faults restores it all the same. "
            f"Nothing was changed.\n{listed}"
        )
    return [f"verify found {len(faults)} faults, accepted as asked."] if faults else []


def bring_secrets(backup: Opened) -> list[str]:
    """The backup's secrets into the data folder, unless the environment's are in force. What to tell, in sentences."""
    said = []
    for name, text in backup.secrets.items():
        in_force = os.environ.get(name.upper(), "")
        if not in_force:
            write_private(settings.DATA_DIR / name, text)
        elif in_force != text.strip():
            said.append(f"The backup holds another {name}; {name.upper()} of the environment stays in force.")
    return said
