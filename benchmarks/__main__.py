"""`python -m benchmarks`: run the benchmarks and print the table."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import desk, front_door, imported, parts, searched
from benchmarks.places import ROOT, VENDORS, Worker, databases, environment
from benchmarks.table import Table, machine
from tests.postgres import NoPostgres

PARTS = ["sizes", "hits", "front_door", "changes", "cold", "growth", "search", "desk", "import", "memory"]


def main():
    options = read_options()
    began, table = time.monotonic(), Table()
    table.say(f"Measured on {machine()}.")
    with tempfile.TemporaryDirectory(prefix="embassy-bench-") as directory:
        collect_static(Path(directory))
        for vendor in options.databases:
            try:
                with databases(vendor, Path(directory)) as make:
                    measure(table, vendor, make, Path(directory), options)
            except NoPostgres as error:
                table.say(f"\n**No PostgreSQL, so nothing was measured on it:** {error}")
    took = (time.monotonic() - began) / 60
    table.say(f"\n{table.missed or 'No'} figure(s) missed. The run took {took:.1f} minutes.")
    if options.record:
        record(table)


def record(table):
    """Write the table into docs/developers/performance.md, between its markers."""
    page = ROOT / "docs" / "developers" / "performance.md"
    before, _old, after = re.split(r"(?s)(?<=<!-- table -->\n)(.*)(?=<!-- end of the table -->)", page.read_text())
    page.write_text("\n".join([before, *table.lines, "", after]))


def collect_static(directory):
    """Collect the static files, since pages refer to them by their hashes."""
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    variables = environment(directory, DATABASE_URL="sqlite://:memory:")
    subprocess.run(command, cwd=ROOT, env=variables, check=True)


def measure(table, vendor, make, directory, options):
    """Run the selected parts on a database vendor; parts without a database on the first only."""
    chosen, first = options.parts, vendor == options.databases[0]
    place = make("site")
    if set(chosen) - {"search", "desk", "import"}:
        with Worker(place) as worker:
            worker.build(count=options.pages)
    if "sizes" in chosen and first:
        parts.measure_sizes(table, place, directory)
    if "hits" in chosen:
        parts.measure_hits(table, vendor, place, directory, options.rounds, options.seconds)
    if "front_door" in chosen and first:
        front_door.measure_nginx(table, place, directory, options.rounds, options.seconds)
    if "cold" in chosen:
        parts.measure_cold_pages(table, vendor, place, options.times)
    if "growth" in chosen:
        parts.measure_growth(table, vendor, make, options.sizes, options.times)
    if "search" in chosen:
        searched.measure_search(table, vendor, make, options.searched, options.times)
    if "desk" in chosen:
        desk.measure_desk(table, vendor, make, options.desk, options.times)
    if "import" in chosen:
        imported.measure_import(table, vendor, make, directory, options.imported)
    if "memory" in chosen and first:
        parts.measure_memory(table, place, directory, options.pages)
    if "changes" in chosen:
        parts.measure_changes(table, vendor, place, directory)


def read_options():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the site beside bare Django.")
    numbers = lambda text: sorted(int(part) for part in text.split(","))  # noqa: E731
    names = lambda text: text.split(",")  # noqa: E731
    parser.add_argument("--sizes", type=numbers, default=[1_000, 100_000, 1_000_000], help="messages, for growth")
    parser.add_argument("--searched", type=int, default=30_000, help="messages for the search part")
    parser.add_argument("--desk", type=int, default=300_000, help="messages for the desk part")
    parser.add_argument("--imported", type=int, default=20_000, help="lines for the import part")
    parser.add_argument("--databases", type=names, default=list(VENDORS), help="sqlite,postgresql")
    parser.add_argument("--parts", type=names, default=PARTS, help=",".join(PARTS))
    parser.add_argument("--rounds", type=int, default=5, help="rounds of load, interleaved")
    parser.add_argument("--seconds", type=int, default=3, help="seconds of load per page and round")
    parser.add_argument("--times", type=int, default=30, help="renderings of a page per round")
    parser.add_argument("--pages", type=int, default=15_000, help="different pages for the memory part")
    parser.add_argument("--record", action="store_true", help="write the table into docs/developers/performance.md")
    parser.add_argument("--quick", action="store_true", help="about a minute; the figures vary")
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.rounds, options.seconds, options.times = [1_000, 20_000], 3, 1, 15
        options.pages, options.searched, options.imported = 2_000, 5_000, 5_000
        options.desk = 20_000
    if unknown := set(options.parts) - set(PARTS) | set(options.databases) - set(VENDORS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    main()
