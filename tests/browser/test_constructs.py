"""The table of constructs, pasted into the editor in a browser: each is kept, or its loss is reported."""

import pytest
from playwright.sync_api import expect

from news.models import Message
from richtext.fields import RichTextFormField
from tests.factories import a_message
from tests.helpers.constructs import CONSTRUCTS, EDITOR, without_lines
from tests.helpers.pasting import empty, html, notices, open_editor, paste

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [row for row in CONSTRUCTS if EDITOR in row.ways]


@pytest.fixture
def message():
    return a_message(body="", publish_at=None, headline="Constructs")


def test_each_pasted_construct_is_kept_or_its_loss_is_reported(staff, message):
    open_editor(staff, f"/admin/news/message/{message.pk}/change/")
    faults = []
    for row in ROWS:
        empty(staff)
        paste(staff, row.html)
        field = RichTextFormField()
        kept, named = without_lines(field.clean(html(staff))), notices(staff).all_text_contents()
        if kept != row.demanded or field.losses or len(named) < len(set(row.losses)) or (named and not row.losses):
            faults.append(f"{row.name}: {kept!r}, not {row.demanded!r}; said {named}, then {field.losses}")
    assert faults == []


SAVED = [row for row in ROWS if row.name in ("tracked-changes-of-word", "embedded-video")]


@pytest.mark.parametrize("row", SAVED, ids=lambda row: row.name)
def test_a_pasted_construct_is_saved_as_the_editor_shows_it(staff, message, row):
    open_editor(staff, f"/admin/news/message/{message.pk}/change/")
    paste(staff, row.html)
    staff.locator("[name=_continue]").click()
    expect(staff.locator(".messagelist .success")).to_be_visible()
    expect(staff.locator(".messagelist .warning")).to_have_count(0)
    assert without_lines(Message.objects.get().body) == row.demanded
