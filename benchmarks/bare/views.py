"""Two views: one returns bytes, one lists 20 rows through a template with two queries."""

import os
from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from benchmarks.bare.models import Kind, Row

BODY = Path(os.environ["BARE_BODY"]).read_bytes() if "BARE_BODY" in os.environ else b""


def floor(request):
    """As many bytes as the compressed home page."""
    return HttpResponse(BODY)


def rows(request):
    """The 20 newest messages and the menu of categories."""
    newest = Row.objects.filter(approved_at__isnull=False, withdrawn_at=None, publish_at__lte=timezone.now())
    context = {"kinds": Kind.objects.all(), "rows": newest.order_by("-publish_at", "-id")[:20]}
    return render(request, "rows.html", context)


urlpatterns = [
    path("", floor),
    path("rows/", rows),
    path("kind/<slug>/", rows, name="kind"),
    path("<int:pk>/", rows, name="row"),
]
