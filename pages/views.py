"""Public view of a page."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from editions.decorators import per_edition
from pages.hierarchy import surroundings_of
from pages.models import Page


@per_edition
def page(request, path):
    """A page with its trail, its contents, when it was updated, and the pages beside and below it."""
    shown = Page.objects.shown()
    found = get_object_or_404(shown, path=path)
    around = surroundings_of(found, shown)
    return render(
        request,
        "pages/page.html",
        {
            "page": found,
            "around": around,
            "trail": [
                (_("Contents"), reverse("contents")),
                *((each.title, each.get_absolute_url()) for each in (*around.above, found)),
            ],
            "updated_at": found.text_changed_at(),
        },
    )
