"""A consular officer's page of an enquiry, as tests open it and act on it."""

from accounts import roles
from tests.factories import an_enquiry
from tests.helpers.accounts import a_member


def an_officer(username="elena", first_name="Elena", last_name="Orlova"):
    """Return a consular officer."""
    return a_member(roles.CONSULAR, username=username, first_name=first_name, last_name=last_name)


def annas_enquiry():
    return an_enquiry(name="Anna Secret", email="anna@example.org", phone="+44 (0) 20 7946 0958")


def address(enquiry, act="change"):
    return f"/admin/consular/enquiry/{enquiry.pk}/{act}/"


def page(client, enquiry):
    answer = client.get(address(enquiry))
    assert answer.status_code == 200
    return answer.content.decode()


def do(client, enquiry, act, **typed):
    """Post an act as the page that is open now would."""
    enquiry.refresh_from_db()
    return client.post(address(enquiry, act), {"version": enquiry.last_activity_at.isoformat()} | typed, follow=True)


def kinds(enquiry):
    return list(enquiry.log_entries.order_by("pk").values_list("kind", flat=True))
