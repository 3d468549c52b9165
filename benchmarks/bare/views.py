"""The two views: one that returns bytes, one that lists 20 rows through a template with two queries."""

import os
from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from benchmarks.bare.models import Kind, Row

BODY = Path(os.environ["BARE_BODY"]).read_bytes() if "BARE_BODY" in os.environ else b""


def floor(request):
    """As many bytes as our home page has on the wire."""
    return HttpResponse(BODY)


def rows(request):
    """The 20 newest messages, and a menu of their kinds."""
    newest = Row.objects.filter(approved_at__isnull=False, withdrawn_at=None, publish_at__lte=timezone.now())
    context = {"kinds": Kind.objects.all(), "rows": newest.order_by("-publish_at", "-id")[:20]}
    return render(request, "rows.html", context)


urlpatterns = [
    path("", floor),
    path("rows/", rows),
    path("kind/<slug>/", rows, name="kind"),
    path("<int:pk>/", rows, name="row"),
]
