"""Search of the press desk: one box for everything, and where a pasted address or a reference leads."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from accounts import roles
from tests.factories import a_counter, a_message, a_notice, a_page, an_enquiry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SEARCH = "/admin/search/"


def a_member(role):
    user = get_user_model().objects.create_user(role.split()[0].lower(), password="a long password", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def found(client, typed):
    """Return the page of results, or where the search leads."""
    answer = client.get(SEARCH, {"q": typed})
    return answer.headers["Location"] if answer.status_code == 302 else answer.content.decode()


@pytest.mark.both_databases
def test_it_finds_every_kind_with_its_state(admin_client):
    a_message(headline="The convoy")
    a_message(headline="A draft", body="<p>About the convoy.</p>", publish_at=None)
    a_page(title="Convoys", path="convoys")
    a_counter(incident="the convoy was stopped")
    a_notice(sentence="The convoy is late.")
    page = found(admin_client, "convoy")
    for label in ("Messages", "Pages", "Counters", "Notices", "draft", "published · /convoys/"):
        assert label in page
    assert page.split("desk-results")[1].count("<li><a") == 5


def test_each_user_finds_what_they_may_see(client):
    a_message(headline="The convoy"), a_page(title="The convoy")
    limited = a_message(headline="A secret convoy", publish_at=None)
    limited.limit_to([get_user_model().objects.create_user("other", is_staff=True)])
    client.force_login(a_member(roles.EDITORS))
    page = found(client, "convoy")
    assert "The convoy" in page and "secret" not in page and "Pages</h2>" not in page
    client.force_login(a_member(roles.CONSULAR))
    assert "Nothing on the desk matches" in found(client, "convoy")


def test_a_pasted_address_leads_to_its_form(admin_client):
    message, page, counter = a_message(headline="The convoy"), a_page(path="visas/children"), a_counter(slug="days")
    form = "/admin/{}/{}/change/".format
    assert found(admin_client, f"https://example.org{message.get_absolute_url()}") == form("news/message", message.pk)
    assert found(admin_client, "/visas/children") == form("pages/page", page.pk)
    assert found(admin_client, "visas/children/") == form("pages/page", page.pk)
    assert found(admin_client, "/counters/days/") == form("counters/counter", counter.pk)
    assert found(admin_client, f"http://testserver{form('pages/page', page.pk)}") == form("pages/page", page.pk)
    page.path = "travel"
    page.save()
    assert found(admin_client, "/visas/children/") == form("pages/page", page.pk)


def test_an_address_does_not_tell_of_what_the_user_may_not_see(client):
    page = a_page(path="visas/children")
    client.force_login(a_member(roles.CONSULAR))
    assert "Nothing on the desk matches" in found(client, page.get_absolute_url())


def test_a_reference_leads_to_the_enquiry_of_those_who_may_read_it(client):
    enquiry = an_enquiry()
    client.force_login(a_member(roles.CONSULAR))
    assert found(client, enquiry.reference.lower()) == f"/admin/consular/enquiry/{enquiry.pk}/change/"
    client.force_login(a_member(roles.EDITORS))
    assert "Nothing on the desk matches" in found(client, enquiry.reference)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "x" * 5000,
        "//",
        "/",
        "http://[",
        "//evil.example/admin/x",
        "a/" * 300,
        "/admin/nowhere/",
        '"',
        "%",
    ],
)
def test_any_text_is_answered(admin_client, typed):
    answer = admin_client.get(SEARCH, {"q": typed})
    assert answer.status_code == 200


def test_the_box_is_on_each_page_and_the_list_has_the_rest(admin_client):
    for number in range(8):
        a_message(headline=f"Convoy {number}")
    assert f'action="{SEARCH}"' in admin_client.get("/admin/").content.decode()
    assert '<a href="/admin/news/message/?q=convoy">View all</a>' in found(admin_client, "convoy")
