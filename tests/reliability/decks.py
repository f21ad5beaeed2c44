"""Frozen reviews whose files are still to be made, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from django.db import connection
from django.utils import timezone

from accounts.models import Client
from common import jobs
from qbr.calc.slides import to_json
from qbr.models import Deck, Snapshot
from qbr.pdf import render_pdf
from qbr.queries.decks import RENDER, content_hash, frozen_deck
from tests.qbr.samples import CLIENT_DECK

_VARIANTS = 2
"""Different contents, so that one review's file under another's name would be seen."""


def freeze_decks(client: Client, count: int) -> list[Snapshot]:
    """As people leave them: frozen, no file yet, and no job: `queue` adds it."""
    now = timezone.now()
    decks = Deck.objects.bulk_create(
        Deck(client=client, period=f"{2000 + number}-Q1", title=f"Review {number}", status="frozen")
        for number in range(count)
    )
    short = replace(CLIENT_DECK, slides=CLIENT_DECK.slides[:4])
    contents = [to_json(replace(short, title=f"Variant {number}")) for number in range(_VARIANTS)]
    return Snapshot.objects.bulk_create(
        Snapshot(
            deck=deck,
            content=contents[number % _VARIANTS],
            content_hash=content_hash(contents[number % _VARIANTS]),
            frozen_at=now,
            frozen_by="test",
        )
        for number, deck in enumerate(decks)
    )


def expected_files(snapshots: Sequence[Snapshot]) -> list[tuple[int, str]]:
    """Deck and digest of its file, each content printed here and undisturbed, in the order of the decks."""
    digests = [render_pdf(frozen_deck(snapshot)).sha256 for snapshot in snapshots[:_VARIANTS]]
    return [(snapshot.deck_id, digests[number % _VARIANTS]) for number, snapshot in enumerate(snapshots)]


def queue(snapshot: Snapshot) -> None:
    jobs.enqueue(RENDER, f"deck:{snapshot.deck_id}", input_version=1)


@contextmanager
def written_files() -> Iterator[list[tuple[int, str]]]:
    """Every file that was ever written, in deck order; filled when the block ends. The database itself notes them."""
    found: list[tuple[int, str]] = []
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE TABLE written_file (deck_id bigint, digest text);
            CREATE FUNCTION note_file() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO written_file VALUES (NEW.deck_id, encode(sha256(NEW.pdf), 'hex')); RETURN NULL; END $$;
            CREATE TRIGGER note_file AFTER UPDATE OF pdf ON qbr_snapshot FOR EACH ROW EXECUTE FUNCTION note_file();
        """)
    try:
        yield found
        with connection.cursor() as cursor:
            cursor.execute("SELECT deck_id, digest FROM written_file ORDER BY deck_id")
            found += cursor.fetchall()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION note_file CASCADE; DROP TABLE written_file")
