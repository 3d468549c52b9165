"""An enquiry's page in the admin, and its history. Each view of it is logged."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consular.admin.decorators import enquiry_or_404, require_enquiry_permission
from consular.admin.forms import AnswerForm, AssignForm, NoteForm
from consular.deadlines import annotate_deadlines
from consular.models import Enquiry, EnquiryEntry, EnquiryLogEntry
from consular.phones import tel_url
from consular.undelivered import annotate_failed_emails
from outbox.models import OutboxEmail
from outbox.registry import render_email

MAX_LOG_ENTRIES = 500  # log entries on the history page
MAX_VIEWS = 5  # views listed on the enquiry's page


@require_enquiry_permission("consular.view_enquiry")
@require_safe
def enquiry(request, model_admin, pk):
    """Show an enquiry."""
    return enquiry_page(request, model_admin, enquiry_or_404(pk))


@require_enquiry_permission("consular.view_enquiry")
@require_safe
def history(request, model_admin, pk):
    """Show the log of an enquiry, in place of Django's history."""
    found = enquiry_or_404(pk, Enquiry.objects.for_list())
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("History of %(reference)s") % {"reference": found.reference},
        "opts": model_admin.opts,
        "enquiry": found,
        "log_entries": found.log_entries.select_related("by")[:MAX_LOG_ENTRIES],
    }
    return render(request, "admin/consular/enquiry/history.html", context)


def enquiry_page(request, model_admin, enquiry: Enquiry, *, answer=None, note=None, preview=None, changes=None):
    """Return an enquiry's page, with the bound forms that were not accepted."""
    enquiry.record_opened(request.user, request.at)  # before the page lists who opened it
    annotate_deadlines([enquiry], request.at)
    annotate_failed_emails([enquiry])
    can = request.user.has_perm
    shows_answer = not enquiry.suspicion or answer is not None  # suspected spam is checked first
    context = {
        **model_admin.admin_site.each_context(request),
        "title": enquiry.reference,
        "opts": model_admin.opts,
        "enquiry": enquiry,
        "tel": tel_url(enquiry.phone),
        "entries": enquiry.entries.select_related("by"),
        "views": enquiry.log_entries.filter(kind=EnquiryLogEntry.Kind.OPENED).select_related("by")[:MAX_VIEWS],
        "others": other_enquiries(enquiry),
        "can_change": can("consular.change_enquiry"),
        "can_erase": can("consular.delete_enquiry"),
        "assign": AssignForm(initial={"to": enquiry.assigned_to_id}, officer=request.user),
        "note": note or NoteForm(auto_id="note_%s"),
        "answer": (answer or AnswerForm(enquiry=enquiry, officer=request.user)) if shows_answer else None,
        "preview": preview,
        "changes": changes,
        "version": version_token(enquiry),
        "unsent": answer is not None or note is not None,
    }
    return render(request, "admin/consular/enquiry/page.html", context)


def other_enquiries(enquiry: Enquiry) -> dict:
    """Return the number of other enquiries from this e-mail address, and the hashes that find them."""
    theirs = Enquiry.objects.from_email(enquiry.email).order_by()
    hashes = theirs.values_list("email_hash", flat=True).distinct()
    return {"count": theirs.exclude(pk=enquiry.pk).count(), "person": ".".join(hashes)}


# Two officers at the same time (optimistic locking)


def version_token(enquiry: Enquiry) -> str:
    """Return the version token of an enquiry, which its forms carry."""
    return enquiry.last_activity_at.isoformat()


def read_version_token(request) -> datetime | None:
    """Return the time in a form's version token; None if it is invalid."""
    try:
        version = datetime.fromisoformat(request.POST.get("version", ""))
    except ValueError:
        return None
    return version if version.tzinfo else None


def changes_since(request, enquiry: Enquiry) -> dict | None:
    """Return the changes to an enquiry since the officer's form was shown; None if there are none."""
    before = read_version_token(request)
    if before == enquiry.last_activity_at:
        return None
    steps, entries = enquiry.log_entries.exclude(kind=EnquiryLogEntry.Kind.OPENED), enquiry.entries.all()
    if before:
        steps, entries = steps.filter(at__gt=before), entries.filter(at__gt=before)
    return {"log_entries": steps.select_related("by").order_by("at", "pk"), "entries": entries.select_related("by")}


def is_duplicate_submission(request, enquiry: Enquiry, kind: str, text: str) -> bool:
    """Return whether the officer has saved the same text since the form was shown: a double click."""
    before = read_version_token(request)
    written = enquiry.entries.filter(kind=kind, by=request.user)
    return any(entry.text == text for entry in (written.filter(at__gt=before) if before else written))


# Preview


def preview_email(enquiry: Enquiry, text: str, officer, at: datetime) -> dict:
    """Return the e-mail as it would be sent: the reply is saved, its e-mail rendered, and both rolled back.

    The token in the link is replaced by "…": any person with it can act as the visitor.
    """
    with transaction.atomic():
        entry = enquiry.entries.create(kind=EnquiryEntry.Kind.ANSWER, text=text, by=officer, at=at)
        mail = render_email(OutboxEmail(kind="enquiry answer", object_id=entry.pk, written_at=at, due_at=at))
        transaction.set_rollback(True)
    return {"subject": mail.subject, "to": enquiry.email, "text": mail.body.replace(enquiry.token, "…")}
