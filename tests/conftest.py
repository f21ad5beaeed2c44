"""Shared fixtures. The services come first: the settings read their addresses when they are first imported."""

# ruff: noqa: E402  # services.start() must run before anything below imports the settings
from __future__ import annotations

from tests import services

services.start()

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "portfolio.settings"
django.setup()
if "PYTEST_XDIST_WORKER" not in os.environ:
    # Inherited, it would have the workers read the settings before their own services.start().
    del os.environ["DJANGO_SETTINGS_MODULE"]

import shutil
from typing import Any

import pytest


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's binary: CHROMIUM, else the first one on the PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), "")
    assert found, "no Chromium: `make test` installs it, or names the line that does"
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium: str) -> dict[str, Any]:
    """Playwright drives the system's Chromium; its sandbox does not work as root."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": arguments}
