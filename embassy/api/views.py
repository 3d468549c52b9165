"""API views for the documentation page, the OpenAPI document and URLs without their slash."""

from django.conf import settings
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import escape_leading_slashes
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from counters.models import Counter
from editions.decorators import per_edition
from editions.others import for_others
from editions.programs import data, for_programs
from embassy.api.document import VERSION, document
from news.api.parameters import PARAMETERS
from news.models import Category, Message


@per_edition
def index(request):
    """The documentation page, with live examples."""
    newest = Message.objects.published(request.at).for_list().first()
    counter = Counter.objects.shown().first()
    return render(
        request,
        "embassy/api.html",
        {
            "root": settings.SITE_URL + reverse("api:messages"),
            "newest": newest,
            "newest_url": newest and reverse("api:message", args=[newest.pk]),
            "category": Category.objects.first(),
            "counter": counter,
            "parameters": PARAMETERS,
            "version": VERSION,
        },
    )


@for_programs
def openapi(request):
    """The OpenAPI document."""
    return data(document())


@csrf_exempt
@for_others
@require_safe
def slash_missing(request):
    """Redirect to the URL with a slash, as Django's CommonMiddleware does, but with CORS headers."""
    return HttpResponsePermanentRedirect(escape_leading_slashes(request.get_full_path(force_append_slash=True)))
