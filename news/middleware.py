"""Former addresses lead on for ever."""

from django.http import HttpResponsePermanentRedirect

from news.models import Redirect


def redirects(get_response):
    """Where nothing is found, look whether something once was: a message or a category that has moved."""

    def middleware(request):
        response = get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        asked = getattr(request, "asked", "") or request.META.get("QUERY_STRING", "")
        if asked and (address := find(f"{request.path_info}?{asked}", request.at)):
            return HttpResponsePermanentRedirect(address)  # an older site's /press.php?id=7
        address = find(request.path_info, request.at)
        if not address:
            return response
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)

    return middleware


def find(path: str, at) -> str | None:
    """Return the address to which a former one leads at the moment `at`; None where there is none, or none public."""
    category = "/".join(path.split("/", 3)[:3]) + "/"  # /messages/<category>/: whatever stands below it moves with it
    found = {
        redirect.path: redirect
        for redirect in Redirect.objects.filter(path__in={path[:500], category[:500]}).select_related(
            "message", "category"
        )
    }
    if path in found and found[path].message:
        message = found[path].message
        return message.get_absolute_url() if message.was_public(at) else None
    if category in found and found[category].category:
        return found[category].category.get_absolute_url() + path.removeprefix(category)
    return None
