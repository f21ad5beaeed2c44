"""People at clients and in the wider industry: found, written, introduced, merged, told about and erased."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import NOT_FOUND
from accounts.access_people import (
    HOLDERS,
    get_contact_for,
    get_editable_contact_for,
    get_editable_introduction_for,
    get_erasable_contact_for,
    get_told_contact_for,
    get_undoable_merge_for,
)
from accounts.actions import contacts as actions
from accounts.actions.contact_merge import CannotMerge, keep_apart, merge_contacts, undo_merge
from accounts.actions.erasure import CannotErase, erase_contact, tell_export
from accounts.forms.contacts import ContactForm, EraseForm, IntroductionForm
from accounts.models import ContactKind
from accounts.queries.contacts import CLIENT_KIND, compare, introducible, load_contact, load_contacts, load_pairs
from accounts.queries.personal import NOT_SEARCHED, held_of
from accounts.views.editing import FormPage, expected_version, form_page
from accounts.views.stakeholders import READERS
from common.exports import file_name
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from common.reports import report_file
from common.short_text import short_text
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
KINDS = [(CLIENT_KIND, "At clients"), ("outside", "Wider industry"), *ContactKind.choices]


@allow(roles=READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    q, kind = short_text(request.GET, "q"), request.GET.get("kind", "")
    kind = kind if kind in dict(KINDS) else ""
    if (form := request.GET.get("format", "")) in ("csv", "xlsx"):
        return report_file("contacts", user, {"q": q, "kind": kind}, timezone.now(), form)
    found = load_contacts(user, q=q, kind=kind, number=request.GET.get("page", ""))
    context = {"found": found, "q": q, "kind": kind, "kinds": KINDS, "query": request.GET.urlencode()}
    return render(request, "accounts/contacts/index.html", context)


@allow(roles=READERS)
@require_GET
def show(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    page = load_contact(user, get_contact_for(user, key))
    context = {"page": page, "may_tell": user.role in HOLDERS, "may_erase": user.role == DIRECTOR}
    return render(request, "accounts/contacts/contact.html", context)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    page = FormPage(
        form=ContactForm(request.POST or None),
        title="Somebody of the wider industry",
        back=lambda saved: reverse("contact", args=[saved.key]),
        cancel=reverse("contact_list"),
        save=lambda data: actions.add_contact(values=data, actor=user),
        said="Contact added.",
        submit="Add contact",
        extra=_CRUMBS,
    )
    return form_page(request, page)


_CRUMBS = {"crumb_url": "/contacts/", "crumb": "Contacts"}


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    contact = get_editable_contact_for(user, key)
    seen = expected_version(request)
    page = FormPage(
        form=ContactForm(request.POST or None, contact=contact),
        title=contact.name,
        back=reverse("contact", args=[key]),
        save=lambda data: actions.change_contact(contact=contact, values=data, expected=seen, actor=user),
        said="Contact saved.",
        version=str(contact.version),
        audited_as=("contact", contact.pk),
        extra=_CRUMBS,
    )
    return form_page(request, page)


# Introductions


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def introduction_add(request: HttpRequest, key: str) -> HttpResponse:
    """?as=source: the person introduces; otherwise they are whom we want to reach."""
    user, now = signed_in(request), timezone.now()
    contact = get_editable_contact_for(user, key)
    end = "source" if request.GET.get("as") == "source" else "target"
    page = FormPage(
        form=IntroductionForm(request.POST or None, people=introducible(user), initial={end: contact.pk}),
        title=f"Whom {contact.name} could introduce us to" if end == "source" else f"Who knows {contact.name}",
        back=reverse("contact", args=[key]),
        save=lambda data: actions.add_introduction(values=data, actor=user, now=now),
        said="Introduction noted.",
        submit="Note the introduction",
        extra=_CRUMBS,
    )
    return form_page(request, page)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def introduction(request: HttpRequest, pk: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    found = get_editable_introduction_for(user, pk)
    seen = expected_version(request)

    def save(data: dict[str, Any]) -> object:
        return actions.change_introduction(introduction=found, values=data, expected=seen, actor=user, now=now)

    page = FormPage(
        form=IntroductionForm(request.POST or None, people=introducible(user), one=found),
        title=f"Introduction: {found}",
        back=reverse("contact", args=[found.target.key]),
        save=save,
        said="Introduction saved.",
        version=str(found.version),
        audited_as=("introduction", found.pk),
        delete_url=reverse("introduction_remove", args=[pk]),
        extra=_CRUMBS,
    )
    return form_page(request, page)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def introduction_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST does."""
    user = signed_in(request)
    found = get_editable_introduction_for(user, pk)
    back = reverse("contact", args=[found.target.key])
    if request.method == "POST":
        actions.remove_introduction(introduction=found, actor=user)
        messages.success(request, "Introduction deleted. The history keeps it.")
        return HttpResponseRedirect(back)
    return render(request, "accounts/contacts/introduction_remove.html", {"one": found, "back": back})


# One person entered twice


@allow(roles=WRITERS)
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/contacts/duplicates.html", {"page": load_pairs(signed_in(request))})


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, key: str, other: str) -> HttpResponse:
    """GET shows both beside each other, POST makes them one: the first stays."""
    user = signed_in(request)
    kept, gone = get_editable_contact_for(user, key), get_editable_contact_for(user, other)
    if kept.pk == gone.pk:
        raise Http404(NOT_FOUND)
    said = ""
    if request.method == "POST":
        try:
            merge_contacts(kept=kept, gone=gone, actor=user, now=timezone.now())
        except CannotMerge as reason:
            said = str(reason)
        else:
            messages.success(request, f"{gone.name} is one person now. It can be taken apart again below.")
            return HttpResponseRedirect(reverse("contact", args=[key]))
    context = {"kept": kept, "gone": gone, "rows": compare(kept, gone), "said": said}
    return render(request, "accounts/contacts/merge.html", context, status=409 if said else 200)


@allow(roles=WRITERS)
@require_POST
def apart(request: HttpRequest, key: str, other: str) -> HttpResponse:
    user = signed_in(request)
    one, two = get_editable_contact_for(user, key), get_editable_contact_for(user, other)
    if one.pk == two.pk:
        raise Http404(NOT_FOUND)
    keep_apart(one=one, other=two, actor=user)
    messages.success(request, "Noted: two people.")
    return HttpResponseRedirect(reverse("contact_duplicates"))


@allow(roles=WRITERS)
@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_undoable_merge_for(user, pk)
    try:
        back = undo_merge(merge=found, actor=user, now=timezone.now())
    except CannotMerge as reason:
        messages.warning(request, str(reason))
        return HttpResponseRedirect(reverse("contact", args=[found.kept.key]))
    messages.success(request, f"{back.name} stands alone again.")
    return HttpResponseRedirect(reverse("contact", args=[back.key]))


# What is held of one person


@allow(roles=HOLDERS)
@require_POST
def held(request: HttpRequest, key: str) -> HttpResponse:
    """A file for the person who asked; that it was made is in the trail."""
    user, now = signed_in(request), timezone.now()
    contact = get_told_contact_for(user, key)
    rows = held_of(user, contact, now)
    tell_export(contact=contact, actor=user, rows=rows)
    response = JsonResponse(rows, encoder=DjangoJSONEncoder, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="held-{file_name(contact.key)}.json"'
    return response


@allow(roles=frozenset({DIRECTOR}))
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, key: str) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    contact = get_erasable_contact_for(user, key)
    form = EraseForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = erase_contact(contact=contact, reason=form.cleaned_data["reason"], actor=user, now=now)
            except CannotErase as reason:
                form.add_error(None, str(reason))
                status = 409
            else:
                words = ", ".join(f"{count} {what}" for what, count in done.counts.items())
                messages.success(request, f"Erased. Names taken out of: {words or 'the contact alone'}.")
                return HttpResponseRedirect(reverse("contact", args=[f"erased-{contact.pk}"]))
    context = {"form": form, "contact": contact, "not_searched": NOT_SEARCHED}
    return render(request, "accounts/contacts/erase.html", context, status=status)
