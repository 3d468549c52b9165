"""`export_messages`: an export can be imported again without any change."""

import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.text_fields import clean_line, clean_text
from news.models import Correction, Message
from redirects.models import Redirect
from richtext.fields import MAX_CHARACTERS
from tests.factories import DAY, NOON, a_category, a_message
from tests.helpers.files import a_body, a_pictured_message, an_attachment, an_image
from tests.helpers.imports import empty_site
from tests.properties import examples
from transfer import export
from transfer.importer import jsonl, writer
from transfer.importer.images import ImportFolder

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def exported():
    return b"".join(line for _message, line in export.export_lines())


def imported(content):
    assert list(jsonl.find_faults(io.BytesIO(content))) == []
    for _outcome in writer.import_records(jsonl.valid_records(jsonl.read_entries(io.BytesIO(content)))):
        pass


def moved():
    """Return the export of the site, and that of another site that has imported it."""
    before = exported()
    empty_site()
    imported(before)
    return before, exported()


words = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
moments = some.datetimes(datetime(1950, 1, 1), datetime(2030, 1, 1), timezones=some.just(UTC))
paths = some.text(some.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]), max_size=30)
a_row = some.fixed_dictionaries(
    {
        "headline": words.filter(lambda text: clean_line(export.to_one_line(text))),
        "lead": words,
        "body": some.sampled_from(["", "<p>One &amp; two.</p>", "<p>“Да”</p>\n<hr>", "loose <b>text"]),
        "slug": some.sampled_from(["", "a-b", "c"]),
        "publish_at": some.none() | moments,
        "delivered_on": some.none() | some.dates(datetime(1950, 1, 1).date(), datetime(2030, 1, 1).date()),
        "source_name": words.map(export.to_one_line),
        "source_url": some.sampled_from(["", "https://example.org/?a=1&b=%2F"]),
        "related": some.sampled_from(["", "/messages/2020/09/24/a-b/\n/messages/2019/01/02/c/", "no address"]),
        "featured": some.booleans(),
        "language": some.sampled_from(["en", "ru"]),
        "withdrawn": some.booleans(),
        "approved": some.booleans(),
        "old": some.lists(paths.map(lambda path: f"/{path}"), max_size=2),
        "notes": some.lists(
            some.tuples(
                words.filter(lambda text: clean_text(export.strip_unprintable(text))),
                some.sampled_from(Correction.Kind.values),
            ),
            max_size=2,
            unique=True,
        ),
    }
)


@given(some.lists(a_row, max_size=5))
@settings(max_examples=examples(40), suppress_health_check=list(HealthCheck))
def test_an_export_is_imported_byte_for_byte(rows):
    empty_site()
    for row in rows:
        row = dict(row)
        approved, withdrawn, old, notes = (row.pop(name) for name in ("approved", "withdrawn", "old", "notes"))
        row["approved_at"] = row["publish_at"] if approved else None
        if withdrawn and row["approved_at"]:
            row |= {"withdrawn_at": NOON, "withdrawn_reason": "It was wrong."}
        message = a_message(**row)
        for path in old:
            if not {"?", "#", "\ufffd"} & set(path):
                Redirect.add(path, message=message)
        for note, kind in notes:
            Correction.objects.create(message=message, at=NOON, note=note, kind=kind)
    before, after = moved()
    assert after == before


def test_export_carries_everything_that_the_public_can_see():
    comments = a_category("comments", name="Comments of the spokesman")
    note = {"revised_at": NOON, "category": comments, "language": "ru", "publish_at": NOON - DAY, "featured": True}
    message = a_message(headline="Moved", slug="one", **note)
    Message.objects.filter(pk=message.pk).update(slug="two")
    Correction.objects.create(message=message, at=NOON, note="The date was wrong.")
    before, after = moved()
    assert after == before
    found = Message.objects.get(slug="two")
    assert (found.category.name, found.language, found.updated_at) == ("Comments of the spokesman", "ru", NOON)
    assert [(row.at, row.note) for row in found.corrections.all()] == [(NOON, "The date was wrong.")]
    assert [row.path for row in found.redirects.all()] == ["/messages/2020/11/23/one/"]


def test_kinds_of_corrections_are_exported_and_imported():
    message = a_message(revised_at=NOON)
    for kind in Correction.Kind.values:
        Correction.objects.create(message=message, at=NOON, note=f"A {kind}.", kind=kind)
    before, after = moved()
    assert after == before
    assert [row.kind for row in Message.objects.get().corrections.all()] == ["correction", "update"]


@pytest.mark.one_database
def test_a_kind_is_left_out_where_it_is_the_default():
    line = {"headline": "Talks", "category": "speeches", "publish_at": "2020-11-23T12:00:00+00:00"}
    note = {"at": "2020-11-24T12:00:00+00:00", "note": "The date."}
    notes = [note, note | {"kind": "correction"}, note | {"kind": "update"}]
    records = [jsonl.read_line(json.dumps(line | {"corrections": [each]}).encode()) for each in notes]
    assert records[0].digest == records[1].digest != records[2].digest
    message = a_message(revised_at=NOON)
    Correction.objects.create(message=message, at=NOON, note="The date.")
    assert b'"kind"' not in exported()


@pytest.mark.one_database
@pytest.mark.parametrize("kind", ["typo", "", None, 1, ["update"], {}])
def test_an_unknown_kind_of_correction_is_a_fault(kind):
    line = {"headline": "Talks", "category": "speeches", "publish_at": "2020-11-23T12:00:00+00:00"}
    line["corrections"] = [{"at": "2020-11-24T12:00:00+00:00", "note": "The date.", "kind": kind}]
    ((number, sentence),) = jsonl.find_faults(io.BytesIO(json.dumps(line).encode()))
    assert (number, "Known kinds: correction / update." in sentence) == (1, True)


def test_a_draft_with_a_time_of_its_own_does_not_become_public_by_moving():
    a_message(approved_at=None, publish_at=NOON - DAY)
    moved()
    assert Message.objects.get().state(NOON) == Message.State.DRAFT


def test_a_withdrawn_message_still_answers_with_its_reason(client):
    message = a_message(withdrawn_at=NOON, withdrawn_reason="It was wrong.")
    moved()
    answer = client.get(message.get_absolute_url())
    assert (answer.status_code, "It was wrong." in answer.content.decode()) == (410, True)


@pytest.mark.one_database
def test_export_file_is_written_completely_or_not(tmp_path, monkeypatch):
    a_message()
    file = tmp_path / "out.jsonl"
    call_command("export_messages", str(file), stderr=io.StringIO())
    before = file.read_bytes()
    assert before == exported()
    monkeypatch.setattr(export, "message_to_json", lambda message: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("export_messages", str(file), stderr=io.StringIO())
    assert (file.read_bytes(), [found.name for found in tmp_path.iterdir()]) == (before, ["out.jsonl"])


@pytest.mark.one_database
def test_export_reports_files_that_are_not_included(tmp_path):
    a_message()
    said = io.StringIO()
    call_command("export_messages", str(tmp_path / "out.jsonl"), stderr=said)
    a_pictured_message()
    an_attachment(a_message())
    call_command("export_messages", str(tmp_path / "out.jsonl"), stderr=said)
    assert said.getvalue().splitlines() == [
        "1 message exported.",
        "3 messages exported.",
        "2 messages have files. Copy the media folder as well, for import_messages --pictures DIR.",
    ]


@pytest.mark.one_database
def test_images_in_texts_are_imported_with_the_media_folder(client):
    message = a_message(body=a_body(an_image()))
    folder, content = ImportFolder(site_settings.MEDIA_ROOT), exported()
    Message.objects.all().delete()
    for _outcome in writer.import_records(jsonl.valid_records(jsonl.read_entries(io.BytesIO(content))), folder):
        pass
    found = Message.objects.get()
    before, after = (re.search(r'src="([^"]+)"', body)[1] for body in (message.body, found.body))
    assert found.body.replace(after, before) == message.body
    assert (before != after, client.get(after).status_code) == (True, 200)


@pytest.mark.one_database
def test_a_message_that_no_import_would_take_is_named(tmp_path):
    message = a_message()
    Message.objects.filter(pk=message.pk).update(source_url="no address")
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("export_messages", str(tmp_path / "out.jsonl"), stderr=said)
    assert f"Message {message.pk}: “source_url”" in said.getvalue()


def test_export_reads_in_short_steps(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(export, "BATCH_SIZE", 2)
    for _ in range(5):
        a_message()
    with django_assert_num_queries(3 * 4 + 1):  # rows, redirects, corrections, attachments; and a check of their number
        assert len(list(export.export_lines())) == 5


def test_longest_text_fits_a_line():
    a_message(body="<p>" + "я" * (MAX_CHARACTERS - 7) + "</p>")
    before, after = moved()
    assert after == before


def test_moments_keep_their_microseconds():
    a_message(publish_at=NOON + timedelta(microseconds=1))
    moved()
    assert Message.objects.get().publish_at.microsecond == 1


def test_related_messages_move_with_their_messages():
    first, second = a_message(headline="First"), a_message(headline="Second", publish_at=NOON - 3 * DAY)
    a_message(headline="Third", related=f"{second.get_absolute_url()}\n{first.get_absolute_url()}")
    before, after = moved()
    third = Message.objects.get(headline="Third")
    assert (before == after, third.related.splitlines()) == (
        True,
        [second.get_absolute_url(), first.get_absolute_url()],
    )


@pytest.mark.parametrize(
    ("related", "fault"),
    [
        ("/messages/2020/09/24/a/", "must be a list"),
        (["/visas/"], "is not the address of a message"),
        ([f"/messages/2020/09/24/{n}/" for n in range(6)], "at most 5 messages"),
    ],
)
def test_related_messages_of_an_import_are_checked(related, fault):
    line = {"headline": "H", "category": "news", "publish_at": None, "related": related}
    faults = list(jsonl.find_faults(io.BytesIO(json.dumps(line).encode())))
    assert len(faults) == 1 and fault in faults[0][1]
