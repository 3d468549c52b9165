"""Revisions due: put in force at their second, by whoever first reads the site after it (`editions.due_changes`).

Each is applied as of its own moment: log entry, note and version carry it.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, router, transaction
from django.utils.translation import gettext as _

from editions.models import new_edition
from news import emails
from news.models import Message

log = logging.getLogger("news.scheduled_revisions")


def apply_due(at: datetime) -> None:
    """Put all revisions in force whose moment has come by `at`, in one edition.

    One that cannot be applied, because its message was withdrawn meanwhile for example, is sent back with the reason,
    and its authors are told.
    """
    using = router.db_for_write(Message)
    with new_edition(using):  # others wait here, and then find nothing due
        for revision in Message.objects.using(using).pending_revisions().filter(effective_at__lte=at):
            try:
                with transaction.atomic(using=using):
                    revision.apply(revision.effective_at)
            except (ValidationError, IntegrityError) as error:
                send_back(Message.objects.using(using).get(pk=revision.pk), error)


def send_back(revision: Message, error: Exception) -> None:
    """Send a revision back that cannot be applied."""
    log.error("The revision %d was sent back: it could not be put in force.", revision.pk, exc_info=error)
    sentences = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    revision.send_back(_("It could not be put in force: %s") % sentences[:500], at=revision.effective_at)
    emails.notify([revision], revision.effective_at)
