"""Input that no page can mean is refused before any view, or any database, has to deal with it."""

from django.core.exceptions import BadRequest

MOST_PARAMETERS = 100  # of an address: ours have three


def safe_input(get_response):
    """Refuse an address with a NUL character, or with very many parameters: PostgreSQL can't store the one, to read
    the other is work for nothing, and no link of ours has either."""

    def middleware(request):
        if request.META.get("QUERY_STRING", "").count("&") >= MOST_PARAMETERS:
            raise BadRequest("The address has too many parameters.")
        if "\x00" in request.path_info or any("\x00" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest("The address holds a NUL character.")
        # Some of Python's codecs are none of text: Django's parser of forms breaks on them. No browser names one.
        if request.content_params and request.content_params.get("charset", "utf-8").lower() != "utf-8":
            raise BadRequest("The form is not written in UTF-8.")
        return get_response(request)

    return middleware
