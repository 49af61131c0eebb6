"""The Celery application; tasks live in each app's `tasks.py`."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("connoisseur")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def leave_logs_alone(**_: Any) -> None:
    """Django has arranged the logs (config/logs.py); a receiver here keeps Celery from doing so."""
