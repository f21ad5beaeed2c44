"""The scopes of the interface: one to read each resource, one to write each that is not only read."""

from __future__ import annotations

from typing import Final

from portfolio.api.definitions import RESOURCES

STEPS: Final = ("read:periods", "write:periods", "read:reports")
"""Of what is no resource by the common rules: months are closed and reopened, reports only read."""


def scopes() -> tuple[str, ...]:
    of_resources = [
        f"{verb}:{resource.name}"
        for resource in RESOURCES
        for verb in ("read", "write")
        if verb == "read" or resource.kind or resource.acts is not None
    ]
    return (*of_resources, *STEPS)
