"""E-mails about workflow steps: recipients and texts. Committed to the outbox with the step."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.utils import timezone

from news.models import Message, Release, ReleaseLogEntry, WorkflowLogEntry
from news.visibility import may_see
from outbox.models import OutboxEmail
from outbox.registry import absolute_url, build_message, register_email


def notify(done: Iterable[Message], at) -> None:
    """Queue an e-mail to each user concerned by the latest log entry of these messages."""
    for message in done:
        entry = message.log_entries.select_related("message").first()
        for recipient in RECIPIENTS.get(entry.kind, no_recipients)(entry, at) if entry else ():
            # The other editors are told of a limited text once they may read it: when it is public.
            due = at if may_see(recipient, entry.message, at) else entry.message.due_at
            OutboxEmail.objects.enqueue("news act", object_id=entry.pk, recipient_id=recipient.pk, at=due)


@register_email("news act")
def step_email(letter: OutboxEmail):
    """Return the e-mail about a log entry; None where its recipient has left, or may no longer see the message."""
    entry = WorkflowLogEntry.objects.select_related("message__category", "by").filter(pk=letter.object_id).first()
    recipient = reachable_staff(get_user_model().objects.filter(pk=letter.recipient_id, is_active=True), set())
    if entry is None or not recipient or not may_see(recipient[0], entry.message, timezone.now()):
        return None
    context = {
        "entry": entry,
        "message": entry.message,
        "headline": " ".join(entry.message.headline.split()),  # without line breaks, which a subject must not have
        "url": absolute_url("admin:news_message_change", entry.message_id),
    }
    return build_message(f"news/emails/{entry.kind.replace(' ', '_')}.txt", recipient[0].email, context)


def notify_of_release(release: Release, at) -> None:
    """Queue an e-mail about the latest step of a release to the editors other than the user of this step."""
    entry = release.log_entries.first()
    for recipient in reachable_staff(editors(), {entry.by_id}):
        OutboxEmail.objects.enqueue("news release", object_id=entry.pk, recipient_id=recipient.pk, at=at)


@register_email("news release")
def release_email(letter: OutboxEmail):
    """Return the e-mail about a step of a release; None where its recipient has left."""
    entry = ReleaseLogEntry.objects.select_related("release", "by").filter(pk=letter.object_id).first()
    recipient = reachable_staff(get_user_model().objects.filter(pk=letter.recipient_id, is_active=True), set())
    if entry is None or not recipient:
        return None
    url = absolute_url("admin:news_release_change", entry.release_id)
    context = {"entry": entry, "release": entry.release, "url": url}
    return build_message("news/emails/release.txt", recipient[0].email, context)


def editors():
    """Return the users who may approve messages, superusers aside."""
    return get_user_model().objects.with_perm(
        "news.approve_message", include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"
    )


def no_recipients(entry: WorkflowLogEntry, at) -> list:
    """Return no recipients: the rule for most steps."""
    return []


def approvers_to_notify(entry: WorkflowLogEntry, at) -> list:
    """Return the users who are asked to approve the message."""
    return approvers_of(entry.message, at)


def approvers_of(message: Message, at) -> list:
    """Return the users who may see and approve a message: editors other than its authors, else such superusers."""
    superusers = get_user_model().objects.filter(is_superuser=True, is_active=True)
    authors = message.authors()
    allowed = [user for user in reachable_staff(editors(), authors) if may_see(user, message, at)]
    return allowed or reachable_staff(superusers, authors)


def other_editors(entry: WorkflowLogEntry, at) -> list:
    """Return the editors other than the user of this step."""
    return reachable_staff(editors(), {entry.by_id})


def authors_and_editors(entry: WorkflowLogEntry, at) -> list:
    """Return the authors; where one person alone has approved, with a reason, the other editors too."""
    users = [*authors_to_notify(entry, at), *(other_editors(entry, at) if entry.reason else [])]
    return list({user.pk: user for user in users}.values())


def authors_to_notify(entry: WorkflowLogEntry, at) -> list:
    """Return the authors of the message and those who submitted it, if they may see it, but not who took this step."""
    submitters = entry.message.log_entries.filter(kind=WorkflowLogEntry.Kind.SUBMITTED).values_list("by", flat=True)
    authors = entry.message.authors() | set(submitters)
    people = reachable_staff(get_user_model().objects.filter(pk__in=authors - {None}, is_active=True), {entry.by_id})
    return [user for user in people if may_see(user, entry.message, at)]


def reachable_staff(users, excluded: set) -> list:
    """Return the staff among users, without those in `excluded` and those without an e-mail address."""
    excluded = excluded - {None}
    return list(users.filter(is_staff=True).exclude(pk__in=excluded).exclude(email="").order_by("pk").distinct())


RECIPIENTS = {
    WorkflowLogEntry.Kind.SUBMITTED: approvers_to_notify,
    WorkflowLogEntry.Kind.SENT_BACK: authors_to_notify,
    WorkflowLogEntry.Kind.APPROVED: authors_and_editors,
    # Steps that one editor takes alone: the others are told.
    WorkflowLogEntry.Kind.PUBLISHED_NOW: other_editors,
    WorkflowLogEntry.Kind.UNFEATURED: other_editors,
    WorkflowLogEntry.Kind.WITHDRAWN: other_editors,
    WorkflowLogEntry.Kind.RESTORED: other_editors,
}
