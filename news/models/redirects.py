"""Redirects: what was public at an address leads on for ever."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet

LONGEST_PATH = 500  # characters


class Redirect(PublicModel):
    """A former address of a message or of a category: it leads to wherever that is now."""

    path = models.CharField(_("former address"), max_length=LONGEST_PATH, unique=True)
    message = models.ForeignKey("news.Message", models.CASCADE, null=True, related_name="redirects")
    category = models.ForeignKey("news.Category", models.CASCADE, null=True, related_name="redirects")

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        constraints = [
            models.CheckConstraint(
                condition=Q(message__isnull=False, category__isnull=True)
                | Q(message__isnull=True, category__isnull=False),
                name="news_redirect_leads_somewhere",
            )
        ]

    def __str__(self):
        return self.path

    @classmethod
    def lead(cls, path: str, *, message=None, category=None) -> None:
        """Lead from `path` to a message or a category, from now on."""
        cls.objects.update_or_create(path=path, defaults={"message": message, "category": category})
