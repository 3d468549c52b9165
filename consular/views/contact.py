"""The contact page and its form. A live page: never printed, never kept by anybody."""

from math import ceil

from django.db.models import prefetch_related_objects
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from consular import visitors
from consular.forms import EnquiryForm
from consular.models import Office
from consular.models.enquiries import LONGEST_QUESTION
from consular.spam import TooMany
from consular.views.enquiry import RECEIPT
from consular.views.private import SeeOther
from consular.wording import host_city, opening_in_words, taken_again


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def contact(request):
    """Offices with their phones and hours, topics, and the form; an enquiry is kept before anything else happens."""
    form = EnquiryForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            kept = form.save(request.at, visitors.address(request))
        except TooMany as refusal:
            return too_many(request, form, refusal.until)
        return SeeOther(reverse("consular:sent", query={"r": RECEIPT.sign(kept.reference)}))
    return contact_page(request, form)


def contact_page(request, form, *, fault="", wait=False, status=200):
    """Return the contact page with this form on it; a fault of the page, not of a field, is said above the form.

    Whoever has to `wait` gets the form alone, with the phones to call instead: a flood must not be much work.
    """
    faults = [fault] if fault else form.non_field_errors()
    if form.is_bound:
        form.renew_ticket()
    offices = [] if wait else list(Office.objects.with_hours())
    if not wait:
        prefetch_related_objects(form.topics, "common_questions")
    context = {
        "offices": [(office, opening_in_words(office, request.at)) for office in offices],
        "form": form,
        "faults": faults,
        "wait": wait,
        "city": host_city(),
        "most": LONGEST_QUESTION,
    }
    response = render(request, "consular/contact.html", context, status=status)
    add_never_cache_headers(response)
    return response


def too_many(request, form, until):
    """Answer an enquiry that is one too many from its address: nothing is kept, and nothing typed is lost."""
    response = contact_page(request, form, fault=taken_again(until), wait=True, status=429)
    response["Retry-After"] = max(1, ceil((until - request.at).total_seconds()))
    return response
