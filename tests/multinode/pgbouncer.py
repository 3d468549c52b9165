"""PgBouncer in transaction mode: a pool of few connections in front of a PostgreSQL server of the tests."""

import shutil
import subprocess
from contextlib import contextmanager

from tests.helpers.nginx import die_with_us, free_port, stop
from tests.helpers.waiting import wait_until
from tests.postgres import NAME

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")

SETTINGS = """
[databases]
{name} = host=127.0.0.1 port={server} dbname={name} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
logfile = {home}/pgbouncer.log
"""


class Pool:
    """A database by the URL of the pool."""

    def __init__(self, port):
        self.url = f"postgres://postgres@127.0.0.1:{port}/{NAME}"


@contextmanager
def pool(server, size=3):
    """Run a pool of `size` connections to a server."""
    port = free_port()
    file = server.home / "pgbouncer.ini"
    file.write_text(SETTINGS.format(name=NAME, server=server.port, port=port, size=size, home=server.home))
    # Like PostgreSQL itself it refuses to run as root.
    process = subprocess.Popen([PGBOUNCER, "-q", file], cwd=server.home, preexec_fn=die_with_us, **server.who)
    try:

        def is_ready():
            assert process.poll() is None, (server.home / "pgbouncer.log").read_text()
            command = [server.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            return subprocess.run(command, check=False).returncode == 0

        wait_until(is_ready, "PgBouncer")
        yield Pool(port)
    finally:
        stop(process)
