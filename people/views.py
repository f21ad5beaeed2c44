"""Signing in and out, one's own settings and tokens, and the people an administrator keeps."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common import audit
from common.policies import ADMINISTRATOR, EVERYONE, Policy, allow, public
from common.records import StaleRecord
from common.short_text import short_text
from people import actions, throttle
from people.forms import WORK, OwnPasswordForm, OwnSettingsForm, PersonForm, SignInForm, TokenForm
from people.models import ApiToken, Role, User
from people.queries import SIGN_IN, people_found
from people.requests import signed_in


class SignIn(auth_views.LoginView):
    """An address that asks to be led back to signing in leads home: Django takes it for an endless loop and fails."""

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        throttle.remember(self.request, response, str(form.cleaned_data["username"]))
        return response

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        target = super().get_redirect_url()
        return "" if target.partition("?")[0] == self.request.path else target


sign_in = public(
    SignIn.as_view(
        template_name="people/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
    )
)
sign_out = auth_views.LogoutView.as_view()
sign_out.policy = Policy("signed_in", EVERYONE)  # type: ignore[attr-defined]  # the sweep reads it off the view
ADMINISTRATORS = frozenset({ADMINISTRATOR})
PEOPLE_SHOWN = 100


def _page(
    request: HttpRequest,
    *,
    status: int = 200,
    own: OwnSettingsForm | None = None,
    password: OwnPasswordForm | None = None,
    token: TokenForm | None = None,
    issued: actions.IssuedToken | None = None,
) -> HttpResponse:
    user = signed_in(request)
    context = {
        "own": own
        or OwnSettingsForm(initial={"timezone": user.timezone, "reporting_currency": user.reporting_currency}),
        "password": password or OwnPasswordForm(user),
        "token_form": token or TokenForm(user=user),
        "tokens": list(ApiToken.objects.filter(user=user)),
        "issued": issued,
        "now": timezone.now(),
    }
    return render(request, "people/settings.html", context, status=status)


@require_GET
@allow()
def settings(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@allow()
def change_own_settings(request: HttpRequest) -> HttpResponse:
    form = OwnSettingsForm(request.POST)
    if not form.is_valid():
        return _page(request, own=form, status=422)
    actions.change_own_settings(user=signed_in(request), **form.cleaned_data)
    messages.success(request, "Your settings are saved.")
    return redirect("settings")


@require_POST
@allow()
def change_password(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = OwnPasswordForm(user, request.POST)
    if not form.is_valid():
        return _page(request, password=form, status=422)
    with transaction.atomic():
        form.save()
        audit.record(actor=user.email, verb="changed password", kind="person", object_id=user.pk, label=user.name)
    update_session_auth_hash(request, user)
    messages.success(request, "Your password is changed. Other browsers are signed out.")
    return redirect("settings")


@require_POST
@allow()
def issue_token(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = TokenForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, token=form, status=422)
    issued = actions.issue_token(user=user, actor=user.email, now=timezone.now(), **form.cleaned_data)
    return _page(request, issued=issued)


@require_POST
@allow()
def revoke_token(request: HttpRequest, token_key: str) -> HttpResponse:
    user = signed_in(request)
    actions.revoke_token(user=user, token_key=token_key, actor=user.email)
    messages.success(request, "The token is revoked: it stops working with the next request.")
    return redirect("settings")


@require_GET
@allow(roles=ADMINISTRATORS)
def people_list(request: HttpRequest) -> HttpResponse:
    return _people_page(request, PersonForm())


def _people_page(request: HttpRequest, form: PersonForm, *, status: int = 200) -> HttpResponse:
    text, role, state = (short_text(request.GET, name) for name in ("q", "role", "sign_in"))
    page = Paginator(people_found(text=text, role=role, sign_in=state), PEOPLE_SHOWN).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "q": text,
        "role": role,
        "role_word": dict(Role.choices).get(role, "All"),
        "roles": Role.choices,
        "state": state,
        "state_word": SIGN_IN.get(state, "All"),
        "states": SIGN_IN,
        "form": form,
    }
    return render(request, "people/people.html", context, status=status)


@require_POST
@allow(roles=ADMINISTRATORS)
def create_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _people_page(request, form, status=422)
    person = actions.create_person(
        actor=signed_in(request), fields=form.fields_given(), password=form.cleaned_data["password"]
    )
    messages.success(request, f"{person.name} is added.")
    return redirect("people")


@require_http_methods(["GET", "POST"])
@allow(roles=ADMINISTRATORS)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    initial = {
        "name": found.name,
        "email": found.email,
        "role": found.role,
        "manager": found.manager_id,
        "is_active": found.is_active,
        **{name: getattr(found, name) for name in WORK},
    }
    form = PersonForm(request.POST or None, person=found, initial=initial)
    seen = request.POST.get("version", "")
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_person(
                actor=signed_in(request),
                person=found,
                fields=form.fields_given(),
                expected=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
                password=form.cleaned_data["password"],
            )
        except StaleRecord:
            form.add_error(None, "Somebody else changed this person meanwhile. Read what stands now, then save again.")
            return render(request, "people/person.html", {"form": form}, status=409)
        messages.success(request, f"{found.name} is changed.")
        return redirect("people")
    status = 422 if request.method == "POST" else 200
    return render(request, "people/person.html", {"form": form}, status=status)
