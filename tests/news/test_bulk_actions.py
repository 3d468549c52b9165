"""Workflow steps on many messages: preview of each, and a report of the changes."""

import re

import pytest

from accounts import roles
from core.templatetags.datetimes import in_zones
from news.admin.workflow import report_state
from news.admin.workflow_steps import MAX_LISTED, MAX_MESSAGES
from news.models import Message
from tests.factories import DAY, NOON, a_message
from tests.helpers.accounts import a_member
from tests.helpers.desk import LIST, approve_chosen, approve_from_list, listed_versions, step_url
from tests.helpers.form_fields import buttons_of
from tests.helpers.message_form import save_as_colleague

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.both_databases]


@pytest.fixture
def editor(client):
    user = a_member(roles.EDITORS, username="editor")
    client.force_login(user)
    return user


def waiting(writer=None, **kwargs):
    """Return a message awaiting approval."""
    message = a_message(**{"publish_at": None, "approved_at": None} | kwargs)
    message.submit(at=NOON, by=writer)
    return message


def test_approval_from_the_list_first_previews_each_message(client, editor):
    now, later, own = waiting(), waiting(publish_at=NOON + DAY), waiting(editor)
    chosen = {"action": "approve_selected", "_selected_action": [now.pk, later.pk, own.pk]}
    page = client.post(LIST, chosen, follow=True).content.decode()
    assert all(message.headline in page for message in (now, later, own))
    assert "Will be published immediately." in page
    assert f"Will be published at {in_zones(NOON + DAY)}." in page
    assert "You have worked on this text, so it is left out." in page
    assert not Message.objects.published(NOON).exists()


def test_a_text_changed_since_the_list_was_shown_is_not_approved(client, editor):
    read, changed = waiting(), waiting()
    versions = listed_versions(client)
    save_as_colleague(changed, headline="Something else")
    page = approve_chosen(client, read, changed, versions=versions, follow=True).content.decode()
    assert "Something else: This text was changed after you opened it. Read it again before you approve it." in page
    assert list(Message.objects.published(NOON)) == [read]


def test_a_text_changed_since_the_confirmation_page_was_shown_is_not_approved(client, editor):
    message = waiting()
    url = step_url("approve", [message])
    shown = dict(re.findall(r'name="(version-[0-9]+)" value="([0-9]+)"', client.get(url).content.decode()))
    save_as_colleague(message, headline="Something else")
    client.post(url, shown)
    assert not Message.objects.published(NOON).exists()
    assert "Read it again" in client.post(url, {}, follow=True).content.decode()
    client.post(url, shown | {f"version-{message.pk}": str(message.newest_version())})
    assert Message.objects.published(NOON).exists()


@pytest.mark.one_database
def test_the_result_lists_the_changed_messages(client, editor):
    now, later = waiting(headline="On <visas>"), waiting(publish_at=NOON + DAY)
    page = approve_from_list(client, now, later, follow=True).content.decode()
    assert "Approved: <a href=" in page
    assert f'<a href="{LIST}{now.pk}/change/">On &lt;visas&gt;</a> (published)' in page
    assert (
        f'<a href="{LIST}{later.pk}/change/">{later.headline}</a> (to be published at {in_zones(NOON + DAY)})' in page
    )


@pytest.mark.one_database
def test_the_result_lists_ten_messages_and_counts_the_rest(client, editor):
    rows = [waiting() for _ in range(MAX_LISTED + 2)]
    page = approve_from_list(client, *rows, follow=True).content.decode()
    assert "; and 2 more." in page
    assert Message.objects.published(NOON).count() == MAX_LISTED + 2


def test_a_selection_of_own_texts_cannot_be_approved(client, editor):
    page = client.get(step_url("approve", [waiting(editor)])).content.decode()
    assert '<input type="submit" value="Approve"' not in page


@pytest.mark.one_database
@pytest.mark.parametrize("step", ["approve", "withdraw"])
def test_a_selection_above_the_limit_is_refused(client, editor, step):
    kwargs = {"approved_at": None, "publish_at": None, "submitted_at": NOON} if step == "approve" else {}
    message = a_message(**kwargs)
    columns = [each.attname for each in Message._meta.concrete_fields if each.name != "id"]
    fields = {name: getattr(message, name) for name in columns}
    rows = [Message(**fields | {"slug": f"copy-{i}"}) for i in range(MAX_MESSAGES)]
    Message.objects.bulk_create(rows)
    everything = list(Message.objects.all())
    page = client.get(step_url(step, everything), follow=True).content.decode()
    assert "You have selected more than 500 messages, so nothing was changed." in page
    assert (
        client.get(step_url(step, everything[:MAX_MESSAGES])).content.decode().count('class="selected-messages"') == 1
    )


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("count", "sentence"), [(1, "This message will be removed"), (2, "These messages will be removed")]
)
def test_the_page_uses_singular_and_plural(client, editor, count, sentence):
    rows = [a_message() for _ in range(count)]
    assert sentence in client.get(step_url("withdraw", rows)).content.decode()


@pytest.mark.one_database
def test_cancel_links_to_the_form_or_the_list(client, editor):
    one, two = a_message(), a_message()
    page = client.get(step_url("withdraw", [one])).content.decode()
    assert f'<a class="closelink" href="{LIST}{one.pk}/change/">' in page
    page = client.get(step_url("withdraw", [one, two])).content.decode()
    assert f'<a class="closelink" href="{LIST}">' in page


@pytest.mark.one_database
def test_a_withdrawn_message_has_a_banner_above_its_form(client, editor):
    message = a_message(headline="On visas")
    page = client.post(step_url("withdraw", [message]), {"reason": "The number was wrong."}, follow=True)
    page = page.content.decode()
    assert f'Withdrawn: <a href="{LIST}{message.pk}/change/">On visas</a> (withdrawn).' in page
    banner = page[page.index("Withdrawn on") : page.index('class="form-row field-headline"')]
    assert "The number was wrong." in banner


@pytest.mark.one_database
def test_the_first_card_of_a_rejected_draft_names_user_and_reason(client, editor):
    writer = a_member(roles.WRITERS, username="writer")
    message = waiting(writer)
    message.send_back("The date is missing.", at=NOON, by=editor)
    client.force_login(writer)
    page = client.get(f"{LIST}{message.pk}/change/").content.decode()
    first_card = page[page.index('class="edit-card') :].partition("</details>")[0]
    name = editor.get_full_name() or editor.get_username()
    assert [text in first_card for text in ("Sent back", name, "The date is missing.")] == [True] * 3
    message.refresh_from_db()
    message.submit(at=NOON + DAY, by=writer)
    assert "edit-card sent-back" not in client.get(f"{LIST}{message.pk}/change/").content.decode()


@pytest.mark.one_database
def test_an_unexpected_state_is_reported_without_an_error(client, editor, monkeypatch):
    message = waiting()
    monkeypatch.setattr(Message, "approve", lambda self, **kwargs: None)
    monkeypatch.setattr(Message, "state", lambda self, at: Message.State.WITHDRAWN)
    sentences = []
    monkeypatch.setattr("news.admin.workflow.messages.success", lambda request, text: sentences.append(str(text)))
    request = type("Request", (), {"POST": {"_approve": "x"}, "at": NOON})()
    assert report_state(request, message).status_code == 302
    assert sentences == ["Its state is now: withdrawn."]


@pytest.mark.one_database
@pytest.mark.parametrize("kwargs", [{"publish_at": None}, {"publish_at": NOON + DAY, "approved_at": NOON}])
def test_a_preview_of_an_unpublished_message_does_not_say_published(client, editor, kwargs):
    page = client.get(f"{LIST}{a_message(**kwargs).pk}/preview/").content.decode()
    assert ("<p>Published" in page, "<p>To be published" in page) == (False, True)
    page = client.get(f"{LIST}{a_message().pk}/preview/").content.decode()
    assert ("<p>Published" in page, "<p>To be published" in page) == (True, False)


@pytest.mark.one_database
def test_consular_officers_have_a_dashboard_of_their_own(client):
    client.force_login(a_member(roles.CONSULAR))
    assert "<h1>Consular desk</h1>" in client.get("/admin/").content.decode()


FORMS = ["news/message", "news/category", "pages/page", "counters/counter", "consular/notice", "consular/office"]


@pytest.mark.one_database
@pytest.mark.parametrize("form", FORMS)
def test_enter_in_a_single_line_field_does_not_submit(admin_client, form):
    page = admin_client.get(f"/admin/{form}/add/").content.decode()
    first = buttons_of(page, f"{form.partition('/')[2]}_form")[0]  # the one that Enter presses
    assert {"disabled", "hidden"} <= first.keys()


def test_several_messages_are_sent_back_with_one_reason(client, editor):
    one, other, draft = waiting(), waiting(), a_message(publish_at=None)
    chosen = {"action": "send_back_selected", "_selected_action": [one.pk, other.pk, draft.pk]}
    answer = client.post(LIST, chosen)
    page = client.get(answer.headers["Location"]).content.decode()
    assert one.headline in page and other.headline in page and draft.headline not in page
    client.post(answer.headers["Location"], {"reason": "Name the source."})
    assert {message.log_entries.first().reason for message in (one, other)} == {"Name the source."}
    assert not Message.objects.submitted().exists()
