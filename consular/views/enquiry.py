"""The receipt, and the page where an enquiry stands: for the one visitor who has its address."""

from datetime import timedelta

from django.core import signing
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from consular import spam, visitors
from consular.forms import AdditionForm
from consular.models import Enquiry, Entry, Erasure, Knock
from consular.views.private import SeeOther, private
from consular.wording import host_city, taken_again

RECEIPT_LASTS = timedelta(hours=1)  # the link in the receipt lasts as long as the enquiry; this is for the redirect
RECEIPT = signing.TimestampSigner(salt="consular.receipt")


@private
@require_safe
def sent(request):
    """The receipt: the reference, and the link under which the enquiry stands."""
    try:
        reference = RECEIPT.unsign(request.GET.get("r", ""), max_age=RECEIPT_LASTS)
    except signing.BadSignature:
        reference = None
    found = Enquiry.objects.filter(reference=reference).first() if reference else None
    context = {"enquiry": found, "has_receipt": found is not None and found.has_receipt}
    return render(request, "consular/sent.html", context, status=200 if found else 404)


# The page of an enquiry


@private
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def enquiry(request, token):
    """Where an enquiry stands, for whoever has its link; what they add is kept, and it waits for an answer again."""
    if request.method != "POST":
        return enquiry_page(request, token, AdditionForm())
    form = AdditionForm(request.POST)
    found = Enquiry.objects.with_token(token).first()
    if found is None or not form.is_valid():
        return enquiry_page(request, token, form)
    try:
        add(found, form.cleaned_data["text"], request.at, visitors.address(request))
    except spam.TooMany as refusal:
        return enquiry_page(request, token, form, fault=taken_again(refusal.until), status=429)
    except Enquiry.DoesNotExist:  # erased in the same moment
        return enquiry_page(request, token, form)
    return SeeOther(f"{request.path}?added")


@sensitive_variables()
def add(found, text, at, address):
    """Keep what a visitor adds, and count it as an enquiry of theirs; TooMany where their hour is used up.

    A double click adds once, counts once, and is not refused where the first was the last that is taken.
    """
    with spam.in_turn(address):
        found.refresh_from_db(fields=["answered_at", "visitor_added_at", "closed_at", "assigned_to"])
        if found.unanswered_duplicate(text):
            return
        spam.refuse_too_many(address, at)
        found.add(text, at=at)
        Knock.objects.record(address, at)


def enquiry_page(request, token, form, *, fault="", status=200):
    """Return the page of an enquiry with this form on it; what has been erased is answered for with 410.

    It shows no word of what was asked or answered: whoever sees the address in a browser's history sees as much.
    """
    found = Enquiry.objects.select_related("topic").with_token(token).first()
    if found is None:
        return gone_page(request, token)
    context = {
        "enquiry": found,
        "additions": found.entries.filter(kind=Entry.Kind.ADDITION).defer("text"),
        "is_late": found.is_late(timezone.localdate(request.at)),
        "form": form,
        "fault": fault,
        "was_added": "added" in request.GET and not form.is_bound,
        "city": host_city(),
    }
    return render(request, "consular/enquiry.html", context, status=status)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request, token):
    """Ask a visitor whether their enquiry is to be erased; asked for, erase it with all that belongs to it."""
    found = Enquiry.objects.select_related("topic").with_token(token).first()
    if found is None:
        return gone_page(request, token)
    if request.method != "POST":
        return render(request, "consular/erase.html", {"enquiry": found})
    found.erase(Erasure.Reason.VISITOR, at=request.at)
    return SeeOther(reverse("consular:enquiry", args=[token]))


def gone_page(request, token):
    """Answer for an enquiry that has been erased: 410. Where there never was one, that is an unknown address."""
    erasure = Erasure.objects.with_token(token).first()
    if erasure is None:
        raise Http404(_("There is no such enquiry."))
    return render(request, "consular/erased.html", {"erasure": erasure, "city": host_city()}, status=410)
