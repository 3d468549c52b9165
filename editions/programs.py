"""What programs read: JSON, the same for everybody, and where something is wrong a problem document (RFC 9457)."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus

from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from editions.others import FOR_OTHERS, METHODS, for_others

KEEP = 60  # seconds that a reader may keep an answer unasked, never past the next change
SHOWN = 60  # characters of what was given that a sentence repeats
LONGEST_LINKS = 2000  # characters of a Link header: proxies give all headers together four kilobytes, or eight
HEADERS = FOR_OTHERS | {"X-Robots-Tag": "noindex"}  # who searches is led to the page that says the same


class Problem(Exception):
    """Why a question has no answer: a sentence that says what to do. `more` goes into the document beside it."""

    def __init__(self, sentence: str, status: int = 400, headers=None, **more):
        super().__init__(sentence)
        self.status, self.headers, self.more = status, headers, more


def problem(status: int, sentence: str, headers=None, **more) -> JsonResponse:
    """Return a problem document. It has no type of its own: the status says which kind it is."""
    title = HTTPStatus(status).phrase
    found = {"type": "about:blank", "title": title, "status": status, "detail": sentence, **more}
    return _json(found, "application/problem+json", headers, status)


def data(found: dict, links: dict[str, str | None] | None = None) -> JsonResponse:
    """Return data with links to what is next to them, which the header Link repeats (RFC 8288)."""
    header = ", ".join(f'<{address}>; rel="{relation}"' for relation, address in (links or {}).items() if address)
    is_short = 0 < len(header) <= LONGEST_LINKS
    return _json(found, "application/json", {"Link": header} if is_short else None)


def _json(found, kind, headers, status=200):
    # Compact: json's fast encoder knows no other form, and what is printed is compressed.
    form = {"ensure_ascii": False, "separators": (",", ":")}
    headers = HEADERS | (headers or {})
    return JsonResponse(found, status=status, content_type=kind, json_dumps_params=form, headers=headers)


def for_programs(view=None, *, known=(), unkept=()):
    """Say that a view answers programs: per edition, for any site, with problem documents for what it can't answer.

    It refuses parameters that it does not know: a filter that is misspelt and not heeded gives wrong data.
    """

    def mark(view):
        @per_edition(known=known, keep=KEEP, unkept=unkept, strict=True)
        @wraps(view)
        def answered(request, *args, **kwargs):
            try:
                refuse_unknown(request.GET, known)
                return view(request, *args, **kwargs)
            except Problem as found:
                return problem(found.status, str(found), found.headers, **found.more)
            except Http404:
                return problem(404, _("There is nothing at this address."))

        @for_others
        @wraps(answered)
        def spoken(request, *args, **kwargs):
            if request.method not in ("GET", "HEAD"):
                return problem(405, _("Here is nothing to change: ask with GET or HEAD."), {"Allow": METHODS})
            return answered(request, *args, **kwargs)

        return spoken

    return mark(view) if view else mark


def refuse_unknown(given, known) -> None:
    """Raise Problem for a parameter that is unknown, or given twice, or empty."""
    for name, values in given.lists():
        shown = name[:SHOWN]
        if name not in known and known:
            sentence = _("“%(name)s” is no parameter here. There are: %(known)s.")
            raise Problem(sentence % {"name": shown, "known": ", ".join(known)}, parameter=shown)
        if name not in known:
            raise Problem(_("“%s” is no parameter here: this address takes none.") % shown, parameter=shown)
        if len(values) > 1:
            raise Problem(_("“%s” is given more than once. Give it once.") % shown, parameter=shown)
        if not values[0]:
            raise Problem(_("“%s” is empty. Give it a value, or leave it out.") % shown, parameter=shown)
