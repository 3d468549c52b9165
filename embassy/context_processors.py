"""Context processor of the public pages: menus, clocks, date, consular office, notices."""

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from consular.contact_data import ContactData
from consular.models import Notice, Office
from core.utc_offsets import printed_offsets
from editions import edition as editions
from embassy.emblem import emblem_content_type, emblem_name
from embassy.menu import MenuLink, build_menu, mark_current
from news.models import Category
from news.syndication import structured_data
from pages.models import Page


def site_processor(request):
    """Give every template `site`, computed on first use, and the time `at`."""
    at = getattr(request, "at", None) or timezone.now()
    return {"at": at, "site": SimpleLazyObject(lambda: site_context(request, at))}


def site_context(request, at):
    """Return the site's context; its rows are fetched once per edition.

    While the database is unavailable, error pages show the last known rows, or none.
    """
    edition = getattr(request, "edition", None)  # None before our middleware
    try:
        rows = build_links([], []) if edition is None else edition.get_or_compute("furniture", lambda: fetch_rows(at))
        if edition is not None and edition is editions.latest():
            ContactData.of(edition)  # so that this process has the contact data if the database fails
    except (DatabaseError, InterfaceError):
        if not getattr(request, "has_failed", False):
            raise  # a page without its menu must not be cached
        rows = editions.last_known("furniture") or build_links([], [])
    is_copy = getattr(request, "is_mirrored", False)  # a static copy must not contain the current time
    return {
        "name": settings.EMBASSY_NAME,
        "short_name": settings.EMBASSY_SHORT_NAME,
        "url": settings.SITE_URL,
        "emblem": emblem_name(),
        "emblem_type": emblem_content_type(),
        "host_zone": settings.TIME_ZONE,
        "host_offsets": printed_offsets(timezone.get_default_timezone(), at),
        "is_copy": is_copy,
        "shows_minute": request.path == reverse("home") and not is_copy,
        "today": timezone.localdate(at),
        "clocks": [
            {
                "city": city,
                "zone": zone.key,
                "time": at.astimezone(zone).strftime("%H:%M"),
                "offsets": printed_offsets(zone, at),
            }
            for city, zone in settings.CLOCKS
        ],
        **rows,
        "menu": mark_current(rows["menu"], request.path),
    }


def fetch_rows(at):
    """Return the content of the menus and the top bar at the time `at`."""
    return {
        **build_links(list(Category.objects.all()), list(Page.objects.shown().defer("body"))),
        "office": Office.objects.for_header(),
        "press_office": Office.objects.press().first(),
        "json_ld": structured_data.to_json_ld(
            {
                "@context": "https://schema.org",
                "@graph": [structured_data.organization_data(), structured_data.website_data()],
            }
        ),
        "notices": list(Notice.objects.current(at)),
    }


def build_links(categories, pages):
    """Return the menus, feeds and other links of every page."""
    in_footer = [page for page in pages if page.place == Page.Place.FOOTER]
    contact = reverse("consular:contact")
    return {
        "home_url": reverse("home"),
        "menu": build_menu(categories, [page for page in pages if page.place == Page.Place.MENU]),
        "footer": [
            MenuLink(_("Contact and opening hours"), contact),
            *(MenuLink(page.title, page.get_absolute_url()) for page in in_footer),
            MenuLink(_("Contents"), reverse("contents")),
            MenuLink(_("Atom feed"), reverse("feed")),
            MenuLink(_("JSON feed"), reverse("feed_json")),
            MenuLink(_("API"), reverse("api:index")),
        ],
        "pages": [MenuLink(page.title, page.get_absolute_url()) for page in pages],
        "privacy_url": next((page.get_absolute_url() for page in pages if page.path == "privacy"), ""),
        "feeds": [
            MenuLink(settings.EMBASSY_NAME, reverse("feed")),
            *(
                MenuLink(f"{settings.EMBASSY_NAME}: {item.name}", reverse("category_feed", args=[item.slug]))
                for item in categories
            ),
        ],
    }
