"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth import views as auth_views

from common.policies import EVERYONE, Policy, public
from people.forms import SignInForm

sign_in = public(
    auth_views.LoginView.as_view(
        template_name="people/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
    )
)
sign_out = auth_views.LogoutView.as_view()
sign_out.policy = Policy("signed_in", EVERYONE)  # type: ignore[attr-defined]  # the sweep reads it off the view
