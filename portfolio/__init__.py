"""The project and its roof: settings, urls, cockpit, search, imports, audit, API."""

from portfolio.celery import app as celery_app

__all__ = ["celery_app"]
