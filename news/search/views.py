"""The page of the search."""

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


@per_edition(params=KNOWN, uncached_params=("q",))
def search(request):
    """What is found, or the empty page that says how to search. Each search has one address: others lead to it."""
    wanted = Wanted.read(request.GET)
    if not wanted.faults and wanted.query_string != request.META["QUERY_STRING"]:
        return HttpResponseRedirect(wanted.address)
    found, fault, status, retry_after = None, "", 200, 0
    try:
        found = find(wanted, request.at, request.edition) if wanted.q else None
    except Refused as refused:
        fault = str(refused)
    except TooLong as error:
        fault, status, retry_after = str(error), 503, error.RETRY_AFTER
    response = render(
        request,
        "news/search.html",
        {
            "wanted": wanted,
            "found": found,
            "faults": list(dict.fromkeys([*wanted.faults, *([fault] if fault else [])])),
            "rows": [
                {"message": row, "headline": marked(row.headline, found.query), "excerpt": passage}
                for row, passage in (
                    zip(found.messages, excerpts(found.messages, found.query), strict=True) if found else []
                )
            ],
            "many": MANY,
            "longest": LONGEST,
            "sorts": [
                {"label": label, "address": wanted.but(sort=sort).address, "is_chosen": wanted.sort == sort}
                for sort, label in (("", _("by relevance")), ("date", _("newest first")))
            ],
            "newer": found and found.newer and wanted.but(after=found.newer).address,
            "older": found and found.older and wanted.but(before=found.older).address,
        },
        status=status,
    )
    if status == 503:  # no answer yet, rather than the edition's: nothing on the way may keep it
        response["Retry-After"] = retry_after
    return response
