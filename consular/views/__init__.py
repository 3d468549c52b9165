"""Public views: the contact page with its topics, the form, and the visitor's own page of an enquiry."""

from consular.views.contact import contact, topic, worker
from consular.views.csrf import csrf_failure
from consular.views.enquiry import RECEIPT_SIGNER, enquiry, erase, sent
from consular.views.privacy import set_private_headers
from consular.views.write import write

__all__ = [
    "RECEIPT_SIGNER",
    "contact",
    "csrf_failure",
    "enquiry",
    "erase",
    "sent",
    "set_private_headers",
    "topic",
    "worker",
    "write",
]
