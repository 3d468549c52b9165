"""Lines that an import reads, and the import of them."""

import io
import json

from django.core.management import call_command
from django.db import connection

from core import triggers
from editions.models import new_edition
from news.models import Category, Correction, Message, WorkflowLogEntry
from redirects.models import Redirect
from transfer.models import ImportedDigest

GIVEN = {"headline": "A statement", "category": "statements", "publish_at": "2020-10-20T12:00:00+01:00"}


def import_messages(directory, *lines, **options):
    """Import lines, each GIVEN with something else, from a file in a directory: return all that the command says."""
    file = directory / "messages.jsonl"
    file.write_text("\n".join(json.dumps(GIVEN | line) for line in lines))
    said, noted = io.StringIO(), io.StringIO()
    call_command("import_messages", str(file), stdout=said, stderr=noted, **options)
    return said.getvalue().strip() + noted.getvalue()


def a_line(**kwargs):
    """Return the bytes of a line; a key given as ... is left out."""
    given = {key: value for key, value in (GIVEN | kwargs).items() if value is not ...}
    return json.dumps(given, ensure_ascii=False).encode()


def empty_site():
    """Empty the site, the log included."""
    guards = [each for each in triggers.registered() if each.is_append_only]
    with new_edition():
        Redirect.objects.all().delete()
        connection.check_constraints()  # PostgreSQL drops no trigger of a table with unchecked foreign keys
        triggers.drop_triggers(connection, guards)
        for model in (Correction, WorkflowLogEntry, Message, Category, ImportedDigest):
            model.objects.all().delete()
        connection.check_constraints()
        triggers.create_all(connection)
