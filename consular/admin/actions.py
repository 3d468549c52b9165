"""Admin actions on an enquiry: each is a POST to a URL of its own and redirects to the enquiry's page."""

from __future__ import annotations

from django.contrib import messages
from django.utils.translation import gettext as _

from consular.admin.decorators import enquiry_action
from consular.admin.forms import AnswerForm, AssignForm, NoteForm, display_name
from consular.admin.pages import changes_since, enquiry_page, is_duplicate_submission, preview_email
from consular.models import EnquiryEntry


@enquiry_action
def assign(request, model_admin, enquiry):
    """Assign it to a colleague or oneself, or unassign it."""
    if not is_unchanged(request, enquiry):
        return
    if "_me" in request.POST:
        to = request.user
    else:
        form = AssignForm(request.POST, officer=request.user)
        if not form.is_valid():
            messages.warning(request, " ".join(form.errors["to"]))
            return
        to = form.cleaned_data["to"]
    if to == enquiry.assigned_to:
        return
    enquiry.assign(to, by=request.user, at=request.at)
    if to is None:
        messages.success(request, _("Unassigned."))
    elif to == request.user:
        messages.success(request, _("Assigned to you."))
    else:
        messages.success(
            request, _("Assigned to %(name)s, who will be notified by e-mail.") % {"name": display_name(to)}
        )


@enquiry_action
def note(request, model_admin, enquiry):
    """Save an internal note."""
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return enquiry_page(request, model_admin, enquiry, note=form)
    text = form.cleaned_data["note"]
    if not is_duplicate_submission(request, enquiry, EnquiryEntry.Kind.NOTE, text):
        enquiry.note(text, by=request.user, at=request.at)
        messages.success(request, _("Note saved."))
    return None


@enquiry_action
def answer(request, model_admin, enquiry):
    """Reply by e-mail, and close it if "Send and close" was used; or insert a template; or preview the e-mail."""
    form = AnswerForm(request.POST, enquiry=enquiry, officer=request.user)
    if "_begin" in request.POST:
        return enquiry_page(request, model_admin, enquiry, answer=form.begun())
    if form.is_valid() and is_duplicate_submission(
        request, enquiry, EnquiryEntry.Kind.ANSWER, form.cleaned_data["text"]
    ):
        return None  # a double click
    if form.is_valid() and enquiry.suspicion:
        form.add_error(None, _("This enquiry is suspected spam. Mark it as not spam first."))
    changes = None if "_preview" in request.POST else changes_since(request, enquiry)
    if changes or not form.is_valid():
        return enquiry_page(request, model_admin, enquiry, answer=form, changes=changes)
    text = form.cleaned_data["text"]
    if "_preview" in request.POST:
        preview = preview_email(enquiry, text, request.user, request.at)
        return enquiry_page(request, model_admin, enquiry, answer=form, preview=preview)
    enquiry.answer(text, by=request.user, at=request.at)
    if "_close" in request.POST:
        enquiry.close(by=request.user, at=request.at)
        messages.success(request, _("The reply will be sent by e-mail. The enquiry is closed."))
    else:
        messages.success(request, _("The reply will be sent by e-mail."))
    return None


@enquiry_action
def close(request, model_admin, enquiry):
    """Close it."""
    if is_unchanged(request, enquiry):
        enquiry.close(by=request.user, at=request.at)
        messages.success(request, _("Enquiry closed."))


@enquiry_action
def reopen(request, model_admin, enquiry):
    """Reopen it."""
    if is_unchanged(request, enquiry):
        enquiry.reopen(by=request.user, at=request.at)
        messages.success(request, _("Enquiry reopened."))


@enquiry_action
def mark_not_spam(request, model_admin, enquiry):
    """Mark it as not spam."""
    if is_unchanged(request, enquiry):
        enquiry.mark_not_spam(by=request.user, at=request.at)
        messages.success(request, _("Moved to the queue. The visitor will get a receipt."))


@enquiry_action
def mark_spam(request, model_admin, enquiry):
    """Mark it as suspected spam."""
    if is_unchanged(request, enquiry):
        enquiry.mark_spam(_("Marked as spam by an officer."), by=request.user, at=request.at)
        messages.success(request, _("Moved to suspected spam."))


def is_unchanged(request, enquiry) -> bool:
    """Return whether the enquiry is as the officer saw it; if not, ask them to check it again."""
    if changes_since(request, enquiry) is None:
        return True
    messages.warning(request, _("This enquiry has changed since you opened it. Check it and try again."))
    return False
