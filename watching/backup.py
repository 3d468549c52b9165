"""When the last backup was made, as the room of the backups knows it."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps


def are_made() -> bool:
    """Say whether this site has the room of the backups."""
    return apps.is_installed("backups")


def last_backup() -> datetime | None:
    """Return the moment that the newest backup holds; None where there is none."""
    if not are_made():
        return None
    from backups.models import last_backup as newest

    return newest()
