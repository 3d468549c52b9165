"""Home page and error pages."""

import logging
import sys

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import render_to_string

from consular.contact_data import ContactData
from core.db_errors import DATABASE_UNAVAILABLE
from counters.models import Counter
from editions import edition as editions
from editions import replicas
from editions.decorators import per_edition
from embassy import admin_errors
from embassy.context_processors import site_processor
from embassy.not_found import address_words, suggest_links
from news.models import Category, Message
from pages.hierarchy import build_tree
from pages.models import Page
from redirects.middleware import find_redirect as find_former
from redirects.middleware import original_query
from richtext.serving import StorageUnavailable

log = logging.getLogger(__name__)

LATEST_COUNT = 10
COUNTERS_COUNT = 4

# Home page


# An older site's messages may have been at /?p=123 (WordPress) or /?id=123: such URLs redirect.
LEGACY_PARAMETERS = ("p", "page_id", "attachment_id", "id")


@per_edition(varies_by_minute=True, params=LEGACY_PARAMETERS, uncached_params=LEGACY_PARAMETERS)
def home(request):
    """The home page: the first counters, the featured message in full, and the ten latest others."""
    if request.GET and (match := find_former("/", original_query(request), request.at)) and match[1]:
        return HttpResponsePermanentRedirect(match[0])
    counters = Counter.objects.of_edition(request.edition, request.at)
    featured = Message.objects.featured(request.at)
    latest = Message.objects.published(request.at).for_list().select_related(None)[: LATEST_COUNT + 1]
    return render(
        request,
        "home.html",
        {
            "counters": counters[:COUNTERS_COUNT],
            "counters_total": len(counters),
            "featured": featured,
            "latest": [message for message in latest if message != featured][:LATEST_COUNT],
        },
    )


@per_edition
def contents(request):
    """The contents of the site: categories, all pages, counters, contact and its topics, feeds."""
    return render(
        request,
        "contents.html",
        {
            "categories": Category.objects.all(),
            "pages": build_tree(Page.objects.shown().only("title", "path")),
            "counters": Counter.objects.of_edition(request.edition, request.at),
            "topics": ContactData.of(request.edition).topics,
        },
    )


# Error pages


def bad_request(request, exception=None):
    if admin_errors.is_admin_request(request):
        return admin_errors.admin_bad_request(request)
    return render(request, "400.html", status=400)


def forbidden(request, exception=None):
    if admin_errors.is_admin_request(request):
        return admin_errors.admin_permission_denied(request)
    return render(request, "403.html", status=403)


def not_found(request, exception=None):
    """The same response for a URL that does not exist and for one that is not public."""
    if admin_errors.is_admin_request(request):
        return admin_errors.admin_not_found(request)
    context = site_processor(request)
    site, at, path = context["site"], context["at"], request.path_info
    suggested = replicas.read_for_request(request, lambda: suggest_links(path, site["pages"], at))
    context |= {"words": address_words(path), "suggested": suggested}
    return render(request, "404.html", context, status=404)


def server_error(request):
    """Return 503 if the database or the file storage is unavailable, otherwise 500."""
    request.has_failed = True  # the context processor then tolerates a missing database
    away = isinstance(sys.exc_info()[1], (*DATABASE_UNAVAILABLE, StorageUnavailable))
    status = 503 if away else 500
    try:
        if admin_errors.is_admin_request(request):
            response = admin_errors.admin_server_error(request, away)
        else:
            response = render(request, "500.html", {"away": away}, status=status)
    except Exception:  # the cause may affect the layout as well
        log.exception("The error page failed as well; sending it without a layout.")
        office = (editions.last_known("furniture") or {}).get("office")
        bare = render_to_string("500_bare.html", {"away": away, "request": request, "office": office})
        response = HttpResponse(bare, status=status)
    if away:
        response["Retry-After"] = "10"
    response["Cache-Control"] = "no-store"
    return response
