"""What people do with a review: begin it, write words, freeze it, correct a frozen one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction

from accounts.models import Client
from common import audit, formats
from common.jobs import enqueue
from common.periods import parse_period
from common.records import StaleRecord, update_versioned
from qbr.calc.outline import MOST_ADDED, is_added, is_key
from qbr.calc.review import span_of
from qbr.calc.safety import NotClientSafe, client_safe
from qbr.calc.slides import KINDS, to_json
from qbr.models import Deck, DeckTemplate, SlideEdit, Snapshot
from qbr.queries.decks import PRESENT, RENDER, compose_deck, content_hash, edit_rows

if TYPE_CHECKING:
    from people.models import User


HEADLINES: Final = ("headline", "verdict")
"""The words that a slide's figures also write."""


class AlreadyThere(Exception):
    """A deck for this client, period, kind and audience exists. `deck` is its newest edition."""

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck.title)
        self.deck = deck


class Frozen(Exception):
    """A frozen deck does not change; a new edition corrects it."""


class NotFrozen(Exception):
    """Only a frozen review has files and links."""


class FreezeRefused(Exception):
    """reasons: what to mend first. doubts: numbers to confirm."""

    def __init__(self, reasons: tuple[str, ...], doubts: tuple[str, ...] = ()) -> None:
        super().__init__("; ".join((*reasons, *doubts)))
        self.reasons = reasons
        self.doubts = doubts


def create_deck(*, client: Client, period: str, kind: str, audience: str, held_on: date | None, actor: User) -> Deck:
    """Raises AlreadyThere, and InvalidPeriod for a period that cannot be read."""
    first, last = parse_period(period, client.fiscal_year_start)
    label = span_of(first, last, client.fiscal_year_start if period.startswith("FY") else 1).label
    title = f"{client.name}: {str(Deck.Kind(kind).label).lower()}, {label}"
    fields = {"client": client, "period": period, "kind": kind, "audience": audience}
    try:
        with transaction.atomic():
            chosen = DeckTemplate.objects.filter(kind=kind).values_list("slides", flat=True).first() or []
            deck = Deck.objects.create(
                **fields, title=title[:200], held_on=held_on, created_by=actor, outline=list(chosen)
            )  # fmt: skip
            left = [name for name in KINDS if name not in (*chosen, "title", "own")] if chosen else []
            SlideEdit.objects.bulk_create(SlideEdit(deck=deck, slide=name, hidden=True) for name in left)
            record(deck, actor, "began review", {"period": (None, period), "audience": (None, audience)})
    except IntegrityError as error:
        there = Deck.objects.filter(**fields).order_by("-edition").first()
        if there is None:
            raise
        raise AlreadyThere(there) from error
    return deck


def write_words(
    *,
    deck: Deck,
    slide: str,
    words: Mapping[str, Any],
    hidden: bool,
    expected: int,
    actor: User,
    basis: Mapping[str, str] | None = None,
) -> None:
    """slide: its key. expected: the version of its words that was seen, 0 for none. basis: what the figures said then.

    Raises StaleRecord or Frozen.
    """  # fmt: skip
    with transaction.atomic():
        _locked_draft(deck)
        edit = SlideEdit.objects.filter(deck=deck, slide=slide).first()
        before = {"words": edit.words, "hidden": edit.hidden} if edit else {"words": {}, "hidden": False}
        after = {"words": dict(words), "hidden": hidden}
        if edit is None and expected == 0:
            SlideEdit.objects.create(deck=deck, slide=slide, basis=dict(basis or {}), **after)
        elif edit is None:
            raise StaleRecord(deck)
        else:
            update_versioned(edit, {**after, "basis": dict(basis or {})}, expected=expected)
        Deck.objects.filter(pk=deck.pk).update(updated_at=edit_time(deck))
        changes = {f"{slide} {name}": pair for name, pair in audit.changes_between(before, after).items()}
        if changes:
            record(deck, actor, "wrote words", changes)


def reset_words(*, deck: Deck, slide: str, actor: User) -> None:
    """Back to the words the figures make."""
    with transaction.atomic():
        _locked_draft(deck)
        edit = SlideEdit.objects.filter(deck=deck, slide=slide).first()
        if edit is not None:
            record(deck, actor, "reset words", {f"{slide} words": (edit.words, None)})
            edit.delete()


def set_day(*, deck: Deck, held_on: date | None, expected: int, actor: User) -> Deck:
    """When the meeting is. Raises StaleRecord or Frozen."""
    with transaction.atomic():
        _locked_draft(deck)
        before = deck.held_on
        changed = update_versioned(deck, {"held_on": held_on}, expected=expected)
        record(deck, actor, "set day of review", {"held_on": (before, held_on)})
    return changed


def hide_slide(*, deck: Deck, slide: str, hidden: bool, actor: User) -> None:
    """Left out or put back; its words stay."""
    with transaction.atomic():
        _locked_draft(deck)
        edit, made = SlideEdit.objects.get_or_create(deck=deck, slide=slide, defaults={"hidden": hidden})
        if not made and edit.hidden != hidden:
            update_versioned(edit, {"hidden": hidden}, expected=edit.version)
        record(deck, actor, "left slide out" if hidden else "put slide back", {slide: (not hidden, hidden)})


def take_finding(*, deck: Deck, slide: str, said: str, keep: bool, actor: User) -> None:
    """The figures say something new. keep: a person's headline stands, and is not asked about again until they move on
    once more; else it goes, and only it: other words of the slide stay.
    """
    with transaction.atomic():
        _locked_draft(deck)
        edit = SlideEdit.objects.filter(deck=deck, slide=slide).first()
        if edit is None:
            return
        words = edit.words if keep else {name: text for name, text in edit.words.items() if name not in HEADLINES}
        update_versioned(edit, {"words": words, "basis": {"headline": said}}, expected=edit.version)
        changes = {f"{slide} words": (edit.words, words)} if not keep else {f"{slide} figures say": (None, said)}
        record(deck, actor, "kept words" if keep else "took words of the figures", changes)


def arrange(*, deck: Deck, outline: Sequence[str], expected: int, actor: User) -> None:
    """outline: keys of all slides but the title, in their new order. Raises StaleRecord, Frozen or ValueError."""
    wanted = [str(key) for key in outline]
    if len(set(wanted)) != len(wanted) or not all(is_key(key) for key in wanted):
        raise ValueError("That is no order of slides.")
    if sum(is_added(key) for key in wanted) > MOST_ADDED:
        raise ValueError(f"A review takes {MOST_ADDED} slides of your own at most.")
    with transaction.atomic():
        _locked_draft(deck)
        before = deck.outline
        update_versioned(deck, {"outline": wanted}, expected=expected)
        gone = [key for key in before if is_added(key) and key not in wanted]
        SlideEdit.objects.filter(deck=deck, slide__in=gone).delete()
        record(deck, actor, "arranged slides", {"order": (", ".join(before), ", ".join(wanted))})


def freeze_deck(*, deck: Deck, actor: User, now: datetime, confirmed: bool = False) -> Snapshot:
    """Keep the deck by value and queue its file. Raises FreezeRefused, Frozen, StaleRecord.

    confirmed: the author has checked the numbers in headlines that no figure carries.
    """
    if deck.status == Deck.Status.FROZEN:
        raise Frozen(deck.title)
    text = f"frozen {formats.moment(now)}" + (f", edition {deck.edition}" if deck.edition > 1 else "")
    composed = compose_deck(actor, deck, now=now, frozen_text=text)
    reasons = composed.blocked
    try:
        client_safe(composed.deck)
    except NotClientSafe as error:
        reasons = (*reasons, *error.offenders)
    if reasons or (composed.doubts and not confirmed):
        raise FreezeRefused(reasons, composed.doubts)
    content = to_json(composed.deck)
    with transaction.atomic():
        _locked_draft(deck)
        if {row["slide"]: row["version"] for row in deck.edits.values("slide", "version")} != {
            kind: row["version"] for kind, row in edit_rows(deck).items()
        }:
            raise StaleRecord(deck)
        frozen = update_versioned(deck, {"status": Deck.Status.FROZEN}, expected=deck.version)
        snapshot = Snapshot.objects.create(
            deck=frozen, content=content, content_hash=content_hash(content), frozen_at=now, frozen_by=actor.email
        )
        record(deck, actor, "froze review", {"content": (None, snapshot.content_hash)})
        for kind in (RENDER, PRESENT):
            enqueue(kind, f"deck:{deck.pk}", input_version=frozen.version, asked_by=actor.email)
    return snapshot


def ask_for_slides(*, deck: Deck, actor: User) -> None:
    """The editable file of a deck that was frozen before there was one. Asked twice, it is made once."""
    if deck.status != Deck.Status.FROZEN:
        raise NotFrozen(deck.title)
    with transaction.atomic():
        enqueue(PRESENT, f"deck:{deck.pk}", input_version=deck.version, asked_by=actor.email)
        record(deck, actor, "asked for slides", {})


def new_edition(*, deck: Deck, actor: User) -> Deck:
    """A draft that corrects a frozen deck, with its words; the frozen one stays as it is."""
    with transaction.atomic():
        same = Deck.objects.filter(client=deck.client, period=deck.period, kind=deck.kind, audience=deck.audience)
        # Of two at once the later waits here, and then looks again: a row made meanwhile is in no older reading.
        list(same.select_for_update().order_by("pk").values_list("pk"))
        newest = same.order_by("-edition").first()
        if newest is not None and newest.status == Deck.Status.DRAFT:
            return newest
        made = Deck.objects.create(
            client=deck.client,
            period=deck.period,
            kind=deck.kind,
            audience=deck.audience,
            title=deck.title,
            edition=(newest or deck).edition + 1,
            corrects=deck,
            held_on=deck.held_on,
            outline=deck.outline,
            created_by=actor,
        )
        SlideEdit.objects.bulk_create(
            SlideEdit(deck=made, **row) for row in deck.edits.values("slide", "words", "basis", "hidden")
        )
        record(made, actor, "began edition", {"edition": (deck.edition, made.edition)})
    return made


def edit_time(deck: Deck) -> datetime:
    """The moment of the newest words, so that the list shows when a deck last changed."""
    return SlideEdit.objects.filter(deck=deck).order_by("-updated_at").values_list("updated_at", flat=True)[0]


def _locked_draft(deck: Deck) -> None:
    status = Deck.objects.select_for_update().filter(pk=deck.pk).values_list("status", flat=True).first()
    if status != Deck.Status.DRAFT:
        raise Frozen(deck.title)


def record(deck: Deck, actor: User, verb: str, changes: dict[str, Any]) -> None:
    audit.record(
        actor=actor.email,
        verb=verb,
        kind="deck",
        object_id=deck.pk,
        label=deck.title,
        client_id=deck.client_id,
        changes=changes,
    )
