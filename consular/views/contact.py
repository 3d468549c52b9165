"""Contact page and the pages of its topics, cached for the edition; they have no form and set no cookie."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from consular.contact_data import get_contact_data
from consular.opening_hours_text import host_city, opening_context
from consular.views.write import write
from editions.decorators import per_edition


@per_edition(without_database=True)
def contact_page(request):
    """Show the offices with their hours, and the topics with their answers."""
    data = get_contact_data(request)
    return render(request, "consular/contact.html", contact_context(request, data) | {"topics": data.topics})


@csrf_exempt  # only for the page, which has no form: the view that it passes a form to checks the token
def contact(request):
    """Show the contact page. A form that was opened when it was on this page is handled as one of /contact/write/."""
    return csrf_protect(write)(request) if request.method == "POST" else contact_page(request)


contact.per_edition = contact_page.per_edition


@per_edition(without_database=True)
def topic(request, slug):
    """Show a topic with its answers and the phones of the offices; raise Http404 if it is hidden."""
    data = get_contact_data(request)
    found = next((each for each in data.topics if each.slug == slug), None)
    if found is None:
        raise Http404(_("Topic not found."))
    return render(request, "consular/topic.html", contact_context(request, data) | {"topic": found})


def contact_context(request, data):
    """Return what the contact page and those of its topics have in common."""
    return {
        "offices": [(office, opening_context(office, request.at)) for office in data.offices],
        "is_away": data.is_away,
        "is_offline_page": settings.CONTACT_OFFLINE and not getattr(request, "is_mirrored", False),
        "city": host_city(),
    }


@per_edition
def worker(request):
    """The service worker that keeps the contact page for a visitor without network; it removes itself if it is off."""
    return render(
        request,
        "consular/worker.js",
        {"is_on": settings.CONTACT_OFFLINE},
        content_type="text/javascript; charset=utf-8",
    )
