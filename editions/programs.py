"""API views: JSON for any site, cached per edition, with problem details (RFC 9457) for errors."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus

from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from editions.others import FOR_OTHERS, METHODS, for_others

MAX_AGE = 60  # seconds that a client may cache a response without asking
SHOWN = 60  # characters of the request's input that an error message repeats
LONGEST_LINKS = 2000  # characters of a Link header: proxies limit all headers together to four or eight kilobytes
HEADERS = FOR_OTHERS | {"X-Robots-Tag": "noindex"}  # search engines index the pages with the same content instead


class Problem(Exception):
    """An error that the client can correct: a sentence for the problem details, and further members in `more`."""

    def __init__(self, sentence: str, status: int = 400, headers=None, **more):
        super().__init__(sentence)
        self.status, self.headers, self.more = status, headers, more


def problem(status: int, sentence: str, headers=None, **more) -> JsonResponse:
    """Return problem details of the type about:blank, for which the status is the kind."""
    title = HTTPStatus(status).phrase
    found = {"type": "about:blank", "title": title, "status": status, "detail": sentence, **more}
    return _json(found, "application/problem+json", headers, status)


def data(found: dict, links: dict[str, str | None] | None = None) -> JsonResponse:
    """Return a JSON response, with `links` (by relation) in the Link header (RFC 8288)."""
    header = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in (links or {}).items() if url)
    is_short = 0 < len(header) <= LONGEST_LINKS
    return _json(found, "application/json", {"Link": header} if is_short else None)


def _json(found, kind, headers, status=200):
    # Compact, because json's fast encoder has no other form, and cached responses are compressed.
    options = {"ensure_ascii": False, "separators": (",", ":")}
    headers = HEADERS | (headers or {})
    return JsonResponse(found, status=status, content_type=kind, json_dumps_params=options, headers=headers)


def for_programs(view=None, *, params=(), uncached_params=()):
    """Declare an API view: cached per edition, readable by any site, with problem details for errors.

    Unknown parameters are refused, because a misspelt filter that is ignored gives wrong data.
    """

    def decorate(view):
        @per_edition(params=params, max_age=MAX_AGE, uncached_params=uncached_params, strict=True)
        @wraps(view)
        def answered(request, *args, **kwargs):
            try:
                refuse_unknown(request.GET, params)
                return view(request, *args, **kwargs)
            except Problem as error:
                return problem(error.status, str(error), error.headers, **error.more)
            except Http404:
                return problem(404, _("There is nothing at this address."))

        @for_others
        @wraps(answered)
        def wrapper(request, *args, **kwargs):
            if request.method not in ("GET", "HEAD"):
                return problem(405, _("Read-only: use GET or HEAD."), {"Allow": METHODS})
            return answered(request, *args, **kwargs)

        return wrapper

    return decorate(view) if view else decorate


def refuse_unknown(query, params) -> None:
    """Raise Problem for a parameter that is unknown, repeated or empty."""
    for name, values in query.lists():
        shown = name[:SHOWN]
        if name not in params and params:
            sentence = _("Unknown parameter “%(name)s”. Use: %(params)s.")
            raise Problem(sentence % {"name": shown, "params": ", ".join(params)}, parameter=shown)
        if name not in params:
            raise Problem(_("Unknown parameter “%s”: this address has no parameters.") % shown, parameter=shown)
        if len(values) > 1:
            raise Problem(_("“%s” must be given once.") % shown, parameter=shown)
        if not values[0]:
            raise Problem(_("“%s” is empty. Enter a value, or remove it.") % shown, parameter=shown)
