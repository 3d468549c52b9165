"""Feeds of a search: its newest messages as Atom and as a JSON Feed, with full texts, always by date.

The feed id contains the canonical query, so it stays the same however the search was written. A withdrawn message
disappears from it; only the feeds of all messages and of categories announce withdrawals.
"""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.cors import allow_any_origin
from core.site_urls import absolute_url
from editions.decorators import per_edition
from news.models import Category
from news.syndication.entries import json_item, prefetch_for_entries, tag_prefix
from news.syndication.feeds import MAX_ENTRIES, render_atom
from search.limits import SearchTimeout
from search.params import FEED_PARAMETERS, SearchParams
from search.query_parser import InvalidQuery
from search.service import newest_results


@allow_any_origin
@per_edition(params=FEED_PARAMETERS, uncached_params=("q",), max_age=60)
def search_atom_feed(request):
    """Atom feed of a search."""

    def render(params, title, messages):
        return render_atom(
            messages,
            title=title,
            link=absolute_url(params.replace(sort="date").url),
            feed_url=absolute_url(params.feed_url),
            feed_guid=f"{tag_prefix('search')}/{params.query_string}",
            description=_("What the press office publishes"),
        )

    return feed_response(request, render)


@allow_any_origin
@per_edition(params=FEED_PARAMETERS, uncached_params=("q",), max_age=60)
def search_json_feed(request):
    """JSON Feed 1.1 of a search."""

    def render(params, title, messages):
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "home_page_url": absolute_url(params.replace(sort="date").url),
            "feed_url": f"{absolute_url(request.path)}?{params.query_string}",
            "language": settings.LANGUAGE_CODE,
            "items": [json_item(message) for message in prefetch_for_entries(messages)],
        }
        return JsonResponse(feed, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})

    return feed_response(request, render)


def feed_response(request, render):
    """Return the feed of a search, a redirect to its canonical URL, or a plain-text error."""
    asked = SearchParams.from_query(request.GET)
    if not asked.q:
        url = absolute_url(reverse("search"))
        return error_response(_("The search is empty. Search at %s first, then subscribe to the results.") % url)
    if asked.errors:
        return error_response(*asked.errors)
    params = asked.for_feed
    if params.query_string != request.META["QUERY_STRING"]:
        return HttpResponseRedirect(f"{request.path}?{params.query_string}")
    try:
        return render(params, feed_title(params), newest_results(params, request.at, request.edition, MAX_ENTRIES))
    except InvalidQuery as error:
        return error_response(str(error))
    except SearchTimeout as error:
        response = error_response(str(error), status=503)
        response["Retry-After"] = error.RETRY_AFTER
        return response


def error_response(*sentences, status=400) -> HttpResponse:
    """Return an error as plain text, which feed readers show in their reports."""
    return HttpResponse("\n".join([*sentences, ""]), "text/plain; charset=utf-8", status=status)


def feed_title(params: SearchParams) -> str:
    """Return the feed's title: the site, the words and the filters."""
    category = Category.objects.filter(slug=params.category).values_list("name", flat=True).first()
    days = f"{params.since or ''}–{params.until or ''}" if params.since or params.until else ""
    filters = [category or params.category, params.year, days, params.source]
    return ", ".join([f"{settings.EMBASSY_NAME}: {params.q}", *(str(each) for each in filters if each)])
