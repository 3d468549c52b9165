"""Error summary of a form, and the errors beside each field."""

import html5lib
import pytest

from tests.factories import a_message
from tests.helpers.form_fields import NAMESPACE
from tests.helpers.message_form import a_draft, change_url, opened_form, post_form
from tests.helpers.revisions import a_revision

pytestmark = pytest.mark.django_db


def summed_up(page):
    """Return the error summary as pairs of link target and text, and the ids on the page."""
    document = html5lib.parse(page)
    ids = {element.get("id") for element in document.iter() if element.get("id")}
    lists = [each for each in document.iter(f"{NAMESPACE}ul") if each.get("class") == "error-summary"]
    rows = [row for each in lists for row in each.iter(f"{NAMESPACE}li")]
    found = [
        (row.find(f"{NAMESPACE}a").get("href").removeprefix("#"), " ".join("".join(row.itertext()).split()))
        for row in rows
    ]
    return found, ids


def test_a_valid_form_has_no_summary(admin_client):
    assert 'class="error-summary"' not in admin_client.get(change_url(a_draft())).content.decode()


def test_each_error_is_listed_with_a_link_to_its_field(admin_client):
    draft = a_draft()
    wrong = {"headline": "", "source_url": "example", "publish_at_0": "31.02.2030", "publish_at_1": "12:00"}
    found, ids = summed_up(post_form(admin_client, draft, opened_form(admin_client, draft, **wrong))[1])
    assert [target for target, _ in found] == ["id_headline", "id_publish_at_0", "id_source_url"]
    assert "starting with https://" in found[2][1]
    assert {target for target, _ in found} <= ids


@pytest.mark.parametrize(
    ("fields", "target"), [({}, "id_change_kind_0"), ({"change_kind": "correction"}, "id_change_note")]
)
def test_the_type_of_change_and_its_note_are_linked(admin_client, fields, target):
    revision = a_revision(a_message(headline="As the public has read it"))
    form = opened_form(admin_client, revision, headline="As nobody has read it", **fields) | {"_submit": "x"}
    found, ids = summed_up(post_form(admin_client, revision, form)[1])
    assert ([target for target, _ in found], target in ids) == ([target], True)


def test_the_reason_for_an_approval_is_linked(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft) | {"_approve": "x"}
    found, ids = summed_up(post_form(admin_client, draft, form)[1])
    assert ([target for target, _ in found], "id_override" in ids) == (["id_override"], True)


def test_an_error_in_an_attachment_is_linked_to_its_row(admin_client):
    draft = a_draft()
    new = {"attachments-TOTAL_FORMS": "1", "attachments-0-name": "Programme", "attachments-0-order": "0"}
    found, ids = summed_up(post_form(admin_client, draft, opened_form(admin_client, draft) | new)[1])
    assert ([target for target, _ in found], "id_attachments-0-file" in ids) == (["id_attachments-0-file"], True)
