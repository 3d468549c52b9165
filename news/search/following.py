"""A search is followed: its newest messages as Atom and as a JSON Feed, full texts, whatever order its page has.

A feed has its canonical query in its id, so that it stays the same feed however somebody has written the search. What
is withdrawn is just gone from it: the feed of all messages tells of that.
"""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from editions.others import for_others
from news.feed_entries import with_attachments
from news.feeds import NEWEST, absolute, atom_of, json_item, tag_of
from news.models import Category
from news.search.finding import newest
from news.search.limits import TooLong
from news.search.query import Refused
from news.search.wanted import FOLLOWED, Wanted


@for_others
@per_edition(params=FOLLOWED, uncached_params=("q",), max_age=60)
def atom(request):
    """The Atom feed of a search."""

    def document(wanted, title, messages):
        return atom_of(
            messages,
            title=title,
            link=absolute(wanted.but(sort="date").address),
            feed_url=absolute(wanted.feed),
            feed_guid=f"{tag_of('search')}/{wanted.query_string}",
            description=_("What the press office publishes"),
        )

    return followed(request, document)


@for_others
@per_edition(params=FOLLOWED, uncached_params=("q",), max_age=60)
def json_feed(request):
    """A search as a JSON Feed 1.1."""

    def document(wanted, title, messages):
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "home_page_url": absolute(wanted.but(sort="date").address),
            "feed_url": f"{absolute(request.path)}?{wanted.query_string}",
            "language": settings.LANGUAGE_CODE,
            "items": [json_item(message) for message in with_attachments(messages)],
        }
        return JsonResponse(feed, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})

    return followed(request, document)


def followed(request, document):
    """Return the document of a search that can be followed; a sentence, where it can't. Each search has one address."""
    asked = Wanted.read(request.GET)
    if not asked.q:
        address = absolute(reverse("search"))
        return refused(_("Nothing is looked for here. Search at %s first, and follow what you have found.") % address)
    if asked.faults:
        return refused(*asked.faults)
    wanted = asked.followed
    if wanted.query_string != request.META["QUERY_STRING"]:
        return HttpResponseRedirect(f"{request.path}?{wanted.query_string}")
    try:
        return document(wanted, title_of(wanted), newest(wanted, request.at, request.edition, NEWEST))
    except Refused as fault:
        return refused(str(fault))
    except TooLong as error:
        answer = refused(str(error), status=503)
        answer["Retry-After"] = error.RETRY_AFTER
        return answer


def refused(*sentences, status=400) -> HttpResponse:
    """Return why there is no such feed, for whoever reads the reader's report."""
    return HttpResponse("\n".join([*sentences, ""]), "text/plain; charset=utf-8", status=status)


def title_of(wanted: Wanted) -> str:
    """Return what a reader calls the feed: the words, and the filters as somebody would say them."""
    category = Category.objects.filter(slug=wanted.category).values_list("name", flat=True).first()
    days = f"{wanted.since or ''}–{wanted.until or ''}" if wanted.since or wanted.until else ""
    filters = [category or wanted.category, wanted.year, days, wanted.source]
    return ", ".join([f"{settings.EMBASSY_NAME}: {wanted.q}", *(str(each) for each in filters if each)])
