"""nginx: the home page from its micro-cache, compared with a file of the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.places import ROOT
from benchmarks.servers import CLIENTS, WRK, server
from tests.helpers.nginx import NGINX, nginx

ENCODED = "gzip, deflate, br"  # as browsers send
FILE = "the-same-bytes"


def measure_nginx(table, place, directory, rounds, seconds):
    """The shipped nginx configuration (deploy/nginx) in front of one worker, with and without TLS."""
    table.heading("The front door: requests a second through nginx, against a file with the same bytes beside it")
    if not (NGINX and WRK):
        table.add("not measured: nginx or wrk is not installed", "", "≥ 0.75")
        return
    for what, tls in (("as shipped, over TLS", True), ("the same without TLS", False)):
        floor, home, cpu = measure_url(place, directory, rounds, seconds, tls)
        ratio = median(one / other for one, other in zip(home, floor, strict=True))
        table.add(f"the file, {what}", f"{median(floor):.0f}/s")
        spent = f" ({median(home):.0f}/s; by the CPU time of nginx alone {cpu:.2f})"
        table.at_least(f"home out of the micro-cache, {what}", ratio, 0.75, spent)


def measure_url(place, directory, rounds, seconds, tls):
    """Return requests per second of file and page for each round, and the ratio of CPU time per request."""
    with server(place, directory) as ours, tempfile.TemporaryDirectory(dir=directory) as made:
        (Path(made) / FILE).write_bytes(ours.get(Accept_Encoding=ENCODED)[2])
        places = {"static": ROOT / "var", "media": directory, "change": lambda text: urls_to_measure(text, made, tls)}
        with nginx(Path(made) / "nginx", nodes=[ours.port], **places) as door:
            origin = f"{'https' if tls else 'http'}://127.0.0.1:{door.https}"
            floor, home = [], []
            for _ in range(rounds):
                floor.append(run_load(door, f"{origin}/{FILE}", seconds))
                home.append(run_load(door, f"{origin}/", seconds))
    cpu = median(one[1] for one in floor) / median(one[1] for one in home)
    return [one[0] for one in floor], [one[0] for one in home], cpu


def urls_to_measure(text, directory, tls):
    """Return a shipped file adapted to the benchmark: host name, the static copy, TLS only if requested."""
    beside = f"location = /{FILE} {{ root {directory}; default_type text/html; add_header Content-Encoding br; }}"
    ours = "server_name press.example.org 127.0.0.1;"
    text = text.replace("server_name press.example.org;\n\n    client", f"{ours}\n    {beside}\n    client")
    if not tls:
        text = text.replace(" ssl http2", "").replace("ssl_reject_handshake on;", "")
    return text


def run_load(door, address, seconds):
    """Return requests per second, and CPU seconds of nginx's workers per request."""
    before = cpu_seconds(door.process.pid)
    command = [WRK, "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "-H", f"Accept-Encoding: {ENCODED}", address]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(f"{address} fails under load: {said}")
    spent = cpu_seconds(door.process.pid) - before
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), spent / int(re.search(r"(\d+) requests in", said)[1])


def cpu_seconds(parent: int) -> float:
    """Return the CPU seconds used by the children of a process (proc(5))."""
    spent = 0
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        spent += int(fields[11]) + int(fields[12])
    return spent / os.sysconf("SC_CLK_TCK")
