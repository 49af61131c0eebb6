"""A site on PostgreSQL and Redis, as DATABASE_URL and BROKER_URL name them (.ci/services)."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from config.celery import app
from tests.workers import Site, environment, own_queue_and_store


@pytest.fixture
def server_site(tmp_path: Path, transactional_db: None) -> Iterator[Site]:
    """Workers that share this test's PostgreSQL database and an emptied Redis."""
    if connection.vendor != "postgresql" or not settings.CELERY_BROKER_URL.startswith("redis"):
        pytest.skip("DATABASE_URL and BROKER_URL name no servers: .ci/services make services-test")
    flush_redis()
    database = urlsplit(settings.ENVIRONMENT.database_url)
    database = database._replace(path=f"/{connection.settings_dict['NAME']}")
    site = Site(tmp_path, environment(tmp_path, DATABASE_URL=database.geturl()))
    with own_queue_and_store(tmp_path):
        try:
            yield site
        finally:
            site.stop()


def flush_redis() -> None:
    """Redis forgets everything, as after a restart without a dump."""
    with app.connection_for_write() as broker:
        broker.default_channel.client.flushall()
