"""A form whose token has expired: it comes again with what was typed, ready to be sent."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from consular.forms import AdditionForm, EnquiryForm
from consular.reception import reception
from consular.views.contact import contact_page
from consular.views.enquiry import enquiry_page
from consular.views.private import keep_private


@sensitive_variables()
def csrf_failure(request, reason=""):
    """Answer what came without a good token: the consul's own forms come again, others say what to do."""
    fault = _(
        "This page had expired, so nothing was sent yet. Nothing is lost: please check your text and send it "
        "once more. If this comes again, allow cookies for this site, or write to us by e-mail."
    )
    view = request.resolver_match.view_name if request.resolver_match else ""
    if request.method == "POST" and view == "consular:contact":
        found = reception(request)
        return contact_page(request, found, EnquiryForm(found.topics, request.POST), fault=fault, status=403)
    if request.method == "POST" and view == "consular:enquiry":
        token = request.resolver_match.kwargs["token"]
        return keep_private(enquiry_page(request, token, AdditionForm(request.POST), fault=fault, status=403))
    return keep_private(render(request, "consular/expired.html", status=403))
