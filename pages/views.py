"""Public view of a page."""

from django.shortcuts import get_object_or_404, render

from editions.decorators import per_edition
from pages.models import Page


@per_edition
def page(request, path):
    """A page with links to the pages below it."""
    shown = Page.objects.shown()
    found = get_object_or_404(shown, path=path)
    return render(request, "pages/page.html", {"page": found, "below": shown.below(found)})
