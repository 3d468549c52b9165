"""The search page."""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from search.engines import COUNT_LIMIT
from search.highlight import highlight, make_excerpts
from search.limits import SearchTimeout
from search.params import PARAMETERS, SearchParams
from search.query_parser import MAX_LENGTH, InvalidQuery
from search.service import run_search


@per_edition(params=PARAMETERS, uncached_params=("q",))
def search_page(request):
    """The search form with the results, if any. Other spellings of a search are redirected to its canonical URL."""
    params = SearchParams.from_query(request.GET)
    if not params.errors and params.query_string != request.META["QUERY_STRING"]:
        return HttpResponseRedirect(params.url)
    found, error, status, retry_after = None, "", 200, 0
    try:
        found = run_search(params, request.at, request.edition) if params.q else None
    except InvalidQuery as refused:
        error = str(refused)
    except SearchTimeout as too_long:
        error, status, retry_after = str(too_long), 503, too_long.RETRY_AFTER
    rows = (found.messages or found.widened_messages) if found else []
    response = render(
        request,
        "search/search.html",
        {
            "params": params,
            "found": found,
            "errors": list(dict.fromkeys([*params.errors, *([error] if error else [])])),
            "rows": [
                {"message": row, "headline": highlight(row.headline, found.query), "excerpt": excerpt}
                for row, excerpt in (zip(rows, make_excerpts(rows, found.query), strict=True) if found else [])
            ],
            "selected": found.selected if found else [],
            "count_limit": COUNT_LIMIT,
            "max_length": MAX_LENGTH,
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
