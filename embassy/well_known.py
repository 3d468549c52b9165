"""OpenSearch description, web app manifest and security.txt."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from editions.decorators import per_edition


@per_edition(max_age=60)
def opensearch(request):
    """OpenSearch 1.1 description, with which browsers add the site's search."""
    return render(request, "opensearch.xml", content_type="application/opensearchdescription+xml; charset=utf-8")


@per_edition(max_age=60)
def manifest(request):
    """Web app manifest: name and icons."""
    icons = [
        {"src": f"/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    data = {
        "name": settings.EMBASSY_NAME,
        "short_name": (settings.EMBASSY_SHORT_NAME or settings.EMBASSY_NAME)[:30],
        "start_url": "/",
        "display": "browser",
        "lang": settings.LANGUAGE_CODE,
        "background_color": "#16202f",
        "theme_color": "#16202f",
        "icons": icons,
    }
    return JsonResponse(data, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@per_edition(max_age=60)
def security_txt(request):
    """security.txt: the contact for reports of a vulnerability (RFC 9116)."""
    context = {"url": settings.SITE_URL, "contact": settings.SECURITY_CONTACT, "expires": expiry_date(request.at)}
    return HttpResponse(render_to_string("security.txt", context), "text/plain; charset=utf-8")


def expiry_date(at):
    """Return the first day of this month next year, so that the response changes once a month."""
    return at.replace(year=at.year + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
