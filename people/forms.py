"""Signing in."""

from __future__ import annotations

from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """E-mail and password. The one message for any wrong pair tells nothing about who exists."""

    _NO_MATCH = "That e-mail and password match no account. Check both; the password is case-sensitive."
    error_messages = {"invalid_login": _NO_MATCH, "inactive": _NO_MATCH}

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()
