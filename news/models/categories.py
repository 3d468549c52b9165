"""Categories: the kinds of messages."""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet, new_edition
from news.models.redirects import Redirect
from richtext.plaintext import LineField


class CategoryQuerySet(PublicQuerySet):
    """Categories. However an address is changed, the old one leads on (`bulk_update` comes by `update` as well)."""

    def update(self, **kwargs):
        if "slug" not in kwargs:
            return super().update(**kwargs)
        with new_edition(self._db):
            before = list(self)
            count = super().update(**kwargs)
            for row in before:
                self.model.objects.using(self.db).get(pk=row.pk).leave(row.get_absolute_url())
            return count

    update.alters_data = True


class Category(PublicModel):
    """A kind of message: speeches, statements, comments."""

    name = LineField(_("name"), max_length=100)
    slug = models.SlugField(
        _("address"),
        unique=True,
        validators=[
            RegexValidator(
                r"^(?!\d+$)(?!feed$)",
                _("A category's address is no number and not “feed”: these stand for years and feeds. Add a word."),
            )
        ],
        help_text=_("The word in the category's address, /messages/…/. The old address leads on to the new one."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Its place in the menu, 0 first."))

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("category", args=[self.slug])

    def save(self, *args, **kwargs):
        with new_edition(kwargs.get("using")):
            before = Category.objects.filter(pk=self.pk).first() if self.pk else None
            super().save(*args, **kwargs)
            if before:
                self.leave(before.get_absolute_url())

    save.alters_data = True

    def leave(self, address: str) -> None:
        """Lead on from the address at which it was, where that is another now."""
        if address != self.get_absolute_url():
            Redirect.lead(address, category=self)
            Redirect.objects.filter(path=self.get_absolute_url()).delete()

    leave.alters_data = True
