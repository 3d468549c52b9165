"""Middleware: reject malformed input with 400 before any view or database handles it."""

from django.core.exceptions import BadRequest

MAX_PARAMETERS = 100  # of a URL; the longest link of the site has three


def reject_malformed_input(get_response):
    """Reject NUL characters, which PostgreSQL cannot store, very many parameters, and forms not in UTF-8."""

    def middleware(request):
        if request.META.get("QUERY_STRING", "").count("&") >= MAX_PARAMETERS:
            raise BadRequest("The URL has too many parameters.")
        if "\x00" in request.path_info or any("\x00" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest("The URL contains a NUL character.")
        # Django's form parser fails on those of Python's codecs that are not for text. Browsers always send UTF-8.
        if request.content_params and request.content_params.get("charset", "utf-8").lower() != "utf-8":
            raise BadRequest("The form is not encoded in UTF-8.")
        return get_response(request)

    return middleware
