"""Error responses below /api/ as problem documents, for errors outside an API view too."""

from functools import wraps

from django.utils.translation import gettext_lazy as _

from editions.json_api import problem_response

API_PREFIX = "/api/"
ERROR_TEXTS = {
    400: _("Bad request: the address is not valid. Remove NUL characters and superfluous parameters."),
    404: _("Not found."),
    500: _("Something went wrong on our side. The error has been logged. Try again in a minute."),
    503: _("Our database is not responding. Try again in ten seconds."),
}
COPIED_HEADERS = ("Retry-After", "Cache-Control")  # headers copied from the HTML page


def problem_below_api(handler):
    """Return an error handler that responds with a problem document below /api/, elsewhere as `handler` does."""

    @wraps(handler)
    def handle(request, *args, **kwargs):
        page = handler(request, *args, **kwargs)
        if not request.path_info.startswith(API_PREFIX):
            return page
        headers = {name: page[name] for name in COPIED_HEADERS if name in page}
        return problem_response(page.status_code, str(ERROR_TEXTS.get(page.status_code, ERROR_TEXTS[500])), headers)

    return handle
