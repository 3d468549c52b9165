"""API views: cached JSON responses, and problem documents (RFC 9457) for errors."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus

from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from editions.others import FOR_OTHERS, METHODS, for_others

KEEP = 60  # seconds for which clients may cache a response, never past the next change
SHOWN = 60  # characters of the input that an error repeats
LONGEST_LINKS = 2000  # characters of a Link header: proxies limit all headers together to 4 or 8 kB
HEADERS = FOR_OTHERS | {"X-Robots-Tag": "noindex"}  # search engines should index the HTML pages instead


class Problem(Exception):
    """An error response: a sentence that says what to do, and more fields of the problem document."""

    def __init__(self, sentence: str, status: int = 400, headers=None, **more):
        super().__init__(sentence)
        self.status, self.headers, self.more = status, headers, more


def problem(status: int, sentence: str, headers=None, **more) -> JsonResponse:
    """Return a problem document of type about:blank: the status identifies the problem."""
    title = HTTPStatus(status).phrase
    found = {"type": "about:blank", "title": title, "status": status, "detail": sentence, **more}
    return _json(found, "application/problem+json", headers, status)


def data(found: dict, links: dict[str, str | None] | None = None) -> JsonResponse:
    """Return data as JSON, with a Link header (RFC 8288) for the URLs by relation."""
    header = ", ".join(f'<{address}>; rel="{relation}"' for relation, address in (links or {}).items() if address)
    is_short = 0 < len(header) <= LONGEST_LINKS
    return _json(found, "application/json", {"Link": header} if is_short else None)


def _json(found, kind, headers, status=200):
    # Compact, as json's fast encoder requires; cached responses are compressed anyway.
    form = {"ensure_ascii": False, "separators": (",", ":")}
    headers = HEADERS | (headers or {})
    return JsonResponse(found, status=status, content_type=kind, json_dumps_params=form, headers=headers)


def for_programs(view=None, *, known=(), unkept=()):
    """Mark a view as an API view: cached per edition, with CORS headers and problem documents for errors.

    Unknown parameters are refused: a misspelt filter that was ignored would give wrong data.
    """

    def mark(view):
        @per_edition(known=known, keep=KEEP, unkept=unkept, strict=True)
        @wraps(view)
        def respond(request, *args, **kwargs):
            try:
                refuse_unknown(request.GET, known)
                return view(request, *args, **kwargs)
            except Problem as found:
                return problem(found.status, str(found), found.headers, **found.more)
            except Http404:
                return problem(404, _("Not found."))

        @for_others
        @wraps(respond)
        def handle(request, *args, **kwargs):
            if request.method not in ("GET", "HEAD"):
                return problem(405, _("Read-only: use GET or HEAD."), {"Allow": METHODS})
            return respond(request, *args, **kwargs)

        return handle

    return mark(view) if view else mark


def refuse_unknown(given, known) -> None:
    """Raise Problem for a parameter that is unknown, repeated or empty."""
    for name, values in given.lists():
        shown = name[:SHOWN]
        if name not in known and known:
            sentence = _("Unknown parameter “%(name)s”. Known parameters: %(known)s.")
            raise Problem(sentence % {"name": shown, "known": ", ".join(known)}, parameter=shown)
        if name not in known:
            raise Problem(_("Unknown parameter “%s”. This URL has no parameters.") % shown, parameter=shown)
        if len(values) > 1:
            raise Problem(_("“%s” must be given only once.") % shown, parameter=shown)
        if not values[0]:
            raise Problem(_("“%s” is empty. Give it a value or remove it.") % shown, parameter=shown)
