"""A page of the office."""

from django.shortcuts import get_object_or_404, render

from editions.decorators import per_edition
from pages.models import Page


@per_edition
def page(request, path):
    """A page, and those whose address goes on from its own."""
    shown = Page.objects.shown()
    found = get_object_or_404(shown, path=path)
    return render(request, "pages/page.html", {"page": found, "below": shown.below(found)})
