"""Watermark: the highest edition number that this node has served, shared by its processes in a mapped file."""

from __future__ import annotations

import fcntl
import mmap
import struct
import threading
from pathlib import Path

from django.conf import settings

NUMBER_STRUCT = struct.Struct("<q")


class SharedWatermark:
    """A number that only increases, shared by the processes of a node in a file of eight bytes.

    It is used only while the primary is unavailable, so the file can be deleted. If it cannot be written, each process
    uses its own number.
    """

    def __init__(self):
        self._own = 0
        self._shared: mmap.mmap | None = None
        self._file = None
        self._lock = threading.Lock()

    @property
    def number(self) -> int:
        """Return the highest number that any process of this node has served."""
        shared = self._open()
        return max(self._own, NUMBER_STRUCT.unpack(shared[:8])[0]) if shared else self._own

    def raise_to(self, number: int) -> None:
        """Record that `number` is served. While the edition lasts, it is one comparison."""
        if number <= self._own:
            return
        with self._lock:
            self._own = max(self._own, number)
        if shared := self._open():
            with self._lock:
                fcntl.flock(self._file, fcntl.LOCK_EX)
                try:
                    if NUMBER_STRUCT.unpack(shared[:8])[0] < number:
                        shared[:8] = NUMBER_STRUCT.pack(number)
                finally:
                    fcntl.flock(self._file, fcntl.LOCK_UN)

    def _open(self) -> mmap.mmap | None:
        with self._lock:
            if self._file is None:
                try:
                    self._file = self._create(Path(settings.HIGHEST_EDITION))
                    self._shared = mmap.mmap(self._file.fileno(), NUMBER_STRUCT.size)
                except (OSError, ValueError):
                    self._file, self._shared = False, None
            return self._shared

    @staticmethod
    def _create(path: Path):
        file = path.open("a+b")
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            if path.stat().st_size < NUMBER_STRUCT.size:
                file.truncate(NUMBER_STRUCT.size)
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
        return file
