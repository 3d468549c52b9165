"""Import: time per line compared with plain SQL inserts, and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import archives
from benchmarks.places import ROOT, VENDORS, Worker

MAX_MEMORY_MB = 300  # MB of all processes together
MAX_SECONDS = 600  # for a million lines


def measure_import(table, vendor, make, directory: Path, count: int):
    """Import an archive; insert as many messages with plain SQL, without validation or search index."""
    table.heading(f"Import of {count:,} lines on {VENDORS[vendor]}, the search's index with them")
    file = directory / "archive.jsonl"
    archives.write_archive(count, file)
    with Worker(make("plain")) as worker:
        plain = worker.build(count=count)
    place = make("imported")
    manage(place, "migrate", "--verbosity", "0")
    wall, cpu, memory = manage(place, "import_messages", str(file), "--quiet")
    again, _cpu, _memory = manage(place, "import_messages", str(file), "--quiet")
    table.add("the same number of rows by plain SQL", f"{plain:.1f} s")
    table.add("imported", f"{wall:.1f} s ({wall / plain:.1f} times that)")
    table.add("CPU of the import's own processes, microseconds a line", f"{cpu / count * 1e6:.0f}")
    million = wall / count * 1_000_000
    table.at_most("a million lines at this pace, seconds", million, MAX_SECONDS, form=".0f")
    table.at_most("memory of both processes, megabytes", memory, MAX_MEMORY_MB, form=".0f")
    table.add("the same file again, which adds nothing", f"{again:.1f} s")


def manage(place, *arguments) -> tuple[float, float, float]:
    """Run a command; return seconds, CPU seconds and peak MB of its processes."""
    before, began, peak = os.times(), time.perf_counter(), 0.0
    process = subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, env=place)
    while process.poll() is None:
        peak = max(peak, sum(map(process_memory, process_tree(process.pid))))
        time.sleep(0.2)
    if process.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {process.returncode}.")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, cpu, peak


def process_tree(pid: int) -> list[int]:
    """Return a process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in process_tree(int(child)))]


def process_memory(pid: int) -> float:
    """Return the proportional set size of a process in MB."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
