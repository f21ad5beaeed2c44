"""The Celery application: `celery -A portfolio worker|beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
app = Celery("principal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
