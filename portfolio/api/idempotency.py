"""Idempotency-Key on POST: same key and body give the first answer again, another body 422, one in flight 409.

The answer is stored in the transaction of the write, so an effect and its remembered answer exist together or not at
all. Refusals are not remembered: mend the request and send it again under the same key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from common.models import IdempotencyKey
from people.models import User
from portfolio.api.problems import Problem

ABANDONED = timedelta(seconds=60)
KEPT_HEADERS = ("Location", "ETag", "Content-Type")


def once(request: Request, user: User, body: bytes, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Run `act` in one transaction, once for each key the caller sends. Without the header: simply in a transaction."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        with transaction.atomic():
            return act()
    if len(key) > 255 or not key.isprintable():
        raise Problem(400, "An Idempotency-Key is at most 255 printable characters.")
    path = f"{request.method} {request.path}"[:300]
    digest = hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
    remembered = _claim(user, key, path, digest)
    if remembered is not None:
        return remembered
    try:
        with transaction.atomic():
            response = act()
            IdempotencyKey.objects.filter(user_id=user.pk, key=key).update(
                status=response.status_code,
                headers={name: response[name] for name in KEPT_HEADERS if name in response},
                body=bytes(response.content),
            )
    except BaseException:
        IdempotencyKey.objects.filter(user_id=user.pk, key=key, status=None).delete()
        raise
    return response


def _claim(user: User, key: str, path: str, digest: str) -> HttpResponse | None:
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(user_id=user.pk, key=key, method_path=path, body_hash=digest)
    except IntegrityError:
        return _remembered(user, key, path, digest)
    return None


def _remembered(user: User, key: str, path: str, digest: str) -> HttpResponse | None:
    found = IdempotencyKey.objects.filter(user_id=user.pk, key=key).first()
    if found is None:  # refused between our two looks
        return _claim(user, key, path, digest)
    if found.body_hash != digest:
        raise Problem(422, "This Idempotency-Key was used with another request. Take a new key.")
    if found.status is not None:
        response = HttpResponse(bytes(found.body), status=found.status, headers=found.headers)
        response["Idempotent-Replayed"] = "true"
        return response
    now = timezone.now()
    taken = IdempotencyKey.objects.filter(pk=found.pk, status=None, created_at__lt=now - ABANDONED).update(
        created_at=now
    )
    if taken:  # its process died before it could answer
        return None
    raise Problem(409, "The first request with this key is still under way.", headers={"Retry-After": "1"})
