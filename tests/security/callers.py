"""Who calls in these tests."""

from __future__ import annotations

from django.utils import timezone

from people.actions import issue_token
from people.models import User


def bearer(user: User, *scopes: str) -> dict[str, str]:
    issued = issue_token(
        user=user, name="test", scopes=list(scopes or ("*",)), days=1, actor="test", now=timezone.now()
    )
    return {"Authorization": f"Bearer {issued.plain}"}
