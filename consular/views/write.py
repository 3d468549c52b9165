"""The enquiry form, at /contact/write/. It is never cached."""

from math import ceil

from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from consular.contact_data import get_contact_data, last_known
from consular.forms import EnquiryForm
from consular.models.enquiries import MAX_QUESTION_LENGTH
from consular.opening_hours_text import opening_context, rate_limit_message
from consular.spam import RateLimited
from consular.views.enquiry import RECEIPT_SIGNER
from consular.views.privacy import SeeOther
from core import client_ip
from core.db_errors import DATABASE_UNAVAILABLE


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def write(request):
    """Show the form, with the topic of `?topic=` chosen; save a valid enquiry and redirect to its receipt."""
    data = get_contact_data(request)
    form = EnquiryForm(data.topics, request.POST if request.method == "POST" else None, slug=request.GET.get("topic"))
    if form.is_bound and form.is_valid() and not data.is_away:
        try:
            enquiry = form.save(request.at, client_ip.client_ip(request))
        except RateLimited as refusal:
            return rate_limited_page(request, data, form, refusal.until)
        except DATABASE_UNAVAILABLE as error:
            data = last_known(request, error)
        else:
            return SeeOther(reverse("consular:sent", query={"r": RECEIPT_SIGNER.sign(enquiry.reference)}))
    return form_page(request, data, form)


def form_page(request, data, form, *, error="", is_rate_limited=False, status=200):
    """Return the page with this form; `error` is shown above it. If `is_rate_limited`, it also has the phones."""
    if data.is_away and form.is_bound and not form.errors:
        error = _("Your question could not be saved. Your text is still here: please send it again in a few minutes.")
    errors = [error] if error else form.non_field_errors()
    if form.is_bound:
        form.renew_ticket()
    context = {
        "offices": [(office, opening_context(office, request.at)) for office in data.offices if office.emergency_phone],
        "form": form,
        "topic": form.chosen_topic,
        "errors": errors,
        "is_away": data.is_away,
        "is_rate_limited": is_rate_limited,
        "max_length": MAX_QUESTION_LENGTH,
    }
    response = render(request, "consular/write.html", context, status=503 if data.is_away else status)
    add_never_cache_headers(response)
    if data.is_away:
        response["Retry-After"] = "10"
    return response


def rate_limited_page(request, data, form, until):
    """Return the form with everything that was typed, and a 429 status."""
    response = form_page(request, data, form, error=rate_limit_message(until), is_rate_limited=True, status=429)
    response["Retry-After"] = max(1, ceil((until - request.at).total_seconds()))
    return response
