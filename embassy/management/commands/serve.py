"""`manage.py serve`: run the site (granian) and the e-mail sender together, until Ctrl-C or SIGTERM. For `make run`."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RESTART_SECONDS = 10  # before a sender that has ended is started again
STOP_SECONDS = 15
SENDER = [sys.executable, "manage.py", "send_emails", "--loop"]
SERVER = [
    str(Path(sys.executable).with_name("granian")),
    *"--interface wsgi --host 127.0.0.1 --workers 2 --blocking-threads 2 --backlog 128 --no-ws".split(),
    *"--respawn-failed-workers --workers-kill-timeout 10 --log-level warning embassy.wsgi:application".split(),
]
PR_SET_PDEATHSIG = 1


class Command(BaseCommand):
    help = "Serve the site on this machine and send its e-mails, until Ctrl-C. On a server, use deploy/systemd instead."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--port", default="8000", help="Default: 8000.")
        parser.add_argument("--check", action="store_true", help="Only check whether the port is free.")

    def handle(self, *, port, check, **options):
        refuse_unless_free(port)
        if not check:
            sys.exit(serve([*SERVER, "--port", port], SENDER))


def refuse_unless_free(port: str) -> None:
    """Raise CommandError unless `port` can be used. Granian would share a port with another server."""
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise CommandError(f"PORT is {port!r}. Enter a number from 1 to 65535: make run PORT=8001")
    with socket.socket() as client:
        if client.connect_ex(("127.0.0.1", int(port))) == 0:
            other = int(port) % 65535 + 1
            raise CommandError(f"Port {port} is already in use. Choose another one: make run PORT={other}")


def serve(server: list[str], sender: list[str]) -> int:
    """Run both commands until a signal arrives or the server ends, and return the server's exit status.

    Each has a process group of its own, because Ctrl-C reaches a whole group, and a granian worker that is asked to
    stop twice hangs: only the first process of each group gets a signal. A sender that ends is started again.
    """
    received = []
    for name in SIGNALS:
        signal.signal(name, lambda *_: received.append(True))
    site, mail, restart_at = start(server), start(sender), 0.0
    while not received and site.poll() is None:
        time.sleep(0.2)
        if mail.poll() is not None and not restart_at:
            print(f"The e-mail sender has ended; it is restarted in {RESTART_SECONDS} seconds.", file=sys.stderr)
            restart_at = time.monotonic() + RESTART_SECONDS
        if restart_at and time.monotonic() > restart_at:
            mail, restart_at = start(sender), 0.0
    if not received:
        print(f"The server has ended with status {site.returncode}.", file=sys.stderr)
    for process in (site, mail):
        process.terminate()
    status = site.wait()
    try:
        os.killpg(site.pid, signal.SIGKILL)  # workers that are still running
    except ProcessLookupError:
        pass
    try:
        mail.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        mail.kill()
    return status


def start(command: list[str]) -> subprocess.Popen:
    """Start a command in a process group of its own. On Linux it is stopped if this process is killed."""
    parent = os.getpid()

    def prepare():
        for name in SIGNALS:
            signal.signal(name, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(command, process_group=0, preexec_fn=prepare, cwd=settings.BASE_DIR)  # noqa: S603
