"""The shipped nginx (deploy/nginx) in front of a server, for tests and benchmarks: only places differ from production.

`nginx(directory, …)` copies the shipped files, puts the ports and directories of this run in place of the real ones
(`PLACES`), makes a certificate, and runs nginx until the block ends.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tests.helpers.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy" / "nginx"
HOST = "press.example.org"  # as the shipped files have it
NGINX = shutil.which("nginx") or next((found for found in ("/usr/sbin/nginx",) if Path(found).exists()), None)
MODULES = Path("/usr/lib/nginx/modules")

# Texts of the shipped files, and their replacements in a run. {} is the run's own directory.
PLACES = {
    "/etc/nginx/embassy/": "{}/embassy/",
    "/etc/embassy/tls/": "{}/tls/",
    "/var/www/acme": "{}/acme",
    "/var/log/nginx/": "{}/log/",
    "/run/nginx.pid": "{}/nginx.pid",
    "user www-data;": f"user {pwd.getpwuid(os.geteuid()).pw_name};",
}


SPARE = "server 127.0.0.1:8001 max_fails=1 fail_timeout=1s backup;"
NODE = "server 127.0.0.1:{} max_fails=1 fail_timeout=1s;"


class Nginx(NamedTuple):
    http: int
    https: int
    directory: Path
    process: subprocess.Popen


@contextmanager
def nginx(
    directory: Path,
    *,
    nodes,
    static: Path,
    media: Path,
    cache: Path | None = None,
    spare: int | None = None,
    change=lambda text: text,
):
    """Run the shipped nginx in front of the servers at the ports `nodes`, and of a `spare` where one is given.

    `cache` is on another disk than `directory`, as in production; `change` alters the text of each file at last.
    """
    http, https = free_port(), free_port()
    places = {shipped: ours.format(directory) for shipped, ours in PLACES.items()} | {
        "/run/embassy-cache": str(cache or directory / "cache"),
        "/srv/embassy/var;": f"{static};",
        "/srv/embassy/var/media/": f"{media}/",
        "listen 80": f"listen 127.0.0.1:{http}",
        "listen 443": f"listen 127.0.0.1:{https}",
        "server 127.0.0.1:8000 max_fails=1 fail_timeout=1s;": " ".join(map(NODE.format, nodes)),
        SPARE: SPARE.replace("8001", str(spare)) if spare else "",
    }
    for name in ("embassy/pages", "tls", "log", "acme"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    if MODULES.exists() and not (directory / "modules").exists():
        (directory / "modules").symlink_to(MODULES)  # Debian loads them by a path relative to the prefix
    for file in (path for path in SHIPPED.rglob("*") if path.is_file()):
        text = re.sub(r"(?m)^ *listen \[::].*\n", "", file.read_text())
        for shipped, ours in places.items():
            text = text.replace(shipped, ours)
        (directory / "embassy" / file.relative_to(SHIPPED)).write_text(change(text))
    make_certificate(directory / "tls")
    # By default, Debian's nginx stores bodies and responses below /var/lib/nginx, which is not writable here.
    kept = "".join(f" {kind}_temp_path {directory}/{kind};" for kind in TEMPORARY)
    main = directory / "embassy" / "nginx.conf"
    main.write_text(main.read_text().replace("http {", "http {" + kept, 1))
    command = [NGINX, "-p", directory, "-c", main, "-g", "daemon off;"]
    with (directory / "said").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, preexec_fn=die_with_us)
    try:
        wait_for_port(http, process, directory / "said")
        yield Nginx(http, https, directory, process)
    finally:
        stop(process)


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def make_certificate(directory: Path):
    """Make a certificate for HOST that only the tests trust."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    (directory / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (directory / "privkey.pem").write_bytes(pem)


def tls_context(door: Nginx) -> ssl.SSLContext:
    """Return a context that trusts the certificate of this run, and no other."""
    return _context_that_trusts(door.directory / "tls" / "fullchain.pem")


@lru_cache
def _context_that_trusts(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def without_query_limit(text):
    """Return a shipped file that counts no queries: visitors who ask past the cache would meet the limit."""
    return re.sub(r"(?m)^ *limit_req zone=costly .*\n", "", text)


# Processes and ports


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def refusing_port():
    """Hold a port that refuses connections, and that no other server of the machine is given meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def open_connections(port: int) -> int:
    """Return the number of established TCP connections to a port of this machine."""
    ends = [line.split()[1:4] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(local.endswith(f":{port:04X}") and state == "01" for local, _remote, state in ends)


def die_with_us():
    """Let the kernel stop this process when the one that started it is killed."""
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def wait_for_port(port: int, process, said: Path):
    """Wait until a process listens at a port; show the file with its output when it ends instead."""

    def listens():
        assert process.poll() is None, said.read_text()[-2000:]
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(listens, f"A server at port {port}", seconds=60)


def stop(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
