"""E-mails about workflow steps: recipients and texts. Committed to the outbox with the step."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model

from news.models import Message, WorkflowLogEntry
from outbox.models import OutboxEmail
from outbox.registry import absolute_url, build_message, register_email


def notify(done: Iterable[Message], at) -> None:
    """Queue an e-mail to each user concerned by the latest log entry of these messages."""
    for message in done:
        entry = message.log_entries.select_related("message").first()
        for recipient in RECIPIENTS.get(entry.kind, no_recipients)(entry) if entry else ():
            OutboxEmail.objects.enqueue("news act", object_id=entry.pk, recipient_id=recipient.pk, at=at)


@register_email("news act")
def step_email(letter: OutboxEmail):
    """Return the e-mail about a log entry; None where its recipient has left."""
    entry = WorkflowLogEntry.objects.select_related("message__category", "by").filter(pk=letter.object_id).first()
    recipient = _reachable(get_user_model().objects.filter(pk=letter.recipient_id, is_active=True), set())
    if entry is None or not recipient:
        return None
    context = {
        "entry": entry,
        "message": entry.message,
        "headline": " ".join(entry.message.headline.split()),  # without line breaks, which a subject must not have
        "url": absolute_url("admin:news_message_change", entry.message_id),
    }
    return build_message(f"news/emails/{entry.kind.replace(' ', '_')}.txt", recipient[0].email, context)


def no_recipients(entry: WorkflowLogEntry) -> list:
    """Return no recipients: the rule for most steps."""
    return []


def approvers_to_notify(entry: WorkflowLogEntry) -> list:
    """Return the users who may approve the message: editors other than its authors, else such superusers."""
    editors = get_user_model().objects.with_perm(
        "news.approve_message", include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"
    )
    superusers = get_user_model().objects.filter(is_superuser=True, is_active=True)
    authors = entry.message.authors()
    return _reachable(editors, authors) or _reachable(superusers, authors)


def other_editors(entry: WorkflowLogEntry) -> list:
    """Return the editors other than the user of this step."""
    editors = get_user_model().objects.with_perm(
        "news.approve_message", include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"
    )
    return _reachable(editors, {entry.by_id})


def authors_and_editors(entry: WorkflowLogEntry) -> list:
    """Return the authors; where one person alone has approved, with a reason, the other editors too."""
    authors = authors_to_notify(entry)
    return list({user.pk: user for user in [*authors, *(other_editors(entry) if entry.reason else [])]}.values())


def authors_to_notify(entry: WorkflowLogEntry) -> list:
    """Return the authors of the message and those who submitted it, except the user of this step."""
    submitters = entry.message.log_entries.filter(kind=WorkflowLogEntry.Kind.SUBMITTED).values_list("by", flat=True)
    authors = entry.message.authors() | set(submitters)
    return _reachable(get_user_model().objects.filter(pk__in=authors - {None}, is_active=True), {entry.by_id})


def _reachable(users, excluded: set) -> list:
    """Return the staff among users, without those in `excluded` and those without an e-mail address."""
    excluded = excluded - {None}
    return list(users.filter(is_staff=True).exclude(pk__in=excluded).exclude(email="").order_by("pk").distinct())


RECIPIENTS = {
    WorkflowLogEntry.Kind.SUBMITTED: approvers_to_notify,
    WorkflowLogEntry.Kind.SENT_BACK: authors_to_notify,
    WorkflowLogEntry.Kind.APPROVED: authors_and_editors,
    # Steps that one editor takes alone: the others are told.
    WorkflowLogEntry.Kind.PUBLISHED_NOW: other_editors,
    WorkflowLogEntry.Kind.WITHDRAWN: other_editors,
    WorkflowLogEntry.Kind.RESTORED: other_editors,
}
