"""The table of results: measured value and target."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.servers import WRK


@dataclass
class Row:
    what: str
    measured: str
    reach: str = ""
    met: bool | None = None

    def __str__(self):
        verdict = {None: "", True: "yes", False: "**no**"}[self.met]
        return f"| {self.what} | {self.measured} | {self.reach} | {verdict} |"


@dataclass
class Table:
    """Rows under headings, printed as they are added."""

    lines: list[str] = field(default_factory=list)
    missed: int = 0

    def heading(self, title: str) -> None:
        self.say(f"\n### {title}\n\n| what | measured | target | met |\n|---|---|---|---|")

    def add(self, what: str, measured: str, reach: str = "", met: bool | None = None) -> None:
        self.missed += met is False
        self.say(str(Row(what, measured, reach, met)))

    def at_least(self, what, value: float, least: float, detail="") -> None:
        self.add(what, f"{value:.2f}{detail}", f"≥ {least:g}", value >= least)

    def at_most(self, what, value: float, most: float, detail="", form=".2f") -> None:
        self.add(what, f"{value:{form}}{detail}", f"≤ {most:g}", value <= most)

    def say(self, line: str) -> None:
        print(line, flush=True)
        self.lines.append(line)


def machine() -> str:
    """Describe the machine in one line."""
    try:
        model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        model = platform.processor() or platform.machine()
    client = "wrk" if WRK else "the Python client (wrk is not installed)"
    return (
        f"{os.cpu_count()} cores ({model}), {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, load by {client}"
    )
