"""Public views: the contact page with its form, and the visitor's own page of an enquiry."""

from consular.views.contact import contact
from consular.views.csrf import csrf_failure
from consular.views.enquiry import RECEIPT_SIGNER, enquiry, erase, sent
from consular.views.privacy import set_private_headers

__all__ = ["RECEIPT_SIGNER", "contact", "csrf_failure", "enquiry", "erase", "sent", "set_private_headers"]
