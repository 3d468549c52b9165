"""The consular part of the desk, as its lists and forms open."""

import pytest
from django.urls import reverse

from consular.models import Office
from tests.factories import a_notice, an_enquiry, an_office


@pytest.mark.django_db
def test_enquiry_can_be_read_and_not_changed(admin_client):
    kept = an_enquiry()
    page = admin_client.get(reverse("admin:consular_enquiry_change", args=[kept.pk])).content.decode()
    assert kept.question in page and 'name="_save"' not in page and "deletelink" not in page


@pytest.mark.django_db
def test_enquiry_is_found_by_a_spoken_reference(admin_client):
    kept, other = an_enquiry(), an_enquiry()
    said = kept.reference.lower().replace("-", " ").replace("0", "o")
    page = admin_client.get(reverse("admin:consular_enquiry_changelist"), {"q": said}).content.decode()
    assert kept.reference in page and other.reference not in page


@pytest.mark.django_db
def test_enquiries_require_the_view_permission(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("press", is_staff=True))
    assert client.get(reverse("admin:consular_enquiry_changelist")).status_code == 403


@pytest.mark.django_db
def test_office_is_entered_with_its_hours(admin_client):
    form = {"kind": "consular", "name": "Consulate", "order": "0", "phone": "+44 20 7946 0958"}
    form |= {"hours-TOTAL_FORMS": "2", "hours-INITIAL_FORMS": "0", "hours-0-weekday": "0", "hours-0-opens": "09:30"}
    form |= {"hours-0-closes": "12:30", "hours-1-weekday": "0", "hours-1-opens": "14:00", "hours-1-closes": "17:00"}
    form |= {"holidays-TOTAL_FORMS": "1", "holidays-INITIAL_FORMS": "0", "holidays-0-name": "Christmas Day"}
    form |= {"holidays-0-date": "2020-12-25", "map_url": "example.org/map"}
    assert admin_client.post(reverse("admin:consular_office_add"), form).status_code == 302
    office = Office.objects.get()
    assert (office.hours.count(), office.holidays.count(), office.map_url) == (2, 1, "https://example.org/map")


@pytest.mark.django_db
@pytest.mark.parametrize("model", ["office", "topic", "notice", "enquiry"])
def test_lists_of_the_desk_open(admin_client, model):
    an_office(), an_enquiry(), a_notice()
    assert admin_client.get(reverse(f"admin:consular_{model}_changelist")).status_code == 200
