"""Visitors' texts are nowhere in plain text: not in the database's file, the logs, the queue or an error page."""

import base64
import logging
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from consular.forms import EnquiryForm
from consular.models import Enquiry, Erasure, Topic
from editions.middleware import edition_cache
from monitoring.log_formatters import JsonFormatter, RedactingFormatter
from tests.factories import DAY, HOUR, NOON, a_topic, an_office
from tests.helpers.stored_columns import stored_values

pytestmark = pytest.mark.both_databases

WORDS = {
    "name": "Sentinelname Часовой",
    "email": "sentinelmail@example.org",
    "phone": "+44 20 5550 1987",
    "question": "Sentinelquestion: wo ist mein Paß geblieben?",
}
LATER = {"addition": "Sentineladdition", "note": "Sentinelnote", "answer": "Sentinelanswer"}


def spellings(word):
    """Return the forms of a word in a file: plain, quoted, and the middle of it in Base64."""
    for text in {word, word.casefold(), word.upper(), *(part for part in word.split() if len(part) > 10)}:
        yield from (text.encode(), quote(text).encode(), text.encode("utf-16-le"), repr(text)[1:-1].encode("utf-8"))
        yield text.encode("unicode-escape")
        for lead in range(3):
            coded = base64.b64encode(b"\0" * lead + text.encode())
            yield coded[4:-4]
            yield coded[4:-4].translate(bytes.maketrans(b"+/", b"-_"))


SENTINELS = {name: sorted(set(spellings(word))) for name, word in (WORDS | LATER).items()}


def found_in(held: bytes) -> set[str]:
    """Return the sentinels in these bytes."""
    return {name for name, forms in SENTINELS.items() if any(form in held for form in forms)}


def database() -> bytes:
    """Return everything that the database holds: SQLite's files, or every row of every table of PostgreSQL."""
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT {name}::text FROM {name}")
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows).encode()


def memory() -> bytes:
    """Return the state of this process between requests."""
    return repr((cache._cache, vars(edition_cache.store))).encode()


def form(**kwargs):
    ticket = EnquiryForm([])["ticket"].value()
    return {**WORDS, "consent": "on", "ticket": ticket, "website": ""} | kwargs


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="embassy.access")
    formatters = RedactingFormatter("{asctime} {levelname} {name} {message}", style="{"), JsonFormatter()
    return lambda: "\n".join(way.format(record) for way in formatters for record in caplog.records).encode()


@pytest.fixture
def site(transactional_db, settings, time_machine):
    time_machine.move_to(NOON, tick=False)
    settings.ENQUIRY_MIN_SECONDS = 0
    an_office()
    return a_topic(retention_days=30)


@pytest.fixture
def asked(site, client, admin_user):
    """An enquiry that came by the form, with all that can belong to it, and its letters in the queue."""
    assert client.post(reverse("consular:write"), form(topic=site.pk)).status_code == 303
    enquiry = Enquiry.objects.get()
    enquiry.record_opened(admin_user, NOON)
    enquiry.note(LATER["note"], by=admin_user, at=NOON)
    enquiry.add(LATER["addition"], at=NOON + HOUR)
    enquiry.answer(LATER["answer"], by=admin_user, at=NOON + 2 * HOUR)
    return enquiry


def test_the_search_would_find_them():
    for name, word in (WORDS | LATER).items():
        for held in (word, word.casefold(), f"[{quote(word)}]", base64.b64encode(b"a" + word.encode() * 2).decode()):
            assert name in found_in(held.encode()), (name, held)


# While it is kept


def test_stored_texts_are_never_in_plain_text(asked, log, mailoutbox):
    call_command("send_emails", verbosity=0)
    asked.refresh_from_db()
    assert (asked.name, asked.question) == (WORDS["name"], WORDS["question"])
    assert found_in(database()) == found_in(log()) == found_in(memory()) == set()


@pytest.mark.one_database
def test_mails_to_staff_hold_nothing_of_it(asked, mailoutbox, site):
    call_command("send_emails", verbosity=0)
    to_staff = [mail for mail in mailoutbox if mail.to == [site.mailbox]]
    assert found_in("\n".join(str(mail.message()) for mail in to_staff).encode()) == set()


def test_nothing_is_in_the_clear_after_the_desk_has_shown_it(asked, admin_client, log):
    page = admin_client.get(reverse("admin:consular_enquiry_change", args=[asked.pk]))
    admin_client.get(reverse("admin:consular_enquiry_changelist"), {"q": asked.reference})
    assert WORDS["name"] in page.content.decode()
    assert found_in(database()) == found_in(log()) == found_in(memory()) == set()


@pytest.mark.one_database
def test_log_masks_the_links_of_visitors(asked, client, log):
    client.get(asked.get_absolute_url())
    client.get(reverse("consular:enquiry", args=["another-secret-token"]))
    assert asked.token.encode() not in log() and b"another-secret-token" not in log()
    assert b"/contact/enquiry/\xe2\x80\xa6" in log()


# Errors


@pytest.mark.one_database
@pytest.mark.parametrize("fault", [RuntimeError, ValueError, KeyError, AttributeError])
def test_a_500_reveals_nothing_in_page_log_or_email(site, log, monkeypatch, mailoutbox, fault):
    def breaks(self, **kwargs):
        raise fault("It broke.")

    monkeypatch.setattr("consular.models.enquiries.EnquiryQuerySet.receive", breaks)
    page = Client(raise_request_exception=False).post(reverse("consular:write"), form(topic=site.pk))
    assert (page.status_code, found_in(page.content)) == (500, set())
    assert b"It broke" in log() and found_in(log()) == set() and mailoutbox == []
    assert found_in(database()) == found_in(memory()) == set()


def test_database_error_reveals_nothing_in_the_log(site, log, monkeypatch):
    """PostgreSQL's error message contains the rejected row."""

    def breaks(self, **asked):
        Topic.objects.bulk_create([Topic(name=asked["name"]), Topic(name=asked["name"])])

    monkeypatch.setattr("consular.models.enquiries.EnquiryQuerySet.receive", breaks)
    page = Client(raise_request_exception=False).post(reverse("consular:write"), form(topic=site.pk))
    assert b"IntegrityError" in log()
    assert (page.status_code, found_in(page.content), found_in(log())) == (500, set(), set())


@pytest.mark.one_database
def test_expired_form_leaves_nothing_behind(site, log):
    page = Client(enforce_csrf_checks=True).post(reverse("consular:write"), form(topic=site.pk))
    assert page.status_code == 403 and "question" in found_in(page.content)  # the visitor gets it back
    assert found_in(database()) == found_in(log()) == found_in(memory()) == set()


def test_refused_flood_leaves_nothing_behind(site, log, settings, client):
    settings.ENQUIRIES_PER_HOUR = 1
    client.post(reverse("consular:write"), form(topic=site.pk))
    page = client.post(reverse("consular:write"), form(topic=site.pk, question=WORDS["question"] + " Again."))
    assert page.status_code == 429
    assert found_in(database()) == found_in(log()) == found_in(memory()) == set()


@pytest.mark.one_database
def test_form_with_a_mistake_leaves_nothing_behind(site, log, client):
    page = client.post(reverse("consular:write"), form(topic="", ticket="nonsense"))
    assert page.status_code == 200 and "question" in found_in(page.content)
    assert found_in(database()) == found_in(log()) == found_in(memory()) == set()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Refused: <anna@example.org> (550)", "Refused: <…@…> (550)"),
        ("to=анна@пример.рф, from=x", "to=…@…, from=x"),
        ("GET /contact/sent/?r=7B34-31MK:abc HTTP/1.1", "GET /contact/sent/?r=… HTTP/1.1"),
        ("DETAIL:  Key (email)=(a word) already exists.", "DETAIL:  Key (email)=(…) already exists."),
        ("DETAIL:  Failing row contains (1, (a), b).", "DETAIL:  Failing row contains (…)."),
        ("CONTEXT:  SQL statement with a word", "CONTEXT:  …"),
        ('  File "views.py", line 4\n    @require_safe', '  File "views.py", line 4\\n    @require_safe'),
        (
            "DETAIL:  Failing row contains (1, two\nlines (of it), x).\nand more",
            "DETAIL:  Failing row contains (…).\\nand more",
        ),
        ("DETAIL:  Key (name)=(two\nlines) already exists.", "DETAIL:  Key (name)=(…) already exists."),
        ("DETAIL:  Key (name)=(cut off\n and never", "DETAIL:  Key (name)=(…)"),
    ],
)
def test_log_omits_personal_data(said, written):
    record = logging.LogRecord("x", logging.ERROR, "x", 1, said, None, None)
    assert RedactingFormatter("{message}", style="{").format(record) == written


@pytest.mark.one_database
def test_long_line_is_logged_quickly():
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "x" * 200_000 + "@", None, None)
    assert len(RedactingFormatter("{message}", style="{").format(record)) > 100_000


# After it is gone


def sealed_bytes():
    return [one.encode() for column in ("name", "question", "token") for one in stored_values(column)] + [
        one.encode() for one in stored_values("text", "consular_enquiryentry")
    ]


@pytest.mark.parametrize("how", ["purge", "erase"])
def test_after_it_is_erased_not_even_the_sealed_bytes_are_there(asked, how, time_machine):
    sealed = sealed_bytes()
    assert all(one in database() for one in sealed) and len(sealed) == 6
    if how == "purge":
        time_machine.move_to(NOON + 40 * DAY)
        call_command("purge_enquiries", "--delete", verbosity=0)
    else:
        asked.erase(Erasure.Reason.VISITOR, at=NOON)
    assert asked.token not in (held := database().decode(errors="replace"))
    assert not any(one.decode() in held for one in sealed) and found_in(database()) == set()


def test_without_secure_delete_they_would_stay_in_the_file(asked):
    if connection.vendor != "sqlite":
        pytest.skip("It is a setting of SQLite.")
    sealed = sealed_bytes()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete = OFF")
        try:
            asked.erase(Erasure.Reason.VISITOR, at=NOON)
            assert any(one in database() for one in sealed)
        finally:
            cursor.execute("PRAGMA secure_delete = ON")
            cursor.execute("VACUUM")


# And in our own words


def test_no_sentinel_is_in_the_address_of_an_email(asked):
    """The outbox holds numbers, and nothing else."""
    rows = "\n".join(
        map(str, stored_values("kind", "outbox_outboxemail") + stored_values("last_error", "outbox_outboxemail"))
    )
    assert found_in(rows.encode()) == set() and re.search("enquiry receipt", rows)
