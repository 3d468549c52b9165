"""The acts of officers on an enquiry. Each is posted to an address of its own, and ends on the enquiry's page."""

from __future__ import annotations

from django.contrib import messages
from django.utils.translation import gettext as _

from consular.admin.forms import AnswerForm, AssignForm, NoteForm, name_of
from consular.admin.guards import act
from consular.admin.pages import is_said, letter_of, page, what_came
from consular.models import Entry


@act
def assign(request, desk, enquiry):
    """Give it to a colleague, to oneself, or to nobody."""
    if not unmoved(request, enquiry):
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
        done(request, _("Nobody has this enquiry in hand now."))
    elif to == request.user:
        done(request, _("You have this enquiry in hand now."))
    else:
        done(request, _("%(who)s has this enquiry in hand now, and hears of it by mail.") % {"who": name_of(to)})
    return


@act
def note(request, desk, enquiry):
    """Keep an internal note."""
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return page(request, desk, enquiry, note=form)
    text = form.cleaned_data["note"]
    if not is_said(request, enquiry, Entry.Kind.NOTE, text):
        enquiry.note(text, by=request.user, at=request.at)
        done(request, _("The note is kept."))
    return None


@act
def answer(request, desk, enquiry):
    """Answer by mail, and close it at once where the officer says so; or begin from a template; or show the letter."""
    form = AnswerForm(request.POST, enquiry=enquiry, officer=request.user)
    if "_begin" in request.POST:
        return page(request, desk, enquiry, answer=form.begun())
    if form.is_valid() and is_said(request, enquiry, Entry.Kind.ANSWER, form.cleaned_data["text"]):
        return None  # a double click: it is sent, and said to be
    if form.is_valid() and enquiry.suspicion:
        form.add_error(None, _("This enquiry is suspected of spam: nobody is written to. Say first that it is none."))
    meanwhile = None if "_preview" in request.POST else what_came(request, enquiry)
    if meanwhile or not form.is_valid():
        return page(request, desk, enquiry, answer=form, meanwhile=meanwhile)
    text = form.cleaned_data["text"]
    if "_preview" in request.POST:
        return page(request, desk, enquiry, answer=form, preview=letter_of(enquiry, text, request.user, request.at))
    enquiry.answer(text, by=request.user, at=request.at)
    if "_close" in request.POST:
        enquiry.close(by=request.user, at=request.at)
        done(request, _("The answer leaves by mail, and the enquiry is closed."))
    else:
        done(request, _("The answer leaves by mail."))
    return None


@act
def close(request, desk, enquiry):
    """Close it: nothing more is to be done."""
    if unmoved(request, enquiry):
        enquiry.close(by=request.user, at=request.at)
        done(request, _("The enquiry is closed."))


@act
def reopen(request, desk, enquiry):
    """Take up a closed one again."""
    if unmoved(request, enquiry):
        enquiry.reopen(by=request.user, at=request.at)
        done(request, _("The enquiry is open again."))


@act
def trust(request, desk, enquiry):
    """Say that it is no spam."""
    if unmoved(request, enquiry):
        enquiry.mark_not_spam(by=request.user, at=request.at)
        done(request, _("It waits with the others now, and the visitor gets the receipt."))


@act
def suspect(request, desk, enquiry):
    """Put it with the suspected ones."""
    if unmoved(request, enquiry):
        enquiry.mark_spam(_("An officer found it to be spam."), by=request.user, at=request.at)
        done(request, _("It stands with the suspected ones now. Erase it there, or say that it is no spam."))


def done(request, text: str) -> None:
    """Say what was done: never with anything personal in it."""
    messages.success(request, text)


def unmoved(request, enquiry) -> bool:
    """Say whether all is as the officer saw it. Where it isn't, nothing is done, and the page shows what came."""
    if what_came(request, enquiry) is None:
        return True
    messages.warning(request, _("Something has happened to this enquiry since you opened it. Look, then choose again."))
    return False
