"""The approval workflow in a browser: submitted by a writer, approved or sent back by an editor, published."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts import roles
from news.models import Message
from outbox.delivery import send_due
from tests.factories import a_counter, a_message, a_notice, an_enquiry
from tests.helpers.accounts import a_member
from tests.helpers.desk_pages import open_steps
from tests.helpers.versions import write_as

pytestmark = pytest.mark.django_db(transaction=True)

HEADLINE = "On the visit of the inspectors"


def section(page, name):
    return page.locator(f".dashboard-columns .{name}")


@pytest.fixture
def writer(open_page, log_in):
    """A page on which a press writer is signed in."""
    page = open_page()
    page.officer = log_in(page, a_member(roles.WRITERS, first_name="Anna", last_name="Writer"))
    return page


@pytest.fixture
def editor(open_page, log_in):
    """A page on which a press editor is signed in."""
    page = open_page()
    page.officer = log_in(page, a_member(roles.EDITORS))
    return page


@pytest.fixture
def draft(writer):
    """A draft of the writer's with several paragraphs, due in half an hour."""
    body = "<p>The first paragraph.</p><p>The second &amp; last, with <strong>weight</strong>.</p><ul><li>One</li></ul>"
    soon = timezone.now() + timedelta(minutes=30)
    message = a_message(headline=HEADLINE, body=body, publish_at=soon, approved_at=None)
    return write_as(writer.officer, message)


def letters():
    """Send the e-mails in the outbox, and return their recipients."""
    mail.outbox.clear()
    send_due(timezone.now)
    return [address for letter in mail.outbox for address in letter.to]


def submit(writer):
    """Find the draft on the dashboard, and submit it."""
    writer.goto("/admin/")
    section(writer, "my-drafts").get_by_role("link", name=HEADLINE).click()
    writer.get_by_role("button", name="Submit for approval").click()
    expect(writer.locator(".messagelist")).to_contain_text("Submitted for approval")


def test_a_submitted_text_is_approved_and_published_when_due(writer, editor, draft, open_page):
    submit(writer)
    assert letters() == [editor.officer.email]

    editor.goto("/admin/")
    expect(section(editor, "awaiting-approval")).to_contain_text("submitted by Anna Writer")
    section(editor, "awaiting-approval").get_by_role("link", name=HEADLINE, exact=True).click()
    editor.get_by_role("button", name="Schedule for").click()
    expect(editor.locator(".messagelist")).to_contain_text("It will be published at")
    assert letters() == [writer.officer.email]

    editor.goto("/admin/")
    expect(editor.locator(".nothing")).to_contain_text("Nothing awaits your approval.")
    expect(section(editor, "ahead")).to_contain_text(HEADLINE)
    visitor = open_page()
    visitor.goto("/messages/")
    expect(visitor.get_by_text(HEADLINE)).to_have_count(0)

    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=True):
        visitor.goto("/messages/")
        expect(visitor.get_by_role("link", name=HEADLINE)).to_be_visible()
        editor.goto("/admin/")
        expect(section(editor, "recently-published")).to_contain_text(HEADLINE)


def test_a_text_sent_back_is_on_the_writers_front_page_with_the_reason(writer, editor, draft):
    submit(writer)
    editor.goto("/admin/news/message/")
    editor.get_by_role("link", name="Awaiting approval").click()
    editor.get_by_role("link", name=HEADLINE, exact=True).click()
    open_steps(editor)
    editor.get_by_role("link", name="Send back").click()
    question = editor.get_by_role("dialog", name="Send back")
    question.get_by_label("Reason").fill("The date is missing.")
    question.get_by_role("button", name="Send back").click()
    expect(editor.locator(".messagelist")).to_contain_text(f"Sent back: {HEADLINE} (a draft).")
    writer.goto("/admin/")
    expect(section(writer, "my-drafts")).to_contain_text("sent back")
    expect(section(writer, "my-drafts")).to_contain_text("The date is missing.")
    assert Message.objects.drafts().get() == draft


@pytest.mark.may_complain  # axe itself sets a style
@pytest.mark.parametrize("look", [{}, {"viewport": {"width": 800, "height": 1000}}])
def test_front_page_and_list_have_no_violations(open_page, log_in, axe, look):
    page, officer = open_page(**look), a_member(roles.EDITORS, roles.CONSULAR, roles.MANAGERS)
    log_in(page, officer)
    a_message(headline=HEADLINE, publish_at=timezone.now() - timedelta(hours=1))
    write_as(officer, a_message(publish_at=None))
    a_message(publish_at=None).submit(at=timezone.now())
    a_counter(since=(timezone.now() - timedelta(days=995)).date())
    a_notice()
    an_enquiry()
    for address in ("/admin/", "/admin/news/message/", "/admin/auth/user/", "/admin/auth/user/add/"):
        page.goto(address)
        assert axe(page, without=["#searchbar"]) == [], address  # Django labels it with an icon
