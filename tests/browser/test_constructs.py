"""The table of constructs, pasted into the editor of a real browser and saved: it arrives, or it is named."""

import pytest
from playwright.sync_api import expect

from news.models import Message
from richtext.losses import Loss, describe
from tests.factories import a_message
from tests.helpers.constructs import CONSTRUCTS, EDITOR, without_lines

pytestmark = pytest.mark.django_db(transaction=True)

PASTE = """html => CKEDITOR.instances.id_body.fire("paste", {type: "html", method: "paste", dataValue: html,
    dataTransfer: new CKEDITOR.plugins.clipboard.dataTransfer(null, CKEDITOR.instances.id_body)})"""


def test_constructs_pasted_into_the_editor_arrive_or_are_named(staff):
    message = a_message(body="", publish_at=None, headline="Constructs")
    faults = []
    for row in [row for row in CONSTRUCTS if EDITOR in row.ways]:
        Message.objects.update(body="")
        staff.goto(f"/admin/news/message/{message.pk}/change/")
        expect(staff.locator(".cke_wysiwyg_div")).to_be_editable()
        staff.locator(".cke_wysiwyg_div").click()
        staff.evaluate(PASTE, row.html)
        if row.losses:
            expect(staff.locator(".paste-notices li").first).to_be_visible()
        named = staff.locator(".paste-notices li").all_text_contents()
        staff.locator("[name=_continue]").click()
        expect(staff.locator(".messagelist .success")).to_be_visible()
        message.refresh_from_db()
        if without_lines(message.body) != row.demanded or len(named) < len(set(row.losses)):
            faults.append(f"{row.name}: {message.body!r}, demanded {row.demanded!r}; {named}")
    assert faults == []
