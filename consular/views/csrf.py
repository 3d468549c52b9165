"""CSRF failure: the form is shown again with everything that was typed, ready to be sent."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from consular.contact_data import get_contact_data
from consular.forms import AdditionForm, EnquiryForm
from consular.views.enquiry import enquiry_page
from consular.views.privacy import set_private_headers
from consular.views.write import form_page


@sensitive_variables()
def csrf_failure(request, reason=""):
    """Return the enquiry forms again with a new token; for other forms, a page that says what to do."""
    error = _(
        "The form had expired, so nothing has been sent yet. Your text is still here: please check it and send it "
        "again. If this happens again, allow cookies for this site, or send us an e-mail."
    )
    view = request.resolver_match.view_name if request.resolver_match else ""
    if request.method == "POST" and view in ("consular:contact", "consular:write"):
        data = get_contact_data(request)
        return form_page(request, data, EnquiryForm(data.topics, request.POST), error=error, status=403)
    if request.method == "POST" and view == "consular:enquiry":
        token = request.resolver_match.kwargs["token"]
        return set_private_headers(enquiry_page(request, token, AdditionForm(request.POST), error=error, status=403))
    return set_private_headers(render(request, "consular/expired.html", status=403))
