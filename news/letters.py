"""Letters of acts: who hears by mail of an act, and what they read. They wait in the outbox, committed with the act."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model

from letters.kinds import address, compose, kind
from letters.models import Letter
from news.models import Act, Message


def tell(done: Iterable[Message], at) -> None:
    """Put a letter into the outbox for each of those whom the latest act on each of these messages concerns."""
    for message in done:
        act = message.acts.select_related("message").first()
        for reader in READERS.get(act.kind, nobody)(act) if act else ():
            Letter.objects.enqueue("news act", object_id=act.pk, recipient_id=reader.pk, at=at)


@kind("news act")
def of_act(letter: Letter):
    """Word what an act calls for: something to approve, or an answer to the writer. None for who has left meanwhile."""
    act = Act.objects.select_related("message__category", "by").filter(pk=letter.object_id).first()
    reader = _others(get_user_model().objects.filter(pk=letter.recipient_id, is_active=True), set())
    if act is None or not reader:
        return None
    context = {
        "act": act,
        "to": reader[0],
        "message": act.message,
        "headline": " ".join(act.message.headline.split()),  # an imported one may have several lines, a subject has one
        "desk": address("admin:news_message_change", act.message_id),
    }
    return compose(f"news/letters/{act.kind.replace(' ', '_')}.txt", reader[0].email, context)


def nobody(act: Act) -> list:
    """Return nobody: most acts call for no letter."""
    return []


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
