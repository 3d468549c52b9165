"""Temporary databases, the environment variables for them, and worker processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.environment import VALUES
from tests.postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@contextmanager
def databases(vendor: str, directory: Path):
    """Yield a function that creates an empty database and returns the environment variables for it."""
    if vendor == "sqlite":
        yield lambda name: environment(directory, DATABASE_URL=f"sqlite:///{directory / name}.sqlite3")
        return
    with postgres() as variables:
        address = urlsplit((os.environ | variables)["DATABASE_URL"])
        made = []

        def make(name):
            made.append(f"embassy_bench_{name}")
            administer(address, variables, f"DROP DATABASE IF EXISTS {made[-1]}", f"CREATE DATABASE {made[-1]}")
            url = urlunsplit(address._replace(path=f"/{made[-1]}"))
            return environment(directory, **(variables | {"DATABASE_URL": url}))

        try:
            yield make
        finally:
            administer(address, variables, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in made))


def administer(address, variables, *statements):
    """Run administrative statements in a separate process, since the driver reads the environment."""
    program = (
        "import sys, psycopg2\n"
        "connection = psycopg2.connect(sys.argv[1])\n"
        "connection.autocommit = True\n"
        "for statement in sys.argv[2:]: connection.cursor().execute(statement)\n"
    )
    url = urlunsplit(address._replace(scheme="postgresql", path="/postgres"))
    url = "dbname=postgres" if not address.netloc else url
    subprocess.run([sys.executable, "-c", program, url, *statements], env=os.environ | variables, check=True)


def environment(directory: Path, **variables) -> dict[str, str]:
    """Return the environment of a measured process, independent of the shell and of .env."""
    values = VALUES | {"SITE_URL": "http://127.0.0.1", "MEDIA_ROOT": str(directory / "media"), "RELEASE": "benchmarks"}
    return os.environ | values | variables


class Worker:
    """A process with a WSGI application that accepts commands: `worker.measure(paths=[...], state="cold")`."""

    def __init__(self, variables, module="embassy.wsgi", **more):
        command = [sys.executable, "-m", "benchmarks.inside", module]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, cwd=ROOT, env=variables | more, **pipes)

    def __getattr__(self, do):
        def order(**arguments):
            self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            if not answer:
                raise RuntimeError(f"The measured process has died while asked to {do}.")
            return json.loads(answer)

        return order

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(20)


def bare(variables, **more):
    """Return the environment of the baseline site with the same database."""
    return variables | {"DJANGO_SETTINGS_MODULE": "benchmarks.bare.settings"} | more
