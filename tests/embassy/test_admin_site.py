"""Admin of messages: write, publish, schedule, withdraw; invalid input gets a helpful sentence."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from news.models import Message
from outbox.delivery import send_due
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.desk import approve_from_list
from tests.helpers.message_form import ADD_URL, change_url, create_press_officer, filled_form, opened_form
from tests.helpers.revisions import a_revision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

STATES = [state for state in Message.State.values if state not in ("applied", "discarded")]
LIST = "/admin/news/message/"


# Writing and publishing


def test_save_keeps_a_draft(admin_client):
    admin_client.post(ADD_URL, filled_form(_save="Save"))
    assert Message.objects.get().state(NOON) == Message.State.DRAFT


def test_save_and_approve_publishes_immediately(admin_client, client):
    admin_client.post(ADD_URL, filled_form(_approve="x", override="Alone on duty."))
    message = Message.objects.get()
    assert (message.publish_at, message.approved_by.username) == (NOON, "admin")
    assert client.get(message.get_absolute_url()).status_code == 200


def sentences(response):
    """Return what a page of the desk says about the step before, as text."""
    return [str(message) for message in response.context["messages"]]


def test_after_a_save_there_is_one_sentence_with_what_comes_next(admin_client):
    saved = sentences(admin_client.post(ADD_URL, filled_form(headline="<b> & others", _save="x"), follow=True))
    message = Message.objects.get()
    link = f'Saved: <a href="{change_url(message)}"><bdi>&lt;b&gt; &amp; others</bdi></a>'
    again = opened_form(admin_client, message, _continue="x")
    assert (saved, sentences(admin_client.post(change_url(message), again, follow=True))) == ([link], ["Saved."])
    approval = opened_form(admin_client, message, _approve="x", override="Alone on duty.")
    published = sentences(admin_client.post(change_url(message), approval, follow=True))
    url = Message.objects.get().get_absolute_url()
    assert published == [f'Published at <a href="{url}">{url}</a>']


def test_a_future_time_in_the_host_country_schedules(admin_client):
    data = filled_form(_approve="x", override="Alone.", publish_at_0="01/07/2021", publish_at_1="12:00")
    admin_client.post(ADD_URL, data)
    assert Message.objects.get().publish_at.isoformat() == "2021-07-01T11:00:00+00:00"


def test_a_future_time_in_the_other_capital_schedules(admin_client):
    moment = {"publish_at_0": "2021-07-01", "publish_at_1": "12:00", "publish_at_zone": "Europe/Moscow"}
    admin_client.post(ADD_URL, filled_form(_approve="x", override="Alone.", **moment))
    assert Message.objects.get().publish_at.isoformat() == "2021-07-01T09:00:00+00:00"


def test_the_form_names_the_cities_whose_time_can_be_entered(admin_client):
    page = admin_client.get(ADD_URL).content.decode()
    assert 'name="publish_at_zone" value="Europe/London" checked> <span>London</span>' in page
    assert 'name="publish_at_zone" value="Europe/Moscow"> <span>Moscow</span>' in page


def test_the_text_is_sanitised_on_save(admin_client):
    admin_client.post(ADD_URL, filled_form(_save="Save", body="<p onclick='x()'>Text<script>alert(1)</script></p>"))
    assert Message.objects.get().body == "<p>Text</p>"


def test_many_messages_are_approved_from_the_list(admin_client):
    rows = [a_message(publish_at=None) for _ in range(3)]
    for row in rows:
        row.submit(at=NOON)
    approve_from_list(admin_client, *rows)
    assert Message.objects.published(NOON).count() == 3


def test_users_without_permission_cannot_approve(client):
    client.force_login(create_press_officer())
    assert 'name="_approve"' not in client.get(ADD_URL).content.decode()
    assert client.post(ADD_URL, filled_form(_approve="x", override="Alone.")).status_code == 403
    assert not Message.objects.exists()


# Invalid input


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"headline": ""}, "This field is required"),
        ({"source_url": "www.example.org"}, "starting with https://"),
        ({"publish_at_0": "31/02/2021", "publish_at_1": "12:00"}, "Enter the date as DD/MM/YYYY"),
        ({"publish_at_0": "28/03/2021", "publish_at_1": "01:30"}, "does not exist"),
        ({"slug": "a b"}, "slug"),
        ({"body": "<p><img src='/media/x.jpg'></p>"}, "alternative text"),
        ({"category": "999999999999999999999999"}, "valid choice"),
        ({"headline": "x\x00y"}, "Null characters"),
    ],
)
def test_invalid_input_gets_a_sentence_and_is_kept_in_the_form(admin_client, wrong, sentence):
    answer = admin_client.post(ADD_URL, filled_form(_save="Save", lead="Typed with care") | wrong)
    page = answer.content.decode()
    assert (answer.status_code, sentence in page, "Typed with care" in page) == (200, True, True)
    assert not Message.objects.exists()


def test_a_public_message_cannot_be_rescheduled(admin_client):
    revision = a_revision(a_message())
    data = opened_form(admin_client, revision) | {"publish_at_0": "01/07/2021", "publish_at_1": "12:00"}
    assert "cannot be rescheduled" in admin_client.post(change_url(revision), data).content.decode()


def test_a_published_message_needs_its_publication_time(admin_client):
    revision = a_revision(a_message())
    data = opened_form(admin_client, revision) | {"publish_at_0": "", "publish_at_1": ""}
    assert "needs its publication time" in admin_client.post(change_url(revision), data).content.decode()


# Withdrawing and deleting


def test_withdrawing_asks_for_a_reason(admin_client, client):
    message = a_message()
    address = f"/admin/news/message/withdraw/?ids={message.pk}"
    refused = admin_client.post(address, {"reason": " "}).content.decode()
    admin_client.post(address, {"reason": "It named the wrong city."})
    assert "Enter a reason" in refused
    assert client.get(message.get_absolute_url()).status_code == 410


def test_many_messages_are_withdrawn_for_one_reason(admin_client):
    rows = [a_message(), a_message()]
    answer = admin_client.post(LIST, {"action": "withdraw_selected", "_selected_action": [row.pk for row in rows]})
    admin_client.post(answer["Location"], {"reason": "Wrong."})
    assert Message.objects.withdrawn().count() == 2


@pytest.mark.parametrize("ids", ["", "x", "1,,x", "9" * 49, "٣"])
def test_withdrawing_without_a_selection_is_not_found(admin_client, ids):
    assert admin_client.get(f"/admin/news/message/withdraw/?ids={ids}").status_code == 404


def test_users_without_permission_cannot_withdraw(client):
    message = a_message()
    client.force_login(create_press_officer())
    assert client.post(f"/admin/news/message/withdraw/?ids={message.pk}", {"reason": "x"}).status_code == 403


def test_drafts_can_be_deleted_and_published_messages_cannot(admin_client):
    public, draft = a_message(), a_message(publish_at=None)
    assert admin_client.post(f"/admin/news/message/{public.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.post(f"/admin/news/message/{draft.pk}/delete/", {"post": "yes"}).status_code == 302
    assert Message.objects.get() == public


def test_the_list_offers_no_deletion(admin_client):
    a_message()
    assert "delete_selected" not in admin_client.get(LIST).content.decode()


# Lists and previews


def test_the_list_shows_states_and_times_in_both_zones(admin_client):
    a_message(publish_at=NOON + HOUR, approved_at=NOON)
    page = admin_client.get(LIST).content.decode()
    assert ("scheduled" in page, "24 November 2020, 13:37 London<small>16:37 Moscow</small>" in page) == (True, True)


@pytest.mark.parametrize("state", STATES)
def test_the_list_is_filtered_by_state(admin_client, state):
    a_message(headline="One draft.", publish_at=None)
    a_message(headline="One submitted.", publish_at=None).submit(at=NOON)
    a_message(headline="One scheduled.", publish_at=NOON + HOUR, approved_at=NOON)
    a_message(headline="One published.")
    a_message(headline="One withdrawn.").withdraw("Wrong.", at=NOON)
    page = admin_client.get(LIST, {"state": state}).content.decode()
    assert [f"One {name}." in page for name in STATES] == [name == state for name in STATES]


@pytest.mark.parametrize(
    "query",
    [
        "state=x",
        "year=x",
        "year=99999999999999999999",
        "year=0",
        "category__id__exact=x",
        "p=9999999",
        "q=%F0%9F%98%80",
        "o=99",
        "_x=1",
    ],
)
def test_wild_parameters_of_the_list_cause_no_error(admin_client, query):
    a_message()
    assert admin_client.get(f"{LIST}?{query}").status_code in (200, 302)


def test_the_year_filter_uses_the_host_countrys_calendar(admin_client):
    a_message(headline="This year.")
    a_message(headline="Last year.", publish_at=NOON - 365 * DAY)
    page = admin_client.get(LIST, {"year": "2019"}).content.decode()
    assert ("Last year." in page, "This year." in page) == (True, False)


def test_only_public_messages_have_a_link_to_the_site(admin_client):
    public, draft = a_message(), a_message(publish_at=None)
    assert public.get_absolute_url() in admin_client.get(change_url(public)).content.decode()
    assert "View on site" not in admin_client.get(change_url(draft)).content.decode()


def test_only_staff_can_preview_a_draft(admin_client, client):
    draft = a_message(publish_at=None, headline="Not yet for you")
    address = reverse("admin:news_message_preview", args=[draft.pk])
    answer = admin_client.get(address)
    assert ("Not yet for you" in answer.content.decode(), "no-store" in answer["Cache-Control"]) == (True, True)
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("pk", ["9" * 49, "999"])
def test_an_unknown_message_has_no_preview(admin_client, pk):
    assert admin_client.get(f"/admin/news/message/{pk}/preview/").status_code == 404


def test_a_lost_password_is_reset_by_email(client, mailoutbox):
    get_user_model().objects.create_user("anna", "anna@example.org", "a long password", is_staff=True)
    assert "password-reset" in client.get("/admin/login/").content.decode()
    client.post(reverse("admin_password_reset"), {"email": "anna@example.org"})
    send_due(timezone.now)
    address = next(word for word in mailoutbox[0].body.split() if "/admin/reset/" in word)
    assert address.startswith("http://testserver/admin/reset/")
    form = client.get(address, follow=True)
    answer = client.post(
        form.redirect_chain[-1][0], {"new_password1": "another long one", "new_password2": "another long one"}
    )
    assert answer.status_code == 302
    assert client.login(username="anna", password="another long one")


@pytest.mark.parametrize("nonsense", ["x", "", "1.5", "9" * 49, "٣", "[]", "\x00"])
@pytest.mark.parametrize("rows", ["/admin/news/category/", "/admin/news/message/", "/admin/auth/user/"])
def test_an_impossible_row_gets_a_sentence(admin_client, rows, nonsense):
    answer = admin_client.post(rows, {"action": "delete_selected", "_selected_action": [nonsense, "1"]})
    assert (answer.status_code, "is not valid" in answer.content.decode()) == (400, True)


def test_invented_rows_of_an_editable_list_are_refused(admin_client):
    form = {"_save": "x", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": "9" * 49}
    assert admin_client.post("/admin/news/category/", form).status_code == 400
