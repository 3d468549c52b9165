"""The site behind PgBouncer in transaction mode: results that a command reads in chunks are complete."""

import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from tests.helpers.nginx import ROOT
from tests.helpers.requirements import missing
from tests.multinode.pgbouncer import PGBOUNCER, pool
from tests.multinode.servers import Node

FILL = """
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
from consular.models import Topic
from news.models import Message
from redirects.models import Redirect
from tests.factories import an_enquiry
call_command("load_sample", verbosity=0)
message = Message.objects.first()
Redirect.objects.bulk_create(Redirect(path=f"/old/{n}/", message=message) for n in range(1500))
long_ago = timezone.now() - timedelta(days=4000)
for n in range(30):
    an_enquiry(topic=Topic.objects.first(), at=long_ago, last_activity_at=long_ago, question=f"Question {n}")
"""
READ = """
from redirects.models import Redirect
for _ in range(60):
    assert sum(1 for _row in Redirect.objects.iterator(chunk_size=20)) >= 1500
"""

LEFT = """
from django.utils import timezone
from consular.retention import expired_enquiries
print(expired_enquiries(timezone.now()).count())
"""


@pytest.fixture(scope="module")
def node(primary, tmp_path_factory):
    if not PGBOUNCER:
        missing("PgBouncer (Debian: apt-get install pgbouncer)")
    with pool(primary) as pooled:
        node = Node(pooled, tmp_path_factory.mktemp("media"))
        program(node, FILL)
        node.start()
        yield node
        node.kill()


def program(node, text):
    """Run a program with the settings of a node."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{text}"],
        cwd=ROOT, env=node.environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@contextmanager
def visitors(node, number=4):
    """Let some visitors search while the block runs, and yield the statuses of the responses."""
    over, statuses = threading.Event(), []

    def visit(visitor):
        turn = 0
        while not over.is_set():
            turn += 1
            statuses.append(node.status(f"/search/?q=word{visitor}x{turn}"))
            statuses.append(node.status("/contact/write/"))

    threads = [threading.Thread(target=visit, args=[each]) for each in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_commands_and_pages_work_while_visitors_use_the_same_connections(node, tmp_path):
    with visitors(node) as statuses:
        program(node, READ)
        node.manage("mirror", str(tmp_path / "mirror"), "--verbosity", "0")
        node.manage("purge_enquiries", "--delete")
        node.manage("doctor", "--thorough", "--only", "search", "tally", "keys", "home", "feed")
        node.manage("backup", str(tmp_path / "site.backup"), "--unencrypted", "--verbosity", "0")
    assert set(statuses) == {200} and len(statuses) > 20
    assert program(node, LEFT).strip() == "0"
