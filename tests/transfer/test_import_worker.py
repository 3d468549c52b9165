"""A large file is read by another process: the same comes in, and when it dies that is a sentence, not a hang."""

import io
import os
from datetime import timedelta
from multiprocessing import active_children

import pytest
from django.core.management import CommandError, call_command

from news.models import Message
from redirects.models import Redirect
from search.models import ReindexQueue, SearchDocument, SearchTerm
from tests.factories import DAY, NOON
from tests.helpers.imports import a_line
from transfer.importer import base_command, jsonl, worker, writer
from transfer.models import ImportedDigest

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def archive(count=120):
    """Return lines with texts in need of cleaning, slugs that tie, and messages in every state."""
    for number in range(count):
        draft, withdrawn = number % 9 == 4, number % 11 == 5 and number % 9 != 4
        yield a_line(
            headline=f"Statement {number % 40}",
            body=f"<p onclick=x>The <b>visa’s</b> word{number}</p><script>x</script><p>Ещё слово</p>",
            publish_at=None if draft else (NOON - number % 20 * DAY - timedelta(hours=1)).isoformat(),
            source_name=f"Source {number % 3}",
            old_urls=[f"/old/{number}.html"],
            **({"withdrawn_at": NOON.isoformat(), "withdrawn_reason": "It was wrong."} if withdrawn else {}),
        )


@pytest.fixture
def large(tmp_path, monkeypatch):
    """Return a file that is taken for a large one."""
    monkeypatch.setattr(worker, "MIN_FILE_BYTES", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    file = tmp_path / "large.jsonl"
    file.write_bytes(b"\n".join(archive()))
    return file


def run(file):
    said = io.StringIO()
    call_command("import_messages", str(file), stdout=said, stderr=io.StringIO())
    return said.getvalue().strip()


def state():
    """Return the rows of an import, without ids and time of writing."""
    fields = ("headline", "body", "day", "slug", "approved_at", "withdrawn_reason", "source_name", "category__slug")
    return [
        sorted(Message.objects.values_list(*fields), key=str),
        sorted(SearchDocument.objects.values_list("words", "source")),
        sorted(SearchTerm.objects.values_list("word", flat=True)),
        sorted(Redirect.objects.values_list("path", flat=True)),
        sorted(bytes(digest) for digest in ImportedDigest.objects.values_list("pk", flat=True)),
        ReindexQueue.objects.count(),
    ]


def test_the_same_comes_in_as_without_help_and_nothing_more_the_second_time(large):
    for _outcome in writer.import_records(map(jsonl.read_line, archive())):
        pass
    alone = state()
    for model in (Redirect, Message, ImportedDigest, SearchTerm):
        model.objects.all().delete()
    run(large)
    assert state() == alone
    assert len(alone[0]) == 120
    assert (run(large), state()) == ("0 added, 120 already imported.", alone)


def test_the_index_is_the_one_that_a_build_makes(large):
    run(large)
    imported = set(SearchDocument.objects.values_list("key", "message_id", "words", "marks"))
    call_command("build_search", "--rebuild", "--quiet")
    assert set(SearchDocument.objects.values_list("key", "message_id", "words", "marks")) == imported


def test_a_process_that_is_killed_is_an_error_and_the_import_continues_from_there(large, monkeypatch):
    large.write_bytes(b"\n".join(archive(600)))  # more than fits into the pipe
    given = worker.WorkerClient.__iter__

    def bereft(self):
        for number, each in enumerate(given(self)):
            if number == 0:
                for process in active_children():
                    process.kill()
            yield each

    monkeypatch.setattr(worker.WorkerClient, "__iter__", bereft)
    with pytest.raises(CommandError, match=r"ended unexpectedly.*to continue"):
        run(large)
    kept = Message.objects.count()
    monkeypatch.setattr(worker.WorkerClient, "__iter__", given)
    assert run(large) == f"{600 - kept} added, {kept} already imported."
    assert (0 < kept < 600, Message.objects.count()) == (True, 600)


def test_errors_of_the_worker_are_reported(large, monkeypatch):
    def changed(self, *args):
        large.write_bytes(b"{\n")

    monkeypatch.setattr(base_command.ImportCommand, "validate_file", changed)
    with pytest.raises(CommandError, match="The file changed while it was being read: invalid JSON"):
        run(large)


def test_a_small_file_and_a_single_core_do_without(tmp_path, monkeypatch):
    file = tmp_path / "small.jsonl"
    file.write_bytes(b"{}")
    with file.open("rb") as opened:
        small = worker.is_worth_while(opened)
        monkeypatch.setattr(worker, "MIN_FILE_BYTES", 0)
        monkeypatch.setattr(os, "cpu_count", lambda: 1)
        assert (small, worker.is_worth_while(opened)) == (False, False)
