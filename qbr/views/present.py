"""Presenting a deck: the window the audience sees, and the speaker's own with notes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.views.editing import expected_version
from common.policies import MONEY_READERS, allow
from common.records import StaleRecord
from people.access import abilities_of
from people.requests import signed_in
from qbr.access import get_deck_for, get_editable_deck_for
from qbr.actions.notes import set_note
from qbr.calc.outline import is_key
from qbr.queries.decks import shown_of
from qbr.queries.present import load_notes, load_show
from qbr.views.pages import AUTHORS

LONGEST = 8_000


@allow(roles=MONEY_READERS)
@require_GET
def audience(request: HttpRequest, pk: int) -> HttpResponse:
    """What the room sees: the very pages of the PDF, one at a time, and no word of the speaker's notes."""
    user = signed_in(request)
    deck = get_deck_for(user, pk)
    return render(request, "qbr/present.html", {"deck": deck, "show": load_show(user, deck, timezone.now())})


@allow(roles=MONEY_READERS)
@require_GET
def speaker(request: HttpRequest, pk: int) -> HttpResponse:
    """The page on show, the next one, the clock and the notes; it and the audience's window turn together."""
    user = signed_in(request)
    deck, can = get_deck_for(user, pk), abilities_of(user)
    show, notes = load_notes(user, deck, timezone.now())
    context = {"deck": deck, "show": show, "notes": notes, "may_write": can.edit_reviews, "see_notes": can.see_stance}
    return render(request, "qbr/speaker.html", context)


@allow(roles=AUTHORS)
@require_POST
def note(request: HttpRequest, pk: int, slide: str) -> HttpResponse:
    """Saved as it is typed (JSON), or by the button."""
    user = signed_in(request)
    deck = get_editable_deck_for(user, pk)
    if not is_key(slide):
        raise Http404("No such slide.")
    now, version = timezone.now(), expected_version(request)
    if not version and slide not in {one.key for one in shown_of(user, deck, now).slides}:
        raise Http404("No such slide.")
    text = request.POST.get("text", "").replace("\x00", "").replace("\r\n", "\n").strip()
    asked_by_script = request.headers.get("Accept", "") == "application/json"
    said, status = "Notes saved.", 200
    try:
        if len(text) > LONGEST:
            said, status = f"Not saved: notes of a slide take {LONGEST:,} characters at most.", 422
        else:
            version = set_note(deck=deck, slide=slide, text=text, expected=version, actor=user)
    except StaleRecord:
        said, status = "Not saved: somebody else wrote notes here meanwhile. Copy yours, then load the page again.", 409
    if asked_by_script:
        return JsonResponse({"said": said, "version": version}, status=status)
    (messages.success if status == 200 else messages.error)(request, said)
    return HttpResponseRedirect(f"{reverse('review_speaker', args=[pk])}#note-{slide}")
