"""The search page."""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from news.search.engines import MANY
from news.search.finding import find
from news.search.limits import TooLong
from news.search.marks import excerpts, marked
from news.search.query import LONGEST, Refused
from news.search.wanted import KNOWN, Wanted


@per_edition(known=KNOWN, unkept=("q",))
def search(request):
    """The search form with the results, if any. Other spellings of a search are redirected to its canonical URL."""
    params = Wanted.from_query(request.GET)
    if not params.errors and params.query_string != request.META["QUERY_STRING"]:
        return HttpResponseRedirect(params.url)
    found, error, status, retry_after = None, "", 200, 0
    try:
        found = find(params, request.at, request.edition) if params.q else None
    except Refused as refused:
        error = str(refused)
    except TooLong as too_long:
        error, status, retry_after = str(too_long), 503, too_long.RETRY_AFTER
    response = render(
        request,
        "news/search.html",
        {
            "params": params,
            "found": found,
            "errors": list(dict.fromkeys([*params.errors, *([error] if error else [])])),
            "rows": [
                {"message": row, "headline": marked(row.headline, found.query), "excerpt": excerpt}
                for row, excerpt in (
                    zip(found.messages, excerpts(found.messages, found.query), strict=True) if found else []
                )
            ],
            "count_limit": MANY,
            "max_length": LONGEST,
            "sorts": [
                {"label": label, "url": params.replace(sort=sort).url, "is_selected": params.sort == sort}
                for sort, label in (("", _("by relevance")), ("date", _("newest first")))
            ],
            "newer_url": found and found.newer and params.replace(after=found.newer).url,
            "older_url": found and found.older and params.replace(before=found.older).url,
        },
        status=status,
    )
    if retry_after:  # a temporary error, which no cache may store
        response["Retry-After"] = retry_after
    return response
