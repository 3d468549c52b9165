"""The receipt, and the visitor's own page of an enquiry: its state, additions, deletion."""

from datetime import timedelta

from django.core import signing
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from consular import spam
from consular.forms import AdditionForm
from consular.models import Enquiry, EnquiryEntry, EnquirySubmission, Erasure
from consular.opening_hours_text import host_city, rate_limit_message
from consular.views.privacy import SeeOther, private_page
from core import client_ip

RECEIPT_LIFETIME = timedelta(
    hours=1
)  # the page shown after sending; the link on it works as long as the enquiry exists
RECEIPT_SIGNER = signing.TimestampSigner(salt="consular.receipt")


@private_page
@require_safe
def sent(request):
    """Show the receipt: the reference and the link to the enquiry's own page."""
    try:
        reference = RECEIPT_SIGNER.unsign(request.GET.get("r", ""), max_age=RECEIPT_LIFETIME)
    except signing.BadSignature:
        reference = None
    found = Enquiry.objects.filter(reference=reference).first() if reference else None
    context = {"enquiry": found, "has_receipt": found is not None and found.has_receipt}
    return render(request, "consular/sent.html", context, status=200 if found else 404)


# The page of an enquiry


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def enquiry(request, token):
    """Show the state of an enquiry to its visitor; save an addition, after which it waits for a reply again."""
    if request.method != "POST":
        return enquiry_page(request, token, AdditionForm())
    form = AdditionForm(request.POST)
    found = Enquiry.objects.with_token(token).first()
    if found is None or not form.is_valid():
        return enquiry_page(request, token, form)
    try:
        save_addition(found, form.cleaned_data["text"], request.at, client_ip.client_ip(request))
    except spam.RateLimited as refusal:
        return enquiry_page(request, token, form, error=rate_limit_message(refusal.until), status=429)
    except Enquiry.DoesNotExist:  # erased at the same time
        return enquiry_page(request, token, form)
    return SeeOther(f"{request.path}?added")


@sensitive_variables()
def save_addition(found, text, at, address):
    """Save a visitor's addition, which counts in the rate limit; raise spam.RateLimited if that is reached.

    A double click adds and counts once, and is not refused if the first click has reached the limit.
    """
    with spam.rate_limit_lock(address):
        found.refresh_from_db(fields=["answered_at", "visitor_added_at", "closed_at", "assigned_to"])
        if found.unanswered_duplicate(text):
            return
        spam.check_rate_limit(address, at)
        found.add(text, at=at)
        EnquirySubmission.objects.record(address, at)


def enquiry_page(request, token, form, *, error="", status=200):
    """Return the visitor's page of an enquiry with this form; 410 if it was erased.

    It shows neither question nor reply: any person with the URL from the browser's history can see the page.
    """
    found = Enquiry.objects.select_related("topic").with_token(token).first()
    if found is None:
        return gone_page(request, token)
    context = {
        "enquiry": found,
        "additions": found.entries.filter(kind=EnquiryEntry.Kind.ADDITION).defer("text"),
        "is_late": found.is_late(timezone.localdate(request.at)),
        "form": form,
        "error": error,
        "was_added": "added" in request.GET and not form.is_bound,
        "city": host_city(),
    }
    return render(request, "consular/enquiry.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request, token):
    """Ask the visitor for confirmation; POST erases the enquiry."""
    found = Enquiry.objects.select_related("topic").with_token(token).first()
    if found is None:
        return gone_page(request, token)
    if request.method != "POST":
        return render(request, "consular/erase.html", {"enquiry": found})
    found.erase(Erasure.Reason.VISITOR, at=request.at)
    return SeeOther(reverse("consular:enquiry", args=[token]))


def gone_page(request, token):
    """Return the page of an erased enquiry (410); raise Http404 if there never was one."""
    erasure = Erasure.objects.with_token(token).first()
    if erasure is None:
        raise Http404(_("Enquiry not found."))
    return render(request, "consular/erased.html", {"erasure": erasure, "city": host_city()}, status=410)
