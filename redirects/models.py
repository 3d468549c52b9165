"""Redirects: the former paths of messages, categories, pages, counters and topics."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet, new_edition
from redirects.old_urls import MAX_KEY_LENGTH as LONGEST_KEY
from redirects.old_urls import canonical_key

MAX_PATH_LENGTH = 500  # characters
TARGETS = ("message", "category", "page", "counter", "topic")


class CanonicalPathField(models.CharField):
    """A column computed from the path on each save."""

    def pre_save(self, model_instance, add):
        value = canonical_key(model_instance.path)
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def has_target(target: str) -> Q:
    """Return the condition that a redirect has a target of this kind only."""
    return Q(**{f"{name}__isnull": name != target for name in TARGETS})


class RedirectQuerySet(PublicQuerySet):
    def seen(self):
        return self.filter(~Q(message__isnull=False, message__approved_at__isnull=True))


class Redirect(PublicModel):
    """A former path of a message, a category, a page, a counter or a topic."""

    path = models.CharField(_("former path"), max_length=MAX_PATH_LENGTH, unique=True)
    key = CanonicalPathField(_("canonical form"), max_length=LONGEST_KEY, default="", editable=False, db_index=True)
    message = models.ForeignKey("news.Message", models.CASCADE, null=True, related_name="redirects")
    category = models.ForeignKey("news.Category", models.CASCADE, null=True, related_name="redirects")
    page = models.ForeignKey("pages.Page", models.CASCADE, null=True, related_name="redirects")
    counter = models.ForeignKey("counters.Counter", models.CASCADE, null=True, related_name="redirects")
    topic = models.ForeignKey("consular.Topic", models.CASCADE, null=True, related_name="redirects")

    objects = RedirectQuerySet.as_manager()

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        constraints = [
            models.CheckConstraint(
                condition=reduce(or_, map(has_target, TARGETS)),
                name="redirects_redirect_leads_somewhere",
            )
        ]

    def __str__(self):
        return self.path

    def is_seen(self):
        return self.message is None or self.message.is_seen()

    @property
    def target(self):
        """Return the row that it redirects to."""
        return next(row for name in TARGETS if (row := getattr(self, name)))

    def target_url(self, at: datetime) -> str | None:
        """Return the URL that it redirects to at `at`; None where the target is not public."""
        target = self.target
        if self.message_id:
            is_public = target.was_public(at)
        else:
            is_public = getattr(target, "shown", True)
        return target.get_absolute_url() if is_public else None

    @classmethod
    def add(cls, path: str, **target) -> None:
        """Redirect `path` to a row from now on: `message=…`, `category=…`, `page=…`, `counter=…` or
        `topic=…`."""
        cls.objects.update_or_create(path=path, defaults=dict.fromkeys(TARGETS) | target)


def find_former_owner(path: str, *, but=None):
    """Return the row other than `but` that `path` redirects to; None where it does not redirect.

    A path that is used again no longer redirects: the admin warns the user.
    """
    row = Redirect.objects.filter(path=path).select_related(*TARGETS).first()
    return row.target if row and row.target != but else None


class RedirectingQuerySet(PublicQuerySet):
    """Rows with public URLs. Bulk changes of a URL leave redirects as well (`bulk_update` calls `update`)."""

    path_field = "slug"

    def update(self, **kwargs):
        if self.path_field not in kwargs:
            return super().update(**kwargs)
        with new_edition(self._db):
            before = list(self)
            count = super().update(**kwargs)
            for row in before:
                self.model.objects.using(self.db).get(pk=row.pk).redirect_from(row)
            return count

    update.alters_data = True


class RedirectingModel(PublicModel):
    """A row with a public URL, with redirects from all its former URLs."""

    redirect_target = ""  # the name of the foreign key in `Redirect`

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with new_edition(kwargs.get("using")):
            before = type(self).objects.filter(pk=self.pk).first() if self.pk else None
            super().save(*args, stored=before, **kwargs)
            self.redirect_from(before)

    save.alters_data = True

    def redirect_from(self, before) -> None:
        """Add a redirect from the URL of `before`, the row as it was, and delete one from the current URL."""
        url = self.get_absolute_url()
        if before and before.get_absolute_url() == url:
            return
        if before and getattr(before, "shown", True):
            Redirect.add(before.get_absolute_url(), **{self.redirect_target: self})
        Redirect.objects.filter(path=url).delete()

    redirect_from.alters_data = True
