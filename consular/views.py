"""The contact page, its form, and what became of an enquiry. Live pages: never printed, never kept by anybody."""

from datetime import timedelta
from functools import wraps

from django.core import signing
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from consular.forms import EnquiryForm
from consular.models import Enquiry, Office, Topic
from consular.wording import host_city, opening_in_words

RECEIPT_LASTS = timedelta(hours=1)  # the link in the receipt lasts as long as the enquiry; this is for the redirect
RECEIPT = signing.TimestampSigner(salt="consular.receipt")


class SeeOther(HttpResponseRedirect):
    """What was posted is kept: look there (RFC 9110, 15.4.4)."""

    status_code = 303


def private(view):
    """Say that a page is for one visitor: kept nowhere, indexed nowhere, its address told to nobody."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        return keep_private(view(request, *args, **kwargs))

    return guarded


def keep_private(response):
    """Give a response the headers of a page for one visitor."""
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def contact(request):
    """Offices with their phones and hours, topics, and the form; an enquiry is kept before anything else happens."""
    form = EnquiryForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        kept = form.save(request.at)
        return SeeOther(reverse("consular:sent", query={"r": RECEIPT.sign(kept.reference)}))
    return contact_page(request, form)


def contact_page(request, form, *, fault="", status=200):
    """Return the contact page with this form on it; a fault of the page, not of a field, is said above the form."""
    faults = [fault] if fault else form.non_field_errors()
    if form.is_bound:
        form.renew_ticket()
    context = {
        "offices": [(office, opening_in_words(office, request.at)) for office in Office.objects.with_hours()],
        "topics": Topic.objects.shown(),
        "form": form,
        "faults": faults,
        "city": host_city(),
    }
    response = render(request, "consular/contact.html", context, status=status)
    add_never_cache_headers(response)
    return response


@private
@require_safe
def sent(request):
    """The receipt: the reference, and the link under which the enquiry stands."""
    try:
        reference = RECEIPT.unsign(request.GET.get("r", ""), max_age=RECEIPT_LASTS)
    except signing.BadSignature:
        reference = None
    found = Enquiry.objects.filter(reference=reference).first() if reference else None
    return render(request, "consular/sent.html", {"enquiry": found}, status=200 if found else 404)


@private
@require_safe
def enquiry(request, token):
    """Where an enquiry stands, for whoever has its link."""
    found = get_object_or_404(Enquiry.objects.select_related("topic"), token=token)
    return render(request, "consular/enquiry.html", {"enquiry": found, "city": host_city()})


@sensitive_variables()
def csrf_failure(request, reason=""):
    """Answer a form whose token has expired: the contact form comes again with what was typed, ready to be sent."""
    if request.path_info == reverse("consular:contact") and request.method == "POST":
        fault = _(
            "This page had expired, so nothing was sent yet. Nothing is lost: please check your text and send it "
            "once more. If this comes again, allow cookies for this site, or write to us by e-mail."
        )
        return contact_page(request, EnquiryForm(request.POST), fault=fault, status=403)
    response = render(request, "consular/expired.html", status=403)
    add_never_cache_headers(response)
    return response
