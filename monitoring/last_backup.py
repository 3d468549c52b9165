"""When the last backup was made, if the app `backups` is installed."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps


def has_backups() -> bool:
    """Return whether this site has the app `backups`."""
    return apps.is_installed("backups")


def last_backup() -> datetime | None:
    """Return the time whose data the newest backup holds, None if there is none."""
    if not has_backups():
        return None
    from backups.models import last_backup as newest

    return newest()
