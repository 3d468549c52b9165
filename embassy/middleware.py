"""Input that no page can mean is refused before any view, or any database, has to deal with it."""

from django.core.exceptions import BadRequest


def safe_input(get_response):
    """Refuse an address with a NUL character: PostgreSQL can't store one, and no link of ours has one."""

    def middleware(request):
        if "\x00" in request.path_info or any("\x00" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest("The address holds a NUL character.")
        return get_response(request)

    return middleware
