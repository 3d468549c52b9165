"""Categories of messages."""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.text_fields import LineField
from redirects.models import RedirectingModel, RedirectingQuerySet
from versions.models import VersionedModel, version_records
from versions.querysets import VersionedQuerySet


class CategoryQuerySet(RedirectingQuerySet, VersionedQuerySet):
    """Categories."""


class Category(RedirectingModel, VersionedModel):
    """A category of messages, for example speeches or statements."""

    name = LineField(_("name"), max_length=100)
    slug = models.SlugField(
        _("address"),
        unique=True,
        validators=[
            RegexValidator(
                r"^(?!\d+$)(?!feed$)",
                _("Numbers and “feed” are reserved for years and feeds. Add a word."),
            )
        ],
        help_text=_("Part of the category's web address, /messages/…/. The old address will redirect."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Position in the menu, lowest first."))

    text_fields = ("name",)
    unrestored_fields = frozenset({"slug", "order"})  # where it appears
    redirect_target = "category"
    objects = CategoryQuerySet.as_manager()
    history = version_records()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("category", args=[self.slug])
