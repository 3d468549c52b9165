"""That the machine serves: database, disk, clock, backup."""

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

from letters.models import Letter
from news.models import Act
from watching import backup as backups
from watching.bounded import Bounded
from watching.doctor.look import Look
from watching.gauges import edition_number
from watching.proxies import uncounted_proxy_was_seen
from watching.sqlite_file import is_held_by_another, wal_size

DATABASE_SECONDS = 3.0
LEAST_FREE = 500 * 1024 * 1024  # bytes
LARGEST_WAL = 64 * 1024 * 1024  # bytes; SQLite itself moves it into the database at about four megabytes
BACKUP_AGE = timedelta(days=2)
ASKEW = timedelta(seconds=2)  # clocks that differ by more show different editions

_number = Bounded(lambda: edition_number())


def database(look: Look):
    """The database answers."""
    try:
        _number.result(DATABASE_SECONDS)
    except (DatabaseError, InterfaceError, TimeoutError) as error:
        says = _("The database does not answer (%(error)s).") % {"error": type(error).__name__}
        if is_held_by_another(error):
            name = Path(connection.settings_dict["NAME"]).name
            yield (
                _("The database does not answer: another program keeps the SQLite file locked."),
                _("Find the program (fuser var/%(name)s), and stop it. Public pages come from the cache until then.")
                % {"name": name},
            )
            return
        yield (
            says,
            _("See that it runs and that DATABASE_URL leads to it. Public pages come from their printings meanwhile."),
        )


def wal(look: Look):
    """SQLite's write-ahead log, where a program that copies the database keeps one, does not grow without an end."""
    size = wal_size()
    if size > LARGEST_WAL:
        yield (
            _("SQLite's write-ahead log has %(size)s MB: nothing moves it into the database.")
            % {"size": size // 1024**2},
            _(
                "A program that reads without an end holds it, or one that copies the database (Litestream) has "
                "stopped half-way: restart that program. See “Litestream” in docs/backup.md."
            ),
        )


def backup(look: Look):
    """A backup was made in the last two days, where this site makes them."""
    if not backups.are_made():
        return
    last = backups.last_backup()
    do = _("See that the timer of `manage.py backup` runs, and make one by hand.")
    if last is None:
        yield _("No backup has ever been made."), do
    elif look.at - last > BACKUP_AGE:
        yield _("The last backup was made %(days)s days ago.") % {"days": (look.at - last).days}, do


def disk(look: Look):
    """There is room to write: for the database, for uploads, for what else stands in var/."""
    for places in devices().values():
        free = shutil.disk_usage(places[0]).free
        if free < LEAST_FREE:
            yield (
                _("There are %(free)s MB left on the disk of %(places)s.")
                % {"free": free // 1024**2, "places": ", ".join(map(str, places))},
                _("Make room, or give it a larger disk. When it is full nothing can be saved."),
            )


def devices() -> dict[int, list[Path]]:
    """Return the places that this site writes to, by the disk that they are on."""
    places = [Path(settings.VAR_DIR)]
    if hasattr(settings, "MEDIA_ROOT") and settings.MEDIA_ROOT:
        places.append(Path(settings.MEDIA_ROOT))
    if connection.vendor == "sqlite":
        places.append(Path(connection.settings_dict["NAME"]).absolute().parent)
    found: dict[int, list[Path]] = {}
    for path in dict.fromkeys(path for path in places if path.exists()):
        found.setdefault(path.stat().st_dev, []).append(path)
    return found


def proxy(look: Look):
    """Requests come through no other proxies than TRUSTED_PROXY_COUNT counts."""
    if uncounted_proxy_was_seen(look.at):
        yield (
            _("Requests come through a proxy, and TRUSTED_PROXY_COUNT is 0: all visitors count as one."),
            _(
                "Set TRUSTED_PROXY_COUNT to the number of proxies in front, and restart. The proxy must set "
                "X-Forwarded-For itself (docs/operating.md)."
            ),
        )


def clock(look: Look) -> Iterator[tuple[str, str]]:
    """This machine's clock goes with the database's, and with what has been written down already."""
    do = _("See that the clocks are kept by NTP: `timedatectl` should say that they are synchronised.")
    skew = database_skew()
    if skew > ASKEW:
        seconds = round(skew.total_seconds())
        yield _("The clock differs from the database's by %(seconds)s seconds.") % {"seconds": seconds}, do
        return
    moments = [Letter.objects.aggregate(last=Max("written_at"))["last"], Act.objects.aggregate(last=Max("at"))["last"]]
    ahead = max((moment for moment in moments if moment), default=look.at) - timezone.now()
    if ahead > ASKEW:
        seconds = round(ahead.total_seconds())
        yield _("The clock is behind: something was written %(seconds)s seconds from now.") % {"seconds": seconds}, do


def database_skew() -> timedelta:
    """Return by how much the database's clock differs from ours, at least. SQLite has none of its own."""
    if connection.vendor != "postgresql":
        return timedelta(0)
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    return max(before - theirs, theirs - timezone.now(), timedelta(0))
