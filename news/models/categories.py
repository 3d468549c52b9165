"""Categories: the kinds of messages."""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from news.models.redirects import Movable, MovableQuerySet
from richtext.plaintext import LineField


class CategoryQuerySet(MovableQuerySet):
    """Categories."""


class Category(Movable):
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

    redirect_target = "category"
    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("category", args=[self.slug])
