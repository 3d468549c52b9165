"""API views: JSON for any site, cached per edition, with problem details (RFC 9457) for errors."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus

from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _

from core.cors import CORS_HEADERS, CORS_METHODS, allow_any_origin
from editions.decorators import per_edition

MAX_AGE = 60  # seconds that a client may cache a response without asking
MAX_ECHO = 60  # characters of the request's input that an error message repeats
MAX_LINK_HEADER = 2000  # characters of a Link header: proxies limit all headers together to four or eight kilobytes
API_HEADERS = CORS_HEADERS | {"X-Robots-Tag": "noindex"}  # search engines index the pages with the same content instead


class ProblemDetail(Exception):
    """An error that the client can correct: a sentence for the problem details, and further members in `more`."""

    def __init__(self, sentence: str, status: int = 400, headers=None, **more):
        super().__init__(sentence)
        self.status, self.headers, self.more = status, headers, more


def problem_response(status: int, sentence: str, headers=None, **more) -> JsonResponse:
    """Return problem details of the type about:blank, for which the status is the kind."""
    title = HTTPStatus(status).phrase
    found = {"type": "about:blank", "title": title, "status": status, "detail": sentence, **more}
    return _json_response(found, "application/problem+json", headers, status)


def json_response(found: dict, links: dict[str, str | None] | None = None) -> JsonResponse:
    """Return a JSON response, with `links` (by relation) in the Link header (RFC 8288)."""
    header = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in (links or {}).items() if url)
    is_short = 0 < len(header) <= MAX_LINK_HEADER
    return _json_response(found, "application/json", {"Link": header} if is_short else None)


def _json_response(found, kind, headers, status=200):
    # Compact, because json's fast encoder has no other form, and cached responses are compressed.
    options = {"ensure_ascii": False, "separators": (",", ":")}
    headers = API_HEADERS | (headers or {})
    return JsonResponse(found, status=status, content_type=kind, json_dumps_params=options, headers=headers)


def api_view(view=None, *, params=(), uncached_params=()):
    """Declare an API view: cached per edition, readable by any site, with problem details for errors.

    Unknown parameters are refused, because a misspelt filter that is ignored gives wrong data.
    """

    def decorate(view):
        @per_edition(params=params, max_age=MAX_AGE, uncached_params=uncached_params, strict=True)
        @wraps(view)
        def respond(request, *args, **kwargs):
            try:
                refuse_unknown_params(request.GET, params)
                return view(request, *args, **kwargs)
            except ProblemDetail as error:
                return problem_response(error.status, str(error), error.headers, **error.more)
            except Http404:
                return problem_response(404, _("Not found."))

        @allow_any_origin
        @wraps(respond)
        def wrapper(request, *args, **kwargs):
            if request.method not in ("GET", "HEAD"):
                return problem_response(405, _("Read-only: use GET or HEAD."), {"Allow": CORS_METHODS})
            return respond(request, *args, **kwargs)

        return wrapper

    return decorate(view) if view else decorate


def refuse_unknown_params(query, params) -> None:
    """Raise Problem for a parameter that is unknown, repeated or empty."""
    for name, values in query.lists():
        shown = name[:MAX_ECHO]
        if name not in params and params:
            sentence = _("Unknown parameter “%(name)s”. Known parameters: %(params)s.")
            raise ProblemDetail(sentence % {"name": shown, "params": ", ".join(params)}, parameter=shown)
        if name not in params:
            raise ProblemDetail(_("Unknown parameter “%s”. This URL has no parameters.") % shown, parameter=shown)
        if len(values) > 1:
            raise ProblemDetail(_("“%s” must be given only once.") % shown, parameter=shown)
        if not values[0]:
            raise ProblemDetail(_("“%s” is empty. Give it a value or remove it.") % shown, parameter=shown)
