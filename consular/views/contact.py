"""The contact page and its form. A live page: never printed, never kept by anybody."""

from math import ceil

from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from consular import visitors
from consular.forms import EnquiryForm
from consular.models.enquiries import LONGEST_QUESTION
from consular.reception import known, reception
from consular.spam import TooMany
from consular.views.enquiry import RECEIPT
from consular.views.private import SeeOther
from consular.wording import host_city, opening_in_words, taken_again
from editions.away import DATABASE_IS_AWAY


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def contact(request):
    """Offices with their phones and hours, topics, and the form; an enquiry is kept before anything else happens."""
    found = reception(request)
    form = EnquiryForm(found.topics, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and not found.is_away:
        try:
            kept = form.save(request.at, visitors.address(request))
        except TooMany as refusal:
            return too_many(request, found, form, refusal.until)
        except DATABASE_IS_AWAY as error:
            found = known(request, error)
        else:
            return SeeOther(reverse("consular:sent", query={"r": RECEIPT.sign(kept.reference)}))
    return contact_page(request, found, form)


def contact_page(request, found, form, *, fault="", wait=False, status=200):
    """Return the contact page with this form on it; a fault of the page, not of a field, is said above the form.

    Whoever has to `wait` gets the form alone, with the phones to call instead: a flood must not be much work.
    """
    if found.is_away and form.is_bound and not form.errors:
        fault = _("It could not be kept just now. Nothing is lost: please send it once more in a minute or two.")
    faults = [fault] if fault else form.non_field_errors()
    if form.is_bound:
        form.renew_ticket()
    context = {
        "offices": [(office, opening_in_words(office, request.at)) for office in ([] if wait else found.offices)],
        "form": form,
        "faults": faults,
        "is_away": found.is_away,
        "wait": wait,
        "city": host_city(),
        "most": LONGEST_QUESTION,
    }
    response = render(request, "consular/contact.html", context, status=503 if found.is_away else status)
    add_never_cache_headers(response)
    if found.is_away:
        response["Retry-After"] = "10"
    return response


def too_many(request, found, form, until):
    """Answer an enquiry that is one too many from its address: nothing is kept, and nothing typed is lost."""
    response = contact_page(request, found, form, fault=taken_again(until), wait=True, status=429)
    response["Retry-After"] = max(1, ceil((until - request.at).total_seconds()))
    return response
