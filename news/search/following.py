"""Feeds of a search: its newest messages as Atom and as a JSON Feed, with full texts, always by date.

The feed id contains the canonical query, so it stays the same however the search was written. A withdrawn message
disappears from it; only the feeds of all messages and of categories announce withdrawals.
"""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from editions.others import for_others
from news.feed_entries import absolute, json_item, tag_of, with_attachments
from news.feeds import NEWEST, atom_of
from news.models import Category
from news.search.finding import newest
from news.search.limits import TooLong
from news.search.query import Refused
from news.search.wanted import FOLLOWED, Wanted


@for_others
@per_edition(known=FOLLOWED, unkept=("q",), keep=60)
def atom(request):
    """Atom feed of a search."""

    def render(params, title, messages):
        return atom_of(
            messages,
            title=title,
            link=absolute(params.replace(sort="date").url),
            feed_url=absolute(params.feed_url),
            feed_guid=f"{tag_of('search')}/{params.query_string}",
            description=_("What the press office publishes"),
        )

    return followed(request, render)


@for_others
@per_edition(known=FOLLOWED, unkept=("q",), keep=60)
def json_feed(request):
    """JSON Feed 1.1 of a search."""

    def render(params, title, messages):
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "home_page_url": absolute(params.replace(sort="date").url),
            "feed_url": f"{absolute(request.path)}?{params.query_string}",
            "language": settings.LANGUAGE_CODE,
            "items": [json_item(message) for message in with_attachments(messages)],
        }
        return JsonResponse(feed, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})

    return followed(request, render)


def followed(request, render):
    """Return the feed of a search, a redirect to its canonical URL, or a plain-text error."""
    asked = Wanted.from_query(request.GET)
    if not asked.q:
        url = absolute(reverse("search"))
        return refused(_("The search is empty. Search at %s first, then subscribe to the results.") % url)
    if asked.errors:
        return refused(*asked.errors)
    params = asked.for_feed
    if params.query_string != request.META["QUERY_STRING"]:
        return HttpResponseRedirect(f"{request.path}?{params.query_string}")
    try:
        return render(params, title_of(params), newest(params, request.at, request.edition, NEWEST))
    except Refused as error:
        return refused(str(error))
    except TooLong as error:
        response = refused(str(error), status=503)
        response["Retry-After"] = error.RETRY_AFTER
        return response


def refused(*sentences, status=400) -> HttpResponse:
    """Return an error as plain text, which feed readers show in their reports."""
    return HttpResponse("\n".join([*sentences, ""]), "text/plain; charset=utf-8", status=status)


def title_of(params: Wanted) -> str:
    """Return the feed's title: the site, the words and the filters."""
    category = Category.objects.filter(slug=params.category).values_list("name", flat=True).first()
    days = f"{params.since or ''}–{params.until or ''}" if params.since or params.until else ""
    filters = [category or params.category, params.year, days, params.source]
    return ", ".join([f"{settings.EMBASSY_NAME}: {params.q}", *(str(each) for each in filters if each)])
