"""Letters: who hears by mail of an act, and what they read. They leave after the commit, and never undo it."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from news.models import Act, Message

log = logging.getLogger("news.letters")

# The post


def post(letters: list[EmailMessage]) -> int:
    """Hand letters to the mail server, each by itself, and return how many it did not take.

    It never raises, waits EMAIL_TIMEOUT seconds for a server that hangs, and logs neither address nor text.
    """
    refused = 0
    try:
        with get_connection() as connection:
            for letter in letters:
                try:
                    connection.send_messages([letter])
                except Exception as error:  # this one is refused; on a broken connection the others soon are, too
                    refused += 1
                    log.error("A letter could not be mailed (%s).", type(error).__name__)
    except Exception as error:
        refused = len(letters)
        log.error("The mail server does not answer (%s): %d letters were not mailed.", type(error).__name__, refused)
    return refused


def letter(template: str, to, context: dict) -> EmailMessage:
    """Return a letter to a member of staff: the first line of its template is the subject, the rest the text."""
    context = {"to": to, "site_name": settings.EMBASSY_NAME, **context}
    subject, _newline, text = render_to_string(template, context).strip().partition("\n")
    return EmailMessage(
        " ".join(subject.split()), text.strip() + "\n", to=[to.email], headers={"Auto-Submitted": "auto-generated"}
    )


def address(name: str, *args) -> str:
    """Return an address of the desk as it stands in a letter."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


# Of acts on messages


def tell(request, done: Iterable[Message]) -> None:
    """Mail those whom the latest act on each of these messages concerns, once all is committed.

    Where the post fails the officer is told: the act stands.
    """
    pks = [message.pk for message in done]

    def mail():
        written = [
            letter
            for message in Message.objects.filter(pk__in=pks).select_related("category")
            for letter in about(message.acts.select_related("by").first())
        ]
        if written and post(written):
            messages.warning(
                request, _("It is done and recorded, but not everybody could be mailed. Please tell them yourself.")
            )

    if pks:
        transaction.on_commit(mail, robust=True)


def about(act: Act | None) -> list[EmailMessage]:
    """Return the letters that an act calls for: to those who may approve, or to the writers with the answer."""
    if act is None or act.kind not in READERS:
        return []
    message = act.message
    context = {
        "act": act,
        "message": message,
        "headline": " ".join(message.headline.split()),  # an imported one may have several lines, a subject has one
        "desk": address("admin:news_message_change", message.pk),
    }
    template = f"news/letters/{act.kind.replace(' ', '_')}.txt"
    return [letter(template, reader, context) for reader in READERS[act.kind](act) if reader.email]


def approvers(act: Act) -> list:
    """Return who may approve what was submitted: colleagues with that right, superusers only where there are none."""
    able = get_user_model().objects.with_perm(
        "news.approve_message", include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"
    )
    superusers = get_user_model().objects.filter(is_superuser=True, is_active=True)
    return _others(able, act.message.writers()) or _others(superusers, act.message.writers())


def writers(act: Act) -> list:
    """Return who wrote the message or submitted it, but for the one whose act this is."""
    submitted = act.message.acts.filter(kind=Act.Kind.SUBMITTED).values_list("by", flat=True)
    people = act.message.writers() | set(submitted)
    return _others(get_user_model().objects.filter(pk__in=people - {None}, is_active=True), {act.by_id})


def _others(people, but) -> list:
    return list(people.filter(is_staff=True).exclude(pk__in=but - {None}).exclude(email="").order_by("pk").distinct())


READERS = {Act.Kind.SUBMITTED: approvers, Act.Kind.SENT_BACK: writers, Act.Kind.APPROVED: writers}
