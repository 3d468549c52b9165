"""Remarks on the desk: who may read and write them, the card, the action bar, the list, the dashboard."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from accounts import roles
from remarks import models
from remarks.models import Remark
from tests.factories import HOUR, NOON, a_message
from tests.helpers.accounts import a_member
from tests.helpers.desk import step_url
from tests.helpers.message_form import a_draft, change_url
from tests.helpers.remarks import CARD, a_remark, post_remark, remarks_url, resolved
from tests.helpers.versions import write_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIST = "/admin/news/message/"


@pytest.fixture
def people(client):
    """A writer, an editor, and one who may only read; the writer is signed in."""
    members = {
        "anna": a_member(roles.WRITERS, username="anna", first_name="Anna", last_name="Writer"),
        "boris": a_member(roles.EDITORS, username="boris", first_name="Boris", last_name="Editor"),
        "reader": a_member(username="reader"),
    }
    reading = Permission.objects.get(codename="view_message", content_type__app_label="news")
    members["reader"].user_permissions.add(reading)
    client.force_login(members["anna"])
    return members


@pytest.fixture
def draft(people):
    return write_as(people["anna"], a_draft())


def page(client, message):
    return client.get(change_url(message)).content.decode()


# Rights


@pytest.mark.parametrize("name", ["anna", "boris", "reader"])
def test_who_sees_the_message_writes_remarks(client, people, draft, name):
    client.force_login(people[name])
    response = post_remark(client, draft)
    assert (response.status_code, response.url) == (302, change_url(draft) + CARD)
    assert Remark.objects.get().author == people[name]
    assert "Please name the source." in page(client, draft)


def test_a_member_of_staff_without_messages_does_not(client, draft):
    client.force_login(a_member(roles.CONSULAR))
    assert post_remark(client, draft).status_code in (302, 404)
    assert not Remark.objects.exists()


def test_a_visitor_is_asked_to_sign_in(client, draft):
    client.logout()
    assert "/admin/login/" in post_remark(client, draft).url
    assert not Remark.objects.exists()


@pytest.mark.both_databases
def test_a_limited_draft_and_its_remarks_do_not_exist_for_others(client, people, draft):
    remark = a_remark(draft, people["anna"])
    draft.limit_to([people["anna"]])
    client.force_login(people["boris"])
    for data in ({"write": 1, "remark": "Mine"}, {"resolve": remark.pk}, {"reply": remark.pk}, {"script": 1}):
        assert client.post(remarks_url(draft), data).status_code == 404
    assert Remark.objects.get().is_open


def test_a_remark_is_reached_by_its_own_message_only(client, people, draft):
    remark = a_remark(draft, people["anna"])
    other = a_draft(slug="other")
    for pk in (remark.pk, "x", "9" * 30, ""):
        assert client.post(remarks_url(other), {"resolve": pk}).status_code == 404
    assert client.post(remarks_url(other), {"unknown": 1}).status_code == 302


def test_own_remarks_are_deleted_for_some_minutes(client, people, draft, clock):
    mine, theirs = a_remark(draft, people["anna"]), a_remark(draft, people["boris"])
    assert page(client, draft).count("Delete my remark") == 1
    for remark in (mine, theirs):
        client.post(remarks_url(draft), {"delete": remark.pk})
    assert list(Remark.objects.all()) == [theirs]
    late = a_remark(draft, people["anna"])
    clock.move_to(NOON + HOUR)
    answer = client.post(remarks_url(draft), {"delete": late.pk}, follow=True)
    assert "You can delete only your own remarks" in answer.content.decode()
    assert Remark.objects.filter(pk=late.pk).exists()


# Writing


def test_replying_resolving_and_reopening(client, people, draft):
    remark = a_remark(draft, people["boris"], quotation="the words")
    client.post(remarks_url(draft), {"reply": remark.pk, f"reply-{remark.pk}": "Done.", "remark": "Not sent"})
    assert [(row.text, row.parent) for row in remark.replies.all()] == [("Done.", remark)]
    client.post(remarks_url(draft), {"resolve": remark.pk})
    remark.refresh_from_db()
    assert remark.resolved_by == people["anna"]
    assert "Resolved by Anna Writer" in page(client, draft)
    client.post(remarks_url(draft), {"reopen": remark.pk})
    remark.refresh_from_db()
    assert remark.is_open


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"remark": " \u200b "}, "Enter your remark."),
        ({"remark": "x" * 2_001}, "the maximum is 2000"),
        ({"remark": "A\x00B"}, "Null characters are not allowed."),
        ({"remark": "Fine", "quotation": "q" * 501}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_stored_is_shown_with_the_reason(client, draft, fields, sentence):
    answer = post_remark(client, draft, **fields)
    assert sentence in answer.content.decode()
    answer = post_remark(client, draft, script="1", **fields)
    assert (answer.status_code, answer.json()["field"]) == (422, "remark")
    assert sentence in answer.json()["error"]
    assert not Remark.objects.exists()


def test_a_burst_is_bounded_with_a_sentence(client, draft, monkeypatch):
    monkeypatch.setattr(models, "MAX_IN_A_ROW", 1)
    post_remark(client, draft)
    answer = post_remark(client, draft, "A second one")
    assert "many remarks in a few minutes" in answer.content.decode()
    assert "A second one" in answer.content.decode()


def test_a_script_gets_the_card(client, people, draft):
    answer = post_remark(client, draft, "<b>Bold</b>\nwords", script="1", quotation="Quoted words").json()
    assert (answer["value"], answer["open"]) == ("1 open", "1 remark is open")
    assert "&lt;b&gt;Bold&lt;/b&gt;" in answer["card"]
    assert "Quoted words" in answer["card"]


def test_opening_the_address_leads_to_the_card(client, draft):
    assert client.get(remarks_url(draft)).url == change_url(draft) + CARD


# Where they are counted


def test_a_new_message_has_no_card(client, people):
    assert "data-remarks" not in client.get(f"{LIST}add/").content.decode()


def test_open_remarks_are_counted_at_approve(client, people, draft):
    a_remark(draft, people["anna"])
    a_remark(draft, people["anna"])
    draft.submit(at=NOON, by=people["anna"])
    client.force_login(people["boris"])
    assert "data-open-remarks>2 remarks are open</a>" in page(client, draft)
    assert "2 remarks are open" in client.get(step_url("approve", [draft])).content.decode()
    client.post(step_url("approve", [draft]), {f"version-{draft.pk}": draft.newest_version()})
    draft.refresh_from_db()
    assert draft.approved_at  # they do not block


def test_open_remarks_are_counted_in_the_list_and_on_the_dashboard(client, people, draft):
    resolved(a_remark(draft, people["boris"]), people["boris"])
    assert "remark is open" not in client.get(LIST).content.decode()
    a_remark(draft, people["boris"])
    assert "1 remark is open" in client.get(LIST).content.decode()
    assert "1 remark is open" in client.get("/admin/").content.decode()


@pytest.mark.parametrize("url", ["list", "form"])
def test_remarks_cost_one_query_on_a_page(client, people, draft, url, django_assert_max_num_queries, monkeypatch):
    from news.admin import changelist, remarks

    threads = [a_remark(draft, people["anna"]) for _ in range(5)]
    for thread in threads:
        a_remark(draft, people["boris"], parent=thread)
        resolved(thread, people["boris"])
    address = LIST if url == "list" else change_url(draft)
    client.get(address)
    with django_assert_max_num_queries(200) as with_remarks:
        client.get(address)
    monkeypatch.setattr(changelist, "count_open_remarks", lambda *args: None)
    monkeypatch.setattr(remarks, "form_context", lambda *args: {})
    with django_assert_max_num_queries(200) as without:
        client.get(address)
    assert len(with_remarks) - len(without) == 1


# Nothing is public


def test_no_public_page_has_a_remark(client, people):
    message = a_message(headline="Public words", slug="public")
    a_remark(message, people["anna"], "A secret between colleagues", quotation="Public words")
    client.logout()
    for url in (message.get_absolute_url(), "/", "/messages/", "/feed/", "/api/v1/messages/"):
        assert b"secret between" not in client.get(url, follow=True).content


def test_an_account_with_remarks_is_not_deleted_silently(people, draft):
    a_remark(draft, people["boris"])
    with pytest.raises(Exception, match="protected"):
        get_user_model().objects.get(username="boris").delete()
