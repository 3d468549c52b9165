"""A node of the site as a process of its own, asked line by line: `python -m tests.nodes.node`.

Each line on its standard input is JSON, [what, argument]; it answers with one on its standard output.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from tests import environment


class Node:
    """A process of the site with a primary, replicas, and a number it shares with the processes of its node."""

    def __init__(self, primary, replicas=(), highest="/dev/null/none"):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.nodes.node"],
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
        """Return what a visitor gets: a dictionary with status, cache and body."""
        return self.do("ask", path)

    def publish(self, headline):
        """Publish a message, as its writer does, and return the edition that this has made."""
        return self.do("publish", headline)

    def counts(self):
        """Return how often it has read from a replica, found one behind, or found that it fails."""
        return {"replica": 0, "behind": 0, "failed": 0} | self.do("counts")

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


def ask(path):
    from tests import front

    got = front.ask(path)
    return {"status": got.status, "cache": got.headers.get("Cache-Status"), "body": got.text}


def publish(headline):
    from editions.edition import Edition
    from tests.factories import a_message

    a_message(headline=headline, publish_at=datetime.now(UTC) - timedelta(hours=1))
    return Edition.current().number


def submit(headline):
    """Submit a draft, and return its id and the session of an editor who has logged in: what approving it takes."""
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

    return replicas.counts


def again(_):
    """Ask the servers that have failed again at once, as if the seconds were over."""
    from editions import replicas

    for server in (replicas.primary, *replicas.servers()):
        server.away_until = 0.0


def sql(statement):
    """Run a statement in this node's own session with its replica."""
    from django.db import connections

    with connections["replica1"].cursor() as cursor:
        cursor.execute(statement)


def sample(_):
    from django.core.management import call_command

    call_command("load_sample", verbosity=0)


def migrate(_):
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


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
    deeds = {deed.__name__: deed for deed in (ask, publish, submit, counts, again, sql, sample, migrate)}
    for line in sys.stdin:
        what, argument = json.loads(line)
        close_old_connections()  # as Django does when a request begins
        print(json.dumps(deeds[what](argument)), flush=True)


if __name__ == "__main__":
    main()
