"""Changes to a node's database, run in a process with the settings of that node.

Run as `python -m tests.resilience.database_actions NAME ARGUMENT`; it prints the result as JSON.
"""

import json
import subprocess
import sys
from typing import NamedTuple

from tests.helpers.nginx import ROOT


class Database(NamedTuple):
    """A database by its URL."""

    url: str


def run_action(node, name, argument=""):
    """Run an action with the settings and the database of a node, and return its result."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.resilience.database_actions", name, str(argument)],
        cwd=ROOT,
        env=node.environment,
        check=True,
        timeout=300,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def sample(_):
    """Migrate, and load the sample content."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_sample", verbosity=0)


def officers(count):
    """Create editors, each signed in and with a draft; return [session key, id of the draft] for each."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tests.factories import a_message

    made = []
    for number in range(int(count)):
        officer = get_user_model().objects.create_superuser(f"officer{number}-{get_user_model().objects.count()}")
        client = Client()
        client.force_login(officer)
        draft = a_message(headline=f"Draft {number}", publish_at=None)
        made.append([client.session.session_key, draft.pk])
    return made


def headlines(_):
    from news.models import Message

    return {str(pk): headline for pk, headline in Message.objects.values_list("pk", "headline")}


def enquiries(_):
    from consular.models import Enquiry

    return Enquiry.objects.count()


def letters(_):
    from outbox.models import OutboxEmail

    return OutboxEmail.objects.count()


def schedule(when):
    """Schedule a message for an ISO date and time, and return its headline."""
    from datetime import datetime

    from tests.factories import a_message

    return a_message(headline="It falls due", publish_at=datetime.fromisoformat(when)).headline


def counter(since):
    from datetime import date

    from tests.factories import a_counter

    return a_counter(slug="jumps", since=date.fromisoformat(since), time_zone="Europe/London").pk


def whole(_):
    """Return the result of the integrity check of the database: "ok" without errors."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return "ok"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return cursor.fetchone()[0]


DEEDS = {deed.__name__: deed for deed in (sample, officers, headlines, enquiries, letters, schedule, counter, whole)}

if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(DEEDS[sys.argv[1]](sys.argv[2])))
