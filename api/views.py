"""API views for the documentation page, the OpenAPI document and URLs without their slash."""

from django.http import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import escape_leading_slashes
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from api.messages.parsers import PARAMETERS
from api.openapi import API_VERSION, openapi_document
from core.cors import allow_any_origin
from core.site_urls import absolute_url
from counters.models import Counter
from editions.decorators import per_edition
from editions.json_api import api_view, json_response
from news.models import Category, Message


@per_edition
def documentation(request):
    """The documentation page, with live examples."""
    newest = Message.objects.published(request.at).for_list().first()
    counter = Counter.objects.shown().first()
    return render(
        request,
        "api/documentation.html",
        {
            "root": absolute_url(reverse("api:messages")),
            "newest": newest,
            "newest_url": newest and reverse("api:message", args=[newest.pk]),
            "category": Category.objects.first(),
            "counter": counter,
            "parameters": PARAMETERS,
            "version": API_VERSION,
        },
    )


@api_view
def openapi(request):
    """The OpenAPI document."""
    return json_response(openapi_document())


@csrf_exempt
@allow_any_origin
@require_safe
def append_slash(request):
    """Redirect to the URL with a slash, as Django's CommonMiddleware does, but with CORS headers."""
    return HttpResponsePermanentRedirect(escape_leading_slashes(request.get_full_path(force_append_slash=True)))
