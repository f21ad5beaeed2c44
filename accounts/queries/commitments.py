"""A client's promises, either way, and how many are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.urls import reverse

from accounts.calc.promises import Kept, Promise, State, kept, state_of
from accounts.models import Client, Commitment, Side
from common import formats
from common.figures import Figure, figure_id

WINDOW: Final = 365
SHOWN_ENDED: Final = 12
WORDS: Final[dict[State, tuple[str, str]]] = {
    "open": ("", "Open"),
    "late": ("at_risk", "Late"),
    "kept": ("on_track", "Kept"),
    "kept_late": ("watch", "Kept late"),
    "dropped": ("unknown", "Dropped"),
}


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """shape, words: its state; `when` says by how much it is late or when it ended."""

    pk: int
    version: int
    side: str
    text: str
    due: date
    owner: str
    state: State
    shape: str
    words: str
    url: str
    end_url: str

    @property
    def ended(self) -> bool:
        return self.state not in ("open", "late")


@dataclass(frozen=True, slots=True)
class SideKept:
    side: str
    label: str
    kept: Kept
    figure: Figure

    @property
    def word(self) -> str:
        return "ours" if self.side == Side.OURS else "theirs"


@dataclass(frozen=True, slots=True)
class Promises:
    """open: by due day, late first. ended: the newest first."""

    finding: str
    sides: tuple[SideKept, ...]
    open: tuple[PromiseRow, ...]
    ended: tuple[PromiseRow, ...]

    @property
    def known_sides(self) -> tuple[SideKept, ...]:
        """Those whose promises came to an end, so that a rate is known."""
        return tuple(side for side in self.sides if side.figure.value is not None)


def load_promises(client: Client, today: date) -> Promises:
    """One query."""
    found = list(client.commitments.select_related("owner").order_by("due", "pk"))
    rows = [_row(promise, client.key, today) for promise in found]
    sides = tuple(side_kept(client, side, found, today) for side in Side)
    ended = sorted((row for row in rows if row.ended), key=lambda row: (row.due, row.pk), reverse=True)
    return Promises(
        finding=_finding(rows, sides),
        sides=sides,
        open=tuple(row for row in rows if not row.ended),
        ended=tuple(ended[:SHOWN_ENDED]),
    )


def side_kept(client: Client, side: Side, promises: list[Commitment], today: date) -> SideKept:
    told = [Promise(one.due, one.kept_on, one.dropped_on) for one in promises if one.side == side]
    found = kept(told, first=today - timedelta(days=WINDOW), today=today)
    identity = figure_id("commitments.kept_rate", client=client.key, side=side.value)
    whose = "our" if side == Side.OURS else "their"
    return SideKept(
        side, f"Of {whose} promises kept", found, Figure(identity, f"Kept rate, {whose} promises", found.rate, "ratio")
    )


def _row(promise: Commitment, key: str, today: date) -> PromiseRow:
    state = state_of(Promise(promise.due, promise.kept_on, promise.dropped_on), today)
    shape, words = WORDS[state]
    if state == "late":
        words = f"{(today - promise.due).days} d late"
    elif state in ("kept", "kept_late"):
        words = f"{words} {formats.day_short(promise.kept_on)}"
    return PromiseRow(
        pk=promise.pk,
        version=promise.version,
        side=promise.side,
        text=promise.text,
        due=promise.due,
        owner=promise.owner.name if promise.owner else "",
        state=state,
        shape=shape,
        words=words,
        url=reverse("commitment", args=[key, promise.pk]),
        end_url=reverse("commitment_end", args=[key, promise.pk]),
    )


def _finding(rows: list[PromiseRow], sides: tuple[SideKept, ...]) -> str:
    if not rows:
        return "Promises"
    late = {side: sum(row.state == "late" and row.side == side for row in rows) for side in Side}
    if late[Side.OURS]:
        return f"We are late with {formats.plural(late[Side.OURS], 'promise')}"
    if late[Side.THEIRS]:
        return f"They are late with {formats.plural(late[Side.THEIRS], 'promise')}"
    ours = sides[0].kept
    if ours.rate is not None:
        return f"We kept {ours.kept} of {ours.due} promises by their day"
    return f"{formats.plural(len(rows), 'promise')} open, none due yet"
