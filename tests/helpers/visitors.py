"""Visitors who send the contact form, and the messages to them."""

from django.test import Client

from consular.models import Enquiry
from outbox.models import OutboxEmail
from tests.helpers.contact_form import WRITE, contact_form_data


def send(number=0, ip="192.0.2.1", **typed):
    """Send an enquiry with a unique text from an address, and return the response."""
    typed = contact_form_data(question=f"Question number {number}", **typed)
    return Client(REMOTE_ADDR=ip).post(WRITE, typed)


def answered_truthfully(client, sent):
    """Return the page that follows an enquiry, once it was checked against what becomes of it."""
    page = client.get(sent["Location"]).content.decode()
    kept = Enquiry.objects.latest("pk")
    has_receipt = OutboxEmail.objects.filter(kind="enquiry receipt", object_id=kept.pk).exists()
    assert ("We will send a receipt with this reference to your e-mail address." in page) == has_receipt
    assert ("has held your question" in page) == bool(kept.suspicion)
    assert ("reply by e-mail by" in page) == (not kept.suspicion)
    return page
