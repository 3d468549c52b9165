"""Property: whatever one editor sends to the desk, approved text changes only with a log entry and a reason."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news.differences import attachment_list, written_fields
from news.models import Message, WorkflowLogEntry
from tests.factories import DAY, NOON, a_message
from tests.helpers.files import a_pdf_file
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import change_url
from tests.helpers.revisions import TEXT, an_officer
from tests.properties import examples
from versions.comparison import stored_value

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("clock")]

CHANGES = [
    {"body": TEXT.replace("began", "begun")},
    {"body": TEXT.replace("Monday", "Tuesday")},
    {"body": TEXT.replace("talks", '<a href="https://example.org/">talks</a>')},
    {"headline": "Other"},
    {"source_url": "https://example.org/other"},
    {"featured": "on"},
    {"slug": "other"},
    {"publish_at_0": "22/11/2020"},
    {"attachments-TOTAL_FORMS": "1", "attachments-0-name": "A", "attachments-0-order": "0", "attachments-0-file": None},
    {},
]
REASONS = ["", "Nobody else is here."]
requests = st.one_of(
    st.tuples(
        st.just("post"),
        st.integers(0, 5),
        st.sampled_from(["_save", "_submit", "_approve"]),
        st.sampled_from(CHANGES),
        st.sampled_from(["", "typo", "correction", "update", "withdrawal"]),
        st.sampled_from(REASONS),
    ),
    st.tuples(st.just("begin"), st.integers(0, 5)),
    st.tuples(
        st.sampled_from(["withdraw", "restore", "send_back", "publish_now", "unschedule", "discard", "approve"]),
        st.integers(0, 5),
        st.sampled_from(REASONS),
    ),
    st.tuples(st.just("restore version"), st.integers(0, 5), st.integers(0, 3)),
)


def approved_texts() -> dict:
    """Return what each approved message says, with its files and whether it is withdrawn."""
    fields = written_fields(Message)
    return {
        row.pk: (
            *(stored_value(row, field) for field in fields),
            *attachment_list(row),
            row.withdrawn_reason,
        )
        for row in Message.objects.filter(approved_at__isnull=False)
    }


def send(client, act, pk, *details):
    """Send a request of the desk about a message."""
    desk = f"/admin/news/message/{pk}/"
    if act == "post":
        button, changed, kind, reason = details
        form = fields_of(client.get(change_url(Message(pk=pk))).content.decode(), "message_form")
        extra = {"change_kind": kind, "change_note": reason, "override": reason, button: "x"}
        changed = {name: a_pdf_file() if value is None else value for name, value in changed.items()}
        return client.post(f"{desk}change/", form | changed | extra)
    if act == "begin":
        return client.post(f"{desk}revision/")
    if act == "restore version":
        versions = list(Message.history.filter(id=pk).order_by("history_id").values_list("history_id", flat=True))
        return client.post(f"{desk}history/{versions[details[0] % len(versions)]}/restore/")
    return client.post(f"/admin/news/message/{act}/?ids={pk}", {"reason": details[0]})


@given(history=st.lists(requests, min_size=1, max_size=10))
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_editor_changes_nothing_approved_without_a_log_entry_and_a_reason(restore_database, history):
    restore_database()
    client = Client()
    editor = an_officer("editor")
    client.force_login(editor)
    a_message(body=TEXT, slug="public")
    a_message(body=TEXT, publish_at=NOON + DAY, approved_at=NOON, slug="scheduled")
    a_message(body=TEXT, publish_at=None).submit(at=NOON)
    for act, row, *details in history:
        rows = list(Message.objects.order_by("pk").values_list("pk", flat=True))
        before, logged = approved_texts(), set(WorkflowLogEntry.objects.values_list("pk", flat=True))
        answer = send(client, act, rows[row % len(rows)], *details)
        assert answer.status_code < 500
        after = approved_texts()
        for pk in {*before, *after}:
            if before.get(pk) == after.get(pk):
                continue
            new = WorkflowLogEntry.objects.exclude(pk__in=logged).filter(by=editor)
            assert new.filter(message=pk).exists(), (act, details)
            is_of_colleague = pk not in before and editor.pk not in Message.objects.get(pk=pk).authors()
            takes_no_text = act in ("withdraw", "restore", "send_back", "publish_now", "unschedule")
            assert new.exclude(reason="").exists() or is_of_colleague or takes_no_text, (act, details)
