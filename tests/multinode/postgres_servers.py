"""PostgreSQL servers for tests that stop, copy and restart them: Debian's binaries, each in its own directory."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests import environment
from tests.helpers.nginx import ROOT, die_with_us, free_port
from tests.postgres import NAME, OPTIONS, NoPostgres, debian_binaries, stop, wait_until_ready


class Server:
    """A PostgreSQL server at its own port, with its data in `home`."""

    def __init__(self, binaries, **options):
        self.binaries = binaries
        self.port = str(free_port())
        # Commits are flushed, as in production: otherwise a standby that has caught up could lack some.
        ours = {"listen_addresses": "127.0.0.1", "port": self.port, "synchronous_commit": "on"}
        self.options = OPTIONS | ours | options
        # PostgreSQL refuses root, and Debian's package has made a user for it. The path of a socket must be short.
        self.who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        self.home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        if self.who:
            shutil.chown(self.home, "postgres", "postgres")
        self.data, self.log = self.home / "data", self.home / "log"
        self.process = None

    @property
    def url(self):
        return f"postgres://postgres@127.0.0.1:{self.port}/{NAME}"

    @property
    def reached(self):
        return ["-h", "127.0.0.1", "-p", self.port, "-U", "postgres"]

    def run(self, program, *arguments):
        """Run one of PostgreSQL's programs, and return its output."""
        done = subprocess.run(
            [self.binaries / program, *arguments], cwd=self.home, text=True, capture_output=True, timeout=60, **self.who
        )
        if done.returncode:
            raise NoPostgres(f"{program}: {done.stderr.strip()}")
        return done.stdout.strip()

    def lay(self):
        """Create an empty cluster (initdb)."""
        how = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        self.run("initdb", "-D", self.data, *how)
        return self

    def copy(self, primary):
        """Make this server a streaming standby of `primary`."""
        self.run("pg_basebackup", *primary.reached, "-D", self.data, "-R", "-X", "stream", "-c", "fast", "-N")
        return self

    def start(self):
        """Start the server, and return when it accepts connections."""
        command = [self.binaries / "postgres", "-D", self.data, "-k", self.home]
        command += [part for name, value in self.options.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("a") as lines:
            self.process = subprocess.Popen(
                command,
                cwd=self.home,
                stdout=lines,
                stderr=lines,
                start_new_session=True,
                preexec_fn=die_with_us,
                **self.who,
            )
        wait_until_ready(self.process, self.data, self.log)
        return self

    def stop(self):
        """Stop it (fast shutdown): connections are closed."""
        if self.process and self.process.poll() is None:
            stop(self.process)

    def kill(self):
        """Stop it without a checkpoint (immediate shutdown), as in a crash."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)

    def remove(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def ask(self, sql, database=NAME):
        """Return the result of a query, as psql prints it unaligned and without headers."""
        return self.run("psql", *self.reached, "-d", database, "-AtXqc", sql)


@contextmanager
def primary(**options):
    """Run a server with a migrated database for the site: a copy of the files of the first one of this run."""
    binaries = debian_binaries()
    if not binaries:
        raise NoPostgres("there is no initdb of Debian's on this machine")
    server = Server(binaries, **options)
    migrated = environment.directory() / "migrated-postgresql"
    try:
        if not migrated.exists():
            server.lay().start()
            server.ask(f"CREATE DATABASE {NAME}", "postgres")
            migrate(server)
            server.stop()
            copy_files(server.data, migrated)
        else:
            copy_files(migrated, server.data)
        yield server.start()
    finally:
        server.remove()


def migrate(server):
    """Run the migrations on a server's database."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": server.url}, check=True)


def copy_files(source, target):
    """Copy the files of a server that is stopped; owner and permissions stay."""
    subprocess.run(["cp", "--archive", source, target], check=True)


@contextmanager
def replica(of, **options):
    """Run a streaming replica of a server."""
    server = Server(of.binaries, wal_retrieve_retry_interval="200ms", **options)
    try:
        yield server.copy(of).start()
    finally:
        server.remove()
