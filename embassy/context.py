"""Context processor of the public pages: menus, clocks, date, consular office, notices."""

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
    """Give every template `site`, computed on first use, and the time `at`."""
    at = getattr(request, "at", None) or timezone.now()
    return {"at": at, "site": SimpleLazyObject(lambda: furniture(request, at))}


def furniture(request, at):
    """Return the site's context; its rows are fetched once per edition.

    While the database is unavailable, error pages show the last known rows, or none.
    """
    edition = getattr(request, "edition", None)  # None before our middleware
    try:
        rows = links([], []) if edition is None else edition.remember("furniture", lambda: fetch(at))
        if edition is not None and edition is editions.latest():
            Reception.of(edition)  # so that this process has the contact data if the database fails
    except (DatabaseError, InterfaceError):
        if not getattr(request, "has_failed", False):
            raise  # a page without its menu must not be cached
        rows = editions.recall("furniture") or links([], [])
    is_copy = getattr(request, "is_mirrored", False)  # a static copy must not contain the current time
    return {
        "name": settings.EMBASSY_NAME,
        "url": settings.SITE_URL,
        "host_zone": settings.TIME_ZONE,
        "is_copy": is_copy,
        "shows_minute": request.path == reverse("home") and not is_copy,
        "today": timezone.localdate(at),
        "clocks": [
            {"city": city, "zone": zone.key, "time": at.astimezone(zone).strftime("%H:%M")}
            for city, zone in settings.CLOCKS
        ],
        **rows,
    }


def fetch(at):
    """Return what the menus and the top bar show at the time `at`."""
    return {
        **links(list(Category.objects.all()), list(Page.objects.shown().defer("body"))),
        "office": Office.objects.for_header(),
        "json_ld": linked.data({"@context": "https://schema.org", "@graph": [linked.organization(), linked.website()]}),
        "notices": list(Notice.objects.current(at)),
    }


class Link(NamedTuple):
    """An entry of a menu."""

    title: str
    url: str


def links(categories, pages):
    """Return the menus, feeds and other links of every page."""
    in_menu, in_footer = (
        [Link(page.title, page.get_absolute_url()) for page in pages if page.place == place]
        for place in (Page.Place.MENU, Page.Place.FOOTER)
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
        "footer": [
            Link(_("Contact and opening hours"), contact),
            *in_footer,
            Link(_("Atom feed"), reverse("feed")),
            Link(_("JSON feed"), reverse("feed_json")),
            Link(_("API"), reverse("api:index")),
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
