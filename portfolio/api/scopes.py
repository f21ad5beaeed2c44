"""The scopes of the interface: one to read each resource, one to write each that is not only read."""

from __future__ import annotations

from financials.access import reads_closes
from people.access import abilities_of
from people.models import User
from portfolio.api.definitions import RESOURCES
from portfolio.api.resources import Resource


def scopes(user: User | None) -> tuple[str, ...]:
    """All there are; of a person, those the role can use."""
    found = [scope for resource in RESOURCES for scope in _of(resource, user)]
    if user is None or reads_closes(user):
        found.append("read:periods")
    if user is None or abilities_of(user).close_months:
        found.append("write:periods")
    if user is None or abilities_of(user).see_money:
        found.append("read:reports")
    return tuple(found)


def _of(resource: Resource, user: User | None) -> list[str]:
    can = abilities_of(user) if user else None
    if can is not None and not resource.can_read(can):
        return []
    written = bool(resource.kind) or resource.acts is not None
    writes = written and (can is None or resource.can_write(can))
    return [f"read:{resource.name}", *([f"write:{resource.name}"] if writes else [])]
