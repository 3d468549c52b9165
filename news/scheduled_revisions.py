"""Scheduled revisions and releases: applied at their second, by the first request after it (`editions.due_changes`).

Each is applied as of its own moment: log entry, note and version carry it.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import router, transaction
from django.utils.translation import gettext as _

from core.db_errors import DATABASE_UNAVAILABLE
from editions.models import new_edition
from news import emails
from news.models import Message, Release

log = logging.getLogger("news.scheduled_revisions")


def apply_due(at: datetime) -> None:
    """Put all revisions in force, and publish all releases, whose moment has come by `at`, in one edition.

    A release that cannot be published as a whole is held, with the reason, and the editors are told. A revision that
    cannot be applied, because its message was withdrawn meanwhile for example, is sent back, and its authors are told.
    An unexpected error does the same, so that it cannot keep public pages from being served. Only that the database is
    unavailable is left to the caller, which tries again.
    """
    using = router.db_for_write(Message)
    with new_edition(using):  # others wait here, and then find nothing due
        for release in Release.objects.using(using).filter(
            approved_at__isnull=False, published_at__isnull=True, moment__lte=at
        ):
            publish_or_hold(release, using)
        for revision in Message.objects.using(using).pending_revisions().filter(release=None, effective_at__lte=at):
            try:
                with transaction.atomic(using=using):
                    revision.apply(revision.effective_at)
            except DATABASE_UNAVAILABLE:
                raise
            except Exception as error:
                send_back(Message.objects.using(using).get(pk=revision.pk), error)


def publish_or_hold(release: Release, using: str) -> None:
    """Publish all items of a release, or none: then it is held, and the editors are told."""
    moment = release.moment
    try:
        with transaction.atomic(using=using):
            release.publish(moment)
    except DATABASE_UNAVAILABLE:
        raise
    except Exception as error:
        log.error("The release %d was held: it could not be published.", release.pk, exc_info=error)
        held = Release.objects.using(using).get(pk=release.pk)
        reason = _("It could not be published: %s") % sentences_of(error)
        held.take_back_approval(at=moment, reason=reason, item=getattr(error, "item", None))
        emails.notify_of_release(held, moment)


def sentences_of(error: Exception) -> str:
    """Return what an error says to an editor, at most 500 characters; the log has the details of an unexpected one."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)[:500]
    return _("an unexpected error, which is in the server's log.")


def send_back(revision: Message, error: Exception) -> None:
    """Send a revision back that cannot be applied."""
    log.error("The revision %d was sent back: it could not be put in force.", revision.pk, exc_info=error)
    revision.send_back(_("It could not be put in force: %s") % sentences_of(error), at=revision.effective_at)
    emails.notify([revision], revision.effective_at)
