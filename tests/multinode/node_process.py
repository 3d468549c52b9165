"""A process of the site with a primary and replicas, driven line by line: `python -m tests.multinode.node_process`.

Each line on its standard input is JSON, [action, argument]; it prints the result as a line of JSON.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from tests import environment


class Node:
    """A process of the site with a primary, replicas, and the highest edition number of its node."""

    def __init__(self, primary, replicas=(), highest="/dev/null/none"):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.multinode.node_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ
            | {
                "NODE_DATABASE": primary.url,
                "NODE_REPLICAS": ",".join(replica.url for replica in replicas),
                "NODE_HIGHEST": str(highest),
            },
        )

    def do(self, what, argument=""):
        self.process.stdin.write(json.dumps([what, argument]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def ask(self, path):
        """Return the response to a visitor: a dictionary with status, cache and body."""
        return self.do("ask", path)

    def publish(self, headline):
        """Publish a message, and return the number of the edition that results."""
        return self.do("publish", headline)

    def counts(self):
        """Return how often it has read from a replica, found one behind, or found one failing."""
        return {"replica": 0, "behind": 0, "failed": 0} | self.do("counts")

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


def ask(path):
    from tests.helpers import wsgi

    got = wsgi.request_page(path)
    return {"status": got.status, "cache": got.headers.get("Cache-Status"), "body": got.text}


def publish(headline):
    from editions.edition import Edition
    from tests.factories import a_message

    a_message(headline=headline, publish_at=datetime.now(UTC) - timedelta(hours=1))
    return Edition.current().number


def schedule_changes(seconds):
    """Approve, for a moment ahead, a correction of one public message and the withdrawal of another.

    Return the moment as a timestamp, and the two paths.
    """
    from tests.factories import a_message
    from tests.helpers.revisions import a_correction

    at = datetime.now(UTC)
    corrected, withdrawn = (a_message(publish_at=at - timedelta(hours=1), body="<p>Monday.</p>") for _ in range(2))
    moment = at + timedelta(seconds=seconds)
    a_correction(corrected, at=at, body="<p>Tuesday.</p>", effective_at=moment).approve(at=at)
    withdrawn.schedule_withdrawal("It was wrong.", moment, at=at)
    return [moment.timestamp(), corrected.get_absolute_url(), withdrawn.get_absolute_url()]


def schedule_release(seconds):
    """Approve, for a moment ahead, a release of two messages, two corrections and a withdrawal in two categories.

    Return the moment as a timestamp, and the paths of a corrected and of the withdrawn message.
    """
    from tests.factories import a_category, a_message
    from tests.helpers.releases import a_release
    from tests.helpers.revisions import a_correction, a_revision

    at = datetime.now(UTC)
    categories = [a_category(), a_category("comments")]
    new = [a_message(headline=f"Released {n}", publish_at=None, category=categories[n]) for n in (0, 1)]
    public = [
        a_message(publish_at=at - timedelta(hours=1), body="<p>Monday.</p>", category=categories[n % 2])
        for n in range(3)
    ]
    corrections = [a_correction(message, at=at, body="<p>Tuesday.</p>") for message in public[:2]]
    withdrawal = a_revision(public[2], at=at, change_kind="withdrawal", change_note="It was wrong.")
    moment = at + timedelta(seconds=seconds)
    a_release(*new, *corrections, withdrawal, moment=moment, at=at)
    return [moment.timestamp(), public[0].get_absolute_url(), public[2].get_absolute_url()]


def compose_release(word):
    """Approve, for an hour ahead, a release of a new message, a correction and a withdrawal, named with this word.

    Return the id of the release and of each message, and the paths of the corrected and of the withdrawn one.
    """
    from tests.factories import a_message
    from tests.helpers.releases import a_release
    from tests.helpers.revisions import a_correction, a_revision

    at = datetime.now(UTC)
    new = a_message(headline=f"{word} is new", slug=f"{word}-new".lower(), publish_at=None)
    just_now = at - timedelta(seconds=1)  # so that the pages of these messages link to the next one: the new one, then
    corrected, withdrawn = (
        a_message(headline=f"{word} {what}", publish_at=just_now) for what in ("on Monday", "is wrong")
    )
    correction = a_correction(corrected, at=at, headline=f"{word} on Tuesday")
    withdrawal = a_revision(withdrawn, at=at, change_kind="withdrawal", change_note="It was wrong.")
    release = a_release(new, correction, withdrawal, moment=at + timedelta(hours=1), at=at)
    paths = [corrected.get_absolute_url(), withdrawn.get_absolute_url()]
    return [release.pk, [new.pk, corrected.pk, withdrawn.pk], paths]


def move_release(argument):
    """Move a release to a moment so many seconds ahead. Return the moment as a timestamp."""
    from news.models import Release

    pk, seconds = argument
    at = datetime.now(UTC)
    moment = at + timedelta(seconds=seconds)
    Release.objects.get(pk=pk).move(moment, at=at)
    return moment.timestamp()


def log_since(argument):
    """Return kind and timestamp of the log entries of a release and of messages from a timestamp on, in order."""
    from news.models.releases import ReleaseLogEntry
    from news.models.workflow_log import WorkflowLogEntry

    release, messages, since = argument
    since = datetime.fromtimestamp(since, UTC)
    logs = ReleaseLogEntry.objects.filter(release=release), WorkflowLogEntry.objects.filter(message__in=messages)
    found = [list(log.filter(at__gte=since).order_by("id").values_list("kind", "at")) for log in logs]
    return [[(kind, at.timestamp()) for kind, at in entries] for entries in found]


def submit(headline):
    """Submit a draft, and return its id and the session key of an editor who can approve it."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tests.factories import a_message

    people = get_user_model().objects
    writer, editor = (people.get_or_create(username=name, is_superuser=True, is_staff=True)[0] for name in ("w", "e"))
    message = a_message(headline=headline, publish_at=None)
    message.submit(at=datetime.now(UTC), by=writer)
    client = Client()
    client.force_login(editor)
    return [message.pk, client.session.session_key]


def counts(_):
    from editions import replicas

    return replicas.stats


def again(_):
    """Let the servers that have failed be tried again immediately, as if the delay were over."""
    from editions import replicas

    for server in (replicas.primary, *replicas.replica_servers()):
        server.away_until = 0.0


def sql(statement):
    """Run a statement in the connection of this process to its replica."""
    from django.db import connections

    with connections["replica1"].cursor() as cursor:
        cursor.execute(statement)


def sample(_):
    from django.core.management import call_command

    call_command("load_sample", verbosity=0)


def main():
    environment.prepare()
    os.environ["DATABASE_URL"] = os.environ["NODE_DATABASE"]
    os.environ["REPLICA_DATABASE_URLS"] = os.environ["NODE_REPLICAS"]
    import django
    from django.conf import settings
    from django.db import close_old_connections

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.HIGHEST_EDITION = os.environ["NODE_HIGHEST"]
    settings.LOGGING_CONFIG = None
    django.setup()
    actions = (
        *(ask, publish, schedule_changes, schedule_release, compose_release, move_release, log_since),
        *(submit, counts, again, sql, sample),
    )
    deeds = {action.__name__: action for action in actions}
    for line in sys.stdin:
        what, argument = json.loads(line)
        close_old_connections()  # as Django does at the start of a request
        print(json.dumps(deeds[what](argument)), flush=True)


if __name__ == "__main__":
    main()
