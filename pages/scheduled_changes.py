"""Scheduled pages and changes of pages: put in force at their second, by the first request after it.

See `editions.due_changes`. The log entry and the version carry the moment itself.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import router, transaction
from django.utils.translation import gettext as _

from core.db_errors import DATABASE_UNAVAILABLE
from editions.models import new_edition
from pages import emails
from pages.models import Page

log = logging.getLogger("pages.scheduled_changes")


def apply_due(at: datetime) -> None:
    """Put all pages and changes in force whose moment has come by `at`, in one edition.

    What cannot be put in force is sent back, and its authors are told. Only that the database is unavailable is left
    to the caller, which tries again.
    """
    using = router.db_for_write(Page)
    with new_edition(using):  # others wait here, and then find nothing due
        for page in Page.objects.using(using).pending().filter(effective_at__lte=at):
            try:
                with transaction.atomic(using=using):
                    page.apply(page.effective_at)
            except DATABASE_UNAVAILABLE:
                raise
            except Exception as error:
                send_back(Page.objects.using(using).get(pk=page.pk), error)


def send_back(page: Page, error: Exception) -> None:
    """Send a page or change back that cannot be put in force."""
    log.error("The page or change %d was sent back: it could not be put in force.", page.pk, exc_info=error)
    is_known = isinstance(error, ValidationError)
    sentences = " ".join(error.messages)[:500] if is_known else _("an unexpected error, which is in the server's log.")
    at = page.effective_at
    page.send_back(_("It could not be put in force: %s") % sentences, at=at)
    emails.notify(page, at)
