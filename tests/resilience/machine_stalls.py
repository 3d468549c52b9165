"""Response times without the pauses of a shared machine, on which now and then every process stalls."""

import os
import tempfile
import threading
import time
from collections import deque
from itertools import pairwise

from tests.helpers.waiting import wait_until

EVERY = 0.05  # seconds from beat to beat
USUAL = 0.25  # seconds that a beat may take on a machine that does its work


class Machine:
    """A thread that writes to the disk every 50 ms: a gap in its heartbeats is a stall of the machine."""

    def __init__(self):
        self.beats: deque[float] = deque(maxlen=4000)
        self.ended = threading.Event()
        self.heart = threading.Thread(target=self.beat, daemon=True)

    def start(self) -> None:
        self.heart.start()
        wait_until(lambda: self.beats, "The first beat")

    def beat(self) -> None:
        with tempfile.TemporaryFile() as file:
            while True:
                os.pwrite(file.fileno(), b"beat", 0)
                os.fsync(file.fileno())
                self.beats.append(time.monotonic())
                self.ended.wait(EVERY)

    def stood_still(self, since: float, until: float) -> float:
        """Return for how many seconds of an interval heartbeats were missing."""
        assert self.heart.is_alive(), "Without heartbeats every response would seem quick."
        moments = [since, *(beat for beat in tuple(self.beats) if since < beat < until), until]
        gaps = (later - earlier for earlier, later in pairwise(moments))
        return sum(gap for gap in gaps if gap > USUAL)

    def seconds(self, since: float) -> float:
        """Return the seconds since a time.monotonic() value, without those in which the machine stalled."""
        now = time.monotonic()
        return now - since - self.stood_still(since, now)


machine = Machine()  # tests/resilience/conftest.py starts it
