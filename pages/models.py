"""Pages of the office: about, the ambassador, visas, privacy, accessibility."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pages.paths import tidy_path, validate_path
from richtext.fields import RichTextField
from richtext.models import Illustrated, IllustratedQuerySet
from richtext.plaintext import LineField


class PageQuerySet(IllustratedQuerySet):
    def shown(self):
        """Return the pages that the public can read."""
        return self.filter(shown=True)

    def menu(self):
        """Return the pages that stand in the menu."""
        return self.shown().filter(place=Page.Place.MENU)

    def foot(self):
        """Return the pages that stand in the foot."""
        return self.shown().filter(place=Page.Place.FOOT)

    def below(self, page):
        """Return the pages whose path goes on from that of `page`: visas/children below visas."""
        return self.filter(path__startswith=f"{page.path}/")


class Page(Illustrated):
    """A text that stands until it is changed: about the embassy, how to get a visa, what becomes of your data."""

    class Place(models.TextChoices):
        MENU = "menu", _("in the menu")
        FOOT = "foot", _("in the foot")
        NOWHERE = "nowhere", _("nowhere: found by links only")

    title = LineField(_("title"), max_length=200)
    path = LineField(
        _("path"),
        max_length=200,
        unique=True,
        validators=[validate_path],
        help_text=_("Its address on the site, without the slashes around it: about, or visas/children."),
        error_messages={"unique": _("Another page has this path. Choose another, or change that page.")},
    )
    body = RichTextField(_("text"), blank=True)
    description = LineField(
        _("description"),
        max_length=300,
        blank=True,
        help_text=_("A sentence or two that search engines show below the title."),
    )
    place = models.CharField(_("place"), max_length=10, choices=Place.choices, default=Place.NOWHERE)
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Among the pages of the same place; low numbers come first.")
    )
    shown = models.BooleanField(_("shown"), default=True, help_text=_("The public can read it."))

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["order", "title", "pk"]

    def __str__(self):
        return self.title

    def clean_fields(self, exclude=None):
        self.path = tidy_path(self.path)
        super().clean_fields(exclude=exclude)

    def get_absolute_url(self):
        return reverse("pages:page", args=[self.path])
