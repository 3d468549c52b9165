"""The receipt, and the page where an enquiry stands."""

import pytest
from django.urls import reverse

from tests.factories import HOUR, an_enquiry
from tests.helpers.contact_form import WRITE, contact_form_data


@pytest.mark.django_db
def test_receipt_is_shown_for_an_hour(client, clock):
    receipt = client.post(WRITE, contact_form_data())["Location"]
    clock.shift(2 * HOUR)
    assert client.get(receipt).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?r=", "?r=forged", "?r=7K2M-Q9XD:1kN:é"])
def test_forged_receipt_shows_nothing(client, query):
    assert client.get(f"/contact/sent/{query}").status_code == 404


@pytest.mark.django_db
def test_link_in_the_receipt_shows_the_state_of_the_enquiry(client, clock):
    kept = an_enquiry()
    page = client.get(kept.get_absolute_url()).content.decode()
    assert kept.reference in page and "received" in page


@pytest.mark.django_db
def test_pages_of_an_enquiry_are_for_one_visitor(client, clock):
    kept = an_enquiry()
    for response in (client.get(kept.get_absolute_url()), client.get("/contact/sent/")):
        assert "no-store" in response["Cache-Control"]
        assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("strict-origin", "noindex")


@pytest.mark.django_db
def test_page_of_an_enquiry_shows_nothing_personal(client, clock):
    kept = an_enquiry()
    page = client.get(kept.get_absolute_url()).content.decode()
    assert not any(value in page for value in (kept.name, kept.email, kept.question))


@pytest.mark.django_db
def test_unknown_token_is_an_unknown_address(client):
    assert client.get(reverse("consular:enquiry", args=["no-such-token"])).status_code == 404
