"""What stands on every page: date, clocks, menu, the consul's phone, a notice."""

from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from consular.models import Notice, Office
from consular.reception import Reception
from editions import edition as editions
from news import linked
from news.models import Category
from pages.models import Page


def site(request):
    """Give every template `site`, reckoned when first used, and the moment `at`."""
    at = getattr(request, "at", None) or timezone.now()
    return {"at": at, "site": SimpleLazyObject(lambda: furniture(request, at))}


def furniture(request, at):
    """Return what every page shows; rows are fetched once for an edition.

    While the database is away, a page that must come shows those that were known last, or none.
    """
    edition = getattr(request, "edition", None)  # None ahead of our middleware
    try:
        rows = links([], []) if edition is None else edition.get_or_compute("furniture", lambda: fetch(at))
        if edition is not None and edition is editions.latest():
            Reception.of(edition)  # so that this process knows it, should the database go away
    except (DatabaseError, InterfaceError):
        if not getattr(request, "has_failed", False):
            raise  # a page without its menu must not be printed
        rows = editions.recall("furniture") or links([], [])
    return {
        "name": settings.EMBASSY_NAME,
        "url": settings.SITE_URL,
        "host_zone": settings.TIME_ZONE,
        "is_copy": (is_copy := getattr(request, "is_mirrored", False)),  # static: nothing in it is of this moment
        "shows_minute": request.path == reverse("home") and not is_copy,
        "today": timezone.localdate(at),
        "clocks": [
            {"city": city, "zone": zone.key, "time": at.astimezone(zone).strftime("%H:%M")}
            for city, zone in settings.CLOCKS
        ],
        **rows,
    }


def fetch(at):
    """Return what the menu, the foot and the strip show at the moment `at`."""
    return {
        **links(list(Category.objects.all()), list(Page.objects.shown().defer("body"))),
        "office": Office.objects.for_header(),
        "linked": linked.data({"@context": "https://schema.org", "@graph": [linked.organization(), linked.website()]}),
        "notices": list(Notice.objects.current(at)),
    }


class Link(NamedTuple):
    """An entry of a menu."""

    title: str
    url: str


def links(categories, pages):
    """Return what leads on from every page; once, as making addresses of rows takes longer than showing them."""
    in_menu, in_foot = (
        [Link(page.title, page.get_absolute_url()) for page in pages if page.place == place]
        for place in (Page.Place.MENU, Page.Place.FOOT)
    )
    contact = reverse("consular:contact")
    return {
        "home_url": reverse("home"),
        "menu": [
            Link(_("All messages"), reverse("messages")),
            *(Link(item.name, item.get_absolute_url()) for item in categories),
            Link(_("Counters"), reverse("counters:index")),
            *in_menu,
            Link(_("Contact"), contact),
            Link(_("Search"), reverse("search")),
        ],
        "foot": [
            Link(_("Contact and hours"), contact),
            *in_foot,
            Link(_("Atom feed"), reverse("feed")),
            Link(_("JSON feed"), reverse("feed_json")),
            Link(_("Data for programs"), reverse("api:index")),
        ],
        "privacy_url": next((page.get_absolute_url() for page in pages if page.path == "privacy"), ""),
        "feeds": [
            Link(settings.EMBASSY_NAME, reverse("feed")),
            *(
                Link(f"{settings.EMBASSY_NAME}: {item.name}", reverse("category_feed", args=[item.slug]))
                for item in categories
            ),
        ],
    }
