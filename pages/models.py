"""Pages of the office: about, the ambassador, visas, privacy, accessibility."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from news.models.redirects import Movable, MovableQuerySet
from pages.paths import tidy_path, validate_path
from richtext.fields import RichTextField
from richtext.models import Illustrated, IllustratedQuerySet

LONGEST_PATH = 200  # characters


class PageQuerySet(MovableQuerySet, IllustratedQuerySet):
    address_field = "path"
    deciding = frozenset({"shown"})

    def seen(self):
        return self.shown()

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


class Page(Movable, Illustrated):
    """A text that stands until it is changed: about the embassy, how to get a visa, what becomes of your data."""

    class Place(models.TextChoices):
        MENU = "menu", _("in the menu")
        FOOT = "foot", _("in the foot")
        NOWHERE = "nowhere", _("nowhere: found by links only")

    title = models.CharField(_("title"), max_length=200)
    path = models.CharField(
        _("path"),
        max_length=LONGEST_PATH,
        unique=True,
        validators=[validate_path],
        help_text=_("Its address on the site, without the slashes around it: about, or visas/children."),
        error_messages={"unique": _("Another page has this path. Choose another, or change that page.")},
    )
    body = RichTextField(_("text"), blank=True)
    description = models.CharField(
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

    redirect_name = "page"
    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["order", "title", "pk"]

    def __str__(self):
        return self.title

    def is_seen(self):
        return self.shown

    def clean_fields(self, exclude=None):
        self.path = tidy_path(self.path)
        super().clean_fields(exclude=exclude)

    def get_absolute_url(self):
        return reverse("pages:page", args=[self.path])

    def leave_address(self, before):
        """Lead on from the former path, and move the pages below it along: each of them leads on as well."""
        super().leave_address(before)
        if before and before.path != self.path:
            for child in Page.objects.below(before).order_by("path"):
                path = self.path + child.path.removeprefix(before.path)
                if len(path) <= LONGEST_PATH and not Page.objects.filter(path=path).exists():
                    Page.objects.filter(pk=child.pk).update(path=path)

    leave_address.alters_data = True
