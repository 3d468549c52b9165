"""Remarks on messages: which remarks belong to a message, how many are open, who is e-mailed.

The remarks on a message and on its changes belong to one text. Each stays with the row on which it was written, so
that a remark on a limited change is hidden together with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from news.emails import approvers_of, reachable_staff
from news.models import Message, WorkflowLogEntry
from news.visibility import may_see
from outbox.models import OutboxEmail
from outbox.registry import absolute_url, build_message, register_email
from remarks.models import Remark


def root_pk(message: Message) -> int:
    """Return the id of the message that `message` is or changes."""
    return message.revision_of_id or message.pk


def rows_of_texts(roots: Iterable[int], user, at: datetime):
    """Return these messages and their changes as far as `user` may see them, without discarded changes."""
    roots = list(roots)
    rows = Message.objects.filter(Q(pk__in=roots) | Q(revision_of__in=roots), discarded_at__isnull=True)
    return rows.visible_to(user, at).order_by()


def list_remarks(message: Message, user, at: datetime):
    """Return the remarks on a message and its changes that `user` sees, the oldest first.

    Those on a discarded change are on the page of this change alone.
    """
    rows = rows_of_texts([root_pk(message)], user, at).values("pk")
    remarks = Remark.objects.filter(Q(message__in=rows) | Q(message=message.pk))
    return remarks.select_related("message", "author", "resolved_by")


def count_open_remarks(messages: Iterable[Message], user, at: datetime) -> None:
    """Set `open_remarks` on each message or change: how many remarks on its text are open. One query."""
    messages = list(messages)
    if not messages:
        return
    remarks = Remark.objects.open().filter(message__in=rows_of_texts(map(root_pk, messages), user, at).values("pk"))
    counts = remarks.order_by().values_list(Coalesce("message__revision_of", "message")).annotate(Count("pk"))
    by_root = dict(counts)
    for message in messages:
        message.open_remarks = by_root.get(root_pk(message), 0)


# E-mails


def notify(remark: Remark, at: datetime) -> None:
    """Queue an e-mail about a new remark to each person concerned."""
    for recipient in people_concerned(remark, at):
        OutboxEmail.objects.enqueue("news remark", object_id=remark.pk, recipient_id=recipient.pk, at=at)


def people_concerned(remark: Remark, at: datetime) -> list:
    """Return who is e-mailed about a remark, if they may see its message, but never its author.

    They are the authors of the message, those who submitted it or are asked to approve it, and those who took part in
    the thread.
    """
    message = remark.message
    steps = message.log_entries.filter(kind=WorkflowLogEntry.Kind.SUBMITTED)
    thread_pk = remark.parent_id or remark.pk
    thread = Remark.objects.filter(Q(pk=thread_pk) | Q(parent=thread_pk))
    people = message.authors() | set(steps.values_list("by", flat=True)) | set(thread.values_list("author", flat=True))
    if message.state(at) == Message.State.SUBMITTED:
        people |= {user.pk for user in approvers_of(message, at)}
    users = get_user_model().objects.filter(pk__in=people - {None}, is_active=True)
    return [user for user in reachable_staff(users, {remark.author_id}) if may_see(user, message, at)]


@register_email("news remark")
def remark_email(letter: OutboxEmail):
    """Return the e-mail about a remark; None if it is deleted, or its recipient has left or may not see the message."""
    remark = Remark.objects.select_related("message", "author").filter(pk=letter.object_id).first()
    recipient = reachable_staff(get_user_model().objects.filter(pk=letter.recipient_id, is_active=True), set())
    if remark is None or not recipient or not may_see(recipient[0], remark.message, timezone.now()):
        return None
    context = {
        "remark": remark,
        "headline": " ".join(remark.message.headline.split()),  # without line breaks, which a subject must not have
        "url": f"{absolute_url('admin:news_message_change', remark.message_id)}#card-remarks",
    }
    return build_message("news/emails/remark.txt", recipient[0].email, context)
