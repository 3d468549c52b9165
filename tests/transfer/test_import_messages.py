"""`import_messages`: an archive is imported completely, once, or not."""

import io
import json
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command

from editions.edition import Edition
from news.models import Category, Message
from tests.factories import NOON, a_category, a_message
from tests.helpers.imports import a_line
from transfer.importer import jsonl, writer
from transfer.importer.prepare import prepared_records
from transfer.models import ImportedDigest

pytestmark = pytest.mark.both_databases

GIVEN = {"headline": "A statement", "category": "statements", "publish_at": "2020-10-20T12:00:00+01:00"}


@pytest.fixture
def importing(tmp_path):
    """Import lines, and return the last line of output."""

    def run(*given, options=()):
        file = tmp_path / "messages.jsonl"
        file.write_bytes(b"\n".join(given) + b"\n")
        said = io.StringIO()
        call_command("import_messages", str(file), *options, stdout=said, stderr=io.StringIO())
        return said.getvalue().strip()

    return run


# Imported data


@pytest.mark.django_db
def test_every_field_is_kept_as_given(importing):
    source = (
        "https://www.example.org/a_b/-/c?p_p_id=101_INSTANCE_x&_101_INSTANCE_x_languageId=en_GB&r=%2Fen" + "&q=1" * 60
    )
    importing(
        a_line(
            headline="The Minister’s “open” letter",
            category="speeches",
            lead="Question: who’s there? “We are.”",
            body="<p>One &amp; two.</p>\n<p>Three.</p>",
            delivered_on="2020-10-19",
            source_name="Ministry",
            source_url=source,
            featured=True,
            slug="open-letter",
        )
    )
    message = Message.objects.get()
    assert (message.headline, message.lead) == ("The Minister’s “open” letter", "Question: who’s there? “We are.”")
    assert message.body == "<p>One &amp; two.</p>\n<p>Three.</p>"
    assert message.category.slug == "speeches"
    assert (message.delivered_on, message.source_name, message.featured) == (date(2020, 10, 19), "Ministry", True)
    assert message.source_url == source
    assert message.get_absolute_url() == "/messages/2020/10/20/open-letter/"


@pytest.mark.django_db
def test_imported_message_is_approved_at_its_time(importing):
    importing(a_line(publish_at="2020-10-20T12:00:00+01:00"))
    message = Message.objects.get()
    assert message.publish_at == message.approved_at == datetime(2020, 10, 20, 11, tzinfo=UTC)


@pytest.mark.one_database
@pytest.mark.django_db
def test_message_without_a_time_is_a_draft(importing):
    importing(a_line(publish_at=None))
    assert Message.objects.get().state(NOON) == Message.State.DRAFT


@pytest.mark.one_database
@pytest.mark.django_db
def test_body_is_cleaned(importing):
    importing(a_line(body="<p onclick='x()'>Text<script>alert(1)</script></p>"))
    assert Message.objects.get().body == "<p>Text</p>"


@pytest.mark.one_database
@pytest.mark.django_db
def test_new_category_is_named_after_its_slug(importing):
    assert importing(a_line(category="press-releases")) == "1 added, 1 category created."
    assert Category.objects.get().name == "Press releases"


@pytest.mark.one_database
@pytest.mark.django_db
def test_category_that_exists_is_used(importing):
    category = a_category("statements", name="What we state")
    assert importing(a_line()) == "1 added."
    assert Message.objects.get().category == category


@pytest.mark.one_database
@pytest.mark.django_db
def test_category_is_known_by_its_former_word(importing):
    category = a_category("statements")
    category.slug = "official"
    category.save()
    assert importing(a_line()) == "1 added."
    assert Message.objects.get().category == category


@pytest.mark.django_db
def test_messages_of_one_headline_and_day_have_addresses_of_their_own(importing):
    importing(a_line(lead="One."), a_line(lead="Two."))
    assert {message.slug for message in Message.objects.all()} == {"a-statement", "a-statement-2"}


@pytest.mark.one_database
@pytest.mark.django_db
def test_bom_line_ends_of_windows_and_blank_lines_are_fine(importing):
    assert importing(b"\xef\xbb\xbf" + a_line() + b"\r", b"\r", b"  ", a_line(lead="Two.") + b"\r").startswith(
        "2 added"
    )


@pytest.mark.one_database
@pytest.mark.django_db
def test_null_is_as_good_as_left_out(importing):
    importing(a_line(lead=None, body=None, delivered_on=None, source_url=None, featured=None, slug=None))
    assert Message.objects.get().lead == ""


# Once


@pytest.mark.django_db
def test_running_it_twice_adds_nothing(importing):
    importing(a_line(), a_line(lead="Two."))
    number = Edition.current().number
    assert importing(a_line(), a_line(lead="Two.")) == "0 added, 2 already imported."
    assert Edition.current().number == number


@pytest.mark.django_db
def test_file_that_has_grown_adds_new_messages(importing):
    importing(a_line())
    assert importing(a_line(headline="Newer"), a_line(), a_line(headline="Older")) == "2 added, 1 already imported."


@pytest.mark.django_db
def test_same_line_twice_in_a_file_is_one_message(importing):
    assert importing(a_line(), a_line()) == "1 added, 1 already imported, 1 category created."


@pytest.mark.one_database
@pytest.mark.django_db
def test_line_that_is_spelt_differently_is_the_same(importing):
    importing(a_line())
    spelt = dict(reversed(list(json.loads(a_line()).items()))) | {"publish_at": "2020-10-20T11:00:00Z", "lead": ""}
    assert importing(json.dumps(spelt, indent=None, separators=(" ,  ", " : ")).encode()).startswith("0 added")


@pytest.mark.django_db
def test_changes_by_staff_are_kept(importing):
    importing(a_line(), a_line(lead="Two."))
    kept, gone = Message.objects.order_by("id")
    kept.headline = "Put right by staff"
    kept.save()
    gone.delete()
    importing(a_line(), a_line(lead="Two."))
    assert Message.objects.get().headline == "Put right by staff"


@pytest.mark.django_db(transaction=True)
def test_stopped_import_continues(importing, monkeypatch):
    given = [a_line(headline=f"Statement {number}") for number in range(120)]
    create, calls = ImportedDigest.objects.remember, []

    def stop_at_the_second_batch(digests):
        calls.append(digests)
        if len(calls) == 2:
            raise KeyboardInterrupt
        create(digests)

    with monkeypatch.context() as patch:
        patch.setattr(ImportedDigest.objects, "remember", stop_at_the_second_batch)
        with pytest.raises(
            CommandError, match=r"Interrupted\. So far: 50 added, 1 category created\. Run the same command"
        ):
            importing(*given)
    assert Message.objects.count() == 50
    assert importing(*given) == "70 added, 50 already imported."
    assert Message.objects.count() == 120


@pytest.mark.one_database
def test_digest_of_a_line_never_changes():
    # Databases keep these. If this fails, every archive that was ever imported would be added once more.
    line = jsonl.read_line(a_line(lead="“Two”", delivered_on="2020-10-19", featured=True))
    assert line.digest.hex() == "8000487b7ad110e200813192a52d840d"


# Batches


@pytest.mark.django_db
def test_each_batch_is_an_edition():
    number = Edition.current().number
    outcomes = list(
        writer.import_records(jsonl.read_line(a_line(headline=f"Statement {number}")) for number in range(60))
    )
    assert len(outcomes) == 2
    assert Edition.current().number == number + 2


@pytest.mark.one_database
def test_batches_grow_and_shrink_with_the_time_they_take():
    pace = writer.BatchSizer()
    pace.adapt(50, seconds=0.001)
    grown = pace.limit
    pace.adapt(100, seconds=pace.TARGET_SECONDS * 10)
    assert (grown, pace.limit) == (100, 10)


@pytest.mark.one_database
def test_batch_of_long_texts_is_short():
    long = [*prepared_records([jsonl.MessageRecord("A headline", "statements", None, body="x" * 150_000)] * 100)]
    pace = writer.BatchSizer()
    pace.limit = 1000
    assert max(map(len, pace.batches(long))) * 150_000 <= pace.MOST_CHARACTERS + 150_000


# Faults

FAULTS = [
    (b"{", "invalid JSON"),
    (b"[1]", "it is a list, but must be an object"),
    (b"NaN", "it has NaN"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"headline": ' + b"9" * 5000 + b"}", "a number that is too long"),
    (b'{"headline": "\xff"}', "not UTF-8 text (at byte 15)"),
    (b'{"headline": "a", "headline": "b"}', "duplicate key “headline”"),
    (b'{"x": "' + b"y" * jsonl.LONGEST_LINE + b'"}', "it is longer than"),
    (a_line(titel="x"), "unknown key “titel”. Known keys: headline, category"),
    (a_line(headline=...), "“headline” is missing"),
    (a_line(category=...), "“category” is missing"),
    (a_line(publish_at=...), "“publish_at” is missing"),
    (a_line(headline=None), "“headline” is null, but must be a text"),
    (a_line(headline=" "), "“headline” is empty"),
    (a_line(headline="x" * 301), "“headline” is “xxx"),
    (a_line(headline="One\nTwo"), "“headline” has a line break"),
    (a_line(headline="One\0"), "“headline” has the unprintable character U+0000 at position 4"),
    (a_line(lead="\x1b[31m"), "“lead” has the unprintable character U+001B"),
    (a_line(body="x" * 200_001), "“body” has 200001 characters; the maximum is 200000"),
    (b'{"headline": "\\ud800"}', "“category” is missing"),
    (a_line(lead=...)[:-1] + b', "lead": "\\ud800"}', "“lead” has the unprintable character U+D800"),
    (a_line(body=1), "“body” is a number, but must be a text"),
    (a_line(category="2020"), "“category” is “2020”. Numbers and “feed” are reserved"),
    (a_line(category="feed"), "“category” is “feed”. Numbers and “feed” are reserved"),
    (a_line(category="Пресса"), "“category” is “Пресса”."),
    (a_line(category="x" * 51), "“category” is"),
    (a_line(publish_at="2020-10-20T12:00:00"), "without a UTC offset"),
    (a_line(publish_at="2020-10-20"), "without a UTC offset"),
    (a_line(publish_at="2020-02-30T12:00:00Z"), "“publish_at” is “2020-02-30T12:00:00Z”, which is not a date and time"),
    (a_line(publish_at=""), "which is not a date and time"),
    (a_line(publish_at=1603191600), "“publish_at” is a number"),
    (a_line(publish_at="0001-01-01T00:00:00+14:00"), "outside the years"),
    (a_line(publish_at="9999-12-31T23:59:59-14:00"), "outside the years"),
    (a_line(delivered_on="2020-02-30"), "“delivered_on” is “2020-02-30”, which is not a date"),
    (a_line(delivered_on="20.10.2020"), "which is not a date"),
    (a_line(source_url="javascript:alert(1)"), "“source_url” is “javascript:alert(1)”. Enter a full web address"),
    (a_line(source_url="https://www.example.org/" + "x" * 2000), "“source_url” is"),
    (a_line(source_name="x" * 201), "“source_name” is"),
    (a_line(featured="yes"), "“featured” is a text, but must be true or false"),
    (a_line(slug="a b"), "“slug” is “a b”"),
]


@pytest.mark.one_database
@pytest.mark.parametrize(("raw", "fault"), FAULTS, ids=[fault for _raw, fault in FAULTS])
def test_error_is_named_with_its_line(raw, fault):
    ((number, said),) = jsonl.find_faults(io.BytesIO(a_line() + b"\n" + raw + b"\n" + a_line()))
    assert number == 2
    assert fault in said
    assert len(said) < 400
    assert said.isprintable()


@pytest.mark.one_database
def test_line_after_an_endless_one_has_its_own_number():
    file = io.BytesIO(b"x" * (3 * jsonl.LONGEST_LINE) + b"\n" + a_line() + b"\n[]")
    assert [number for number, _fault in jsonl.find_faults(file)] == [1, 3]


@pytest.mark.one_database
def test_file_of_too_many_categories_is_an_error():
    file = io.BytesIO(b"\n".join(a_line(category=f"c-{number}") for number in range(jsonl.MOST_CATEGORIES + 1)))
    assert next(jsonl.find_faults(file))[0] == 501


@pytest.mark.django_db
def test_file_with_a_bad_line_adds_nothing(importing):
    with pytest.raises(CommandError, match=r"Invalid entry:\nLine 2: invalid JSON"):
        importing(a_line(), b"{", a_line(lead="Two."))
    assert not Message.objects.exists()
    assert not Category.objects.exists()


@pytest.mark.one_database
@pytest.mark.django_db
def test_check_stops_after_twenty_errors(importing):
    with pytest.raises(CommandError) as raised:
        importing(*[b"{"] * 30)
    said = str(raised.value).splitlines()
    assert "Line 20:" in said[20]
    assert said[-1] == "The check stopped here; there may be more errors."


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["-", "no-such-file.jsonl", ".", "/dev/null/x"])
def test_file_that_cannot_be_read_gets_a_sentence(name):
    with pytest.raises(CommandError):
        call_command("import_messages", name)


@pytest.mark.one_database
@pytest.mark.django_db
@pytest.mark.parametrize("option", ["--quiet", "--verbosity=0"])
def test_quiet_import_says_nothing(importing, option):
    assert importing(a_line(), options=[option]) == ""
    assert Message.objects.exists()


@pytest.mark.one_database
@pytest.mark.django_db
def test_empty_file_adds_nothing(importing):
    assert importing(b"") == "0 added."


# A file read twice


@pytest.mark.django_db
def test_line_that_goes_bad_between_the_passes_stops_the_import(importing, monkeypatch):
    monkeypatch.setattr(jsonl, "find_faults", lambda *args, **kwargs: iter(()))
    with pytest.raises(CommandError, match="changed while it was being read"):
        importing(a_line(), b"{")


@pytest.mark.django_db
def test_imported_messages_are_sorted_by_publication_time(importing):
    a_message(publish_at=datetime(2020, 10, 20, 11, 0, 30, tzinfo=UTC))
    importing(a_line(headline="Later", publish_at="2020-10-20T12:01:00+01:00"), a_line(headline="Earlier"))
    moments = [message.publish_at for message in Message.objects.published(NOON)]
    assert len(moments) == 3
    assert all(newer > older for newer, older in pairwise(moments))
