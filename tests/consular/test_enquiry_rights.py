"""Permissions of the consular desk: its officers and superusers. Other users do not see that an enquiry exists."""

import re

import pytest
from django.urls import get_resolver

from accounts import roles
from consular.admin.enquiries import ACTIONS
from consular.models import AnswerTemplate, CommonQuestion, Enquiry, Topic
from tests.factories import DAY, NOON, a_topic, an_enquiry
from tests.helpers.accounts import a_member
from tests.helpers.routes import admin_view_paths

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OTHERS = [roles.WRITERS, roles.EDITORS, roles.MANAGERS, None]
DESK = "/admin/consular/enquiry/"


@pytest.fixture
def enquiry():
    return an_enquiry(pk=1)


def desk_addresses():
    """Return every address below the desk of enquiries, for the enquiry 1."""
    admin = next(each for each in get_resolver().url_patterns if str(each.pattern) == "admin/")
    found = {f"/admin/{part}".replace("2/", "1/") for part in set().union(*admin_view_paths(admin))}
    return sorted(address for address in found if address.startswith(DESK) and "/3/" not in address)


def test_the_walk_finds_every_page_of_the_desk():
    acts = {f"{DESK}1/{name}/" for name in ACTIONS}
    pages = {DESK, f"{DESK}find/", f"{DESK}1/change/", f"{DESK}1/history/", f"{DESK}1/erase/"}
    assert set(desk_addresses()) == acts | pages


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_users_get_no_page_of_the_desk(client, enquiry, role, method):
    client.force_login(a_member(*filter(None, [role])))
    data = {
        "text": "x",
        "note": "x",
        "reason": "spam",
        "said": enquiry.reference,
        "version": enquiry.last_activity_at.isoformat(),
    }
    answers = {address: getattr(client, method)(address, data).status_code for address in desk_addresses()}
    assert set(answers.values()) == {403}, answers
    assert Enquiry.objects.get().last_activity_at == enquiry.last_activity_at and not enquiry.log_entries.exists()


@pytest.mark.parametrize("role", OTHERS)
def test_other_users_see_no_enquiries_on_the_dashboard(client, enquiry, role):
    client.force_login(a_member(*filter(None, [role])))
    page = client.get("/admin/").content.decode()
    assert enquiry.reference not in page and DESK not in page and "Enquiries" not in page


def test_anonymous_users_are_redirected_to_the_sign_in_page(client, enquiry):
    for address in desk_addresses():
        for answer in (client.get(address), client.post(address)):
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("address", [DESK, f"{DESK}1/change/", f"{DESK}1/history/", f"{DESK}1/erase/"])
def test_officers_and_superusers_get_the_desk(client, admin_client, enquiry, address):
    assert admin_client.get(address).status_code == 200
    client.force_login(a_member(roles.CONSULAR))
    assert client.get(address).status_code == 200


def test_users_with_view_permission_only_get_no_actions(client, enquiry, django_user_model):
    from django.contrib.auth.models import Permission

    looker = django_user_model.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_enquiry"))
    client.force_login(looker)
    page = client.get(f"{DESK}1/change/").content.decode()
    assert "Send reply" not in page and "/erase/" not in page and enquiry.question in page
    assert client.post(f"{DESK}1/close/").status_code == client.post(f"{DESK}1/erase/").status_code == 403


def test_officers_keep_the_templates_and_nothing_else(client):
    client.force_login(a_member(roles.CONSULAR))
    listed = [model for app in client.get("/admin/").context["app_list"] for model in app["models"]]
    assert sorted(model["object_name"] for model in listed) == ["AnswerTemplate", "Enquiry"]
    client.post("/admin/consular/answertemplate/add/", {"name": "Report", "text": "Dear {name}"})
    assert AnswerTemplate.objects.get().name == "Report"


def test_site_managers_write_common_questions_into_their_topic(client):
    client.force_login(a_member(roles.MANAGERS))
    form = {
        "name": "Passports",
        "mailbox": "desk@example.org",
        "answer_days": "5",
        "retention_days": "365",
        "order": "0",
    }
    inline = "common_questions-"
    form |= {f"{inline}TOTAL_FORMS": "1", f"{inline}INITIAL_FORMS": "0", f"{inline}0-order": "0"}
    form |= {f"{inline}0-question": "How long does it take?", f"{inline}0-answer": "Ten days.", "shown": "on"}
    assert client.post("/admin/consular/topic/add/", form).status_code == 302
    assert CommonQuestion.objects.get().topic == Topic.objects.get()


def test_site_managers_keep_no_templates(client):
    client.force_login(a_member(roles.MANAGERS))
    assert client.get("/admin/consular/answertemplate/").status_code == 403


# The dashboard


def front(client):
    """Return the page of the dashboard, and the references in each queue of its section of enquiries."""
    answer = client.get("/admin/")
    section = next(each for each in answer.context["sections"] if each["name"] == "open-enquiries")
    queues = {queue.name: [enquiry.reference for enquiry in queue.rows] for queue in section["queues"]}
    return answer.content.decode(), queues


def test_dashboard_has_each_enquiry_in_the_first_queue_that_fits(client):
    officer, colleague = a_member(roles.CONSULAR), a_member(roles.CONSULAR, username="mark")
    client.force_login(officer)
    topic = a_topic()
    overdue, today, new, mine, theirs = (
        an_enquiry(topic=topic, at=NOON - days * DAY).reference for days in (20, 7, 0, 1, 0)
    )
    for reference, to in ((overdue, officer), (mine, officer), (theirs, colleague)):
        Enquiry.objects.get(reference=reference).assign(to, by=officer, at=NOON)
    an_enquiry(topic=topic, suspicion="Many links.")
    page, queues = front(client)
    assert queues == {"overdue": [overdue], "today": [today], "new": [new], "mine": [mine]}
    assert "overdue since 11 November" in page and "1 suspected spam to review" in page
    assert "5 enquiries await a reply" in page and theirs not in page


def test_dashboard_of_a_consular_officer_is_titled_and_names_no_visitor(client):
    client.force_login(a_member(roles.CONSULAR))
    an_enquiry(name="Anna Secret")
    page, _queues = front(client)
    assert "<h1>Consular desk</h1>" in page and "Anna" not in page
    assert re.search(r"<title>\s*Consular desk\s*</title>", page)


def test_dashboard_loads_at_most_ten_of_each_queue_by_as_many_queries(client, django_assert_max_num_queries):
    client.force_login(a_member(roles.CONSULAR))
    topic = a_topic()
    for _number in range(12):
        an_enquiry(topic=topic)
    client.get("/admin/")
    with django_assert_max_num_queries(20):
        page, queues = front(client)
    assert len(queues["new"]) == 10 and "View all" in page


def test_dashboard_shows_no_queue_without_enquiries(client):
    client.force_login(a_member(roles.CONSULAR))
    page, queues = front(client)
    assert queues == {} and "No open enquiries." in page
