"""Checks of this machine: database, disk, clock, proxy, backup."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from monitoring import last_backup as backups
from monitoring.doctor.context import CheckContext
from monitoring.gauges import edition_number
from monitoring.proxies import uncounted_proxy_was_seen
from monitoring.single_flight import TimeoutCall
from monitoring.sqlite_file import is_locked_by_another_program, wal_size
from news.models import WorkflowLogEntry
from outbox.models import OutboxEmail

DATABASE_SECONDS = 3.0
MIN_FREE_BYTES = 500 * 1024 * 1024  # bytes
MAX_WAL_BYTES = 64 * 1024 * 1024  # bytes; SQLite itself moves it into the database at about four megabytes
MAX_BACKUP_AGE = timedelta(days=2)
MAX_CLOCK_SKEW = timedelta(seconds=2)  # with a larger difference, nodes show different editions

_number_call = TimeoutCall(lambda: edition_number())


def check_database(look: CheckContext):
    """The database responds."""
    try:
        _number_call.result(DATABASE_SECONDS)
    except (DatabaseError, InterfaceError, TimeoutError) as error:
        says = _("The database does not respond (%(error)s).") % {"error": type(error).__name__}
        if is_locked_by_another_program(error):
            name = Path(connection.settings_dict["NAME"]).name
            yield (
                _("The database does not respond: another program keeps the SQLite file locked."),
                _("Find the program (fuser var/%(name)s) and stop it. Until then, public pages come from the cache.")
                % {"name": name},
            )
            return
        yield (
            says,
            _("Check that it is running and that DATABASE_URL is right. Until then, public pages come from the cache."),
        )


def check_wal(look: CheckContext):
    """SQLite's write-ahead log, if a program that copies the database uses one, does not grow without limit."""
    size = wal_size()
    if size > MAX_WAL_BYTES:
        yield (
            _("SQLite's write-ahead log has %(size)s MB: it is not being checkpointed.") % {"size": size // 1024**2},
            _(
                "A program keeps a read transaction open, or one that copies the database (Litestream) has stopped: "
                "restart that program. See “Litestream” in docs/operators/backups.md."
            ),
        )


def check_backup(look: CheckContext):
    """A backup was made in the last two days, if this site has backups."""
    if not backups.has_backups():
        return
    last = backups.last_backup()
    do = _("Check that the timer of `manage.py backup` is running, and make a backup by hand.")
    if last is None:
        yield _("No backup has ever been made."), do
    elif look.at - last > MAX_BACKUP_AGE:
        yield _("The last backup was made %(days)s days ago.") % {"days": (look.at - last).days}, do


def check_disk(look: CheckContext):
    """There is disk space for the database, uploads and var/."""
    for paths in folders_by_device().values():
        free = shutil.disk_usage(paths[0]).free
        if free < MIN_FREE_BYTES:
            yield (
                _("Only %(free)s MB are free on the disk of %(paths)s.")
                % {"free": free // 1024**2, "paths": ", ".join(map(str, paths))},
                _("Delete files, or use a larger disk. When it is full, nothing can be saved."),
            )


def folders_by_device() -> dict[int, list[Path]]:
    """Return the folders that this site writes to, by the disk that they are on."""
    paths = [Path(settings.VAR_DIR)]
    if hasattr(settings, "MEDIA_ROOT") and settings.MEDIA_ROOT:
        paths.append(Path(settings.MEDIA_ROOT))
    if connection.vendor == "sqlite":
        paths.append(Path(connection.settings_dict["NAME"]).absolute().parent)
    found: dict[int, list[Path]] = {}
    for path in dict.fromkeys(path for path in paths if path.exists()):
        found.setdefault(path.stat().st_dev, []).append(path)
    return found


def check_proxy(look: CheckContext):
    """Requests come only through the proxies that TRUSTED_PROXY_COUNT counts."""
    if uncounted_proxy_was_seen(look.at):
        yield (
            _("Requests come through a proxy, but TRUSTED_PROXY_COUNT is 0: all visitors share one address."),
            _(
                "Set TRUSTED_PROXY_COUNT to the number of proxies in front, and restart. The proxy must set "
                "X-Forwarded-For itself (docs/operators/running.md)."
            ),
        )


def check_clock(look: CheckContext) -> Iterator[tuple[str, str]]:
    """This machine's clock agrees with the database's, and is not behind the times of saved rows."""
    do = _("Check that the clocks are set by NTP: `timedatectl` should say that they are synchronised.")
    skew = database_skew()
    if skew > MAX_CLOCK_SKEW:
        seconds = round(skew.total_seconds())
        yield _("The clock differs from the database's by %(seconds)s seconds.") % {"seconds": seconds}, do
        return
    times = [
        OutboxEmail.objects.aggregate(last=Max("written_at"))["last"],
        WorkflowLogEntry.objects.aggregate(last=Max("at"))["last"],
    ]
    ahead = max((time for time in times if time), default=look.at) - timezone.now()
    if ahead > MAX_CLOCK_SKEW:
        seconds = round(ahead.total_seconds())
        yield _("The clock is behind: a saved row is dated %(seconds)s seconds from now.") % {"seconds": seconds}, do


def database_skew() -> timedelta:
    """Return how far the database's clock differs from ours at least. SQLite has no clock."""
    if connection.vendor != "postgresql":
        return timedelta(0)
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    return max(before - theirs, theirs - timezone.now(), timedelta(0))
