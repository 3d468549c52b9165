"""Pages of the office: about, the ambassador, visas, privacy, accessibility."""

from calendar import monthrange
from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from news.models.redirects import Movable, MovableQuerySet
from pages.paths import tidy_path, validate_path
from richtext.fields import RichTextField
from richtext.models import Illustrated, IllustratedQuerySet
from richtext.plaintext import LineField

LONGEST_PATH = 200  # characters
STATEMENT = "accessibility"  # the path of the statement of accessibility that Directive (EU) 2016/2102 demands


class PageQuerySet(MovableQuerySet, IllustratedQuerySet):
    path_field = "path"
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

    def due_for_review(self, today: date):
        """Return the pages that nobody has reviewed for a year, and a statement of accessibility without any date."""
        a_year_ago = date(today.year - 1, today.month, min(today.day, monthrange(today.year - 1, today.month)[1]))
        without_date = Q(reviewed_on__isnull=True, path=STATEMENT)
        return self.shown().filter(without_date | Q(reviewed_on__lt=a_year_ago)).order_by("reviewed_on", "pk")

    def below(self, page):
        """Return the pages whose path goes on from that of `page`: visas/children below visas."""
        return self.filter(path__startswith=f"{page.path}/")


class Page(Movable, Illustrated):
    """A text that stands until it is changed: about the embassy, how to get a visa, what becomes of your data."""

    class Place(models.TextChoices):
        MENU = "menu", _("in the menu")
        FOOT = "foot", _("in the foot")
        NOWHERE = "nowhere", _("nowhere: found by links only")

    title = LineField(_("title"), max_length=200)
    path = LineField(
        _("path"),
        max_length=LONGEST_PATH,
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

    reviewed_on = models.DateField(
        _("last reviewed on"),
        null=True,
        blank=True,
        help_text=_(
            "The day on which somebody last read the whole page and found it right. It stands at the foot of the page, "
            "and the front page of the desk reminds you a year later. A statement of accessibility must have one."
        ),
    )

    redirect_target = "page"
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

    def redirect_from(self, before):
        """Lead on from the former path, and move the pages below it along: each of them leads on as well."""
        super().redirect_from(before)
        if before and before.path != self.path:
            for child in Page.objects.below(before).order_by("path"):
                path = self.path + child.path.removeprefix(before.path)
                if len(path) <= LONGEST_PATH and not Page.objects.filter(path=path).exists():
                    Page.objects.filter(pk=child.pk).update(path=path)

    redirect_from.alters_data = True
