"""What stands on every page: date, clocks, menu, the consul's phone, a notice."""

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from consular.models import Notice, Office
from news.models import Category
from pages.models import Page


def site(request):
    """Give every template `site`, reckoned when first used, and the moment `at`."""
    at = getattr(request, "at", None) or timezone.now()
    return {"at": at, "site": SimpleLazyObject(lambda: furniture(request, at))}


def furniture(request, at):
    """Return what every page shows; rows are fetched once for an edition, and none while the database is away."""
    try:
        rows = request.edition.remember("furniture", lambda: fetch(at))
    except (AttributeError, DatabaseError):
        rows = {}
    return {
        "name": settings.EMBASSY_NAME,
        "url": settings.SITE_URL,
        "host_zone": settings.TIME_ZONE,
        "today": timezone.localdate(at),
        "clocks": [
            {"city": city, "zone": zone.key, "time": at.astimezone(zone).strftime("%H:%M")}
            for city, zone in settings.CLOCKS
        ],
        **rows,
    }


def fetch(at):
    """Return the rows of the menu, the foot and the strip at the moment `at`."""
    pages = list(Page.objects.shown())
    return {
        "categories": list(Category.objects.all()),
        "menu_pages": [page for page in pages if page.place == Page.Place.MENU],
        "foot_pages": [page for page in pages if page.place == Page.Place.FOOT],
        "office": Office.objects.for_header(),
        "notices": list(Notice.objects.current(at)),
    }
