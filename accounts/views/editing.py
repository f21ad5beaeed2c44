"""What every form page and in-place cell does the same way: 422 keeps what was typed, 409 shows both versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.contrib import messages
from django.db import models
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.text import capfirst

from accounts.actions.edits import plain
from accounts.queries.header import ClientHeader
from accounts.queries.history import last_edit, word_of
from common.formats import DASH
from common.records import StaleRecord


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    theirs: str
    yours: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """What somebody else saved meanwhile, beside what this person typed."""

    who: str
    at: datetime | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class FormPage:
    """One form and the page around it.

    back: where saving leads, given what `save` returned if it is a function. version: what the editor saw; two numbers
    with a dash where two records change.
    """

    form: BaseForm
    title: str
    back: str | Callable[[Any], str]
    save: Callable[[dict[str, Any]], object]
    said: str
    submit: str = "Save"
    version: str = ""
    header: ClientHeader | None = None
    audited_as: tuple[str, object] | None = None
    cancel: str = ""
    delete_url: str = ""
    delete_word: str = "Delete"
    template: str = "accounts/record_form.html"
    fields: str = "accounts/plain_fields.html"
    extra: Mapping[str, Any] | None = None


def expected_version(request: HttpRequest) -> int:
    """The version the editor saw. A form that does not say has seen none, which is stale by definition."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def form_page(request: HttpRequest, page: FormPage) -> HttpResponse:
    if request.method != "POST":
        return _render(request, page, page.version, status=200)
    if not page.form.is_valid():
        return _render(request, page, request.POST.get("version", page.version), status=422)
    try:
        saved = page.save(page.form.cleaned_data)
    except StaleRecord as stale:
        conflict = conflict_of(stale.current, page.form, page.audited_as)
        return _render(request, page, page.version, status=409, conflict=conflict)
    messages.success(request, page.said)
    return HttpResponseRedirect(page.back if isinstance(page.back, str) else page.back(saved))


STALE = "Somebody changed this meanwhile. This is how it stands now."


def one_click(request: HttpRequest, act: Callable[[], object], *, said: str, back: str) -> HttpResponse:
    """An act of one button: done, or said that somebody was quicker."""
    try:
        act()
    except StaleRecord:
        messages.warning(request, STALE)
    else:
        messages.success(request, said)
    return HttpResponseRedirect(back)


def list_page(
    request: HttpRequest,
    *,
    form: BaseForm,
    may: bool,
    save: Callable[[dict[str, Any]], object],
    said: str,
    url: str,
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """A list of the house's words with the form of a new one beside it. may: whether this reader writes them."""
    if request.method == "POST" and not may:
        return HttpResponse("Your role reads these but does not change them.", status=403, content_type="text/plain")
    if request.method == "POST" and form.is_valid():
        save(form.cleaned_data)
        messages.success(request, said)
        return HttpResponseRedirect(url)
    return render(request, template, {"form": form, "may": may, **context}, status=422 if form.is_bound else 200)


def _render(
    request: HttpRequest, page: FormPage, version: str, *, status: int, conflict: Conflict | None = None
) -> HttpResponse:
    cancel = page.cancel or (page.back if isinstance(page.back, str) else "")
    context = {
        "page": page,
        "cancel": cancel,
        "form": page.form,
        "version": version,
        "conflict": conflict,
        "header": page.header,
    }
    context["base"] = "accounts/client_base.html" if page.header else "base.html"
    template = "accounts/form_panel.html" if request.headers.get("HX-Target") == "panel" else page.template
    return render(request, template, {**context, **(page.extra or {})}, status=status)


def conflict_of(current: models.Model, form: BaseForm, audited_as: tuple[str, object] | None) -> Conflict:
    """Only the fields where the two disagree."""
    edit = last_edit(*audited_as) if audited_as else last_edit(current._meta.model_name or "", current.pk)
    found = []
    for name, mine in form.cleaned_data.items():
        if not hasattr(current, name):
            continue
        theirs, yours = _told(getattr(current, name)), _told(mine)
        if theirs != yours:
            label = form.fields[name].label or word_of(name)
            found.append(Difference(capfirst(str(label)), _shown(theirs), _shown(yours)))
    return Conflict(edit.who, edit.at, tuple(found))


def _told(value: Any) -> Any:
    """Several of them by their names, in their order."""
    if isinstance(value, models.Manager | models.QuerySet):
        return ", ".join(sorted(str(one) for one in value.all()))
    return plain(value)


def _shown(value: Any) -> str:
    return DASH if value is None or value == "" else str(value)


@dataclass(frozen=True, slots=True)
class Removal:
    """What of a client's is to go. what: its name; goes: what goes with it and what stays; word: on the button; done,
    keep: where its buttons lead.
    """

    asked: str
    what: str
    goes: str
    act: Callable[[], object]
    said: str
    done: str
    keep: str
    header: ClientHeader
    word: str = "Delete"


def removal_page(request: HttpRequest, page: Removal) -> HttpResponse:
    """GET asks, POST does."""
    if request.method != "POST":
        return render(request, "accounts/record_remove.html", {"page": page, "header": page.header})
    page.act()
    messages.success(request, page.said)
    return HttpResponseRedirect(page.done)


# In-place cells


class CellForm(Protocol):
    """A form class that says which of its fields may be changed in a cell."""

    CELLS: tuple[str, ...]

    def __call__(self, *args: Any, **kwargs: Any) -> BaseForm: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """The open cell of a row."""

    field: str
    form: BaseForm
    version: int
    url: str
    conflict: Conflict | None = None

    @property
    def bound(self) -> Any:
        return self.form[self.field]


@dataclass(frozen=True, slots=True)
class CellEdit:
    """How a row of one kind is edited. show: the row's context; page: where it is edited without JavaScript."""

    record: Any
    form_class: Any
    save: Callable[[dict[str, Any], int], Any]
    show: Callable[[Any], dict[str, Any]]
    template: str
    url: str
    page: str
    trigger: str
    audited_as: str


def cell_view(request: HttpRequest, edit: CellEdit) -> HttpResponse:
    """GET gives the row with one cell open (or all closed); POST saves the cell and gives the row."""
    wanted = request.POST.get("field", "") or request.GET.get("field", "")
    if wanted and wanted not in edit.form_class.CELLS:
        raise Http404("No such cell.")
    if request.method == "POST":
        return _save_cell(request, edit, wanted)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(edit.page)
    if not wanted:
        return render(request, edit.template, edit.show(edit.record))
    cell = Cell(wanted, only(edit.form_class(instance=edit.record), wanted), edit.record.version, edit.url)
    return render(request, edit.template, {**edit.show(edit.record), "cell": cell})


def _save_cell(request: HttpRequest, edit: CellEdit, field: str) -> HttpResponse:
    if not field:
        raise Http404("No such cell.")
    untouched = type(edit.record)._default_manager.get(pk=edit.record.pk)  # forms write into the record they are given
    form = only(edit.form_class(request.POST, instance=edit.record), field)
    if not form.is_valid():
        cell = Cell(field, form, expected_version(request), edit.url)
        return render(request, edit.template, {**edit.show(untouched), "cell": cell}, status=422)
    try:
        fresh = edit.save(form.cleaned_data, expected_version(request))
    except StaleRecord as stale:
        conflict = conflict_of(stale.current, form, (edit.audited_as, edit.record.pk))
        cell = Cell(field, form, stale.current.version, edit.url, conflict)
        return render(request, edit.template, {**edit.show(stale.current), "cell": cell}, status=409)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(edit.page)
    response = render(request, edit.template, {**edit.show(fresh), "changed": True})
    response.headers["HX-Trigger"] = edit.trigger
    return response


def only(form: BaseForm, field: str) -> BaseForm:
    """The same form with this one field: what a cell shows and saves."""
    for name in list(form.fields):
        if name != field:
            del form.fields[name]
    form.fields[field].widget.attrs["autofocus"] = True
    form.fields[field].help_text = ""
    return form
