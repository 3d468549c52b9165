"""Metric files of the workers: which processes have some, which of them still run, and the removal of stale files."""

from __future__ import annotations

import os
from pathlib import Path


def worker_pids(directory: Path) -> set[int]:
    """Return the processes that have files in the directory, whether they are running or not."""
    return {pid for path in directory.glob("*.db") if (pid := pid_of(path)) is not None}


def pid_of(path: Path) -> int | None:
    pid = path.stem.rpartition("_")[2]
    return int(pid) if pid.isascii() and pid.isdigit() else None


def is_process_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def remove_stale_files(directory: Path) -> None:
    """Delete the counters of a site that was stopped. While one worker runs they stay: a sum must not decrease."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = [path for path in directory.glob("*.db") if pid_of(path) is not None]
    if not any(is_process_alive(pid) for pid in {pid_of(path) for path in paths}):
        for path in paths:
            path.unlink(missing_ok=True)
