"""Categories: the kinds of messages."""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet, new_edition
from news.models.redirects import Redirect


class Category(PublicModel):
    """A kind of message: speeches, statements, comments."""

    name = models.CharField(_("name"), max_length=100)
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

    objects = PublicQuerySet.as_manager()

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
            if before and before.slug != self.slug:
                Redirect.lead(before.get_absolute_url(), category=self)
                Redirect.objects.filter(path=self.get_absolute_url()).delete()

    save.alters_data = True
