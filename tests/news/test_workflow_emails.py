"""E-mails about workflow steps: to the editors who may approve, and to the authors."""

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone

from accounts import roles
from news.models import Message
from outbox.delivery import send_due
from outbox.models import OutboxEmail
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.accounts import a_member
from tests.helpers.desk import approve_from_list
from tests.helpers.message_form import opened_form, post_form
from tests.helpers.versions import write_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIST = "/admin/news/message/"


@pytest.fixture
def people(client):
    """A writer and two editors; the writer is signed in."""
    members = {
        "anna": a_member(roles.WRITERS, username="anna", first_name="Anna", last_name="Writer"),
        "boris": a_member(roles.EDITORS, username="boris", first_name="Boris", last_name="Editor"),
        "carol": a_member(roles.EDITORS, username="carol"),
    }
    client.force_login(members["anna"])
    return members


def submit(client, message):
    client.post(LIST, {"action": "submit_selected", "_selected_action": [message.pk]})


def approve(client, message):
    approve_from_list(client, message)


def a_draft(user, **kwargs):
    """Return a draft by `user`."""
    return write_as(user, a_message(**{"publish_at": None, "headline": "On the inspection"} | kwargs))


def sent():
    """Return the e-mails that are sent now."""
    send_due(timezone.now)
    return mail.outbox


def addresses():
    return sorted(address for letter in sent() for address in letter.to)


# Recipients


def test_approvers_are_notified_of_a_submission(client, people):
    submit(client, a_draft(people["anna"]))
    assert addresses() == ["boris@example.org", "carol@example.org"]


def test_each_recipient_gets_a_separate_email(client, people):
    submit(client, a_draft(people["anna"]))
    assert [len(letter.to) for letter in sent()] == [1, 1]


def test_editors_are_not_notified_of_their_own_submission(client, people):
    client.force_login(people["boris"])
    submit(client, a_draft(people["boris"]))
    assert addresses() == ["carol@example.org"]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}, {"email": ""}])
def test_inactive_users_and_users_without_email_are_not_notified(client, people, gone):
    get_user_model().objects.filter(username="carol").update(**gone)
    submit(client, a_draft(people["anna"]))
    assert addresses() == ["boris@example.org"]


def test_superusers_are_notified_only_without_other_approvers(client, people):
    get_user_model().objects.create_superuser("root", "root@example.org", "a long password")
    get_user_model().objects.filter(username__in=["boris", "carol"]).update(is_active=False)
    submit(client, a_draft(people["anna"]))
    assert addresses() == ["root@example.org"]


def test_authors_are_notified_of_a_rejection_with_its_reason(client, people):
    draft = a_draft(people["anna"])
    submit(client, draft)
    sent().clear()
    client.force_login(people["boris"])
    client.post(f"{LIST}send_back/?ids={draft.pk}", {"reason": "The date is <missing> & wrong."})
    (letter,) = sent()
    assert letter.to == ["anna@example.org"]
    assert ("The date is <missing> & wrong." in letter.body, "Boris Editor" in letter.body) == (True, True)


def test_authors_are_notified_of_an_approval_with_the_publication_time(client, people):
    draft = a_draft(people["anna"], publish_at=NOON + DAY, approved_at=None)
    submit(client, draft)
    sent().clear()
    client.force_login(people["boris"])
    approve(client, draft)
    (letter,) = sent()
    assert letter.to == ["anna@example.org"]
    assert "25 November 2020, 12:37 London · 15:37 Moscow" in letter.body


def test_users_are_not_notified_of_their_own_steps(client, people):
    draft = a_draft(people["boris"])
    client.force_login(people["boris"])
    client.post(
        f"{LIST}{draft.pk}/change/",
        {"_approve": "x", "override": "Alone.", "headline": "x", "body": "<p>x</p>", "category": draft.category_id}
        | {"language": "en", "publish_at_0": "", "publish_at_1": "", "attachments-TOTAL_FORMS": "0"}
        | {"attachments-INITIAL_FORMS": "0"},
    )
    assert sent() == []


def test_an_editor_who_sent_a_text_back_may_approve_it_later(client, people):
    draft = a_draft(people["anna"])
    submit(client, draft)
    client.force_login(people["boris"])
    client.post(f"{LIST}send_back/?ids={draft.pk}", {"reason": "The date."})
    client.force_login(people["anna"])
    submit(client, draft)
    client.force_login(people["boris"])
    approve(client, draft)
    assert Message.objects.get().approved_by == people["boris"]


# Content


def test_the_email_links_to_the_form(client, people):
    draft = a_draft(people["anna"])
    submit(client, draft)
    assert f"http://testserver/admin/news/message/{draft.pk}/change/" in sent()[0].body


def test_the_email_contains_the_headline_unescaped(client, people):
    submit(client, a_draft(people["anna"], headline='"War & peace":\nnew <edition>'))
    assert sent()[0].subject == 'For your approval: "War & peace": new <edition>'


# Without a recipient


def test_users_deactivated_before_sending_get_no_email(client, people):
    submit(client, a_draft(people["anna"]))
    get_user_model().objects.filter(username="carol").update(is_active=False)
    assert addresses() == ["boris@example.org"]


def test_a_refused_step_queues_no_email(client, people):
    client.force_login(people["boris"])
    draft = a_draft(people["boris"])
    submit(client, draft)
    OutboxEmail.objects.all().delete()
    approve(client, draft)
    assert not OutboxEmail.objects.exists()


def test_a_submitted_text_that_is_changed_is_submitted_again(client, people):
    draft = a_draft(people["anna"])
    draft.submit(at=NOON - HOUR, by=people["anna"])
    form = opened_form(client, draft, headline="On the second inspection")
    assert post_form(client, draft, form)[0] == 302
    entry = draft.log_entries.first()
    assert (entry.kind, entry.by, entry.reason) == (
        "submitted",
        people["anna"],
        "The text was changed after it was submitted.",
    )
    assert sorted(address for letter in sent() for address in letter.to) == ["boris@example.org", "carol@example.org"]


def test_a_submitted_text_that_is_saved_unchanged_is_not_submitted_again(client, people):
    draft = a_draft(people["anna"])
    draft.submit(at=NOON - HOUR, by=people["anna"])
    assert post_form(client, draft, opened_form(client, draft))[0] == 302
    assert (draft.log_entries.count(), sent()) == (1, [])


def test_an_approval_that_names_no_version_is_refused(client, people):
    draft = a_draft(people["anna"])
    submit(client, draft)
    client.force_login(people["boris"])
    form = opened_form(client, draft) | {"_approve": "x"}
    del form["version"]
    status, page = post_form(client, draft, form)
    assert (status, "This text was changed after you opened it." in page) == (200, True)
    assert not Message.objects.get().approved_at
