#!/usr/bin/env python
"""Connoisseur's command line: `manage.py help` lists what it does."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections


def behind() -> bool:
    """Whether the database lacks tables that this version of the program needs."""
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 (needs settings)

    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except DatabaseError:
        if not behind():
            raise
        sys.exit("The database is empty or older than the program: run “manage.py migrate” first.")
