"""Visibility of drafts on the press desk: a draft may be limited to named people, until it is public.

The rule is in one queryset method and one function. Every place that shows messages to staff asks one of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from news.models import Message

BACKEND = "django.contrib.auth.backends.ModelBackend"
OPENING_PERMISSIONS = ("news.view_message", "news.change_message")  # either of them opens messages


def not_public(at: datetime, prefix: str = "") -> Q:
    """Return the condition that a message has not been public by `at`, and that a revision is not in force."""
    is_unapproved = Q(**{f"{prefix}approved_at__isnull": True, f"{prefix}applied_at__isnull": True})
    return is_unapproved | Q(**{f"{prefix}approved_at__isnull": False, f"{prefix}publish_at__gt": at})


class VisibilityQuerySet(models.QuerySet):
    """Messages by who may see them on the desk."""

    def limited(self, at: datetime):
        """Return the messages that only the people named in `limited_to` and superusers may see at `at`."""
        return self.filter(pk__in=self._limits(at).values("message_id"))

    def open_to_all(self, at: datetime):
        """Return the messages that are not limited at `at`."""
        return self.exclude(pk__in=self._limits(at).values("message_id"))

    def visible_to(self, user, at: datetime):
        """Return the messages that `user` may see at `at`, as far as limits are concerned; permissions come first.

        A subquery, because a join with the people named would repeat rows. It reads the limited drafts, which are few.
        """
        if user.is_active and user.is_superuser:
            return self.all()
        others = self._limits(at).exclude(message_id__in=self._rows().filter(user=user.pk).values("message_id"))
        return self.exclude(pk__in=others.values("message_id"))

    def with_limits(self):
        """Annotate as `has_limit` whether people are named, for lists."""
        return self.annotate(has_limit=Exists(self._rows().filter(message_id=OuterRef("pk"))))

    def _rows(self):
        return self.model.limited_to.through.objects.using(self.db)

    def _limits(self, at):
        return self._rows().filter(not_public(at, "message__"))


def can_be_limited(message: Message, at: datetime) -> bool:
    """Return whether a message has not been public by `at`, nor a revision in force; then everybody may read it."""
    return not message.was_public(at) and not message.applied_at


def may_see(user, message: Message, at: datetime) -> bool:
    """Return whether the limits of a message let `user` see it at `at`, as stored now."""
    if (user.is_active and user.is_superuser) or not can_be_limited(message, at):
        return True
    named = set(message.limited_to.values_list("pk", flat=True))
    return not named or user.pk in named


def people_who_open_messages():
    """Return the active members of staff who can open messages, the candidates for `limited_to`."""
    users = get_user_model().objects
    may_open = Q()
    for permission in OPENING_PERMISSIONS:
        may_open |= Q(pk__in=users.with_perm(permission, include_superusers=True, backend=BACKEND).values("pk"))
    return users.filter(may_open, is_active=True, is_staff=True).order_by("first_name", "last_name", "username")


def has_approver(message: Message, authors: set[int]) -> bool:
    """Return whether one of the people named may approve the message: an editor who has not worked on it."""
    editors = get_user_model().objects.with_perm("news.approve_message", include_superusers=True, backend=BACKEND)
    named = message.limited_to.filter(is_active=True, is_staff=True).exclude(pk__in=authors)
    return named.filter(pk__in=editors.values("pk")).exists()
