"""Public views: the contact page with its form, and the visitor's own page of an enquiry."""

from consular.views.contact import contact
from consular.views.enquiry import RECEIPT, enquiry, erase, sent
from consular.views.expired import csrf_failure
from consular.views.private import keep_private

__all__ = ["RECEIPT", "contact", "csrf_failure", "enquiry", "erase", "keep_private", "sent"]
