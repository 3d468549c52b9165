"""Working copies (autosave): what a user has typed into a form of the admin and not saved.

A working copy belongs to one user and one opened form. It is not a version, makes no new edition and is not logged.
When its form is saved or the user discards it, the text is erased. The row stays *closed* until it expires, so that a
delayed request, and a browser with the same text, learn that it is settled.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from richtext.fields import RichTextField
from richtext.plaintext import plain_text

LIFETIME = timedelta(days=7)
MAX_CHARACTERS = 1_000_000  # of a form; the longest text has 200,000
MAX_COPIES = 50  # unsaved texts of a user; the oldest are deleted
MAX_TITLE = 100  # characters
MAX_CLOSED = 50  # closed copies that a form tells the browser of, the newest


class WorkingCopyQuerySet(models.QuerySet):
    """Working copies of all users."""

    def of_user(self, user, at: datetime):
        """Return the copies of a user that have not expired, closed ones too, the newest first."""
        return self.filter(user=user, changed_at__gt=at - LIFETIME).order_by("-changed_at", "-pk")

    def of_form(self, user, model: type[models.Model], object_id: int | None, at: datetime):
        """Return the copies of a user for the form of a row; without an id, for the form that adds one."""
        return self.of_user(user, at).filter(model=model._meta.label_lower, object_id=object_id)

    def unsaved(self):
        """Return the copies with a text, which is neither saved nor discarded."""
        return self.exclude(data="")

    def closed(self):
        """Return the copies whose text is saved or discarded."""
        return self.filter(data="")

    def store(self, user, form_key: str, *, at: datetime, **fields) -> bool:
        """Store what was typed into a form; return whether anything was written.

        Nothing is written where the copy has this text already, and where it was closed after this was typed: then the
        request was on its way when the form was saved.
        """
        if self.filter(user=user, form_key=form_key, data=fields["data"]).exists():
            return False
        with transaction.atomic():
            copies, defaults = self.select_for_update(), fields | {"changed_at": at}
            copy, is_new = copies.get_or_create(user=user, form_key=form_key, defaults=defaults)
            if is_new:
                self.purge(at)
                self._delete_oldest(user)
                return True
            if copy.is_closed and fields["typed_at"] <= copy.typed_at:
                return False
            self.filter(pk=copy.pk).update(**defaults)
        return True

    def close(self, user, form_key: str, *, at: datetime, typed_at: int, **fields) -> None:
        """Erase the text of a form that is saved or discarded. Without a copy, a closed one is made."""
        with transaction.atomic():
            closed = fields | {"data": "", "title": "", "typed_at": typed_at, "changed_at": at}
            copy, is_new = self.select_for_update().get_or_create(user=user, form_key=form_key, defaults=closed)
            if not is_new:
                self.filter(pk=copy.pk).update(**closed | {"typed_at": max(typed_at, copy.typed_at)})

    def _delete_oldest(self, user) -> None:
        """Delete the oldest unsaved texts of a user beyond the maximum number."""
        copies = self.filter(user=user).unsaved().order_by("-changed_at", "-pk")
        self.filter(pk__in=list(copies.values_list("pk", flat=True)[MAX_COPIES:])).delete()

    def purge(self, at: datetime) -> int:
        """Delete the copies of a week ago and earlier; return how many were deleted."""
        return self.filter(changed_at__lte=at - LIFETIME).delete()[0]


class WorkingCopy(models.Model):
    """What a user has typed into one opened form and not saved."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)  # such as news.message
    object_id = models.BigIntegerField(null=True)  # null for a row that was never saved
    form_key = models.CharField(max_length=40)  # made by the browser for each form that it opens
    version = models.CharField(max_length=20, blank=True)  # the newest one when the form was opened
    data = models.TextField(max_length=MAX_CHARACTERS, blank=True)  # JSON: name → values of the inputs; "" if closed
    title = models.CharField(max_length=MAX_TITLE, blank=True)  # the beginning of what was typed
    typed_at = models.BigIntegerField(default=0)  # milliseconds since 1970 on the browser's clock, which compares them
    changed_at = models.DateTimeField(db_index=True)

    objects = WorkingCopyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "form_key"], name="working_copies_one_for_each_form")]

    def __str__(self):
        return f"working copy {self.pk}"

    @property
    def is_closed(self) -> bool:
        return not self.data

    @property
    def inputs(self) -> dict[str, list[str]]:
        """Return the values of each input of the form, by its name."""
        return json.loads(self.data) if self.data else {}

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)


def typed_title(model: type[models.Model], inputs: dict[str, list[str]]) -> str:
    """Return the beginning of the first text that was typed; "" without any."""
    fields = map(model._meta.get_field, model.text_fields)
    texts = ((isinstance(field, RichTextField), text) for field in fields for text in inputs.get(field.name, []))
    lines = (plain_text(text) if is_html else " ".join(text.split()) for is_html, text in texts)
    return next((line[:MAX_TITLE] for line in lines if line), "")
