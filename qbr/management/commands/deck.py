"""`manage.py deck CLIENT --period 2026-Q3 --kind qbr --audience client --out FILE.pdf`: a review without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now as utc_now

from accounts.models import Client
from common.periods import InvalidPeriod, parse_period
from people.models import User
from qbr.models import Deck
from qbr.pdf import RenderError, render_pdf
from qbr.queries.decks import compose_deck


class Command(BaseCommand):
    help = "Compose a review from the live data and render it to PDF, without a browser. Nothing is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client", help="key of the client")
        parser.add_argument("--period", required=True, help="2026-Q3, 2026-09, 2026 or FY2026-Q3")
        parser.add_argument("--kind", choices=Deck.Kind.values, default=Deck.Kind.QBR)
        parser.add_argument("--audience", choices=Deck.Audience.values, default=Deck.Audience.CLIENT)
        parser.add_argument("--out", required=True, type=Path, help="file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["out"].parent.is_dir():
            raise CommandError(f"Cannot write {options['out']}: there is no such folder.")
        client = Client.objects.select_related("owner").filter(key=options["client"]).first()
        if client is None:
            raise CommandError(f"No client has the key {options['client']}.")
        try:
            parse_period(options["period"], client.fiscal_year_start)
        except InvalidPeriod as error:
            raise CommandError(str(error)) from error
        wanted = {name: options[name] for name in ("period", "kind", "audience")}
        deck = Deck.objects.filter(client=client, **wanted).order_by("-edition").first() or Deck(
            client=client, **wanted
        )
        composed = compose_deck(_reader(client), deck, now=utc_now())
        for reason in (*composed.blocked, *composed.doubts):
            self.stderr.write(f"Look at: {reason}")
        try:
            made = render_pdf(composed.deck)
        except RenderError as error:
            raise CommandError(str(error)) from error
        _write(options["out"], made.pdf)
        for finding in made.findings:
            self.stderr.write(f"Look at: {finding}")
        self.stdout.write(f"{options['out']}: {made.pages} pages, {len(made.pdf):,} bytes")


def _reader(client: Client) -> User:
    """With whose sight the command reads: the client's owner, who may see all of it."""
    if client.owner is None:
        raise CommandError(f"{client.name} has no owner; a review is read with the owner's sight. Set one first.")
    return client.owner


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all."""
    try:
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(body)
        part.replace(path)
    except OSError as error:
        raise CommandError(f"Cannot write {path}: {error.strerror}.") from error
