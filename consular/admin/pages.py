"""An enquiry's page: who asks and what, all that was written since, and the acts. That it was opened is recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consular.admin.forms import AnswerForm, AssignForm, NoteForm
from consular.admin.guards import enquiry_or_404, officers
from consular.deadlines import add_words
from consular.models import Enquiry, Entry, Trace
from consular.phones import tel
from consular.undelivered import add_failed_letters
from letters.kinds import worded
from letters.models import Letter

LOOKED_AT = 500  # traces on the page of the history
HERE = 5  # openings named on the enquiry's own page


@officers("consular.view_enquiry")
@require_safe
def enquiry(request, desk, pk):
    """An enquiry, opened by an officer."""
    return page(request, desk, enquiry_or_404(pk))


@officers("consular.view_enquiry")
@require_safe
def history(request, desk, pk):
    """Who has done what to an enquiry, and who has opened it, in place of Django's history."""
    found = enquiry_or_404(pk, Enquiry.objects.for_list())
    context = {
        **desk.admin_site.each_context(request),
        "title": _("History of %(reference)s") % {"reference": found.reference},
        "opts": desk.opts,
        "enquiry": found,
        "traces": found.log_entries.select_related("by")[:LOOKED_AT],
    }
    return render(request, "admin/consular/enquiry/history.html", context)


def page(request, desk, enquiry: Enquiry, *, answer=None, note=None, preview=None, meanwhile=None):
    """Return an enquiry's page; forms that were sent and are not done stand in it as they were typed."""
    enquiry.record_opened(request.user, request.at)  # before the page names those who opened it
    add_words([enquiry], request.at)
    add_failed_letters([enquiry])
    may = request.user.has_perm
    answers = not enquiry.suspicion or answer is not None  # a suspected one is looked into first
    context = {
        **desk.admin_site.each_context(request),
        "title": enquiry.reference,
        "opts": desk.opts,
        "enquiry": enquiry,
        "tel": tel(enquiry.phone),
        "entries": enquiry.entries.select_related("by"),
        "looks": enquiry.log_entries.filter(kind=Trace.Kind.OPENED).select_related("by")[:HERE],
        "others": others_of(enquiry),
        "may_act": may("consular.change_enquiry"),
        "may_erase": may("consular.delete_enquiry"),
        "assign": AssignForm(initial={"to": enquiry.assigned_to_id}, officer=request.user),
        "note": note or NoteForm(auto_id="note_%s"),
        "answer": (answer or AnswerForm(enquiry=enquiry, officer=request.user)) if answers else None,
        "preview": preview,
        "meanwhile": meanwhile,
        "seen": seen(enquiry),
        "unsent": answer is not None or note is not None,
    }
    return render(request, "admin/consular/enquiry/page.html", context)


def others_of(enquiry: Enquiry) -> dict:
    """Return how many other enquiries the same person has here, and by which hashes they are found."""
    theirs = Enquiry.objects.from_email(enquiry.email).order_by()
    hashes = theirs.values_list("email_hash", flat=True).distinct()
    return {"count": theirs.exclude(pk=enquiry.pk).count(), "person": ".".join(hashes)}


# Two officers at once


def seen(enquiry: Enquiry) -> str:
    """Return how far an enquiry had come, as its forms carry it."""
    return enquiry.last_activity_at.isoformat()


def since(request) -> datetime | None:
    """Return how far the enquiry had come when the form was shown; None where that can't be read."""
    try:
        moment = datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def what_came(request, enquiry: Enquiry) -> dict | None:
    """Return what has happened to an enquiry since the officer's form was shown; None where nothing has."""
    before = since(request)
    if before == enquiry.last_activity_at:
        return None
    traces, entries = enquiry.log_entries.exclude(kind=Trace.Kind.OPENED), enquiry.entries.all()
    if before:
        traces, entries = traces.filter(at__gt=before), entries.filter(at__gt=before)
    return {"traces": traces.select_related("by").order_by("at", "pk"), "entries": entries.select_related("by")}


def is_said(request, enquiry: Enquiry, kind: str, text: str) -> bool:
    """Say whether the same officer has written the same since the form was shown: a double click."""
    before = since(request)
    written = enquiry.entries.filter(kind=kind, by=request.user)
    return any(entry.text == text for entry in (written.filter(at__gt=before) if before else written))


# The letter


def letter_of(enquiry: Enquiry, text: str, officer, at: datetime) -> dict:
    """Return the letter as it would leave: the answer is written, its letter worded, and all of it taken back.

    But for the link to the visitor's own page, which nobody else is to know: whoever has it acts as the visitor.
    """
    with transaction.atomic():
        entry = enquiry.entries.create(kind=Entry.Kind.ANSWER, text=text, by=officer, at=at)
        mail = worded(Letter(kind="enquiry answer", object_id=entry.pk, written_at=at, due_at=at))
        transaction.set_rollback(True)
    return {"subject": mail.subject, "to": enquiry.email, "text": mail.body.replace(enquiry.token, "…")}
